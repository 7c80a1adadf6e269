"""What all resources share: identifiers, attributes that load themselves, actions."""

from boto3.exceptions import ResourceLoadException
from botocore import xform_name
from botocore.exceptions import NotBundledError


class ResourceMeta:
    """What a resource knows about itself: `resource.meta`."""

    def __init__(self, service_name, identifiers, client, data=None):
        self.service_name = service_name
        self.identifiers = identifiers
        self.client = client
        self.data = data

    def __repr__(self):
        return f"ResourceMeta('{self.service_name}', identifiers={self.identifiers})"


class ServiceResource:
    """Base of all resources.

    A subclass says what it is called (`kind`), what identifies it
    (`identifiers`), which shape its attributes come from (`shape`), and what
    the real boto3 has that it lacks (`left_out`).
    """

    service = ""
    kind = "ServiceResource"
    identifiers = ()
    shape = None
    left_out = frozenset()

    def __init__(self, *args, client=None, **kwargs):
        if client is None:
            import boto3

            client = boto3.client(self.service)
        self.meta = ResourceMeta(self.service, list(self.identifiers), client)
        for name in kwargs:
            if name not in self.identifiers:
                raise ValueError(f"Unknown keyword argument: {name}")
        values = dict(zip(self.identifiers, args))
        values.update(kwargs)
        for name in self.identifiers:
            if values.get(name) is None:
                raise ValueError(f"Required parameter {name} not set")
            setattr(self, "_" + name, values[name])

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.__name__ = f"{cls.service}.{cls.kind}"
        for name in cls.identifiers:
            if name not in cls.__dict__:
                setattr(cls, name, _identifier(name))

    def __repr__(self):
        parts = [f"{name}={getattr(self, name)!r}" for name in self.identifiers]
        return f"{self.__class__.__name__}({', '.join(parts)})"

    def __eq__(self, other):
        return self.__class__.__name__ == other.__class__.__name__ and all(
            getattr(self, name) == getattr(other, name) for name in self.identifiers
        )

    def __hash__(self):
        values = tuple(getattr(self, name) for name in self.identifiers)
        return hash((self.__class__.__name__, values))

    def __getattr__(self, name):
        if not name.startswith("_"):
            member = self._attributes().get(name)
            if member is not None:
                return self._attribute(name, member)
            if name in self.left_out:
                raise NotBundledError(what=f"{self.__class__.__name__}.{name}")
        raise AttributeError(f"'{self.__class__.__name__}' object has no attribute '{name}'")

    def _attributes(self):
        """API names of the attributes by Python name."""
        if self.shape is None:
            return {}
        found = self.__class__.__dict__.get("_attribute_names")
        if found is None:
            members = self.meta.client.meta.service_model.shape_for(self.shape).members
            found = {xform_name(m): m for m in members}
            self.__class__._attribute_names = found
        return found

    def _attribute(self, name, member):
        if self.meta.data is None:
            if not hasattr(self, "load"):
                raise ResourceLoadException(f"{self.__class__.__name__} has no load method")
            self.load()
        return self.meta.data.get(member)

    def _act(self, operation, args, kwargs, **params):
        """Call an operation with this resource's identifiers among its parameters."""
        params.update(kwargs)
        response = getattr(self.meta.client, operation)(*args, **params)
        if hasattr(self, "load"):
            self.meta.data = None
        return response

    def _wait(self, waiter, kwargs, **params):
        params.update(kwargs)
        self.meta.client.get_waiter(waiter).wait(**params)


def _identifier(name):
    def get(self):
        return getattr(self, "_" + name, None)

    return property(get, doc=f"The resource's {name}, one of its identifiers.")
