//! Whatever a client sends, every operation answers: nothing panics.

use std::sync::{Arc, OnceLock};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::clock::{Clock, Timestamp};
use crate::cloud::{Account, Call, Cloud};
use crate::history::History;

const NAMES: &[&str] = &[
    "QueueUrl",
    "QueueName",
    "MessageBody",
    "Entries",
    "Id",
    "ReceiptHandle",
    "Attributes",
    "AttributeNames",
    "MessageAttributes",
    "MaxNumberOfMessages",
    "DelaySeconds",
    "VisibilityTimeout",
    "RedrivePolicy",
    "TableName",
    "Key",
    "Item",
    "KeySchema",
    "AttributeDefinitions",
    "StreamArn",
    "ShardIterator",
    "TopicArn",
    "Message",
    "Name",
    "Subject",
    "FilterPolicy",
    "AttributeName",
    "AttributeValue",
    "Protocol",
    "Endpoint",
    "SubscriptionArn",
    "EventPattern",
    "ScheduleExpression",
    "Targets",
    "Rule",
    "Arn",
    "Detail",
    "DetailType",
    "Source",
    "Time",
    "logGroupName",
    "logStreamName",
    "logEvents",
    "timestamp",
    "message",
    "filterPattern",
    "nextToken",
    "limit",
    "startTime",
    "Namespace",
    "MetricName",
    "MetricData",
    "Value",
    "Values",
    "StartTime",
    "EndTime",
    "Period",
    "Statistics",
    "Dimensions",
    "InputTransformer",
    "PublishBatchRequestEntries",
    "TagKeys",
    "Tags",
    "S",
    "N",
    "B",
    "RequestItems",
    "TransactItems",
];

const OPERATIONS: &[&str] = &[
    "CreateQueue",
    "SendMessage",
    "SendMessageBatch",
    "DeleteMessage",
    "ChangeMessageVisibility",
    "GetQueueAttributes",
    "SetQueueAttributes",
    "TagQueue",
    "PurgeQueue",
    "CreateTable",
    "PutItem",
    "GetItem",
    "UpdateItem",
    "Query",
    "Scan",
    "BatchWriteItem",
    "TransactWriteItems",
    "DescribeStream",
    "GetShardIterator",
    "GetRecords",
    "UpdateTable",
    "CreateTopic",
    "Publish",
    "PublishBatch",
    "Subscribe",
    "SetSubscriptionAttributes",
    "PutRule",
    "PutTargets",
    "PutEvents",
    "TestEventPattern",
    "CreateLogGroup",
    "PutLogEvents",
    "GetLogEvents",
    "FilterLogEvents",
    "DescribeLogStreams",
    "PutMetricData",
    "GetMetricStatistics",
    "ListMetrics",
    "GetCallerIdentity",
    "Nonsense",
];

const TEXTS: &[&str] = &[
    "",
    "q",
    "orders",
    "x/q",
    "All",
    "1",
    "-1",
    "99999999999999999999",
    "arn:aws:sqs:us-east-1:123456789012:q",
    "arn:",
    "arn:aws:sns:us-east-1:123456789012:t",
    "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/x",
    "{",
    "{}",
    r#"{"a":[{"prefix":"x"}]}"#,
    "rate(1 minute)",
    "cron(0 0 31W 2 ? *)",
    "cron(0 0 ? * 7#5 2026)",
    "/app",
    "s",
    "{ $.a = 1 }",
    "?a -b \"c",
    "2026-01-01T00:00:00Z",
    "é\u{0}\u{202e}",
    "cXFxcQ==",
    "Number",
    "String",
    "lambda",
    "FilterPolicy",
    "Sum",
    "f/99",
    "$.detail[0",
    "<a>\\",
];

fn any_input() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(TEXTS).prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            entries(inner).prop_map(Value::Object),
        ]
    });
    entries(value).prop_map(Value::Object)
}

fn entries(value: impl Strategy<Value = Value>) -> impl Strategy<Value = serde_json::Map<String, Value>> {
    let entry = (proptest::sample::select(NAMES), value).prop_map(|(name, value)| (name.to_owned(), value));
    proptest::collection::vec(entry, 0..7).prop_map(|entries| entries.into_iter().collect())
}

/// One Region for all cases: what earlier ones left behind is part of the trial.
fn cloud() -> &'static Arc<Cloud> {
    static CLOUD: OnceLock<Arc<Cloud>> = OnceLock::new();
    CLOUD.get_or_init(|| {
        let clock = Clock::new(Timestamp::from_micros(1_767_225_600_000_000));
        let cloud = Cloud::new(clock, &Chance::seeded(1), History::default(), Account::default());
        cloud.sqs.create_queue("q", &[]).unwrap();
        cloud
            .dynamodb
            .create_table("orders", "id", None, Some("NEW_IMAGE"))
            .unwrap();
        cloud.sns.create_topic("t").unwrap();
        cloud.logs.append("/app", "s", cloud.clock().now(), "line");
        cloud
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_operation_answers(operation in proptest::sample::select(OPERATIONS), input in any_input()) {
        let cloud = cloud();
        let call = &mut Call::outside();
        let _ = cloud.dynamodb.execute(call, operation, &input.to_string());
        let _ = cloud.sns.execute(call, operation, &input);
        let _ = cloud.events.execute(call, operation, &input);
        let _ = cloud.logs.execute(call, operation, &input);
        let _ = cloud.cloudwatch.execute(call, operation, &input);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (answer, busy) = cloud.sqs.execute(call, operation, &input, cloud.clock().busy()).await;
            drop((answer, busy));
        });
        let call = std::mem::take(call);
        cloud.finish(call, "any", operation, json!({}), None);
    }
}
