import warnings

warnings.warn("old", DeprecationWarning)
warnings.warn("careful")


def handler(event, context):
    warnings.warn("in the handler")
    return 1
