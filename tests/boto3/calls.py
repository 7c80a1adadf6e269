"""Calls of boto3's public interface, to be made of the real one and of the bundled one.

    run(boto3, endpoint) -> {name: result}

A result is what JSON can hold, or {"error": [type, text, response]}. Ids, dates
and what else differs between two runs is normalised. The calls are made in
order and build on each other, so the endpoint must be fresh. Plain Python,
standard library only: it runs in the embedded engine as well.
"""

import datetime
import io
import json
import os
import re
import tempfile
import zipfile
from decimal import Decimal

CALLS = []


def call(function):
    """Register a call under its function's name."""
    CALLS.append((function.__name__, function))
    return function


def each(prefix, **calls):
    """Register several short calls."""
    for name, function in calls.items():
        CALLS.append((prefix + "_" + name, function))


class Aws:
    """The module under test and what the calls leave for each other."""

    def __init__(self, boto3, endpoint):
        self.boto3 = boto3
        self.endpoint = endpoint
        self.options = {
            "endpoint_url": endpoint,
            "region_name": "eu-west-1",
            "aws_access_key_id": "testing",
            "aws_secret_access_key": "testing",
        }
        self._made = {}

    def __getattr__(self, name):
        # aws.s3, aws.sqs, aws.lambda_; aws.r_s3 is the resource.
        if name not in self._made:
            kind = self.boto3.resource if name.startswith("r_") else self.boto3.client
            service = name[2:] if name.startswith("r_") else name.rstrip("_")
            self._made[name] = kind(service, **self.options)
        return self._made[name]

    @property
    def items(self):
        return self.r_dynamodb.Table("items")


# ---- S3 -------------------------------------------------------------------

B = {"Bucket": "bucket"}
K = {"Bucket": "bucket", "Key": "a/hello world+ü.txt"}
WHERE = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}

each(
    "s3",
    create_bucket=lambda a: a.s3.create_bucket(**B, **WHERE),
    create_bucket_again=lambda a: a.s3.create_bucket(**B, **WHERE),
    list_buckets=lambda a: a.s3.list_buckets(),
    head_bucket=lambda a: a.s3.head_bucket(**B),
    head_bucket_404=lambda a: a.s3.head_bucket(Bucket="nope"),
    location=lambda a: a.s3.get_bucket_location(**B)["LocationConstraint"],
    put_str=lambda a: a.s3.put_object(**K, Body="grüß Gott", ContentType="text/plain"),
    put_bytes=lambda a: a.s3.put_object(**B, Key="b.bin", Body=b"\x00\xff" * 10),
    put_file=lambda a: a.s3.put_object(**B, Key="c.txt", Body=io.BytesIO(b"from a file")),
    put_empty=lambda a: a.s3.put_object(**B, Key="empty"),
    put_metadata=lambda a: a.s3.put_object(
        **B, Key="m", Body=b"x", Metadata={"Colour": "red", "n": "1"}, CacheControl="no-store"
    ),
    put_sha256=lambda a: a.s3.put_object(**B, Key="sum", Body=b"x", ChecksumAlgorithm="SHA256"),
    put_text_file=lambda a: a.s3.put_object(**B, Key="t", Body=io.StringIO("text")),
    get=lambda a: a.s3.get_object(**K),
    get_metadata=lambda a: a.s3.get_object(**B, Key="m"),
    get_range=lambda a: a.s3.get_object(**K, Range="bytes=0-3"),
    get_bad_range=lambda a: a.s3.get_object(**K, Range="bytes=900-901"),
    get_404=lambda a: a.s3.get_object(**B, Key="nope"),
    get_no_bucket=lambda a: a.s3.get_object(Bucket="nope", Key="x"),
    head=lambda a: a.s3.head_object(**B, Key="m"),
    head_404=lambda a: a.s3.head_object(**B, Key="nope"),
    not_modified=lambda a: a.s3.get_object(
        **B, Key="c.txt", IfNoneMatch=a.s3.head_object(**B, Key="c.txt")["ETag"]
    ),
    if_match=lambda a: a.s3.get_object(**B, Key="c.txt", IfMatch='"nope"'),
    copy_str=lambda a: a.s3.copy_object(**B, Key="copy1", CopySource="bucket/c.txt"),
    copy_dict=lambda a: a.s3.copy_object(**B, Key="copy2", CopySource=K),
    copy_404=lambda a: a.s3.copy_object(**B, Key="x", CopySource="bucket/nope"),
    list_v2=lambda a: a.s3.list_objects_v2(**B),
    list_v2_prefix=lambda a: a.s3.list_objects_v2(**B, Prefix="a/"),
    list_v2_delimiter=lambda a: a.s3.list_objects_v2(**B, Delimiter="/"),
    list_v2_none=lambda a: a.s3.list_objects_v2(**B, Prefix="zzz"),
    list_v2_max=lambda a: a.s3.list_objects_v2(**B, MaxKeys=2),
    list_v1=lambda a: a.s3.list_objects(**B, MaxKeys=3),
    list_no_bucket=lambda a: a.s3.list_objects_v2(Bucket="nope"),
    paginate=lambda a: [
        [o["Key"] for o in page["Contents"]]
        for page in a.s3.get_paginator("list_objects_v2").paginate(
            **B, PaginationConfig={"PageSize": 3}
        )
    ],
    paginate_max=lambda a: a.s3.get_paginator("list_objects_v2")
    .paginate(**B, PaginationConfig={"MaxItems": 4, "PageSize": 3})
    .build_full_result()["Contents"],
    search=lambda a: list(
        a.s3.get_paginator("list_objects_v2").paginate(**B).search("Contents[?Size > `5`].Key")
    ),
    put_tagging=lambda a: a.s3.put_object_tagging(
        **K, Tagging={"TagSet": [{"Key": "k+-=:/@", "Value": "v 1"}]}
    ),
    get_tagging=lambda a: a.s3.get_object_tagging(**K),
    bucket_tagging=lambda a: a.s3.put_bucket_tagging(
        **B, Tagging={"TagSet": [{"Key": "team", "Value": "blue"}]}
    ),
    get_bucket_tagging=lambda a: a.s3.get_bucket_tagging(**B),
    no_tagging=lambda a: (
        a.s3.create_bucket(Bucket="other", **WHERE),
        a.s3.get_bucket_tagging(Bucket="other"),
    ),
    delete=lambda a: a.s3.delete_object(**B, Key="copy1"),
    delete_many=lambda a: a.s3.delete_objects(
        **B, Delete={"Objects": [{"Key": "copy2"}, {"Key": "line\nbreak & <>"}]}
    ),
    delete_bucket_full=lambda a: a.s3.delete_bucket(**B),
    versioning=lambda a: a.s3.put_bucket_versioning(
        Bucket="other", VersioningConfiguration={"Status": "Enabled"}
    ),
    get_versioning=lambda a: a.s3.get_bucket_versioning(Bucket="other"),
    list_versions=lambda a: (
        a.s3.put_object(Bucket="other", Key="v", Body=b"1"),
        a.s3.put_object(Bucket="other", Key="v", Body=b"2"),
        a.s3.list_object_versions(Bucket="other"),
    )[2],
    notification=lambda a: a.s3.get_bucket_notification_configuration(Bucket="other"),
    waiter=lambda a: a.s3.get_waiter("object_exists").wait(**K),
    waiter_fails=lambda a: a.s3.get_waiter("object_exists").wait(
        **B, Key="nope", WaiterConfig={"Delay": 0, "MaxAttempts": 2}
    ),
)


@call
def s3_streaming(a):
    a.s3.put_object(**B, Key="lines", Body=b"one\ntwo\r\nthree")
    get = lambda: a.s3.get_object(**B, Key="lines")["Body"]  # noqa: E731
    with get() as stream:
        entered = stream.read()
    body = get()
    parts = [body.read(4), body.read(2), body.read(), body.read()]
    return [
        list(get().iter_lines()),
        list(get().iter_lines(keepends=True)),
        list(get().iter_chunks(5)),
        list(get()),
        entered,
        parts,
        json.load(a.s3.get_object(**B, Key="j")["Body"]) if put(a, "j", b'{"a": 1}') else None,
        type(body).__name__,
    ]


def put(a, key, body):
    return a.s3.put_object(**B, Key=key, Body=body)


@call
def s3_multipart(a):
    start = a.s3.create_multipart_upload(**B, Key="big")
    upload = {"Key": "big", "UploadId": start["UploadId"], **B}
    body = b"x" * (5 * 1024 * 1024)
    parts = []
    for number, chunk in ((1, body), (2, b"end")):
        answer = a.s3.upload_part(**upload, PartNumber=number, Body=chunk)
        parts.append({"ETag": answer["ETag"], "PartNumber": number})
    listed = a.s3.list_parts(**upload)
    done = a.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    return [start, listed, done, a.s3.head_object(**B, Key="big")["ContentLength"]]


@call
def s3_files(a):
    seen, folder = [], tempfile.mkdtemp()
    source, target = os.path.join(folder, "in"), os.path.join(folder, "out")
    with open(source, "wb") as stream:
        stream.write(b"file")
    a.s3.upload_file(source, "bucket", "up", ExtraArgs={"Metadata": {"a": "b"}})
    a.s3.download_file("bucket", "up", target, Callback=seen.append)
    a.s3.upload_fileobj(io.BytesIO(b"object"), "bucket", "up2")
    into = io.BytesIO()
    a.s3.download_fileobj("bucket", "up2", into)
    a.s3.copy({"Bucket": "bucket", "Key": "up"}, "bucket", "up3")
    with open(target, "rb") as stream:
        return [stream.read(), sum(seen), into.getvalue(), a.s3.head_object(**B, Key="up3")]


@call
def s3_upload_large(a):
    seen = []
    a.s3.upload_fileobj(io.BytesIO(b"y" * (9 * 1024 * 1024)), "bucket", "large", Callback=seen.append)
    head = a.s3.head_object(**B, Key="large")
    return [head["ContentLength"], head["ETag"][-3:], sum(seen)]


each(
    "s3",
    upload_missing=lambda a: a.s3.upload_file("/does/not/exist", "bucket", "x"),
    upload_no_bucket=lambda a: a.s3.upload_file(__file__, "nope", "x"),
    upload_bad_args=lambda a: a.s3.upload_file(__file__, "bucket", "x", ExtraArgs={"No": 1}),
    download_404=lambda a: a.s3.download_file("bucket", "nope", "/tmp/never"),
    copy_bad=lambda a: a.s3.copy("bucket/up", "bucket", "x"),
    presign=lambda a: a.s3.generate_presigned_url("get_object", Params=K).split("?")[0],
    presign_bad=lambda a: a.s3.generate_presigned_url("nope"),
    presign_missing=lambda a: a.s3.generate_presigned_url("get_object", Params=B),
    meta=lambda a: [
        a.s3.meta.region_name,
        a.s3.meta.service_model.service_name,
        a.s3.meta.endpoint_url == a.endpoint,
        type(a.s3).__name__,
        a.s3.can_paginate("list_objects_v2"),
        a.s3.can_paginate("put_object"),
        a.s3.waiter_names,
        issubclass(a.s3.exceptions.NoSuchKey, a.s3.exceptions.ClientError),
    ],
    catch=lambda a: caught(
        lambda: a.s3.get_object(**B, Key="nope"), a.s3.exceptions.NoSuchKey
    ),
    bad_bucket=lambda a: a.s3.list_objects_v2(Bucket="no/slash"),
    bad_metadata=lambda a: put_meta(a, {"a": "ü"}),
    bad_metadata_type=lambda a: put_meta(a, {"a": 1}),
    bad_body=lambda a: a.s3.put_object(**B, Key="x", Body={"a": 1}),
    bad_key=lambda a: a.s3.get_object(**B, Key=""),
    missing=lambda a: a.s3.get_object(),
    positional=lambda a: a.s3.get_object("bucket", "key"),
    no_method=lambda a: a.s3.fetch_object(),
    no_exception=lambda a: str(getattr(a.s3.exceptions, "Nope", None)),
    no_paginator=lambda a: a.s3.get_paginator("put_object"),
    no_waiter=lambda a: a.s3.get_waiter("nope"),
)


def put_meta(a, metadata):
    return a.s3.put_object(**B, Key="x", Body=b"", Metadata=metadata)


def caught(function, kind):
    try:
        function()
    except kind as e:
        return [type(e).__name__, e.operation_name, sorted(e.response)]
    return None


# ---- The S3 resource ------------------------------------------------------

each(
    "s3res",
    bucket=lambda a: [repr(a.r_s3), repr(a.r_s3.Bucket("bucket")), a.r_s3.Bucket("x").name],
    objects=lambda a: [o.key for o in a.r_s3.Bucket("bucket").objects.all()],
    filter=lambda a: [
        (o.key, o.size, o.bucket_name, repr(o))
        for o in a.r_s3.Bucket("bucket").objects.filter(Prefix="b")
    ],
    limit=lambda a: [o.key for o in a.r_s3.Bucket("bucket").objects.limit(2)],
    pages=lambda a: [len(p) for p in a.r_s3.Bucket("bucket").objects.page_size(4).pages()],
    buckets=lambda a: [b.name for b in a.r_s3.buckets.all()],
    put=lambda a: a.r_s3.Object("bucket", "r1").put(Body=b"resource"),
    get=lambda a: a.r_s3.Object("bucket", "r1").get()["Body"].read(),
    attributes=lambda a: [
        getattr(a.r_s3.Object("bucket", "r1"), name)
        for name in ("content_length", "e_tag", "last_modified", "metadata", "key")
    ],
    load_404=lambda a: a.r_s3.Object("bucket", "nope").load(),
    copy_from=lambda a: a.r_s3.Object("bucket", "r2").copy_from(CopySource="bucket/r1"),
    put_object=lambda a: repr(a.r_s3.Bucket("bucket").put_object(Key="r3", Body=b"3")),
    delete=lambda a: a.r_s3.Object("bucket", "r2").delete(),
    delete_objects=lambda a: a.r_s3.Bucket("bucket").delete_objects(
        Delete={"Objects": [{"Key": "r3"}]}
    ),
    delete_all=lambda a: [
        r["ResponseMetadata"]["HTTPStatusCode"]
        for r in a.r_s3.Bucket("other").object_versions.delete()
    ],
    missing_id=lambda a: a.r_s3.Bucket(),
    equal=lambda a: a.r_s3.Bucket("a") == a.r_s3.Bucket("a") != a.r_s3.Bucket("b"),
    no_attribute=lambda a: a.r_s3.Bucket("bucket").nope,
)

# ---- DynamoDB -------------------------------------------------------------

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


# ---- SQS and SNS ----------------------------------------------------------


@call
def sqs_create(a):
    answer = a.sqs.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "5"})
    a.url = answer["QueueUrl"]
    a.q = {"QueueUrl": a.url}
    return answer


@call
def sqs_send_and_receive(a):
    sent = a.sqs.send_message(
        **a.q,
        MessageBody="hello ü & <>",
        MessageAttributes={
            "s": {"DataType": "String", "StringValue": "x"},
            "b": {"DataType": "Binary", "BinaryValue": b"\x00"},
        },
    )
    got = a.sqs.receive_message(
        **a.q, AttributeNames=["All"], MessageAttributeNames=["All"], MaxNumberOfMessages=10
    )
    message = got["Messages"][0]
    handle = {"ReceiptHandle": message["ReceiptHandle"], **a.q}
    return [
        sent,
        {**message, "Attributes": sorted(message["Attributes"])},
        a.sqs.change_message_visibility(**handle, VisibilityTimeout=0),
        a.sqs.delete_message(**handle),
        a.sqs.receive_message(**a.q).get("Messages"),
    ]


each(
    "sqs",
    send_batch=lambda a: a.sqs.send_message_batch(
        **a.q, Entries=[{"Id": str(i), "MessageBody": "m%d" % i} for i in range(3)]
    ),
    batch_empty=lambda a: a.sqs.send_message_batch(**a.q, Entries=[]),
    attributes=lambda a: sorted(
        a.sqs.get_queue_attributes(**a.q, AttributeNames=["All"])["Attributes"]
    ),
    count=lambda a: a.sqs.get_queue_attributes(
        **a.q, AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"],
    url=lambda a: a.sqs.get_queue_url(QueueName="jobs"),
    url_404=lambda a: a.sqs.get_queue_url(QueueName="nope"),
    catch=lambda a: caught(
        lambda: a.sqs.get_queue_url(QueueName="nope"), a.sqs.exceptions.QueueDoesNotExist
    ),
    list=lambda a: a.sqs.list_queues(),
    purge=lambda a: a.sqs.purge_queue(**a.q),
    bad_handle=lambda a: a.sqs.delete_message(**a.q, ReceiptHandle="nope"),
    bad_missing=lambda a: a.sqs.send_message(**a.q),
    bad_attribute=lambda a: a.sqs.send_message(
        **a.q, MessageBody="x", MessageAttributes={"a": {"StringValue": "x"}}
    ),
    fifo=lambda a: a.sqs.send_message(
        QueueUrl=a.sqs.create_queue(QueueName="f.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"],
        MessageBody="x",
        MessageGroupId="g",
        MessageDeduplicationId="d",
    ),
    tags=lambda a: (a.sqs.tag_queue(**a.q, Tags={"k": "v"}), a.sqs.list_queue_tags(**a.q)["Tags"])[1],
)


@call
def sns_create(a):
    answer = a.sns.create_topic(Name="news", Tags=[{"Key": "k", "Value": "v"}])
    a.topic = {"TopicArn": answer["TopicArn"]}
    return answer


each(
    "sns",
    subscribe=lambda a: a.sns.subscribe(
        **a.topic,
        Protocol="sqs",
        Endpoint="arn:aws:sqs:eu-west-1:123456789012:jobs",
        ReturnSubscriptionArn=True,
        Attributes={"RawMessageDelivery": "false"},
    ),
    publish=lambda a: a.sns.publish(
        **a.topic,
        Message="extra, extra ü+&=",
        Subject="s",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "x"}},
    ),
    delivered=lambda a: json.loads(a.sqs.receive_message(**a.q)["Messages"][0]["Body"])["Message"],
    publish_batch=lambda a: a.sns.publish_batch(
        **a.topic,
        PublishBatchRequestEntries=[{"Id": "1", "Message": "a"}, {"Id": "2", "Message": "b"}],
    ),
    publish_404=lambda a: a.sns.publish(
        TopicArn="arn:aws:sns:eu-west-1:123456789012:nope", Message="x"
    ),
    attributes=lambda a: sorted(a.sns.get_topic_attributes(**a.topic)["Attributes"]),
    subscriptions=lambda a: a.sns.list_subscriptions_by_topic(**a.topic),
    topics=lambda a: a.sns.list_topics(),
    paginate=lambda a: list(a.sns.get_paginator("list_topics").paginate().search("Topics[].TopicArn")),
    tags=lambda a: a.sns.list_tags_for_resource(ResourceArn=a.topic["TopicArn"]),
    set_attributes=lambda a: a.sns.set_topic_attributes(
        **a.topic, AttributeName="DisplayName", AttributeValue="News"
    ),
    bad_missing=lambda a: a.sns.publish(**a.topic),
    delete=lambda a: a.sns.delete_topic(**a.topic),
)

# ---- EventBridge, Logs, STS, CloudWatch -----------------------------------

WHEN = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
LOG = {"logGroupName": "/app", "logStreamName": "s"}

each(
    "events",
    put_rule=lambda a: a.events.put_rule(Name="r", EventPattern=json.dumps({"source": ["app"]})),
    put_schedule=lambda a: a.events.put_rule(Name="every", ScheduleExpression="rate(5 minutes)"),
    put_targets=lambda a: a.events.put_targets(
        Rule="r", Targets=[{"Id": "1", "Arn": "arn:aws:sqs:eu-west-1:123456789012:jobs"}]
    ),
    list_targets=lambda a: a.events.list_targets_by_rule(Rule="r"),
    describe=lambda a: a.events.describe_rule(Name="r"),
    describe_404=lambda a: a.events.describe_rule(Name="nope"),
    list=lambda a: a.events.list_rules(),
    put=lambda a: a.events.put_events(
        Entries=[{"Source": "app", "DetailType": "t", "Detail": '{"a": 1}', "Time": WHEN}]
    ),
    bus=lambda a: a.events.create_event_bus(Name="mine"),
    buses=lambda a: a.events.list_event_buses(),
    bad=lambda a: a.events.put_events(Entries=[{"Sauce": "app"}]),
)
each(
    "logs",
    group=lambda a: a.logs.create_log_group(logGroupName="/app"),
    group_again=lambda a: a.logs.create_log_group(logGroupName="/app"),
    stream=lambda a: a.logs.create_log_stream(**LOG),
    put=lambda a: sorted(
        a.logs.put_log_events(
            **LOG, logEvents=[{"timestamp": int(datetime.datetime.now().timestamp() * 1000), "message": "hi ü"}]
        )
    ),
    get=lambda a: [e["message"] for e in a.logs.get_log_events(**LOG)["events"]],
    filter=lambda a: [
        e["message"] for e in a.logs.filter_log_events(logGroupName="/app", filterPattern="hi")["events"]
    ],
    groups=lambda a: [g["logGroupName"] for g in a.logs.describe_log_groups()["logGroups"]],
    streams=lambda a: [
        s["logStreamName"]
        for p in a.logs.get_paginator("describe_log_streams").paginate(logGroupName="/app")
        for s in p["logStreams"]
    ],
    missing=lambda a: a.logs.get_log_events(logGroupName="/nope", logStreamName="s"),
    retention=lambda a: a.logs.put_retention_policy(logGroupName="/app", retentionInDays=7),
)
each(
    "sts",
    identity=lambda a: a.sts.get_caller_identity(),
    assume=lambda a: sorted(
        a.sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="me")
    ),
    bad=lambda a: a.sts.assume_role(RoleArn="short", RoleSessionName="m"),
)
each(
    "cloudwatch",
    put=lambda a: a.cloudwatch.put_metric_data(
        Namespace="App",
        MetricData=[
            {
                "MetricName": "Orders",
                "Value": 2.5,
                "Unit": "Count",
                "Timestamp": datetime.datetime.now(datetime.timezone.utc),
                "Dimensions": [{"Name": "d", "Value": "1"}],
            },
            {"MetricName": "Orders", "Values": [1.0, 2.0], "Counts": [1, 1]},
        ],
    ),
    list=lambda a: sorted(m["MetricName"] for m in a.cloudwatch.list_metrics(Namespace="App")["Metrics"]),
    statistics=lambda a: a.cloudwatch.get_metric_statistics(
        Namespace="App",
        MetricName="Orders",
        Dimensions=[{"Name": "d", "Value": "1"}],
        StartTime=datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=5),
        EndTime=datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=5),
        Period=60,
        Statistics=["Sum", "Average"],
    )["Label"],
    bad=lambda a: a.cloudwatch.put_metric_data(Namespace="App", MetricData=[{"Value": "x"}]),
)

# ---- Lambda ---------------------------------------------------------------


def code():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        info = zipfile.ZipInfo("app.py", (2026, 1, 1, 0, 0, 0))
        archive.writestr(info, "def handler(event, context):\n    return event\n")
    return {"ZipFile": held.getvalue()}


FN = {"FunctionName": "fn"}
ROLE = "arn:aws:iam::123456789012:role/r"
each(
    "lambda",
    create=lambda a: a.lambda_.create_function(
        **FN, Runtime="python3.12", Role=ROLE, Handler="app.handler", Code=code(),
        Environment={"Variables": {"A": "1"}}, Tags={"k": "v"}, Timeout=9,
    ),
    create_again=lambda a: a.lambda_.create_function(
        **FN, Runtime="python3.12", Role=ROLE, Handler="app.handler", Code=code()
    ),
    get=lambda a: sorted(a.lambda_.get_function(**FN)),
    configuration=lambda a: a.lambda_.get_function_configuration(**FN)["Environment"],
    get_404=lambda a: a.lambda_.get_function(FunctionName="nope"),
    list=lambda a: [f["FunctionName"] for f in a.lambda_.list_functions()["Functions"]],
    paginate=lambda a: list(
        a.lambda_.get_paginator("list_functions").paginate().search("Functions[].FunctionName")
    ),
    waiter=lambda a: a.lambda_.get_waiter("function_active_v2").wait(**FN),
    update=lambda a: a.lambda_.update_function_configuration(**FN, MemorySize=256)["MemorySize"],
    invoke=lambda a: invoked(a, Payload=b'{"a": 1}'),
    invoke_str=lambda a: invoked(a, Payload='{"ü": 1}', LogType="Tail"),
    invoke_event=lambda a: invoked(a, InvocationType="Event"),
    invoke_404=lambda a: a.lambda_.invoke(FunctionName="nope"),
    invoke_bad=lambda a: a.lambda_.invoke(**FN, Payload={"a": 1}),
    catch=lambda a: caught(
        lambda: a.lambda_.get_function(FunctionName="nope"),
        a.lambda_.exceptions.ResourceNotFoundException,
    ),
    publish=lambda a: a.lambda_.publish_version(**FN)["Version"],
    alias=lambda a: a.lambda_.create_alias(**FN, Name="live", FunctionVersion="1"),
    get_alias=lambda a: a.lambda_.get_alias(**FN, Name="live")["FunctionVersion"],
    permission=lambda a: sorted(
        a.lambda_.add_permission(
            **FN, StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
        )
    ),
    concurrency=lambda a: a.lambda_.put_function_concurrency(**FN, ReservedConcurrentExecutions=3),
    mapping=lambda a: sorted(
        a.lambda_.create_event_source_mapping(
            **FN, EventSourceArn="arn:aws:sqs:eu-west-1:123456789012:jobs", BatchSize=5
        )
    ),
    mappings=lambda a: [
        m["BatchSize"] for m in a.lambda_.list_event_source_mappings(**FN)["EventSourceMappings"]
    ],
    arn=lambda a: a.lambda_.list_tags(Resource="arn:aws:lambda:eu-west-1:123456789012:function:fn")["Tags"],
    delete=lambda a: a.lambda_.delete_function(**FN),
)


def invoked(a, **more):
    answer = a.lambda_.invoke(**FN, **more)
    return [type(answer["Payload"]).__name__, sorted(answer), answer["StatusCode"]]


# ---- Sessions, settings and other errors ----------------------------------


def other(a, service="s3", **options):
    return a.boto3.client(service, **dict(a.options, **options))


def config(**options):
    from botocore.config import Config

    return Config(**options)


each(
    "session",
    region=lambda a: a.boto3.Session(region_name="us-west-2").region_name,
    client=lambda a: a.boto3.session.Session(
        aws_access_key_id="k", aws_secret_access_key="s", region_name="us-west-2"
    ).client("sqs", endpoint_url=a.endpoint).meta.region_name,
    credentials=lambda a: a.boto3.Session(
        aws_access_key_id="k", aws_secret_access_key="s", aws_session_token="t"
    ).get_credentials().token,
    partial=lambda a: other(a, aws_secret_access_key=None),
    config_region=lambda a: other(a, region_name=None, config=config(region_name="sa-east-1")).meta.region_name,
    bad_region=lambda a: other(a, "sqs", region_name="not a region"),
    bad_endpoint=lambda a: other(a, endpoint_url="localhost"),
    refused=lambda a: other(a, endpoint_url="http://127.0.0.1:1", config=config(retries={"total_max_attempts": 1})).list_buckets(),
    bad_config=lambda a: config(nope=1),
    bad_retries=lambda a: config(retries={"max_attempts": -1}),
    bad_mode=lambda a: config(retries={"mode": "nope"}),
    no_resource=lambda a: a.boto3.resource("lambda", **a.options),
    client_error=lambda a: client_error(),
    validation_off=lambda a: other(a, "sns", config=config(parameter_validation=False)).list_topics()["Topics"],
)


def client_error():
    from botocore.exceptions import ClientError

    e = ClientError({"Error": {"Code": "Boom", "Message": "bang"}}, "PutItem")
    return [str(e), e.response["Error"]["Code"], e.operation_name, str(ClientError({}, "X"))]


@call
def session_streaming_body(a):
    """What tests and csv or gzip readers do with a body."""
    import codecs
    import gzip

    from botocore.response import StreamingBody

    put(a, "gz", gzip.compress(b"zipped"))
    put(a, "csv", "a,ü\nb,c\n".encode())
    csv = lambda: a.s3.get_object(**B, Key="csv")["Body"]  # noqa: E731
    made = StreamingBody(io.BytesIO(b"made"), 4)
    short = StreamingBody(io.BytesIO(b"made"), 5)
    buffer = bytearray(3)
    return [
        gzip.GzipFile(fileobj=a.s3.get_object(**B, Key="gz")["Body"]).read(),
        list(codecs.getreader("utf-8")(csv())),
        [line.decode() for line in csv().readlines()],
        made.read(),
        csv().readinto(buffer),
        bytes(buffer),
        csv().readable(),
        failure(short.read),
    ]


def failure(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as e:
        return [type(e).__name__, str(e)]


@call
def session_stubber(a):
    from botocore.stub import ANY, Stubber

    client = other(a, "sqs")
    with Stubber(client) as stubber:
        stubber.add_response("send_message", {"MessageId": "1"}, {"QueueUrl": "u", "MessageBody": ANY})
        stubber.add_client_error("get_queue_url", "AWS.SimpleQueueService.NonExistentQueue", "gone")
        stubber.add_response("list_queues", {"QueueUrls": []}, {"MaxResults": 1})
        found = [
            client.send_message(QueueUrl="u", MessageBody="x"),
            failure(client.get_queue_url, QueueName="q"),
            failure(stubber.assert_no_pending_responses),
            failure(client.list_queues, MaxResults=2),
            failure(client.get_queue_url, QueueName="q"),
            client.list_queues(MaxResults=1),
            failure(client.list_queues),
            failure(stubber.add_response, "list_queues", {"Nope": 1}),
            failure(stubber.add_response, "nope", {}),
        ]
    return found


@call
def session_pickle(a):
    import pickle

    from botocore.exceptions import ClientError, NoRegionError

    e = pickle.loads(pickle.dumps(ClientError({"Error": {"Code": "C", "Message": "m"}}, "Op")))
    return [str(e), str(pickle.loads(pickle.dumps(NoRegionError())))]


# ---- Running --------------------------------------------------------------

_VOLATILE = [
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"127\.0\.0\.1:\d{2,5}"), "<endpoint>"),
    (re.compile(r"0x[0-9a-f]{6,}"), "<address>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|\+0000|\+00:00)?"), "<time>"),
    (re.compile(r"(/\S*)?/calls\.py"), "<file>"),
]
_IDS = frozenset(
    """RequestId HostId VersionId UploadId ReceiptHandle MessageId RevisionId CodeSha256
    SequenceNumber NextToken ContinuationToken NextContinuationToken CodeSize TableId
    MD5OfMessageAttributes CreationDateTime""".split()
)


def plain(value, name=""):
    """Make a result JSON can hold and that two runs agree on."""
    if name == "ResponseMetadata":
        return {k: plain(value[k], k) for k in ("HTTPStatusCode", "RetryAttempts") if k in value}
    if name in _IDS and isinstance(value, (str, int)):
        return "<%s>" % name
    if isinstance(value, dict):
        return {str(k): plain(v, k) for k, v in sorted(value.items(), key=lambda kv: str(kv[0]))}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(json.dumps(plain(v)) for v in value)}
    if isinstance(value, datetime.datetime):
        return "<datetime %s>" % value.tzinfo
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": bytes(value).decode("latin-1")}
    if type(value).__name__ == "Binary":
        return {"Binary": plain(value.value)}
    if isinstance(value, Decimal):
        return {"Decimal": str(value)}
    if type(value).__name__ in ("StreamingBody", "StreamingChecksumBody"):
        return {"stream": plain(value.read())}
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    for pattern, instead in _VOLATILE:
        text = pattern.sub(instead, text)
    return text


def run(boto3, endpoint, only=None):
    """Make all calls of one module at a fresh endpoint."""
    aws = Aws(boto3, endpoint)
    results = {}
    for name, function in CALLS:
        if only and not name.startswith(only):
            continue
        try:
            results[name] = plain(function(aws))
        except Exception as e:
            response = getattr(e, "response", None) or {}
            results[name] = {"error": [type(e).__name__, plain(str(e)), plain(response)]}
    return results
