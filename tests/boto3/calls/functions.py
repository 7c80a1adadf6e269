"""Lambda."""

import io
import json
import zipfile

from .registry import caught, each

def code(body="return event"):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        info = zipfile.ZipInfo("app.py", (2026, 1, 1, 0, 0, 0))
        archive.writestr(info, f"def handler(event, context):\n    {body}\n")
    return {"ZipFile": held.getvalue()}


FN = {"FunctionName": "fn"}
ARN = "arn:aws:lambda:us-east-1:123456789012:function:fn"
ROLE = "arn:aws:iam::123456789012:role/r"
each(
    "lambda",
    create=lambda a: a.lambda_.create_function(
        **FN, Runtime="python3.12", Role=ROLE, Handler="app.handler", Code=code(),
        Environment={"Variables": {"STAGE": "1"}}, Tags={"k": "v"}, Timeout=9,
    ),
    create_again=lambda a: a.lambda_.create_function(
        **FN, Runtime="python3.12", Role=ROLE, Handler="app.handler", Code=code()
    ),
    get=lambda a: sorted(a.lambda_.get_function(**FN)),
    configuration=lambda a: a.lambda_.get_function_configuration(**FN)["Environment"],
    get_404=lambda a: a.lambda_.get_function(FunctionName="nope"),
    list=lambda a: [f["FunctionName"] for f in a.lambda_.list_functions()["Functions"] if f["FunctionName"] != "calls"],
    paginate=lambda a: list(
        a.lambda_.get_paginator("list_functions").paginate().search("Functions[?FunctionName != `\"calls\"`].FunctionName")
    ),
    waiter=lambda a: a.lambda_.get_waiter("function_active_v2").wait(**FN),
    update=lambda a: a.lambda_.update_function_configuration(**FN, MemorySize=256)["MemorySize"],
    invoke=lambda a: invoked(a, Payload=b'{"a": 1}'),
    invoke_str=lambda a: invoked(a, Payload='{"ü": 1}', LogType="Tail"),
    invoke_event=lambda a: invoked(a, InvocationType="Event"),
    invoke_stream=lambda a: list(streamed(a, Payload=b'{"a": "\xc3\xbc"}')),
    invoke_stream_kind=lambda a: type(streamed(a)).__name__,
    invoke_stream_keys=lambda a: sorted(a.lambda_.invoke_with_response_stream(**FN)),
    invoke_stream_log=lambda a: [
        sorted(part) for event in streamed(a, LogType="Tail") for part in event.values()
    ],
    invoke_stream_error=lambda a: stream_of_an_error(a),
    invoke_stream_404=lambda a: a.lambda_.invoke_with_response_stream(FunctionName="nope"),
    invoke_stream_bad=lambda a: streamed(a, InvocationType="Event"),
    invoke_404=lambda a: a.lambda_.invoke(FunctionName="nope"),
    invoke_bad=lambda a: a.lambda_.invoke(**FN, Payload={"a": 1}),
    catch=lambda a: caught(
        lambda: a.lambda_.get_function(FunctionName="nope"),
        a.lambda_.exceptions.ResourceNotFoundException,
    ),
    publish=lambda a: a.lambda_.publish_version(**FN)["Version"],
    alias=lambda a: a.lambda_.create_alias(**FN, Name="live", FunctionVersion="1"),
    get_alias=lambda a: a.lambda_.get_alias(**FN, Name="live")["FunctionVersion"],
    permission=lambda a: sorted(
        a.lambda_.add_permission(
            **FN, StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
        )
    ),
    concurrency=lambda a: a.lambda_.put_function_concurrency(**FN, ReservedConcurrentExecutions=3),
    mapping=lambda a: sorted(
        a.lambda_.create_event_source_mapping(
            **FN, EventSourceArn=queue_for(a), BatchSize=5
        )
    ),
    mappings=lambda a: [
        m["BatchSize"] for m in a.lambda_.list_event_source_mappings(**FN)["EventSourceMappings"]
    ],
    arn=lambda a: a.lambda_.list_tags(Resource=ARN)["Tags"],
    update_code=lambda a: sorted(a.lambda_.update_function_code(**FN, ZipFile=code()["ZipFile"]))[:2],
    versions=lambda a: [v["Version"] for v in a.lambda_.list_versions_by_function(**FN)["Versions"]],
    invoke_alias=lambda a: a.lambda_.invoke(**FN, Qualifier="live")["ExecutedVersion"],
    invoke_no_version=lambda a: a.lambda_.invoke(**FN, Qualifier="9"),
    invoke_dry=lambda a: a.lambda_.invoke(**FN, InvocationType="DryRun")["StatusCode"],
    update_alias=lambda a: a.lambda_.update_alias(**FN, Name="live", Description="d")["Description"],
    list_aliases=lambda a: [x["Name"] for x in a.lambda_.list_aliases(**FN)["Aliases"]],
    delete_alias=lambda a: a.lambda_.delete_alias(**FN, Name="live"),
    alias_404=lambda a: a.lambda_.get_alias(**FN, Name="nope"),
    policy=lambda a: [
        s["Sid"] for s in json.loads(a.lambda_.get_policy(**FN)["Policy"])["Statement"]
    ],
    remove_permission=lambda a: a.lambda_.remove_permission(**FN, StatementId="s"),
    get_concurrency=lambda a: a.lambda_.get_function_concurrency(**FN)["ReservedConcurrentExecutions"],
    delete_concurrency=lambda a: a.lambda_.delete_function_concurrency(**FN),
    tag=lambda a: (
        a.lambda_.tag_resource(Resource=ARN, Tags={"b": "2"}),
        a.lambda_.untag_resource(Resource=ARN, TagKeys=["k"]),
        a.lambda_.list_tags(Resource=ARN)["Tags"],
    ),
    invoke_config=lambda a: a.lambda_.put_function_event_invoke_config(
        **FN, MaximumRetryAttempts=1, MaximumEventAgeInSeconds=120
    )["MaximumRetryAttempts"],
    invoke_config_get=lambda a: a.lambda_.get_function_event_invoke_config(**FN)["MaximumEventAgeInSeconds"],
    invoke_config_delete=lambda a: a.lambda_.delete_function_event_invoke_config(**FN),
    url=lambda a: a.lambda_.create_function_url_config(**FN, AuthType="NONE")["AuthType"],
    url_get=lambda a: a.lambda_.get_function_url_config(**FN)["AuthType"],
    url_delete=lambda a: a.lambda_.delete_function_url_config(**FN),
    layer=lambda a: a.lambda_.publish_layer_version(LayerName="lib", Content=code(), Description="d")["Version"],
    layer_get=lambda a: a.lambda_.get_layer_version(LayerName="lib", VersionNumber=1)["Description"],
    layers=lambda a: [x["LayerName"] for x in a.lambda_.list_layers()["Layers"]],
    layer_versions=lambda a: [v["Version"] for v in a.lambda_.list_layer_versions(LayerName="lib")["LayerVersions"]],
    layer_used=lambda a: len(
        a.lambda_.update_function_configuration(
            **FN, Layers=["arn:aws:lambda:us-east-1:123456789012:layer:lib:1"]
        )["Layers"]
    ),
    layer_delete=lambda a: a.lambda_.delete_layer_version(LayerName="lib", VersionNumber=1),
    mapping_update=lambda a: a.lambda_.update_event_source_mapping(UUID=mapping(a), BatchSize=7)["BatchSize"],
    mapping_get=lambda a: a.lambda_.get_event_source_mapping(UUID=mapping(a))["BatchSize"],
    mapping_delete=lambda a: a.lambda_.delete_event_source_mapping(UUID=mapping(a))["BatchSize"],
    mapping_404=lambda a: a.lambda_.get_event_source_mapping(UUID="7bf73129-1428-4cd3-a780-95db273d1602"),
    account=lambda a: a.lambda_.get_account_settings()["AccountLimit"]["CodeSizeZipped"],
    bad_memory=lambda a: a.lambda_.update_function_configuration(**FN, MemorySize=64),
    bad_runtime=lambda a: a.lambda_.create_function(
        FunctionName="bad", Runtime="cobol85", Role=ROLE, Handler="a.b", Code=code()
    ),
    delete=lambda a: a.lambda_.delete_function(**FN),
    delete_again=lambda a: a.lambda_.delete_function(**FN),
)


def queue_for(a):
    """A queue whose messages stay hidden for long enough."""
    a.sqs.create_queue(QueueName="mapped", Attributes={"VisibilityTimeout": "60"})
    return "arn:aws:sqs:us-east-1:123456789012:mapped"


def mapping(a):
    return a.lambda_.list_event_source_mappings(**FN)["EventSourceMappings"][0]["UUID"]



def invoked(a, **more):
    answer = a.lambda_.invoke(**FN, **more)
    return [type(answer["Payload"]).__name__, sorted(answer), answer["StatusCode"]]


def streamed(a, **more):
    return a.lambda_.invoke_with_response_stream(**FN, **more)["EventStream"]


def stream_of_an_error(a):
    name = {"FunctionName": "raises"}
    a.lambda_.create_function(
        **name, Runtime="python3.12", Role=ROLE, Handler="app.handler", Code=code("raise ValueError('no')")
    )
    try:
        return list(a.lambda_.invoke_with_response_stream(**name)["EventStream"])
    finally:
        a.lambda_.delete_function(**name)
