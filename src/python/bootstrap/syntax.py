"""Syntax errors in CPython's words, as far as the place of the error allows to tell."""
import importlib.machinery
import re
import sys

_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = {closing: opening for opening, closing in _OPENING.items()}

# What the embedded parser says, and CPython.
_TEXTS = [(re.compile(ours), theirs) for ours, theirs in (
    (r"unexpected indentation", "unexpected indent"),
    (r"positional argument cannot follow keyword argument", "positional argument follows keyword argument"),
    (r"multiple exception types must be parenthesized when using `as`",
     "multiple exception types must be parenthesized"),
    (r"expected (a statement|an identifier|an expression|a parameter or the end of the parameter list)",
     "invalid syntax"),
    (r"invalid decimal integer literal",
     "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers"),
)]


def mend():
    """Source code that is compiled for an import says what is wrong with it as CPython would."""
    mend_error = complete if sys.implementation.name == "cpython" else reword
    loader = importlib.machinery.SourceFileLoader
    compile_source = loader.source_to_code

    def source_to_code(self, data, path, **kwargs):
        try:
            return compile_source(self, data, path, **kwargs)
        except SyntaxError as error:
            mend_error(error, bytes(data).decode("utf-8", "replace"))
            raise

    loader.source_to_code = source_to_code


def complete(error, source):
    """Gives an error its line, which CPython looks for in a file that is not where the handler sees it."""
    lines = source.splitlines(True)
    if error.lineno is None or not 0 < error.lineno <= len(lines):
        return
    reads_again = error.msg.endswith((" was never closed", "Perhaps you forgot a comma?"))
    if error.text is None or reads_again and not error.text.endswith("\n"):
        error.text = lines[error.lineno - 1]


def reword(error, source):
    lines = source.splitlines()
    if error.lineno is None or not 0 < error.lineno <= len(lines):
        return
    found = _bracket(error, source) or _of_line(error, lines)
    if found is not None:
        error.msg, error.lineno, error.text = found


def _of_line(error, lines):
    """What the line and the parser's own words tell."""
    line, text = lines[error.lineno - 1], error.text
    plain, place = line.strip(), error.lineno
    if error.msg == "unterminated string":
        triple = '"""' in line or "'''" in line
        kind = "triple-quoted string literal" if triple else "string literal"
        return f"unterminated {kind} (detected at line {len(lines) if triple else place})", place, line
    if error.msg == "invalid assignment target" and "=" in plain:
        target = plain.partition("=")[0].strip()
        kind = "function call" if target.endswith(")") else "literal"
        return f"cannot assign to {kind} here. Maybe you meant '==' instead of '='?", place, text
    if error.msg.startswith("expected an indented block after ") and " on line " not in error.msg:
        opened = _opening_line(lines, place)
        return (f"{error.msg} on line {opened}", place, text) if opened else None
    if error.msg == "invalid syntax":
        return _forgotten_comma(lines, place) or _of_plain_line(plain, place, line, text)
    for ours, theirs in _TEXTS:
        if ours.fullmatch(error.msg):
            ends_here = theirs.startswith("leading zeros")
            return theirs, place, line if ends_here else text
    return None


def _of_plain_line(plain, place, line, text):
    """The parser says no more than that it is wrong."""
    for character in plain:
        if character in "“”‘’´…–—×÷":
            return f"invalid character '{character}' (U+{ord(character):04X})", place, line
    if re.match(r"(print|exec) +[^\s(=]", plain):
        name = plain.split()[0]
        return f"Missing parentheses in call to '{name}'. Did you mean {name}(...)?", place, text
    header = re.match(r"(async )?(def|class|if|elif|else|for|while|try|except|finally|with|match)\b", plain)
    if header and re.match(r"(if|elif|while)\b[^=!<>:]*[^=!<>:]=[^=]", plain):
        return "invalid syntax. Maybe you meant '==' or ':=' instead of '='?", place, text
    if header and not plain.endswith(":"):
        return "expected ':'", place, text
    return None


_NO_VALUES = {"and", "as", "async", "await", "else", "for", "from", "if", "in", "is", "lambda", "not", "or", "yield"}


def _forgotten_comma(lines, place):
    """Two values one after the other within brackets: at the line, or at the end of the one before."""
    source = "\n".join(lines[:place]) + "\n"
    depth, before = 0, None
    for word, number, opens in _words(source):
        if depth > 0 and before is not None and number == place and word is not None and word not in _NO_VALUES:
            at = before[1]
            return "invalid syntax. Perhaps you forgot a comma?", at, lines[at - 1] + "\n"
        depth += opens
        before = (word, number) if word is not None and word not in _NO_VALUES else None
    return None


def _words(source):
    """Values of a source with their lines, `None` for anything between them, and how many brackets each opens."""
    pattern = r"(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|(?P<comment>#[^\n]*)|(?P<word>\w+)|(?P<other>[^\s])"
    number, last = 1, 0
    for found in re.finditer(pattern, source):
        number += source.count("\n", last, found.start())
        last = found.start()
        token = found.group()
        if found["comment"]:
            continue
        opens = 1 if token in _OPENING else -1 if token in _CLOSING else 0
        yield (token if found["text"] or found["word"] else None), number, opens


def _opening_line(lines, place):
    """The line of the header before a line: the last that ends with a colon."""
    for number in range(min(place, len(lines)) - 1, 0, -1):
        if lines[number - 1].split("#")[0].rstrip().endswith(":"):
            return number
    return None


def _bracket(error, source):
    """The bracket that is wrong, if one is: it is found before anything else."""
    opened = []
    for character, number in _code_characters(source):
        if character in _OPENING:
            opened.append((character, number))
        elif character in _CLOSING:
            line = source.splitlines()[number - 1]
            if not opened:
                return f"unmatched '{character}'", number, line
            opening, place = opened.pop()
            if opening != _CLOSING[character]:
                where = "" if place == number else f" on line {place}"
                return (f"closing parenthesis '{character}' does not match opening parenthesis '{opening}'{where}",
                        number, line)
    if opened and (error.lineno > opened[-1][1] or error.msg == "invalid syntax"):
        opening, number = opened[-1]
        return f"'{opening}' was never closed", number, source.splitlines(True)[number - 1]
    return None


def _code_characters(source):
    """The characters of a source outside texts and comments, with their lines."""
    number, place = 1, 0
    while place < len(source):
        character = source[place]
        if character == "#":
            while place < len(source) and source[place] != "\n":
                place += 1
            continue
        if character in "\"'":
            quote = character * 3 if source.startswith(character * 3, place) else character
            end = place + len(quote)
            while end < len(source) and not source.startswith(quote, end):
                if source[end] == "\n" and len(quote) == 1:
                    break
                end += 2 if source[end] == "\\" else 1
            end += len(quote)
            number += source.count("\n", place, end)
            place = end
            continue
        if character == "\n":
            number += 1
        else:
            yield character, number
        place += 1
