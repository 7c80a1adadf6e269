import json
import os

import boto3

NEXT_FUNCTION = os.environ["NEXT_FUNCTION"]

aws_lambda = boto3.client("lambda")


def lambda_handler(event, context):
    # TODO: hand each valid order over to the next function, report the others.
    return {"accepted": [], "rejected": []}
