"""Where log records and error reports go: frames on the log channel, so that one record is one event."""
import json
import logging
import os
import sys
import time
import traceback

from .marshal import to_json

NO_BREAK_SPACE = "\u00a0"
DATE_FORMAT = "%Y-%m-%dT%H:%M:%S"
_TEXT, _JSON = 0xA55A0003, 0xA55A0002
_LEVELS = {logging.DEBUG: 8, logging.INFO: 12, logging.WARNING: 16, logging.ERROR: 20, logging.CRITICAL: 24}

#: The invocation now running, for log records.
current_request_id = None
current_tenant_id = None


def json_wanted():
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


def level_wanted():
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "")
    return "DEBUG" if level == "TRACE" else level.upper()


class FrameSink:
    """Writes records with type, length and time before them, so that line ends inside them survive."""

    def __init__(self, fd):
        self.fd = fd

    def log(self, message, frame_type=None):
        data = message.encode("utf-8", "backslashreplace")
        head = (frame_type or _TEXT).to_bytes(4, "big") + len(data).to_bytes(4, "big")
        self._write(head + int(time.time() * 1e6).to_bytes(8, "big") + data)

    def log_error(self, lines):
        kind = _JSON if json_wanted() else _TEXT
        self.log("\n".join(lines), kind + _LEVELS[logging.ERROR])

    def _write(self, data):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        while data:
            data = data[os.write(self.fd, data):]


class LambdaLoggerHandler(logging.Handler):
    """The one handler that Lambda gives the root logger."""

    def __init__(self, log_sink):
        super().__init__()
        self.log_sink = log_sink

    def emit(self, record):
        level = min(50, max(0, record.levelno)) // 10 * 10
        kind = (_JSON if json_wanted() else _TEXT) + _LEVELS.get(level, 0)
        self.log_sink.log(self.format(record), kind)


class LambdaLoggerFilter(logging.Filter):
    """Puts the request id on every record."""

    def filter(self, record):
        record.aws_request_id = current_request_id or ""
        record.tenant_id = current_tenant_id
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a record; what was passed as `extra` is added to it."""

    def format(self, record):
        level = min(50, max(0, record.levelno)) // 10 * 10
        message = record.msg if isinstance(record.msg, dict) and not record.args else record.getMessage()
        result = {
            "timestamp": time.strftime(DATE_FORMAT + "Z", time.gmtime(record.created)),
            "level": logging.getLevelName(level),
            "message": message,
            "logger": record.name,
            "stackTrace": traceback.format_tb(record.exc_info[2]) if record.exc_info else None,
            "errorType": record.exc_info[0].__name__ if record.exc_info else None,
            "errorMessage": str(record.exc_info[1]) if record.exc_info else None,
            "requestId": getattr(record, "aws_request_id", None),
            "location": f"{record.pathname}:{record.funcName}:{record.lineno}" if record.exc_info else None,
            "tenantId": getattr(record, "tenant_id", None),
        }
        for key, value in record.__dict__.items():
            if key not in _STANDARD_FIELDS and key not in result:
                result[key] = value
        result = {key: value for key, value in result.items() if value is not None}
        return json.dumps(result, ensure_ascii=False, default=str) + "\n"


_STANDARD_FIELDS = set(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {
    "message", "asctime", "aws_request_id", "tenant_id", "taskName", "exc_text", "stack_info",
}


def set_up(log_sink):
    """Gives the root logger its handler. Its level stays WARNING unless AWS_LAMBDA_LOG_LEVEL says otherwise."""
    logging.Formatter.converter = time.gmtime
    handler = LambdaLoggerHandler(log_sink)
    if json_wanted():
        handler.setFormatter(JsonFormatter())
    else:
        form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
        handler.setFormatter(logging.Formatter(form, DATE_FORMAT))
    handler.addFilter(LambdaLoggerFilter())
    root = logging.getLogger()
    if level_wanted() in logging._nameToLevel:
        root.setLevel(level_wanted())
    root.addHandler(handler)


def report_error(error, log_sink):
    """Writes an error object as Lambda writes unhandled errors: one record with the traceback."""
    if json_wanted():
        # The key is `level` from awslambdaric 4.2 on; 4.0 wrote `log_level`.
        stamp = time.strftime(DATE_FORMAT + "Z", time.gmtime())
        log_sink.log_error([to_json({"timestamp": stamp, "level": "ERROR", **error})])
        return
    first = "[ERROR]"
    if error["errorType"]:
        first += " " + error["errorType"] + (":" if error["errorMessage"] else "")
    if error["errorMessage"]:
        first += " " + error["errorMessage"]
    lines = [first, "Traceback (most recent call last):"]
    for entry in error["stackTrace"]:
        for line in entry.splitlines() or [""]:
            text = line.lstrip(" ")
            lines.append(NO_BREAK_SPACE * (len(line) - len(text)) + text)
    log_sink.log_error(lines)
