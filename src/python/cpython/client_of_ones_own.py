"""AWS's own runtime client, where the learner installed it for this `python3`: then that one runs the handler.

Only its way to the network is replaced, as the program speaks to the Region for it.
"""
import json
import os
import sys
import types

import _lambda_course as native
import importer
import installed_client
import snap_start
import tracebacks


def prepare():
    """Sees to it that `awslambdaric` is a client that can run: the learner's, or else ours."""
    if installed_client.is_usable():
        _adapt()
    else:
        _import_ours()
    tracebacks.show_source(sys.modules["awslambdaric.bootstrap"].__file__)


def _import_ours():
    """Even where an older one of AWS's is installed."""
    sys.meta_path.insert(0, importer.BuiltInFinder)
    import awslambdaric.__main__
    del sys.meta_path[0], awslambdaric


def _adapt():
    # The log goes the way of the output, in frames.
    log = os.dup(1)
    os.environ["_LAMBDA_TELEMETRY_LOG_FD"] = str(log)
    network = types.ModuleType("runtime_client")
    network.initialize_client = lambda user_agent: None
    network.next, network.post_error = _next, _post_error
    network.post_invocation_result = lambda request_id, payload, content_type, invocation_id: native.respond(
        request_id, payload, content_type)
    sys.modules["runtime_client"] = network

    from awslambdaric import bootstrap, lambda_config, lambda_runtime_client
    _speak_for(lambda_runtime_client, log)
    # It waits for the next invocation in a thread of its own, so that signals are served. Ours serves them all the same.
    lambda_config.LambdaConfigProvider.SUPPORTED_THREADPOLLING_ENVS = set()
    del bootstrap


def _next():
    headers = native.next_invocation()
    body = headers.pop("body")
    headers = {name.title(): value for name, value in headers.items()}
    headers["Lambda-Runtime-Deadline-Ms"] = int(headers["Lambda-Runtime-Deadline-Ms"])
    headers.setdefault("Content-Type", "application/json")
    return body, headers


def _post_error(request_id, error, cause, invocation_id):
    native.invocation_error(request_id, error, json.loads(error)["errorType"], cause)


def _speak_for(module, log):
    """Takes over the calls that the client makes without its native module. `log` is its log's descriptor."""
    def call_rapid(self, method, endpoint, expected, payload=None, headers=None):
        call = endpoint.removeprefix("/2018-06-01/runtime/")
        if call == "restore/next":
            snap_start.be_restored(log)
            return
        post = {"init/error": native.init_error, "restore/error": native.restore_error}[call]
        post(module.to_json(payload), headers[module.ERROR_TYPE_HEADER])

    module.BaseLambdaRuntimeClient.call_rapid = call_rapid
