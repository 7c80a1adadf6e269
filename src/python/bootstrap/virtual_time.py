"""The Region's clock, as Python sees it.

The time is the Region's time when the process got it last, plus the real time since, plus what the function's share
of a CPU adds to the CPU time used. Sleeping asks the Region to wait, and so takes no real time.
"""
import _thread
import selectors
import sys
import threading
import time

import _lambda_course as native

_IDLE_AFTER = 0.002
_real_sleep = time.sleep
_real_gmtime = time.gmtime
_real_strftime = time.strftime
_real_asctime = time.asctime


def sleep(seconds):
    seconds = _as_seconds(seconds)
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    if seconds == 0:
        _real_sleep(0)
        return
    target = native.now() + int(seconds * 1_000_000)
    if threading.active_count() <= 1:
        native.sleep_until(target)
        return
    _sleep_among_threads(target)


def _as_seconds(value):
    if isinstance(value, (int, float)):
        return float(value)
    index = getattr(type(value), "__index__", None)
    if index is not None:
        return float(index(value))
    as_float = getattr(type(value), "__float__", None)
    if as_float is None:
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
    return as_float(value)


_sleepers = []
_gate = _thread.allocate_lock()


def _sleep_among_threads(target):
    """Jumps only when no other thread computes: then all wait, and the first to wake is the one to jump to."""
    entry = [target]
    with _gate:
        _sleepers.append(entry)
    try:
        while native.now() < target:
            before = native.cpu()
            _real_sleep(_IDLE_AFTER)
            if native.cpu() - before > 1_000:
                continue
            with _gate:
                first = min(other[0] for other in _sleepers)
            if first == target:
                native.sleep_until(target)
    finally:
        with _gate:
            _sleepers.remove(entry)


class _Plain:
    """A function that no class binds as a method, as functions built in aren't: logging keeps one in a class."""

    def __init__(self, function):
        self._function = function
        self.__name__ = function.__name__

    def __call__(self, *args, **kwargs):
        return self._function(*args, **kwargs)

    def __repr__(self):
        return f"<built-in function {self.__name__}>"


def gmtime(seconds=None):
    return _real_gmtime(native.time() if seconds is None else seconds)


def localtime(seconds=None):
    # TZ is UTC on Lambda.
    return _real_gmtime(native.time() if seconds is None else seconds)


def strftime(form, moment=None):
    return _real_strftime(form, gmtime() if moment is None else moment)


def asctime(moment=None):
    return _real_asctime(gmtime() if moment is None else moment)


def ctime(seconds=None):
    return _real_asctime(gmtime(seconds))


def install(now, cpu_scale):
    native.set_clock(now, cpu_scale)
    time.time, time.time_ns = native.time, native.time_ns
    time.monotonic, time.monotonic_ns = native.monotonic, native.monotonic_ns
    time.perf_counter, time.perf_counter_ns = native.monotonic, native.monotonic_ns
    for function in (gmtime, localtime, strftime, asctime, ctime, sleep):
        setattr(time, function.__name__, _Plain(function))
    for module in ("logging", "threading", "queue", "random", "tempfile", "uuid", "asyncio.base_events"):
        _follow(sys.modules.get(module))
    _patch_selectors()
    if "random" in sys.modules:
        sys.modules["random"].seed()


def _follow(module):
    """Modules that took a function of `time` by another name when they were imported."""
    for name, replacement in (("_time", native.monotonic), ("time", None), ("monotonic", native.monotonic)):
        if module is not None and replacement is not None and callable(getattr(module, name, None)):
            setattr(module, name, replacement)


def _patch_selectors():
    """asyncio waits in select: let it poll, and let the Region pass the time."""
    def patched(cls):
        original = cls.select

        def select(self, timeout=None):
            if timeout is None or timeout <= 0 or threading.active_count() > 1:
                return original(self, timeout)
            ready = original(self, 0)
            if ready:
                return ready
            native.sleep_until(native.now() + int(timeout * 1_000_000) + 1)
            return original(self, 0)

        cls.select = select

    for name in ("EpollSelector", "PollSelector", "SelectSelector", "KqueueSelector"):
        cls = getattr(selectors, name, None)
        if cls is not None:
            patched(cls)
