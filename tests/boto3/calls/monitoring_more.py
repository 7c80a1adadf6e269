"""EventBridge rules and targets, CloudWatch Logs pages and filters, CloudWatch statistics, STS."""

import datetime
import json

from .registry import call, each, failure
from .sqs_more import queue
from .sns_more import taken

ARN = "arn:aws:sqs:us-east-1:123456789012:"
EVENT = {
    "id": "7bf73129-1428-4cd3-a780-95db273d1602", "detail-type": "Order", "source": "shop",
    "account": "123456789012", "time": "2026-01-01T00:00:00Z", "region": "us-east-1", "resources": [],
    "detail": {"total": 12, "who": {"name": "Ann"}, "state": "paid", "file": "a/b.jpg"},
}


def matches(a, pattern):
    return a.events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(EVENT))["Result"]


@call
def eventsmore_patterns(a):
    patterns = [
        {"source": ["shop"]},
        {"source": ["other"]},
        {"detail": {"total": [{"numeric": [">", 10, "<=", 12]}]}},
        {"detail": {"who": {"name": [{"prefix": "A"}]}}},
        {"detail": {"state": [{"anything-but": ["open"]}]}},
        {"detail": {"file": [{"suffix": ".jpg"}]}},
        {"detail": {"none": [{"exists": False}]}},
        {"detail": {"who": {"name": [{"equals-ignore-case": "ANN"}]}}},
        {"detail": {"file": [{"wildcard": "a/*.jpg"}]}},
        {"$or": [{"source": ["x"]}, {"detail-type": ["Order"]}]},
    ]
    return [matches(a, pattern) for pattern in patterns]


@call
def eventsmore_targets(a):
    names = ["whole", "path", "fixed", "changed"]
    queues = [queue(a, "ev-" + name) for name in names]
    a.events.put_rule(Name="orders", EventPattern=json.dumps({"source": ["shop"]}), Description="d")
    targets = [{"Id": name, "Arn": ARN + "ev-" + name} for name in names]
    targets[1]["InputPath"] = "$.detail.who"
    targets[2]["Input"] = json.dumps({"fixed": 1})
    targets[3]["InputTransformer"] = {
        "InputPathsMap": {"n": "$.detail.total", "w": "$.detail.who.name"},
        "InputTemplate": '"<w> spent <n>"',
    }
    put = a.events.put_targets(Rule="orders", Targets=targets)
    a.events.put_events(
        Entries=[
            {"Source": "shop", "DetailType": "Order", "Detail": json.dumps(EVENT["detail"]), "Resources": ["r"]},
            {"Source": "other", "DetailType": "Order", "Detail": "{}"},
        ]
    )
    found = [[m["Body"] for m in taken(a, q)] for q in queues]
    whole = json.loads(found[0][0])
    return [put, list(whole), whole["resources"], whole["detail"], found[1:]]


each(
    "eventsmore",
    bad_detail=lambda a: a.events.put_events(
        Entries=[{"Source": "s", "DetailType": "t", "Detail": "{"}, {"Source": "s", "Detail": "{}"}]
    ),
    disable=lambda a: (
        a.events.disable_rule(Name="orders"),
        a.events.describe_rule(Name="orders")["State"],
        a.events.enable_rule(Name="orders"),
        a.events.describe_rule(Name="orders")["State"],
    )[1::2],
    names_by_target=lambda a: a.events.list_rule_names_by_target(TargetArn=ARN + "ev-path")["RuleNames"],
    delete_with_targets=lambda a: a.events.delete_rule(Name="orders"),
    remove_targets=lambda a: a.events.remove_targets(Rule="orders", Ids=["whole", "path", "fixed", "changed"]),
    delete=lambda a: (a.events.delete_rule(Name="orders"), failure(a.events.describe_rule, Name="orders")),
    bad_pattern=lambda a: a.events.put_rule(Name="bad", EventPattern="{"),
    bad_schedule=lambda a: a.events.put_rule(Name="bad", ScheduleExpression="often"),
    no_rule=lambda a: a.events.put_targets(Rule="nope", Targets=[{"Id": "1", "Arn": ARN + "x"}]),
    other_bus=lambda a: other_bus(a),
    no_bus=lambda a: a.events.put_rule(Name="r", EventBusName="nope", EventPattern='{"source": ["x"]}'),
    list_prefix=lambda a: [r["Name"] for r in a.events.list_rules(NamePrefix="ev")["Rules"]],
    describe_bus=lambda a: a.events.describe_event_bus()["Name"],
    tags=lambda a: tags(a),
)


def other_bus(a):
    a.events.create_event_bus(Name="side")
    q = queue(a, "ev-side")
    a.events.put_rule(Name="all", EventBusName="side", EventPattern='{"account": ["123456789012"]}')
    a.events.put_targets(Rule="all", EventBusName="side", Targets=[{"Id": "1", "Arn": ARN + "ev-side"}])
    entry = {"Source": "s", "DetailType": "t", "Detail": "{}"}
    a.events.put_events(Entries=[entry, {**entry, "EventBusName": "side"}])
    return len(taken(a, q))


def tags(a):
    made = a.events.put_rule(
        Name="tagged", EventPattern='{"source": ["x"]}', Tags=[{"Key": "a", "Value": "1"}]
    )["RuleArn"]
    a.events.tag_resource(ResourceARN=made, Tags=[{"Key": "b", "Value": "2"}])
    a.events.untag_resource(ResourceARN=made, TagKeys=["a"])
    return a.events.list_tags_for_resource(ResourceARN=made)["Tags"]


G = {"logGroupName": "/pages"}


@call
def logsmore_pages(a):
    a.logs.create_log_group(**G, tags={"t": "1"})
    a.logs.create_log_stream(**G, logStreamName="one")
    now = int(datetime.datetime.now().timestamp() * 1000)
    lines = ["plain %d" % n for n in range(5)] + ['{"level": "ERROR", "n": 5}', '{"level": "INFO", "n": 1}']
    a.logs.put_log_events(
        **G, logStreamName="one", logEvents=[{"timestamp": now + n, "message": m} for n, m in enumerate(lines)]
    )
    get = lambda **more: a.logs.get_log_events(**G, logStreamName="one", **more)  # noqa: E731
    first = get(limit=3, startFromHead=True)
    second = get(limit=3, startFromHead=True, nextToken=first["nextForwardToken"])
    texts = lambda page: [e["message"] for e in page["events"]]  # noqa: E731
    return [texts(first), texts(second), texts(get(limit=2)), texts(get(startTime=now + 4, endTime=now + 6))]


def filtered(a, pattern, **more):
    return [e["message"] for e in a.logs.filter_log_events(**G, filterPattern=pattern, **more)["events"]]


each(
    "logsmore",
    filter_term=lambda a: filtered(a, "plain"),
    filter_not=lambda a: filtered(a, "plain -3"),
    filter_phrase=lambda a: filtered(a, '"plain 2"'),
    filter_any=lambda a: filtered(a, "?2 ?3"),
    filter_json=lambda a: filtered(a, '{ $.level = "ERROR" }'),
    filter_json_number=lambda a: filtered(a, "{ $.n < 3 }"),
    filter_none=lambda a: filtered(a, "absent"),
    filter_pages=lambda a: [
        len(p["events"])
        for p in a.logs.get_paginator("filter_log_events").paginate(**G, PaginationConfig={"PageSize": 3})
    ],
    filter_no_group=lambda a: a.logs.filter_log_events(logGroupName="/none"),
    group=lambda a: {
        k: v
        for k, v in a.logs.describe_log_groups(logGroupNamePrefix="/pages")["logGroups"][0].items()
        if k in ("logGroupName", "arn", "metricFilterCount")
    },
    retention=lambda a: (
        a.logs.put_retention_policy(**G, retentionInDays=3),
        a.logs.describe_log_groups(logGroupNamePrefix="/pages")["logGroups"][0]["retentionInDays"],
        a.logs.delete_retention_policy(**G),
        "retentionInDays" in a.logs.describe_log_groups(logGroupNamePrefix="/pages")["logGroups"][0],
    )[1::2],
    bad_retention=lambda a: a.logs.put_retention_policy(**G, retentionInDays=2),
    tags=lambda a: (
        a.logs.tag_resource(resourceArn=group_arn(a), tags={"u": "2"}),
        a.logs.untag_resource(resourceArn=group_arn(a), tagKeys=["t"]),
        a.logs.list_tags_for_resource(resourceArn=group_arn(a))["tags"],
    )[2],
    stream_again=lambda a: a.logs.create_log_stream(**G, logStreamName="one"),
    stream_order=lambda a: [
        s["logStreamName"]
        for s in a.logs.describe_log_streams(**G, orderBy="LastEventTime", descending=True)["logStreams"]
    ],
    put_no_stream=lambda a: a.logs.put_log_events(
        **G, logStreamName="none", logEvents=[{"timestamp": 1, "message": "x"}]
    ),
    put_unordered=lambda a: a.logs.put_log_events(
        **G, logStreamName="one",
        logEvents=[{"timestamp": n, "message": "x"} for n in (1_800_000_000_001, 1_800_000_000_000)],
    ),
    delete_stream=lambda a: (
        a.logs.delete_log_stream(**G, logStreamName="one"),
        a.logs.describe_log_streams(**G)["logStreams"],
    ),
    delete=lambda a: (a.logs.delete_log_group(**G), a.logs.delete_log_group(**G)),
    bad_name=lambda a: a.logs.create_log_group(logGroupName="a b"),
)


def group_arn(a):
    return "arn:aws:logs:us-east-1:123456789012:log-group:/pages"


def metric(**more):
    return {"Namespace": "More", "MetricData": [{"MetricName": "m", "Unit": "Count", **more}]}


each(
    "cloudwatchmore",
    values=lambda a: a.cloudwatch.put_metric_data(**metric(Values=[1.0, 2.0, 3.0], Counts=[1, 2, 1], Timestamp=now())),
    value=lambda a: a.cloudwatch.put_metric_data(**metric(Value=4.0, Timestamp=now())),
    statistics=lambda a: [
        {k: v for k, v in point.items() if k != "Timestamp"}
        for point in a.cloudwatch.get_metric_statistics(
            Namespace="More", MetricName="m", Period=3600,
            StartTime=now() - datetime.timedelta(hours=1), EndTime=now() + datetime.timedelta(hours=1),
            Statistics=["Sum", "SampleCount", "Minimum", "Maximum", "Average"],
        )["Datapoints"]
    ],
    list=lambda a: a.cloudwatch.list_metrics(Namespace="More")["Metrics"],
    list_paginate=lambda a: [
        m["MetricName"]
        for p in a.cloudwatch.get_paginator("list_metrics").paginate(Namespace="More")
        for m in p["Metrics"]
    ],
)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


each(
    "stsmore",
    assumed=lambda a: a.sts.assume_role(
        RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="me"
    )["AssumedRoleUser"]["Arn"],
    session=lambda a: sorted(a.sts.get_session_token()["Credentials"]),
)
