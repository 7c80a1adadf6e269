"""What every invocation does, done before a process forks: see `boto3._rehearsal` for the reason."""
import importlib
import os
import sys
import tempfile
import types

from . import bootstrap, lambda_runtime_client

_ROUNDS = 16
_SENT = {
    "lambda-runtime-aws-request-id": "0",
    "lambda-runtime-deadline-ms": "0",
    "lambda-runtime-invoked-function-arn": "arn",
    "content-type": "application/json",
    "body": b'{"key": ["value", 1, 1.5, null]}',
}


def _preload():
    """Called once by whoever is about to fork."""
    network = lambda_runtime_client.native
    # Nothing is asked of the Runtime API, and nothing is told it.
    lambda_runtime_client.native = types.SimpleNamespace(
        next_invocation=_SENT.copy, respond=lambda *answer: None, invocation_error=lambda *answer: None)
    try:
        client = lambda_runtime_client.LambdaRuntimeClient()
        for _ in range(_ROUNDS):
            request = client.next_invocation()
            bootstrap.follow({**request.sent, "lambda-runtime-trace-id": "0"})
            bootstrap.handle_event_request(client, _handler, request, None, None)
    finally:
        lambda_runtime_client.native = network
        # No environment begins with what an invocation left.
        bootstrap.current_request_id = bootstrap.current_tenant_id = None
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    _import_something()


def _handler(event, context):
    context.get_remaining_time_in_millis()
    return event


def _import_something():
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        try:
            for number in range(_ROUNDS):
                name = f"_rehearsed_{number}"
                with open(f"{folder}/{name}.py", "w", encoding="utf-8") as file:
                    file.write("def lambda_handler(event, context):\n    return {}\n")
                importlib.invalidate_caches()
                importlib.import_module(name)
                del sys.modules[name]
        finally:
            sys.path.remove(folder)
            sys.path_importer_cache.pop(folder, None)
