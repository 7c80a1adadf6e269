import csv
import io
import json
import os
from collections import defaultdict
from decimal import Decimal
from urllib.parse import unquote_plus

import boto3
from botocore.exceptions import ClientError

RESULT_BUCKET = os.environ["RESULT_BUCKET"]
RESULT_PREFIX = os.environ["RESULT_PREFIX"]

s3 = boto3.client("s3")


def lambda_handler(event, context):
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        process(bucket, key)


def process(bucket, key):
    if key.startswith(RESULT_PREFIX):
        print(f"ignored, a result: {key}")
        return
    text = read(bucket, key)
    if text is None:
        print(f"skipped, not there any more: {key}")
        return
    s3.put_object(
        Bucket=RESULT_BUCKET,
        Key=f"{RESULT_PREFIX}{key}.json",
        Body=json.dumps(summary(key, text)),
        ContentType="application/json",
    )


def read(bucket, key):
    """The text of an object, or None if it is not there."""
    try:
        found = s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    return found["Body"].read().decode("utf-8-sig")


def summary(key, text):
    rows = 0
    products = defaultdict(Decimal)
    for row in csv.DictReader(io.StringIO(text)):
        rows += 1
        products[row["product"]] += Decimal(row["quantity"]) * Decimal(row["price"])
    return {
        "source": key,
        "rows": rows,
        "total": float(sum(products.values())),
        "products": {name: float(amount) for name, amount in products.items()},
    }
