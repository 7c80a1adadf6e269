import logging

logging.error("while importing")
logging.getLogger("app").warning("of a child")
print("printed while importing")


def handler(event, context):
    return 1
