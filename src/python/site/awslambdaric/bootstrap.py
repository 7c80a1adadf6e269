"""The runtime loop: finds the handler, and calls it with one invocation after the other.

Handlers and the log see the functions here in tracebacks, so that these have AWS's names and lines.
"""
import importlib
import logging
import os
import sys
import time
import traceback

import unawaited

from . import lambda_runtime_log_utils as log_utils
from . import marshal as json_writer
from .faults import Fault
from .lambda_context import LambdaContext
from .marshal import marshal
from .reports import (UNHANDLED_EXCEPTION, error_object, error_of_exception, error_of_fault, frames_of, log_error,
                      make_xray_fault)

#: Of the invocation that runs, for log records.
current_request_id = None
current_tenant_id = None


def _get_handler(handler):
    """The function that `module.attribute` names, looked for in AWS's order of checks."""
    try:
        modname, fname = handler.rsplit(".", 1)
    except ValueError as error:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{handler}': {error}")
    if modname.split(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", f"Cannot use built-in module {modname} as a handler module")
    try:
        # line 53
        m = importlib.import_module(modname.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{modname}': {error}")
    except SyntaxError as error:
        place = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{modname}': {error}", [place])
    try:
        return getattr(m, fname)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", f"Handler '{fname}' missing on module '{modname}'")


def handle_event_request(lambda_runtime_client, request_handler, event_request, log_sink, invocation_id):
    """One invocation: parse, call, answer; or report the error."""
    invoke_id = event_request.invoke_id
    try:
        lambda_context = LambdaContext(*event_request.context_arguments())
        event = event_request.event()
        # line 178
        response = request_handler(event, lambda_context)
        result, result_content_type = marshal(response)
    except Fault as fault:
        error_result = error_of_fault(fault, invoke_id)
        xray_fault = make_xray_fault("LambdaValidationError", fault.message, os.getcwd(), [])
    except Exception as value:
        etype, tb_tuples = type(value), frames_of(value)
        # line 199
        xray_fault = make_xray_fault(etype.__name__, str(value), os.getcwd(), tb_tuples)
        error_result = error_object(str(value), etype.__name__, traceback.format_list(tb_tuples), invoke_id)
    else:
        # line 211
        lambda_runtime_client.post_invocation_result(
            invoke_id, result, result_content_type, invocation_id
        )
        return
    log_error(error_result, log_sink)
    unawaited.warn()
    lambda_runtime_client.post_invocation_error(invoke_id, error_result, xray_fault)


def on_init_complete(lambda_runtime_client, log_sink):
    """The hooks around a snapshot. Returns in every environment that was restored."""
    # Only now: the function may have brought a `snapshot_restore_py` of its own.
    from . import lambda_runtime_hooks_runner as hooks

    try:
        hooks.run_before_snapshot()
        lambda_runtime_client.restore_next(log_sink.fd)
    except BaseException as error:
        _fail(error, log_sink, lambda_runtime_client.post_init_error, "Runtime.BeforeSnapshotError", 64)
    try:
        hooks.run_after_restore()
    except BaseException as error:
        _fail(error, log_sink, lambda_runtime_client.post_restore_error, "Runtime.AfterRestoreError", 65)


def _fail(error, log_sink, post, kind, status):
    result = error_of_exception(error)
    log_error(result, log_sink)
    post(result, kind)
    sys.exit(status)


class LambdaLoggerHandler(logging.Handler):
    """The one handler that Lambda gives the root logger."""

    def __init__(self, log_sink):
        super().__init__()
        self.log_sink = log_sink

    def emit(self, record):
        # line 321
        msg = self.format(record)
        self.log_sink.log(msg)


class LambdaLoggerHandlerWithFrameType(LambdaLoggerHandler):
    """The same where the function has a level or JSON: the level goes along."""

    def emit(self, record):
        # line 331
        self.log_sink.log(
            self.format(record),
            getattr(record, "_frame_type", None) or log_utils.frame_of(record.levelno, False),
        )


class Unbuffered:
    """A stream that keeps nothing back: what is printed is logged even if the process dies."""

    def __init__(self, stream):
        self.stream = stream

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def write(self, msg):
        # line 361
        self.stream.write(msg)
        self.stream.flush()

    def writelines(self, msgs):
        self.stream.writelines(msgs)
        self.stream.flush()


class LambdaLoggerFilter(logging.Filter):
    """Puts the request id on every record."""

    def filter(self, record):
        record.aws_request_id = current_request_id or ""
        record.tenant_id = current_tenant_id
        return True


class FramedTelemetryLogSink:
    """Writes records with type, length and time before them, so that line ends inside them survive."""

    def __init__(self, fd):
        self.fd = fd

    def log(self, msg, frame_type=None):
        # line 414
        encoded_msg = msg.encode("utf8")
        head = (frame_type or log_utils.TEXT_FRAME).to_bytes(4, "big") + len(encoded_msg).to_bytes(4, "big")
        rest = head + (time.time_ns() // 1000).to_bytes(8, "big") + encoded_msg
        while rest:
            rest = rest[os.write(self.fd, rest):]


def set_up_logging(log_sink):
    """Gives the root logger its handler. Its level stays WARNING unless the function has one."""
    logging.Formatter.converter = time.gmtime
    as_json, level = log_utils.json_wanted(), log_utils.level_wanted()
    handler = (LambdaLoggerHandlerWithFrameType if as_json or level else LambdaLoggerHandler)(log_sink)
    handler.setFormatter(
        log_utils.JsonFormatter() if as_json else logging.Formatter(log_utils.TEXT_FORMAT, log_utils.DATE_FORMAT))
    handler.addFilter(LambdaLoggerFilter())
    root = logging.getLogger()
    if level in logging._nameToLevel:
        root.setLevel(level)
    root.addHandler(handler)


def run(handler, lambda_runtime_client):
    """Runs until the process ends."""
    sys.stdout, sys.stderr = Unbuffered(sys.stdout), Unbuffered(sys.stderr)
    # Records go where the output goes, on a way of their own.
    log_sink = FramedTelemetryLogSink(os.dup(1))
    json_writer.look_at_environment()
    set_up_logging(log_sink)
    try:
        # line 519
        request_handler = _get_handler(handler)
    except Fault as fault:
        _end_unstarted(error_of_fault(fault), lambda_runtime_client, log_sink)
    except Exception as error:
        _end_unstarted(error_of_exception(error), lambda_runtime_client, log_sink)
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        on_init_complete(lambda_runtime_client, log_sink)
    while True:
        event_request = lambda_runtime_client.next_invocation()
        follow(event_request.sent)
        # line 549
        handle_event_request(
            lambda_runtime_client,
            request_handler,
            event_request,
            log_sink,
            # line 561
            event_request.invocation_id,
        )


def _end_unstarted(error, lambda_runtime_client, log_sink):
    logging.warning(UNHANDLED_EXCEPTION)
    log_error(error, log_sink)
    lambda_runtime_client.post_init_error(error, error["errorType"])
    sys.exit(1)


def follow(sent):
    """Lets log records and X-Ray's tools know which invocation runs."""
    global current_request_id, current_tenant_id
    current_request_id = sent["lambda-runtime-aws-request-id"]
    current_tenant_id = sent.get("lambda-runtime-aws-tenant-id")
    trace_id = sent.get("lambda-runtime-trace-id")
    if trace_id is not None:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
