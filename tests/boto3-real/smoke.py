"""Calls a running endpoint with the real boto3. See README.md."""
import io
import json
import socket
import time
import urllib.error
import urllib.request
from decimal import Decimal

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError

PASSED = []


def check(name):
    def run(test):
        test()
        PASSED.append(name)
    return run


def code(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


config = Config(retries={"max_attempts": 1})
s3 = boto3.client("s3", config=config)
dynamodb = boto3.resource("dynamodb", config=config)
sqs = boto3.client("sqs", config=config)


@check("s3 objects")
def _():
    s3.create_bucket(Bucket="smoke")
    answer = s3.put_object(Bucket="smoke", Key="a b+c@é.txt", Body=b"hello", Metadata={"Who": "me"}, ContentType="text/plain")
    assert answer["ETag"] == '"5d41402abc4b2a76b9719d911017c592"', answer
    answer = s3.get_object(Bucket="smoke", Key="a b+c@é.txt")
    assert answer["Body"].read() == b"hello"
    assert answer["Metadata"] == {"who": "me"} and answer["ContentType"] == "text/plain"
    assert answer["ResponseMetadata"]["RequestId"]
    assert s3.get_object(Bucket="smoke", Key="a b+c@é.txt", Range="bytes=1-2")["Body"].read() == b"el"
    assert code(s3.get_object, Bucket="smoke", Key="none") == "NoSuchKey"
    assert code(s3.get_object, Bucket="nothing", Key="none") == "NoSuchBucket"
    assert code(s3.head_object, Bucket="smoke", Key="none") == "404"
    assert code(s3.put_object, Bucket="smoke", Key="a b+c@é.txt", Body=b"x", IfNoneMatch="*") == "PreconditionFailed"
    s3.copy_object(Bucket="smoke", Key="copy", CopySource={"Bucket": "smoke", "Key": "a b+c@é.txt"})
    assert s3.head_object(Bucket="smoke", Key="copy")["Metadata"] == {"who": "me"}
    s3.delete_object(Bucket="smoke", Key="copy")
    try:
        s3.get_object(Bucket="smoke", Key="copy")
    except s3.exceptions.NoSuchKey:
        pass


@check("s3 streams and files")
def _():
    big = bytes(range(256)) * 40_000
    s3.upload_fileobj(io.BytesIO(big), "smoke", "big", Config=boto3.s3.transfer.TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20))
    out = io.BytesIO()
    s3.download_fileobj("smoke", "big", out)
    assert out.getvalue() == big
    assert s3.head_object(Bucket="smoke", Key="big")["ETag"].endswith('-2"')
    s3.download_file("smoke", "big", "/tmp/smoke-big")
    s3.put_object(Bucket="smoke", Key="stream", Body=io.BytesIO(b"abc"), ChecksumAlgorithm="SHA256")
    assert s3.get_object(Bucket="smoke", Key="stream", ChecksumMode="ENABLED")["ChecksumSHA256"]


@check("s3 listings")
def _():
    for n in range(25):
        s3.put_object(Bucket="smoke", Key=f"list/{n:02}", Body=b"x")
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket="smoke", Prefix="list/", PaginationConfig={"PageSize": 10}))
    assert [page["KeyCount"] for page in pages] == [10, 10, 5]
    answer = s3.list_objects_v2(Bucket="smoke", Delimiter="/")
    assert [prefix["Prefix"] for prefix in answer["CommonPrefixes"]] == ["list/"]
    assert "a b+c@é.txt" in [entry["Key"] for entry in answer["Contents"]]
    assert len(s3.list_objects(Bucket="smoke", Prefix="list/")["Contents"]) == 25
    answer = s3.delete_objects(Bucket="smoke", Delete={"Objects": [{"Key": f"list/{n:02}"} for n in range(25)]})
    assert len(answer["Deleted"]) == 25
    assert "Contents" not in s3.list_objects_v2(Bucket="smoke", Prefix="list/")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["smoke"]


@check("s3 versions and tags")
def _():
    s3.create_bucket(Bucket="versions")
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    one = s3.put_object(Bucket="versions", Key="k", Body=b"1", Tagging="a=b")["VersionId"]
    s3.put_object(Bucket="versions", Key="k", Body=b"2")
    assert s3.get_object(Bucket="versions", Key="k", VersionId=one)["Body"].read() == b"1"
    assert s3.get_object_tagging(Bucket="versions", Key="k", VersionId=one)["TagSet"] == [{"Key": "a", "Value": "b"}]
    assert s3.delete_object(Bucket="versions", Key="k")["DeleteMarker"]
    answer = s3.list_object_versions(Bucket="versions")
    assert len(answer["Versions"]) == 2 and len(answer["DeleteMarkers"]) == 1
    assert code(s3.delete_bucket, Bucket="versions") == "BucketNotEmpty"


@check("s3 presigned")
def _():
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "smoke", "Key": "a b+c@é.txt"}, ExpiresIn=60)
    assert urllib.request.urlopen(url).read() == b"hello"
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "smoke", "Key": "signed"}, ExpiresIn=60)
    urllib.request.urlopen(urllib.request.Request(url, data=b"put", method="PUT", headers={"Content-Type": ""}))
    assert s3.get_object(Bucket="smoke", Key="signed")["Body"].read() == b"put"
    try:
        urllib.request.urlopen(urllib.request.Request(url.replace("signed?", "other?"), data=b"x", method="PUT", headers={"Content-Type": ""}))
        raise AssertionError("accepted")
    except urllib.error.HTTPError as error:
        assert error.code == 403, error.code


@check("s3 buckets in the host name")
def _():
    host = s3.meta.endpoint_url.split("//")[1].replace("127.0.0.1", "localhost")
    try:
        socket.getaddrinfo("smoke." + host.split(":")[0], None)
    except OSError:
        print("names below localhost do not resolve here: skipped")
        return
    virtual = boto3.client("s3", endpoint_url="http://" + host, config=Config(s3={"addressing_style": "virtual"}))
    assert virtual.get_object(Bucket="smoke", Key="a b+c@é.txt")["Body"].read() == b"hello"


@check("s3 notifications")
def _():
    rule = {"Id": "r", "LambdaFunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f", "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}}
    s3.put_bucket_notification_configuration(Bucket="smoke", NotificationConfiguration={"LambdaFunctionConfigurations": [rule]})
    found = s3.get_bucket_notification_configuration(Bucket="smoke")["LambdaFunctionConfigurations"]
    assert found[0]["Filter"]["Key"]["FilterRules"] == [{"Name": "Prefix", "Value": "in/"}], found
    s3.put_object(Bucket="smoke", Key="in/x y", Body=b"")


@check("s3 presigned with version 4")
def _():
    v4 = boto3.client("s3", config=Config(signature_version="s3v4"))
    url = v4.generate_presigned_url("get_object", Params={"Bucket": "smoke", "Key": "a b+c@é.txt"}, ExpiresIn=60)
    assert urllib.request.urlopen(url).read() == b"hello"


@check("dynamodb")
def _():
    table = dynamodb.create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
    table.wait_until_exists()
    assert table.table_arn == "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
    table.put_item(Item={"id": "1", "total": Decimal("12.5"), "tags": {"a", "b"}})
    assert table.get_item(Key={"id": "1"})["Item"]["total"] == Decimal("12.5")
    assert "Item" not in table.get_item(Key={"id": "none"})
    answer = table.update_item(Key={"id": "1"}, UpdateExpression="ADD hits :one", ExpressionAttributeValues={":one": 1}, ReturnValues="UPDATED_NEW")
    assert answer["Attributes"] == {"hits": 1}
    try:
        table.put_item(Item={"id": "1"}, ConditionExpression="attribute_not_exists(id)")
        raise AssertionError("accepted")
    except dynamodb.meta.client.exceptions.ConditionalCheckFailedException as error:
        assert error.response["Error"]["Message"] == "The conditional request failed"
    assert code(dynamodb.Table("none").get_item, Key={"id": "1"}) == "ResourceNotFoundException"
    with table.batch_writer() as batch:
        for n in range(60):
            batch.put_item(Item={"id": f"b{n}"})
    assert table.scan(Select="COUNT")["Count"] == 61
    assert code(dynamodb.meta.client.describe_limits) == "UnknownOperationException"


@check("dynamodb streams")
def _():
    streams = boto3.client("dynamodbstreams", config=config)
    arn = streams.list_streams(TableName="orders")["Streams"][0]["StreamArn"]
    assert arn == dynamodb.Table("orders").latest_stream_arn, arn
    description = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert description["StreamViewType"] == "NEW_IMAGE"
    shard = description["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    assert records[0]["eventName"] == "INSERT" and records[0]["awsRegion"] == "us-east-1"
    assert "OldImage" not in records[1]["dynamodb"], records[1]


@check("sqs")
def _():
    url = sqs.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "5"})["QueueUrl"]
    assert sqs.get_queue_url(QueueName="jobs")["QueueUrl"] == url
    sqs.send_message(QueueUrl=url, MessageBody="héllo", MessageAttributes={"n": {"DataType": "Number", "StringValue": "1"}, "b": {"DataType": "Binary", "BinaryValue": b"\0\1"}})
    message = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"])["Messages"][0]
    assert message["Body"] == "héllo" and message["MessageAttributes"]["b"]["BinaryValue"] == b"\0\1"
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    message = sqs.receive_message(QueueUrl=url)["Messages"][0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    answer = sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": str(n), "MessageBody": "x"} for n in range(10)])
    assert len(answer["Successful"]) == 10
    assert len(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]) == 10
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"].endswith(":jobs")
    assert code(sqs.send_message, QueueUrl=url + "-none", MessageBody="x") == "AWS.SimpleQueueService.NonExistentQueue"
    try:
        sqs.get_queue_url(QueueName="none")
    except sqs.exceptions.QueueDoesNotExist:
        pass
    resource = boto3.resource("sqs", config=config).get_queue_by_name(QueueName="jobs")
    resource.send_message(MessageBody="r")


@check("sqs fifo")
def _():
    url = sqs.create_queue(QueueName="jobs.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"})["QueueUrl"]
    first = sqs.send_message(QueueUrl=url, MessageBody="a", MessageGroupId="g")
    again = sqs.send_message(QueueUrl=url, MessageBody="a", MessageGroupId="g")
    assert first["MessageId"] == again["MessageId"] and first["SequenceNumber"]
    assert code(sqs.send_message, QueueUrl=url, MessageBody="b") == "MissingParameter"


@check("sns")
def _():
    sns = boto3.client("sns", config=config)
    topic = sns.create_topic(Name="news", Tags=[{"Key": "a", "Value": "b"}])["TopicArn"]
    url = sqs.create_queue(QueueName="readers")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"FilterPolicy": '{"kind": ["x"]}'}, ReturnSubscriptionArn=True)["SubscriptionArn"]
    sns.publish(TopicArn=topic, Message="no", MessageAttributes={"kind": {"DataType": "String", "StringValue": "y"}})
    assert sns.publish(TopicArn=topic, Message="<yes> & ü", Subject="s", MessageAttributes={"kind": {"DataType": "String", "StringValue": "x"}})["MessageId"]
    message = json.loads(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"][0]["Body"])
    assert message["Message"] == "<yes> & ü" and message["MessageAttributes"] == {"kind": {"Type": "String", "Value": "x"}}
    answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": "1", "Message": "a"}, {"Id": "2", "Message": "b"}])
    assert [entry["Id"] for entry in answer["Successful"]] == ["1", "2"], answer
    assert sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]["FilterPolicy"] == '{"kind": ["x"]}'
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"][0]["Endpoint"] == arn
    assert sns.list_topics()["Topics"] == [{"TopicArn": topic}]
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SubscriptionsConfirmed"] == "1"
    assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "a", "Value": "b"}]
    assert code(sns.publish, TopicArn=topic + "x", Message="m") == "NotFound"


@check("events")
def _():
    events = boto3.client("events", config=config)
    events.create_event_bus(Name="shop")
    rule = events.put_rule(Name="big", EventBusName="shop", EventPattern=json.dumps({"detail": {"total": [{"numeric": [">", 10]}]}}))["RuleArn"]
    assert rule == "arn:aws:events:us-east-1:123456789012:rule/shop/big"
    url = sqs.create_queue(QueueName="big")["QueueUrl"]
    events.put_targets(Rule="big", EventBusName="shop", Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:big", "InputPath": "$.detail"}])
    answer = events.put_events(Entries=[{"Source": "s", "DetailType": "d", "Detail": json.dumps({"total": n}), "EventBusName": "shop"} for n in (5, 50)])
    assert answer["FailedEntryCount"] == 0
    assert json.loads(sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"]) == {"total": 50}
    events.put_rule(Name="tick", ScheduleExpression="rate(1 minute)")
    assert [rule["Name"] for rule in events.list_rules()["Rules"]] == ["tick"]
    assert code(events.put_rule, Name="x", EventPattern="{}") == "InvalidEventPatternException"
    assert code(events.describe_rule, Name="none") == "ResourceNotFoundException"


@check("logs")
def _():
    logs = boto3.client("logs", config=config)
    logs.create_log_group(logGroupName="/app")
    logs.create_log_stream(logGroupName="/app", logStreamName="s")
    now = int(time.time() * 1000)
    logs.put_log_events(logGroupName="/app", logStreamName="s", logEvents=[{"timestamp": now + n, "message": f"line {n}"} for n in range(5)])
    assert [event["message"] for event in logs.get_log_events(logGroupName="/app", logStreamName="s", startFromHead=True)["events"]] == [f"line {n}" for n in range(5)]
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/app", filterPattern="line", PaginationConfig={"PageSize": 2})
    assert sum(len(page["events"]) for page in pages) == 5
    logs.put_retention_policy(logGroupName="/app", retentionInDays=7)
    assert logs.describe_log_groups(logGroupNamePrefix="/app")["logGroups"][0]["retentionInDays"] == 7
    assert logs.describe_log_streams(logGroupName="/app")["logStreams"][0]["logStreamName"] == "s"
    assert code(logs.create_log_group, logGroupName="/app") == "ResourceAlreadyExistsException"


@check("cloudwatch")
def _():
    cloudwatch = boto3.client("cloudwatch", config=config)
    now = time.time()
    cloudwatch.put_metric_data(Namespace="App", MetricData=[{"MetricName": "Orders", "Value": 3, "Unit": "Count", "Dimensions": [{"Name": "d", "Value": "v"}], "Timestamp": now}])
    assert cloudwatch.list_metrics(Namespace="App")["Metrics"] == [{"Namespace": "App", "MetricName": "Orders", "Dimensions": [{"Name": "d", "Value": "v"}]}]
    answer = cloudwatch.get_metric_statistics(Namespace="App", MetricName="Orders", Dimensions=[{"Name": "d", "Value": "v"}], StartTime=now - 60, EndTime=now + 60, Period=60, Statistics=["Sum"])
    assert answer["Datapoints"][0]["Sum"] == 3, answer


@check("sts")
def _():
    assert boto3.client("sts", config=config).get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/learner"


@check("long poll in virtual time")
def _():
    url = sqs.create_queue(QueueName="empty")["QueueUrl"]
    began = time.time()
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
    print("long poll of 20 s took", round(time.time() - began, 3), "s")


@check("signatures")
def _():
    wrong = boto3.client("sqs", aws_secret_access_key="wrong", aws_access_key_id=boto3.Session().get_credentials().access_key, config=config)
    assert code(wrong.list_queues) == "InvalidSignatureException", code(wrong.list_queues)
    unknown = boto3.client("dynamodb", aws_access_key_id="AKIAUNKNOWN", aws_secret_access_key="x", config=config)
    assert code(unknown.list_tables) == "UnrecognizedClientException"
    unsigned = Config(signature_version=botocore.UNSIGNED, retries={"max_attempts": 1})
    assert code(boto3.client("dynamodb", config=unsigned).list_tables) == "MissingAuthenticationTokenException", code(boto3.client("dynamodb", config=unsigned).list_tables)
    assert code(boto3.client("s3", config=unsigned).get_object, Bucket="smoke", Key="signed") == "AccessDenied"
    wrong = boto3.client("s3", aws_secret_access_key="wrong", aws_access_key_id=boto3.Session().get_credentials().access_key, config=config)
    assert code(wrong.get_object, Bucket="smoke", Key="signed") == "SignatureDoesNotMatch"
    assert code(boto3.client("ssm", config=config).get_parameter, Name="x") == "UnknownOperationException"


@check("latency")
def _():
    table = dynamodb.Table("orders")
    client = dynamodb.meta.client
    times = []
    for _ in range(200):
        began = time.perf_counter()
        client.get_item(TableName="orders", Key={"id": "1"})
        times.append(time.perf_counter() - began)
    times.sort()
    print("get_item p50", round(times[100] * 1000, 2), "ms with boto3's own share")


print(json.dumps(PASSED))
