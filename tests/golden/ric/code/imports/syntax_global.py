def handler(event, context):
    x = 1
    global x
