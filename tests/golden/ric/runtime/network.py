"""Stands where the client's network code is: hands out what the plan says, and writes down what is posted."""
import json
import os
import sys
import time
import types


def install(plan, posts):
    """As the native module `runtime_client`, and for the error of an initialisation."""
    waiting = list(plan["invocations"])

    def write(**post):
        os.write(posts, json.dumps(post).encode() + b"\n")

    def next_invocation():
        if not waiting:
            # Nothing more to come: Lambda would freeze the process here.
            os._exit(99)
        write(kind="next")
        headers = waiting.pop(0)
        body = headers.pop("body")
        headers["Lambda-Runtime-Deadline-Ms"] = int((time.time() + plan["deadline"]) * 1000)
        return body.encode(), headers

    def post_result(request_id, data, content_type, invocation_id):
        write(kind="response", body=data.decode("utf-8", "replace"), type=content_type)

    def post_error(request_id, error, cause, invocation_id):
        write(kind="error", body=error.encode().decode("utf-8", "replace"), cause=cause)

    client = types.ModuleType("runtime_client")
    client.initialize_client = lambda agent: None
    client.next, client.post_invocation_result, client.post_error = next_invocation, post_result, post_error
    sys.modules["runtime_client"] = client

    from awslambdaric import lambda_runtime_client

    def call_rapid(self, method, endpoint, expected, payload=None, headers=None):
        body = lambda_runtime_client.to_json(payload)
        write(kind="init error", body=body.encode().decode("utf-8", "replace"),
              type=headers["Lambda-Runtime-Function-Error-Type"])

    lambda_runtime_client.BaseLambdaRuntimeClient.call_rapid = call_rapid
