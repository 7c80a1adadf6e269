"""Writing many items of one table in batches.

Adapted from boto3; see NOTICE.
"""


class TableResource:
    """What boto3 adds to a table."""

    def batch_writer(self, overwrite_by_pkeys=None):
        """A context manager that writes in batches and resends what was not processed.

        `overwrite_by_pkeys` names the key's attributes: of two writes to one key
        in a batch only the later is sent.
        """
        return BatchWriter(self.name, self.meta.client, overwrite_by_pkeys=overwrite_by_pkeys)


class BatchWriter:
    """Gathers puts and deletes and sends them 25 at a time."""

    def __init__(self, table_name, client, flush_amount=25, overwrite_by_pkeys=None):
        self._table_name = table_name
        self._client = client
        self._items_buffer = []
        self._flush_amount = flush_amount
        self._overwrite_by_pkeys = overwrite_by_pkeys

    def put_item(self, Item):
        """Put an item, sooner or later."""
        self._add({"PutRequest": {"Item": Item}})

    def delete_item(self, Key):
        """Delete an item, sooner or later."""
        self._add({"DeleteRequest": {"Key": Key}})

    def _add(self, request):
        if self._overwrite_by_pkeys:
            values = self._key_of(request)
            for item in self._items_buffer:
                if self._key_of(item) == values:
                    self._items_buffer.remove(item)
        self._items_buffer.append(request)
        if len(self._items_buffer) >= self._flush_amount:
            self._flush()

    def _key_of(self, request):
        if request.get("PutRequest"):
            source = request["PutRequest"]["Item"]
        elif request.get("DeleteRequest"):
            source = request["DeleteRequest"]["Key"]
        else:
            return None
        return [source[key] for key in self._overwrite_by_pkeys]

    def _flush(self):
        items = self._items_buffer[: self._flush_amount]
        self._items_buffer = self._items_buffer[self._flush_amount :]
        response = self._client.batch_write_item(RequestItems={self._table_name: items})
        unprocessed = response["UnprocessedItems"] or {}
        self._items_buffer.extend(unprocessed.get(self._table_name, []))

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, tb):
        while self._items_buffer:
            self._flush()
