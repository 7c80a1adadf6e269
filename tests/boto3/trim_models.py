"""Cut botocore's service models down to what the bundled boto3 speaks.

Reads the models of the botocore installed for this interpreter and writes one
compact JSON file a service to src/python/site/botocore/data/. Run it again
after choosing other operations or taking a newer botocore:

    python3 tests/boto3/trim_models.py

Dropped: documentation, operations not listed in OPERATIONS, shapes nothing
reaches, and traits this client never reads (enums, patterns, maxima, examples,
endpoint rules). Kept: every name of a real operation, so that a call this
client lacks can be named in its error, and every error shape, so that
`client.exceptions` has what the real one has.
"""

import gzip
import json
import os

import botocore

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "..", "src", "python", "site", "botocore", "data")
SOURCE = os.path.join(os.path.dirname(botocore.__file__), "data")

OPERATIONS = {
    "s3": """AbortMultipartUpload CompleteMultipartUpload CopyObject CreateBucket
        CreateMultipartUpload DeleteBucket DeleteBucketPolicy DeleteBucketTagging DeleteObject
        DeleteObjectTagging DeleteObjects GetBucketLocation
        GetBucketNotificationConfiguration GetBucketPolicy GetBucketTagging GetBucketVersioning
        GetObject GetObjectAttributes GetObjectTagging HeadBucket HeadObject
        ListBuckets ListMultipartUploads ListObjectVersions ListObjects
        ListObjectsV2 ListParts PutBucketNotificationConfiguration
        PutBucketPolicy PutBucketTagging PutBucketVersioning PutObject PutObjectTagging
        UploadPart UploadPartCopy""",
    "dynamodb": """BatchExecuteStatement BatchGetItem BatchWriteItem CreateTable
        DeleteItem DeleteTable DescribeEndpoints DescribeLimits DescribeTable
        DescribeTimeToLive ExecuteStatement ExecuteTransaction GetItem ListTables
        ListTagsOfResource PutItem Query Scan TagResource TransactGetItems
        TransactWriteItems UntagResource UpdateItem UpdateTable
        UpdateTimeToLive""",
    "dynamodbstreams": "*",
    "lambda": """AddPermission CreateAlias CreateEventSourceMapping CreateFunction
        CreateFunctionUrlConfig DeleteAlias DeleteEventSourceMapping
        DeleteFunction DeleteFunctionConcurrency DeleteFunctionEventInvokeConfig
        DeleteFunctionUrlConfig DeleteLayerVersion
        DeleteProvisionedConcurrencyConfig GetAccountSettings GetAlias
        GetEventSourceMapping GetFunction GetFunctionConcurrency
        GetFunctionConfiguration GetFunctionEventInvokeConfig
        GetFunctionRecursionConfig GetFunctionUrlConfig GetLayerVersion GetPolicy
        GetProvisionedConcurrencyConfig Invoke InvokeAsync
        InvokeWithResponseStream ListAliases
        ListEventSourceMappings ListFunctionEventInvokeConfigs
        ListFunctionUrlConfigs ListFunctions ListLayerVersions ListLayers
        ListProvisionedConcurrencyConfigs ListTags ListVersionsByFunction
        PublishLayerVersion PublishVersion PutFunctionConcurrency
        PutFunctionEventInvokeConfig PutFunctionRecursionConfig
        PutProvisionedConcurrencyConfig RemovePermission TagResource
        UntagResource UpdateAlias UpdateEventSourceMapping UpdateFunctionCode
        UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig
        UpdateFunctionUrlConfig""",
    "sqs": "*",
    "sns": """AddPermission ConfirmSubscription CreateTopic DeleteTopic
        GetSubscriptionAttributes GetTopicAttributes ListSubscriptions
        ListSubscriptionsByTopic ListTagsForResource ListTopics Publish
        PublishBatch RemovePermission SetSubscriptionAttributes
        SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource""",
    "events": """CreateArchive CreateEventBus DeleteEventBus DeleteRule
        DescribeEventBus DescribeRule DisableRule EnableRule ListEventBuses
        ListRuleNamesByTarget ListRules ListTagsForResource ListTargetsByRule
        PutEvents PutPermission PutRule PutTargets RemovePermission
        RemoveTargets TagResource TestEventPattern UntagResource""",
    "logs": """CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream
        DeleteMetricFilter DeleteRetentionPolicy DeleteSubscriptionFilter
        DescribeLogGroups DescribeLogStreams DescribeMetricFilters
        DescribeSubscriptionFilters FilterLogEvents GetLogEvents
        GetQueryResults ListTagsForResource PutLogEvents PutMetricFilter
        PutRetentionPolicy PutSubscriptionFilter StartQuery StopQuery
        TagResource UntagResource""",
    "sts": "AssumeRole GetAccessKeyInfo GetCallerIdentity GetSessionToken",
    "cloudwatch": "GetMetricStatistics ListMetrics PutMetricData",
}

# The endpoint speaks the query protocol for CloudWatch, which the model still
# describes beside the newer ones.
PROTOCOL = {"cloudwatch": "query"}

METADATA = """apiVersion endpointPrefix jsonVersion protocol serviceFullName
    serviceId signingName targetPrefix xmlNamespace awsQueryCompatible""".split()
OPERATION = """name http input output errors httpChecksum httpChecksumRequired
    authtype idempotent""".split()
SHAPE = """type members required member key value min payload flattened location
    locationName streaming xmlNamespace xmlAttribute timestampFormat jsonvalue
    idempotencyToken error exception union document eventstream event
    requiresLength resultWrapper wrapper synthetic""".split()
REFERENCE = """shape location locationName streaming xmlNamespace xmlAttribute
    timestampFormat jsonvalue idempotencyToken flattened resultWrapper
    queryName eventpayload eventheader""".split()


def read(service, version, name):
    path = os.path.join(SOURCE, service, version, name)
    for suffix, opener in (("", open), (".gz", gzip.open)):
        if os.path.exists(path + suffix):
            with opener(path + suffix, "rb") as stream:
                return json.loads(stream.read())
    return {}


def pick(source, names):
    return {name: source[name] for name in names if name in source}


def reference(source):
    return pick(source, REFERENCE)


def trim_shape(shape):
    kept = pick(shape, SHAPE)
    if "members" in kept:
        kept["members"] = {k: reference(v) for k, v in kept["members"].items()}
    for name in ("member", "key", "value"):
        if name in kept:
            kept[name] = reference(kept[name])
    if kept.get("required") == []:
        del kept["required"]
    if "error" in kept:
        kept["error"] = pick(kept["error"], ["code", "httpStatusCode"])
    return kept


def reachable(shapes, names):
    found, todo = {}, list(names)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found[name] = shape = trim_shape(shapes[name])
        todo += [m["shape"] for m in shape.get("members", {}).values()]
        todo += [shape[k]["shape"] for k in ("member", "key", "value") if k in shape]
    return found


def extra(service, version, name, key):
    """A paginator or waiter file, with the additions botocore keeps beside it."""
    found = read(service, version, name + ".json").get(key, {})
    more = read(service, version, name + ".sdk-extras.json").get("merge", {})
    for operation, fields in more.get(key, {}).items():
        found.setdefault(operation, {}).update(fields)
    return found


def trim(service):
    version = sorted(os.listdir(os.path.join(SOURCE, service)))[-1]
    model = read(service, version, "service-2.json")
    more = read(service, version, "service-2.sdk-extras.json").get("merge", {})
    for name, fields in more.get("shapes", {}).items():
        shape = model["shapes"].setdefault(name, {})
        for key, value in fields.items():
            if isinstance(value, dict) and isinstance(shape.get(key), dict):
                shape[key].update(value)
            else:
                shape[key] = value
    every = sorted(model["operations"])
    wanted = OPERATIONS[service]
    wanted = every if wanted == "*" else wanted.split()
    operations, roots = {}, []
    for name in wanted:
        kept = pick(model["operations"][name], OPERATION)
        for side in ("input", "output"):
            if side in kept:
                kept[side] = reference(kept[side])
                roots.append(kept[side]["shape"])
        if "errors" in kept:
            kept["errors"] = [{"shape": e["shape"]} for e in kept["errors"]]
        operations[name] = kept
    roots += [n for n, s in model["shapes"].items() if s.get("exception")]
    metadata = pick(model["metadata"], METADATA)
    metadata["protocol"] = PROTOCOL.get(service, metadata["protocol"])
    shapes = reachable(model["shapes"], roots)
    paginators = extra(service, version, "paginators-1", "pagination")
    waiters = extra(service, version, "waiters-2", "waiters")
    return {
        "source": "botocore %s, %s/%s, trimmed" % (botocore.__version__, service, version),
        "metadata": metadata,
        "operations": operations,
        "shapes": {name: shapes[name] for name in model["shapes"] if name in shapes},
        "pagination": {k: v for k, v in paginators.items() if k in operations},
        "waiters": {
            name: {k: v for k, v in waiter.items() if k != "description"}
            for name, waiter in waiters.items()
            if waiter["operation"] in operations
        },
        "left_out": [name for name in every if name not in operations],
    }


def main():
    os.makedirs(OUT, exist_ok=True)
    total = 0
    for service in OPERATIONS:
        text = json.dumps(trim(service), separators=(",", ":"), ensure_ascii=False)
        path = os.path.join(OUT, service + ".json")
        with open(path, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text + "\n")
        total += len(text)
        print("%-10s %4d KB" % (service, len(text) // 1024))
    every = sorted(
        name for name in os.listdir(SOURCE) if os.path.isdir(os.path.join(SOURCE, name))
    )
    with open(os.path.join(OUT, "services.json"), "w", encoding="utf-8", newline="\n") as stream:
        stream.write(json.dumps(every, separators=(",", ":")) + "\n")
    print("%-10s %4d KB" % ("total", total // 1024))


if __name__ == "__main__":
    main()
