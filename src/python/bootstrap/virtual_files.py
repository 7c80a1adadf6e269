"""The file system of an execution environment: /tmp of its own, /var/task and /opt that can only be read.

The real folders lie elsewhere. Every function that takes a path is replaced by one that translates it; what comes
back, names in errors included, is translated again, so that code sees Lambda's paths alone.
"""
import builtins
import copy
import errno
import io
import os
import posix
import sys

import virtual_storage

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/stdin", "/dev/stdout",
            "/dev/stderr", "/dev/fd", "/dev/shm", "/proc/self")

_real = {}
_mounts = []
_cwd = "/var/task"


class _Mount:
    def __init__(self, virtual, real, writable):
        self.virtual, self.real, self.writable = virtual, real, writable


def install():
    """Once in a process, or in the one that it is forked from."""
    virtual_storage.install()
    for name, kind in _FUNCTIONS.items():
        original = getattr(posix, name, None)
        if original is not None:
            _real[name] = original
            _replace(name, kind(name, original))
    _replace("getcwd", lambda: _cwd)
    _replace("getcwdb", lambda: _cwd.encode())
    _replace("chdir", _chdir)
    _replace("scandir", _scandir)
    _replace("open", _os_open)
    _real["io.open"] = io.open
    builtins.open = io.open = _open
    for name in ("_io", "_pyio"):
        module = sys.modules.get(name)
        if module is not None:
            module.open = _open
    tokenize = sys.modules.get("tokenize")
    if tokenize is not None:
        tokenize._builtin_open = _open
    if hasattr(io, "open_code"):
        io.open_code = lambda path: _open(path, "rb")
        sys.modules["_io"].open_code = io.open_code
    io.FileIO = _FileIO
    loader = sys.modules.get("_imp")
    if hasattr(loader, "create_dynamic"):
        _real["create_dynamic"] = loader.create_dynamic
        loader.create_dynamic = _create_dynamic


def begin(files, storage):
    """In each environment. `files` gives the real folder of each of Lambda's; `storage` is what the writable one holds,
    in bytes."""
    global _cwd
    mount(files)
    virtual_storage.limit(storage)
    _chdir_real(_to_real("/var/task"))
    _cwd = "/var/task"
    os.environ["PWD"] = "/var/task"


def _create_dynamic(spec, *args):
    """Loads a compiled module: the system's linker knows real paths alone."""
    found = copy.copy(spec)
    found.origin = _to_real(spec.origin)
    module = _real["create_dynamic"](found, *args)
    if getattr(module, "__file__", None) == found.origin:
        module.__file__ = spec.origin
    return module


def mount(files):
    """Puts real folders behind Lambda's: at the start, and others in an environment that was restored from a snapshot."""
    _mounts[:] = [mount for mount in _mounts if mount.virtual not in files]
    _mounts.extend(_Mount(virtual, place["real"], place["writable"]) for virtual, place in files.items())
    _mounts.sort(key=lambda mount: -len(mount.virtual))
    virtual_storage.watch([mount.real for mount in _mounts if mount.writable])


def _replace(name, function):
    for module in (posix, os):
        if hasattr(module, name):
            setattr(module, name, function)


def _text(path):
    """A path as text, or None for a file descriptor and other things that are no paths."""
    if isinstance(path, int) or path is None:
        return None
    try:
        path = os.fspath(path)
    except TypeError:
        return None
    return os.fsdecode(path) if isinstance(path, bytes) else path


def _absolute(path):
    """Without `.` and `..`, from the current folder."""
    if not path.startswith("/"):
        path = _cwd + "/" + path
    parts = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def _mount_of(path):
    for mount in _mounts:
        if path == mount.virtual or path.startswith(mount.virtual + "/"):
            return mount
    return None


def _to_real(path):
    """The real path of a text path; bytes and descriptors pass unchanged."""
    text = _text(path)
    if text is None or text == "":
        return path
    absolute = _absolute(text)
    mount = _mount_of(absolute)
    if mount is None:
        return absolute
    return mount.real + absolute[len(mount.virtual):]


def _to_virtual(path):
    text = _text(path)
    if text is None:
        return path
    for mount in _mounts:
        if text == mount.real or text.startswith(mount.real + "/"):
            return mount.virtual + text[len(mount.real):]
    return path


def _writable(path):
    text = _text(path)
    if text is None:
        return True
    absolute = _absolute(text)
    mount = _mount_of(absolute)
    if mount is not None:
        return mount.writable
    return absolute.startswith(_DEVICES)


def _refuse(path):
    raise OSError(errno.EROFS, "Read-only file system", _text(path))


def _renamed(error, *paths):
    """The error again, with the names that the code gave."""
    shown = [_text(path) for path in paths if _text(path) is not None]
    if error.errno is None:
        return error
    if len(shown) > 1 and error.filename2 is not None:
        return OSError(error.errno, error.strerror, shown[0], None, shown[1])
    if shown:
        return OSError(error.errno, error.strerror, shown[0])
    return error


def _reader(name, original):
    """Takes a path first and only looks."""
    def function(path=".", *args, **kwargs):
        if kwargs.get("dir_fd") is not None:
            return original(path, *args, **kwargs)
        try:
            return original(_to_real(path), *args, **kwargs)
        except OSError as error:
            raise _renamed(error, path) from None
    function.__name__ = name
    return function


def _writer(name, original):
    """Takes a path first and changes what is there."""
    def function(path, *args, **kwargs):
        if kwargs.get("dir_fd") is not None:
            return original(path, *args, **kwargs)
        if not _writable(path):
            _must_exist(name, path)
            _refuse(path)
        try:
            return original(_to_real(path), *args, **kwargs)
        except OSError as error:
            raise _renamed(error, path) from None
    function.__name__ = name
    return function


def _mover(name, original):
    """Takes two paths and changes both."""
    def function(source, target, **kwargs):
        for path in (source, target):
            if not _writable(path):
                _refuse(path)
        try:
            return original(_to_real(source), _to_real(target), **kwargs)
        except OSError as error:
            raise _renamed(error, source, target) from None
    function.__name__ = name
    return function


def _linker(name, original):
    """Makes a link: its target is stored as given, but where it is absolute as the real path."""
    def function(source, target, *args, **kwargs):
        if not _writable(target):
            _refuse(target)
        text = _text(source)
        inside = _to_real(source) if text and text.startswith("/") else source
        try:
            return original(inside, _to_real(target), *args, **kwargs)
        except OSError as error:
            raise _renamed(error, source, target) from None
    function.__name__ = name
    return function


def _link_reader(name, original):
    def function(path, **kwargs):
        try:
            return _to_virtual(original(_to_real(path), **kwargs))
        except OSError as error:
            raise _renamed(error, path) from None
    function.__name__ = name
    return function


def _must_exist(name, path):
    """On a read-only file system a missing file is still missing."""
    if name in ("mkdir", "mkfifo", "mknod"):
        return
    try:
        _real["stat"](_to_real(path))
    except OSError as error:
        raise _renamed(error, path) from None


def _access(name, original):
    def function(path, mode, **kwargs):
        if mode & os.W_OK and not _writable(path):
            return False
        return original(_to_real(path), mode, **kwargs)
    function.__name__ = name
    return function


_FUNCTIONS = {
    "stat": _reader, "lstat": _reader, "listdir": _reader, "statvfs": _reader, "access": _access,
    "readlink": _link_reader, "pathconf": _reader, "getxattr": _reader, "listxattr": _reader,
    "mkdir": _writer, "rmdir": _writer, "unlink": _writer, "remove": _writer, "chmod": _writer, "lchmod": _writer,
    "chown": _writer, "lchown": _writer, "utime": _writer, "truncate": _writer, "mkfifo": _writer, "mknod": _writer,
    "setxattr": _writer, "removexattr": _writer,
    "rename": _mover, "replace": _mover, "link": _linker, "symlink": _linker,
}


def _chdir(path):
    global _cwd
    if isinstance(path, int):
        os.fchdir(path)
        return
    real = _to_real(path)
    try:
        _chdir_real(real)
    except OSError as error:
        raise _renamed(error, path) from None
    _cwd = _absolute(_text(path))


_chdir_real = posix.chdir


class _DirEntry:
    """An entry of scandir, under the folder's name that the code gave."""

    def __init__(self, entry, folder):
        self._entry = entry
        self.name = entry.name
        self.path = os.path.join(folder, entry.name)

    def __fspath__(self):
        return self.path

    def __repr__(self):
        return f"<DirEntry {self.name!r}>"

    def __getattr__(self, name):
        return getattr(self._entry, name)


class _Scan:
    """What scandir gives: an iterator that can be closed."""

    def __init__(self, entries, folder):
        self._entries, self._folder = entries, folder

    def __iter__(self):
        return self

    def __next__(self):
        return _DirEntry(next(self._entries), self._folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._entries.close()


_scandir_real = posix.scandir
_open_real = posix.open


def _scandir(path="."):
    if isinstance(path, int):
        return _scandir_real(path)
    folder = os.fspath("." if path is None else path)
    try:
        entries = _scandir_real(_to_real(folder))
    except OSError as error:
        raise _renamed(error, folder) from None
    if isinstance(folder, bytes):
        folder = os.fsdecode(folder)
    return _Scan(entries, folder)


def _os_open(path, flags, mode=0o777, *, dir_fd=None):
    if dir_fd is not None:
        return _open_real(path, flags, mode, dir_fd=dir_fd)
    if flags & _WRITE_FLAGS:
        if not _writable(path):
            if not flags & os.O_CREAT:
                _must_exist("open", path)
            _refuse(path)
    try:
        fd = _open_real(_to_real(path), flags, mode)
    except OSError as error:
        raise _renamed(error, path) from None
    if flags & _WRITE_FLAGS and _mount_of(_absolute(_text(path))) is not None:
        virtual_storage.limited(fd)
    return fd


def _opener(path, flags):
    return _os_open(path, flags, 0o666)


def _open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
    path = _text(file)
    if opener is None and path is not None:
        opener = _opener
    if "b" not in mode and encoding is None:
        encoding = "utf-8"
    if path is not None and virtual_storage.writes(mode) and _mount_of(_absolute(path)) is not None:
        return virtual_storage.open_counted(file, mode, buffering, encoding, errors, newline, closefd, opener)
    return _real["io.open"](file, mode, buffering, encoding, errors, newline, closefd, opener)


class _FileIO(virtual_storage.File):
    """`io.FileIO` of a path of Lambda's."""

    def __init__(self, file, mode="r", closefd=True, opener=None):
        if opener is None and _text(file) is not None:
            opener = _opener
        super().__init__(file, mode, closefd, opener)
