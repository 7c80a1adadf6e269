"""Runs what was registered for a snapshot."""
from snapshot_restore_py import get_after_restore, get_before_snapshot


def run_before_snapshot():
    """The last registered runs first; each runs once."""
    registered = get_before_snapshot()
    while registered:
        func, args, kwargs = registered.pop()
        # line 12
        func(*args, **kwargs)


def run_after_restore():
    """In the order of registration, in every environment."""
    for func, args, kwargs in get_after_restore():
        # line 18
        func(*args, **kwargs)
