"""Turning a call's parameters into an HTTP request: the REST protocols.

Adapted from botocore; see NOTICE.
"""

import json

from botocore import _xml
from botocore.serialize import JSONSerializer, Serializer
from botocore.utils import (
    epoch_seconds,
    is_json_value_header,
    parse_to_aware_datetime,
    percent_encode,
)


class BaseRestSerializer(Serializer):
    """Parameters go into the path, the query string, headers and the body."""

    def serialize_to_request(self, parameters, operation_model):
        serialized = self._create_default_request(operation_model)
        path, _, query = operation_model.http["requestUri"].partition("?")
        serialized["query_string"] = query_string = {}
        for pair in query.split("&") if query else []:
            key, _, value = pair.partition("=")
            query_string[key] = value
        shape = operation_model.input_shape
        serialized["url_path"] = path
        if shape is None:
            return serialized
        labels, body = {}, {}
        headers = serialized["headers"]
        for name, value in parameters.items():
            if value is None:
                continue
            member = shape.members[name]
            self._place(name, value, member, labels, query_string, headers, body)
        serialized["url_path"] = _render(path, labels)
        self._serialize_payload(parameters, serialized, shape, body)
        self._serialize_content_type(serialized, shape)
        return serialized

    def _place(self, name, value, member, labels, query_string, headers, body):
        location = member.serialization.get("location")
        key = member.serialization.get("name", name)
        if location == "uri":
            labels[key] = self._uri_value(value, member)
        elif location == "querystring":
            if isinstance(value, dict):
                query_string.update(value)
            elif member.type_name == "list":
                query_string[key] = [self._uri_value(v, member.member) for v in value]
            else:
                query_string[key] = self._uri_value(value, member)
        elif location == "header":
            if value or member.type_name != "list":
                headers[key] = self._header_value(member, value)
        elif location == "headers":
            for inner, text in value.items():
                headers[key + inner] = text
        else:
            body[name] = value

    def _serialize_payload(self, parameters, serialized, shape, body):
        payload = shape.serialization.get("payload")
        if payload is not None:
            member = shape.members[payload]
            value = parameters.get(payload)
            if member.type_name in ("blob", "string"):
                if value is not None:
                    value = value.encode("utf-8") if isinstance(value, str) else value
                    serialized["body"] = value
            elif value is not None:
                serialized["body"] = self._serialize_body_params(value, member)
            else:
                serialized["body"] = self._serialize_empty_body()
        elif body:
            serialized["body"] = self._serialize_body_params(body, shape)
        elif self._requires_empty_body(shape):
            serialized["body"] = self._serialize_empty_body()

    def _serialize_empty_body(self):
        return b""

    def _requires_empty_body(self, shape):
        return False

    def _serialize_content_type(self, serialized, shape):
        pass

    def _uri_value(self, value, member):
        kind = member.type_name
        if kind == "boolean":
            return str(value).lower()
        if kind == "timestamp":
            return self._convert_timestamp(
                value, member.serialization.get("timestampFormat", "iso8601")
            )
        if kind in ("float", "double"):
            return str(self._handle_float(value))
        return value

    def _header_value(self, shape, value):
        kind = shape.type_name
        if kind == "timestamp":
            seconds = epoch_seconds(parse_to_aware_datetime(value))
            form = shape.serialization.get("timestampFormat", "rfc822")
            return str(self._convert_timestamp(seconds, form))
        if kind == "list":
            inner = shape.member
            quote = inner.type_name == "string"
            return ",".join(
                _quote_item(v) if quote else self._header_value(inner, v)
                for v in value
                if v is not None
            )
        if is_json_value_header(shape):
            return self._get_base64(json.dumps(value, separators=(",", ":")))
        if kind == "boolean":
            return str(value).lower()
        if kind in ("float", "double"):
            return str(self._handle_float(value))
        return str(value)


def _quote_item(value):
    if '"' in value or "," in value:
        return '"' + value.replace('"', '\\"') + '"'
    return value


def _render(template, labels):
    """Fill `{name}` and, where slashes stay, `{name+}`."""
    out = []
    while template:
        before, brace, rest = template.partition("{")
        out.append(before)
        if not brace:
            break
        label, _, template = rest.partition("}")
        if label.endswith("+"):
            out.append(percent_encode(labels[label[:-1]], safe="/~"))
        else:
            out.append(percent_encode(labels[label], safe=""))
    return "".join(out)


class RestJSONSerializer(BaseRestSerializer, JSONSerializer):
    """REST with a JSON body, as Lambda takes it."""

    def _serialize_empty_body(self):
        return b"{}"

    def _requires_empty_body(self, shape):
        return any("location" not in m.serialization for m in shape.members.values())

    def _serialize_content_type(self, serialized, shape):
        payload = shape.serialization.get("payload")
        if payload is not None and shape.members[payload].type_name in ("blob", "string"):
            return
        if serialized["body"] != b"":
            serialized["headers"].setdefault("Content-Type", "application/json")

    def _serialize_body_params(self, params, shape):
        return json.dumps(self._serialize_structure(params, shape)).encode("utf-8")


class RestXMLSerializer(BaseRestSerializer):
    """REST with an XML body, as S3 takes it."""

    def _serialize_body_params(self, params, shape):
        holder = _xml.Node("")
        self._serialize(shape, params, holder, shape.serialization["name"])
        return _xml.tostring(holder.children[0])

    def _serialize(self, shape, value, parent, name):
        kind = shape.type_name
        if kind == "structure":
            self._serialize_structure(shape, value, parent, name)
        elif kind == "list":
            self._serialize_list(shape, value, parent, name)
        elif kind == "map":
            self._serialize_map(shape, value, parent, name)
        else:
            node = parent.add(name)
            node.text = self._text(shape, value)
            _add_namespace(shape, node)

    def _text(self, shape, value):
        kind = shape.type_name
        if kind == "boolean":
            return "true" if value else "false"
        if kind == "blob":
            return self._get_base64(value)
        if kind == "timestamp":
            form = shape.serialization.get("timestampFormat")
            return str(self._convert_timestamp(value, form))
        if kind in ("float", "double"):
            return str(self._handle_float(value))
        return str(value)

    def _serialize_structure(self, shape, value, parent, name):
        node = parent.add(name)
        _add_namespace(shape, node)
        for key, item in value.items():
            if item is None:
                return
            member = shape.members[key]
            member_name = member.serialization.get("name", key)
            if member.serialization.get("xmlAttribute"):
                node.attrib[member_name] = item
            else:
                self._serialize(member, item, node, member_name)

    def _serialize_list(self, shape, value, parent, name):
        member = shape.member
        if not shape.serialization.get("flattened"):
            parent = parent.add(name)
            name = member.serialization.get("name", "member")
        _add_namespace(shape, parent)
        for item in value:
            self._serialize(member, item, parent, name)

    def _serialize_map(self, shape, value, parent, name):
        if not shape.serialization.get("flattened"):
            parent = parent.add(name)
            name = "entry"
        for key, item in value.items():
            node = parent.add(name)
            self._serialize(shape.key, key, node, self._get_serialized_name(shape.key, "key"))
            self._serialize(
                shape.value, item, node, self._get_serialized_name(shape.value, "value")
            )


def _add_namespace(shape, node):
    namespace = shape.serialization.get("xmlNamespace")
    if isinstance(namespace, dict):
        prefix = namespace.get("prefix")
        node.attrib["xmlns:" + prefix if prefix else "xmlns"] = namespace["uri"]
    elif namespace:
        node.attrib["xmlns"] = namespace
