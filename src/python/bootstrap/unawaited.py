"""Warns of a coroutine that a handler returned and nobody awaited, where the interpreter doesn't do it itself."""
import sys

import tracebacks

_PLACE = ("/var/lang/lib/python3.14/site-packages/awslambdaric/bootstrap.py", 549)
_WARNS_ITSELF = sys.implementation.name == "cpython"
_waiting = []


def watch(response):
    """Remembers what a handler returned if it is a coroutine."""
    if not _WARNS_ITSELF and type(response).__name__ == "coroutine":
        _waiting.append(response.__qualname__)


def warn():
    """CPython warns when the coroutine is collected: at the line that runs an invocation, once its error is logged."""
    while _waiting:
        import warnings
        tracebacks.show_source(_PLACE[0])
        warnings.warn_explicit(f"coroutine '{_waiting.pop()}' was never awaited", RuntimeWarning, *_PLACE)
        sys.stderr.write("RuntimeWarning: Enable tracemalloc to get the object allocation traceback\n")
