"""Ten cases of the exercise `03-s3-processor` as people test them elsewhere: pytest and moto.

The cases are read from the course itself, so that both sides check the same.
"""
import base64
import importlib
import json
import math
import pathlib
import sys
from urllib.parse import quote_plus

import boto3
import pytest
from moto import mock_aws

COURSE = pathlib.Path(__file__).parents[2]
EXERCISE = COURSE / "exercises" / "03-s3-processor"
TEN = (
    "summarises-an-upload", "adds-up-cents", "key-with-spaces", "several-spaces-and-signs", "key-in-unicode",
    "several-records", "skips-what-is-gone", "quoted-comma", "file-from-excel", "heading-only",
)
CASES = {case["id"]: case for case in json.loads((EXERCISE / "cases.json").read_text("utf-8"))["cases"]}


@pytest.mark.parametrize("name", TEN)
def test_case(name, monkeypatch):
    monkeypatch.setenv("RESULT_BUCKET", "reports")
    monkeypatch.setenv("RESULT_PREFIX", "summaries/")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.syspath_prepend(str(COURSE / "solutions" / "03-s3-processor"))
    sys.modules.pop("handler", None)
    case = CASES[name]
    with mock_aws():
        s3 = boto3.client("s3")
        for bucket in ("sales", "reports"):
            s3.create_bucket(Bucket=bucket)
        for bucket in case.get("resources", {}).get("buckets", []):
            for item in bucket.get("objects", []):
                s3.put_object(Bucket=bucket["name"], Key=item["key"], Body=item["text"].encode())
        handler = importlib.import_module("handler")
        for step in case["steps"]:
            handler.lambda_handler(event_of(s3, step), None)
        for check in case["expect"]:
            if "object" in check:
                wanted = check["object"]
                body = s3.get_object(Bucket=wanted["bucket"], Key=wanted["key"])["Body"].read()
                agree(wanted["json"], json.loads(body))
            elif "objects" in check:
                found = s3.list_objects_v2(Bucket=check["objects"]["bucket"]).get("Contents", [])
                assert [item["Key"] for item in found] == check["objects"]["keys"]


def event_of(s3, step):
    """What S3 would send; moto runs no functions, so the test calls the handler itself."""
    if "invoke" in step:
        return json.loads((EXERCISE / "events" / step["invoke"]["event_file"]).read_text("utf-8"))
    put = step["put_object"]
    body = base64.b64decode(put["base64"]) if "base64" in put else put["text"].encode()
    s3.put_object(Bucket=put["bucket"], Key=put["key"], Body=body)
    key = {"key": quote_plus(put["key"], safe="/"), "size": len(body)}
    return {"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": put["bucket"]}, "object": key}}]}


def agree(wanted, found):
    if isinstance(wanted, dict) and "$near" in wanted:
        assert math.isclose(found, wanted["$near"], abs_tol=wanted["within"])
    elif isinstance(wanted, dict):
        assert wanted.keys() == found.keys()
        for key, value in wanted.items():
            agree(value, found[key])
    else:
        assert wanted == found
