"""Functions to run before a snapshot is taken and after an environment is restored from it (Lambda SnapStart)."""

__version__ = "1.0.0"
__all__ = ["register_before_snapshot", "register_after_restore"]

_before_snapshot = []
_after_restore = []


def register_before_snapshot(func, *args, **kwargs):
    """Runs `func` before the snapshot, the one registered last first. Gives `func` back, and so is a decorator too."""
    _before_snapshot.append((func, args, kwargs))
    return func


def register_after_restore(func, *args, **kwargs):
    """Runs `func` after each restoration, in the order of registration. A decorator too."""
    _after_restore.append((func, args, kwargs))
    return func


def get_before_snapshot():
    """What was registered, for the runtime."""
    return _before_snapshot


def get_after_restore():
    """What was registered, for the runtime."""
    return _after_restore
