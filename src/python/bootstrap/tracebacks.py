"""Tracebacks with the names and lines of Lambda's files, and without frames that are not there."""
import linecache
import os
import sys
import traceback

import _lambda_course as native
from importer import laid_out

_OWN = os.path.dirname(__file__)
_LIBRARY = "/var/lang/lib/python3.14/"

# CPython does these in C, and the modules that begin with `_py` and the codecs too.
_IN_C = {
    "json.decoder": {"JSONObject", "JSONArray", "py_scanstring"},
    "json.encoder": {"_iterencode", "_iterencode_list", "_iterencode_dict"},
    "functools": {"wrapper", "__call__", "reduce"},
}
# Their code is frozen into CPython, and so has no source there.
_FROZEN = {
    "_frozen_importlib": "importlib._bootstrap", "_frozen_importlib_external": "importlib._bootstrap_external",
    **{name: name for name in ("_collections_abc", "_sitebuiltins", "abc", "codecs", "genericpath", "importlib.machinery",
                               "importlib.util", "io", "ntpath", "os", "posixpath", "runpy", "site", "stat",
                               "zipimport")},
}


def mend():
    name_frame, describe = traceback.FrameSummary.__init__, traceback.TracebackException.__init__

    def name_as_on_lambda(self, filename, *args, **kwargs):
        name_frame(self, file_on_lambda(filename), *args, **kwargs)

    def describe_as_on_lambda(self, kind, value, *args, **kwargs):
        forget_note(value)
        describe(self, kind, value, *args, **kwargs)

    traceback.FrameSummary.__init__ = name_as_on_lambda
    traceback.TracebackException.__init__ = describe_as_on_lambda
    for walk in ("walk_stack", "walk_tb", "_walk_tb_with_full_positions"):
        if hasattr(traceback, walk):
            setattr(traceback, walk, _shown_only(getattr(traceback, walk), walk == "walk_stack"))


def _shown_only(walk, from_here):
    def walk_shown(start):
        if start is None and from_here:
            start = sys._getframe().f_back
        return (step for step in walk(start) if not _hidden(step[0].f_code))

    return walk_shown


def _hidden(code):
    file = code.co_filename
    if os.path.dirname(file) == _OWN:
        return file != "/var/runtime/bootstrap.py"
    return (file in ("<start>", "json.scanner") or file.startswith(("_py", "encodings."))
            or code.co_name in _IN_C.get(file, ()))


def mend_files():
    """Modules of the standard library have files, though they are part of the program."""
    from importlib.machinery import FrozenImporter

    execute = FrozenImporter.exec_module

    def exec_module(module):
        execute(module)
        _name_file(module)

    FrozenImporter.exec_module = staticmethod(exec_module)
    for module in list(sys.modules.values()):
        if getattr(getattr(module, "__spec__", None), "origin", None) == "frozen":
            _name_file(module)


def _name_file(module):
    spec = module.__spec__
    module.__file__ = spec.origin = _file_of(module.__name__, module)
    spec.has_location = True


def file_on_lambda(name):
    """The file of a module of the standard library, which is known by its name here."""
    import _imp

    if name in _FROZEN:
        return f"<frozen {_FROZEN[name]}>"
    if name[:1] in ("/", "<") or not _imp.is_frozen(name):
        return name
    path = _file_of(name, sys.modules.get(name))
    show_source(path)
    return path


def _file_of(name, module):
    return _LIBRARY + name.replace(".", "/") + ("/__init__.py" if hasattr(module, "__path__") else ".py")


def show_source(path):
    """Has the lines of a built-in file shown where it is named."""
    source = native.source(path) if path not in linecache.cache else None
    if source is not None:
        source = laid_out(source).decode()
        linecache.cache[path] = (len(source), None, source.splitlines(True), path)


def forget_note(error):
    """The embedded interpreter adds a note to errors of codecs."""
    notes = getattr(error, "__notes__", None)
    if isinstance(error, UnicodeError) and isinstance(notes, list):
        notes[:] = [note for note in notes if not note.endswith(" codec failed")]
        if not notes:
            del error.__notes__
