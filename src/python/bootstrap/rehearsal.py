"""All that happens from an order to the first answer, done once with a function of our own and without the network.

The interpreter rewrites code to suit it as it runs, and a fork copies each page of memory when it first writes to it:
together that takes longer than the rest. What was rehearsed in the process that forks is rewritten already, and what
was rehearsed in the fork is copied, before anybody waits for it.
"""
import json
import logging
import os
import sys

import virtual_files
import worker
from awslambdaric import bootstrap, lambda_runtime_client

_INVOCATION = {
    "lambda-runtime-aws-request-id": "0",
    "lambda-runtime-deadline-ms": "0",
    "lambda-runtime-invoked-function-arn": "arn",
    "lambda-runtime-trace-id": "0",
    "content-type": "application/json",
    "body": b'{"key": ["value", 1, 1.5, null]}',
}

#: The program puts our function there, and starts the process that forks there.
_FOLDER = os.getcwd()
_ORDER = json.dumps({
    "environment": {
        "_HANDLER": "rehearsed.lambda_handler",
        "LAMBDA_TASK_ROOT": "/var/task",
        "AWS_LAMBDA_FUNCTION_NAME": "rehearsed",
        "AWS_REGION": "us-east-1",
        "LANG": "en_US.UTF-8",
    },
    "files": {"/var/task": {"real": _FOLDER, "writable": False}},
    "path": ["/var/task", *sys.path],
    "storage": 0,
    "now": 0,
    "cpu_scale": 1.0,
    "cpu_scale_invoked": 1.0,
})


class _Over(BaseException):
    """There are no more invocations."""


class _Network:
    """A Runtime API with one invocation."""

    def __init__(self):
        self._invocations = [_INVOCATION]

    def next_invocation(self):
        if not self._invocations:
            raise _Over
        return self._invocations.pop()

    def respond(self, *answer):
        pass


def once():
    """Leaves everything as it was, but for the environment variables, of which there are none then."""
    network = lambda_runtime_client.native
    before = sys.path[:], sys.meta_path[:], sys.argv, sys.stdout, sys.stderr
    lambda_runtime_client.native = _Network()
    try:
        worker.serve(json.loads(_ORDER))
    except _Over:
        pass
    finally:
        lambda_runtime_client.native = network
        sys.path[:], sys.meta_path[:], sys.argv, sys.stdout, sys.stderr = before
        for name in ("__main__", "rehearsed"):
            sys.modules.pop(name, None)
        for handler in logging.root.handlers:
            os.close(handler.log_sink.fd)
        logging.root.handlers.clear()
        bootstrap.current_request_id = bootstrap.current_tenant_id = None
        os.environ.clear()
        virtual_files.mount({})
