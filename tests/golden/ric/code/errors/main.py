"""How handlers fail."""
import asyncio
import functools
import json

from shop import orders


class Declined(Exception):
    def __init__(self, reason, code):
        super().__init__(reason)
        self.code = code


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("no text")


class Spoken(Exception):
    def __str__(self):
        return "spoken: " + repr(self.args)


class Quiet(Exception):
    pass


class Outer:
    class Inner(Exception):
        pass


def key_error(event, context):
    return event["missing"]


def index_error(event, context):
    return [1][5]


def type_error(event, context):
    return "a" + 1


def attribute_error(event, context):
    return event.name


def none_attribute(event, context):
    return None.get("x")


def name_error(event, context):
    return undefined_name


def zero_division(event, context):
    return 1 / 0


def value_error(event, context):
    return int("ten")


def unpacking(event, context):
    a, b = [1]


def not_subscriptable(event, context):
    found = None
    return found["body"]


def no_message(event, context):
    raise Quiet


def no_arguments(event, context):
    raise Quiet()


def custom(event, context):
    raise Declined("card declined", 402)


def several_arguments(event, context):
    raise ValueError("first", 2)


def number_argument(event, context):
    raise KeyError(7)


def inner_class(event, context):
    raise Outer.Inner("nested")


def own_text(event, context):
    raise Spoken("a", 1)


def text_raises(event, context):
    raise Unspeakable("x")


def several_lines(event, context):
    raise ValueError("first line\n  second line\n\nfourth line")


def unicode(event, context):
    raise ValueError("naïve ☃ 日本 \U0001f600")


def control_characters(event, context):
    raise ValueError("tab\there\x00 null \x1b[31mred")


def long_message(event, context):
    raise ValueError("x" * 5000)


def json_message(event, context):
    raise Exception(json.dumps({"statusCode": 400, "reason": "bad"}))


def cause(event, context):
    try:
        int("x")
    except ValueError as error:
        raise RuntimeError("could not read") from error


def while_handling(event, context):
    try:
        int("x")
    except ValueError:
        raise RuntimeError("while handling")


def suppressed(event, context):
    try:
        int("x")
    except ValueError:
        raise RuntimeError("alone") from None


def reraised(event, context):
    try:
        orders.load("7")
    except LookupError:
        raise


def with_finally(event, context):
    try:
        raise ValueError("body")
    finally:
        print("finally runs")


def finally_raises(event, context):
    try:
        raise ValueError("body")
    finally:
        raise KeyError("finally")


def in_module(event, context):
    return orders.load("7")


def in_nested_calls(event, context):
    def inner():
        return [each() for each in (lambda: 1 / 0,)]
    return inner()


def in_comprehension(event, context):
    return [1 / value for value in (1, 0)]


def in_generator(event, context):
    return list(1 / value for value in (1, 0))


def in_property(event, context):
    return orders.Order().total


def several_lines_of_code(event, context):
    return orders.total(
        [1, 2],
        discount=3,
    )


def assertion(event, context):
    assert event == 1, "not one"


def bare_assertion(event, context):
    assert event == 1


def stop_iteration(event, context):
    next(iter([]))


def stop_iteration_raised(event, context):
    raise StopIteration("end")


def recursion(event, context):
    return recursion(event, context)


def group(event, context):
    raise ExceptionGroup("several", [ValueError("a"), KeyError("b")])


def note(event, context):
    error = ValueError("with a note")
    error.add_note("the note")
    raise error


def warning_raised(event, context):
    raise UserWarning("as an error")


def not_an_exception(event, context):
    raise "text"


def os_error(event, context):
    open("/tmp/not-there")


def unicode_error(event, context):
    return b"\xff".decode("utf-8")


def json_error(event, context):
    return json.loads("{bad}")


def json_type_error(event, context):
    return json.dumps({1, 2})


def import_error(event, context):
    import not_a_module


def from_import_error(event, context):
    from shop import not_there


def timeout(event, context):
    raise TimeoutError("slow")


def in_exec(event, context):
    exec("1 / 0")


def in_async(event, context):
    async def work():
        raise ValueError("async")
    return asyncio.run(work())


def cancelled(event, context):
    raise asyncio.CancelledError("stopped")


def no_parameters():
    return 1


def one_parameter(event):
    return 1


def three_parameters(event, context, more):
    return 1


def keyword_only(event, *, context):
    return 1


def default_parameter(event, context, more=3):
    return more


def any_arguments(*args, **kwargs):
    return [len(args), kwargs]


number = 5
missing = None
text = "text"


class HandlerClass:
    def __init__(self, event, context):
        pass


class Callable:
    def __call__(self, event, context):
        return "called " + type(context).__name__


class Handlers:
    def method(self, event, context):
        return "method"

    @classmethod
    def of_class(cls, event, context):
        return cls.__name__

    @staticmethod
    def static(event, context):
        return "static"


callable_object = Callable()
bound_method = Handlers().method
class_method = Handlers.of_class
static_method = Handlers.static
unbound_method = Handlers.method
short = lambda event, context: "lambda"
partial = functools.partial(any_arguments, "first")


def logged(function):
    @functools.wraps(function)
    def wrapper(event, context):
        print("before", function.__name__)
        return function(event, context)
    return wrapper


@logged
def decorated(event, context):
    return "decorated"


@logged
def decorated_fails(event, context):
    raise ValueError("inside")


@functools.cache
def cached(event, context):
    return 1


def broken_decorator(function):
    function.wrapped = True


@broken_decorator
def became_none(event, context):
    return 1
