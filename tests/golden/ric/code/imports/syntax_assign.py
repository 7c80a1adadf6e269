def handler(event, context):
    if event = 1:
        return 1
