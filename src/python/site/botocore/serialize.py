"""Turning a call's parameters into an HTTP request: the query and JSON protocols.

Adapted from botocore; see NOTICE. The REST protocols are in `_rest`.
"""

import base64
import json

from botocore.utils import epoch_seconds, format_rfc822, parse_to_aware_datetime, percent_encode


def create_serializer(protocol):
    """The serializer of a protocol."""
    if protocol.startswith("rest-"):
        from botocore import _rest

        return _rest.RestXMLSerializer() if protocol == "rest-xml" else _rest.RestJSONSerializer()
    return QuerySerializer() if protocol == "query" else JSONSerializer()


class Serializer:
    """What all protocols share.

    `serialize_to_request` gives a dictionary of `method`, `url_path`,
    `query_string` (a dictionary), `headers` and `body` (bytes or a file).
    """

    TIMESTAMP_FORMAT = "iso8601"

    def serialize_to_request(self, parameters, operation_model):
        """Make the request of one call."""
        raise NotImplementedError("serialize_to_request")

    def _create_default_request(self, operation_model):
        return {
            "url_path": "/",
            "query_string": {},
            "method": operation_model.http.get("method", "POST"),
            "headers": {},
            "body": b"",
        }

    def _convert_timestamp(self, value, timestamp_format=None):
        when = parse_to_aware_datetime(value)
        kind = (timestamp_format or self.TIMESTAMP_FORMAT).lower()
        if kind == "unixtimestamp":
            return epoch_seconds(when)
        if kind == "rfc822":
            return format_rfc822(epoch_seconds(when))
        text = "%04d-%02d-%02dT%02d:%02d:%02d" % (
            when.year,
            when.month,
            when.day,
            when.hour,
            when.minute,
            when.second,
        )
        return text + (".%06dZ" % when.microsecond if when.microsecond else "Z")

    def _get_serialized_name(self, shape, default_name):
        return shape.serialization.get("name", default_name)

    def _get_base64(self, value):
        if isinstance(value, str):
            value = value.encode("utf-8")
        elif hasattr(value, "read"):
            value = value.read()
        return base64.b64encode(value).decode("ascii")

    def _handle_float(self, value):
        if value == float("inf"):
            return "Infinity"
        if value == float("-inf"):
            return "-Infinity"
        return "NaN" if value != value else value


class QuerySerializer(Serializer):
    """A form of dotted names, as SNS, STS and CloudWatch take it."""

    def serialize_to_request(self, parameters, operation_model):
        serialized = self._create_default_request(operation_model)
        serialized["headers"] = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"
        }
        form = {
            "Action": operation_model.name,
            "Version": operation_model.metadata["apiVersion"],
        }
        if operation_model.input_shape is not None:
            self._serialize(form, parameters, operation_model.input_shape, "")
        pairs = [_form_encode(k) + "=" + _form_encode(v) for k, v in form.items()]
        serialized["body"] = "&".join(pairs).encode("ascii")
        return serialized

    def _serialize(self, form, value, shape, prefix):
        kind = shape.type_name
        if kind == "structure":
            for key, item in value.items():
                member = shape.members[key]
                name = self._get_serialized_name(member, key)
                self._serialize(form, item, member, f"{prefix}.{name}" if prefix else name)
        elif kind == "list":
            self._serialize_list(form, value, shape, prefix)
        elif kind == "map":
            self._serialize_map(form, value, shape, prefix)
        elif kind == "blob":
            form[prefix] = self._get_base64(value)
        elif kind == "timestamp":
            form[prefix] = self._convert_timestamp(
                value, shape.serialization.get("timestampFormat")
            )
        elif kind == "boolean":
            form[prefix] = "true" if value else "false"
        elif kind in ("float", "double"):
            form[prefix] = self._handle_float(value)
        else:
            form[prefix] = value

    def _serialize_list(self, form, value, shape, prefix):
        if not value:
            form[prefix] = ""
            return
        name = shape.member.serialization.get("name")
        if not shape.serialization.get("flattened"):
            prefix = f"{prefix}.{name or 'member'}"
        elif name:
            prefix = ".".join(prefix.split(".")[:-1] + [name])
        for i, element in enumerate(value, 1):
            self._serialize(form, element, shape.member, f"{prefix}.{i}")

    def _serialize_map(self, form, value, shape, prefix):
        if not shape.serialization.get("flattened"):
            prefix += ".entry"
        key_name = self._get_serialized_name(shape.key, "key")
        value_name = self._get_serialized_name(shape.value, "value")
        for i, key in enumerate(value, 1):
            self._serialize(form, key, shape.key, f"{prefix}.{i}.{key_name}")
            self._serialize(form, value[key], shape.value, f"{prefix}.{i}.{value_name}")


def _form_encode(value):
    return percent_encode(str(value), safe=" ").replace(" ", "+")


class JSONSerializer(Serializer):
    """One JSON document, the operation named in a header."""

    TIMESTAMP_FORMAT = "unixtimestamp"

    def serialize_to_request(self, parameters, operation_model):
        metadata = operation_model.metadata
        serialized = self._create_default_request(operation_model)
        serialized["headers"] = {
            "X-Amz-Target": metadata["targetPrefix"] + "." + operation_model.name,
            "Content-Type": "application/x-amz-json-" + metadata["jsonVersion"],
        }
        if operation_model.service_model.is_query_compatible:
            serialized["headers"]["x-amzn-query-mode"] = "true"
        body = {}
        if operation_model.input_shape is not None:
            body = self._serialize_structure(parameters, operation_model.input_shape)
        serialized["body"] = json.dumps(body).encode("utf-8")
        return serialized

    def _value(self, value, shape):
        kind = shape.type_name
        if kind == "structure":
            return self._serialize_structure(value, shape)
        if kind == "map":
            inner = shape.value
            return {key: self._value(item, inner) for key, item in value.items()}
        if kind == "list":
            inner = shape.member
            return [self._value(item, inner) for item in value]
        if kind == "timestamp":
            return self._convert_timestamp(value, shape.serialization.get("timestampFormat"))
        if kind == "blob":
            return self._get_base64(value)
        if kind in ("float", "double"):
            if not isinstance(value, (float, int)):
                value = float(value)
            return self._handle_float(value)
        return value

    def _serialize_structure(self, value, shape):
        if shape.is_document_type:
            return value
        members = shape.members
        out = {}
        for key, item in value.items():
            member = members[key]
            out[member.serialization.get("name", key)] = self._value(item, member)
        return out
