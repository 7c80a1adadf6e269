import json

DEFAULT_NAME = "World"


def lambda_handler(event, context):
    name = (event.get("name") or "").strip() or DEFAULT_NAME
    body = {
        "message": f"Hello, {name}!",
        "requestId": context.aws_request_id,
        "memoryMb": context.memory_limit_in_mb,
    }
    return {"statusCode": 200, "body": json.dumps(body)}
