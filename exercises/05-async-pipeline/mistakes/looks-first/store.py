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
    found = table.get_item(Key={"id": event["id"]})
    if "Item" in found:
        print(f"stored before: {event['id']}")
        return
    table.put_item(Item=item)
