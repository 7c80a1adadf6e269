"""Clients: one class a service, one method an operation."""

import os

from botocore import UNSIGNED, __version__, handlers, xform_name
from botocore._data import SERVICES, load_json
from botocore.config import Config
from botocore.endpoint import Endpoint
from botocore.errorfactory import create_client_exceptions
from botocore.exceptions import (
    InvalidRegionError,
    NoEndpointError,
    NoRegionError,
    NotBundledError,
    NotBundledServiceError,
    OperationNotPageableError,
    ParamValidationError,
    UnknownServiceError,
)
from botocore.hooks import HierarchicalEmitter, first_non_none_response
from botocore.model import service_model as load_service_model
from botocore.serialize import create_serializer
from botocore.utils import split_url
from botocore.validate import ParamValidator

USER_AGENT = f"Boto3/{__version__} lambda-course md/Botocore#{__version__}"
_CLASS_NAMES = {
    "cloudwatch": "CloudWatch",
    "dynamodb": "DynamoDB",
    "dynamodbstreams": "DynamoDBStreams",
    "events": "EventBridge",
    "lambda": "Lambda",
    "logs": "CloudWatchLogs",
    "s3": "S3",
    "sns": "SNS",
    "sqs": "SQS",
    "sts": "STS",
}
_HOST_CHARS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
_classes = {}
_validator = ParamValidator()


class ClientMeta:
    """What a client knows about itself: `client.meta`."""

    def __init__(self, events, client_config, endpoint_url, service_model, mapping):
        self.events = events
        self._client_config = client_config
        self._endpoint_url = endpoint_url
        self._service_model = service_model
        self.method_to_api_mapping = mapping
        self.partition = "aws"

    @property
    def service_model(self):
        """The model of the service."""
        return self._service_model

    @property
    def region_name(self):
        """The Region the client was made for."""
        return self._client_config.region_name

    @property
    def endpoint_url(self):
        """The address requests are sent to."""
        return self._endpoint_url

    @property
    def config(self):
        """The client's settings."""
        return self._client_config


class BaseClient:
    """What all clients share. Their classes are made by `client_class`."""

    # Python names of the operations, and their API names.
    _PY_TO_OP_NAME = {}

    def __init__(self, service_model, endpoint_url, region_name, credentials, config):
        config = config.merge(Config(region_name=region_name))
        self._missing_endpoint = endpoint_url is None
        if endpoint_url is None:
            endpoint_url = f"https://{service_model.endpoint_prefix}.{region_name}.amazonaws.com"
        self._endpoint = Endpoint(
            service_model, endpoint_url, _signing_region(region_name), credentials, config
        )
        self._endpoint.unsigned = config.signature_version is UNSIGNED
        self._serializer = create_serializer(service_model.protocol)
        self._client_config = config
        self._request_signer = self._endpoint.signer
        self.meta = ClientMeta(
            HierarchicalEmitter(), config, endpoint_url, service_model, self._PY_TO_OP_NAME
        )

    def __getattr__(self, item):
        if not item.startswith("_"):
            left_out = self._service_model.left_out
            if item in left_out:
                service = self._service_model.service_name
                raise NotBundledError(what=f"{service} operation {left_out[item]} ({item})")
        raise AttributeError(f"'{self.__class__.__name__}' object has no attribute '{item}'")

    @property
    def _service_model(self):
        return self.__dict__["meta"].service_model

    @property
    def exceptions(self):
        """The service's errors, to be named in `except` clauses."""
        return create_client_exceptions(self._service_model, self.__class__.__name__)

    def close(self):
        """Close idle connections."""
        self._endpoint.close()

    def _make_api_call(self, operation_name, api_params):
        model = self._service_model
        operation_model = model.operation_model(operation_name)
        context = {"client_region": self.meta.region_name, "client_config": self.meta.config}
        event = f"{model.service_id.hyphenize()}.{operation_name}"
        params = self._emit_params(event, operation_model, api_params, context)
        request_dict = self._serialize(operation_model, params, context)
        _, answer = self.meta.events.emit_until_response(
            "before-call." + event,
            model=operation_model,
            params=request_dict,
            request_signer=self._request_signer,
            context=context,
        )
        if answer is not None:
            http, parsed = answer
        else:
            if self._missing_endpoint:
                raise NoEndpointError(
                    endpoint_url=self.meta.endpoint_url, reason="No endpoint is set."
                )
            http, parsed = self._endpoint.make_request(operation_model, request_dict)
            handlers.after_call(model.service_name, operation_model, http, parsed, context)
        self.meta.events.emit(
            "after-call." + event,
            http_response=http,
            parsed=parsed,
            model=operation_model,
            context=context,
        )
        if http.status_code >= 300:
            code = handlers.error_code(model.service_name, parsed)
            raise self.exceptions.from_code(code)(parsed, operation_name)
        return parsed

    def _emit_params(self, event, operation_model, api_params, context):
        details = {"params": dict(api_params), "model": operation_model, "context": context}
        answers = self.meta.events.emit("provide-client-params." + event, **details)
        details["params"] = params = first_non_none_response(answers, details["params"])
        self.meta.events.emit("before-parameter-build." + event, **details)
        service = self._service_model.service_name
        handlers.before_parameters(service, operation_model, params, context)
        return params

    def _serialize(self, operation_model, params, context, presigning=False):
        shape = operation_model.input_shape
        if self.meta.config.parameter_validation and shape is not None:
            report = _validator.validate(params, shape)
            if report.has_errors():
                raise ParamValidationError(report=report.generate_report())
        checksums = operation_model.http_checksum or operation_model.http_checksum_required
        if checksums and not presigning:
            from botocore import httpchecksum

            if self.meta.config.response_checksum_validation != "when_required":
                httpchecksum.ask_for_response_checksum(operation_model, params)
        request_dict = self._serializer.serialize_to_request(params, operation_model)
        if presigning:
            return request_dict
        handlers.before_send(self._service_model.service_name, operation_model, request_dict)
        body = request_dict["body"]
        if hasattr(body, "tell"):
            request_dict["body_start"] = body.tell()
        if checksums:
            when_required = self.meta.config.request_checksum_calculation == "when_required"
            httpchecksum.add_request_checksum(
                request_dict, operation_model, params, when_required
            )
        config = self.meta.config
        agent = config.user_agent or USER_AGENT
        if config.user_agent_extra:
            agent += " " + config.user_agent_extra
        request_dict["headers"]["User-Agent"] = agent
        return request_dict

    def can_paginate(self, operation_name):
        """Whether an operation, by its Python name, comes in pages."""
        actual = self._PY_TO_OP_NAME.get(operation_name)
        return actual in self._service_model.pagination

    def get_paginator(self, operation_name):
        """A paginator of an operation, by its Python name."""
        if not self.can_paginate(operation_name):
            if operation_name in self._service_model.left_out:
                self.__getattr__(operation_name)
            raise OperationNotPageableError(operation_name=operation_name)
        from botocore.paginate import Paginator

        actual = self._PY_TO_OP_NAME[operation_name]
        kind = type(f"{self.__class__.__name__}.Paginator.{actual}", (Paginator,), {})
        return kind(
            getattr(self, operation_name),
            self._service_model.pagination[actual],
            self._service_model.operation_model(actual),
        )

    @property
    def waiter_names(self):
        """Python names of the service's waiters."""
        return [xform_name(name) for name in sorted(self._service_model.waiters)]

    def get_waiter(self, waiter_name):
        """A waiter by its Python name."""
        mapping = {xform_name(name): name for name in self._service_model.waiters}
        if waiter_name not in mapping:
            raise ValueError(f"Waiter does not exist: {waiter_name}")
        from botocore.waiter import create_waiter

        name = mapping[waiter_name]
        return create_waiter(name, self._service_model.waiters[name], self)

    def generate_presigned_url(self, ClientMethod, Params=None, ExpiresIn=3600, HttpMethod=None):
        """A URL that lets anyone make one call for `ExpiresIn` seconds."""
        from botocore import signers

        return signers.generate_presigned_url(self, ClientMethod, Params, ExpiresIn, HttpMethod)


def _api_method(py_name, operation_name):
    def _api_call(self, *args, **kwargs):
        if args:
            raise TypeError(f"{py_name}() only accepts keyword arguments.")
        return self._make_api_call(operation_name, kwargs)

    _api_call.__name__ = py_name
    _api_call.__qualname__ = py_name
    _api_call.__doc__ = f"Call {operation_name}. Takes the API's parameters as keywords."
    return _api_call


def client_class(service_name, mixins=()):
    """The client class of a service, made once a process."""
    key = (service_name, mixins)
    found = _classes.get(key)
    if found is None:
        model = load_service_model(service_name)
        mapping = {xform_name(name): name for name in model.operation_names}
        members = {py: _api_method(py, name) for py, name in mapping.items()}
        members["_PY_TO_OP_NAME"] = mapping
        members["__module__"] = __name__
        if service_name == "s3":
            from botocore.signers import generate_presigned_post

            members["generate_presigned_post"] = generate_presigned_post
        name = _CLASS_NAMES[service_name]
        # One class for all, whichever thread was first.
        found = _classes.setdefault(key, type(name, mixins + (BaseClient,), members))
    return found


def check_service(service_name):
    """Raise UnknownServiceError unless this client has the service."""
    if service_name in SERVICES:
        return
    known = ", ".join(SERVICES)
    kind = UnknownServiceError
    if service_name in load_json("services.json"):
        kind = NotBundledServiceError
    raise kind(service_name=service_name, known_service_names=known)


def create_client(service_name, region_name, endpoint_url, credentials, config, mixins=()):
    """Make a client. What is None is taken from the environment, or missing."""
    check_service(service_name)
    model = load_service_model(service_name)
    if region_name is None:
        region_name = config.region_name
    if region_name is None:
        if service_name not in ("s3", "sts"):
            raise NoRegionError()
        region_name = "aws-global"
    if not _valid_region(region_name):
        raise InvalidRegionError(region_name=region_name)
    if endpoint_url is None:
        endpoint_url = _configured_endpoint(model, config)
    if endpoint_url is not None:
        split_url(endpoint_url)
    kind = client_class(service_name, mixins)
    return kind(model, endpoint_url, region_name, credentials, config)


def _configured_endpoint(model, config):
    environ = os.environ
    ignored = config.ignore_configured_endpoint_urls
    if ignored is None:
        ignored = environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true"
    if ignored:
        return None
    name = model.service_id.upper().replace(" ", "_")
    return environ.get("AWS_ENDPOINT_URL_" + name) or environ.get("AWS_ENDPOINT_URL") or None


def _signing_region(region_name):
    return "us-east-1" if region_name == "aws-global" else region_name


def _valid_region(region_name):
    return (
        0 < len(region_name) <= 63
        and not region_name.startswith("-")
        and not region_name.endswith("-")
        and _HOST_CHARS.issuperset(region_name)
    )
