"""The pre-warmed interpreter: waits for orders, and forks one worker for each execution environment.

It imports what handlers use between orders, so that the first order need not wait for the last import.
"""
import gc
import json
import os
import sys

import _lambda_course as native

PRELOAD = (
    "json", "logging", "traceback", "datetime", "decimal", "re", "time", "base64", "hashlib", "uuid",
    "functools", "collections", "linecache", "tokenize", "itertools", "random", "urllib.parse", "csv", "io", "threading",
    "boto3", "dataclasses", "typing", "enum", "string", "math", "concurrent.futures", "asyncio",
    "tempfile", "shutil", "glob", "pathlib", "statistics", "subprocess", "textwrap", "zipfile", "gzip",
    "awslambdaric._rehearsal", "boto3._rehearsal",
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
    import worker
    import awslambdaric.__main__

    differences.mend()
    # Compiled here once, for all workers.
    importer.BuiltInLoader("/var/runtime/bootstrap.py").get_code("__main__")
    # Imported here once, for all workers.
    del awslambdaric, differences, importer, virtual_files, virtual_processes, virtual_time
    waiting = list(PRELOAD)
    while True:
        order = native.next_order(not waiting)
        if order is None:
            preload(waiting.pop(0))
            if not waiting:
                # What lives now lives on: forks need not look at it, and so need not copy it.
                gc.collect()
                gc.freeze()
            continue
        if order == "":
            return
        order = json.loads(order)
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            os._exit(worker.supervise(lambda: worker.run(order)))
        native.reply(json.dumps({"forked": order["id"], "pid": pid}))
