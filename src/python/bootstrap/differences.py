"""Where the embedded interpreter differs from CPython in ways that handlers meet, put right."""
import _lambda_course as native


def mend():
    mend_json()
    mend_csv()


def mend_json():
    """The native scanner reads only what is JSON; Python's own says what is wrong with anything else."""
    import json
    import json.decoder
    import json.scanner

    native_scanner, own_scanner = json.scanner.c_make_scanner, json.scanner.py_make_scanner
    if native_scanner is None:
        return

    def make_scanner(context):
        fast, careful = native_scanner(context), own_scanner(context)

        def scan_once(string, index):
            return fast(string, index) if native.is_json(string) else careful(string, index)

        return scan_once

    json.scanner.make_scanner = make_scanner
    json._default_decoder = json.decoder.JSONDecoder()


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
