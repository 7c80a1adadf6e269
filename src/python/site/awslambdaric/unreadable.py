"""Why a text is no JSON, in the words of simplejson, which AWS's client reads events with."""
import re

_SPACE = re.compile(r"[ \t\n\r]*").match
_WORD = re.compile(r"null|true|false").match
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?").match
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*').match
_HEX = re.compile(r"[0-9A-Fa-f]{4}").match
_MARK = "\ufeff"


class _Wrong(Exception):
    def __init__(self, what, place, end=None):
        self.what, self.place, self.end = what, place, end


def explain(text):
    """What is wrong first, and where; None if nothing is."""
    try:
        end = _after_space(text, _value(text, _after_space(text, 1 if text.startswith(_MARK) else 0)))
        if end != len(text):
            raise _Wrong("Extra data", end, len(text))
    except _Wrong as wrong:
        line, column = _line_and_column(text, wrong.place)
        if wrong.end is None:
            return f"{wrong.what}: line {line} column {column} (char {wrong.place})"
        end_line, end_column = _line_and_column(text, wrong.end)
        return (f"{wrong.what}: line {line} column {column} - line {end_line} column {end_column} "
                f"(char {wrong.place} - {wrong.end})")
    except RecursionError as error:
        return str(error)
    return None


def _line_and_column(text, place):
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


def _after_space(text, place):
    return _SPACE(text, place).end()


def _value(text, place):
    """The end of the value that begins here."""
    first = text[place:place + 1]
    if first == '"':
        return _text(text, place + 1)
    if first == "{":
        return _object(text, place + 1)
    if first == "[":
        return _array(text, place + 1)
    found = _WORD(text, place) or _NUMBER(text, place)
    if found is None:
        raise _Wrong("Expecting value", place)
    return found.end()


def _text(text, place):
    begin = place - 1
    while True:
        place = _PLAIN(text, place).end()
        sign = text[place:place + 1]
        if sign == '"':
            return place + 1
        if sign == "":
            raise _Wrong("Unterminated string starting at", begin)
        if sign != "\\":
            raise _Wrong(f"Invalid control character {sign!r} at", place)
        escaped = text[place + 1:place + 2]
        if escaped == "":
            raise _Wrong("Unterminated string starting at", begin)
        if escaped == "u":
            if not _HEX(text, place + 2):
                raise _Wrong("Invalid \\uXXXX escape sequence", place)
            place += 6
        elif escaped in '"\\/bfnrt':
            place += 2
        else:
            raise _Wrong(f"Invalid \\X escape sequence {escaped!r}", place + 1)


def _object(text, place):
    place = _after_space(text, place)
    if text[place:place + 1] == "}":
        return place + 1
    if text[place:place + 1] != '"':
        raise _Wrong("Expecting property name enclosed in double quotes or '}'", place)
    while True:
        place = _after_space(text, _text(text, place + 1))
        if text[place:place + 1] != ":":
            raise _Wrong("Expecting ':' delimiter", place)
        comma = _after_space(text, _value(text, _after_space(text, place + 1)))
        sign = text[comma:comma + 1]
        if sign == "}":
            return comma + 1
        if sign != ",":
            raise _Wrong("Expecting ',' delimiter or '}'", comma)
        place = _after_space(text, comma + 1)
        if text[place:place + 1] == "}":
            raise _Wrong("Illegal trailing comma before end of object", comma)
        if text[place:place + 1] != '"':
            raise _Wrong("Expecting property name enclosed in double quotes", place)


def _array(text, place):
    place = _after_space(text, place)
    if text[place:place + 1] == "]":
        return place + 1
    if place == len(text):
        raise _Wrong("Expecting value or ']'", place)
    while True:
        comma = _after_space(text, _value(text, place))
        sign = text[comma:comma + 1]
        if sign == "]":
            return comma + 1
        if sign != ",":
            raise _Wrong("Expecting ',' delimiter or ']'", comma)
        place = _after_space(text, comma + 1)
        if text[place:place + 1] == "]":
            raise _Wrong("Illegal trailing comma before end of array", comma)
