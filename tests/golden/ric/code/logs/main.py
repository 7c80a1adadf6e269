"""What handlers log."""
import logging
import sys
import threading
import warnings

log = logging.getLogger("app")
root = logging.getLogger()


class Unspeakable:
    def __str__(self):
        raise RuntimeError("no text")


def levels(event, context):
    root.debug("debug")
    root.info("info")
    root.warning("warning")
    root.error("error")
    root.critical("critical")
    root.log(5, "five")
    root.log(35, "thirty-five")
    root.log(99, "ninety-nine")


def set_level(event, context):
    root.setLevel(logging.INFO)
    root.info("shown")
    root.debug("hidden")
    root.setLevel("DEBUG")
    root.debug("shown too")


def child_levels(event, context):
    log.setLevel(logging.DEBUG)
    log.debug("a child's own level counts")
    logging.getLogger("app.part").info("and its children's")
    logging.getLogger("other").info("hidden")


def basic_config(event, context):
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.info("hidden")
    logging.warning("in Lambda's format")


def basic_config_force(event, context):
    logging.basicConfig(level=logging.INFO, format="%(levelname)s:%(message)s", force=True)
    logging.info("in one's own format, twice: %s", 2)
    context.log("context.log\n")


def basic_config_stdout(event, context):
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, force=True)
    logging.info("by default")


def module_functions(event, context):
    logging.warning("module function")
    logging.info("hidden")
    logging.error("error %s %d", "text", 3)


def arguments(event, context):
    root.warning("%s and %r and %5.2f and %(x)s" % ("a", "b", 1.5, ) if False else "%s and %r and %5.2f", "a", "b", 1.5)
    root.warning("%(name)s is %(age)d", {"name": "Ada", "age": 36})
    root.warning("no arguments: 100%")
    root.warning({"a": 1})
    root.warning(None)
    root.warning(ValueError("an exception as a message"))


def wrong_arguments(event, context):
    root.warning("%d items", "many")
    return "went on"


def too_many_arguments(event, context):
    root.warning("none wanted", 1)
    return "went on"


def several_lines(event, context):
    root.warning("first\n  second\n\nlast\n")


def unicode(event, context):
    root.warning("naïve ☃ \U0001f600 %s", "日本")
    print("naïve ☃ \U0001f600")


def surrogate(event, context):
    print("lone \ud800 surrogate")
    return "went on"


def surrogate_logged(event, context):
    root.warning("lone \ud800 surrogate")
    return "went on"


def log_exception(event, context):
    try:
        {}["k"]
    except KeyError:
        log.exception("failed for %s", "k")


def exc_info(event, context):
    try:
        int("x")
    except ValueError as error:
        root.error("as a value", exc_info=error)
        root.warning("as true", exc_info=True)
    root.error("outside", exc_info=True)


def exception_chain(event, context):
    try:
        try:
            int("x")
        except ValueError as error:
            raise RuntimeError("outer") from error
    except RuntimeError:
        log.exception("chained")


def stack_info(event, context):
    root.warning("with a stack", stack_info=True)


def extra(event, context):
    log.warning("order", extra={"order_id": 7, "nested": {"a": [1]}, "text": "é"})
    log.warning("none", extra={"nothing": None})
    log.warning("unusual", extra={"when": {1}, "who": log})


def extra_reserved(event, context):
    try:
        log.warning("x", extra={"message": "mine"})
    except KeyError as error:
        return str(error)


def extra_clash(event, context):
    log.warning("x", extra={"level": "mine", "requestId": "mine", "timestamp": 1, "location": "here"})


def own_handler(event, context):
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("mine: %(levelname)s %(name)s %(message)s"))
    log.addHandler(handler)
    log.warning("appears twice")
    log.propagate = False
    log.warning("appears once")
    log.removeHandler(handler)
    log.propagate = True


def own_handler_error(event, context):
    handler = logging.StreamHandler()
    log.addHandler(handler)
    log.error("to the standard error")
    log.removeHandler(handler)


def own_format(event, context):
    for handler in root.handlers:
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    root.warning("no line end here")
    root.warning("next")


def no_handlers(event, context):
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.warning("of last resort")
    root.info("hidden")
    context.log("context.log\n")


def handlers(event, context):
    return [type(handler).__name__ for handler in root.handlers] + [root.level, log.level, log.getEffectiveLevel()]


def adapter(event, context):
    adapter = logging.LoggerAdapter(log, {"order_id": 9})
    adapter.warning("through an adapter")


def filtered(event, context):
    class No(logging.Filter):
        def filter(self, record):
            return "secret" not in record.getMessage()
    root.handlers[0].addFilter(No())
    root.warning("a secret")
    root.warning("public")


def disabled(event, context):
    logging.disable(logging.ERROR)
    root.error("hidden")
    root.critical("shown")


def record_attributes(event, context):
    class Look(logging.Handler):
        def emit(self, record):
            print(record.levelname, record.funcName, record.lineno, record.module, record.filename, record.pathname,
                  getattr(record, "aws_request_id", "none"), record.threadName, record.processName)
    log.addHandler(Look())
    log.warning("x")


def in_thread(event, context):
    def work():
        root.warning("from a thread")
        print("printed in a thread")
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def level_names(event, context):
    logging.addLevelName(25, "NOTICE")
    root.setLevel(1)
    root.log(25, "notice")
    root.log(1, "one")


def unspeakable(event, context):
    root.warning(Unspeakable())
    return "went on"


def prints(event, context):
    print("line")
    print("a", 1, None, sep="-")
    print("no end", end="")
    print(" then an end")
    print()
    print("two\nlines")
    print("tab\tand  spaces  ")
    print({"a": 1})
    print("flushed", flush=True)


def print_without_end(event, context):
    print("no line end", end="")


def print_between(event, context):
    print("no line end", end="")
    root.warning("a record")
    print("after")


def carriage_return(event, context):
    print("one\rtwo")
    print("dos\r")


def writes(event, context):
    sys.stdout.write("out\n")
    sys.stderr.write("err\n")
    print("to stderr", file=sys.stderr)
    sys.stdout.writelines(["a\n", "b\n"])
    return [sys.stdout.write("counted\n"), sys.stdout.isatty(), sys.stdout.encoding]


def prints_json(event, context):
    print('{"level": "INFO", "message": "by hand"}')


def context_log(event, context):
    context.log("without a line end")
    context.log("\n")
    context.log({"a": 1})
    context.log("é\n")
    context.log("two\nlines\n")
    return context.log("x")


def control_codes(event, context):
    print("\x1b[31mred\x1b[0m bell\x07 back\b null\x00")


def large_line(event, context):
    print("x" * 3_000)


def many_lines(event, context):
    for number in range(30):
        print("line", number)


def warned(event, context):
    warnings.warn("a warning")
    warnings.warn("old way", DeprecationWarning)
    warnings.warn("a warning")


def captured_warning(event, context):
    logging.captureWarnings(True)
    warnings.warn("captured")
    logging.captureWarnings(False)


def fails_after_logging(event, context):
    root.error("about to fail")
    print("and printed")
    raise ValueError("failed")


def fails_over_lines(event, context):
    raise ValueError("é\nsecond")


def two_requests(event, context):
    root.warning("event %s", event)
    return event


def replaced_stdout(event, context):
    import contextlib
    import io
    kept = io.StringIO()
    with contextlib.redirect_stdout(kept):
        print("kept")
        root.warning("still logged")
    return kept.getvalue()


def protocol(event, context):
    """Looks like a report, an answer and a header of a record."""
    print("REPORT: RequestId: made-up Duration: 0.00 ms")
    print('{"statusCode": 500, "errorMessage": "made up"}')
    print('RESP {"ok": false}')
    print("\r\n\r\nHTTP/1.1 200 OK\r\n\r\nmade up")
    return "untouched"


def traceback_printed(event, context):
    import traceback
    try:
        int("x")
    except ValueError:
        traceback.print_exc()
        print(traceback.format_exc())


def stack_printed(event, context):
    import traceback
    traceback.print_stack()
