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
    wait_until(native.now() + int(seconds * 1_000_000), _real_sleep)


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


def wait_until(target, poll):
    """What `poll` gives, once it gives something or the Region's time is `target`; it is told how long it may wait.

    Time jumps only when nothing else goes on here: no other thread computes, and no process that was started may
    still be at work. Then all wait, and the first to wake is the one to jump to.
    """
    if threading.active_count() <= 1 and not native.has_children():
        result = poll(0)
        if not result:
            native.sleep_until(target)
            result = poll(0)
        return result
    entry, idle = [target], 0
    with _gate:
        _sleepers.append(entry)
    try:
        while True:
            before = native.cpu()
            result = poll(_IDLE_AFTER)
            if result:
                return result
            if native.now() >= target:
                return poll(0)
            busy = native.cpu() - before > 1_000 or native.others_run() or native.has_children()
            idle = 0 if busy else idle + 1
            # Once might be between two steps of another thread.
            if idle < 2:
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


def install():
    """Once in a process, or in the one that it is forked from."""
    time.time, time.time_ns = native.time, native.time_ns
    time.monotonic, time.monotonic_ns = native.monotonic, native.monotonic_ns
    time.perf_counter, time.perf_counter_ns = native.monotonic, native.monotonic_ns
    for function in (gmtime, localtime, strftime, asctime, ctime, sleep):
        setattr(time, function.__name__, _Plain(function))
    for module in ("logging", "threading", "queue", "random", "tempfile", "uuid", "asyncio.base_events",
                   "subprocess", "multiprocessing.connection", "selectors"):
        _follow(sys.modules.get(module))
    _patch_selectors()
    _patch_threads()


def begin(now, cpu_scale, cpu_scale_invoked):
    """In each environment."""
    native.set_clock(now, cpu_scale, cpu_scale_invoked)
    if "random" in sys.modules:
        # Or else all forks of one process would draw the same numbers.
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
            if timeout is None or timeout <= 0:
                return original(self, timeout)
            target = native.now() + int(timeout * 1_000_000) + 1
            return wait_until(target, lambda seconds: original(self, seconds))

        cls.select = select

    for name in ("EpollSelector", "PollSelector", "SelectSelector", "KqueueSelector"):
        cls = getattr(selectors, name, None)
        if cls is not None:
            patched(cls)


class _Waiter:
    """The lock that one wait on a Condition holds: its timeout is in the Region's time. Events, queues, futures and
    timers are all made of Conditions."""

    def __init__(self):
        self._lock = _thread.allocate_lock()
        self.release = self._lock.release
        self.locked = self._lock.locked

    def acquire(self, blocking=True, timeout=-1):
        if not blocking or timeout is None or timeout <= 0:
            return self._lock.acquire(blocking, -1 if timeout is None else timeout)
        target = native.now() + int(timeout * 1_000_000) + 1
        return bool(wait_until(target, self._poll))

    def _poll(self, seconds):
        return self._lock.acquire(True, seconds) if seconds > 0 else self._lock.acquire(False)

    __enter__ = acquire

    def __exit__(self, *_):
        self._lock.release()


def _patch_threads():
    original = threading.Thread.join

    def join(self, timeout=None):
        if timeout is None or timeout <= 0:
            return original(self, timeout)

        def ended(seconds):
            original(self, seconds)
            return not self.is_alive()

        wait_until(native.now() + int(timeout * 1_000_000) + 1, ended)
        return None

    threading.Thread.join = join
    threading._allocate_lock = _Waiter
