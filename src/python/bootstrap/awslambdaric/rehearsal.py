"""What every invocation does, done before a process forks: see `boto3._rehearsal` for the reason."""

import importlib
import sys
import tempfile

_ROUNDS = 16


def _preload():
    """Called once by whoever is about to fork."""
    from .bootstrap import make_context
    from .calling import handle_event_request
    from .marshal import _is_ascii_only, marshal, unmarshal

    headers = {"lambda-runtime-deadline-ms": "0", "lambda-runtime-invoked-function-arn": "arn"}
    for _ in range(_ROUNDS):
        event = unmarshal(b'{"key": ["value", 1, 1.5, null]}', "application/json")
        context = make_context("0", headers)
        context.get_remaining_time_in_millis()
        marshal(handle_event_request(lambda event, context: event, event, context))
    _import_something()
    # The answer is the environment's, which this process does not have.
    _is_ascii_only.cache_clear()


def _import_something():
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        try:
            for number in range(_ROUNDS):
                name = f"_rehearsed_{number}"
                with open(f"{folder}/{name}.py", "w", encoding="utf-8") as file:
                    file.write("def lambda_handler(event, context):\n    return {}\n")
                importlib.invalidate_caches()
                importlib.import_module(name)
                del sys.modules[name]
        finally:
            sys.path.remove(folder)
            sys.path_importer_cache.pop(folder, None)
