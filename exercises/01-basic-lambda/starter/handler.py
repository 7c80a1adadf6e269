import json


def lambda_handler(event, context):
    # TODO: greet the caller by name, and tell the request id and the memory.
    return {
        "statusCode": 200,
        "body": json.dumps({"message": "Hello!"}),
    }
