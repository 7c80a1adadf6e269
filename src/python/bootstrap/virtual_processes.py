"""The number of processes and threads: 1,024 in all, as on Lambda (developer guide, "Lambda quotas")."""
import errno
import os
import posix
import sys
import threading
import _thread

import _lambda_course as native

_LIMIT = 1024


def install():
    for module, name in ((_thread, "start_new_thread"), (_thread, "start_joinable_thread"), (_thread, "start_new"),
                         (threading, "_start_new_thread"), (threading, "_start_joinable_thread")):
        original = getattr(module, name, None)
        if original is not None:
            setattr(module, name, _with_a_limit(original, _refuse_thread))
    for name in ("fork", "forkpty", "posix_spawn", "posix_spawnp"):
        original = getattr(posix, name, None)
        if original is not None:
            limited = _with_a_limit(original, _refuse_process)
            setattr(posix, name, limited)
            setattr(os, name, limited)
    for name in ("subprocess", "multiprocessing.util"):
        module = sys.modules.get(name)
        original = getattr(module, "_fork_exec", None)
        if original is not None:
            module._fork_exec = _with_a_limit(original, _refuse_process)


def _with_a_limit(original, refuse):
    def start(*args, **kwargs):
        # The main thread is one too. Processes are counted only where there may be others.
        if _thread._count() + 1 + _others() >= _LIMIT:
            refuse()
        return original(*args, **kwargs)
    start.__name__ = getattr(original, "__name__", "start")
    return start


def _others():
    return native.processes() - 1 if native.has_children() else 0


def _refuse_thread():
    raise RuntimeError("can't start new thread")


def _refuse_process():
    raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
