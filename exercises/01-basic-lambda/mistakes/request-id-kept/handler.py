import json

DEFAULT_NAME = "World"
request_id = None


def lambda_handler(event, context):
    global request_id
    if request_id is None:
        request_id = context.aws_request_id
    name = (event.get("name") or "").strip() or DEFAULT_NAME
    body = {
        "message": f"Hello, {name}!",
        "requestId": request_id,
        "memoryMb": int(context.memory_limit_in_mb),
    }
    return {"statusCode": 200, "body": json.dumps(body)}
