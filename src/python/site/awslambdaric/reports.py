"""Error objects, and how they look in the log and in X-Ray."""
import logging
import time
import traceback

from differences import reword

from . import lambda_runtime_log_utils as log_utils
from .marshal import to_json

_NO_BREAK_SPACE = "\u00a0"

#: What Lambda logs before an error of initialisation.
UNHANDLED_EXCEPTION = (
    "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code. However, in rare "
    "cases, a Lambda runtime update can cause unexpected function behavior. For functions using managed runtimes, "
    "runtime updates can be triggered by a function change, or can be applied automatically. To determine if the "
    "runtime has been updated, check the runtime version in the INIT_START log entry. If this error correlates with "
    "a change in the runtime version, you may be able to mitigate this error by temporarily rolling back to the "
    "previous runtime version. For more information, see "
    "https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html\r"
)


def error_object(message, kind, trace, invoke_id=None):
    """In AWS's order of keys."""
    return {"errorMessage": message, "errorType": kind, "requestId": invoke_id or "", "stackTrace": trace}


def error_of_fault(fault, invoke_id=None):
    return error_object(fault.message, fault.kind, fault.trace, invoke_id)


def error_of_exception(error):
    """The error object of an exception outside of invocations."""
    return error_object(str(error), type(error).__name__, traceback.format_list(frames_of(error)))


def frames_of(error):
    """Where an exception came by, as tuples of file, line, name and text: from the first that is not the runtime's."""
    reword(error)
    frames = [(frame.filename, frame.lineno, frame.name, frame.line) for frame in traceback.extract_tb(error.__traceback__)]
    for place, frame in enumerate(frames):
        if "/bootstrap.py" not in frame[0]:
            return frames[place:]
    return frames


def make_xray_fault(kind, message, folder, frames):
    """What X-Ray is told of an error."""
    stack = [{"label": name, "path": file, "line": line} for file, line, name, _ in frames]
    exception = {"message": message, "type": kind, "stack": stack}
    return {"working_directory": folder, "exceptions": [exception], "paths": list({frame[0] for frame in frames})}


def log_error(error, log_sink):
    """Writes an error object as Lambda writes unhandled errors: one record with the traceback."""
    as_json = log_utils.json_wanted()
    if as_json:
        text = to_json({"timestamp": log_utils.time_stamp(time.time()), "level": "ERROR", **error})
    else:
        text = "\n".join(_lines(error))
    log_sink.log(text, log_utils.frame_of(logging.ERROR, as_json))


def _lines(error):
    kind, message = error["errorType"], error["errorMessage"]
    first = "[ERROR]"
    if kind:
        first += f" {kind}:" if message else f" {kind}"
    if message:
        first += f" {message}"
    yield first
    yield "Traceback (most recent call last):"
    for entry in error["stackTrace"]:
        for line in entry.splitlines() or [""]:
            text = line.lstrip(" ")
            yield _NO_BREAK_SPACE * (len(line) - len(text)) + text
