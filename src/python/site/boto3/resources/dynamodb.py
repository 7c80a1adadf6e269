"""The DynamoDB resource: tables whose items are Python values."""

from boto3.dynamodb import transform
from boto3.dynamodb.table import TableResource
from boto3.resources.base import ServiceResource
from boto3.resources.collection import CollectionManager


class DynamoDBServiceResource(ServiceResource):
    """`boto3.resource("dynamodb")`."""

    service = "dynamodb"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        transform.register(self.meta.client)

    def Table(self, name=None):
        """A table by its name. Nothing is asked of the service yet."""
        return Table(name, client=self.meta.client)

    def create_table(self, *args, **kwargs):
        """Create a table and return it."""
        response = self._act("create_table", args, kwargs)
        table = self.Table(response["TableDescription"]["TableName"])
        table.meta.data = response["TableDescription"]
        return table

    def batch_get_item(self, *args, **kwargs):
        """Get up to 100 items from one or more tables."""
        return self._act("batch_get_item", args, kwargs)

    def batch_write_item(self, *args, **kwargs):
        """Put or delete up to 25 items in one or more tables."""
        return self._act("batch_write_item", args, kwargs)

    @property
    def tables(self):
        """All tables."""
        return CollectionManager(
            self,
            "list_tables",
            {},
            lambda page: [self.Table(name) for name in page.get("TableNames", [])],
        )

    def get_available_subresources(self):
        """Names of what can be made from this resource."""
        return ["Table"]


class Table(TableResource, ServiceResource):
    """A table."""

    service = "dynamodb"
    kind = "Table"
    identifiers = ("name",)
    shape = "TableDescription"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        transform.register(self.meta.client)

    @property
    def table_name(self):
        """The table's name."""
        return self.name

    def load(self):
        """Ask the service for the table's attributes."""
        self.meta.data = self.meta.client.describe_table(TableName=self.name)["Table"]

    reload = load

    def delete(self, *args, **kwargs):
        """Delete the table."""
        return self._act("delete_table", args, kwargs, TableName=self.name)

    def update(self, *args, **kwargs):
        """Change the table's settings; returns the table."""
        response = self._act("update_table", args, kwargs, TableName=self.name)
        table = Table(self.name, client=self.meta.client)
        table.meta.data = response.get("TableDescription")
        return table

    def put_item(self, *args, **kwargs):
        """Put an item, in the place of one with the same key if there is one."""
        return self._act("put_item", args, kwargs, TableName=self.name)

    def get_item(self, *args, **kwargs):
        """Get an item by its key."""
        return self._act("get_item", args, kwargs, TableName=self.name)

    def update_item(self, *args, **kwargs):
        """Change an item's attributes, or make the item."""
        return self._act("update_item", args, kwargs, TableName=self.name)

    def delete_item(self, *args, **kwargs):
        """Delete an item by its key."""
        return self._act("delete_item", args, kwargs, TableName=self.name)

    def query(self, *args, **kwargs):
        """Get items of one partition, in the order of their sort keys."""
        return self._act("query", args, kwargs, TableName=self.name)

    def scan(self, *args, **kwargs):
        """Read through the whole table, up to 1 MB a call."""
        return self._act("scan", args, kwargs, TableName=self.name)

    def wait_until_exists(self, **kwargs):
        """Return when the table is ACTIVE."""
        self._wait("table_exists", kwargs, TableName=self.name)

    def wait_until_not_exists(self, **kwargs):
        """Return when the table is gone."""
        self._wait("table_not_exists", kwargs, TableName=self.name)

    def get_available_subresources(self):
        """Names of what can be made from this resource."""
        return []
