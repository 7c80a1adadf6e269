"""Sending a request, and sending it again where botocore's standard mode would."""

import os
import threading
import time

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ConnectionError, HTTPClientError, ReadTimeoutError
from botocore.httpsession import HTTPSession
from botocore.parsers import ResponseParserError, create_parser
from botocore.response import StreamingBody
from botocore.utils import random_uuid, split_url

TRANSIENT_CODES = frozenset(
    ("RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete")
)
THROTTLED_CODES = frozenset(
    """Throttling ThrottlingException ThrottledException RequestThrottledException
    TooManyRequestsException ProvisionedThroughputExceededException
    TransactionInProgressException RequestLimitExceeded BandwidthLimitExceeded
    LimitExceededException RequestThrottled SlowDown PriorRequestNotComplete
    EC2ThrottledException""".split()
)
TRANSIENT_STATUS = frozenset((500, 502, 503, 504))
_MAX_BACKOFF = 20
# POST operations that read and change nothing, by the start of their names.
_READS = ("Get", "List", "Describe", "Query", "Scan", "BatchGet", "TransactGet", "Filter", "Test")


class RetryQuota:
    """Bounds how much of a client's traffic may be retries."""

    def __init__(self, capacity=500):
        self._max = self._available = capacity
        self._lock = threading.Lock()

    def acquire(self, amount):
        """Take `amount`, if there is that much."""
        with self._lock:
            if amount > self._available:
                return False
            self._available -= amount
            return True

    def release(self, amount):
        """Give `amount` back."""
        with self._lock:
            self._available = min(self._max, self._available + amount)


class Endpoint:
    """One service at one address."""

    def __init__(self, service_model, endpoint_url, region_name, credentials, config):
        self.host = endpoint_url
        self._base = split_url(endpoint_url)
        self._protocol = service_model.protocol
        self._is_s3 = service_model.service_name == "s3"
        self.signer = SigV4Auth(credentials, service_model.signing_name, region_name)
        self.unsigned = False
        self._session = HTTPSession(config.connect_timeout, config.read_timeout)
        self._max_attempts = _max_attempts(config)
        self._quota = RetryQuota()

    def create_request(self, request_dict):
        """The request that a serialized call makes, without its signature."""
        return AWSRequest(
            request_dict["method"],
            self._base,
            request_dict["url_path"],
            request_dict["query_string"],
            dict(request_dict["headers"]),
            request_dict["body"],
        )

    def make_request(self, operation_model, request_dict):
        """Send a call; return the HTTP response and the parsed one."""
        invocation = random_uuid()
        attempt, charged = 1, 0
        while True:
            request = self.create_request(request_dict)
            request.headers["amz-sdk-invocation-id"] = invocation
            request.headers["amz-sdk-request"] = f"attempt={attempt}"
            if not self.unsigned:
                self.signer.add_auth(request)
            http, parsed, error = self._send(request, operation_model)
            cost = self._retry_cost(operation_model, request, http, parsed, error)
            if cost and attempt < self._max_attempts and self._quota.acquire(cost):
                charged = cost
                time.sleep(_backoff(attempt))
                _rewind(request.body, request_dict)
                attempt += 1
                continue
            if error is not None:
                raise error
            self._note_retries(parsed, attempt, bool(cost))
            self._quota.release(charged or 1)
            return http, parsed

    def _note_retries(self, parsed, attempt, failed):
        metadata = parsed.setdefault("ResponseMetadata", {})
        metadata["RetryAttempts"] = attempt - 1
        if failed and attempt >= self._max_attempts:
            metadata["MaxAttemptsReached"] = True

    def _send(self, request, operation_model):
        idempotent = _is_idempotent(request, operation_model)
        streaming = operation_model.has_streaming_output or operation_model.has_event_stream_output
        try:
            http = self._session.send(request, idempotent, streaming)
            parsed = self._parse(http, operation_model)
        except (ConnectionError, HTTPClientError) as e:
            return None, None, e
        except ResponseParserError as e:
            return None, None, e
        return http, parsed, None

    def _parse(self, http, operation_model):
        status, headers = http.status_code, http.headers
        if status < 300 and operation_model.has_streaming_output:
            body = self._streaming_body(http, operation_model)
        elif status < 300 and operation_model.has_event_stream_output:
            body = http.raw
        else:
            body = http.content
        response = {"status_code": status, "headers": headers, "body": body, "operation_name": operation_model.name}
        if self._is_s3:
            from botocore import handlers

            handlers.before_parse_s3(response, operation_model)
            http.status_code = response["status_code"]
        parser = create_parser(self._protocol)
        parsed = parser.parse(response, operation_model.output_shape)
        if response["status_code"] >= 300:
            self._add_modeled_error(parser, response, parsed, operation_model)
        if self._is_s3:
            handlers.after_parse_s3(parsed, response)
        return parsed

    @staticmethod
    def _add_modeled_error(parser, response, parsed, operation_model):
        code = parsed.get("Error", {}).get("Code")
        shape = operation_model.service_model.shape_for_error_code(code) if code else None
        if shape is not None:
            parsed.update(parser.parse(response, shape))

    @staticmethod
    def _streaming_body(http, operation_model):
        length = http.headers.get("content-length")
        if operation_model.http_checksum:
            from botocore import httpchecksum

            return httpchecksum.checked_body(operation_model, http, http.raw, length)
        return StreamingBody(http.raw, length)

    @staticmethod
    def _retry_cost(operation_model, request, http, parsed, error):
        """What a retry would cost, or 0 where there must be none."""
        if error is not None:
            if isinstance(error, ResponseParserError):
                return 0
            if isinstance(error, ConnectionError):
                return 5  # Nothing was sent.
            if not _is_idempotent(request, operation_model):
                return 0
            return 10 if isinstance(error, ReadTimeoutError) else 5
        if http.status_code < 300:
            return 0
        code = parsed.get("Error", {}).get("Code")
        if (
            http.status_code in TRANSIENT_STATUS
            or code in TRANSIENT_CODES
            or code in THROTTLED_CODES
        ):
            return 5
        return 0

    def close(self):
        """Close idle connections."""
        self._session.close()


def _is_idempotent(request, operation_model):
    if request.method == "POST":
        return operation_model.name.startswith(_READS)
    return request.method != "PATCH"


def _max_attempts(config):
    retries = config.retries or {}
    if "total_max_attempts" in retries:
        return retries["total_max_attempts"]
    if "max_attempts" in retries:
        return retries["max_attempts"] + 1
    try:
        return max(1, int(os.environ.get("AWS_MAX_ATTEMPTS", "")))
    except ValueError:
        return 3


def _backoff(attempt):
    fraction = int.from_bytes(os.urandom(4), "big") / 2**32
    return min(fraction * 2 ** (attempt - 1), _MAX_BACKOFF)


def _rewind(body, request_dict):
    if hasattr(body, "read"):
        body.seek(request_dict["body_start"])
