#!/usr/bin/env bash
# Plays the session of docs/cloud.md with the real AWS CLI against `lambda-course cloud`, and writes what it shows there.
#
#   pip install awscli      # or version 2, from AWS
#   cargo build --locked
#   tests/awscli/transcript.sh [PROGRAM]      # the program is target/debug/lambda-course unless named
#
# Nothing of it goes to AWS. It ends with an error if a command fails or does not show what it must.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
program=${1:-$here/target/debug/lambda-course}
page=$here/docs/cloud.md
work=$(mktemp -d)
cloud=
end() {
  if [ -n "$cloud" ]; then kill -INT "$cloud" 2>/dev/null || true; wait "$cloud" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap end EXIT
cd "$work"
transcript=$work/transcript.txt
: >"$transcript"

# Adds a command and what it printed to the transcript.
keep() {
  # What a progress bar overwrites is not shown; nor are blanks at the end of a line.
  shown=$(printf '%s' "$shown" | sed -e 's/.*\r//' -e 's/[[:space:]]*$//')
  printf '$ %s\n' "$1" >>"$transcript"
  if [ -n "$shown" ]; then printf '%s\n' "$shown" >>"$transcript"; fi
  printf '\n' >>"$transcript"
}
fail() {
  printf '%s\n' "$shown" >&2
  echo "$1" >&2
  exit 1
}
must_show() {
  case "$shown" in *"$1"*) ;; *) fail "must show: $1" ;; esac
}
# Runs a command; what it prints is in $shown afterwards.
run() {
  shown=$(eval "$1" 2>&1) || fail "failed: $1"
  keep "$1"
}
# Runs a command again and again until it shows something: what is asynchronous takes its time.
run_until() {
  for _ in $(seq 100); do
    shown=$(eval "$2" 2>&1) || true
    case "$shown" in *"$1"*) keep "$2"; return ;; esac
    sleep 0.2
  done
  fail "must show: $1"
}

"$program" cloud --env-file "$work/cloud.env" >"$work/activity.txt" 2>&1 &
cloud=$!
until [ -s "$work/cloud.env" ]; do kill -0 "$cloud"; sleep 0.1; done
printf '$ . cloud.env\n\n' >>"$transcript"
. "$work/cloud.env"
export AWS_PAGER= AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null

cat >handler.py <<'PYTHON'
import os
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def lambda_handler(event, context):
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        print(f"{key} has {len(text.split())} words")
        table.put_item(Item={"key": key, "words": len(text.split())})
    return {"counted": len(event["Records"])}
PYTHON
run 'cat handler.py'
# Version 1 of the AWS CLI takes no notice of AWS_ENDPOINT_URL for SQS alone.
sqs=
case "$(aws --version 2>&1)" in aws-cli/1*) sqs='--endpoint-url $AWS_ENDPOINT_URL ' ;; esac
account=arn:aws:lambda:us-east-1:123456789012
run 'aws s3 mb s3://texts'
run 'aws dynamodb create-table --table-name words --billing-mode PAY_PER_REQUEST --attribute-definitions AttributeName=key,AttributeType=S --key-schema AttributeName=key,KeyType=HASH --query TableDescription.TableStatus'
run "aws sqs create-queue $sqs--queue-name results"
run 'zip -q function.zip handler.py'
run "aws lambda create-function --function-name count --runtime python3.14 --handler handler.lambda_handler --role arn:aws:iam::123456789012:role/count --environment 'Variables={TABLE=words}' --zip-file fileb://function.zip --query '[FunctionArn, State]'"
run 'aws lambda wait function-active-v2 --function-name count'
run "aws lambda put-function-event-invoke-config --function-name count --destination-config '{\"OnSuccess\": {\"Destination\": \"arn:aws:sqs:us-east-1:123456789012:results\"}}' --query DestinationConfig"
run 'aws lambda add-permission --function-name count --statement-id s3 --action lambda:InvokeFunction --principal s3.amazonaws.com --source-arn arn:aws:s3:::texts --query Statement --output text'
run "aws s3api put-bucket-notification-configuration --bucket texts --notification-configuration '{\"LambdaFunctionConfigurations\": [{\"LambdaFunctionArn\": \"$account:function:count\", \"Events\": [\"s3:ObjectCreated:*\"]}]}'"
run "echo 'so much depends upon a red wheel barrow' > 'a poem.txt'"
run "aws s3 cp 'a poem.txt' s3://texts/"
if aws logs tail help >/dev/null 2>&1; then
  run_until 'REPORT' 'aws logs tail /aws/lambda/count --since 5m --format short'
else
  # Version 1 of the AWS CLI has no `logs tail`; this is the call that it makes.
  run_until 'REPORT' "aws logs filter-log-events --log-group-name /aws/lambda/count --interleaved --query 'events[].message' --output json"
fi
must_show 'a poem.txt has 8 words'
run_until 'a poem.txt' 'aws dynamodb scan --table-name words'
must_show '"N": "8"'
run_until 'requestContext' "aws sqs receive-message $sqs--queue-url https://sqs.us-east-1.amazonaws.com/123456789012/results --query 'Messages[0].Body' --output text"
must_show '"condition":"Success"'
run "aws lambda invoke --function-name count --payload '{\"Records\": []}' --log-type Tail --query LogResult --output text response.json | base64 --decode"
must_show 'REPORT RequestId'
run 'cat response.json'
must_show '{"counted": 0}'
run 'aws s3 ls s3://texts'
must_show 'a poem.txt'
run "curl -s \"\$(aws s3 presign 's3://texts/a poem.txt')\""
must_show 'wheel barrow'
run 'aws s3 sync s3://texts copy'
run "aws s3 rm 's3://texts/a poem.txt'"

kill -INT "$cloud"
wait "$cloud"
cloud=
printf '\n' >>"$work/activity.txt"

python3 - "$page" "$transcript" "$work/activity.txt" <<'PYTHON'
import re
import sys

page, transcript, activity = sys.argv[1:]
text = open(page, encoding="utf-8").read()
shown = open(transcript, encoding="utf-8").read().strip()
told = open(activity, encoding="utf-8").read().strip()
# A key is nobody's business, not even a spent one.
told = re.sub(r"(SECRET_ACCESS_KEY=)\S+", r"\1...", told)
shown = re.sub(r"(Signature=)\w+", r"\1...", shown)
for name, language, content in [("session", "console", shown), ("activity", "text", told)]:
    marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.S)
    assert marked.search(text), f"{page} has no place for the {name}"
    text = marked.sub(lambda m: f"{m[1]}```{language}\n{content}\n```\n{m[2]}", text)
open(page, "w", encoding="utf-8").write(text)
PYTHON
echo "written to ${page#"$here/"}"
