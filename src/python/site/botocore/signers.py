"""Presigned URLs and POST policies."""

import base64
import json
import time

from botocore import handlers
from botocore.exceptions import UnknownClientMethodError


def generate_presigned_url(client, method_name, params, expires, http_method):
    """A URL that makes the call `method_name` with `params`, signed with SigV4."""
    params = dict(params or {})
    try:
        operation_name = client._PY_TO_OP_NAME[method_name]
    except KeyError:
        raise UnknownClientMethodError(method_name=method_name) from None
    model = client.meta.service_model
    operation_model = model.operation_model(operation_name)
    context = {"is_presign_request": True}
    handlers.before_parameters(model.service_name, operation_model, params, context)
    request_dict = client._serialize(operation_model, params, context, presigning=True)
    if http_method is not None:
        request_dict["method"] = http_method
    request = client._endpoint.create_request(request_dict)
    client._request_signer.presign(request, expires)
    return request.url


def generate_presigned_post(
    self, Bucket, Key, Fields=None, Conditions=None, ExpiresIn=3600
):
    """The URL and form fields that let a browser upload one object."""
    fields = dict(Fields or {})
    conditions = list(Conditions or [])
    signer = self._request_signer
    credentials = signer._need_credentials()
    now = time.time()
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    conditions.append({"bucket": Bucket})
    if Key.endswith("${filename}"):
        conditions.append(["starts-with", "$key", Key[: -len("${filename}")]])
    else:
        conditions.append({"key": Key})
    fields["key"] = Key
    added = {
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": f"{credentials.access_key}/{signer._scope(stamp)}",
        "x-amz-date": stamp,
    }
    if credentials.token:
        added["x-amz-security-token"] = credentials.token
    for name, value in added.items():
        fields[name] = value
        conditions.append({name: value})
    expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + ExpiresIn))
    policy = json.dumps({"expiration": expiration, "conditions": conditions})
    encoded = base64.b64encode(policy.encode("utf-8")).decode("ascii")
    fields["policy"] = encoded
    fields["x-amz-signature"] = signer.sign_policy(encoded, stamp)
    url = f"{self.meta.endpoint_url.rstrip('/')}/{Bucket}"
    return {"url": url, "fields": fields}
