"""The calls as a Lambda function: with whatever boto3 its engine has, at the Region's own endpoint."""

import os

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
KEYS = {
    name.lower(): os.environ[name]
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
}
# As record.py does, so that runs are alike.
for name in list(os.environ):
    if name.startswith("AWS_"):
        del os.environ[name]
os.environ.update(AWS_EC2_METADATA_DISABLED="true", AWS_CONFIG_FILE=os.devnull, TZ="UTC")
os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
os.environ["AWS_RETRY_MODE"] = "standard"

import boto3  # noqa: E402, after the environment is as it should be
import calls  # noqa: E402


def handler(event, context):
    return {"boto3": boto3.__version__, "calls": calls.run(boto3, ENDPOINT, event.get("only"), KEYS)}
