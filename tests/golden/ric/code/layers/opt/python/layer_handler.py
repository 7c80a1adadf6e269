def handler(event, context):
    return "a handler in a layer"
