from ..other import NAME

VALUE = NAME + "!"


def handler(event, context):
    return __name__
