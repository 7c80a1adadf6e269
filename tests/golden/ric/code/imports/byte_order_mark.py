def handler(event, context):
    return "with a byte order mark"
