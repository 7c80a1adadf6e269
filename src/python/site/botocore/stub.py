"""Answers set in advance, for tests that must not call a service.

Adapted from botocore; see NOTICE.
"""

from collections import deque
from pprint import pformat

from botocore.awsrequest import Headers
from botocore.exceptions import (
    ParamValidationError,
    StubAssertionError,
    StubResponseError,
    UnStubbedResponseError,
)
from botocore.validate import validate_parameters

__all__ = ["ANY", "Stubber"]


class _ANY:
    """Equals anything."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __repr__(self):
        return "<ANY>"


ANY = _ANY()


class _StubbedHTTPResponse:
    """The status of an answer that never came over the wire."""

    def __init__(self, status_code):
        self.status_code = status_code
        self.headers = Headers()
        self.raw = None
        self.content = b""


class Stubber:
    """Gives a client's calls the answers set for them, in order."""

    def __init__(self, client):
        self.client = client
        self._queue = deque()

    def __enter__(self):
        self.activate()
        return self

    def __exit__(self, exception_type, exception_value, traceback):
        self.deactivate()

    def activate(self):
        """Answer the client's calls from now on."""
        events = self.client.meta.events
        events.register_first(
            "before-parameter-build.*.*",
            self._assert_expected_params,
            unique_id="boto_stubber_expected_params",
        )
        events.register("before-call.*.*", self._get_response, unique_id="boto_stubber")

    def deactivate(self):
        """Let calls go to the service again."""
        events = self.client.meta.events
        events.unregister(
            "before-parameter-build.*.*", unique_id="boto_stubber_expected_params"
        )
        events.unregister("before-call.*.*", unique_id="boto_stubber")

    def add_response(self, method, service_response, expected_params=None):
        """Set the answer of the next call, and what it must be called with."""
        if not hasattr(self.client, method):
            raise ValueError(
                f"Client {self.client.meta.service_model.service_name} "
                f"does not have method: {method}"
            )
        operation_name = self.client.meta.method_to_api_mapping.get(method)
        operation_model = self.client.meta.service_model.operation_model(operation_name)
        plain = {k: v for k, v in service_response.items() if k != "ResponseMetadata"}
        self._validate(operation_model.output_shape, plain)
        self._add(operation_name, 200, service_response, expected_params)

    def add_client_error(
        self,
        method,
        service_error_code="",
        service_message="",
        http_status_code=400,
        service_error_meta=None,
        expected_params=None,
        response_meta=None,
        modeled_fields=None,
    ):
        """Have the next call raise a ClientError."""
        parsed = {
            "ResponseMetadata": {"HTTPStatusCode": http_status_code},
            "Error": {"Message": service_message, "Code": service_error_code},
        }
        parsed["Error"].update(service_error_meta or {})
        parsed["ResponseMetadata"].update(response_meta or {})
        if modeled_fields is not None:
            model = self.client.meta.service_model
            self._validate(model.shape_for_error_code(service_error_code), modeled_fields)
            parsed.update(modeled_fields)
        operation_name = self.client.meta.method_to_api_mapping.get(method)
        self._add(operation_name, http_status_code, parsed, expected_params)

    def assert_no_pending_responses(self):
        """Fail if an answer was not asked for."""
        remaining = len(self._queue)
        if remaining != 0:
            raise AssertionError(f"{remaining} responses remaining in queue.")

    def _add(self, operation_name, status, response, expected_params):
        http = _StubbedHTTPResponse(status)
        self._queue.append((operation_name, (http, response), expected_params))

    def _assert_expected_call_order(self, model):
        if not self._queue:
            raise UnStubbedResponseError(
                operation_name=model.name,
                reason="Unexpected API Call: A call was made but no additional "
                "calls expected. Either the API Call was not stubbed or "
                "it was called multiple times.",
            )
        name = self._queue[0][0]
        if name != model.name:
            raise StubResponseError(
                operation_name=model.name,
                reason=f"Operation mismatch: found response for {name}.",
            )

    def _get_response(self, model, **kwargs):
        self._assert_expected_call_order(model)
        return self._queue.popleft()[1]

    def _assert_expected_params(self, model, params, context, **kwargs):
        if context and context.get("is_presign_request"):
            return
        self._assert_expected_call_order(model)
        expected = self._queue[0][2]
        if expected is None:
            return
        alike = sorted(expected) == sorted(params) and all(
            expected[name] == params[name] for name in expected
        )
        if not alike:
            raise StubAssertionError(
                operation_name=model.name,
                reason=f"Expected parameters:\n{pformat(expected)},\n"
                f"but received:\n{pformat(params)}",
            )

    @staticmethod
    def _validate(shape, response):
        if shape is not None:
            validate_parameters(response, shape)
        elif response:
            raise ParamValidationError(
                report="Service response should only contain ResponseMetadata."
            )
