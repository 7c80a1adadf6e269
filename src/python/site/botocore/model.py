"""Typed views of a service model: shapes, operations, the service itself."""

from botocore import xform_name
from botocore._data import load_json

# A member names another shape and may add traits of its own to it.
_SERIALIZED = frozenset(
    """queryName flattened location payload streaming timestampFormat
    xmlNamespace resultWrapper xmlAttribute eventstream event eventheader
    eventpayload jsonvalue hostLabel""".split()
)
_METADATA = frozenset(
    """required min document union idempotencyToken error exception
    requiresLength""".split()
)


class Shape:
    """One shape of the model, with the traits of the member that led to it."""

    __slots__ = ("name", "type_name", "serialization", "metadata", "_model", "_resolve", "_parts")

    def __init__(self, name, model, resolve):
        self.name = name
        self.type_name = model["type"]
        self._model = model
        self._resolve = resolve
        self._parts = None
        self.serialization = serialization = {}
        self.metadata = metadata = {}
        for key, value in model.items():
            if key == "locationName":
                serialization["name"] = value
            elif key in _SERIALIZED:
                serialization[key] = value
            elif key in _METADATA:
                metadata[key] = value

    def __repr__(self):
        return "<%s(%s)>" % (self.__class__.__name__, self.name)

    @property
    def members(self):
        """A structure's members by name."""
        if self._parts is None:
            resolve = self._resolve
            self._parts = {
                name: resolve(part) for name, part in self._model.get("members", {}).items()
            }
        return self._parts

    @property
    def member(self):
        """A list's element."""
        if self._parts is None:
            self._parts = self._resolve(self._model["member"])
        return self._parts

    @property
    def key(self):
        """A map's key."""
        return self._resolve(self._model["key"])

    @property
    def value(self):
        """A map's value."""
        if self._parts is None:
            self._parts = self._resolve(self._model["value"])
        return self._parts

    @property
    def required_members(self):
        """Names a structure cannot do without."""
        return self.metadata.get("required", [])

    @property
    def is_document_type(self):
        """Whether this holds free-form JSON."""
        return self.metadata.get("document", False)

    @property
    def is_tagged_union(self):
        """Whether exactly one member may be set."""
        return self.metadata.get("union", False)

    @property
    def error_code(self):
        """The code the service sends for this error, or None if it is not one."""
        if not self.metadata.get("exception"):
            return None
        return self.metadata.get("error", {}).get("code") or self.name


class OperationModel:
    """One operation of a service."""

    def __init__(self, model, service_model, name):
        self._model = model
        self.service_model = service_model
        self.name = self.wire_name = name
        self.metadata = service_model.metadata
        self.http = model.get("http", {})
        self.http_checksum = model.get("httpChecksum", {})
        self.http_checksum_required = model.get("httpChecksumRequired", False)
        self.input_shape = self._shape("input")
        self.output_shape = self._shape("output")
        self.has_streaming_output = self._streams(self.output_shape)
        self.has_streaming_input = self._streams(self.input_shape)
        self.has_event_stream_output = self._streams_events(self.output_shape)

    def __repr__(self):
        return "OperationModel(name=%s)" % self.name

    def _shape(self, side):
        part = self._model.get(side)
        return self.service_model.resolve(part) if part else None

    @staticmethod
    def _streams(shape):
        payload = shape is not None and shape.serialization.get("payload")
        return bool(payload) and shape.members[payload].type_name == "blob"

    @staticmethod
    def _streams_events(shape):
        members = shape.members.values() if shape is not None and shape.type_name == "structure" else ()
        return any(member.serialization.get("eventstream") for member in members)

    @property
    def error_shapes(self):
        """Shapes of the errors this operation is modelled to give."""
        return [self.service_model.shape_for(e["shape"]) for e in self._model.get("errors", [])]

    @property
    def idempotent_members(self):
        """Input members filled with a fresh token where the caller gave none."""
        if self.input_shape is None:
            return []
        return [
            name
            for name, shape in self.input_shape.members.items()
            if shape.metadata.get("idempotencyToken")
        ]


class ServiceModel:
    """One service: its metadata, operations and shapes."""

    def __init__(self, service_name):
        self.service_name = service_name
        self._model = load_json(service_name + ".json")
        self.metadata = self._model["metadata"]
        self._shapes = {}
        self._operations = {}
        self._errors = None

    def __repr__(self):
        return "ServiceModel(%s)" % self.service_name

    def resolve(self, part):
        """The shape a member refers to, with the member's traits laid over it."""
        name = part["shape"]
        key = name if len(part) == 1 else repr(part)
        shape = self._shapes.get(key)
        if shape is None:
            model = self._model["shapes"][name]
            if len(part) > 1:
                model = dict(model)
                model.update(part)
                del model["shape"]
            shape = self._shapes[key] = Shape(name, model, self.resolve)
        return shape

    def shape_for(self, shape_name):
        """A shape by its name."""
        return self.resolve({"shape": shape_name})

    def operation_model(self, operation_name):
        """An operation by its API name."""
        found = self._operations.get(operation_name)
        if found is None:
            model = self._model["operations"][operation_name]
            found = self._operations[operation_name] = OperationModel(model, self, operation_name)
        return found

    @property
    def operation_names(self):
        """API names of the operations this client offers."""
        return list(self._model["operations"])

    @property
    def left_out(self):
        """Python names of operations the real client has and this one lacks."""
        return {xform_name(name): name for name in self._model["left_out"]}

    @property
    def error_shapes(self):
        """Every error of the service."""
        return [
            self.shape_for(name)
            for name, model in self._model["shapes"].items()
            if model.get("exception")
        ]

    def shape_for_error_code(self, error_code):
        """The error with this code, or None."""
        if self._errors is None:
            self._errors = {shape.error_code: shape for shape in self.error_shapes}
        return self._errors.get(error_code)

    @property
    def pagination(self):
        """Paginator settings by API name."""
        return self._model["pagination"]

    @property
    def waiters(self):
        """Waiter settings by name."""
        return self._model["waiters"]

    @property
    def service_id(self):
        """The service's name in event names and configuration."""
        return ServiceId(self.metadata.get("serviceId", self.service_name))

    @property
    def signing_name(self):
        """The service's name in signatures."""
        return self.metadata.get("signingName") or self.endpoint_prefix

    @property
    def endpoint_prefix(self):
        """The first label of the service's host name."""
        return self.metadata["endpointPrefix"]

    @property
    def api_version(self):
        """The date that names the version of the API."""
        return self.metadata["apiVersion"]

    @property
    def protocol(self):
        """The protocol spoken, such as "json" or "rest-xml"."""
        return self.metadata["protocol"]

    resolved_protocol = protocol

    @property
    def is_query_compatible(self):
        """Whether a JSON service still carries its old query error codes."""
        return "awsQueryCompatible" in self.metadata


class ServiceId(str):
    """A service id that can be hyphenized."""

    def hyphenize(self):
        """The id in the form event names use."""
        return self.lower().replace(" ", "-")


_services = {}


def service_model(service_name):
    """The model of a service, shared by all its clients."""
    found = _services.get(service_name)
    if found is None:
        found = _services.setdefault(service_name, ServiceModel(service_name))
    return found
