"""JSON in and out, in simplejson's words, which AWS's client writes with.

Beyond the standard module: a namedtuple, or anything else with `_asdict`, becomes an object, a Decimal a number with its
own digits, bytes inside a value a string. NaN is written as NaN, which strict readers refuse.
"""
import codecs
import json
import math
import os
from decimal import Decimal

import _lambda_course as native
import unawaited

from .faults import Fault

_LONGEST_INT = 4300
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)
_ASCII_ONLY = ("AWS_Lambda_python3.9", "AWS_Lambda_python3.10", "AWS_Lambda_python3.11")
_ascii_only = False


def look_at_environment():
    """Older runtimes write nothing but ASCII. This is looked at once, as the client starts."""
    global _ascii_only
    _ascii_only = os.environ.get("AWS_EXECUTION_ENV") in _ASCII_ONLY


def unmarshal(body, content_type):
    """The event: parsed, unless it isn't said to be JSON."""
    if content_type != "application/json":
        return body
    try:
        # Without a mark or a null it can be nothing but UTF-8, and `json.loads` need not find that out.
        is_utf8 = b"\0" not in body and not body.startswith(_MARKS)
        if is_utf8:
            return _decoder.decode(body.decode("utf-8", "surrogatepass"))
        return json.loads(body, parse_constant=_refuse)
    except Exception as error:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {_why(body) or error}")


def _refuse(constant):
    """NaN and the infinities are read by nobody, though they are written."""
    raise ValueError(constant)


_decoder = json.JSONDecoder(parse_constant=_refuse)


def _why(body):
    from . import unreadable
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return str(error)
    return unreadable.explain(text)


def marshal(response):
    """The payload and its content type."""
    if isinstance(response, bytes):
        return response, "application/unknown"
    try:
        return to_json(response), "application/json"
    except Exception as error:
        unawaited.watch(response)
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}")


def to_json(value):
    """The JSON text of a value; TypeError or ValueError as simplejson raises them."""
    text = native.plain_json(value)
    if text is not None and not (_ascii_only and not text.isascii()):
        return text
    # Looked up here, as the embedded interpreter's own are mended.
    quote = json.encoder.encode_basestring_ascii if _ascii_only else json.encoder.encode_basestring
    out = []
    try:
        _write(value, out, quote, set())
    except RecursionError:
        raise RecursionError("maximum recursion depth exceeded while calling a Python object") from None
    return "".join(out)


def _write(value, out, quote, parents):
    if isinstance(value, str):
        out.append(quote(value))
    elif isinstance(value, bytes):
        out.append(quote(value.decode("utf-8")))
    elif value is None or value is True or value is False:
        out.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, int):
        out.append(_integer(value))
    elif isinstance(value, float):
        out.append(_number(value))
    else:
        _write_compound(value, out, quote, parents)


def _write_compound(value, out, quote, parents):
    if id(value) in parents:
        raise ValueError("Circular reference detected")
    parents.add(id(value))
    fields = _fields(value)
    if fields is not None:
        _write_object(fields, out, quote, parents)
    elif isinstance(value, (list, tuple)):
        _write_array(value, out, quote, parents)
    elif isinstance(value, dict):
        _write_object(value, out, quote, parents)
    elif isinstance(value, Decimal):
        out.append("NaN" if value.is_nan() else str(value))
    else:
        raise TypeError(f"Object of type {value.__class__.__name__} is not JSON serializable")
    parents.discard(id(value))


def _fields(value):
    """What `_asdict` gives, if there is one that can be called."""
    method = getattr(value, "_asdict", None)
    if not callable(method):
        return None
    try:
        fields = method()
    except TypeError:
        return None
    if not isinstance(fields, dict):
        raise TypeError(f"_asdict() must return a dict, not {type(fields).__name__}")
    return fields


def _write_array(value, out, quote, parents):
    out.append("[")
    for index, item in enumerate(value):
        if index:
            out.append(", ")
        _write(item, out, quote, parents)
    out.append("]")


def _write_object(value, out, quote, parents):
    out.append("{")
    first = True
    for key, item in value.items():
        if not first:
            out.append(", ")
        first = False
        out.append(quote(_key(key)))
        out.append(": ")
        _write(item, out, quote, parents)
    out.append("}")


def _key(key):
    if isinstance(key, str):
        return key
    if isinstance(key, bytes):
        return key.decode("utf-8")
    if isinstance(key, float):
        return _number(key)
    if key is True or key is False or key is None:
        return {True: "true", False: "false", None: "null"}[key]
    if isinstance(key, int):
        return _integer(key)
    raise TypeError(f"keys must be str, int, float, bool or None, not {key.__class__.__name__}")


def _integer(value):
    digits = int.__repr__(value)
    if len(digits) > _LONGEST_INT + (value < 0):
        raise ValueError(f"Exceeds the limit ({_LONGEST_INT} digits) for integer string conversion; "
                         "use sys.set_int_max_str_digits() to increase the limit")
    return digits


def _number(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return float.__repr__(value)
