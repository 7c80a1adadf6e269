"""What events arrive as."""


def back(event, context):
    return event


def shown(event, context):
    return repr(event)


def kind(event, context):
    return type(event).__name__


def kinds(event, context):
    return {key: type(value).__name__ for key, value in event.items()}


def first_key(event, context):
    return list(event)


def changed(event, context):
    event["seen"] = True
    return event
