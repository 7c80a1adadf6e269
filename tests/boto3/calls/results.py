"""Results that JSON can hold and that two runs agree on."""

import datetime
import json
import re
from decimal import Decimal

_VOLATILE = [
    (re.compile(r"https?://[^/ ]+/123456789012/"), "<queues>/"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"127\.0\.0\.1:\d{2,5}"), "<endpoint>"),
    (re.compile(r"0x[0-9a-f]{6,}"), "<address>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|\+0000|\+00:00)?"), "<time>"),
    (re.compile(r"(/\S*)?/calls/\w+\.py"), "<file>"),
]
_IDS = frozenset(
    """RequestId HostId VersionId CopySourceVersionId UploadId ReceiptHandle MessageId RevisionId CodeSha256
    SequenceNumber NextToken ContinuationToken NextContinuationToken CodeSize TableId
    MD5OfMessageAttributes CreationDateTime""".split()
)


def plain(value, name=""):
    """Make a result JSON can hold and that two runs agree on."""
    if name == "ResponseMetadata":
        return {k: plain(value[k], k) for k in ("HTTPStatusCode", "RetryAttempts") if k in value}
    if name in _IDS and isinstance(value, (str, int)):
        return "<%s>" % name
    if isinstance(value, dict):
        return {str(k): plain(v, k) for k, v in sorted(value.items(), key=lambda kv: str(kv[0]))}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(json.dumps(plain(v)) for v in value)}
    if isinstance(value, datetime.datetime):
        return "<datetime %s>" % value.tzinfo
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": bytes(value).decode("latin-1")}
    if type(value).__name__ == "Binary":
        return {"Binary": plain(value.value)}
    if isinstance(value, Decimal):
        return {"Decimal": str(value)}
    if type(value).__name__ in ("StreamingBody", "StreamingChecksumBody"):
        return {"stream": plain(value.read())}
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    for pattern, instead in _VOLATILE:
        text = pattern.sub(instead, text)
    return text
