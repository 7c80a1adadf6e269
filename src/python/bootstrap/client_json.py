"""As much of simplejson as AWS's runtime client needs, in its wording. Handlers don't see it: they may expect all of it.

Beyond the standard module: a namedtuple, or anything else with `_asdict`, becomes an object, and bytes a string.
NaN is written as NaN, which strict readers refuse.
"""
import json
import math

import _lambda_course as native

_LONGEST_INT = 4300


class JSONEncoder:
    """Writes JSON; what it cannot write goes to `default`."""

    def __init__(self, ensure_ascii=True, allow_nan=False, use_decimal=False):
        # The client always asks for NaN, and writes Decimal itself.
        self.ensure_ascii = ensure_ascii
        self.allow_nan = allow_nan
        self.use_decimal = use_decimal

    def default(self, value):
        raise TypeError(f"Object of type {value.__class__.__name__} is not JSON serializable")

    def encode(self, value):
        """The JSON text of a value; TypeError or ValueError as simplejson raises them."""
        text = native.plain_json(value)
        if text is not None and (not self.ensure_ascii or text.isascii()):
            return text
        try:
            return self._text(value)
        except RecursionError:
            raise RecursionError("maximum recursion depth exceeded while calling a Python object") from None

    def _text(self, value):
        quote = json.encoder.encode_basestring_ascii if self.ensure_ascii else json.encoder.encode_basestring
        out = []
        _write(value, out, quote, self.default, set())
        return "".join(out)


class raw_json:
    """The module of this name."""

    class RawJSON:
        """JSON that is written as it stands."""

        def __init__(self, encoded_json):
            self.encoded_json = encoded_json


def loads(text):
    return json.loads(text)


def _write(value, out, quote, default, parents):
    if isinstance(value, str):
        out.append(quote(value))
    elif isinstance(value, bytes):
        out.append(quote(value.decode("utf-8")))
    elif isinstance(value, raw_json.RawJSON):
        out.append(value.encoded_json)
    elif value is None or value is True or value is False:
        out.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, int):
        out.append(_integer(value))
    elif isinstance(value, float):
        out.append(_number(value))
    else:
        _write_compound(value, out, quote, default, parents)


def _write_compound(value, out, quote, default, parents):
    if id(value) in parents:
        raise ValueError("Circular reference detected")
    parents.add(id(value))
    fields = _fields(value)
    if fields is not None:
        _write_object(fields, out, quote, default, parents)
    elif isinstance(value, (list, tuple)):
        _write_array(value, out, quote, default, parents)
    elif isinstance(value, dict):
        _write_object(value, out, quote, default, parents)
    else:
        _write(default(value), out, quote, default, parents)
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


def _write_array(value, out, quote, default, parents):
    out.append("[")
    for index, item in enumerate(value):
        if index:
            out.append(", ")
        _write(item, out, quote, default, parents)
    out.append("]")


def _write_object(value, out, quote, default, parents):
    out.append("{")
    first = True
    for key, item in value.items():
        if not first:
            out.append(", ")
        first = False
        out.append(quote(_key(key)))
        out.append(": ")
        _write(item, out, quote, default, parents)
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
