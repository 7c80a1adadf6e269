"""The `context` argument of a handler."""
import logging
import sys
import time

import _lambda_course as native


class LambdaContext:
    """What Lambda tells a handler about its invocation."""

    def __init__(self, invoke_id, client_context, cognito_identity, epoch_deadline_time_in_ms,
                 invoked_function_arn=None, tenant_id=None):
        self.aws_request_id = invoke_id
        self.log_group_name = native.variable("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = native.variable("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = native.variable("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = native.variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = native.variable("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = invoked_function_arn
        self.tenant_id = tenant_id
        self.client_context = _filled(ClientContext, client_context)
        if self.client_context is not None:
            self.client_context.client = _filled(Client, self.client_context.client)
        identity = cognito_identity or {}
        self.identity = CognitoIdentity()
        self.identity.cognito_identity_id = identity.get("cognitoIdentityId")
        self.identity.cognito_identity_pool_id = identity.get("cognitoIdentityPoolId")
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


def _filled(cls, values):
    if values is None:
        return None
    made = cls()
    for name in cls.__slots__:
        setattr(made, name, values.get(name))
    return made


def _shown(value, names):
    inner = ",".join(f"{name}={getattr(value, name)}" for name in names)
    return f"{type(value).__name__}([{inner}])"
