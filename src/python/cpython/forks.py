"""Forks of an initialised process, one for each order, as the embedded interpreter makes them (`src/python/native.rs` and
`pipes.rs`): the snapshots of SnapStart in a `python3` of the learner's own.

Orders come over the connection over which the process asked until then, and replies go there.
"""
import json
import os
import select
import signal
import socket

import _lambda_course as native

# Before they are those of Lambda's file system: what is done here is done by real paths.
_open, _chdir = os.open, os.chdir


class _Pipes:
    orders = None
    read = b""
    # Written to by the interpreter when a signal comes.
    ended, signalled = None, None
    before = None
    children = set()


def take_orders():
    """Makes this process one that forks, and says that it is one."""
    _Pipes.orders = native.give_control()
    _Pipes.orders.sendall(f"snapshot {native.now()}\n".encode())
    _Pipes.ended, _Pipes.signalled = os.pipe()
    os.set_blocking(_Pipes.ended, False)
    os.set_blocking(_Pipes.signalled, False)
    handler = signal.signal(signal.SIGCHLD, lambda *_: None)
    descriptor = signal.set_wakeup_fd(_Pipes.signalled, warn_on_full_buffer=False)
    _Pipes.before = signal.SIG_DFL if handler is None else handler, descriptor


def next_order(patience):
    """The next order; an empty text: there will be no more. It waits in any case."""
    while True:
        line, found, rest = _Pipes.read.partition(b"\n")
        if found:
            _Pipes.read = rest
            return line.decode()
        ready, _, _ = select.select([_Pipes.orders, _Pipes.ended], [], [])
        if _Pipes.ended in ready:
            os.read(_Pipes.ended, 512)
            _report_ended()
        if _Pipes.orders in ready:
            part = _Pipes.orders.recv(65536)
            if not part:
                _end_children()
                return ""
            _Pipes.read += part


def reply(line):
    """Tells the program something, in one line."""
    _Pipes.children.add(json.loads(line)["pid"])
    _tell(line)


def _tell(line):
    _Pipes.orders.sendall(line.encode() + b"\n")


def _report_ended():
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _Pipes.children.discard(pid)
        _tell(json.dumps({
            "ended": pid,
            "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        }))


def _end_children():
    """The program is gone, or has no use for the snapshot any more."""
    for pid in _Pipes.children:
        for kill in (os.killpg, os.kill):
            try:
                kill(pid, signal.SIGKILL)
            except OSError:
                pass


def leave():
    """In a fork: is no part of the process any more that it was forked from."""
    handler, descriptor = _Pipes.before
    signal.signal(signal.SIGCHLD, handler)
    signal.set_wakeup_fd(descriptor)
    _Pipes.orders.close()
    os.close(_Pipes.ended)
    os.close(_Pipes.signalled)
    _Pipes.children = set()


def enter(sandbox):
    """Then: becomes a worker, whose output and questions go where the order says."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as log:
        log.connect(sandbox["log"])
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    native.renew(sandbox["control"])
    _chdir(sandbox["directory"])
    # Limits are inherited. Of the fences only the narrower one is new.
    os.setsid()
    try:
        import ctypes
    except ImportError:
        # This python3 was built without it. What the fork may write is then what the snapshot may.
        return
    _fence(ctypes, ctypes.CDLL(None, use_errno=True), sandbox["confinement"]["writable"])


# linux/prctl.h, linux/landlock.h. The numbers of these calls are the same on all architectures.
_SET_PARENT_DEATH_SIGNAL = 1
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_WRITE_FILE, _REFER, _TRUNCATE = 1 << 1, 1 << 13, 1 << 14
# Write a file; remove a folder, a file; make a device, folder, file, socket, pipe, block device, symbolic link.
_WRITING = _WRITE_FILE | sum(1 << bit for bit in range(4, 13))
_DEVICES = ("/dev/null", "/dev/zero", "/dev/tty", "/dev/shm")


def _fence(ctypes, libc, writable):
    """No writing outside these folders, and no life without the parent, as `src/sandbox/confine.rs` has it. A system that
    knows no such fence has none."""
    if not os.path.isdir("/proc/self/task"):
        return
    libc.prctl(_SET_PARENT_DEATH_SIGNAL, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)
    if version < 1:
        return
    access = _WRITING | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    handled = ctypes.c_uint64(access)
    rules = libc.syscall(_CREATE_RULESET, ctypes.byref(handled), ctypes.c_size_t(8), 0)
    if rules < 0:
        return
    for place in (*writable, *_DEVICES):
        try:
            folder = _open(place, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        allowed = access if os.path.isdir(f"/proc/self/fd/{folder}") else access & (_WRITE_FILE | _TRUNCATE)
        rule = allowed.to_bytes(8, "little") + folder.to_bytes(4, "little")
        libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, rule, 0)
        os.close(folder)
    libc.syscall(_RESTRICT_SELF, rules, 0)
    os.close(rules)
