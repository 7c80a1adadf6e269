"""Collections: what a resource holds many of, fetched page by page."""


class CollectionManager:
    """Makes collections: `all()`, `filter(...)`, `limit(n)`, `page_size(n)`."""

    def __init__(self, parent, operation, params, make):
        # `make` turns a page into a list of resources.
        self._parent = parent
        self._operation = operation
        self._params = params
        self._make = make

    def __repr__(self):
        return f"{self.__class__.__name__}({self._parent!r}, {self._operation})"

    def iterator(self, **kwargs):
        """A collection with these parameters."""
        params = dict(self._params)
        params.update(kwargs)
        return ResourceCollection(self._parent, self._operation, params, self._make)

    def all(self):
        """All there are."""
        return self.iterator()

    def filter(self, **kwargs):
        """Those the API gives for these parameters."""
        return self.iterator(**kwargs)

    def limit(self, count):
        """At most `count`."""
        return self.iterator(limit=count)

    def page_size(self, count):
        """All, fetched `count` at a time."""
        return self.iterator(page_size=count)

    def pages(self):
        """Lists, one a page."""
        return self.all().pages()

    def delete(self, **kwargs):
        """Delete them all, a page in one call."""
        return self.all().delete(**kwargs)


class ResourceCollection:
    """Resources, to be iterated over."""

    def __init__(self, parent, operation, params, make):
        self._parent = parent
        self._operation = operation
        self._params = params
        self._make = make

    def __repr__(self):
        return f"{self.__class__.__name__}({self._parent!r}, {self._operation})"

    def _clone(self, **kwargs):
        params = dict(self._params)
        params.update(kwargs)
        return ResourceCollection(self._parent, self._operation, params, self._make)

    def __iter__(self):
        limit = self._params.get("limit")
        count = 0
        for page in self.pages():
            for item in page:
                yield item
                count += 1
                if limit is not None and count >= limit:
                    return

    def pages(self):
        """Lists of resources, one a page."""
        params = dict(self._params)
        limit = params.pop("limit", None)
        page_size = params.pop("page_size", None)
        client = self._parent.meta.client
        if client.can_paginate(self._operation):
            config = {"MaxItems": limit, "PageSize": page_size}
            pages = client.get_paginator(self._operation).paginate(
                PaginationConfig=config, **params
            )
        else:
            pages = [getattr(client, self._operation)(**params)]
        count = 0
        for page in pages:
            items = self._make(page)
            if limit is not None:
                items = items[: limit - count]
            count += len(items)
            yield items
            if limit is not None and count >= limit:
                return

    def all(self):
        """The same collection again."""
        return self._clone()

    def filter(self, **kwargs):
        """The collection with further parameters."""
        return self._clone(**kwargs)

    def limit(self, count):
        """At most `count` of them."""
        return self._clone(limit=count)

    def page_size(self, count):
        """The same, fetched `count` at a time."""
        return self._clone(page_size=count)

    def delete(self, **kwargs):
        """Delete them, a page in one call; returns the answers."""
        responses = []
        for page in self.pages():
            if not page:
                continue
            if not hasattr(page[0], "_delete_entry"):
                raise AttributeError(f"{self!r} has no batch action 'delete'")
            params = {
                "Bucket": page[0].bucket_name,
                "Delete": {"Objects": [item._delete_entry() for item in page]},
            }
            params["Delete"].update(kwargs.get("Delete", {}))
            params.update({k: v for k, v in kwargs.items() if k != "Delete"})
            responses.append(self._parent.meta.client.delete_objects(**params))
        return responses
