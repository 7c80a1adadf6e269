import not_installed


def handler(event, context):
    return 1
