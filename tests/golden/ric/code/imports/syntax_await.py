def handler(event, context):
    await event
