"""Names that handlers may have."""


def handler(event, context):
    return __name__


class Group:
    def handler(event, context):
        return "in a class"


