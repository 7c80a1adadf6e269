"""DynamoDB: transactions, PartiQL, indexes, conditions, limits, streams, settings of tables."""

from .dynamodb import attr, key
from .registry import call, each, failure

O = {"TableName": "orders"}
ONE = {"id": {"S": "1"}}


def order(number, **more):
    return {"id": {"S": str(number)}, "price": {"N": str(number * 10)}, **more}


@call
def ddbmore_create(a):
    made = a.dynamodb.create_table(
        **O,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "who", "AttributeType": "S"},
            {"AttributeName": "price", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-who",
                "KeySchema": [
                    {"AttributeName": "who", "KeyType": "HASH"},
                    {"AttributeName": "price", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]
    a.dynamodb.get_waiter("table_exists").wait(**O)
    index = made["GlobalSecondaryIndexes"][0]
    return [index["IndexName"], index["KeySchema"], made["StreamSpecification"], "LatestStreamArn" in made]


each(
    "ddbmore",
    transact_write=lambda a: a.dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {**O, "Item": order(1, who={"S": "ann"})}},
            {"Put": {**O, "Item": order(2, who={"S": "bob"})}},
            {"Put": {**O, "Item": order(3, who={"S": "ann"})}},
        ]
    ),
    transact_mixed=lambda a: a.dynamodb.transact_write_items(
        TransactItems=[
            {
                "Update": {
                    **O, "Key": ONE, "UpdateExpression": "SET seen = :t",
                    "ExpressionAttributeValues": {":t": {"BOOL": True}},
                }
            },
            {"Delete": {**O, "Key": {"id": {"S": "2"}}}},
            {
                "ConditionCheck": {
                    **O, "Key": {"id": {"S": "3"}}, "ConditionExpression": "attribute_exists(id)"
                }
            },
        ]
    ),
    transact_get=lambda a: a.dynamodb.transact_get_items(
        TransactItems=[{"Get": {**O, "Key": ONE}}, {"Get": {**O, "Key": {"id": {"S": "2"}}}}]
    ),
    transact_reasons=lambda a: reasons(a),
    transact_same=lambda a: a.dynamodb.transact_write_items(
        TransactItems=[{"Put": {**O, "Item": order(9)}}, {"Delete": {**O, "Key": {"id": {"S": "9"}}}}]
    ),
    index_query=lambda a: a.dynamodb.query(
        **O, IndexName="by-who", KeyConditionExpression="who = :w",
        ExpressionAttributeValues={":w": {"S": "ann"}}, ScanIndexForward=False,
        ProjectionExpression="id, price",
    )["Items"],
    index_bad=lambda a: a.dynamodb.query(
        **O, IndexName="nope", KeyConditionExpression="who = :w", ExpressionAttributeValues={":w": {"S": "a"}}
    ),
    query_no_key=lambda a: a.dynamodb.query(
        **O, KeyConditionExpression="price = :w", ExpressionAttributeValues={":w": {"N": "1"}}
    ),
    scan_count=lambda a: a.dynamodb.scan(**O, Select="COUNT"),
    scan_segments=lambda a: sum(
        a.dynamodb.scan(**O, Segment=n, TotalSegments=3)["Count"] for n in range(3)
    ),
    scan_pages=lambda a: [p["Count"] for p in a.dynamodb.get_paginator("scan").paginate(**O, PaginationConfig={"PageSize": 1})][:2],
    projection=lambda a: a.dynamodb.get_item(
        **O, Key=ONE, ProjectionExpression="#w", ExpressionAttributeNames={"#w": "who"}
    )["Item"],
    consistent=lambda a: a.dynamodb.get_item(**O, Key=ONE, ConsistentRead=True)["Item"]["price"],
    consumed=lambda a: a.dynamodb.get_item(**O, Key=ONE, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"],
    update_old=lambda a: a.dynamodb.update_item(
        **O, Key=ONE, UpdateExpression="SET price = price + :n REMOVE seen",
        ExpressionAttributeValues={":n": {"N": "5"}}, ReturnValues="UPDATED_OLD",
    )["Attributes"],
    update_list=lambda a: a.dynamodb.update_item(
        **O, Key=ONE, UpdateExpression="SET l = list_append(if_not_exists(l, :e), :v)",
        ExpressionAttributeValues={":e": {"L": []}, ":v": {"L": [{"S": "x"}]}}, ReturnValues="ALL_NEW",
    )["Attributes"]["l"],
    update_set=lambda a: a.dynamodb.update_item(
        **O, Key=ONE, UpdateExpression="ADD tags :t",
        ExpressionAttributeValues={":t": {"SS": ["a"]}}, ReturnValues="UPDATED_NEW",
    )["Attributes"],
    update_bad_path=lambda a: a.dynamodb.update_item(
        **O, Key=ONE, UpdateExpression="SET a.b = :v", ExpressionAttributeValues={":v": {"S": "x"}}
    ),
    update_key=lambda a: a.dynamodb.update_item(
        **O, Key=ONE, UpdateExpression="SET id = :v", ExpressionAttributeValues={":v": {"S": "x"}}
    ),
    update_reserved=lambda a: a.dynamodb.update_item(
        **O, Key=ONE, UpdateExpression="SET status = :v", ExpressionAttributeValues={":v": {"S": "x"}}
    ),
    update_unused=lambda a: a.dynamodb.update_item(
        **O, Key=ONE, UpdateExpression="SET x = :v",
        ExpressionAttributeValues={":v": {"S": "x"}, ":w": {"S": "y"}},
    ),
    update_syntax=lambda a: a.dynamodb.update_item(**O, Key=ONE, UpdateExpression="SETT x"),
    update_type=lambda a: a.dynamodb.update_item(
        **O, Key=ONE, UpdateExpression="SET who = who + :v", ExpressionAttributeValues={":v": {"N": "1"}}
    ),
    delete_condition=lambda a: a.dynamodb.delete_item(
        **O, Key=ONE, ConditionExpression="price > :n", ExpressionAttributeValues={":n": {"N": "1000"}},
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    ),
    put_wrong_key=lambda a: a.dynamodb.put_item(**O, Item={"id": {"N": "1"}}),
    put_no_key=lambda a: a.dynamodb.put_item(**O, Item={"who": {"S": "x"}}),
    put_empty_key=lambda a: a.dynamodb.put_item(**O, Item={"id": {"S": ""}}),
    put_bad_number=lambda a: a.dynamodb.put_item(**O, Item={"id": {"S": "n"}, "n": {"N": "ten"}}),
    put_empty_set=lambda a: a.dynamodb.put_item(**O, Item={"id": {"S": "n"}, "n": {"SS": []}}),
    put_large=lambda a: a.dynamodb.put_item(**O, Item={"id": {"S": "n"}, "n": {"S": "x" * 410000}}),
    batch_write=lambda a: a.dynamodb.batch_write_item(
        RequestItems={"orders": [{"PutRequest": {"Item": order(n)}} for n in (7, 8)]}
    ),
    batch_many=lambda a: a.dynamodb.batch_write_item(
        RequestItems={"orders": [{"PutRequest": {"Item": order(n)}} for n in range(1000, 1026)]}
    ),
    batch_same=lambda a: a.dynamodb.batch_write_item(
        RequestItems={"orders": [{"PutRequest": {"Item": order(7)}}] * 2}
    ),
    batch_no_table=lambda a: a.dynamodb.batch_get_item(RequestItems={"nope": {"Keys": [ONE]}}),
)


def reasons(a):
    from botocore.exceptions import ClientError

    try:
        a.dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {**O, "Item": order(4)}},
                {
                    "Put": {
                        **O, "Item": order(1), "ConditionExpression": "attribute_not_exists(id)",
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                },
            ]
        )
    except ClientError as e:
        return [type(e).__name__, [r["Code"] for r in e.response["CancellationReasons"]]]
    return None


each(
    "partiql",
    insert=lambda a: a.dynamodb.execute_statement(
        Statement="INSERT INTO orders VALUE {'id': 'p', 'price': 5}"
    ),
    select=lambda a: a.dynamodb.execute_statement(
        Statement="SELECT * FROM orders WHERE id = ?", Parameters=[{"S": "p"}]
    )["Items"],
    update=lambda a: (
        a.dynamodb.execute_statement(
            Statement="UPDATE orders SET price = ? WHERE id = ?", Parameters=[{"N": "6"}, {"S": "p"}]
        ),
        a.dynamodb.get_item(**O, Key={"id": {"S": "p"}})["Item"],
    )[1],
    delete=lambda a: (
        a.dynamodb.execute_statement(Statement="DELETE FROM orders WHERE id = ?", Parameters=[{"S": "p"}]),
        a.dynamodb.get_item(**O, Key={"id": {"S": "p"}}).get("Item"),
    )[1],
    batch=lambda a: a.dynamodb.batch_execute_statement(
        Statements=[{"Statement": "SELECT price FROM orders WHERE id = '7'"}]
    )["Responses"],
    no_table=lambda a: a.dynamodb.execute_statement(Statement="SELECT * FROM nope WHERE id = '1'"),
    bad=lambda a: a.dynamodb.execute_statement(Statement="SELEKT"),
)


@call
def ddbmore_stream(a):
    arn = a.dynamodb.describe_table(**O)["Table"]["LatestStreamArn"]
    streams = a.dynamodbstreams.list_streams(**O)["Streams"]
    stream = a.dynamodbstreams.describe_stream(StreamArn=arn)["StreamDescription"]
    iterator = a.dynamodbstreams.get_shard_iterator(
        StreamArn=arn, ShardId=stream["Shards"][0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = a.dynamodbstreams.get_records(ShardIterator=iterator)["Records"]
    return [
        [s["TableName"] for s in streams],
        stream["StreamStatus"],
        stream["StreamViewType"],
        stream["KeySchema"],
        records[0]["eventName"],
        sorted(records[0]),
        records[0]["dynamodb"]["Keys"],
        failure(a.dynamodbstreams.describe_stream, StreamArn=arn[:-1] + "x"),
    ]


each(
    "ddbmore",
    ttl_described=lambda a: (
        a.dynamodb.update_time_to_live(
            **O, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ends"}
        ),
        a.dynamodb.describe_time_to_live(**O)["TimeToLiveDescription"],
    ),
    tags=lambda a: (
        a.dynamodb.tag_resource(ResourceArn=arn(a), Tags=[{"Key": "k", "Value": "v"}]),
        a.dynamodb.list_tags_of_resource(ResourceArn=arn(a))["Tags"],
        a.dynamodb.untag_resource(ResourceArn=arn(a), TagKeys=["k"]),
        a.dynamodb.list_tags_of_resource(ResourceArn=arn(a))["Tags"],
    )[1::2],
    by_arn=lambda a: a.dynamodb.get_item(TableName=arn(a), Key=ONE)["Item"]["id"],
    update_table=lambda a: update_table(a),
    list_pages=lambda a: [
        page["TableNames"]
        for page in a.dynamodb.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 1})
    ],
    bad_table_name=lambda a: a.dynamodb.create_table(
        TableName="a!", KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST",
    ),
    bad_schema=lambda a: a.dynamodb.create_table(
        TableName="bad-schema", KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "b", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST",
    ),
    res_index=lambda a: [
        item["id"]
        for item in a.r_dynamodb.Table("orders").query(
            IndexName="by-who", KeyConditionExpression=key("who").eq("ann"), FilterExpression=attr("seen").not_exists()
        )["Items"]
    ],
    res_scan_names=lambda a: sorted(
        item["id"]
        for item in a.r_dynamodb.Table("orders").scan(
            FilterExpression="#t BETWEEN :n AND :m", ExpressionAttributeNames={"#t": "price"},
            ExpressionAttributeValues={":n": 70, ":m": 90},
        )["Items"]
    ),
    res_condition=lambda a: a.r_dynamodb.Table("orders").put_item(
        Item={"id": "1"}, ConditionExpression=attr("id").not_exists()
    ),
    res_transact=lambda a: a.r_dynamodb.meta.client.transact_write_items(
        TransactItems=[{"Put": {**O, "Item": {"id": "res", "n": 1}}}]
    ),
    res_delete=lambda a: a.r_dynamodb.Table("orders").delete_item(Key={"id": "res"}, ReturnValues="ALL_OLD")[
        "Attributes"
    ],
    res_batch_write=lambda a: a.r_dynamodb.batch_write_item(
        RequestItems={"orders": [{"DeleteRequest": {"Key": {"id": "7"}}}]}
    )["UnprocessedItems"],
    delete_table=lambda a: (
        a.dynamodb.delete_table(**O),
        a.dynamodb.get_waiter("table_not_exists").wait(**O),
        a.dynamodb.describe_table(**O),
    ),
)


def update_table(a):
    units = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2}
    index = {"Update": {"IndexName": "by-who", "ProvisionedThroughput": units}}
    a.dynamodb.update_table(
        **O, BillingMode="PROVISIONED", ProvisionedThroughput=units, GlobalSecondaryIndexUpdates=[index]
    )
    found = a.dynamodb.describe_table(**O)["Table"]["ProvisionedThroughput"]
    return {name: found[name] for name in units}


def arn(a):
    return a.dynamodb.describe_table(**O)["Table"]["TableArn"]
