import json

DEFAULT_NAME = "World"
MEMORY_MB = 128


def lambda_handler(event, context):
    name = (event.get("name") or "").strip() or DEFAULT_NAME
    body = {
        "message": f"Hello, {name}!",
        "requestId": context.aws_request_id,
        "memoryMb": MEMORY_MB,
    }
    return {"statusCode": 200, "body": json.dumps(body)}
