"""DynamoDB: client, resource, conditions."""

from decimal import Decimal

from .registry import call, each

TABLE = {
    "TableName": "items",
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
T = {"TableName": "items"}
KEY = {"pk": {"S": "a"}, "sk": {"N": "1"}}
ALL = {
    "pk": "all",
    "sk": 1,
    "n": Decimal("1.50"),
    "big": 10**20,
    "t": True,
    "none": None,
    "bytes": b"\x00\x01",
    "list": [1, "two", {"three": 3}],
    "map": {"a": {"b": []}},
    "ss": {"x", "y"},
    "ns": {1, 2},
    "bs": {b"p", b"q"},
    "empty": "",
}


def conditions(a):
    from boto3.dynamodb.conditions import Attr, Key

    return Key, Attr


def key(name):
    from boto3.dynamodb.conditions import Key

    return Key(name)


def attr(name):
    from boto3.dynamodb.conditions import Attr

    return Attr(name)


each(
    "ddb",
    create=lambda a: a.dynamodb.create_table(**TABLE),
    create_again=lambda a: a.dynamodb.create_table(**TABLE),
    waiter=lambda a: a.dynamodb.get_waiter("table_exists").wait(**T),
    describe=lambda a: a.dynamodb.describe_table(**T),
    describe_404=lambda a: a.dynamodb.describe_table(TableName="nope"),
    list=lambda a: a.dynamodb.list_tables(),
    put=lambda a: a.dynamodb.put_item(**T, Item={**KEY, "b": {"B": b"\x01"}, "l": {"L": []}}),
    get=lambda a: a.dynamodb.get_item(**T, Key=KEY),
    get_none=lambda a: a.dynamodb.get_item(**T, Key={"pk": {"S": "z"}, "sk": {"N": "0"}}),
    get_bad_key=lambda a: a.dynamodb.get_item(**T, Key={"pk": {"S": "z"}}),
    get_no_table=lambda a: a.dynamodb.get_item(TableName="nope", Key=KEY),
    condition_fails=lambda a: a.dynamodb.put_item(
        **T, Item=KEY, ConditionExpression="attribute_not_exists(pk)"
    ),
    update=lambda a: a.dynamodb.update_item(
        **T,
        Key=KEY,
        UpdateExpression="SET #c = if_not_exists(#c, :z) + :one",
        ExpressionAttributeNames={"#c": "count"},
        ExpressionAttributeValues={":z": {"N": "0"}, ":one": {"N": "1"}},
        ReturnValues="ALL_NEW",
    ),
    transact_fails=lambda a: a.dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {**T, "Item": {"pk": {"S": "t"}, "sk": {"N": "1"}}}},
            {"ConditionCheck": {**T, "Key": KEY, "ConditionExpression": "attribute_not_exists(pk)"}},
        ]
    ),
    transact=lambda a: a.dynamodb.transact_write_items(
        TransactItems=[{"Put": {**T, "Item": {"pk": {"S": "t"}, "sk": {"N": "1"}}}}]
    ),
    batch_get=lambda a: a.dynamodb.batch_get_item(RequestItems={"items": {"Keys": [KEY]}}),
    ttl=lambda a: a.dynamodb.update_time_to_live(
        **T, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
    ),
    delete=lambda a: a.dynamodb.delete_item(**T, Key=KEY, ReturnValues="ALL_OLD"),
    bad_value=lambda a: a.dynamodb.put_item(**T, Item={"pk": "plain", "sk": {"N": 1}}),
    bad_two=lambda a: a.dynamodb.put_item(**T, Item={"pk": {"S": "a", "N": "1"}}),
    bad_missing=lambda a: a.dynamodb.put_item(**T),
    bad_unknown=lambda a: a.dynamodb.get_item(**T, Key=KEY, Consistent=True),
    bad_float=lambda a: a.items.put_item(Item={"pk": "a", "sk": 1.5}),
    bad_type=lambda a: a.items.put_item(Item={"pk": "a", "sk": 1, "o": object}),
    res_put=lambda a: a.items.put_item(Item=ALL),
    res_get=lambda a: a.items.get_item(Key={"pk": "all", "sk": 1})["Item"],
    res_get_none=lambda a: a.items.get_item(Key={"pk": "all", "sk": 2}).get("Item"),
    res_update=lambda a: a.items.update_item(
        Key={"pk": "all", "sk": 1},
        UpdateExpression="ADD visits :n",
        ExpressionAttributeValues={":n": 3},
        ReturnValues="UPDATED_NEW",
    )["Attributes"],
    res_attributes=lambda a: [
        getattr(a.items, name)
        for name in ("name", "table_name", "table_status", "item_count", "key_schema", "table_arn")
    ],
    res_repr=lambda a: [repr(a.r_dynamodb), repr(a.items), a.items == a.items],
    res_tables=lambda a: [t.name for t in a.r_dynamodb.tables.all()],
    res_load_404=lambda a: a.r_dynamodb.Table("nope").load(),
    res_positional=lambda a: a.items.put_item({"pk": "x"}),
    res_client=lambda a: a.items.meta.client.get_item(**T, Key={"pk": "all", "sk": 1})["Item"]["n"],
)


@call
def ddb_batch_writer(a):
    with a.items.batch_writer(overwrite_by_pkeys=["pk", "sk"]) as batch:
        for i in range(60):
            batch.put_item(Item={"pk": "batch", "sk": i % 55, "n": i, "tag": "even" if i % 2 == 0 else "odd"})
        batch.delete_item(Key={"pk": "batch", "sk": 54})
    return a.items.query(KeyConditionExpression=key("pk").eq("batch"), Select="COUNT")["Count"]


def query(a, condition, **more):
    found = a.items.query(KeyConditionExpression=condition, **more)
    return [found["Count"], [item["sk"] for item in found["Items"]]]


def scan(a, condition):
    found = a.items.scan(FilterExpression=condition)
    return sorted((item["pk"], int(item["sk"])) for item in found["Items"])


each(
    "ddb",
    query=lambda a: query(a, key("pk").eq("batch") & key("sk").between(3, 6)),
    query_gt=lambda a: query(a, key("pk").eq("batch") & key("sk").gt(50), ScanIndexForward=False),
    query_filter=lambda a: query(
        a,
        key("pk").eq("batch") & key("sk").lt(10),
        FilterExpression=attr("tag").eq("odd") & ~attr("n").is_in([1, 3]),
    ),
    query_string=lambda a: query(
        a,
        "pk = :p AND sk <= :s",
        ExpressionAttributeValues={":p": "batch", ":s": 2},
        ProjectionExpression="sk",
    ),
    query_limit=lambda a: a.items.query(KeyConditionExpression=key("pk").eq("batch"), Limit=2)[
        "LastEvaluatedKey"
    ],
    query_attr=lambda a: query(a, attr("pk").eq("batch")),
    scan_or=lambda a: scan(a, attr("visits").exists() | attr("n").gte(53)),
    scan_nested=lambda a: scan(a, attr("map.a").exists() & attr("list[2].three").eq(3)),
    scan_size=lambda a: scan(a, attr("map").size().eq(1) & attr("ss").contains("x")),
    scan_begins=lambda a: scan(a, attr("pk").begins_with("al") & attr("t").attribute_type("BOOL")),
    scan_ne=lambda a: scan(a, attr("none").not_exists() & attr("sk").lte(1) & attr("n").ne(0)),
    scan_bad=lambda a: scan(a, "no such thing ="),
    paginate=lambda a: [
        page["Count"]
        for page in a.dynamodb.get_paginator("query").paginate(
            **T,
            KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": {"S": "batch"}},
            PaginationConfig={"PageSize": 20},
        )
    ],
    res_batch_get=lambda a: a.r_dynamodb.batch_get_item(
        RequestItems={"items": {"Keys": [{"pk": "all", "sk": 1}], "ProjectionExpression": "n"}}
    )["Responses"],
    condition_and_bad=lambda a: key("a") & key("b"),
    condition_mixed=lambda a: key("a").eq(1) & "b",
)


@call
def ddb_condition_builder(a):
    from boto3.dynamodb.conditions import Attr, ConditionExpressionBuilder

    built = ConditionExpressionBuilder().build_expression(
        (Attr("a.b[1].c").lt(5) | Attr("d").is_in([1, 2])) & ~Attr("e").between("x", "y")
    )
    return [list(built), Attr("a").eq(1) == Attr("a").eq(1), Attr("a").eq(1) != Attr("a").eq(2)]


@call
def ddb_types(a):
    from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer

    typed = TypeSerializer().serialize({k: v for k, v in ALL.items() if k not in ("ss", "ns", "bs")})
    return [typed, TypeDeserializer().deserialize(typed), repr(Binary(b"x")), Binary(b"x") == b"x"]


@call
def ddb_res_create(a):
    table = a.r_dynamodb.create_table(**dict(TABLE, TableName="second"))
    table.wait_until_exists()
    return [repr(table), table.delete()["TableDescription"]["TableName"]]
