"""A request ready to be signed and sent, and the headers of an answer."""

from botocore.utils import percent_encode


class AWSRequest:
    """Method, address, headers and body of a request.

    `path` and the pairs of `query` are percent-encoded, as the signature and
    the wire both want them.
    """

    def __init__(self, method, base, path, query, headers, body):
        self.method = method
        self.scheme, self.hostname, self.port, prefix = base
        self.path = prefix.rstrip("/") + path
        self.query = []
        for key, value in query.items():
            for item in value if isinstance(value, list) else [value]:
                self.query.append((percent_encode(key), percent_encode(item)))
        self.headers = headers
        self.body = body

    @property
    def host(self):
        """The value of the Host header."""
        usual = {"http": 80, "https": 443}.get(self.scheme)
        if self.port is None or self.port == usual:
            return self.hostname
        return f"{self.hostname}:{self.port}"

    @property
    def target(self):
        """Path and query, as the request line has them."""
        if not self.query:
            return self.path
        return self.path + "?" + "&".join(f"{k}={v}" if v else k for k, v in self.query)

    @property
    def url(self):
        """The whole address."""
        return f"{self.scheme}://{self.host}{self.target}"


class Headers:
    """The headers of an answer; names are looked up in any case."""

    def __init__(self, pairs=()):
        self._values = {}
        self._names = {}
        for name, value in pairs:
            key = name.lower()
            if key in self._values:
                value = self._values[key] + ", " + value
            self._values[key] = value
            self._names[key] = name

    def __contains__(self, name):
        return name.lower() in self._values

    def __getitem__(self, name):
        return self._values[name.lower()]

    def __iter__(self):
        return iter(self._names.values())

    def __len__(self):
        return len(self._values)

    def __repr__(self):
        return repr(dict(self.items()))

    def get(self, name, default=None):
        """The value of a header, or `default`."""
        return self._values.get(name.lower(), default)

    def items(self):
        """Names as they were sent, and values."""
        return [(self._names[key], value) for key, value in self._values.items()]

    def discard(self, name):
        """Forget a header."""
        self._values.pop(name.lower(), None)
        self._names.pop(name.lower(), None)

    def lower_dict(self):
        """A plain dictionary by lower-case name."""
        return dict(self._values)

    def with_prefix(self, prefix):
        """Headers whose names start with `prefix`, by the rest of the name."""
        size, prefix = len(prefix), prefix.lower()
        return {
            self._names[key][size:]: value
            for key, value in self._values.items()
            if key.startswith(prefix)
        }
