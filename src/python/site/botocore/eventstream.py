"""Answers that are streams of events, each a message of its own with lengths and checksums.

Adapted from botocore; see NOTICE.
"""

from binascii import crc32
from struct import unpack

from botocore.exceptions import EventStreamError

_PRELUDE_LENGTH = 12
_MAX_HEADERS_LENGTH = 128 * 1024
_MAX_PAYLOAD_LENGTH = 24 * 1024 * 1024
# Values of headers that are numbers: a byte, a short, an integer, a long, a timestamp.
_NUMBERS = {2: "!b", 3: "!h", 4: "!i", 5: "!q", 8: "!q"}
_SIZES = {"!b": 1, "!h": 2, "!i": 4, "!q": 8}


class ParserError(Exception):
    """Base binary flow encoding parsing exception."""


class DuplicateHeader(ParserError):
    """A header comes twice in one message."""

    def __init__(self, header):
        super().__init__(f'Duplicate header present: "{header}"')


class InvalidHeadersLength(ParserError):
    """The headers are longer than they may be."""

    def __init__(self, length):
        super().__init__(f"Header length of {length} exceeded the maximum of {_MAX_HEADERS_LENGTH}")


class InvalidPayloadLength(ParserError):
    """The payload is longer than it may be."""

    def __init__(self, length):
        super().__init__(f"Payload length of {length} exceeded the maximum of {_MAX_PAYLOAD_LENGTH}")


class ChecksumMismatch(ParserError):
    """What came is not what was sent."""

    def __init__(self, expected, calculated):
        super().__init__(f"Checksum mismatch: expected 0x{expected:08x}, calculated 0x{calculated:08x}")


class EventStream:
    """The events of an answer, read as they come: iterate over it, once."""

    def __init__(self, raw_stream, output_shape, parser, operation_name):
        self._raw_stream = raw_stream
        self._output_shape = output_shape
        self._parser = parser
        self._operation_name = operation_name
        self._messages = _messages(raw_stream)

    def __iter__(self):
        for headers, payload in self._messages:
            failed = headers.get(":message-type") in ("error", "exception")
            parsed = self._parser.parse_event(headers, payload, self._output_shape, failed)
            if failed:
                raise EventStreamError(parsed, self._operation_name)
            if parsed:
                yield parsed

    def close(self):
        """Give the connection up."""
        self._raw_stream.close()


def _messages(stream):
    while True:
        prelude = stream.read(_PRELUDE_LENGTH)
        if len(prelude) < _PRELUDE_LENGTH:
            return
        total, headers_length, checksum = unpack("!III", prelude)
        _validate(prelude[:8], checksum)
        if headers_length > _MAX_HEADERS_LENGTH:
            raise InvalidHeadersLength(headers_length)
        payload_length = total - headers_length - _PRELUDE_LENGTH - 4
        if payload_length > _MAX_PAYLOAD_LENGTH:
            raise InvalidPayloadLength(payload_length)
        rest = stream.read(total - _PRELUDE_LENGTH)
        if len(rest) < total - _PRELUDE_LENGTH:
            return
        _validate(prelude + rest[:-4], unpack("!I", rest[-4:])[0])
        yield _headers(rest[:headers_length]), rest[headers_length:-4]


def _validate(data, checksum):
    computed = crc32(data) & 0xFFFFFFFF
    if computed != checksum:
        raise ChecksumMismatch(checksum, computed)


def _headers(data):
    headers, place = {}, 0
    while place < len(data):
        end = place + 1 + data[place]
        name, kind = data[place + 1 : end].decode("utf-8"), data[end]
        value, place = _value(data, end + 1, kind)
        if name in headers:
            raise DuplicateHeader(name)
        headers[name] = value
    return headers


def _value(data, place, kind):
    if kind in (0, 1):
        return kind == 0, place
    if kind in _NUMBERS:
        form = _NUMBERS[kind]
        end = place + _SIZES[form]
        return unpack(form, data[place:end])[0], end
    if kind == 9:
        return data[place : place + 16], place + 16
    end = place + 2 + unpack("!H", data[place : place + 2])[0]
    value = data[place + 2 : end]
    return value.decode("utf-8") if kind == 7 else value, end
