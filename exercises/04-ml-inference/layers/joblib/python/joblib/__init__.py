"""A small stand-in for joblib, with the part of its interface that serves a model.

`load(path)` reads a model file and returns an object with `predict`,
`predict_proba`, `classes_` and `n_features_in_`, as joblib does for a
scikit-learn classifier. What the methods return behaves like a NumPy array in
the ways a handler needs: `tolist()`, `len()`, indexing, iteration, and
`json.dumps` refuses it.

Why not the real thing: joblib files of scikit-learn need scikit-learn, NumPy
and SciPy, which are compiled code and do not run in a pure Python interpreter.
The model file here is JSON with the parameters that scikit-learn learned, and
the answers equal scikit-learn's to 1e-9. On AWS, put the real packages into a
layer and save the model with `joblib.dump`: the handler stays as it is.

Unlike the real `joblib.load`, this one runs no code that a file brings along.
"""

import json

from ._array import ndarray
from ._model import LogisticRegression

__all__ = ["load"]

_FORMAT = "lambda-course-model-1"


def load(filename, mmap_mode=None):
    """Read the model in the file of this name, or in a file open for reading."""
    if hasattr(filename, "read"):
        content = json.loads(filename.read())
    else:
        with open(filename, encoding="utf-8") as file:
            content = json.load(file)
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ValueError(f"{filename} is not a model file of the format {_FORMAT}")
    if content["kind"] != "softmax-regression":
        raise ValueError(f"there is no model of the kind {content['kind']}")
    return LogisticRegression(content["classes"], content["coef"], content["intercept"])
