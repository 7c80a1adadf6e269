"""What handlers return."""
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import pathlib
import typing
import uuid

Decimal = decimal.Decimal
Point = collections.namedtuple("Point", "x y")


class Typed(typing.NamedTuple):
    name: str
    at: Point


@dataclasses.dataclass
class Order:
    id: int = 1


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Kind(str, enum.Enum):
    BOOK = "book"


class Loud(str):
    def __str__(self):
        return self.upper() + "!"


class Odd(int):
    def __repr__(self):
        return "odd"


class Warm(float):
    def __repr__(self):
        return "warm"


class Bag(dict):
    def __repr__(self):
        return "bag"


class Pile(list):
    pass


class Row:
    def _asdict(self):
        return {"from": "_asdict"}


class Strange:
    def _asdict(self):
        return [1]


class Shy:
    __slots__ = ()


class Raises(dict):
    def items(self):
        raise RuntimeError("no items")


def none(event, context):
    return None


def nothing(event, context):
    pass


def true(event, context):
    return True


def text(event, context):
    return "plain"


def empty_text(event, context):
    return ""


def unicode(event, context):
    return {"é": "naïve ☃ 日本 \U0001f600", "quote": "\"\\/\b\f\n\r\t\x00\x1f\x7f\u2028\u2029"}


def surrogate(event, context):
    return {"lone": "\ud800"}


def numbers(event, context):
    return [0, -1, 2**63, 10**40, -0.0, 0.1 + 0.2, 1.0, 1e16, 1e22, 1e-7, 1.5e300, 123456789.123456789]


def not_numbers(event, context):
    return [float("nan"), float("inf"), float("-inf")]


def too_many_digits(event, context):
    return 10**5000


def complex_number(event, context):
    return 1j


def tuples(event, context):
    return (1, (2, ()), [])


def namedtuples(event, context):
    return {"point": Point(1, 2), "typed": Typed("n", Point(3, [Point(4, 5)]))}


def decimals(event, context):
    return [Decimal("1.10"), Decimal("1E+3"), Decimal("-0"), Decimal("0.1") * 3, Decimal(10) ** 30]


def odd_decimals(event, context):
    return [Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity"), Decimal("-NaN"), Decimal("sNaN")]


def decimal_key(event, context):
    return {Decimal("1.5"): 1}


def raw_bytes(event, context):
    return b"abc\x00def"


def no_bytes(event, context):
    return b""


def bytes_inside(event, context):
    return {"b": b"abc", b"key": [b"\xc3\xa9"]}


def bad_bytes_inside(event, context):
    return {"b": b"\xff\xfe"}


def byte_array(event, context):
    return bytearray(b"abc")


def memory_view(event, context):
    return memoryview(b"abc")


def a_set(event, context):
    return {"s": {1}}


def frozen_set(event, context):
    return frozenset([1])


def date_time(event, context):
    return {"now": datetime.datetime(2026, 1, 1)}


def date(event, context):
    return datetime.date(2026, 1, 1)


def duration(event, context):
    return datetime.timedelta(1)


def an_id(event, context):
    return uuid.UUID(int=1)


def a_path(event, context):
    return pathlib.PurePosixPath("/tmp")


def fraction(event, context):
    return fractions.Fraction(1, 3)


def data_class(event, context):
    return Order()


def as_dict(event, context):
    return dataclasses.asdict(Order())


def generator(event, context):
    yield 1


def a_range(event, context):
    return range(3)


def a_map(event, context):
    return map(str, [1])


def keys_view(event, context):
    return {"a": 1}.keys()


async def coroutine(event, context):
    return 1


def enumeration(event, context):
    return Colour.RED


def int_enum(event, context):
    return {"level": Level.LOW, Level.LOW: 2}


def str_enum(event, context):
    return {"kind": Kind.BOOK, Kind.BOOK: 1}


def keys(event, context):
    return {1: "a", None: "b", True: "c", False: "d", 1.5: "e", float("nan"): "f", -7: "g"}


def tuple_key(event, context):
    return {(1, 2): "a"}


def enum_key(event, context):
    return {Colour.RED: "a"}


def same_key_twice(event, context):
    return {1: "a", "1": "b"}


def subclasses(event, context):
    return [Loud("x"), Odd(3), Warm(2.5), Bag(a=1), Pile([1]), {Loud("k"): 1, Odd(4): 2, Warm(0.5): 3}]


def dictionaries(event, context):
    made = collections.defaultdict(list)
    made["z"].append(1)
    ordered = collections.OrderedDict([("b", 1), ("a", 2)])
    return [made, ordered, collections.Counter("aab"), {}]


def user_dict(event, context):
    return collections.UserDict(a=1)


def chain_map(event, context):
    return collections.ChainMap({"a": 1})


def deque(event, context):
    return collections.deque([1])


def has_asdict(event, context):
    return {"row": Row(), "rows": [Row()]}


def strange_asdict(event, context):
    return Strange()


def plain_object(event, context):
    return Shy()


def an_exception(event, context):
    return ValueError("returned")


def a_class(event, context):
    return Order


def a_function(event, context):
    return {"f": none}


def a_module(event, context):
    return collections


def ellipsis(event, context):
    return [...]


def the_context(event, context):
    return {"context": context}


def circle(event, context):
    made = {"a": []}
    made["a"].append(made)
    return made


def list_circle(event, context):
    made = []
    made.append(made)
    return made


def twice_the_same(event, context):
    part = {"a": 1}
    return [part, part, {"again": part}]


def deep(event, context):
    made = []
    for _ in range(100):
        made = [made]
    return made


def too_deep(event, context):
    made = []
    for _ in range(100_000):
        made = [made]
    return made


def raising_items(event, context):
    return Raises(a=1)


def response(event, context):
    return {"statusCode": 200, "headers": {"Content-Type": "text/plain"}, "body": "ok", "isBase64Encoded": False}
