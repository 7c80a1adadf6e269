"""Trains the two models of this exercise and records what scikit-learn predicts.

Needs scikit-learn; writes the other files of this folder. Not needed to do the
exercise: what it wrote is here.
"""

import json

import sklearn
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

iris = load_iris()
labels = iris.target_names[iris.target]


def train(name, c):
    model = LogisticRegression(C=c, max_iter=10_000, tol=1e-8)
    model.fit(iris.data, labels)
    write(f"{name}.json", {
        "format": "lambda-course-model-1",
        "kind": "softmax-regression",
        "trained_with": f"scikit-learn {sklearn.__version__}, LogisticRegression(C={c})",
        "features": iris.feature_names,
        "classes": model.classes_.tolist(),
        "coef": model.coef_.tolist(),
        "intercept": model.intercept_.tolist(),
    })
    write(f"{name}-predictions.json", {
        "classes": model.classes_.tolist(),
        "predict": model.predict(iris.data).tolist(),
        "predict_proba": model.predict_proba(iris.data).tolist(),
    })


def write(path, content):
    """JSON with one row of numbers a line."""
    parts = []
    for key, value in content.items():
        text = json.dumps(value)
        if isinstance(value, list) and isinstance(value[0], list):
            text = "[\n    " + ",\n    ".join(map(json.dumps, value)) + "\n  ]"
        parts.append(f"  {json.dumps(key)}: {text}")
    with open(path, "w") as file:
        file.write("{\n" + ",\n".join(parts) + "\n}\n")


with open("iris.csv", "w") as file:
    file.write("sepal_length,sepal_width,petal_length,petal_width,species\n")
    for row, label in zip(iris.data, labels):
        file.write(",".join(map(str, row.tolist())) + f",{label}\n")
train("iris-1", 1.0)
train("iris-2", 0.01)
