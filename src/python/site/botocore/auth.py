"""Signature Version 4: signed headers, and presigned query strings."""

import hashlib
import hmac
import time

from botocore.exceptions import NoCredentialsError
from botocore.utils import percent_encode

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
_NOT_SIGNED = frozenset(
    ("expect", "transfer-encoding", "user-agent", "x-amzn-trace-id", "content-length")
)
_CHUNK = 1024 * 1024


class SigV4Auth:
    """Signs requests for one service in one Region.

    A request has `method`, `path` (already percent-encoded), `query` (a list of
    encoded pairs), `headers` (a dictionary) and `body`.
    """

    def __init__(self, credentials, service_name, region_name):
        self.credentials = credentials
        self._service = service_name
        self._region = region_name
        self._is_s3 = service_name == "s3"
        self._keys = {}

    def add_auth(self, request):
        """Add the headers that authenticate `request`."""
        credentials = self._need_credentials()
        headers = request.headers
        stamp = _timestamp()
        headers["X-Amz-Date"] = stamp
        if credentials.token:
            headers["X-Amz-Security-Token"] = credentials.token
        payload = payload_hash(request.body)
        if self._is_s3:
            headers["X-Amz-Content-SHA256"] = payload
        names, signature = self._sign(request, stamp, payload)
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{self._scope(stamp)}, "
            f"SignedHeaders={names}, Signature={signature}"
        )

    def presign(self, request, expires):
        """Add the query parameters that let anyone send `request` for a while."""
        credentials = self._need_credentials()
        stamp = _timestamp()
        signed = ";".join(sorted(self._to_sign(request)))
        query = [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", f"{credentials.access_key}/{self._scope(stamp)}"),
            ("X-Amz-Date", stamp),
            ("X-Amz-Expires", str(expires)),
            ("X-Amz-SignedHeaders", signed),
        ]
        if credentials.token:
            query.append(("X-Amz-Security-Token", credentials.token))
        request.query += [(name, percent_encode(value)) for name, value in query]
        payload = UNSIGNED_PAYLOAD if self._is_s3 else payload_hash(request.body)
        _, signature = self._sign(request, stamp, payload)
        request.query.append(("X-Amz-Signature", signature))

    def sign_policy(self, policy, stamp):
        """The signature of a POST policy, given as base64 text."""
        return hmac.new(self._key(stamp), policy.encode("utf-8"), hashlib.sha256).hexdigest()

    def _need_credentials(self):
        if self.credentials is None:
            raise NoCredentialsError()
        return self.credentials

    def _scope(self, stamp):
        return f"{stamp[:8]}/{self._region}/{self._service}/aws4_request"

    @staticmethod
    def _to_sign(request):
        found = {"host": request.host}
        for name, value in request.headers.items():
            lowered = name.lower()
            if lowered not in _NOT_SIGNED:
                found[lowered] = " ".join(str(value).split())
        return found

    def _sign(self, request, stamp, payload):
        headers = self._to_sign(request)
        ordered = sorted(headers)
        names = ";".join(ordered)
        path = request.path
        if not self._is_s3:
            path = percent_encode(path, safe="/~")
        canonical = "\n".join(
            (
                request.method,
                path,
                "&".join(f"{key}={value}" for key, value in sorted(request.query)),
                "".join(f"{name}:{headers[name]}\n" for name in ordered),
                names,
                payload,
            )
        )
        digest = hashlib.sha256(canonical.encode("utf-8")).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{self._scope(stamp)}\n{digest}"
        signature = hmac.new(self._key(stamp), text.encode("utf-8"), hashlib.sha256)
        return names, signature.hexdigest()

    def _key(self, stamp):
        """The signing key of a day; the last one made is kept."""
        secret = self.credentials.secret_key
        wanted = (stamp[:8], secret)
        found = self._keys.get(wanted)
        if found is None:
            found = ("AWS4" + secret).encode("utf-8")
            for part in (stamp[:8], self._region, self._service, "aws4_request"):
                found = hmac.new(found, part.encode("utf-8"), hashlib.sha256).digest()
            self._keys = {wanted: found}
        return found


def _timestamp():
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time()))


def payload_hash(body):
    """The SHA-256 of a body, which may be a file."""
    if not hasattr(body, "read"):
        return hashlib.sha256(body).hexdigest() if body else EMPTY_SHA256
    position = body.tell()
    digest = hashlib.sha256()
    while True:
        chunk = body.read(_CHUNK)
        if not chunk:
            break
        digest.update(chunk)
    body.seek(position)
    return digest.hexdigest()
