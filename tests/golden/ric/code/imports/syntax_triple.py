def handler(event, context):
    return """abc
