"""The Python runtime interface client: what runs between the Runtime API and the handler."""

__version__ = "4.0.1"
