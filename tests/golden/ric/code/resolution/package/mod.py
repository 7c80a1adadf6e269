from . import other
from .nested.deep import VALUE


def handler(event, context):
    return [__name__, __package__, other.NAME, VALUE]
