"""Where the embedded interpreter differs from CPython in ways that handlers meet, put right."""
import builtins
import re
import sys

import _lambda_course as native
import syntax
import tracebacks


def mend():
    mend_json()
    mend_csv()
    mend_re()
    mend_builtins()
    mend_methods()
    mend_environ()
    syntax.mend()
    tracebacks.mend()
    tracebacks.mend_files()


def mend_files():
    """All that a CPython needs: its files are not where the handler sees them."""
    syntax.mend()
    tracebacks.mend()


def mend_json():
    """Errors with CPython's words, control characters with all their digits, frames as with CPython's C code."""
    import json
    import json.decoder
    import json.encoder
    import json.scanner

    native_scanner, own_scanner = json.scanner.c_make_scanner, json.scanner.py_make_scanner

    def make_scanner(context):
        # The native scanner reads only what is JSON; Python's own says what is wrong with anything else.
        fast, careful = native_scanner(context), own_scanner(context)

        def scan_once(string, index):
            return fast(string, index) if native.is_json(string) else careful(string, index)

        return scan_once

    json.scanner.make_scanner = make_scanner
    json._default_decoder = json.decoder.JSONDecoder()

    encoder = json.encoder
    encoder.encode_basestring = _careful_with(encoder.encode_basestring, encoder.py_encode_basestring)
    encoder.encode_basestring_ascii = _careful_with(encoder.encode_basestring_ascii,
                                                    encoder.py_encode_basestring_ascii)
    encoder.c_make_encoder = _make_encoder


def _careful_with(fast, careful):
    """The native encoders write three control characters wrongly, and no lone surrogates."""
    def encode(text):
        if "\x0b" in text or "\x1b" in text or "\x7f" in text:
            return careful(text)
        try:
            return fast(text)
        except UnicodeEncodeError:
            return careful(text)

    return encode


def _make_encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan):
    """As the C function of this name: what it returns writes all at once."""
    from json.encoder import _make_iterencode

    def number(value):
        if value != value or value in (float("inf"), -float("inf")):
            if not allow_nan:
                raise ValueError(f"Out of range float values are not JSON compliant: {value!r}")
            return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
        return float.__repr__(value)

    write = _make_iterencode(markers, default, encoder, indent, number, key_separator, item_separator, sort_keys,
                             skipkeys, True)
    return lambda value, level: tuple(write(value, level))


def mend_csv():
    """The native reader drops a byte order mark; CPython's leaves it in the first field."""
    import csv

    native_reader = csv.reader

    def reader(lines, *args, **kwargs):
        return native_reader(_with_its_mark(lines), *args, **kwargs)

    csv.reader = reader


def _with_its_mark(lines):
    lines = iter(lines)
    for line in lines:
        yield "\ufeff" + line if isinstance(line, str) and line.startswith("\ufeff") else line
        break
    yield from lines


def mend_re():
    """`Match.expand` calls a function that is no longer there."""
    from re import _parser

    def expand(pattern, match, template):
        parts = _parser.parse_template(template, pattern)
        return template[:0].join(match[part] or template[:0] if isinstance(part, int) else part for part in parts)

    re._expand = expand


def mend_builtins():
    """What the module `site` adds, which costs too much to import."""
    import _sitebuiltins

    builtins.exit = _sitebuiltins.Quitter("exit", "Ctrl-D (i.e. EOF)")
    builtins.quit = _sitebuiltins.Quitter("quit", "Ctrl-D (i.e. EOF)")
    builtins.help = _sitebuiltins._Helper()
    builtins.copyright = _sitebuiltins._Printer("copyright", sys.copyright)
    builtins.credits = _sitebuiltins._Printer("credits", "See www.python.org for more information.")
    builtins.license = _sitebuiltins._Printer("license", "See https://www.python.org/psf/license/")


def mend_methods():
    """`object.__setattr__.__get__(thing)`, as attrs has it: the class of the thing need not be said."""
    descriptor = type(str.upper)
    bind = descriptor.__get__

    def __get__(self, instance, owner=None):
        if instance is not None:
            owner = type(instance)
        elif owner is None:
            raise TypeError("__get__(None, None) is invalid")
        return bind(self, instance, owner)

    native.set_attribute(descriptor, "__get__", __get__)


def mend_environ():
    """`os.environ.get` without its way through Python's encodings; assignments to `os.environ` reach the process."""
    import os

    get_anything = os.environ.get

    def get(name, default=None):
        value = native.variable(name) if type(name) is str else None
        return get_anything(name, default) if value is None else value

    os.environ.get = get


# Texts of errors: the embedded interpreter's, and CPython's.
_WORDINGS = [(re.compile(ours), theirs) for ours, theirs in (
    (r"unsupported operand type\(s\) for \+: '(str|list|tuple|bytes)' and '([^']+)'", None),
    (r"list indices must be integers or slices or classes that override __index__ operator, not '([^']+)'",
     r"list indices must be integers or slices, not \1"),
    (r"tuple indices must be integers or slices or classes that override __index__ operator, not '([^']+)'",
     r"tuple indices must be integers or slices, not \1"),
    (r"%(\w) format: a number is required, not (.+)", r"%\1 format: a real number is required, not \2"),
    (r"exceptions must be classes or instances deriving from BaseException, not .+",
     "exceptions must derive from BaseException"),
    (r"maximum recursion depth exceeded ", "maximum recursion depth exceeded"),
)]


def reword(error):
    """Gives an error of the interpreter itself CPython's text."""
    if sys.implementation.name == "cpython":
        return
    tracebacks.forget_note(error)
    if type(error) not in (TypeError, RecursionError) or len(error.args) != 1 or type(error.args[0]) is not str:
        return
    text = error.args[0]
    for ours, theirs in _WORDINGS:
        found = ours.fullmatch(text)
        if found:
            error.args = (ours.sub(theirs, text) if theirs else _concatenation(*found.groups()),)
            return


def _concatenation(kind, other):
    quoted = f'"{other}"' if kind in ("str", "list", "tuple") else other
    if kind == "bytes":
        return f"can't concat {quoted} to bytes"
    return f"can only concatenate {kind} (not {quoted}) to {kind}"
