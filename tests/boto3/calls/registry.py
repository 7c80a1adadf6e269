"""Where the calls are registered, and what they share."""

CALLS = []


def call(function):
    """Register a call under its function's name."""
    CALLS.append((function.__name__, function))
    return function


def each(prefix, **calls):
    """Register several short calls."""
    for name, function in calls.items():
        CALLS.append((prefix + "_" + name, function))


class Aws:
    """The module under test and what the calls leave for each other."""

    def __init__(self, boto3, endpoint, keys):
        self.boto3 = boto3
        self.endpoint = endpoint
        self.options = dict(keys, endpoint_url=endpoint, region_name="us-east-1")
        self._made = {}

    def __getattr__(self, name):
        # aws.s3, aws.sqs, aws.lambda_; aws.r_s3 is the resource.
        if name not in self._made:
            kind = self.boto3.resource if name.startswith("r_") else self.boto3.client
            service = name[2:] if name.startswith("r_") else name.rstrip("_")
            self._made[name] = kind(service, **self.options)
        return self._made[name]

    @property
    def items(self):
        return self.r_dynamodb.Table("items")


def caught(function, kind):
    try:
        function()
    except kind as e:
        return [type(e).__name__, e.operation_name, sorted(e.response)]
    return None


def failure(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as e:
        return [type(e).__name__, str(e)]
