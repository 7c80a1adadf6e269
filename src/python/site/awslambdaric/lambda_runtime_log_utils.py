"""The forms of log records: in frames, so that one record is one event, and as JSON."""
import json
import logging
import os
import time
import traceback

DATE_FORMAT = "%Y-%m-%dT%H:%M:%S"
TEXT_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"

#: The first four bytes of a frame without a level; the others add the level's number to their kind's.
TEXT_FRAME = 0xA55A0003
_JSON_FRAME = 0xA55A0002
_LEVELS = {logging.DEBUG: 8, logging.INFO: 12, logging.WARNING: 16, logging.ERROR: 20, logging.CRITICAL: 24}


def json_wanted():
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


def level_wanted():
    """The name of the level; empty where the function has none."""
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    return "DEBUG" if level == "TRACE" else level


def frame_of(level, as_json):
    """What a frame of a record of that level begins with."""
    number = _LEVELS.get(_standard_level(level))
    if number is None:
        return TEXT_FRAME
    return (_JSON_FRAME if as_json else TEXT_FRAME) + number


def time_stamp(seconds):
    return time.strftime(DATE_FORMAT + "Z", time.gmtime(seconds))


def _standard_level(level):
    """The highest of the standard levels that is not above it."""
    return min(50, max(0, level)) // 10 * 10


class JsonFormatter(logging.Formatter):
    """One JSON object a record; what was passed as `extra` is added to it."""

    def __format_exception_name(self, exc_info):
        if not exc_info:
            return None
        # line 97
        return exc_info[0].__name__

    def format(self, record):
        failed = record.exc_info
        result = {
            "timestamp": time_stamp(record.created),
            "level": logging.getLevelName(_standard_level(record.levelno)),
            "message": (
                record.msg if isinstance(record.msg, dict) and not record.args
                # line 126
                else record.getMessage()
            ),
            "logger": record.name,
            "stackTrace": traceback.format_tb(failed[2]) if failed else None,
            # line 130
            "errorType": self.__format_exception_name(record.exc_info),
            "errorMessage": str(failed[1]) if failed else None,
            "requestId": getattr(record, "aws_request_id", None),
            "location": f"{record.pathname}:{record.funcName}:{record.lineno}" if failed else None,
            "tenantId": getattr(record, "tenant_id", None),
        }
        for name, value in record.__dict__.items():
            if name not in _OF_EVERY_RECORD:
                result.setdefault(name, value)
        record._frame_type = frame_of(record.levelno, True)
        result = {name: value for name, value in result.items() if value is not None}
        return json.dumps(result, ensure_ascii=False, default=str) + "\n"


_OF_EVERY_RECORD = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {
    "message", "asctime", "aws_request_id", "tenant_id", "taskName", "exc_text", "stack_info", "_frame_type",
}
