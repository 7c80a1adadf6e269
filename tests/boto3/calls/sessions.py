"""Sessions, settings and other errors."""

import io

from .registry import call, each, failure
from .s3 import B, put

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
    validation_off=lambda a: other(a, "sns", config=config(parameter_validation=False)).list_topics()["Topics"][0],
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
