import json
import os

import boto3
import joblib

MODEL_KEY = os.environ["MODEL_KEY"]
MODEL_FILE = "/tmp/model.joblib"
MOST_INSTANCES = 150

# Once per environment: every warm request finds the model in memory.
s3 = boto3.client("s3")
s3.download_file(os.environ["MODEL_BUCKET"], MODEL_KEY, MODEL_FILE)
model = joblib.load(MODEL_FILE)
classes = model.classes_.tolist()


class BadRequest(Exception):
    """What the client sent cannot be used; the text says why."""


def lambda_handler(event, context):
    try:
        data = parse(event["body"])
        if "features" in data:
            result = predict([checked(data["features"])])[0]
        else:
            rows = [checked(row) for row in data["instances"]]
            result = {"predictions": predict(rows)}
    except BadRequest as error:
        return answer(400, {"error": str(error)})
    return answer(200, {"model": MODEL_KEY, **result})


def predict(rows):
    labels = model.predict(rows).tolist()
    probabilities = model.predict_proba(rows).tolist()
    return [
        {"prediction": label, "probabilities": dict(zip(classes, row))}
        for label, row in zip(labels, probabilities)
    ]


def parse(body):
    """The request as a dict with either `features` or a list `instances`."""
    if body is None:
        raise BadRequest("the request has no body")
    data = json.loads(body)
    if not isinstance(data, dict) or ("features" in data) == ("instances" in data):
        raise BadRequest("send an object with either features or instances")
    if "instances" in data:
        rows = data["instances"]
        if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_INSTANCES:
            raise BadRequest(f"instances must be a list of 1 to {MOST_INSTANCES} rows")
    return data


def checked(row):
    if not isinstance(row, list) or len(row) != model.n_features_in_:
        raise BadRequest(f"a row must be a list of {model.n_features_in_} numbers")
    if not all(is_length(value) for value in row):
        raise BadRequest("each value must be a number from 0 to 100")
    return row


def is_length(value):
    """No comparison with NaN is true, so NaN is out of range as well."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and 0 <= value <= 100


def answer(status, content):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(content),
    }
