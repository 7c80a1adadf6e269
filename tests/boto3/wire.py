"""How the bundled boto3 behaves on the wire: connections, retries, broken answers.

    python3 tests/boto3/wire.py

Each check scripts a server on a raw socket. Plain Python, standard library only.
"""

import io
import os
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "src", "python", "site"))

import boto3  # noqa: E402
from botocore import exceptions  # noqa: E402
from botocore.config import Config  # noqa: E402

CHECKS = []
SLEPT = []
KEPT = []  # Threads: RustPython minds when the last reference goes with the thread.
time.sleep = SLEPT.append


def check(function):
    CHECKS.append(function)
    return function


class Server:
    """Answers the n-th request with the n-th step of a script.

    A step is bytes to send, or None to close without an answer. A step that
    ends in b"<close>" closes after sending. Requests are kept with the number
    of the connection they came on.
    """

    def __init__(self, *script, repeat=False):
        self.script, self.repeat = list(script), repeat
        self.requests, self.connections = [], 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._spawn(self._accept)

    def _spawn(self, target, *args):
        thread = threading.Thread(target=target, args=args, daemon=True)
        KEPT.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._spawn(self._serve, peer, self.connections)

    def _serve(self, peer, number):
        held = b""
        while True:
            while b"\r\n\r\n" not in held:
                chunk = peer.recv(65536)
                if not chunk:
                    return peer.close()
                held += chunk
            head, _, held = held.partition(b"\r\n\r\n")
            length = 0
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line[15:])
            with self._lock:
                self.requests.append((number, head, length))
                step = self.script[0] if self.repeat else self.script.pop(0) if self.script else None
            if step is not None and step.startswith(b"<early>"):
                peer.sendall(step[7:])
                return peer.close()
            while len(held) < length:
                held += peer.recv(65536)
            held = held[length:]
            if step is None:
                return peer.close()
            peer.sendall(step.replace(b"<close>", b""))
            if step.endswith(b"<close>"):
                return peer.close()

    def client(self, service, **options):
        config = Config(read_timeout=5, **options)
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.url,
            aws_access_key_id="a",
            aws_secret_access_key="b",
            config=config,
        )


def answer(body=b"{}", status=b"200 OK", *headers):
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body)] + list(headers)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


BUCKETS = b"<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name></Bucket></Buckets></ListAllMyBucketsResult>"
SEND = {"QueueUrl": "http://q/1/q", "MessageBody": "x"}


def raises(kind, function, text=""):
    try:
        function()
    except kind as e:
        assert text in str(e), str(e)
        return e
    raise AssertionError("%s was not raised" % kind.__name__)


@check
def one_connection_serves_many_calls():
    server = Server(answer(), answer(), answer())
    client = server.client("sqs")
    for _ in range(3):
        client.list_queues()
    assert server.connections == 1, server.connections


@check
def a_connection_closed_while_idle_is_replaced_before_sending():
    server = Server(answer() + b"<close>", answer())
    client = server.client("sqs")
    client.send_message(**SEND)
    threading.Event().wait(0.05)
    client.send_message(**SEND)
    assert [n for n, _, _ in server.requests] == [1, 2]


@check
def what_may_have_been_processed_is_not_sent_again():
    server = Server(answer(), None, answer())
    client = server.client("sqs")
    client.send_message(**SEND)
    raises(
        exceptions.ConnectionClosedError,
        lambda: client.send_message(**SEND),
        "Connection was closed before we received a valid response from endpoint URL",
    )
    assert len(server.requests) == 2


@check
def what_only_reads_is_sent_again():
    server = Server(answer(BUCKETS), None, answer(BUCKETS))
    client = server.client("s3")
    client.list_buckets()
    assert client.list_buckets()["Buckets"][0]["Name"] == "b"
    assert len(server.requests) == 3


@check
def a_file_is_sent_from_its_start_again():
    server = Server(answer(b""), None, answer(b"", b"500 X"), answer(b""))
    client, body = server.client("s3"), io.BytesIO(b"skip" + b"x" * 100_000)
    client.put_object(Bucket="b", Key="k")
    body.seek(4)
    client.put_object(Bucket="b", Key="k", Body=body)
    assert [length for _, _, length in server.requests] == [0] + [100_000] * 3


@check
def server_errors_are_retried():
    server = Server(answer(b"", b"503 Slow"), answer(b"<html>", b"500 X"), answer())
    del SLEPT[:]
    got = server.client("sqs").send_message(**SEND)
    assert got["ResponseMetadata"]["RetryAttempts"] == 2
    assert len(SLEPT) == 2 and SLEPT[0] <= 1 and SLEPT[1] <= 2, SLEPT
    heads = [head.decode() for _, head, _ in server.requests]
    assert ["attempt=%d" % (i + 1) in h for i, h in enumerate(heads)] == [True] * 3
    ids = {line for h in heads for line in h.split("\r\n") if line.startswith("amz-sdk-invocation-id")}
    assert len(ids) == 1


@check
def throttling_is_retried_and_then_said():
    body = b'{"__type":"com.amazonaws#ThrottlingException","message":"Rate exceeded"}'
    server = Server(*[answer(body, b"400 Bad Request")] * 3)
    e = raises(
        exceptions.ClientError,
        lambda: server.client("dynamodb").list_tables(),
        "An error occurred (ThrottlingException) when calling the ListTables operation "
        "(reached max retries: 2): Rate exceeded",
    )
    assert e.response["ResponseMetadata"]["MaxAttemptsReached"] is True


@check
def retries_can_be_turned_off():
    server = Server(*[answer(b"", b"503 Slow")] * 3)
    client = server.client("sqs", retries={"max_attempts": 0})
    raises(exceptions.ClientError, client.list_queues, "(503)")
    assert len(server.requests) == 1


@check
def other_errors_are_not_retried():
    server = Server(answer(b'{"__type":"X#ValidationException","message":"no"}', b"400 Bad"))
    raises(exceptions.ClientError, server.client("dynamodb").list_tables, "ListTables operation: no")
    assert len(server.requests) == 1


@check
def chunked_answers_are_read():
    body = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(c), c) for c in (b"hello ", b"wor", b"ld")) + b"0\r\nX: y\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server = Server(head + body, head + body, answer(BUCKETS))
    client = server.client("s3")
    assert client.get_object(Bucket="b", Key="k")["Body"].read() == b"hello world"
    assert list(client.get_object(Bucket="b", Key="k")["Body"].iter_chunks(4)) == [b"hell", b"o wo", b"rld"]
    client.list_buckets()
    assert server.connections == 1


@check
def interim_and_old_answers_are_read():
    server = Server(
        b"HTTP/1.1 100 Continue\r\n\r\n" + answer(BUCKETS, b"200 OK", b"Connection: close") + b"<close>",
        b"HTTP/1.0 200 OK\r\n\r\n" + BUCKETS + b"<close>",
    )
    client = server.client("s3")
    assert len(client.list_buckets()["Buckets"]) == len(client.list_buckets()["Buckets"]) == 1
    assert server.connections == 2


@check
def a_short_body_is_an_error():
    short = answer(b"0123456789").replace(b"gth: 10", b"gth: 20") + b"<close>"
    server = Server(short, short)
    body = server.client("s3").get_object(Bucket="b", Key="k")["Body"]
    raises(exceptions.IncompleteReadError, body.read, "10 read, but total bytes expected is 20.")
    raises(exceptions.ResponseStreamingError, lambda: server.client("sqs").send_message(**SEND))


@check
def a_wrong_checksum_is_an_error():
    server = Server(answer(b"data", b"200 OK", b"x-amz-checksum-crc32: AAAAAA=="))
    body = server.client("s3").get_object(Bucket="b", Key="k")["Body"]
    raises(exceptions.FlexibleChecksumError, body.read, "did not match calculated checksum")


@check
def an_error_inside_a_200_is_an_error():
    body = b'<?xml version="1.0"?>\n<Error><Code>InternalError</Code><Message>late</Message></Error>'
    server = Server(*[answer(body)] * 3)
    copy = lambda: server.client("s3").copy_object(Bucket="b", Key="k", CopySource="b/x")  # noqa: E731
    raises(exceptions.ClientError, copy, "(InternalError)")
    assert len(server.requests) == 3


@check
def an_answer_during_the_upload_is_heard():
    refused = answer(b"<Error><Code>EntityTooLarge</Code></Error>", b"400 Bad", b"Connection: close")
    server = Server(b"<early>" + refused)
    put = lambda: server.client("s3").put_object(Bucket="b", Key="k", Body=b"x" * 50_000_000)  # noqa: E731
    # The kernel may drop the answer when the peer resets; both are errors.
    raises((exceptions.ClientError, exceptions.HTTPClientError), put)


@check
def a_silent_server_times_out_once():
    server = Server(b"")
    client = boto3.client(
        "sqs", region_name="us-east-1", endpoint_url=server.url, aws_access_key_id="a",
        aws_secret_access_key="b", config=Config(read_timeout=0.2),
    )  # fmt: skip
    raises(exceptions.ReadTimeoutError, lambda: client.send_message(**SEND), "Read timeout on endpoint URL")
    assert len(server.requests) == 1


@check
def what_is_not_http_is_an_error():
    server = Server(*[b"SSH-2.0-x\r\n\r\n<close>"] * 3)
    raises(exceptions.HTTPClientError, lambda: server.client("sqs").send_message(**SEND))


@check
def a_line_break_cannot_enter_a_header():
    server = Server(answer())
    put = lambda: server.client("s3").put_object(Bucket="b", Key="k", Metadata={"a": "b\r\nX: y"})  # noqa: E731
    raises(ValueError, put, "Invalid header")
    assert not server.requests


@check
def unread_bodies_do_not_spoil_the_next_call():
    server = Server(answer(b"x" * 1000), answer(BUCKETS), answer(b"y" * 10))
    client = server.client("s3")
    body = client.get_object(Bucket="b", Key="k")["Body"]
    assert body.read(1) == b"x"
    client.list_buckets()
    with body as stream:
        assert len(stream.read()) == 999
    assert server.connections == 2


@check
def threads_share_a_client():
    server = Server(answer(BUCKETS), repeat=True)
    client, failures = server.client("s3"), []

    def work():
        try:
            for _ in range(10):
                assert client.list_buckets()["Buckets"]
        except BaseException as e:  # noqa: B036
            failures.append(e)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    assert len(server.requests) == 80 and server.connections <= 8


@check
def a_fork_opens_its_own_connection():
    if not hasattr(os, "fork"):
        return
    # The server is a process here: only a process of one thread may fork.
    listener = socket.create_server(("127.0.0.1", 0))
    server = os.fork()
    if server == 0:
        serve_processes(listener)
    client = boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b",
        endpoint_url="http://127.0.0.1:%d" % listener.getsockname()[1],
    )  # fmt: skip
    names = [client.list_buckets()["Buckets"][0]["Name"]]
    child = os.fork()
    if child == 0:
        try:
            os._exit(int(client.list_buckets()["Buckets"][0]["Name"]))
        except BaseException:  # noqa: B036
            os._exit(99)
    in_child = os.waitpid(child, 0)[1] >> 8
    names.append(client.list_buckets()["Buckets"][0]["Name"])
    os.kill(server, 9)
    os.waitpid(server, 0)
    assert names == ["1", "1"] and in_child == 2, (names, in_child)


def serve_processes(listener):
    """Answer every request with the number of its connection."""
    number = 0
    while True:
        peer, _ = listener.accept()
        number += 1
        if os.fork() == 0:
            while peer.recv(65536):
                peer.sendall(answer(BUCKETS.replace(b">b<", b">%d<" % number)))
            os._exit(0)
        peer.close()


@check
def without_an_endpoint_it_says_what_to_do():
    client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    raises(exceptions.EndpointConnectionError, client.list_buckets, "AWS_ENDPOINT_URL")
    server = Server()
    client = boto3.client(
        "s3", region_name="us-east-1", endpoint_url=server.url.replace("http", "https"),
        aws_access_key_id="a", aws_secret_access_key="b",
    )  # fmt: skip
    raises(exceptions.EndpointConnectionError, client.list_buckets, "plain http only")


@check
def settings_come_from_the_environment():
    server = Server(answer(), answer())
    names = dict(
        AWS_ENDPOINT_URL="http://127.0.0.1:1", AWS_ENDPOINT_URL_EVENTBRIDGE=server.url,
        AWS_REGION="eu-north-1", AWS_ACCESS_KEY_ID="KEY", AWS_SECRET_ACCESS_KEY="s", AWS_SESSION_TOKEN="TOKEN",
    )  # fmt: skip
    os.environ.update(names)
    try:
        boto3.DEFAULT_SESSION = None
        boto3.client("events").list_rules()
        head = server.requests[0][1].decode()
        assert "Credential=KEY/" in head and "/eu-north-1/events/" in head and "TOKEN" in head
        assert boto3.client("s3").meta.endpoint_url == "http://127.0.0.1:1"
    finally:
        for name in names:
            del os.environ[name]
    boto3.DEFAULT_SESSION = None
    raises(exceptions.NoRegionError, lambda: boto3.client("sqs"), "You must specify a region.")
    client = boto3.client("sqs", region_name="us-east-1", endpoint_url=server.url)
    raises(exceptions.NoCredentialsError, client.list_queues, "Unable to locate credentials")


@check
def what_is_not_bundled_says_so():
    raises(exceptions.UnknownServiceError, lambda: boto3.client("ec2", region_name="x"), "--engine cpython")
    raises(exceptions.UnknownServiceError, lambda: boto3.client("nope"), "Unknown service: 'nope'")
    client = Server().client("s3")
    raises(AttributeError, lambda: client.select_object_content, "no s3 operation SelectObjectContent")
    raises(AttributeError, lambda: client.nope, "'S3' object has no attribute 'nope'")
    assert not hasattr(client, "put_bucket_acl")
    raises(Exception, lambda: boto3.resource("sqs"), "use boto3.client('sqs')")


@check
def handlers_see_and_change_calls():
    server = Server(answer(), answer())
    client, seen = server.client("sqs"), []
    client.meta.events.register("before-call.sqs.SendMessage", lambda params, **kw: seen.append(params["method"]))
    client.meta.events.register("provide-client-params.sqs", lambda params, **kw: dict(params, DelaySeconds=3))
    client.meta.events.register("after-call.*.*", lambda parsed, **kw: parsed.update(Seen=True))
    assert client.send_message(**SEND)["Seen"] and seen == ["POST"]


def main():
    failed = 0
    CHECKS.sort(key=lambda function: "fork" not in function.__name__)
    for function in CHECKS:
        try:
            function()
        except Exception as e:
            failed += 1
            print("FAILED %s: %s: %s" % (function.__name__, type(e).__name__, e))
            if "-v" in sys.argv:
                import traceback

                traceback.print_exc()
    print("%d checks, %d failed" % (len(CHECKS), failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.stdout.flush()
    os_exit = main()
    sys.stdout.flush()
    os._exit(os_exit)
