"""One execution environment's process, from the fork to the runtime loop."""
import json
import os
import sys

import _lambda_course as native

_installed = False

# What is in its place later is for the function.
_open = open


def run(order):
    """In a process just forked: becomes the environment described by the order."""
    native.leave()
    prepare()
    begin(order)


def stand_by(order, others):
    """In a process forked ahead of its order: waits for it at the descriptor `order`. The descriptors `others` are
    nothing to it."""
    import rehearsal

    native.leave()
    for other in others:
        os.close(other)
    prepare()
    rehearsal.once()
    with _open(order, "rb") as order:
        order = order.readline()
    # Empty where there is nobody left to give orders.
    if order:
        begin(order)


def prepare():
    """What needs no order."""
    open_standard_streams()
    os.environ.clear()
    install()


def install():
    """Replaces what Lambda has in another way: once in a process, or in the one that it is forked from."""
    global _installed
    if not _installed:
        import virtual_files
        import virtual_processes
        import virtual_time

        virtual_time.install()
        virtual_files.install()
        virtual_processes.install()
        _installed = True


def begin(order):
    """Becomes the environment described by the order."""
    order = json.loads(order)
    native.enter(order["sandbox"])
    native.connect(order["environment"]["AWS_LAMBDA_RUNTIME_API"])
    serve(order)


def serve(order):
    """Serves invocations until the process ends."""
    import importer
    import virtual_files
    import virtual_time

    install()
    take_environment(order["environment"])
    virtual_time.begin(order["now"], order["cpu_scale"], order["cpu_scale_invoked"])
    virtual_files.begin(order["files"], order["storage"])

    sys.path[:] = order["path"]
    sys.argv = ["/var/runtime/bootstrap.py"]
    sys.dont_write_bytecode = True
    sys.path_importer_cache.clear()
    importer.run_main("/var/runtime/bootstrap.py")


def take_environment(environment):
    """As `os.environ.clear()` and `update()`, without a conversion and a check for each of the names and values: that
    took longer than most imports."""
    if os.environ:
        os.environ.clear()
    for name, value in environment.items():
        os.putenv(name, value)
        os.environ._data[name.encode()] = value.encode()


def fork_from_here():
    """Forks an environment for each order, as the zygote does. Returns in each of them."""
    native.take_orders()
    while True:
        order = native.next_order(None)
        if order == "":
            os._exit(0)
        number, _, order = order.partition(" ")
        pid = os.fork()
        if pid == 0:
            restore(json.loads(order))
            return
        native.reply(f'{{"forked": {number}, "pid": {pid}}}')


def restore(order):
    """In a fork of an initialised process: becomes the environment described by the order. What the function made of
    its memory stays, random numbers to come included."""
    import virtual_files

    native.leave()
    native.enter(order["sandbox"])
    os.environ.update(order["environment"])
    native.connect(order["environment"]["AWS_LAMBDA_RUNTIME_API"])
    native.set_clock(order["now"], order["cpu_scale"], order["cpu_scale_invoked"])
    virtual_files.mount(order["files"])


def open_standard_streams():
    """New streams over the descriptors, which are other ones since the fork."""
    sys.stdin = open(0, "r", encoding="utf-8", closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr


def supervise(body):
    """Ends as an interpreter would: SystemExit gives the status, anything else a traceback and 1."""
    import atexit
    import signal
    import traceback
    try:
        body()
        status = 0
    except SystemExit as stop:
        if stop.code is None:
            status = 0
        elif isinstance(stop.code, int):
            status = stop.code & 0xFF
        else:
            print(stop.code, file=sys.stderr)
            status = 1
    except BaseException as error:
        traceback.print_exc()
        status = -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    return status
