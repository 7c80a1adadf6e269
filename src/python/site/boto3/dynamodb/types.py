"""Between Python's types and DynamoDB's.

Adapted from boto3; see NOTICE.
"""

from collections.abc import Mapping, Set
from decimal import (
    Clamped,
    Context,
    Decimal,
    Inexact,
    Overflow,
    Rounded,
    Underflow,
)

STRING = "S"
NUMBER = "N"
BINARY = "B"
STRING_SET = "SS"
NUMBER_SET = "NS"
BINARY_SET = "BS"
NULL = "NULL"
BOOLEAN = "BOOL"
MAP = "M"
LIST = "L"

DYNAMODB_CONTEXT = Context(
    Emin=-128, Emax=126, prec=38, traps=[Clamped, Overflow, Inexact, Rounded, Underflow]
)

BINARY_TYPES = (bytearray, bytes)


class Binary:
    """Bytes, as DynamoDB gives them back."""

    def __init__(self, value):
        if not isinstance(value, BINARY_TYPES):
            types = ", ".join([str(t) for t in BINARY_TYPES])
            raise TypeError(f"Value must be of the following types: {types}")
        self.value = value

    def __eq__(self, other):
        if isinstance(other, Binary):
            return self.value == other.value
        return self.value == other

    def __ne__(self, other):
        return not self.__eq__(other)

    def __repr__(self):
        return f"Binary({self.value!r})"

    def __str__(self):
        return self.value

    def __bytes__(self):
        return self.value

    def __hash__(self):
        return hash(self.value)


class TypeSerializer:
    """Makes DynamoDB's typed values of Python's."""

    def serialize(self, value):
        """`"a"` becomes `{"S": "a"}`, `[1]` becomes `{"L": [{"N": "1"}]}`, and so on."""
        if value is None:
            return {NULL: True}
        if isinstance(value, bool):
            return {BOOLEAN: value}
        if self._is_number(value):
            return {NUMBER: self._number(value)}
        if isinstance(value, str):
            return {STRING: value}
        if self._is_binary(value):
            return {BINARY: self._binary(value)}
        if isinstance(value, Set):
            found = self._serialize_set(value)
            if found is not None:
                return found
        if isinstance(value, Mapping):
            return {MAP: {k: self.serialize(v) for k, v in value.items()}}
        if isinstance(value, (list, tuple)):
            return {LIST: [self.serialize(v) for v in value]}
        raise TypeError(f'Unsupported type "{type(value)}" for value "{value}"')

    def _serialize_set(self, value):
        if all(map(self._is_number, value)):
            return {NUMBER_SET: [self._number(v) for v in value]}
        if all(isinstance(v, str) for v in value):
            return {STRING_SET: list(value)}
        if all(map(self._is_binary, value)):
            return {BINARY_SET: [self._binary(v) for v in value]}
        return None

    @staticmethod
    def _is_number(value):
        if isinstance(value, (int, Decimal)):
            return True
        if isinstance(value, float):
            raise TypeError("Float types are not supported. Use Decimal types instead.")
        return False

    @staticmethod
    def _is_binary(value):
        return isinstance(value, (Binary, bytearray, bytes))

    @staticmethod
    def _number(value):
        number = str(DYNAMODB_CONTEXT.create_decimal(value))
        if number in ("Infinity", "NaN"):
            raise TypeError("Infinity and NaN not supported")
        return number

    @staticmethod
    def _binary(value):
        return value.value if isinstance(value, Binary) else value


class TypeDeserializer:
    """Makes Python's values of DynamoDB's typed ones."""

    def deserialize(self, value):
        """`{"N": "1"}` becomes `Decimal("1")`, `{"B": b"x"}` becomes `Binary(b"x")`."""
        if not value:
            raise TypeError(
                "Value must be a nonempty dictionary whose key is a valid dynamodb type."
            )
        kind = next(iter(value))
        handler = getattr(self, "_deserialize_" + kind.lower(), None)
        if handler is None:
            raise TypeError(f"Dynamodb type {kind} is not supported")
        return handler(value[kind])

    def _deserialize_null(self, value):
        return None

    def _deserialize_bool(self, value):
        return value

    def _deserialize_n(self, value):
        return DYNAMODB_CONTEXT.create_decimal(value)

    def _deserialize_s(self, value):
        return value

    def _deserialize_b(self, value):
        return Binary(value)

    def _deserialize_ns(self, value):
        return set(map(self._deserialize_n, value))

    def _deserialize_ss(self, value):
        return set(value)

    def _deserialize_bs(self, value):
        return set(map(self._deserialize_b, value))

    def _deserialize_l(self, value):
        return [self.deserialize(v) for v in value]

    def _deserialize_m(self, value):
        return {k: self.deserialize(v) for k, v in value.items()}
