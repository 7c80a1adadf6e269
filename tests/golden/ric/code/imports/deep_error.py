import os


def settings():
    return os.environ["TABLE_NAME"]


TABLE = settings()
