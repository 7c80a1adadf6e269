"""The runtime loop: find the handler, then one invocation after the other."""
import importlib
import json
import logging
import os
import sys
import traceback

import _lambda_course as native
import snap_start

from . import logs
from .calling import handle_event_request
from .fault import FaultException
from .lambda_context import LambdaContext
from .marshal import marshal, to_json, unmarshal
from .warning import UNHANDLED_EXCEPTION


def run(handler):
    """Runs until the process ends."""
    sys.stdout, sys.stderr = Unbuffered(sys.stdout), Unbuffered(sys.stderr)
    log_sink = logs.FrameSink(1)
    logs.set_up(log_sink)
    request_handler = find_or_exit(handler, log_sink)
    if snap_start.wanted():
        snap_start.on_init_complete(raised_error, lambda error: logs.report_error(error, log_sink))
    while True:
        invocation = native.next_invocation()
        logs.current_request_id = invocation["lambda-runtime-aws-request-id"]
        logs.current_tenant_id = invocation.get("lambda-runtime-aws-tenant-id")
        follow_trace(invocation.get("lambda-runtime-trace-id"))
        invoke(request_handler, invocation, log_sink)


def find_or_exit(handler, log_sink):
    """The handler; or the error is logged and posted, and the process exits with 1."""
    try:
        return find_handler(handler)
    except FaultException as fault:
        error = error_object(fault.msg, fault.exception_type, fault.trace, None)
    except Exception:
        error = raised_error(None)
    logging.warning(UNHANDLED_EXCEPTION)
    logs.report_error(error, log_sink)
    native.init_error(to_json(error), error["errorType"])
    sys.exit(1)


def find_handler(handler):
    """The function that `module.attribute` names, imported in AWS's order of checks."""
    try:
        modname, fname = handler.rsplit(".", 1)
    except ValueError as error:
        raise FaultException("Runtime.MalformedHandlerName", f"Bad handler '{handler}': {error}")
    if modname.split(".")[0] in sys.builtin_module_names:
        raise FaultException("Runtime.BuiltInModuleConflict",
                             f"Cannot use built-in module {modname} as a handler module")
    try:
        module = importlib.import_module(modname.replace("/", "."))
    except ImportError as error:
        raise FaultException("Runtime.ImportModuleError", f"Unable to import module '{modname}': {error}")
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        raise FaultException("Runtime.UserCodeSyntaxError", f"Syntax error in module '{modname}': {error}", trace)
    try:
        return getattr(module, fname)
    except AttributeError:
        raise FaultException("Runtime.HandlerNotFound", f"Handler '{fname}' missing on module '{modname}'")


def invoke(request_handler, invocation, log_sink):
    """One invocation: parse, call, answer; or report the error."""
    request_id = invocation["lambda-runtime-aws-request-id"]
    try:
        context = make_context(request_id, invocation)
        event = unmarshal(invocation["body"], invocation.get("content-type", "application/json"))
        payload, content_type = marshal(handle_event_request(request_handler, event, context))
    except FaultException as fault:
        error = error_object(fault.msg, fault.exception_type, fault.trace, request_id)
        stack = []
    except Exception:
        error = raised_error(request_id)
        stack = error["stackTrace"]
    else:
        # A lone surrogate fails here, outside the handler, and so ends the process, as it does on AWS.
        native.respond(request_id, payload if isinstance(payload, bytes) else payload.encode(), content_type)
        return
    logs.report_error(error, log_sink)
    cause = {"working_directory": "/var/task", "exceptions": [
        {"message": error["errorMessage"], "type": error["errorType"], "stack": []}], "paths": []}
    native.invocation_error(request_id, to_json(error), error["errorType"], to_json(cause))


def make_context(request_id, invocation):
    """The context object, from the headers of the invocation."""
    return LambdaContext(
        request_id,
        header_json(invocation.get("lambda-runtime-client-context"), "Client Context"),
        header_json(invocation.get("lambda-runtime-cognito-identity"), "Cognito Identity"),
        int(invocation["lambda-runtime-deadline-ms"]),
        invocation.get("lambda-runtime-invoked-function-arn"),
        invocation.get("lambda-runtime-aws-tenant-id"),
    )


def header_json(text, name):
    """A header's JSON, or None where it was not sent."""
    if not text:
        return None
    try:
        return json.loads(text)
    except Exception as error:
        raise FaultException("Runtime.LambdaContextUnmarshalError", f"Unable to parse {name} JSON: {error}")


def raised_error(request_id):
    """The error object of the exception being handled, without our own frames."""
    kind, value, trace = sys.exc_info()
    frames = [(frame.filename, frame.lineno, frame.name, frame.line) for frame in traceback.extract_tb(trace)]
    for place, frame in enumerate(frames):
        if "/bootstrap.py" not in frame[0]:
            frames = frames[place:]
            break
    else:
        frames = frames[-1:]
    return error_object(str(value), kind.__name__, traceback.format_list(frames), request_id)


def error_object(message, kind, trace, request_id):
    """In AWS's order of keys."""
    return {"errorMessage": message or "", "errorType": kind or "", "requestId": request_id or "",
            "stackTrace": trace or []}


def follow_trace(trace_id):
    """The X-Ray trace of this invocation, where code looks for it."""
    if trace_id is None:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    else:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id


class Unbuffered:
    """A stream that keeps nothing back: what is printed is logged even if the process dies."""

    def __init__(self, stream):
        self.stream = stream

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def write(self, text):
        self.stream.write(text)
        self.stream.flush()

    def writelines(self, lines):
        self.stream.writelines(lines)
        self.stream.flush()
