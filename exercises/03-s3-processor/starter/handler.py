import json
import os

import boto3

RESULT_BUCKET = os.environ["RESULT_BUCKET"]
RESULT_PREFIX = os.environ["RESULT_PREFIX"]

s3 = boto3.client("s3")


def lambda_handler(event, context):
    # TODO: for each record, read the CSV file and store its summary as JSON.
    print(json.dumps(event))
    return {"processed": 0}
