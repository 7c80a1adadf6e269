"""Faults of the runtime itself, as against exceptions of the handler."""


class FaultException(Exception):
    """Becomes an error object of its own type, without the runtime's stack."""

    def __init__(self, exception_type, msg, trace=None):
        super().__init__(msg)
        self.exception_type = exception_type
        self.msg = msg
        self.trace = trace or []
