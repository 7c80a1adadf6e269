"""The one way this package reads its data files.

The package may lie on disk or be imported from inside a program by an importer
of its own. Both give their loader a `get_data(path)`, so that is all this asks.
"""

import json

_FOLDER = __file__[: -len("_data.py")] + "data"
_SEPARATOR = "\\" if "\\" in __file__ else "/"
_models = {}


def load(name):
    """Return the bytes of data file `name`."""
    path = _FOLDER + _SEPARATOR + name
    get_data = getattr(globals().get("__loader__"), "get_data", None)
    if get_data is not None:
        return get_data(path)
    with open(path, "rb") as stream:
        return stream.read()


def load_json(name):
    """Return data file `name` as Python values, parsed once a process."""
    found = _models.get(name)
    if found is None:
        found = _models.setdefault(name, json.loads(load(name).decode("utf-8")))
    return found


SERVICES = (
    "cloudwatch",
    "dynamodb",
    "dynamodbstreams",
    "events",
    "lambda",
    "logs",
    "s3",
    "sns",
    "sqs",
    "sts",
)
