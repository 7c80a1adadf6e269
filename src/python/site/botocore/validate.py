"""Checking a call's parameters against the model, with botocore's words.

Adapted from botocore; see NOTICE.
"""

from botocore.exceptions import ParamValidationError
from botocore.utils import is_json_value_header, parse_to_aware_datetime

_SCALARS = {
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "string": (str,),
}
# A plain list of these needs no walk of its own.
_FREE = ("min", "required", "document", "union")


def validate_parameters(params, shape):
    """Raise ParamValidationError where `params` do not fit `shape`."""
    report = ParamValidator().validate(params, shape)
    if report.has_errors():
        raise ParamValidationError(report=report.generate_report())


class ValidationErrors:
    """What was found wrong, in the order it was found."""

    def __init__(self):
        self._errors = []

    def has_errors(self):
        """Whether anything was wrong."""
        return bool(self._errors)

    def generate_report(self):
        """All findings, one a line."""
        return "\n".join(self._errors)

    @staticmethod
    def _name(name):
        if not name:
            return "input"
        return name[1:] if name.startswith(".") else name

    def missing(self, name, required_name):
        """A required member is not there."""
        self._errors.append(
            f'Missing required parameter in {self._name(name)}: "{required_name}"'
        )

    def unknown(self, name, param, valid_names):
        """A member the model does not have."""
        self._errors.append(
            f'Unknown parameter in {self._name(name)}: "{param}", '
            f"must be one of: {', '.join(valid_names)}"
        )

    def invalid_type(self, name, param, valid_types, document=False):
        """A value of the wrong type."""
        self._errors.append(
            f"Invalid type for {'document ' if document else ''}parameter "
            f"{self._name(name)}, value: {param}, type: {type(param)}, "
            f"valid types: {', '.join(str(t) for t in valid_types)}"
        )

    def check_min(self, name, value, shape, kind):
        """A number, or a length, below the least the model allows."""
        least = shape.metadata.get("min")
        if least is None and shape.serialization.get("hostLabel"):
            least = 1
        if least is not None and value < least:
            word = "length" if kind == "length" else "value"
            self._errors.append(
                f"Invalid {word} for parameter {self._name(name)}, value: {value}, "
                f"valid min {word}: {least}"
            )

    def not_json(self, name, error):
        """A value that must become JSON and cannot."""
        self._errors.append(
            f"Invalid parameter {self._name(name)} must be json serializable: {error}"
        )

    def union(self, name, count, members):
        """A tagged union with none or several of its members."""
        names = ", ".join(members)
        name = self._name(name)
        if count:
            self._errors.append(
                "Invalid number of parameters set for tagged union structure "
                f"{name}. Can only set one of the following keys: {names}."
            )
        else:
            self._errors.append(
                "Must set one of the following keys for tagged union"
                f"structure {name}: {names}."
            )


class ParamValidator:
    """Validates parameters against a shape and gathers every finding."""

    def validate(self, params, shape):
        """Return the ValidationErrors of `params`."""
        errors = ValidationErrors()
        self._validate(params, shape, errors, "")
        return errors

    def _validate(self, params, shape, errors, name):
        if shape.serialization and is_json_value_header(shape):
            self._validate_jsonvalue(params, errors, name)
        elif shape.metadata and shape.type_name == "structure" and shape.is_document_type:
            self._validate_document(params, errors, name)
        else:
            getattr(self, "_validate_" + shape.type_name)(params, shape, errors, name)

    def _validate_jsonvalue(self, params, errors, name):
        import json

        try:
            json.dumps(params)
        except (ValueError, TypeError) as e:
            errors.not_json(name, e)

    def _validate_document(self, params, errors, name):
        if params is None:
            return
        if isinstance(params, dict):
            for key in params:
                self._validate_document(params[key], errors, key)
        elif isinstance(params, list):
            for index, entity in enumerate(params):
                self._validate_document(entity, errors, f"{name}[{index}]")
        elif not isinstance(params, (str, int, bool, float)):
            errors.invalid_type(name, params, (str, int, bool, float, list, dict), document=True)

    def _validate_structure(self, params, shape, errors, name):
        if not isinstance(params, dict):
            errors.invalid_type(name, params, (dict,))
            return
        members = shape.members
        if shape.is_tagged_union and len(params) != 1:
            errors.union(name, len(params), members)
        for required in shape.metadata.get("required", ()):
            if required not in params:
                errors.missing(name, required)
        known = []
        for param in params:
            if param in members:
                known.append(param)
            else:
                errors.unknown(name, param, members)
        for param in known:
            self._validate(params[param], members[param], errors, f"{name}.{param}")

    def _validate_string(self, param, shape, errors, name):
        if isinstance(param, str):
            errors.check_min(name, len(param), shape, "length")
        else:
            errors.invalid_type(name, param, (str,))

    def _validate_list(self, param, shape, errors, name):
        if not isinstance(param, (list, tuple)):
            errors.invalid_type(name, param, (list, tuple))
            return
        errors.check_min(name, len(param), shape, "length")
        member = shape.member
        types = _SCALARS.get(member.type_name)
        if types and not any(trait in member.metadata for trait in _FREE):
            for i, item in enumerate(param):
                if not isinstance(item, types):
                    errors.invalid_type(f"{name}[{i}]", item, types)
            return
        for i, item in enumerate(param):
            self._validate(item, member, errors, f"{name}[{i}]")

    def _validate_map(self, param, shape, errors, name):
        if not isinstance(param, dict):
            errors.invalid_type(name, param, (dict,))
            return
        key_shape, value_shape = shape.key, shape.value
        for key, value in param.items():
            self._validate(key, key_shape, errors, f"{name} (key: {key})")
            self._validate(value, value_shape, errors, f"{name}.{key}")

    def _validate_integer(self, param, shape, errors, name):
        if isinstance(param, int):
            errors.check_min(name, param, shape, "range")
        else:
            errors.invalid_type(name, param, (int,))

    _validate_long = _validate_integer

    def _validate_double(self, param, shape, errors, name):
        if not isinstance(param, (float, int)):
            from decimal import Decimal

            if not isinstance(param, Decimal):
                errors.invalid_type(name, param, (float, Decimal, int))
                return
        errors.check_min(name, param, shape, "range")

    _validate_float = _validate_double

    def _validate_blob(self, param, shape, errors, name):
        if not isinstance(param, (bytes, bytearray, str)) and not hasattr(param, "read"):
            errors.invalid_type(name, param, (bytes, bytearray, "file-like object"))

    def _validate_boolean(self, param, shape, errors, name):
        if not isinstance(param, bool):
            errors.invalid_type(name, param, (bool,))

    def _validate_timestamp(self, param, shape, errors, name):
        try:
            parse_to_aware_datetime(param)
        except (TypeError, ValueError, AttributeError):
            from datetime import datetime

            errors.invalid_type(name, param, (datetime, "timestamp-string"))
