"""Turning an HTTP response into a dictionary: what all protocols share, and JSON.

Adapted from botocore; see NOTICE. The XML protocols are in `_parse_xml`.

A response is given as a dictionary of `status_code`, `headers` (any case) and
`body` (bytes, or a stream for a streaming answer).
"""

import base64
import json

from botocore.utils import ensure_boolean, is_json_value_header, parse_timestamp

REASONS = {
    301: "Moved Permanently",
    304: "Not Modified",
    307: "Temporary Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    411: "Length Required",
    412: "Precondition Failed",
    413: "Request Entity Too Large",
    416: "Requested Range Not Satisfiable",
    429: "Too Many Requests",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
_KNOWN_LOCATIONS = ("header", "headers", "statusCode")
_parsers = {}


def create_parser(protocol):
    """The parser of a protocol; parsers hold no state and are shared."""
    found = _parsers.get(protocol)
    if found is None:
        if protocol in ("query", "rest-xml"):
            from botocore import _parse_xml

            kind = _parse_xml.QueryParser if protocol == "query" else _parse_xml.RestXMLParser
        else:
            kind = RestJSONParser if protocol == "rest-json" else JSONParser
        found = _parsers[protocol] = kind()
    return found


class ResponseParserError(Exception):
    """The response does not fit the protocol."""


class ResponseParser:
    """What all protocols share."""

    def parse(self, response, shape):
        """Return the answer as a dictionary with its ResponseMetadata."""
        modeled = shape is not None and shape.metadata.get("exception", False)
        if response["status_code"] >= 301:
            if self._is_generic_error_response(response):
                parsed = self._do_generic_error_parse(response)
            elif modeled:
                return self._do_modeled_error_parse(response, shape)
            else:
                parsed = self._do_error_parse(response, shape)
        else:
            parsed = self._do_parse(response, shape)
        if isinstance(parsed, dict):
            metadata = parsed.get("ResponseMetadata", {})
            metadata["HTTPStatusCode"] = response["status_code"]
            metadata["HTTPHeaders"] = response["headers"].lower_dict()
            parsed["ResponseMetadata"] = metadata
        return parsed

    @staticmethod
    def _is_generic_error_response(response):
        # A proxy or an overloaded server may answer in no protocol at all.
        if response["status_code"] < 500:
            return False
        body = response["body"]
        if body is None:
            return True
        body = body.strip()
        return body.startswith(b"<html>") or not body

    @staticmethod
    def _do_generic_error_parse(response):
        status = response["status_code"]
        return {
            "Error": {"Code": str(status), "Message": REASONS.get(status, "")},
            "ResponseMetadata": {},
        }

    def _do_parse(self, response, shape):
        raise NotImplementedError("_do_parse")

    def _do_error_parse(self, response, shape):
        raise NotImplementedError("_do_error_parse")

    def _do_modeled_error_parse(self, response, shape):
        raise NotImplementedError("_do_modeled_error_parse")

    def _parse_shape(self, shape, node):
        handler = getattr(self, "_handle_" + shape.type_name, None)
        return node if handler is None else handler(shape, node)

    def _handle_list(self, shape, node):
        member = shape.member
        return [None if item is None else self._parse_shape(member, item) for item in node]

    @staticmethod
    def _unknown_union_member(shape, value):
        """The name of a union member this model has not heard of, or None."""
        if not shape.is_tagged_union:
            return None
        tags = [tag for tag in value if tag != "__type" and value[tag] is not None]
        if len(tags) != 1:
            raise ResponseParserError(
                "Invalid service response: %s must have one and only one member set." % shape.name
            )
        known = [m.serialization.get("name", name) for name, m in shape.members.items()]
        return None if tags[0] in known else tags[0]


class BaseJSONParser(ResponseParser):
    """Bodies in JSON."""

    def _handle_structure(self, shape, value):
        if shape.is_document_type or value is None:
            return value
        tag = self._unknown_union_member(shape, value)
        if tag is not None:
            return {"SDK_UNKNOWN_MEMBER": {"name": tag}}
        parsed = {}
        members = shape.members
        for name in members:
            member = members[name]
            raw = value.get(member.serialization.get("name", name))
            if raw is not None:
                parsed[name] = self._parse_shape(member, raw)
        return parsed

    def _handle_map(self, shape, value):
        inner = shape.value
        return {key: self._parse_shape(inner, item) for key, item in value.items()}

    def _handle_blob(self, shape, value):
        return base64.b64decode(value)

    def _handle_timestamp(self, shape, value):
        return parse_timestamp(value)

    def _do_error_parse(self, response, shape):
        body = self._parse_body_as_json(response["body"])
        headers = response["headers"]
        error = {
            "Error": {"Message": body.get("message", body.get("Message", "")), "Code": ""},
            "ResponseMetadata": {},
        }
        code = body.get("__type", str(response["status_code"]))
        if code is not None:
            # "com.aws.dynamodb.vAPI#SomeException" and "SomeException:http://..."
            code = code.split(":", 1)[0].rsplit("#", 1)[-1]
            if "x-amzn-query-error" in headers:
                code = self._query_error_code(code, headers, error)
            error["Error"]["Code"] = code
        self._inject_request_id(error, headers)
        return error

    @staticmethod
    def _query_error_code(code, headers, error):
        parts = headers["x-amzn-query-error"].split(";")
        if len(parts) == 2 and parts[0]:
            error["Error"]["QueryErrorCode"] = code
            error["Error"]["Type"] = parts[1]
            return parts[0]
        return code

    @staticmethod
    def _inject_request_id(parsed, headers):
        if "x-amzn-requestid" in headers:
            metadata = parsed.setdefault("ResponseMetadata", {})
            metadata["RequestId"] = headers["x-amzn-requestid"]

    @staticmethod
    def _parse_body_as_json(body):
        if not body:
            return {}
        text = body.decode("utf-8")
        try:
            return json.loads(text)
        except ValueError:
            return {"message": text}


class JSONParser(BaseJSONParser):
    """The "json" protocol."""

    def _do_parse(self, response, shape):
        parsed = {}
        if shape is not None:
            parsed = self._parse_shape(shape, self._parse_body_as_json(response["body"]))
        self._inject_request_id(parsed, response["headers"])
        return parsed

    def _do_modeled_error_parse(self, response, shape):
        return self._parse_shape(shape, self._parse_body_as_json(response["body"]))


class BaseRestParser(ResponseParser):
    """Answers in the status, the headers and the body."""

    def _do_parse(self, response, shape):
        parsed = {"ResponseMetadata": self._response_metadata(response)}
        self._add_modeled_parse(response, shape, parsed)
        return parsed

    def _do_modeled_error_parse(self, response, shape):
        parsed = {}
        self._add_modeled_parse(response, shape, parsed)
        return parsed

    def _add_modeled_parse(self, response, shape, parsed):
        if shape is not None:
            self._parse_outside_body(response, shape.members, parsed)
            self._parse_payload(response, shape, parsed)

    @staticmethod
    def _response_metadata(response):
        headers = response["headers"]
        metadata = {}
        if "x-amzn-requestid" in headers:
            metadata["RequestId"] = headers["x-amzn-requestid"]
        elif "x-amz-request-id" in headers:
            metadata["RequestId"] = headers["x-amz-request-id"]
            metadata["HostId"] = headers.get("x-amz-id-2", "")
        return metadata

    def _parse_payload(self, response, shape, parsed):
        name = shape.serialization.get("payload")
        if name is None:
            parsed.update(self._parse_shape(shape, self._initial_body_parse(response["body"])))
            return
        member = shape.members[name]
        body = response["body"]
        if member.serialization.get("eventstream"):
            from botocore.eventstream import EventStream

            parsed[name] = EventStream(body, member, self, response["operation_name"])
        elif member.type_name in ("string", "blob"):
            parsed[name] = body.decode("utf-8") if isinstance(body, bytes) else body
        else:
            parsed[name] = self._parse_shape(member, self._initial_body_parse(body))

    def parse_event(self, headers, payload, shape, failed):
        """One event of a stream, by its name; or the error that it tells."""
        if failed:
            return self._parse_event_error(headers, payload, shape)
        name = headers.get(":event-type")
        event = shape.members.get(name)
        if event is None:
            return {}
        members = event.members
        parsed = {key: headers[key] for key, member in members.items()
                  if member.serialization.get("eventheader") and key in headers}
        for key, member in members.items():
            if member.serialization.get("eventpayload"):
                parsed[key] = payload if member.type_name == "blob" else self._parse_shape(
                    member, self._initial_body_parse(payload))
                return {name: parsed}
        parsed.update(self._parse_shape(event, self._initial_body_parse(payload)))
        return {name: parsed}

    def _parse_event_error(self, headers, payload, shape):
        name = headers.get(":exception-type")
        error = shape.members.get(name)
        if error is None:
            code, message = headers.get(":error-code", ""), headers.get(":error-message", "")
        else:
            body = self._parse_shape(error, self._initial_body_parse(payload))
            code, message = name, body.get("Message", body.get("message", ""))
        return {"Error": {"Code": code, "Message": message}}

    def _parse_outside_body(self, response, members, parsed):
        headers = response["headers"]
        for name, member in members.items():
            location = member.serialization.get("location")
            if location == "statusCode":
                parsed[name] = self._parse_shape(member, response["status_code"])
            elif location == "headers":
                parsed[name] = headers.with_prefix(member.serialization.get("name", ""))
            elif location == "header":
                value = headers.get(member.serialization.get("name", name))
                if value is not None:
                    parsed[name] = self._parse_shape(member, value)

    def _initial_body_parse(self, body):
        raise NotImplementedError("_initial_body_parse")

    def _handle_string(self, shape, value):
        if is_json_value_header(shape):
            return json.loads(base64.b64decode(value).decode("utf-8"))
        return value

    def _handle_list(self, shape, node):
        if shape.serialization.get("location") == "header" and not isinstance(node, list):
            node = [e.strip() for e in node.split(",")]
        return super()._handle_list(shape, node)


class RestJSONParser(BaseRestParser, BaseJSONParser):
    """The "rest-json" protocol."""

    def _initial_body_parse(self, body):
        return self._parse_body_as_json(body)

    def _do_error_parse(self, response, shape):
        error = super()._do_error_parse(response, shape)
        body = self._parse_body_as_json(response["body"])
        code = response["headers"].get("x-amzn-errortype")
        if code is None and ("code" in body or "Code" in body):
            code = body.get("code", body.get("Code", ""))
        if isinstance(code, str):
            code = code.split(":", 1)[0].rsplit("#", 1)[-1]
        if code is not None:
            error["Error"]["Code"] = code
        return error

    def _handle_boolean(self, shape, value):
        return ensure_boolean(value)

    def _handle_integer(self, shape, value):
        return int(value)

    def _handle_float(self, shape, value):
        return float(value)

    _handle_long = _handle_integer
    _handle_double = _handle_float
