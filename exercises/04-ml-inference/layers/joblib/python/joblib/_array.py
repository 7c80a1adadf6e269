"""Just enough of a NumPy array to return predictions in."""


class ndarray:
    """Values in a row, or rows of values."""

    def __init__(self, values):
        self._values = list(values)

    @property
    def shape(self):
        if self._values and isinstance(self._values[0], ndarray):
            return (len(self._values), *self._values[0].shape)
        return (len(self._values),)

    @property
    def ndim(self):
        return len(self.shape)

    def tolist(self):
        """The same as plain Python lists, which is what JSON can hold."""
        return [value.tolist() if isinstance(value, ndarray) else value for value in self._values]

    def __len__(self):
        return len(self._values)

    def __iter__(self):
        return iter(self._values)

    def __getitem__(self, index):
        if isinstance(index, tuple):
            first, *rest = index
            value = self[first]
            return value[tuple(rest)] if rest else value
        value = self._values[index]
        return ndarray(value) if isinstance(index, slice) else value

    def argmax(self):
        """The place of the largest value of a row."""
        return max(range(len(self._values)), key=self._values.__getitem__)

    def max(self):
        """The largest value of a row."""
        return max(self._values)

    def __repr__(self):
        return f"array({self.tolist()!r})"
