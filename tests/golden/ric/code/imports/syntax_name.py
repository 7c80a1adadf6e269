def handler(event, context):
    x = 5 5
    return x
