"""`client.exceptions`: a class for every error a service is modelled to give.

Adapted from botocore; see NOTICE.
"""

from botocore.exceptions import ClientError

_cache = {}


class BaseClientExceptions:
    """The errors of one service, by name and by code."""

    ClientError = ClientError

    def __init__(self, code_to_exception):
        self._code_to_exception = code_to_exception

    def from_code(self, error_code):
        """The class of an error code; ClientError if the code is not modelled."""
        return self._code_to_exception.get(error_code, self.ClientError)

    def __getattr__(self, name):
        names = [cls.__name__ for cls in self._code_to_exception.values()]
        raise AttributeError(
            f"{self} object has no attribute {name}. Valid exceptions are: {', '.join(names)}"
        )


def create_client_exceptions(service_model, class_name):
    """The exceptions of a service; one set a process, so that `except` matches."""
    found = _cache.get(service_model.service_name)
    if found is None:
        by_name, by_code = {}, {}
        for shape in service_model.error_shapes:
            by_name[shape.name] = type(shape.name, (ClientError,), {"__module__": __name__})
            by_code[shape.error_code] = by_name[shape.name]
        kind = type(class_name + "Exceptions", (BaseClientExceptions,), dict(by_name))
        found = _cache.setdefault(service_model.service_name, kind(by_code))
    return found
