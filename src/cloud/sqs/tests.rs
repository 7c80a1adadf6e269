use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::chance::Chance;
use crate::clock::{Clock, Timestamp};
use crate::cloud::{Account, Call, Cloud};
use crate::history::History;

fn cloud() -> Arc<Cloud> {
    let clock = Clock::new(Timestamp::from_micros(1_767_225_600_000_000));
    Cloud::new(clock, &Chance::seeded(1), History::default(), Account::default())
}

async fn run(cloud: &Cloud, operation: &str, input: Value) -> Result<Value, ApiError> {
    let mut call = Call::outside();
    let busy = cloud.clock().busy();
    let (answer, busy) = cloud.sqs.execute(&mut call, operation, &input, busy).await;
    let error = answer.as_ref().err().map(|error| error.code.to_string());
    cloud.finish(call, "sqs", operation, Value::Null, error.as_deref());
    drop(busy);
    answer
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn a_message_that_is_not_deleted_comes_back() {
    let cloud = cloud();
    let url = cloud.sqs.create_queue("q", &[]).unwrap();
    let arn = cloud.sqs.arn("q");
    run(&cloud, "SendMessage", json!({ "QueueUrl": url, "MessageBody": "hi" }))
        .await
        .unwrap();
    let hold = cloud.clock().busy();
    let first = cloud.sqs.receive_for_mapping(&arn, 10, None).unwrap();
    assert!(cloud.sqs.receive_for_mapping(&arn, 10, None).unwrap().is_empty());
    let start = cloud.clock().now();
    drop(hold);
    cloud.clock().settled().await;
    assert!(cloud.clock().now() - start >= seconds(29));
    let second = cloud.sqs.receive_for_mapping(&arn, 10, None).unwrap();
    assert_eq!(second[0].message_id, first[0].message_id);
    assert_ne!(second[0].receipt_handle, first[0].receipt_handle);
    assert_eq!(second[0].receive_count, 2);
}

#[tokio::test]
async fn deleting_takes_the_timer_away() {
    let cloud = cloud();
    let url = cloud.sqs.create_queue("q", &[]).unwrap();
    let start = cloud.clock().now();
    run(&cloud, "SendMessage", json!({ "QueueUrl": url, "MessageBody": "hi" }))
        .await
        .unwrap();
    let hold = cloud.clock().busy();
    let message = cloud.sqs.receive_for_mapping("q", 1, None).unwrap().remove(0);
    cloud.sqs.delete("q", &message.receipt_handle).unwrap();
    drop(hold);
    cloud.clock().settled().await;
    assert!(cloud.clock().now() - start < seconds(5));
    assert!(cloud.sqs.peek_all("q").is_empty());
}

#[tokio::test]
async fn a_long_poll_waits_in_virtual_time() {
    let cloud = cloud();
    let url = cloud.sqs.create_queue("q", &[]).unwrap();
    let start = cloud.clock().now();
    let empty = run(
        &cloud,
        "ReceiveMessage",
        json!({ "QueueUrl": url, "WaitTimeSeconds": 20 }),
    )
    .await;
    assert_eq!(empty.unwrap(), json!({}));
    assert!(cloud.clock().now() - start >= seconds(20));
    let input = json!({ "QueueUrl": url, "MessageBody": "late", "DelaySeconds": 10 });
    run(&cloud, "SendMessage", input).await.unwrap();
    let answer = run(
        &cloud,
        "ReceiveMessage",
        json!({ "QueueUrl": url, "WaitTimeSeconds": 20 }),
    )
    .await
    .unwrap();
    assert_eq!(answer["Messages"][0]["Body"], "late");
}

#[tokio::test]
async fn too_many_receives_lead_to_the_dead_letter_queue() {
    let cloud = cloud();
    cloud.sqs.create_queue("dead", &[]).unwrap();
    let policy = json!({ "deadLetterTargetArn": cloud.sqs.arn("dead"), "maxReceiveCount": 2 }).to_string();
    let url = cloud.sqs.create_queue("q", &[("RedrivePolicy", policy)]).unwrap();
    run(&cloud, "SendMessage", json!({ "QueueUrl": url, "MessageBody": "bad" }))
        .await
        .unwrap();
    for _ in 0..2 {
        assert_eq!(cloud.sqs.receive_for_mapping("q", 1, None).unwrap().len(), 1);
        cloud.clock().settled().await;
    }
    assert!(cloud.sqs.receive_for_mapping("q", 1, None).unwrap().is_empty());
    assert!(cloud.sqs.peek_all("q").is_empty());
    assert_eq!(cloud.sqs.peek_all("dead"), ["bad"]);
}

#[tokio::test]
async fn a_fifo_queue_keeps_order_and_drops_duplicates() {
    let cloud = cloud();
    let url = cloud
        .sqs
        .create_queue("q.fifo", &[("FifoQueue", "true".to_owned())])
        .unwrap();
    for (body, group, id) in [
        ("a1", "a", "1"),
        ("a2", "a", "2"),
        ("b1", "b", "3"),
        ("again", "a", "1"),
    ] {
        let input =
            json!({ "QueueUrl": url, "MessageBody": body, "MessageGroupId": group, "MessageDeduplicationId": id });
        run(&cloud, "SendMessage", input).await.unwrap();
    }
    let hold = cloud.clock().busy();
    let first = cloud.sqs.receive_for_mapping("q.fifo", 1, None).unwrap();
    assert_eq!(first[0].body, "a1");
    let others = cloud.sqs.receive_for_mapping("q.fifo", 10, None).unwrap();
    assert_eq!(
        others.iter().map(|message| message.body.as_str()).collect::<Vec<_>>(),
        ["b1"]
    );
    cloud.sqs.delete("q.fifo", &first[0].receipt_handle).unwrap();
    let next = cloud.sqs.receive_for_mapping("q.fifo", 10, None).unwrap();
    assert_eq!(next[0].body, "a2");
    assert_eq!(next.len(), 1);
    let keys: Vec<_> = next[0].system_attributes().into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        keys,
        [
            "ApproximateReceiveCount",
            "SentTimestamp",
            "SequenceNumber",
            "MessageGroupId",
            "SenderId",
            "MessageDeduplicationId",
            "ApproximateFirstReceiveTimestamp",
        ]
    );
    drop(hold);
}

#[tokio::test]
async fn batches_tell_what_failed() {
    let cloud = cloud();
    let url = cloud.sqs.create_queue("q", &[]).unwrap();
    let entries = json!([{ "Id": "1", "MessageBody": "x" }, { "Id": "2", "MessageBody": "" }]);
    let answer = run(
        &cloud,
        "SendMessageBatch",
        json!({ "QueueUrl": url, "Entries": entries }),
    )
    .await
    .unwrap();
    assert_eq!(answer["Successful"][0]["Id"], "1");
    assert_eq!(answer["Failed"][0]["Code"], "MissingParameter");
    let twice = json!([{ "Id": "1", "MessageBody": "x" }, { "Id": "1", "MessageBody": "y" }]);
    let error = run(&cloud, "SendMessageBatch", json!({ "QueueUrl": url, "Entries": twice }))
        .await
        .unwrap_err();
    assert_eq!(error.code, "BatchEntryIdsNotDistinct");
    let error = run(
        &cloud,
        "SendMessage",
        json!({ "QueueUrl": "x/none", "MessageBody": "x" }),
    )
    .await
    .unwrap_err();
    assert_eq!(error.query_code, Some("AWS.SimpleQueueService.NonExistentQueue"));
}
