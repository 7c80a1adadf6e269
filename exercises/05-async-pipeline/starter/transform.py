import json
import os

import boto3

NEXT_FUNCTION = os.environ["NEXT_FUNCTION"]

aws_lambda = boto3.client("lambda")


def lambda_handler(event, context):
    # TODO: work out the total and the units, and hand them over.
    return None
