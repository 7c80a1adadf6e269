"""How handlers end the process."""
import os
import signal
import sys
import threading

CALLS = []


class Ended(BaseException):
    pass


def exit_0(event, context):
    sys.exit(0)


def exit_3(event, context):
    print("last words")
    sys.exit(3)


def exit_none(event, context):
    sys.exit()


def exit_text(event, context):
    sys.exit("giving up")


def exit_large(event, context):
    sys.exit(257)


def exit_negative(event, context):
    sys.exit(-1)


def exit_true(event, context):
    sys.exit(True)


def exit_list(event, context):
    sys.exit([1, 2])


def builtin_exit(event, context):
    exit(4)


def raise_system_exit(event, context):
    raise SystemExit


def exit_caught(event, context):
    try:
        sys.exit(3)
    except SystemExit as stop:
        return stop.code


def exit_with_finally(event, context):
    try:
        sys.exit(3)
    finally:
        print("cleaning up")


def os_exit(event, context):
    print("unfinished", end="")
    os._exit(1)


def os_exit_0(event, context):
    os._exit(0)


def keyboard_interrupt(event, context):
    raise KeyboardInterrupt


def base_exception(event, context):
    raise BaseException("base")


def own_base_exception(event, context):
    raise Ended("own", 1)


def generator_exit(event, context):
    raise GeneratorExit


def base_exception_caused(event, context):
    try:
        int("x")
    except ValueError as error:
        raise Ended("after") from error


def segmentation_fault(event, context):
    os.kill(os.getpid(), signal.SIGSEGV)


def abort(event, context):
    os.abort()


def terminate(event, context):
    os.kill(os.getpid(), signal.SIGTERM)


def kill(event, context):
    os.kill(os.getpid(), signal.SIGKILL)


def exit_in_thread(event, context):
    def work():
        sys.exit(3)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return "the thread ended"


def error_in_thread(event, context):
    def work():
        raise ValueError("in a thread")
    thread = threading.Thread(target=work, name="worker")
    thread.start()
    thread.join()
    return "went on"


def os_exit_in_thread(event, context):
    thread = threading.Thread(target=os._exit, args=(5,))
    thread.start()
    thread.join()
    return "never"


def exit_second(event, context):
    CALLS.append(event)
    if len(CALLS) == 2:
        sys.exit(9)
    return len(CALLS)


def exits_at_exit(event, context):
    import atexit
    atexit.register(print, "at exit")
    sys.exit(2)
