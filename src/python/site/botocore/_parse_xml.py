"""Turning an HTTP response into a dictionary: the query and REST XML protocols.

Adapted from botocore; see NOTICE.
"""

import base64

from botocore import _xml
from botocore.parsers import (
    _KNOWN_LOCATIONS,
    REASONS,
    BaseRestParser,
    ResponseParser,
    ResponseParserError,
)
from botocore.utils import merge_dicts, parse_timestamp


def _text(node):
    """The text of an element, or of a header, which is text already."""
    if isinstance(node, _xml.Node):
        return node.text or ""
    return node


class BaseXMLResponseParser(ResponseParser):
    """Bodies in XML."""

    def _handle_map(self, shape, node):
        parsed = {}
        key_name = shape.key.serialization.get("name") or "key"
        value_name = shape.value.serialization.get("name") or "value"
        if shape.serialization.get("flattened") and not isinstance(node, list):
            node = [node]
        for pair in node:
            key = value = None
            for single in pair:
                if single.tag == key_name:
                    key = self._parse_shape(shape.key, single)
                elif single.tag == value_name:
                    value = self._parse_shape(shape.value, single)
                else:
                    raise ResponseParserError("Unknown tag: " + single.tag)
            parsed[key] = value
        return parsed

    def _handle_list(self, shape, node):
        # One element of a flattened list cannot be told from a plain member.
        if shape.serialization.get("flattened") and not isinstance(node, list):
            node = [node]
        return super()._handle_list(shape, node)

    def _handle_structure(self, shape, node):
        parsed = {}
        if shape.metadata.get("exception", False):
            node = self._error_root(node)
        by_name = self._by_name(node)
        tag = self._unknown_union_member(shape, by_name)
        if tag is not None:
            return {"SDK_UNKNOWN_MEMBER": {"name": tag}}
        for name, member in shape.members.items():
            serialization = member.serialization
            if serialization.get("location") in _KNOWN_LOCATIONS:
                continue
            found = by_name.get(self._member_key_name(member, name))
            if found is not None:
                parsed[name] = self._parse_shape(member, found)
            elif serialization.get("xmlAttribute"):
                value = node.attrib.get(serialization["name"])
                if value is not None:
                    parsed[name] = value
        return parsed

    @staticmethod
    def _error_root(root):
        if root.tag == "ErrorResponse":
            for child in root:
                if child.tag == "Error":
                    return child
        return root

    @staticmethod
    def _member_key_name(shape, name):
        if shape.type_name == "list" and shape.serialization.get("flattened"):
            inner = shape.member.serialization.get("name")
            if inner is not None:
                return inner
        return shape.serialization.get("name", name)

    @staticmethod
    def _by_name(parent):
        """Children by tag; those of the same tag become a list."""
        if isinstance(parent, list):
            parent = parent[0]
        found = {}
        for item in parent:
            before = found.get(item.tag)
            if before is None:
                found[item.tag] = item
            elif isinstance(before, list):
                before.append(item)
            else:
                found[item.tag] = [before, item]
        return found

    def _replace_nodes(self, parsed):
        for key, value in parsed.items():
            if isinstance(value, list):
                parsed[key] = [item.text for item in value]
            elif value.children:
                parsed[key] = self._replace_nodes(self._by_name(value))
            else:
                parsed[key] = value.text
        return parsed

    @staticmethod
    def _parse_xml(body):
        try:
            return _xml.parse(body)
        except ValueError as e:
            raise ResponseParserError(
                f"Unable to parse response ({e}), "
                f"invalid XML received. Further retries may succeed:\n{body}"
            ) from e

    def _handle_boolean(self, shape, node):
        return _text(node) == "true"

    def _handle_float(self, shape, node):
        return float(_text(node))

    def _handle_timestamp(self, shape, node):
        return parse_timestamp(_text(node))

    def _handle_integer(self, shape, node):
        return int(_text(node))

    def _handle_string(self, shape, node):
        return _text(node)

    def _handle_blob(self, shape, node):
        return base64.b64decode(_text(node))

    _handle_character = _handle_string
    _handle_double = _handle_float
    _handle_long = _handle_integer


class QueryParser(BaseXMLResponseParser):
    """The "query" protocol."""

    def _do_error_parse(self, response, shape):
        parsed = self._by_name(self._parse_xml(response["body"]))
        self._replace_nodes(parsed)
        if "Errors" in parsed:
            parsed.update(parsed.pop("Errors"))
        if "RequestId" in parsed:
            parsed["ResponseMetadata"] = {"RequestId": parsed.pop("RequestId")}
        return parsed

    def _do_modeled_error_parse(self, response, shape):
        return self._parse_body(response, shape, False)

    def _do_parse(self, response, shape):
        return self._parse_body(response, shape, True)

    def _parse_body(self, response, shape, with_metadata):
        root = self._parse_xml(response["body"])
        parsed = {}
        if shape is not None:
            start = root
            wrapper = shape.serialization.get("resultWrapper")
            if wrapper is not None:
                start = self._by_name(root)[wrapper]
            parsed = self._parse_shape(shape, start)
        if with_metadata:
            metadata = self._by_name(root).get("ResponseMetadata")
            if metadata is not None:
                parsed["ResponseMetadata"] = {item.tag: item.text for item in metadata}
        return parsed


class RestXMLParser(BaseRestParser, BaseXMLResponseParser):
    """The "rest-xml" protocol."""

    def _initial_body_parse(self, body):
        return self._parse_xml(body) if body else _xml.Node("")

    def _do_error_parse(self, response, shape):
        if response["body"]:
            try:
                return self._error_from_body(response)
            except ResponseParserError:
                pass
        headers = response["headers"]
        status = response["status_code"]
        return {
            "Error": {"Code": str(status), "Message": REASONS.get(status, "")},
            "ResponseMetadata": {
                "RequestId": headers.get("x-amz-request-id", ""),
                "HostId": headers.get("x-amz-id-2", ""),
            },
        }

    def _error_from_body(self, response):
        root = self._parse_xml(response["body"])
        parsed = self._replace_nodes(self._by_name(root))
        if root.tag == "Error":
            metadata = self._response_metadata(response)
            parsed.pop("RequestId", "")
            parsed.pop("HostId", "")
            return {"Error": parsed, "ResponseMetadata": metadata}
        if "RequestId" in parsed:
            parsed["ResponseMetadata"] = {"RequestId": parsed.pop("RequestId")}
        error = {"Error": {"Message": "", "Code": ""}}
        merge_dicts(error, parsed)
        return error

    def _handle_string(self, shape, node):
        return super()._handle_string(shape, _text(node))
