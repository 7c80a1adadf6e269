import json
import os

import boto3
import joblib

MODEL_BUCKET = os.environ["MODEL_BUCKET"]
MODEL_KEY = os.environ["MODEL_KEY"]

s3 = boto3.client("s3")


def lambda_handler(event, context):
    # TODO: get the model from S3, load it with joblib, and predict.
    return answer(501, {"error": "not written yet"})


def answer(status, content):
    return {"statusCode": status, "body": json.dumps(content)}
