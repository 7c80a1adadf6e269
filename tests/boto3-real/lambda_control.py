"""Lambda's control plane through the real boto3: run it beside `lambda-course cloud` with its variables set.

    lambda-course cloud --env-file /tmp/vars &  . /tmp/vars  &&  python3 tests/boto3-real/lambda_control.py

Every line that is printed is a call that was seen to work, or an error with AWS's code and text.
"""

import base64
import io
import json
import time
import urllib.request
import zipfile

import boto3
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::123456789012:role/course"
ACCOUNT = "123456789012"
lam = boto3.client("lambda")
seen = 0


def package(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/") + ".py", text)
    return buffer.getvalue()


def check(what, holds=True):
    global seen
    assert holds, what
    seen += 1
    print("ok", what)


def refused(what, code, text, call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        found = error.response["Error"]
        assert found["Code"] == code, f"{what}: {found}"
        assert text in found["Message"], f"{what}: {found}"
        check(f"{what}: {code}: {found['Message'][:90]}")
        return
    raise AssertionError(f"{what}: was not refused")


def answer(**parameters):
    response = lam.invoke(**parameters)
    return json.loads(response["Payload"].read()), response


HANDLER = """
import os
def handler(event, context):
    return {"version": context.function_version, "arn": context.invoked_function_arn, "stage": os.environ.get("STAGE"),
            "text": TEXT, "stream": context.log_stream_name, "runtime": os.environ["AWS_EXECUTION_ENV"]}
"""
ONE = package(app="TEXT = 'one'" + HANDLER)
TWO = package(app="TEXT = 'two'" + HANDLER)

# Functions
created = lam.create_function(
    FunctionName="f", Runtime="python3.13", Role=ROLE, Handler="app.handler", Code={"ZipFile": ONE}, Timeout=5,
    MemorySize=256, Environment={"Variables": {"STAGE": "dev"}}, Description="first", Tags={"team": "a"},
)
check("create: Pending", created["State"] == "Pending" and created["Version"] == "$LATEST")
lam.get_waiter("function_active_v2").wait(FunctionName="f")
check("waiter function_active_v2")
got, response = answer(FunctionName="f", LogType="Tail")
check("invoke", got["text"] == "one" and got["arn"].endswith(":function:f") and response["ExecutedVersion"] == "$LATEST")
check("its own runtime", got["runtime"] == "AWS_Lambda_python3.13")
check("log tail", b"REPORT RequestId:" in base64.b64decode(response["LogResult"]))
found = lam.get_function(FunctionName="f")
check("tags", found["Tags"] == {"team": "a"})
check("code location", urllib.request.urlopen(found["Code"]["Location"]).read() == ONE)
check("code size", found["Configuration"]["CodeSize"] == len(ONE))
lam.update_function_code(FunctionName="f", ZipFile=TWO)
lam.get_waiter("function_updated_v2").wait(FunctionName="f")
check("waiter function_updated_v2")
check("new code", answer(FunctionName="f")[0]["text"] == "two")
lam.update_function_configuration(FunctionName="f", Timeout=10, Environment={"Variables": {"STAGE": "prod"}})
check("new configuration", answer(FunctionName="f")[0]["stage"] == "prod")
configuration = lam.get_function_configuration(FunctionName="f")
check("kept what was not changed", configuration["MemorySize"] == 256 and configuration["Timeout"] == 10)
for index in range(60):
    lam.create_function(FunctionName=f"many{index:02}", Runtime="python3.14", Role=ROLE, Handler="app.handler", Code={"ZipFile": ONE})
names = [f["FunctionName"] for page in lam.get_paginator("list_functions").paginate() for f in page["Functions"]]
check("list in pages", len(names) == 61 and names == sorted(names))
for index in range(60):
    lam.delete_function(FunctionName=f"many{index:02}")
s3 = boto3.client("s3")
s3.create_bucket(Bucket="packages")
s3.put_object(Bucket="packages", Key="one.zip", Body=ONE)
lam.create_function(FunctionName="from-s3", Runtime="python3.14", Role=ROLE, Handler="app.handler",
                    Code={"S3Bucket": "packages", "S3Key": "one.zip"}, Publish=True)
check("from a bucket, published", answer(FunctionName="from-s3", Qualifier="1")[0]["version"] == "1")

# Versions and aliases
lam.update_function_code(FunctionName="f", ZipFile=ONE)
first = lam.publish_version(FunctionName="f", Description="v1")
check("publish", first["Version"] == "1" and first["FunctionArn"].endswith(":f:1"))
check("publish without a change", lam.publish_version(FunctionName="f")["Version"] == "1")
lam.update_function_code(FunctionName="f", ZipFile=TWO)
check("publish again", lam.publish_version(FunctionName="f")["Version"] == "2")
check("versions", [v["Version"] for v in lam.list_versions_by_function(FunctionName="f")["Versions"]] == ["$LATEST", "1", "2"])
alias = lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
check("alias", alias["AliasArn"].endswith(":f:live"))
got, response = answer(FunctionName="f:live")
check("invoke an alias", got["text"] == "one" and got["arn"].endswith(":f:live") and response["ExecutedVersion"] == "1")
check("a stream of its version", "[1]" in got["stream"])
lam.update_alias(FunctionName="f", Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})
executed = {answer(FunctionName="f", Qualifier="live")[1]["ExecutedVersion"] for _ in range(30)}
check("weights", executed == {"1", "2"})
lam.update_alias(FunctionName="f", Name="live", FunctionVersion="2", RoutingConfig={"AdditionalVersionWeights": {}})
check("alias moved", answer(FunctionName="f:live")[0]["text"] == "two")
check("aliases", [a["Name"] for a in lam.list_aliases(FunctionName="f")["Aliases"]] == ["live"])
refused("delete an aliased version", "ResourceConflictException", "live", lam.delete_function, FunctionName="f", Qualifier="2")
refused("old revision", "PreconditionFailedException", "Revision Id", lam.update_function_configuration, FunctionName="f",
        Timeout=3, RevisionId="12345678-1234-1234-1234-123456789012")

# Layers
layer = lam.publish_layer_version(LayerName="words", Content={"ZipFile": package(python__words="WORD = 'layer'")},
                                  CompatibleRuntimes=["python3.14"], Description="d")
check("layer", layer["Version"] == 1 and layer["Content"]["CodeSize"] > 0)
check("layer location", urllib.request.urlopen(layer["Content"]["Location"]).read()[:2] == b"PK")
lam.create_function(FunctionName="layered", Runtime="python3.14", Role=ROLE, Handler="app.handler", Layers=[layer["LayerVersionArn"]],
                    Code={"ZipFile": package(app="import words\ndef handler(event, context): return words.WORD")})
check("function with a layer", answer(FunctionName="layered")[0] == "layer")
check("by ARN", lam.get_layer_version_by_arn(Arn=layer["LayerVersionArn"])["Version"] == 1)
check("layers", [l["LayerName"] for l in lam.list_layers()["Layers"]] == ["words"])
lam.delete_layer_version(LayerName="words", VersionNumber=1)
check("deleted, and still used", answer(FunctionName="layered")[0] == "layer")
refused("six layers", "InvalidParameterValueException", "Cannot reference more than 5 layers.", lam.update_function_configuration,
        FunctionName="f", Layers=[layer["LayerVersionArn"]] * 6)
refused("no such layer", "InvalidParameterValueException", "does not exist.", lam.update_function_configuration,
        FunctionName="f", Layers=[layer["LayerVersionArn"]])

# Event source mappings
sqs = boto3.client("sqs")
queue = sqs.create_queue(QueueName="work")["QueueUrl"]
queue_arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:work"
mapping = lam.create_event_source_mapping(EventSourceArn=queue_arn, FunctionName="f", BatchSize=5)
check("mapping", mapping["State"] == "Creating" and mapping["BatchSize"] == 5)
check("mapping is enabled", lam.get_event_source_mapping(UUID=mapping["UUID"])["State"] == "Enabled")
sqs.send_message(QueueUrl=queue, MessageBody="hello")
for _ in range(50):
    counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    if counts["ApproximateNumberOfMessages"] == counts["ApproximateNumberOfMessagesNotVisible"] == "0":
        break
    time.sleep(0.2)
check("a message is worked off", counts["ApproximateNumberOfMessages"] == "0" and counts["ApproximateNumberOfMessagesNotVisible"] == "0")
refused("mapped twice", "ResourceConflictException", "already exists", lam.create_event_source_mapping, EventSourceArn=queue_arn, FunctionName="f")
lam.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
check("disabled", lam.get_event_source_mapping(UUID=mapping["UUID"])["State"] == "Disabled")
check("mappings", len(lam.list_event_source_mappings(FunctionName="f")["EventSourceMappings"]) == 1)
check("deleted", lam.delete_event_source_mapping(UUID=mapping["UUID"])["State"] == "Deleting")

# Asynchronous invocations
lam.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=1, DestinationConfig={"OnSuccess": {"Destination": queue_arn}})
config = lam.get_function_event_invoke_config(FunctionName="f")
check("event invoke config", config["MaximumRetryAttempts"] == 1 and config["FunctionArn"].endswith(":f:$LATEST"))
check("Event", lam.invoke(FunctionName="f", InvocationType="Event")["StatusCode"] == 202)
for _ in range(50):
    received = sqs.receive_message(QueueUrl=queue).get("Messages")
    if received:
        break
    time.sleep(0.2)
check("destination record", json.loads(received[0]["Body"])["requestContext"]["functionArn"].endswith(":f:$LATEST"))
check("DryRun", lam.invoke(FunctionName="f", InvocationType="DryRun")["StatusCode"] == 204)

# Concurrency
lam.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
refused("reserved 0", "TooManyRequestsException", "Rate Exceeded.", boto3.client(
    "lambda", config=boto3.session.Config(retries={"max_attempts": 0})).invoke, FunctionName="f")
check("concurrency", lam.get_function_concurrency(FunctionName="f")["ReservedConcurrentExecutions"] == 0)
lam.delete_function_concurrency(FunctionName="f")
refused("too much reserved", "InvalidParameterValueException", "minimum value of [100]", lam.put_function_concurrency,
        FunctionName="f", ReservedConcurrentExecutions=901)
limits = lam.get_account_settings()
check("account", limits["AccountLimit"]["ConcurrentExecutions"] == 1000 and limits["AccountUsage"]["FunctionCount"] == 3)
refused("provisioned $LATEST", "InvalidParameterValueException",
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
        lam.put_provisioned_concurrency_config, FunctionName="f", Qualifier="$LATEST", ProvisionedConcurrentExecutions=1)
lam.put_provisioned_concurrency_config(FunctionName="f", Qualifier="live", ProvisionedConcurrentExecutions=2)
for _ in range(50):
    state = lam.get_provisioned_concurrency_config(FunctionName="f", Qualifier="live")
    if state["Status"] == "READY":
        break
    time.sleep(0.2)
check("provisioned", state["AllocatedProvisionedConcurrentExecutions"] == 2)
lam.delete_provisioned_concurrency_config(FunctionName="f", Qualifier="live")
refused("no provisioned", "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found",
        lam.get_provisioned_concurrency_config, FunctionName="f", Qualifier="live")

# Permissions
notification = {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": found["Configuration"]["FunctionArn"], "Events": ["s3:ObjectCreated:*"]}]}
refused("notification without permission", "InvalidArgument", "Unable to validate the following destination configurations",
        s3.put_bucket_notification_configuration, Bucket="packages", NotificationConfiguration=notification)
lam.add_permission(FunctionName="f", StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com",
                   SourceArn="arn:aws:s3:::packages", SourceAccount=ACCOUNT)
statement = json.loads(lam.get_policy(FunctionName="f")["Policy"])["Statement"][0]
check("policy", statement["Sid"] == "s3" and statement["Principal"] == {"Service": "s3.amazonaws.com"})
s3.put_bucket_notification_configuration(Bucket="packages", NotificationConfiguration=notification)
check("notification with permission")
s3.put_bucket_notification_configuration(Bucket="packages", NotificationConfiguration={})
lam.remove_permission(FunctionName="f", StatementId="s3")
refused("no policy", "ResourceNotFoundException", "The resource you requested does not exist.", lam.get_policy, FunctionName="f")

# Function URLs
url = lam.create_function_url_config(FunctionName="f", AuthType="NONE")["FunctionUrl"]
def get(address):
    """Names below localhost are known to curl and browsers, and not to every resolver."""
    host = address.split("/")[2]
    return urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{host.split(':')[1]}/", headers={"Host": host}))


check("function URL", json.load(get(url))["text"] == "two")
lam.update_function_url_config(FunctionName="f", AuthType="AWS_IAM")
try:
    get(url)
    check("unsigned", False)
except urllib.error.HTTPError as error:
    check("unsigned is refused", error.code == 403)
check("URLs", len(lam.list_function_url_configs(FunctionName="f")["FunctionUrlConfigs"]) == 1)
lam.delete_function_url_config(FunctionName="f")

# The rest
arn = found["Configuration"]["FunctionArn"]
lam.tag_resource(Resource=arn, Tags={"stage": "x"})
lam.untag_resource(Resource=arn, TagKeys=["team"])
check("tags changed", lam.list_tags(Resource=arn)["Tags"] == {"stage": "x"})
lam.put_function_recursion_config(FunctionName="f", RecursiveLoop="Allow")
check("recursion", lam.get_function_recursion_config(FunctionName="f")["RecursiveLoop"] == "Allow")
check("runtime management", lam.get_runtime_management_config(FunctionName="f")["UpdateRuntimeOn"] == "Auto")
for identifier in ["f", "function:f", f"{ACCOUNT}:function:f", arn, f"{arn}:live", "f:1"]:
    check(f"named {identifier}", lam.get_function_configuration(FunctionName=identifier)["FunctionName"] == "f")
refused("other qualifier", "InvalidParameterValueException", "does not match", lam.get_function, FunctionName="f:1", Qualifier="2")

# Errors
base = {"FunctionName": "g", "Runtime": "python3.14", "Role": ROLE, "Handler": "app.handler", "Code": {"ZipFile": ONE}}
create = lambda **changes: lam.create_function(**{**base, **changes})
refused("taken", "ResourceConflictException", "Function already exist: f", create, FunctionName="f")
refused("missing", "ResourceNotFoundException", f"Function not found: arn:aws:lambda:us-east-1:{ACCOUNT}:function:no:$LATEST", lam.invoke, FunctionName="no")
refused("runtime", "InvalidParameterValueException", "The runtime parameter of python3.8 is no longer supported", create, Runtime="python3.8")
refused("other runtime", "InvalidParameterValueException", "provided", create, Runtime="provided.al2023")
refused("unknown runtime", "InvalidParameterValueException", "Member must satisfy enum value set", create, Runtime="python4")
refused("memory", "ValidationException", "'memorySize'", create, MemorySize=20000)
refused("timeout", "ValidationException", "'timeout'", create, Timeout=901)
refused("role", "ValidationException", "'role'", create, Role="arn:aws:iam::1:role/x")
refused("no zip", "InvalidParameterValueException", "Could not unzip uploaded file.", create, Code={"ZipFile": b"PK"})
refused("environment", "InvalidParameterValueException", "4KB limit", create, Environment={"Variables": {"A1": "x" * 4096}})
refused("reserved names", "InvalidParameterValueException", "Reserved keys used in this request: AWS_REGION", create,
        Environment={"Variables": {"AWS_REGION": "moon"}})
refused("no such key", "InvalidParameterValueException", "S3 Error Code: NoSuchKey", create, Code={"S3Bucket": "packages", "S3Key": "no"})
refused("image", "UnknownOperationException", "container images", create, PackageType="Image", Code={"ImageUri": "x"})
refused("unknown operation", "UnknownOperationException", "no operation", lam.list_code_signing_configs)
for name in ["f", "layered", "from-s3"]:
    lam.delete_function(FunctionName=name)
check("all deleted", lam.list_functions()["Functions"] == [])
print(f"{seen} checks passed")
