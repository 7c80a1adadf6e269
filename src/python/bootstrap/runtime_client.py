"""Stands where AWS's runtime client has its native network code: the Runtime API by way of the program."""
import json

import _lambda_course as native
import snap_start
import unawaited


def initialize_client(user_agent):
    """The program speaks for itself."""


def next():
    """The next invocation: its body and its headers."""
    headers = native.next_invocation()
    body = headers.pop("body")
    headers = {name.title(): value for name, value in headers.items()}
    headers["Lambda-Runtime-Deadline-Ms"] = int(headers["Lambda-Runtime-Deadline-Ms"])
    headers.setdefault("Content-Type", "application/json")
    return body, headers


def post_invocation_result(request_id, payload, content_type, invocation_id):
    native.respond(request_id, payload, content_type)


def post_error(request_id, error, cause, invocation_id):
    unawaited.warn()
    native.invocation_error(request_id, error, json.loads(error)["errorType"], cause)


def speak_for(module, log):
    """Takes over the calls that the client makes without its native module. `log` is its log's descriptor."""
    def call_rapid(self, method, endpoint, expected, payload=None, headers=None):
        call = endpoint.removeprefix("/2018-06-01/runtime/")
        if call == "restore/next":
            snap_start.be_restored(log)
            return
        post = {"init/error": native.init_error, "restore/error": native.restore_error}[call]
        post(module.to_json(payload), headers[module.ERROR_TYPE_HEADER])

    module.BaseLambdaRuntimeClient.call_rapid = call_rapid
