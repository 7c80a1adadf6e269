"""The `context` argument of a handler."""
import json
import logging
import sys
import time

import _lambda_course as native

from .faults import Fault

_TRACE_FIELDS = ("traceparent", "tracestate", "baggage")


class LambdaContext:
    """What Lambda tells a handler about its invocation."""

    def __init__(self, invoke_id, client_context, cognito_identity, epoch_deadline_time_in_ms,
                 invoked_function_arn=None, tenant_id=None):
        variable = native.variable
        self.aws_request_id = invoke_id
        self.log_group_name = variable("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = variable("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = variable("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = variable("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = invoked_function_arn
        self.tenant_id = tenant_id
        self._w3c_fields = {} if client_context is None else self._extract_and_strip_w3c(client_context)
        # line 36
        self.client_context = make_obj_from_dict(ClientContext, client_context)
        if self.client_context is not None:
            self.client_context.client = make_obj_from_dict(Client, self.client_context.client)
        self.identity = identity = CognitoIdentity()
        if cognito_identity:
            identity.cognito_identity_id = cognito_identity.get("cognitoIdentityId")
            identity.cognito_identity_pool_id = cognito_identity.get("cognitoIdentityPoolId")
        else:
            identity.cognito_identity_id = identity.cognito_identity_pool_id = None
        self._epoch_deadline_time_in_ms = epoch_deadline_time_in_ms

    def get_remaining_time_in_millis(self):
        """Milliseconds until Lambda stops the function, never below 0."""
        return max(0, self._epoch_deadline_time_in_ms - int(time.time() * 1000))

    def log(self, msg):
        """Writes to the log, without a line end."""
        for handler in logging.getLogger().handlers:
            if hasattr(handler, "log_sink"):
                handler.log_sink.log(str(msg))
                return
        sys.stdout.write(str(msg))

    def w3c(self):
        """The trace context that came with the client context."""
        return dict(self._w3c_fields)

    @staticmethod
    def _extract_and_strip_w3c(client_context):
        if not isinstance(client_context, dict):
            return {}
        sent = client_context.pop("w3c", None)
        if not isinstance(sent, dict):
            return {}
        return {name: sent[name] for name in _TRACE_FIELDS if isinstance(sent.get(name), str)}

    def __repr__(self):
        names = ("aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb",
                 "function_version", "invoked_function_arn", "client_context", "identity", "tenant_id")
        return _shown(self, names)


class CognitoIdentity:
    """Who called through Cognito; empty for everybody else."""
    __slots__ = ["cognito_identity_id", "cognito_identity_pool_id"]

    def __repr__(self):
        return _shown(self, self.__slots__)


class Client:
    """The application that called through the mobile SDK."""
    __slots__ = ["installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"]

    def __repr__(self):
        return _shown(self, self.__slots__)


class ClientContext:
    """What the mobile SDK sent along."""
    __slots__ = ["custom", "env", "client"]

    def __repr__(self):
        return _shown(self, self.__slots__)


def arguments_of(invoke_id, sent):
    """What the context of an invocation is made of, from its headers."""
    client_context = sent.get("lambda-runtime-client-context") or None
    identity = sent.get("lambda-runtime-cognito-identity")
    return (
        invoke_id,
        client_context and _header_json(client_context, "Client Context"),
        identity and _header_json(identity, "Cognito Identity"),
        int(sent["lambda-runtime-deadline-ms"]),
        sent.get("lambda-runtime-invoked-function-arn"),
        sent.get("lambda-runtime-aws-tenant-id"),
    )


def _header_json(text, name):
    try:
        return json.loads(text)
    except Exception as error:
        raise Fault("Runtime.LambdaContextUnmarshalError", f"Unable to parse {name} JSON: {error}")


def _shown(value, names):
    inner = ",".join(f"{name}={getattr(value, name)}" for name in names)
    return f"{type(value).__name__}([{inner}])"


def make_obj_from_dict(_class, _dict):
    """What a client sent, as an object; None for nothing."""
    if _dict is None:
        return None
    obj = _class()
    # line 164
    set_obj_from_dict(obj, _dict)
    return obj


def set_obj_from_dict(obj, _dict):
    """Of what was sent, all that has a place."""
    for field in obj.__slots__:
        # line 172
        setattr(obj, field, _dict.get(field, None))
