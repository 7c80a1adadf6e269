"""A small HTTP/1.1 client over plain sockets that keeps its connections.

It is written for one peer on the loopback and for processes that fork and
freeze: a connection is never used in a process that did not open it, one that
died while the environment was frozen is noticed before anything is sent, and
nothing that may have been processed is sent twice unless that does no harm.
"""

import os
import threading

from botocore.awsrequest import Headers
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoEndpointError,
    ReadTimeoutError,
    ResponseStreamingError,
)

_BLOCK = 65536
_MAX_HEAD = 1024 * 1024


class HTTPSession:
    """A pool of connections to one host."""

    def __init__(self, connect_timeout=60, read_timeout=60):
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._idle = []
        self._pid = os.getpid()
        self._lock = threading.Lock()

    def send(self, request, idempotent, streaming):
        """Send `request` and return its HTTPResponse, the body read unless `streaming`."""
        connection = self._take()
        if connection is not None:
            body = request.body
            start = body.tell() if hasattr(body, "tell") else None
            try:
                return self._exchange(connection, request, streaming)
            except ConnectionClosedError:
                # It died as we used it. What it may have done can be repeated
                # only where that changes nothing.
                if not idempotent:
                    raise
                if start is not None:
                    body.seek(start)
        return self._exchange(self._connect(request), request, streaming)

    def close(self):
        """Close all idle connections."""
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def give_back(self, connection):
        """Keep a connection whose answer has been read to its end."""
        if connection.pid == os.getpid() == self._pid:
            with self._lock:
                self._idle.append(connection)
        else:
            connection.close()

    def _take(self):
        pid = os.getpid()
        if pid != self._pid:
            self._lock = threading.Lock()
            self._idle, self._pid = [], pid
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if connection.is_alive():
                return connection
            connection.close()

    def _connect(self, request):
        import socket

        if request.scheme != "http":
            raise NoEndpointError(
                endpoint_url=request.url, reason="It can speak plain http only."
            )
        address = (request.hostname.strip("[]"), request.port or 80)
        try:
            sock = _open(address, self._connect_timeout)
        except TimeoutError as e:
            raise ConnectTimeoutError(endpoint_url=request.url, error=e) from e
        except OSError as e:
            raise EndpointConnectionError(endpoint_url=request.url, error=e) from e
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Connection(sock, self._read_timeout)

    def _exchange(self, connection, request, streaming):
        try:
            connection.send(request)
            response = connection.read_head(request, self)
            if not streaming or response.status_code >= 300:
                response.content  # noqa: B018 - reads the body
            return response
        except BaseException:
            connection.close()
            raise


def _open(address, timeout):
    """A socket that is connected. A numeric address is not looked up: the first look-up of a
    process loads libraries, which takes longer than most calls."""
    import socket

    if not address[0].replace(".", "").isdigit():
        return socket.create_connection(address, timeout)
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        sock.connect(address)
    except BaseException:
        sock.close()
        raise
    return sock


class Connection:
    """One connection and what was read from it too early."""

    def __init__(self, sock, read_timeout):
        self.pid = os.getpid()
        self._sock = sock
        self._read_timeout = read_timeout
        self._buffer = b""
        self._url = ""
        sock.settimeout(read_timeout)

    def is_alive(self):
        """Whether the peer has kept its side open, and silent."""
        import socket

        if self._buffer:
            return False
        try:
            self._sock.settimeout(0)
            self._sock.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            self._sock.settimeout(self._read_timeout)
            return True
        except OSError:
            pass
        return False

    def close(self):
        """Close the connection."""
        self._sock.close()

    def set_timeout(self, seconds):
        """Change the timeout of reads."""
        self._sock.settimeout(seconds)

    def send(self, request):
        """Write the request. A peer that stopped listening may still have answered."""
        self._url = request.url
        body = request.body
        size = _body_length(body)
        lines = [f"{request.method} {request.target} HTTP/1.1", "Host: " + request.host]
        lines += [f"{name}: {value}" for name, value in request.headers.items()]
        if size or request.method not in ("GET", "HEAD"):
            lines.append(f"Content-Length: {size}")
        head = "\r\n".join(lines)
        if head.count("\n") != len(lines) - 1:
            raise ValueError("Invalid header: a line break in one of its values")
        head = (head + "\r\n\r\n").encode("utf-8")
        try:
            if hasattr(body, "read"):
                self._sock.sendall(head)
                self._send_file(body)
            elif size < _BLOCK:
                self._sock.sendall(head + bytes(body))
            else:
                self._sock.sendall(head)
                self._sock.sendall(body)
        except TimeoutError as e:
            raise ConnectionClosedError(endpoint_url=self._url, error=e) from e
        except OSError:
            if not self._fill(quietly=True):
                raise ConnectionClosedError(endpoint_url=self._url) from None

    def _send_file(self, body):
        while True:
            chunk = body.read(_BLOCK)
            if not chunk:
                return
            self._sock.sendall(chunk)

    def _fill(self, quietly=False):
        """Read more into the buffer; False at the end of the stream."""
        chunk = self.receive(_BLOCK, quietly)
        self._buffer += chunk
        return bool(chunk)

    def receive(self, size, quietly=False):
        """Up to `size` bytes; none at the end of the stream."""
        if self._buffer and not quietly:
            chunk, self._buffer = self._buffer[:size], self._buffer[size:]
            return chunk
        try:
            return self._sock.recv(size)
        except TimeoutError as e:
            if quietly:
                return b""
            raise ReadTimeoutError(endpoint_url=self._url, error=e) from e
        except OSError:
            return b""

    def read_line(self):
        """One line without its end."""
        while b"\n" not in self._buffer:
            if len(self._buffer) > _MAX_HEAD or not self._more():
                raise ResponseStreamingError(error="connection broken")
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def _more(self):
        held, self._buffer = self._buffer, b""
        chunk = self.receive(_BLOCK)
        self._buffer = held + chunk
        return bool(chunk)

    def read_head(self, request, session):
        """Read status and headers, passing over interim answers."""
        while True:
            while b"\r\n\r\n" not in self._buffer:
                if len(self._buffer) > _MAX_HEAD or not self._more():
                    raise ConnectionClosedError(endpoint_url=self._url)
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            lines = head.decode("iso-8859-1").split("\r\n")
            version, _, rest = lines[0].partition(" ")
            if not version.startswith("HTTP/1.") or not rest[:3].isdigit():
                raise HTTPClientError(error="not an HTTP answer: %r" % lines[0][:80])
            status = int(rest[:3])
            if status >= 200:
                break
        pairs = []
        for line in lines[1:]:
            name, _, value = line.partition(":")
            pairs.append((name.strip(), value.strip()))
        return HTTPResponse(self, session, request.method, version, status, Headers(pairs))


class HTTPResponse:
    """An answer; its body is read from the connection on demand."""

    def __init__(self, connection, session, method, version, status, headers):
        self.status_code = status
        self.headers = headers
        self._connection = connection
        self._session = session
        self._content = None
        self._position = 0
        options = headers.get("connection", "").lower()
        self._keep = "close" not in options if version == "HTTP/1.1" else "keep-alive" in options
        self._chunked = headers.get("transfer-encoding", "").lower() == "chunked"
        length = headers.get("content-length")
        # Bytes left in the body, or in this chunk of it; None: until the end of the stream.
        self._left = None if length is None else int(length)
        if self._chunked:
            self._left = 0
        elif method == "HEAD" or status in (204, 304):
            self._left = 0
        if self._left == 0 and not self._chunked:
            self._finish()
        elif self._left is None:
            self._keep = False

    @property
    def content(self):
        """The whole body."""
        if self._content is None:
            content = self.read()
            if self._left:
                raise ResponseStreamingError(error="connection broken in the middle of the body")
            self._content = content
        return self._content

    @property
    def raw(self):
        """The stream of the body."""
        return self

    def readable(self):
        """Whether there may be more to read."""
        return self._connection is not None

    def tell(self):
        """How many bytes of the body have been read."""
        return self._position

    def set_timeout(self, seconds):
        """Change the timeout of reads."""
        if self._connection is not None:
            self._connection.set_timeout(seconds)

    def read(self, amt=None):
        """`amt` bytes, or all; fewer only at the end."""
        wanted = -1 if amt is None or amt < 0 else amt
        parts = []
        while wanted and self._connection is not None:
            chunk = self._read_some(_BLOCK if wanted < 0 else min(wanted, _BLOCK))
            if not chunk:
                break
            parts.append(chunk)
            self._position += len(chunk)
            if wanted > 0:
                wanted -= len(chunk)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _read_some(self, size):
        if self._chunked and self._left == 0:
            self._next_chunk()
            if self._connection is None:
                return b""
        if self._left is not None:
            size = min(size, self._left)
        chunk = self._connection.receive(size)
        if not chunk:
            self.close()
            if self._chunked:
                raise ResponseStreamingError(error="connection broken in the middle of the body")
            return b""
        if self._left is not None:
            self._left -= len(chunk)
            if self._left == 0:
                if self._chunked:
                    self._connection.read_line()
                else:
                    self._finish()
        return chunk

    def _next_chunk(self):
        self._left = int(self._connection.read_line().split(b";")[0], 16)
        if self._left == 0:
            while self._connection.read_line():
                pass
            self._finish()

    def _finish(self):
        connection, self._connection = self._connection, None
        if self._keep:
            self._session.give_back(connection)
        else:
            connection.close()

    def close(self):
        """Give the connection up, whatever is left unread."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()


def _body_length(body):
    if hasattr(body, "read"):
        position = body.tell()
        body.seek(0, 2)
        size = body.tell() - position
        body.seek(position)
        return size
    return len(body)
