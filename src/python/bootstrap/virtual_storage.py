"""The size of /tmp: what is written there in all is limited, as EphemeralStorage limits it.

Every way to write goes through a count of the bytes that are still free. The count is renewed by looking at the files
when it is used up, so that what was deleted or written elsewhere counts too.
"""
import errno
import io
import os
import posix

_open_real, _scandir_real, _write_real = posix.open, posix.scandir, posix.write
_fstat_real, _lseek_real = posix.fstat, posix.lseek
_FileIO, _open_original = io.FileIO, io.open


class _Storage:
    """Folders that hold so many bytes together."""
    folders = ()
    limit = 0
    free = 0

    def room(self, fd, count):
        """How many of `count` bytes may be written next; OSError if none."""
        if count <= self.free:
            self.free -= count
            return count
        self.free = max(0, self.limit - sum(map(_used, self.folders)))
        # What is written over needs no room.
        try:
            inside = max(0, _fstat_real(fd).st_size - _lseek_real(fd, 0, os.SEEK_CUR))
        except OSError:
            inside = 0
        allowed = min(count, self.free + inside)
        self.free -= max(0, allowed - inside)
        if allowed == 0 and count > 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return allowed


def _used(folder):
    """The bytes of all files below a real folder."""
    total = 0
    try:
        entries = list(_scandir_real(folder))
    except OSError:
        return 0
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                total += _used(entry.path)
            else:
                total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            pass  # Deleted meanwhile.
    return total


_storage = _Storage()
_limited = set()


def watch(folders):
    """These real folders are counted from now on."""
    _storage.folders, _storage.free = tuple(folders), 0


def limit(size):
    """So many bytes may be written through descriptors that are `limited`."""
    _storage.limit = size


def install():
    """Counts what is written through them."""
    _wrap("write", lambda fd, data: _write_real(fd, _cut(fd, data)))
    _wrap("pwrite", _second_is_data(getattr(posix, "pwrite", None)))
    _wrap("writev", _all_of_them)
    _wrap("sendfile", _sent(getattr(posix, "sendfile", None)))
    _wrap("copy_file_range", _copied(getattr(posix, "copy_file_range", None)))
    _wrap("close", _closed(posix.close))
    _wrap("dup2", _duplicated(getattr(posix, "dup2", None)))


def limited(fd):
    """From now on what is written to this descriptor is counted."""
    _limited.add(fd)
    return fd


def _wrap(name, function):
    if hasattr(posix, name):
        function.__name__ = name
        for module in (posix, os):
            setattr(module, name, function)


def _cut(fd, data):
    if fd not in _limited:
        return data
    view = memoryview(data).cast("B")
    return view[:_storage.room(fd, len(view))]


def _second_is_data(original):
    return lambda fd, data, *args: original(fd, _cut(fd, data), *args)


def _all_of_them(fd, buffers):
    return os.write(fd, b"".join(buffers))


def _sent(original):
    def sendfile(out_fd, in_fd, offset, count, *args, **kwargs):
        if out_fd in _limited:
            count = _storage.room(out_fd, min(count, _fstat_real(in_fd).st_size or count))
        return original(out_fd, in_fd, offset, count, *args, **kwargs)
    return sendfile


def _copied(original):
    def copy_file_range(src, dst, count, *args, **kwargs):
        if dst in _limited:
            count = _storage.room(dst, min(count, _fstat_real(src).st_size or count))
        return original(src, dst, count, *args, **kwargs)
    return copy_file_range


def _closed(original):
    def close(fd):
        _limited.discard(fd)
        return original(fd)
    return close


def _duplicated(original):
    def dup2(fd, fd2, *args, **kwargs):
        result = original(fd, fd2, *args, **kwargs)
        (_limited.add if fd in _limited else _limited.discard)(fd2)
        return result
    return dup2


def writes(mode):
    """Whether a mode of `open` writes, and is one at all."""
    plain = set(mode) <= set("rwaxbt+") and sum(char in mode for char in "rwax") == 1 and not {"b", "t"} <= set(mode)
    return plain and len(set(mode)) == len(mode) and not {"w", "a", "x", "+"}.isdisjoint(mode)


class File(_FileIO):
    """A raw file whose writes are counted where it lies in /tmp."""

    def write(self, data):
        return super().write(_cut(self.fileno(), data))

    def close(self):
        if not self.closed:
            _limited.discard(self.fileno())
        super().close()


def open_counted(file, mode, buffering, encoding, errors, newline, closefd, opener):
    """`io.open` over a file that is counted."""
    binary = "b" in mode
    if binary and (encoding, errors, newline) != (None, None, None) or buffering == 0 and not binary:
        # The original says what is wrong.
        return _open_original(file, mode, buffering, encoding, errors, newline, closefd, opener)
    raw = File(file, "".join(char for char in mode if char not in "btU"), closefd, opener)
    try:
        line_buffering = buffering == 1 or buffering < 0 and raw.isatty()
        if buffering < 0 or buffering == 1 and not binary:
            buffering = io.DEFAULT_BUFFER_SIZE
        if buffering == 0:
            return raw
        if "+" in mode:
            buffer = io.BufferedRandom(raw, buffering)
        else:
            buffer = io.BufferedWriter(raw, buffering)
        if binary:
            return buffer
        text = io.TextIOWrapper(buffer, encoding, errors, newline, line_buffering)
        text.mode = mode
        return text
    except BaseException:
        raw.close()
        raise
