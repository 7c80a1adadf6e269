def handler(event, context):
    return "from another system"
