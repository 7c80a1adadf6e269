import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def lambda_handler(event, context):
    # TODO: list, get and create orders.
    # event["resource"] is "/orders" or "/orders/{id}".
    return answer(501, {"error": "not written yet"})


def answer(status, content):
    return {"statusCode": status, "body": json.dumps(content)}
