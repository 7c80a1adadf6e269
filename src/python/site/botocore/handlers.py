"""What particular services need beyond their models.

Adapted from botocore; see NOTICE.
"""

import os

from botocore.exceptions import ParamValidationError
from botocore.utils import SAFE_CHARS, parse_timestamp, percent_encode, random_uuid, unquote

_BUCKET_CHARS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")
_BUCKET_PATTERN = r"^[a-zA-Z0-9.\-_]{1,255}$"
_ARN_PATTERN = (
    r"^arn:(aws).*:(s3|s3-object-lambda):[a-z\-0-9]*:[0-9]{12}:accesspoint[/:]"
    r"[a-zA-Z0-9\-.]{1,63}$|"
    r"^arn:(aws).*:s3-outposts:[a-z\-0-9]+:[0-9]{12}:outpost[/:]"
    r"[a-zA-Z0-9\-]{1,63}[/:]accesspoint[/:][a-zA-Z0-9\-]{1,63}$"
)
_LISTINGS = {
    "ListObjects": (
        ("Delimiter", "Marker", "NextMarker"),
        (("Contents", "Key"), ("CommonPrefixes", "Prefix")),
    ),
    "ListObjectsV2": (
        ("Delimiter", "Prefix", "StartAfter"),
        (("Contents", "Key"), ("CommonPrefixes", "Prefix")),
    ),
    "ListObjectVersions": (
        ("KeyMarker", "NextKeyMarker", "Prefix", "Delimiter"),
        (("Versions", "Key"), ("DeleteMarkers", "Key"), ("CommonPrefixes", "Prefix")),
    ),
}
_SSE = ("HeadObject", "GetObject", "PutObject", "CopyObject", "CreateMultipartUpload",
        "UploadPart", "UploadPartCopy", "CompleteMultipartUpload")  # fmt: skip
_ESCAPED = ("DeleteObjects", "PutBucketLifecycleConfiguration")


def before_parameters(service, operation_model, params, context):
    """Change a call's parameters before they are checked."""
    for name in operation_model.idempotent_members:
        if name not in params:
            params[name] = random_uuid()
    if service == "s3":
        _before_parameters_s3(operation_model.name, params, context)


def before_send(service, operation_model, request_dict):
    """Change a serialized request before it is signed."""
    headers = request_dict["headers"]
    trace = os.environ.get("_X_AMZN_TRACE_ID")
    if trace and "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        headers.setdefault("X-Amzn-Trace-Id", percent_encode(trace, safe="-=;:+&[]{}\"',"))
    if service == "s3" and operation_model.name in _ESCAPED:
        # A line break in a key must not be normalised when the XML is read.
        body = request_dict["body"].replace(b"\r", b"&#xD;").replace(b"\n", b"&#xA;")
        request_dict["body"] = body


def after_call(service, operation_model, http, parsed, context):
    """Change a parsed answer before the caller sees it."""
    if service != "s3":
        return
    name = operation_model.name
    if name == "GetBucketLocation" and http.status_code < 300:
        from botocore import _xml

        parsed["LocationConstraint"] = _xml.parse(http.content).text
    elif name in _LISTINGS and context.get("encoding_type_auto_set"):
        _decode_listing(parsed, *_LISTINGS[name])


def error_code(service, parsed):
    """The code by which `client.exceptions` knows this error."""
    error = parsed.get("Error", {})
    if service == "sqs" and error.get("QueryErrorCode"):
        return error["QueryErrorCode"]
    return error.get("Code")


def before_parse_s3(response, operation_model):
    """Set right what S3 puts in unusual places."""
    if (
        response["status_code"] == 200
        and not operation_model.has_streaming_output
        and operation_model.output_shape is not None
        and isinstance(response["body"], bytes)
        and _is_error_document(response["body"])
    ):
        # A copy can fail after its headers were sent.
        response["status_code"] = 500
    expires = response["headers"].get("expires")
    if expires is not None and operation_model.output_shape is not None:
        if "Expires" in operation_model.output_shape.members:
            response["expires_string"] = expires
            try:
                parse_timestamp(expires)
            except ValueError:
                response["headers"].discard("expires")


def after_parse_s3(parsed, response):
    """Add what the model has no place for."""
    if "expires_string" in response:
        parsed["ExpiresString"] = response["expires_string"]


def _is_error_document(body):
    start = body.lstrip()
    if start.startswith(b"<?xml"):
        start = start.partition(b"?>")[2].lstrip()
    return start.startswith((b"<Error>", b"<Error "))


def _before_parameters_s3(name, params, context):
    if "Bucket" in params:
        _validate_bucket_name(params["Bucket"])
    if name in ("CopyObject", "UploadPartCopy"):
        source = params.get("CopySource")
        if isinstance(source, str):
            params["CopySource"] = _quote_source(source)
        elif isinstance(source, dict):
            params["CopySource"] = _quote_source_dict(source)
    if name in ("CopyObject", "PutObject", "CreateMultipartUpload"):
        _validate_ascii_metadata(params.get("Metadata"))
    if name in _SSE:
        _add_key_md5(params, "SSECustomer")
        if name in ("CopyObject", "UploadPartCopy"):
            _add_key_md5(params, "CopySourceSSECustomer")
    if name in _LISTINGS and "EncodingType" not in params:
        params["EncodingType"] = "url"
        context["encoding_type_auto_set"] = True


def _validate_bucket_name(bucket):
    if isinstance(bucket, str):
        if bucket and len(bucket) <= 255 and _BUCKET_CHARS.issuperset(bucket):
            return
        if bucket.startswith("arn:"):
            import re

            if re.search(_ARN_PATTERN, bucket):
                return
    else:
        raise TypeError(f"expected string or bytes-like object, got '{type(bucket).__name__}'")
    raise ParamValidationError(
        report=f'Invalid bucket name "{bucket}": Bucket name must match '
        f'the regex "{_BUCKET_PATTERN}" or be an ARN matching the regex "{_ARN_PATTERN}"'
    )


def _validate_ascii_metadata(metadata):
    if not metadata or not isinstance(metadata, dict):
        return
    for key, value in metadata.items():
        try:
            key.encode("ascii")
            value.encode("ascii")
        except UnicodeEncodeError:
            raise ParamValidationError(
                report="Non ascii characters found in S3 metadata "
                f'for key "{key}", value: "{value}".  \nS3 metadata can only '
                "contain ASCII characters. "
            ) from None


def _quote_source(value):
    head, mark, version = value.rpartition("?versionId=")
    if not mark or not version or any(c.isspace() for c in version):
        return percent_encode(value, safe=SAFE_CHARS + "/")
    return percent_encode(head, safe=SAFE_CHARS + "/") + mark + version


def _quote_source_dict(source):
    try:
        bucket, key = source["Bucket"], source["Key"]
    except KeyError as e:
        raise ParamValidationError(report=f"Missing required parameter: {e}") from None
    quoted = percent_encode(f"{bucket}/{key}", safe=SAFE_CHARS + "/")
    version = source.get("VersionId")
    return quoted if version is None else f"{quoted}?versionId={version}"


def _add_key_md5(params, prefix):
    key = params.get(prefix + "Key")
    if key is None or prefix + "KeyMD5" in params:
        return
    import base64
    import hashlib

    raw = key.encode("utf-8") if isinstance(key, str) else key
    digest = hashlib.md5(raw).digest()
    params[prefix + "Key"] = base64.b64encode(raw).decode("ascii")
    params[prefix + "KeyMD5"] = base64.b64encode(digest).decode("ascii")


def _decode_listing(parsed, top, nested):
    if parsed.get("EncodingType") != "url":
        return
    for key in top:
        if key in parsed:
            parsed[key] = unquote(parsed[key])
    for key, child in nested:
        for member in parsed.get(key, ()):
            member[child] = unquote(member[child])
