"""EventBridge, CloudWatch Logs, CloudWatch metrics, STS."""

import datetime
import json

from .registry import each

WHEN = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
LOG = {"logGroupName": "/app", "logStreamName": "s"}

each(
    "events",
    put_rule=lambda a: a.events.put_rule(Name="r", EventPattern=json.dumps({"source": ["app"]})),
    put_schedule=lambda a: a.events.put_rule(Name="every", ScheduleExpression="rate(5 minutes)"),
    put_targets=lambda a: a.events.put_targets(
        Rule="r", Targets=[{"Id": "1", "Arn": "arn:aws:sqs:us-east-1:123456789012:jobs"}]
    ),
    list_targets=lambda a: a.events.list_targets_by_rule(Rule="r"),
    describe=lambda a: a.events.describe_rule(Name="r"),
    describe_404=lambda a: a.events.describe_rule(Name="nope"),
    list=lambda a: a.events.list_rules(),
    put=lambda a: a.events.put_events(
        Entries=[{"Source": "app", "DetailType": "t", "Detail": '{"a": 1}', "Time": WHEN}]
    ),
    bus=lambda a: a.events.create_event_bus(Name="mine"),
    buses=lambda a: a.events.list_event_buses(),
    bad=lambda a: a.events.put_events(Entries=[{"Sauce": "app"}]),
)
each(
    "logs",
    group=lambda a: a.logs.create_log_group(logGroupName="/app"),
    group_again=lambda a: a.logs.create_log_group(logGroupName="/app"),
    stream=lambda a: a.logs.create_log_stream(**LOG),
    put=lambda a: sorted(
        a.logs.put_log_events(
            **LOG, logEvents=[{"timestamp": int(datetime.datetime.now().timestamp() * 1000), "message": "hi ü"}]
        )
    ),
    get=lambda a: [e["message"] for e in a.logs.get_log_events(**LOG)["events"]],
    filter=lambda a: [
        e["message"] for e in a.logs.filter_log_events(logGroupName="/app", filterPattern="hi")["events"]
    ],
    groups=lambda a: [g["logGroupName"] for g in a.logs.describe_log_groups(logGroupNamePrefix="/app")["logGroups"]],
    streams=lambda a: [
        s["logStreamName"]
        for p in a.logs.get_paginator("describe_log_streams").paginate(logGroupName="/app")
        for s in p["logStreams"]
    ],
    missing=lambda a: a.logs.get_log_events(logGroupName="/nope", logStreamName="s"),
    retention=lambda a: a.logs.put_retention_policy(logGroupName="/app", retentionInDays=7),
)
each(
    "sts",
    identity=lambda a: [sorted(a.sts.get_caller_identity()), a.sts.get_caller_identity()["Account"]],
    assume=lambda a: sorted(
        a.sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="me")
    ),
    bad=lambda a: a.sts.assume_role(RoleArn="short", RoleSessionName="m"),
)
each(
    "cloudwatch",
    put=lambda a: a.cloudwatch.put_metric_data(
        Namespace="App",
        MetricData=[
            {
                "MetricName": "Orders",
                "Value": 2.5,
                "Unit": "Count",
                "Timestamp": datetime.datetime.now(datetime.timezone.utc),
                "Dimensions": [{"Name": "d", "Value": "1"}],
            },
            {"MetricName": "Orders", "Values": [1.0, 2.0], "Counts": [1, 1]},
        ],
    ),
    list=lambda a: sorted(m["MetricName"] for m in a.cloudwatch.list_metrics(Namespace="App")["Metrics"]),
    statistics=lambda a: a.cloudwatch.get_metric_statistics(
        Namespace="App",
        MetricName="Orders",
        Dimensions=[{"Name": "d", "Value": "1"}],
        StartTime=datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=5),
        EndTime=datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=5),
        Period=60,
        Statistics=["Sum", "Average"],
    )["Label"],
    bad=lambda a: a.cloudwatch.put_metric_data(Namespace="App", MetricData=[{"Value": "x"}]),
)
