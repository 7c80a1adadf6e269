import os
from decimal import Decimal

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def lambda_handler(event, context):
    item = {
        "id": event["id"],
        "total": Decimal(event["total"]),
        "units": event["units"],
    }
    table.put_item(Item=item, ConditionExpression="attribute_not_exists(id)")
