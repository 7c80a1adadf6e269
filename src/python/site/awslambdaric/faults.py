"""Faults of the runtime itself, as against exceptions of the handler."""


class Fault(Exception):
    """Becomes an error object of its own type, without the runtime's stack."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.trace = list(trace)
