"""What a handler finds around it."""
import os
import sys
import threading
import time

calls = 0
started = __name__


def names(event, context):
    return sorted(os.environ)


def values(event, context):
    vary = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API",
            "AWS_ENDPOINT_URL")
    return {key: value for key, value in sorted(os.environ.items()) if key not in vary}


def own_variable(event, context):
    return [os.environ["STAGE"], os.getenv("EMPTY"), os.environ.get("NOT_SET"), os.getenv("NOT_SET", "default")]


def missing_variable(event, context):
    return os.environ["TABLE_NAME"]


def set_variable(event, context):
    before = os.environ.get("KEPT")
    os.environ["KEPT"] = "yes"
    return before


def number_variable(event, context):
    os.environ["PORT"] = 80


def path(event, context):
    return sys.path[:4]


def module(event, context):
    return [__name__, __file__, __package__, __spec__.name, __spec__.origin]


def main_module(event, context):
    main = sys.modules["__main__"]
    return [main.__name__, main.__file__]


def folder(event, context):
    return [os.getcwd(), os.path.abspath("x"), os.path.dirname(os.path.abspath(__file__)), os.path.exists("main.py")]


def arguments(event, context):
    return sys.argv


def trace(event, context):
    return [part.partition("=")[0] for part in os.environ["_X_AMZN_TRACE_ID"].split(";")]


def state(event, context):
    global calls
    calls += 1
    return calls


def mutable_default(event, context, seen=[]):
    seen.append(event)
    return seen


def threads(event, context):
    return [threading.current_thread().name, threading.active_count(), threading.current_thread().daemon,
            threading.current_thread() is threading.main_thread()]


def thread_goes_on(event, context):
    """The thread of the first call ends within the second."""
    if event == 1:
        def work():
            while calls == 0:
                time.sleep(0.001)
            print("the thread ends")
        threading.Thread(target=work, daemon=True).start()
        return "started"
    globals()["calls"] = 1
    while threading.active_count() > 1:
        time.sleep(0.001)
    return "ended"


def modules(event, context):
    return [name in sys.modules for name in ("json", "logging", "awslambdaric", "awslambdaric.bootstrap")]


def flags(event, context):
    return [sys.getdefaultencoding(), sys.getfilesystemencoding(), sys.byteorder, sys.maxsize,
            sys.getrecursionlimit(), sys.platform, os.name, os.sep]


def builtins(event, context):
    return [name for name in ("exit", "quit", "copyright", "credits", "license", "help") if name in dir(__builtins__)
            or name in __builtins__]


def standard_input(event, context):
    return sys.stdin.read()


def time_zone(event, context):
    return [time.tzname[0], time.timezone, time.localtime(0).tm_hour]


def source_lines(event, context):
    import inspect
    return inspect.getsource(state)


def caller(event, context):
    import inspect
    return [[frame.filename, frame.function] for frame in inspect.stack()[:6]]
