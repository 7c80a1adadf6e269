"""Python values and conditions in the calls of a DynamoDB resource's client.

Adapted from boto3; see NOTICE.
"""

import copy
from collections.abc import Mapping, MutableSequence

from boto3.dynamodb.conditions import ConditionBase, ConditionExpressionBuilder
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer


class _ForgetfulDict(dict):
    """A memo for `deepcopy` with which an object met twice is copied twice."""

    def __setitem__(self, key, value):
        pass


def copy_dynamodb_params(params, **kwargs):
    """A copy of the caller's parameters, to be transformed in place."""
    return copy.deepcopy(params, memo=_ForgetfulDict())


def register(client):
    """Have a client take and give Python's values."""
    injector = TransformationInjector()
    events = client.meta.events
    events.register(
        "provide-client-params.dynamodb", copy_dynamodb_params, "dynamodb-create-params-copy"
    )
    events.register(
        "before-parameter-build.dynamodb",
        injector.inject_condition_expressions,
        "dynamodb-condition-expression",
    )
    events.register(
        "before-parameter-build.dynamodb",
        injector.inject_attribute_value_input,
        "dynamodb-attr-value-input",
    )
    events.register(
        "after-call.dynamodb",
        injector.inject_attribute_value_output,
        "dynamodb-attr-value-output",
    )


class TransformationInjector:
    """Transforms what a call takes and what it gives."""

    def __init__(
        self, transformer=None, condition_builder=None, serializer=None, deserializer=None
    ):
        self._transformer = transformer or ParameterTransformer()
        self._condition_builder = condition_builder or ConditionExpressionBuilder()
        self._serializer = serializer or TypeSerializer()
        self._deserializer = deserializer or TypeDeserializer()

    def inject_condition_expressions(self, params, model, **kwargs):
        """Put expressions and placeholders in the place of conditions."""
        if model.input_shape is None:
            return
        self._condition_builder.reset()
        names, values = {}, {}
        for target, is_key in (("ConditionExpression", False), ("KeyExpression", True)):
            transformation = ConditionExpressionTransformation(
                self._condition_builder, names, values, is_key
            )
            self._transformer.transform(params, model.input_shape, transformation, target)
        for name, generated in (
            ("ExpressionAttributeNames", names),
            ("ExpressionAttributeValues", values),
        ):
            if name in params:
                params[name].update(generated)
            elif generated:
                params[name] = generated

    def inject_attribute_value_input(self, params, model, **kwargs):
        """Put DynamoDB's values in the place of Python's."""
        if model.input_shape is not None:
            self._transformer.transform(
                params, model.input_shape, self._serializer.serialize, "AttributeValue"
            )

    def inject_attribute_value_output(self, parsed, model, **kwargs):
        """Put Python's values in the place of DynamoDB's."""
        if model.output_shape is not None:
            self._transformer.transform(
                parsed, model.output_shape, self._deserializer.deserialize, "AttributeValue"
            )


class ConditionExpressionTransformation:
    """Turns a condition into its expression and gathers its placeholders."""

    def __init__(
        self, condition_builder, placeholder_names, placeholder_values, is_key_condition=False
    ):
        self._condition_builder = condition_builder
        self._names = placeholder_names
        self._values = placeholder_values
        self._is_key_condition = is_key_condition

    def __call__(self, value):
        if not isinstance(value, ConditionBase):
            return value
        built = self._condition_builder.build_expression(
            value, is_key_condition=self._is_key_condition
        )
        self._names.update(built.attribute_name_placeholders)
        self._values.update(built.attribute_value_placeholders)
        return built.condition_expression


class ParameterTransformer:
    """Applies a transformation wherever a shape of one name is met."""

    def transform(self, params, model, transformation, target_shape):
        """Transform `params`, of the shape `model`, in place."""
        kind = model.type_name
        if kind == "structure":
            if isinstance(params, Mapping):
                members = model.members
                for name in params:
                    if name in members:
                        self._one(params, name, members[name], transformation, target_shape)
        elif kind == "map":
            if isinstance(params, Mapping):
                for key in params:
                    self._one(params, key, model.value, transformation, target_shape)
        elif kind == "list":
            if isinstance(params, MutableSequence):
                for i in range(len(params)):
                    self._one(params, i, model.member, transformation, target_shape)

    def _one(self, container, key, shape, transformation, target_shape):
        if shape.name == target_shape:
            container[key] = transformation(container[key])
        else:
            self.transform(container[key], shape, transformation, target_shape)
