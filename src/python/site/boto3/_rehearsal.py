"""The calls that handlers make most, made before a process forks, against answers of our own.

The interpreter rewrites code to suit it as it runs, and whatever a fork rewrites it must copy first. What was
rehearsed here runs in a fork as in a process that has made such calls before.
"""

import socket

_ROUNDS = 8
_ANSWER = "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nx-amz-request-id: 0\r\nContent-Length: {size}\r\n\r\n{body}"
_NO_SUCH_KEY = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not '
    "exist.</Message><Key>key</Key><RequestId>0</RequestId></Error>"
)


def _preload():
    """Called once by whoever is about to fork."""
    from boto3.session import Session

    session = Session("AKIAIOSFODNN7EXAMPLE", "0" * 40, "0" * 40, region_name="us-east-1")
    made = {"endpoint_url": "http://127.0.0.1:9"}
    for _ in range(_ROUNDS):
        s3 = session.client("s3", **made)
        with _Answers(s3, "200 OK", "application/xml", ""):
            s3.put_object(Bucket="bucket", Key="key", Body="{}", ContentType="application/json")
        with _Answers(s3, "200 OK", "application/json", "{}"):
            s3.get_object(Bucket="bucket", Key="key")["Body"].read()
        with _Answers(s3, "404 Not Found", "application/xml", _NO_SUCH_KEY):
            try:
                s3.get_object(Bucket="bucket", Key="key")
            except s3.exceptions.NoSuchKey:
                pass
        table = session.resource("dynamodb", **made).Table("table")
        with _Answers(table.meta.client, "200 OK", "application/x-amz-json-1.0", "{}"):
            table.put_item(Item={"id": "1", "count": 1})
        with _Answers(table.meta.client, "200 OK", "application/x-amz-json-1.0", '{"Item": {"id": {"S": "1"}}}'):
            table.get_item(Key={"id": "1"})
        function = session.client("lambda", **made)
        with _Answers(function, "202 Accepted", "application/json", ""):
            function.invoke(FunctionName="function", InvocationType="Event", Payload=b"{}")


class _Answers:
    """While it lives, a client's next call is answered with this, over a pair of sockets."""

    def __init__(self, client, status, kind, body):
        self._session = client._endpoint._session
        self._answer = _ANSWER.format(status=status, kind=kind, size=len(body), body=body).encode()

    def __enter__(self):
        from botocore.httpsession import Connection

        near, far = socket.socketpair()
        far.sendall(self._answer)
        self._far, self._connection = far, Connection(near, 60)
        self._session._connect = lambda request: self._connection

    def __exit__(self, *error):
        self._far.close()
        self._connection.close()
        self._session._idle.clear()
        del self._session._connect
