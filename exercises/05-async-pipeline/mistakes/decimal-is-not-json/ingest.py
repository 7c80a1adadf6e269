import json
import os

import boto3

NEXT_FUNCTION = os.environ["NEXT_FUNCTION"]

aws_lambda = boto3.client("lambda")


def lambda_handler(event, context):
    accepted, rejected = [], []
    for index, order in enumerate(event["orders"]):
        reason = problem(order)
        if reason:
            rejected.append({"index": index, "reason": reason})
            continue
        hand_over(order)
        accepted.append(order["id"])
    return {"accepted": accepted, "rejected": rejected}


def problem(order):
    """What is wrong with the order's outline, or None."""
    if not isinstance(order, dict):
        return "an order must be an object"
    if not isinstance(order.get("id"), str) or not order["id"].strip():
        return "id must be a text that is not blank"
    if not isinstance(order.get("lines"), list) or not order["lines"]:
        return "lines must be a list that is not empty"
    return None


def hand_over(order):
    aws_lambda.invoke(
        FunctionName=NEXT_FUNCTION,
        InvocationType="Event",
        Payload=json.dumps(order),
    )
