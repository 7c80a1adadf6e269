"""Streaming answers.

Adapted from botocore; see NOTICE.
"""

from io import IOBase

from botocore.exceptions import IncompleteReadError


class StreamingBody(IOBase):
    """The body of an answer, read when it is asked for.

    The length is checked at the end: a connection that breaks off half-way
    raises IncompleteReadError and never looks like a short object.
    """

    _DEFAULT_CHUNK_SIZE = 1024

    def __init__(self, raw_stream, content_length):
        self._raw_stream = raw_stream
        self._content_length = content_length
        self._amount_read = 0

    def __del__(self):
        # IOBase would close the stream here.
        pass

    def set_socket_timeout(self, timeout):
        """Set the timeout of further reads, in seconds."""
        self._raw_stream.set_timeout(timeout)

    def readable(self):
        """Whether there may be more to read."""
        try:
            return self._raw_stream.readable()
        except AttributeError:
            return False

    def read(self, amt=None):
        """Read at most `amt` bytes, or all there are."""
        chunk = self._raw_stream.read(amt)
        self._amount_read += len(chunk)
        if amt is None or (not chunk and amt > 0):
            self._verify_content_length()
        return chunk

    def readinto(self, b):
        """Read into a writable buffer and return how many bytes were read."""
        chunk = self._raw_stream.read(len(b))
        b[: len(chunk)] = chunk
        self._amount_read += len(chunk)
        if not chunk and len(b) > 0:
            self._verify_content_length()
        return len(chunk)

    def readlines(self):
        """All lines, with their ends."""
        return self._raw_stream.read().splitlines(True)

    def __iter__(self):
        return self.iter_chunks(self._DEFAULT_CHUNK_SIZE)

    def __next__(self):
        chunk = self.read(self._DEFAULT_CHUNK_SIZE)
        if chunk:
            return chunk
        raise StopIteration()

    next = __next__

    def __enter__(self):
        return self._raw_stream

    def __exit__(self, type, value, traceback):
        self._raw_stream.close()

    def iter_lines(self, chunk_size=_DEFAULT_CHUNK_SIZE, keepends=False):
        """Iterate over lines, reading `chunk_size` bytes at a time."""
        pending = b""
        for chunk in self.iter_chunks(chunk_size):
            lines = (pending + chunk).splitlines(True)
            for line in lines[:-1]:
                yield line.splitlines(keepends)[0]
            pending = lines[-1]
        if pending:
            yield pending.splitlines(keepends)[0]

    def iter_chunks(self, chunk_size=_DEFAULT_CHUNK_SIZE):
        """Iterate over chunks of at most `chunk_size` bytes."""
        while True:
            chunk = self.read(chunk_size)
            if chunk == b"":
                break
            yield chunk

    def _verify_content_length(self):
        expected = self._content_length
        if expected is not None and self._amount_read != int(expected):
            raise IncompleteReadError(
                actual_bytes=self._amount_read, expected_bytes=int(expected)
            )

    def tell(self):
        """How many bytes have been read."""
        return self._raw_stream.tell()

    def close(self):
        """Give the connection up."""
        self._raw_stream.close()
