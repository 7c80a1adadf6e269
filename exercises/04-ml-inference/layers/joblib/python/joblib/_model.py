"""Logistic regression over several classes: the part that predicts."""

import math

from ._array import ndarray


class LogisticRegression:
    """A trained model: a score for each class, and softmax over the scores."""

    def __init__(self, classes, coef, intercept):
        self.classes_ = ndarray(classes)
        self.n_features_in_ = len(coef[0])
        self._coef = coef
        self._intercept = intercept

    def predict(self, X):
        """The most probable class of each row of X."""
        return ndarray(self.classes_[row.argmax()] for row in self.predict_proba(X))

    def predict_proba(self, X):
        """For each row of X the probability of each class, in the order of `classes_`."""
        return ndarray(ndarray(softmax(self._scores(row))) for row in self._checked(X))

    def _scores(self, row):
        return [
            math.fsum([start, *(weight * value for weight, value in zip(weights, row))])
            for weights, start in zip(self._coef, self._intercept)
        ]

    def _checked(self, X):
        """The rows as floats. What scikit-learn refuses is refused, with its words."""
        rows = list(X)
        if not rows or not all(is_row(row) for row in rows):
            raise ValueError(
                f"Expected 2D array, got 1D array instead:\narray={rows}.\n"
                "Reshape your data either using array.reshape(-1, 1) if your data has a single feature "
                "or array.reshape(1, -1) if it contains a single sample."
            )
        rows = [list(row) for row in rows]
        if len({len(row) for row in rows}) > 1:
            raise ValueError(
                "setting an array element with a sequence. The requested array has an inhomogeneous shape "
                f"after 1 dimensions. The detected shape was ({len(rows)},) + inhomogeneous part."
            )
        values = [value for row in rows for value in row]
        if any(isinstance(value, (str, bytes)) for value in values):
            raise ValueError(
                "dtype='numeric' is not compatible with arrays of bytes/strings."
                "Convert your data to numeric values explicitly instead."
            )
        rows = [[float(value) for value in row] for row in rows]
        if any(math.isnan(value) for row in rows for value in row):
            raise ValueError("Input X contains NaN.")
        if any(math.isinf(value) for row in rows for value in row):
            raise ValueError("Input X contains infinity or a value too large for dtype('float64').")
        if len(rows[0]) != self.n_features_in_:
            raise ValueError(
                f"X has {len(rows[0])} features, but LogisticRegression is expecting "
                f"{self.n_features_in_} features as input."
            )
        return rows


def is_row(row):
    return isinstance(row, (list, tuple, ndarray))


def softmax(scores):
    """Positive numbers that add up to one. The largest score is taken off first, so that exp cannot overflow."""
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = math.fsum(powers)
    return [power / total for power in powers]
