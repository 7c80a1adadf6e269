import json
import os
import re
from decimal import Decimal

import boto3

NEXT_FUNCTION = os.environ["NEXT_FUNCTION"]
PRICE = re.compile(r"[0-9]+(\.[0-9]+)?")

aws_lambda = boto3.client("lambda")


def lambda_handler(event, context):
    total, units = Decimal(0), 0
    for line in event["lines"]:
        quantity = checked_quantity(line["quantity"])
        total += quantity * checked_price(line["price"])
        units += quantity
    # Only now, when every line is known to be good.
    message = {"id": event["id"], "total": str(total), "units": units}
    aws_lambda.invoke(
        FunctionName=NEXT_FUNCTION,
        InvocationType="Event",
        Payload=json.dumps(message),
    )


def checked_quantity(value):
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"not a quantity: {value!r}")
    return value


def checked_price(text):
    if not isinstance(text, str) or not PRICE.fullmatch(text):
        raise ValueError(f"not a price: {text!r}")
    return Decimal(text)
