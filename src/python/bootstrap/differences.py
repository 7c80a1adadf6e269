"""Where the embedded interpreter differs from CPython in ways that handlers meet, put right."""
import _lambda_course as native


def mend():
    mend_json()
    mend_csv()
    mend_traceback()


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


# CPython does this part of json.decoder in C, and the modules that begin with `_py` too.
_SCANNER = {"JSONObject", "JSONArray", "py_scanstring"}
_FROZEN = {
    "_frozen_importlib": "<frozen importlib._bootstrap>",
    "_frozen_importlib_external": "<frozen importlib._bootstrap_external>",
}


def mend_traceback():
    """Frames have the names of Lambda's files; what stands in for C code has no frames, as there."""
    import os
    import traceback

    if not hasattr(traceback, "_walk_tb_with_full_positions"):
        return  # A python3 older than 3.11.
    own = os.path.dirname(__file__)
    walk, name_frame = traceback._walk_tb_with_full_positions, traceback.FrameSummary.__init__

    def hidden(code):
        file = code.co_filename
        return (os.path.dirname(file) == own or file == "json.scanner" or file.startswith("_py")
                or file == "json.decoder" and code.co_name in _SCANNER)

    def walk_shown(trace):
        return (step for step in walk(trace) if not hidden(step[0].f_code))

    def name_as_on_lambda(self, filename, *args, **kwargs):
        name_frame(self, _file_on_lambda(filename), *args, **kwargs)

    traceback._walk_tb_with_full_positions = walk_shown
    traceback.FrameSummary.__init__ = name_as_on_lambda


def _file_on_lambda(name):
    """The file of a module of the standard library, which is known by its name here."""
    import _imp
    import sys

    if name in _FROZEN:
        return _FROZEN[name]
    if name[:1] in ("/", "<") or not _imp.is_frozen(name):
        return name
    package = hasattr(sys.modules.get(name), "__path__")
    return "/var/lang/lib/python3.14/" + name.replace(".", "/") + ("/__init__.py" if package else ".py")
