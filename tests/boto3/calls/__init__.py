"""Calls of boto3's public interface, to be made of the real one and of the bundled one.

    run(boto3, endpoint) -> {name: result}

A result is what JSON can hold, or {"error": [type, text, response]}. Ids, dates
and what else differs between two runs is normalised. The calls are made in
order and build on each other, so the endpoint must be fresh. Plain Python,
standard library only: it runs in the embedded engine as well.
"""

from . import (  # noqa: F401, in this order
    s3,
    s3_resource,
    s3_versions,
    dynamodb,
    dynamodb_more,
    sqs,
    sqs_more,
    sns,
    sns_more,
    monitoring,
    monitoring_more,
    functions,
    sessions,
)
from .registry import CALLS, Aws
from .results import plain

KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


def run(boto3, endpoint, only=None, keys=KEYS):
    """Make all calls of one module at a fresh endpoint."""
    aws = Aws(boto3, endpoint, keys)
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
