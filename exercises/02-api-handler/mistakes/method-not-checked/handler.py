import base64
import json
import os
import uuid
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


class BadRequest(Exception):
    """What the client sent cannot be used; the text says why."""


def lambda_handler(event, context):
    if event["resource"] == "/orders/{id}":
        action = get_order
    elif event["httpMethod"] == "POST":
        action = create_order
    else:
        action = list_orders
    try:
        return action(event)
    except BadRequest as error:
        return answer(400, {"error": str(error)})


def list_orders(event):
    query = event["queryStringParameters"] or {}
    options = {}
    if "item" in query:
        options["FilterExpression"] = Attr("item").eq(query["item"])
    return answer(200, {"orders": list(scan(options))})


def get_order(event):
    order_id = event["pathParameters"]["id"]
    order = table.get_item(Key={"id": order_id}).get("Item")
    if order is None:
        return answer(404, {"error": f"there is no order {order_id}"})
    return answer(200, order)


def create_order(event):
    order = {"id": str(uuid.uuid4()), **new_order(event)}
    table.put_item(Item=order)
    return answer(201, order, {"Location": f"/orders/{order['id']}"})


def new_order(event):
    """The three values of an order, checked, and nothing else of the body."""
    data = parse_body(event)
    item, quantity, price = data.get("item"), data.get("quantity"), data.get("price")
    if not isinstance(item, str) or not item.strip():
        raise BadRequest("item must be a text that is not blank")
    if not is_number(quantity, int) or not 1 <= quantity <= 1000:
        raise BadRequest("quantity must be a whole number from 1 to 1000")
    if not is_number(price, (int, Decimal)) or not 0 <= price <= 1_000_000:
        raise BadRequest("price must be a number from 0 to 1000000")
    return {"item": item, "quantity": quantity, "price": price}


def parse_body(event):
    body = event["body"]
    if body is None:
        raise BadRequest("the request has no body")
    try:
        if event["isBase64Encoded"]:
            body = base64.b64decode(body).decode("utf-8")
        data = json.loads(body, parse_float=Decimal, parse_constant=refuse)
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise BadRequest("the body must be a JSON object")
    return data


def refuse(constant):
    """Python would read NaN and Infinity, which are no JSON."""
    raise ValueError(f"{constant} is not JSON")


def is_number(value, kinds):
    """True and False are of type int in Python, but no numbers here."""
    return isinstance(value, kinds) and not isinstance(value, bool)


def scan(options):
    """All items of the table, page by page."""
    while True:
        page = table.scan(**options)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        options["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def answer(status, content, headers=None):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", **(headers or {})},
        "body": json.dumps(content, default=plain_number),
    }


def plain_number(value):
    """DynamoDB's numbers arrive as Decimal, which json does not know."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is not JSON serializable")
    return int(value) if value == int(value) else float(value)
