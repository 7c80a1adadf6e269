"""JMESPath, the query language of paginators and waiters.

The grammar of jmespath.org; its functions are in `_jmespath_functions`.
"""

import json

_cache = {}


class JMESPathError(ValueError):
    """An expression that is not JMESPath, or that does not fit its data."""


def compile(expression):
    """Compile an expression; the same text is compiled once."""
    found = _cache.get(expression)
    if found is None:
        found = _cache[expression] = Expression(expression)
    return found


def search(expression, data):
    """Apply an expression to data."""
    return compile(expression).search(data)


class Expression:
    """A compiled expression."""

    def __init__(self, expression):
        self.expression = expression
        self._run = _Parser(expression).parse()

    def search(self, data):
        """Apply the expression to data."""
        return self._run(data)


# Each node of the syntax tree is a function from data to a result. A node that
# projects (`[*]`, `[]`, `[?...]`, `*`, a slice) carries the list to map over in
# `.source`, so that what follows it can be applied to each element.


def _project(source, then):
    def run(data):
        items = source(data)
        if not isinstance(items, list):
            return None
        results = [then(item) for item in items]
        return [result for result in results if result is not None]

    run.source, run.then = source, then
    return run


def _identity(data):
    return data


def _chain(left, right):
    """Apply `right` to the result of `left`, or to each of its results."""
    if hasattr(left, "source"):
        return _project(left.source, _chain(left.then, right))
    if hasattr(right, "source"):
        return _project(lambda data: right.source(left(data)), right.then)
    return lambda data: right(left(data))


def _field(name):
    return lambda data: data.get(name) if isinstance(data, dict) else None


def _index(number):
    def run(data):
        if not isinstance(data, list):
            return None
        return data[number] if -len(data) <= number < len(data) else None

    return run


def _values(data):
    return list(data.values()) if isinstance(data, dict) else None


def _as_list(data):
    return data if isinstance(data, list) else None


def _flatten(node):
    def run(data):
        items = node(data)
        if not isinstance(items, list):
            return None
        flat = []
        for item in items:
            flat.extend(item) if isinstance(item, list) else flat.append(item)
        return flat

    return run


def _truth(value):
    return not (value is None or value is False or value == "" or value == [] or value == {})


def _compare(operator, left, right):
    def run(data):
        a, b = left(data), right(data)
        if operator in ("==", "!="):
            same = type(a) is type(b) or not (isinstance(a, bool) or isinstance(b, bool))
            return (same and a == b) is (operator == "==")
        numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (a, b))
        if not numbers and not (isinstance(a, str) and isinstance(b, str)):
            return None
        return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator]

    return run


_BINDING = {
    "|": 1, "||": 2, "&&": 3, "==": 5, "!=": 5, "<": 5, "<=": 5, ">": 5, ">=": 5,
    "[]": 9, ".": 40, "[": 55, "[?": 55,
}  # fmt: skip
_SYMBOLS = (
    "||", "&&", "==", "!=", "<=", ">=", "[?", "[]", ".", "*", "]", ",", ":", "@", "(", ")",
    "{", "}", "[", "|", "&", "<", ">", "!",
)  # fmt: skip


def _tokens(text):
    out, i = [], 0
    while i < len(text):
        char = text[i]
        if char.isspace():
            i += 1
        elif char.isalpha() or char == "_":
            j = i
            while j < len(text) and (text[j].isalnum() or text[j] == "_"):
                j += 1
            out.append(("name", text[i:j]))
            i = j
        elif char.isdigit() or (char == "-" and text[i + 1 : i + 2].isdigit()):
            j = i + 1
            while j < len(text) and text[j].isdigit():
                j += 1
            out.append(("number", int(text[i:j])))
            i = j
        elif char in "\"'`":
            value, i = _quoted(text, i, char)
            out.append(value)
        else:
            symbol = next((s for s in _SYMBOLS if text.startswith(s, i)), None)
            if symbol is None:
                raise JMESPathError(f"Bad jmespath expression: Unknown token {char}:\n{text}")
            out.append((symbol, symbol))
            i += len(symbol)
    out.append(("end", None))
    return out


def _quoted(text, start, quote):
    end = start + 1
    while end < len(text) and text[end] != quote:
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        raise JMESPathError(f"Bad jmespath expression: Unclosed {quote} delimiter:\n{text}")
    inside = text[start + 1 : end]
    if quote == '"':
        return ("name", json.loads('"' + inside + '"')), end + 1
    if quote == "'":
        return ("literal", inside.replace("\\'", "'")), end + 1
    inside = inside.replace("\\`", "`").lstrip()
    try:
        return ("literal", json.loads(inside)), end + 1
    except ValueError:
        return ("literal", inside), end + 1


class _Parser:
    def __init__(self, text):
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0

    def parse(self):
        node = self._expression(0)
        if self._kind() != "end":
            self._fail()
        return node

    def _kind(self, ahead=0):
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)][0]

    def _next(self):
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _expect(self, kind):
        if self._kind() != kind:
            self._fail()
        return self._next()[1]

    def _fail(self):
        raise JMESPathError(f"Invalid jmespath expression: {self._text!r}")

    def _expression(self, binding):
        node = self._first()
        while _BINDING.get(self._kind(), 0) > binding:
            node = self._rest(node)
        return node

    def _first(self):
        kind, value = self._next()
        if kind == "name":
            return self._call(value) if self._kind() == "(" else _field(value)
        if kind == "literal":
            return lambda data: value
        if kind == "@":
            return _identity
        if kind == "!":
            inner = self._expression(45)
            return lambda data: not _truth(inner(data))
        if kind == "(":
            inner = self._expression(0)
            self._expect(")")
            return lambda data: inner(data)
        if kind == "*":
            return _project(_values, _identity)
        if kind == "[]":
            return _project(_flatten(_identity), _identity)
        if kind == "[?":
            return self._filter(_identity)
        if kind == "{":
            return self._hash()
        if kind == "[":
            if self._kind() in ("number", ":") or (self._kind() == "*" and self._kind(1) == "]"):
                return self._bracket(_identity)
            return self._multi_list()
        if kind == "&":
            inner = self._expression(0)
            inner_reference = lambda data: inner  # noqa: E731
            return inner_reference
        return self._fail()

    def _rest(self, left):
        kind, _ = self._next()
        if kind == ".":
            if self._kind() == "*":
                self._next()
                return _chain(left, _project(_values, _identity))
            if self._kind() == "{":
                self._next()
                return _chain(left, self._hash())
            if self._kind() == "[":
                self._next()
                return _chain(left, self._multi_list())
            if self._kind() != "name":
                self._fail()
            name = self._next()[1]
            step = self._call(name) if self._kind() == "(" else _field(name)
            return _chain(left, step)
        if kind == "[":
            return self._bracket(left)
        if kind == "[]":
            return _project(_flatten(left), _identity)
        if kind == "[?":
            return self._filter(left)
        right = self._expression(_BINDING[kind])
        if kind == "|":
            return lambda data: right(left(data))
        if kind == "||":
            return lambda data: _either(left(data), right, data)
        if kind == "&&":
            return lambda data: _both(left(data), right, data)
        return _compare(kind, left, right)

    def _bracket(self, left):
        if self._kind() == "*":
            self._next()
            self._expect("]")
            return _chain(left, _project(_as_list, _identity))
        parts = [None]
        while self._kind() != "]":
            kind, value = self._next()
            if kind == "number":
                parts[-1] = value
            elif kind == ":":
                parts.append(None)
            else:
                self._fail()
        self._next()
        if len(parts) == 1:
            return _chain(left, _index(parts[0]))
        cut = slice(*parts)
        sliced = lambda data: data[cut] if isinstance(data, list) else None  # noqa: E731
        return _chain(left, _project(sliced, _identity))

    def _filter(self, left):
        condition = self._expression(0)
        self._expect("]")

        def chosen(data):
            if not isinstance(data, list):
                return None
            return [item for item in data if _truth(condition(item))]

        return _chain(left, _project(chosen, _identity))

    def _hash(self):
        pairs = []
        while True:
            name = self._expect("name")
            self._expect(":")
            pairs.append((name, self._expression(0)))
            if self._kind() == "}":
                self._next()
                break
            self._expect(",")
        return lambda data: (
            None if data is None else {name: node(data) for name, node in pairs}
        )

    def _multi_list(self):
        nodes = []
        while True:
            nodes.append(self._expression(0))
            if self._kind() == "]":
                self._next()
                break
            self._expect(",")
        return lambda data: None if data is None else [node(data) for node in nodes]

    def _call(self, name):
        from botocore._jmespath_functions import FUNCTIONS

        function = FUNCTIONS.get(name)
        if function is None:
            raise JMESPathError(f"Unknown function: {name}()")
        self._expect("(")
        arguments = []
        while self._kind() != ")":
            arguments.append(self._expression(0))
            if self._kind() == ",":
                self._next()
        self._next()
        return lambda data: function(*[argument(data) for argument in arguments])


def _either(value, right, data):
    return value if _truth(value) else right(data)


def _both(value, right, data):
    return right(data) if _truth(value) else value
