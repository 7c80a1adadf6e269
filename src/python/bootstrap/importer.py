"""Imports the modules that are built into the program: the runtime client, the bundled boto3.

What the function and its layers bring comes before the standard library, as it does on Lambda.
"""
import os
import sys
import types
from importlib.machinery import ModuleSpec, PathFinder

import _lambda_course as native

_CODE = {}
_MARK = b"# line "

# What Lambda's interpreter has imported when it looks for the handler: nothing in /var/task takes their place.
_IMPORTED_ON_LAMBDA = frozenset("""
    abc atexit awslambdaric builtins codecs collections concurrent contextlib copyreg decimal encodings enum functools
    genericpath heapq importlib io itertools json keyword linecache logging marshal math numbers operator os posix
    posixpath pwd queue re reprlib runtime_client site stat string sys textwrap threading time traceback
    types warnings weakref zipimport
""".split())

# What is built into Lambda's interpreter. The embedded one has far more built in.
_BUILT_IN_ON_LAMBDA = (
    "_abc", "_ast", "_codecs", "_collections", "_functools", "_imp", "_io", "_locale", "_operator", "_signal", "_sre",
    "_stat", "_string", "_suggestions", "_symtable", "_sysconfig", "_thread", "_tokenize", "_tracemalloc", "_typing",
    "_warnings", "_weakref", "atexit", "builtins", "errno", "faulthandler", "gc", "itertools", "marshal", "posix",
    "pwd", "sys", "time",
)


class BuiltInLoader:
    """Loads one module whose source lies in the program."""

    def __init__(self, path):
        self.path = path

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.__file__ = self.path
        exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, fullname):
        code = _CODE.get(self.path)
        if code is None:
            code = _CODE[self.path] = compile(laid_out(native.source(self.path)), self.path, "exec", dont_inherit=True)
        return code

    def get_source(self, fullname):
        return laid_out(native.source(self.path)).decode()

    def get_data(self, path):
        data = native.source(path)
        if data is None:
            raise FileNotFoundError(2, "No such file or directory", path)
        return data

    def get_filename(self, fullname):
        return self.path


class BuiltInFinder:
    """Finds them."""

    @staticmethod
    def find_spec(fullname, path=None, target=None):
        place = native.locate(fullname)
        if place is None:
            return None
        file, package = place
        spec = ModuleSpec(fullname, BuiltInLoader(file), origin=file, is_package=package)
        if package:
            spec.submodule_search_locations = [file.rsplit("/", 1)[0]]
        spec.has_location = True
        return spec


class FunctionFinder:
    """Finds what lies in the folders of `sys.path` that come before the standard library, before what is built in."""

    @staticmethod
    def find_spec(fullname, path=None, target=None):
        if path is not None or fullname in _BUILT_IN_ON_LAMBDA:
            return None
        folders = [place for place in sys.path if not place.startswith("/var/lang/")]
        return PathFinder.find_spec(fullname, folders, target)


def laid_out(source):
    """A source with each line that follows `# line N` at that number, so that tracebacks show the functions of our runtime
    client at the lines where AWS's client has them."""
    if _MARK not in source:
        return source
    lines = []
    for line in source.splitlines(True):
        mark = line.strip()
        number = mark[len(_MARK):]
        if mark.startswith(_MARK) and number.isdigit():
            lines += [b"\n"] * (int(number) - 1 - len(lines))
        else:
            lines.append(line)
    return b"".join(lines)


def install():
    sys.meta_path.append(BuiltInFinder)


def make_way_for_the_function():
    """Forgets the modules that the function brings itself, and that Lambda's runtime wouldn't have imported yet."""
    if sys.implementation.name != "cpython":
        sys.meta_path.insert(0, FunctionFinder)
    for folder in sys.path:
        if not folder.startswith(("/var/task", "/opt/")):
            continue
        try:
            files = os.listdir(folder)
        except OSError:
            continue
        for file in files:
            name = file.removesuffix(".py")
            if name in sys.modules and name not in _IMPORTED_ON_LAMBDA:
                forget(name)


def forget(name):
    """Forgets a module and those in it, so that they are imported anew."""
    for loaded in list(sys.modules):
        if loaded == name or loaded.startswith(name + "."):
            del sys.modules[loaded]


def run_main(path):
    """Runs a built-in file as the program."""
    main = types.ModuleType("__main__")
    main.__file__ = path
    main.__loader__ = loader = BuiltInLoader(path)
    sys.modules["__main__"] = main
    exec(loader.get_code("__main__"), main.__dict__)
