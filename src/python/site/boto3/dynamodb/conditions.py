"""Conditions written in Python: `Key("id").eq("1") & Attr("n").gt(2)`.

Adapted from boto3; see NOTICE.
"""

import re
from collections import namedtuple

from boto3.exceptions import (
    DynamoDBNeedsConditionError,
    DynamoDBNeedsKeyConditionError,
    DynamoDBOperationNotSupportedError,
)

ATTR_NAME_REGEX = re.compile(r"[^.\[\]]+(?![^\[]*\])")


class ConditionBase:
    """A condition; combine conditions with `&`, `|` and `~`."""

    expression_format = ""
    expression_operator = ""
    has_grouped_values = False

    def __init__(self, *values):
        self._values = values

    def __and__(self, other):
        if not isinstance(other, ConditionBase):
            raise DynamoDBOperationNotSupportedError("AND", other)
        return And(self, other)

    def __or__(self, other):
        if not isinstance(other, ConditionBase):
            raise DynamoDBOperationNotSupportedError("OR", other)
        return Or(self, other)

    def __invert__(self):
        return Not(self)

    def get_expression(self):
        """The parts the condition is built from."""
        return {
            "format": self.expression_format,
            "operator": self.expression_operator,
            "values": self._values,
        }

    def __eq__(self, other):
        return isinstance(other, type(self)) and self._values == other._values

    def __ne__(self, other):
        return not self.__eq__(other)


class AttributeBase:
    """An attribute by its name, and the comparisons that make conditions of it."""

    def __init__(self, name):
        self.name = name

    def __and__(self, value):
        raise DynamoDBOperationNotSupportedError("AND", self)

    def __or__(self, value):
        raise DynamoDBOperationNotSupportedError("OR", self)

    def __invert__(self):
        raise DynamoDBOperationNotSupportedError("NOT", self)

    def eq(self, value):
        """The attribute equals `value`."""
        return Equals(self, value)

    def lt(self, value):
        """The attribute is less than `value`."""
        return LessThan(self, value)

    def lte(self, value):
        """The attribute is less than or equal to `value`."""
        return LessThanEquals(self, value)

    def gt(self, value):
        """The attribute is greater than `value`."""
        return GreaterThan(self, value)

    def gte(self, value):
        """The attribute is greater than or equal to `value`."""
        return GreaterThanEquals(self, value)

    def begins_with(self, value):
        """The attribute begins with `value`."""
        return BeginsWith(self, value)

    def between(self, low_value, high_value):
        """The attribute lies between two values, or equals one of them."""
        return Between(self, low_value, high_value)

    def __eq__(self, other):
        return isinstance(other, type(self)) and self.name == other.name

    def __ne__(self, other):
        return not self.__eq__(other)


class ConditionAttributeBase(ConditionBase, AttributeBase):
    """A condition that can itself be compared, such as a size."""

    def __init__(self, *values):
        ConditionBase.__init__(self, *values)
        AttributeBase.__init__(self, values[0].name)

    def __eq__(self, other):
        return ConditionBase.__eq__(self, other) and AttributeBase.__eq__(self, other)

    def __ne__(self, other):
        return not self.__eq__(other)


class ComparisonCondition(ConditionBase):
    """A condition with its operator in the middle."""

    expression_format = "{0} {operator} {1}"


class Equals(ComparisonCondition):
    """`a = b`."""

    expression_operator = "="


class NotEquals(ComparisonCondition):
    """`a <> b`."""

    expression_operator = "<>"


class LessThan(ComparisonCondition):
    """`a < b`."""

    expression_operator = "<"


class LessThanEquals(ComparisonCondition):
    """`a <= b`."""

    expression_operator = "<="


class GreaterThan(ComparisonCondition):
    """`a > b`."""

    expression_operator = ">"


class GreaterThanEquals(ComparisonCondition):
    """`a >= b`."""

    expression_operator = ">="


class In(ComparisonCondition):
    """`a IN (b, c)`."""

    expression_operator = "IN"
    has_grouped_values = True


class Between(ConditionBase):
    """`a BETWEEN b AND c`."""

    expression_operator = "BETWEEN"
    expression_format = "{0} {operator} {1} AND {2}"


class BeginsWith(ConditionBase):
    """`begins_with(a, b)`."""

    expression_operator = "begins_with"
    expression_format = "{operator}({0}, {1})"


class Contains(ConditionBase):
    """`contains(a, b)`."""

    expression_operator = "contains"
    expression_format = "{operator}({0}, {1})"


class Size(ConditionAttributeBase):
    """`size(a)`."""

    expression_operator = "size"
    expression_format = "{operator}({0})"


class AttributeType(ConditionBase):
    """`attribute_type(a, b)`."""

    expression_operator = "attribute_type"
    expression_format = "{operator}({0}, {1})"


class AttributeExists(ConditionBase):
    """`attribute_exists(a)`."""

    expression_operator = "attribute_exists"
    expression_format = "{operator}({0})"


class AttributeNotExists(ConditionBase):
    """`attribute_not_exists(a)`."""

    expression_operator = "attribute_not_exists"
    expression_format = "{operator}({0})"


class And(ConditionBase):
    """Both conditions."""

    expression_operator = "AND"
    expression_format = "({0} {operator} {1})"


class Or(ConditionBase):
    """One of two conditions, or both."""

    expression_operator = "OR"
    expression_format = "({0} {operator} {1})"


class Not(ConditionBase):
    """Not the condition."""

    expression_operator = "NOT"
    expression_format = "({operator} {0})"


class Key(AttributeBase):
    """An attribute of the table's, or an index's, key."""


class Attr(AttributeBase):
    """An attribute of an item."""

    def ne(self, value):
        """The attribute does not equal `value`."""
        return NotEquals(self, value)

    def is_in(self, value):
        """The attribute is one of a list of values."""
        return In(self, value)

    def exists(self):
        """The item has the attribute."""
        return AttributeExists(self)

    def not_exists(self):
        """The item does not have the attribute."""
        return AttributeNotExists(self)

    def contains(self, value):
        """The attribute, a string, a set or a list, contains `value`."""
        return Contains(self, value)

    def size(self):
        """The attribute's size, to be compared."""
        return Size(self)

    def attribute_type(self, value):
        """The attribute is of the type `value` names."""
        return AttributeType(self, value)


BuiltConditionExpression = namedtuple(
    "BuiltConditionExpression",
    ["condition_expression", "attribute_name_placeholders", "attribute_value_placeholders"],
)


class ConditionExpressionBuilder:
    """Makes expressions with placeholders of conditions."""

    def __init__(self):
        self._name_count = 0
        self._value_count = 0

    def reset(self):
        """Number placeholders from zero again."""
        self._name_count = 0
        self._value_count = 0

    def build_expression(self, condition, is_key_condition=False):
        """Build one: ("#n0 = :v0", {"#n0": "name"}, {":v0": "value"})."""
        if not isinstance(condition, ConditionBase):
            raise DynamoDBNeedsConditionError(condition)
        names, values = {}, {}
        expression = self._build(condition, names, values, is_key_condition)
        return BuiltConditionExpression(expression, names, values)

    def _build(self, condition, names, values, is_key_condition):
        parts = condition.get_expression()
        replaced = [
            self._component(value, names, values, condition.has_grouped_values, is_key_condition)
            for value in parts["values"]
        ]
        return parts["format"].format(*replaced, operator=parts["operator"])

    def _component(self, value, names, values, has_grouped_values, is_key_condition):
        if isinstance(value, ConditionBase):
            return self._build(value, names, values, is_key_condition)
        if isinstance(value, AttributeBase):
            if is_key_condition and not isinstance(value, Key):
                raise DynamoDBNeedsKeyConditionError(
                    f"Attribute object {value.name} is of type {type(value)}. "
                    f"KeyConditionExpression only supports Attribute objects "
                    f"of type Key"
                )
            return self._name(value.name, names)
        if has_grouped_values:
            return f"({', '.join([self._value(v, values) for v in value])})"
        return self._value(value, values)

    def _name(self, attribute_name, names):
        placeholders = []
        for part in ATTR_NAME_REGEX.findall(attribute_name):
            placeholder = f"#n{self._name_count}"
            self._name_count += 1
            names[placeholder] = part
            placeholders.append(placeholder)
        return ATTR_NAME_REGEX.sub("%s", attribute_name) % tuple(placeholders)

    def _value(self, value, values):
        placeholder = f":v{self._value_count}"
        self._value_count += 1
        values[placeholder] = value
        return placeholder
