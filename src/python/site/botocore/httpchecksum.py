"""The checksums S3 asks for: CRC32 by default, others by choice."""

import base64
import hashlib
from zlib import crc32

from botocore.exceptions import FlexibleChecksumError, MissingDependencyException
from botocore.response import StreamingBody

_NEEDS_CRT = ("crc32c", "crc64nvme", "xxhash64", "xxhash3", "xxhash128")
_CHUNK = 1024 * 1024


class Crc32Checksum:
    """CRC32 with the interface of a hashlib digest."""

    def __init__(self):
        self._value = 0

    def update(self, chunk):
        """Take in more bytes."""
        self._value = crc32(chunk, self._value) & 0xFFFFFFFF

    def digest(self):
        """The checksum as bytes."""
        return self._value.to_bytes(4, "big")


_CLASSES = {
    "crc32": Crc32Checksum,
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "sha512": hashlib.sha512,
    "md5": hashlib.md5,
}


def checksum_of(name, body):
    """The base64 checksum of a body, which may be a file."""
    checksum = _CLASSES[name]()
    if hasattr(body, "read"):
        position = body.tell()
        while True:
            chunk = body.read(_CHUNK)
            if not chunk:
                break
            checksum.update(chunk)
        body.seek(position)
    else:
        checksum.update(body)
    return base64.b64encode(checksum.digest()).decode("ascii")


def add_request_checksum(request, operation_model, params, when_required=False):
    """Add the checksum header an operation wants, unless the caller gave one."""
    headers = request["headers"]
    if any(name.lower().startswith("x-amz-checksum-") for name in headers):
        return
    trait = operation_model.http_checksum
    member = trait.get("requestAlgorithmMember")
    required = operation_model.http_checksum_required or trait.get("requestChecksumRequired")
    if member and member in params:
        name = params[member].lower()
        if name not in _CLASSES:
            if name in _NEEDS_CRT:
                raise MissingDependencyException(
                    msg=f"Using {name.upper()} requires an additional dependency. You will "
                    "need to pip install botocore[crt] before proceeding."
                )
            raise FlexibleChecksumError(error_msg=f"Unsupported checksum algorithm: {name}")
    elif required or (member and not when_required):
        name = "crc32"
        shape = operation_model.input_shape.members.get(member) if member else None
        header = shape.serialization.get("name") if shape is not None else None
        if header is not None:
            headers[header] = "CRC32"
    else:
        return
    headers["x-amz-checksum-" + name] = checksum_of(name, request["body"])


def ask_for_response_checksum(operation_model, params):
    """Ask for a stored checksum where the operation can give one."""
    mode = operation_model.http_checksum.get("requestValidationModeMember")
    if mode and mode not in params:
        params[mode] = "ENABLED"


class StreamingChecksumBody(StreamingBody):
    """A streaming body that is checked when it has been read to its end."""

    def __init__(self, raw_stream, content_length, checksum, expected):
        super().__init__(raw_stream, content_length)
        self._checksum = checksum
        self._expected = expected

    def read(self, amt=None):
        chunk = super().read(amt)
        self._checksum.update(chunk)
        if amt is None or (not chunk and amt > 0):
            self._validate_checksum()
        return chunk

    def readinto(self, b):
        count = super().readinto(b)
        self._checksum.update(memoryview(b)[:count])
        if count == 0 and len(b) > 0:
            self._validate_checksum()
        return count

    def _validate_checksum(self):
        found = base64.b64encode(self._checksum.digest()).decode("ascii")
        if found != self._expected:
            raise FlexibleChecksumError(
                error_msg=f"Expected checksum {self._expected} did not match calculated "
                f"checksum: {found}"
            )


def checked_body(operation_model, response, raw, content_length):
    """A streaming body, checked where the response says what it should sum to."""
    for name in operation_model.http_checksum.get("responseAlgorithms", ()):
        name = name.lower()
        expected = response.headers.get("x-amz-checksum-" + name)
        # A checksum of checksums ("...-3") cannot be checked on the whole.
        if expected and name in _CLASSES and "-" not in expected and response.status_code == 200:
            return StreamingChecksumBody(raw, content_length, _CLASSES[name](), expected)
    return StreamingBody(raw, content_length)
