"""Lambda."""

import io
import zipfile

from .registry import caught, each

def code():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        info = zipfile.ZipInfo("app.py", (2026, 1, 1, 0, 0, 0))
        archive.writestr(info, "def handler(event, context):\n    return event\n")
    return {"ZipFile": held.getvalue()}


FN = {"FunctionName": "fn"}
ROLE = "arn:aws:iam::123456789012:role/r"
each(
    "lambda",
    create=lambda a: a.lambda_.create_function(
        **FN, Runtime="python3.12", Role=ROLE, Handler="app.handler", Code=code(),
        Environment={"Variables": {"A": "1"}}, Tags={"k": "v"}, Timeout=9,
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
            **FN, EventSourceArn="arn:aws:sqs:us-east-1:123456789012:jobs", BatchSize=5
        )
    ),
    mappings=lambda a: [
        m["BatchSize"] for m in a.lambda_.list_event_source_mappings(**FN)["EventSourceMappings"]
    ],
    arn=lambda a: a.lambda_.list_tags(Resource="arn:aws:lambda:us-east-1:123456789012:function:fn")["Tags"],
    delete=lambda a: a.lambda_.delete_function(**FN),
)


def invoked(a, **more):
    answer = a.lambda_.invoke(**FN, **more)
    return [type(answer["Payload"]).__name__, sorted(answer), answer["StatusCode"]]
