"""Forks made ahead of their orders, while nobody asks for any: an order then waits for no fork.

Each has got ready for any order and waits at a pipe for its one. Two, as a function that is called while it runs needs
two environments.
"""
import os

import worker

#: For so many seconds nothing was asked for: a fork made now takes no CPU from anybody who waits.
QUIET = 0.015
_ENOUGH = 2

_spares = []

# What is in their places later is for the functions.
_fork, _write, _close = os.fork, os.write, os.close


class _Spare:
    def __init__(self, pid, order):
        self.pid, self.order = pid, order


def wanted():
    return len(_spares) < _ENOUGH


def make():
    reader, writer = os.pipe()
    pid = fork(worker.stand_by, reader, [writer, *(spare.order for spare in _spares)])
    _close(reader)
    _spares.append(_Spare(pid, writer))


def take(order):
    """The process id of one that has got the order, or None."""
    rest = order.encode()
    while _spares:
        spare = _spares.pop(0)
        try:
            while rest:
                rest = rest[_write(spare.order, rest):]
            return spare.pid
        except BrokenPipeError:
            rest = order.encode()  # That one has ended.
        finally:
            _close(spare.order)
    return None


def fork(body, *args):
    """Forks a worker that does this."""
    pid = _fork()
    if pid == 0:
        os._exit(worker.supervise(lambda: body(*args)))
    return pid
