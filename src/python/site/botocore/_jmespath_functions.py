"""The functions of JMESPath."""

import json


def _to_number(value):
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return value if not isinstance(value, str) else int(value)
    except ValueError:
        try:
            return float(value)
        except ValueError:
            return None


def _to_string(value):
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _type(value):
    names = {bool: "boolean", str: "string", list: "array", dict: "object", int: "number"}
    return "null" if value is None else names.get(type(value), "number")


def _merge(*values):
    merged = {}
    for value in values:
        merged.update(value)
    return merged


def _first_not_null(*values):
    return next((value for value in values if value is not None), None)


FUNCTIONS = {
    "abs": abs,
    "avg": lambda values: sum(values) / len(values) if values else None,
    "ceil": lambda value: -int(-value // 1),
    "contains": lambda subject, wanted: wanted in subject,
    "ends_with": lambda text, end: text.endswith(end),
    "floor": lambda value: int(value // 1),
    "join": lambda glue, values: glue.join(values),
    "keys": lambda value: list(value),
    "length": len,
    "map": lambda each, values: [each(value) for value in values],
    "max": lambda values: max(values) if values else None,
    "max_by": lambda values, by: max(values, key=by) if values else None,
    "merge": _merge,
    "min": lambda values: min(values) if values else None,
    "min_by": lambda values, by: min(values, key=by) if values else None,
    "not_null": _first_not_null,
    "reverse": lambda value: value[::-1],
    "sort": sorted,
    "sort_by": lambda values, by: sorted(values, key=by),
    "starts_with": lambda text, start: text.startswith(start),
    "sum": sum,
    "to_array": lambda value: value if isinstance(value, list) else [value],
    "to_number": _to_number,
    "to_string": _to_string,
    "type": _type,
    "values": lambda value: list(value.values()),
}
