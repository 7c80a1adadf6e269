def handler(event, context):
    # nothing

x = 1
