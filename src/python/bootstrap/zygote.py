"""The pre-warmed interpreter: waits for orders, and forks one worker for each execution environment.

It imports what handlers use between orders, so that the first order need not wait for the last import.
"""
import gc
import sys

import _lambda_course as native

import spares
import worker

PRELOAD = (
    "json", "logging", "traceback", "datetime", "decimal", "re", "time", "base64", "hashlib", "uuid",
    "functools", "collections", "linecache", "tokenize", "itertools", "random", "urllib.parse", "csv", "io", "threading",
    "boto3", "dataclasses", "typing", "enum", "string", "math", "concurrent.futures", "asyncio",
    "tempfile", "shutil", "glob", "pathlib", "statistics", "subprocess", "textwrap", "zipfile", "gzip",
    "boto3._rehearsal",
)


def preload(name):
    try:
        __import__(name)
        prepare = getattr(sys.modules[name], "_preload", None)
        if prepare is not None:
            prepare()
    except ImportError:
        pass


def main():
    import differences
    import importer
    import virtual_files
    import virtual_processes
    import virtual_time
    import awslambdaric.__main__

    differences.mend()
    # Compiled here once, for all workers.
    importer.BuiltInLoader("/var/runtime/bootstrap.py").get_code("__main__")
    # Imported here once, for all workers.
    del awslambdaric, differences, importer, virtual_files, virtual_processes, virtual_time
    waiting = list(PRELOAD)
    while True:
        patience = 0.0 if waiting else spares.QUIET if spares.wanted() else None
        order = native.next_order(patience)
        if order == "":
            return
        if order is not None:
            number, _, order = order.partition(" ")
            pid = spares.take(order) or spares.fork(worker.run, order)
            native.reply(f'{{"forked": {number}, "pid": {pid}}}')
        elif waiting:
            preload(waiting.pop(0))
            if not waiting:
                settle()
        else:
            spares.make()


def settle():
    """When all is imported: what lives now lives on."""
    import rehearsal

    worker.install()
    for _ in range(_ROUNDS):
        rehearsal.once()
    # Forks need not look at it, and so need not copy it.
    gc.collect()
    gc.freeze()
    address = 0
    while address is not None:
        address = native.gather_pages(address)


# So often the interpreter sees code run before it has rewritten all of it.
_ROUNDS = 16
