"""JSON in and out, as the runtime client does it with simplejson.

Beyond the standard module: a namedtuple becomes an object, a Decimal a number with its own digits, bytes inside a
value a string. NaN is written as NaN, which strict readers refuse.
"""
import functools
import json
import math
import os
from decimal import Decimal
from json.encoder import encode_basestring, encode_basestring_ascii, py_encode_basestring

import _lambda_course as native

from .fault import FaultException

_ASCII_ONLY = ("AWS_Lambda_python3.9", "AWS_Lambda_python3.10", "AWS_Lambda_python3.11")


def to_json(value):
    """The JSON text of a value; TypeError or ValueError as simplejson raises them."""
    ascii_only = _is_ascii_only()
    text = native.plain_json(value)
    if text is not None and (not ascii_only or text.isascii()):
        return text
    try:
        return _written(value, encode_basestring_ascii if ascii_only else encode_basestring)
    except UnicodeEncodeError:
        # The native encoders refuse a lone surrogate. CPython's write it, and it fails where it is sent.
        return _written(value, py_encode_basestring)


@functools.cache
def _is_ascii_only():
    """The client looks once, when it starts."""
    return os.environ.get("AWS_EXECUTION_ENV") in _ASCII_ONLY


def unmarshal(body, content_type):
    """The event: parsed, unless it isn't said to be JSON."""
    if content_type != "application/json":
        return body
    try:
        return json.loads(body)
    except Exception as error:
        raise FaultException("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}")


def marshal(response):
    """The payload and its content type."""
    if isinstance(response, bytes):
        return response, "application/unknown"
    try:
        return to_json(response), "application/json"
    except Exception as error:
        raise FaultException("Runtime.MarshalError", f"Unable to marshal response: {error}")


def _written(value, quote):
    out = []
    _write(value, out, quote, set())
    return "".join(out)


def _write(value, out, quote, parents):
    if value is None or value is True or value is False:
        out.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, str):
        out.append(quote(str(value)))
    elif isinstance(value, (bytes, bytearray)) and isinstance(value, bytes):
        out.append(quote(value.decode("utf-8")))
    elif isinstance(value, int):
        out.append(int.__repr__(value))
    elif isinstance(value, float):
        out.append(_number(value))
    elif isinstance(value, dict):
        _write_object(value, value.items(), out, quote, parents)
    elif isinstance(value, tuple) and callable(getattr(value, "_asdict", None)):
        _write_object(value, value._asdict().items(), out, quote, parents)
    elif isinstance(value, (list, tuple)):
        _write_array(value, out, quote, parents)
    elif isinstance(value, Decimal):
        out.append("NaN" if value.is_nan() else str(value))
    else:
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _number(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return float.__repr__(value)


def _write_array(value, out, quote, parents):
    if not value:
        out.append("[]")
        return
    _enter(value, parents)
    out.append("[")
    for index, item in enumerate(value):
        if index:
            out.append(", ")
        _write(item, out, quote, parents)
    out.append("]")
    parents.discard(id(value))


def _write_object(value, pairs, out, quote, parents):
    _enter(value, parents)
    out.append("{")
    first = True
    for key, item in pairs:
        if not first:
            out.append(", ")
        first = False
        out.append(quote(_key(key)))
        out.append(": ")
        _write(item, out, quote, parents)
    out.append("}")
    parents.discard(id(value))


def _enter(value, parents):
    if id(value) in parents:
        raise ValueError("Circular reference detected")
    parents.add(id(value))


def _key(key):
    if isinstance(key, str):
        return str(key)
    if isinstance(key, bytes):
        return key.decode("utf-8")
    if key is True or key is False or key is None:
        return {True: "true", False: "false", None: "null"}[key]
    if isinstance(key, int):
        return int.__repr__(key)
    if isinstance(key, float):
        return _number(key)
    if isinstance(key, Decimal):
        return str(key)
    raise TypeError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")
