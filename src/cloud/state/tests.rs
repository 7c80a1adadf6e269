use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::chance::Chance;
use crate::clock::{Clock, Timestamp};
use crate::cloud::s3::{Upload, Versioning};
use crate::cloud::{Account, Call};
use crate::history::History;

const START: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

fn cloud(seed: u64) -> std::sync::Arc<Cloud> {
    Cloud::new(
        Clock::new(START),
        &Chance::seeded(seed),
        History::default(),
        Account::default(),
    )
}

/// A cloud with the state of another, and what was kept of it.
fn again(before: &Cloud) -> (std::sync::Arc<Cloud>, Parts) {
    let mut contents = Contents::default();
    let parts = before.save(&mut contents).unwrap();
    let mut read = Contents::default();
    for (digest, content) in contents.swept() {
        read.add(digest.clone(), content.clone()).unwrap();
    }
    let after = cloud(2);
    after.restore(&mut parts.clone(), &read).unwrap();
    (after, parts)
}

async fn sqs(cloud: &Cloud, operation: &str, input: Value) -> Value {
    let busy = cloud.clock().busy();
    let (answer, _busy) = cloud.sqs.execute(&mut Call::outside(), operation, &input, busy).await;
    answer.unwrap()
}

#[tokio::test]
async fn all_services_go_on_where_they_were() {
    let before = cloud(1);
    let call = &mut Call::outside();
    before.s3.create_bucket("uploads").unwrap();
    before.s3.set_versioning("uploads", Versioning::Enabled).unwrap();
    for body in ["one", "two"] {
        before.s3.put(call, "uploads", "a b.txt", body).unwrap();
    }
    let upload = before.s3.create_upload("uploads", "big", Upload::default()).unwrap();
    before.sns.create_topic("news").unwrap();
    before
        .sns
        .subscribe(&before.sns.arn("news"), &before.sqs.arn("jobs"))
        .unwrap();
    let rule = json!({ "source": ["shop"] });
    before
        .events
        .create_rule("default", "orders", Some(&rule), None, &[before.sqs.arn("jobs")])
        .unwrap();
    before.logs.append("/aws/lambda/f", "s", START, "REPORT");
    before
        .dynamodb
        .create_table("items", "id", None, Some("NEW_IMAGE"))
        .unwrap();
    before
        .dynamodb
        .put_item_plain(call, "items", &json!({ "id": "1", "n": 2 }))
        .unwrap();
    before
        .sqs
        .create_queue("jobs.fifo", &[("FifoQueue", "true".to_owned())])
        .unwrap();
    before.sqs.create_queue("jobs", &[]).unwrap();
    sqs(
        &before,
        "SendMessage",
        json!({ "QueueUrl": before.sqs.url("jobs"), "MessageBody": "hidden" }),
    )
    .await;
    let received = sqs(&before, "ReceiveMessage", json!({ "QueueUrl": before.sqs.url("jobs") })).await;
    let fifo = json!({
        "QueueUrl": before.sqs.url("jobs.fifo"),
        "MessageBody": "m",
        "MessageGroupId": "g",
        "MessageDeduplicationId": "d",
    });
    let first = sqs(&before, "SendMessage", fifo.clone()).await;

    let (after, _) = again(&before);
    assert_eq!(after.s3.get("uploads", "a b.txt").unwrap(), "two");
    assert_eq!(after.s3.versioning("uploads").unwrap(), Versioning::Enabled);
    after.s3.abort_upload("uploads", &upload).unwrap();
    after
        .sns
        .execute(
            call,
            "GetTopicAttributes",
            &json!({ "TopicArn": after.sns.arn("news") }),
        )
        .unwrap();
    assert_eq!(after.logs.messages("/aws/lambda/f", "s"), ["REPORT"]);
    assert_eq!(
        after.dynamodb.scan_all("items").unwrap(),
        [json!({ "id": "1", "n": 2 })]
    );
    assert_eq!(after.dynamodb.stream_arn("items"), before.dynamodb.stream_arn("items"));
    assert_eq!(after.callers.outside(), before.callers.outside());
    assert!(after.callers.lookup(&before.callers.outside().access_key_id).is_some());
    // A message in flight is hidden as long as it would have been, and its handle still deletes it.
    assert!(!after.sqs.has_visible(&after.sqs.arn("jobs")));
    after.clock().advance(std::time::Duration::from_secs(31)).await;
    assert!(after.sqs.has_visible(&after.sqs.arn("jobs")));
    let handle = received["Messages"][0]["ReceiptHandle"].as_str().unwrap();
    after.sqs.delete(&after.sqs.arn("jobs"), handle).unwrap();
    assert_eq!(after.sqs.peek_all("jobs").len(), 0);
    // What was sent before is remembered.
    assert_eq!(sqs(&after, "SendMessage", fifo).await["MessageId"], first["MessageId"]);
    let entry = json!({ "Source": "shop", "DetailType": "t", "Detail": "{}" });
    let put = &mut Call::outside();
    after
        .events
        .execute(put, "PutEvents", &json!({ "Entries": [entry] }))
        .unwrap();
    assert_eq!(put.effects.len(), 1, "the rule still has its target");
}

#[test]
fn damage_is_told() {
    let before = cloud(1);
    before.s3.create_bucket("uploads").unwrap();
    before.s3.put(&mut Call::outside(), "uploads", "a", "one").unwrap();
    let mut contents = Contents::default();
    let parts = before.save(&mut contents).unwrap();
    let missing = cloud(2).restore(&mut parts.clone(), &Contents::default()).unwrap_err();
    assert!(missing.to_string().contains("is missing"), "{missing}");
    let mut damaged = parts;
    damaged.insert("sqs".to_owned(), json!({ "jobs": 1 }));
    let error = cloud(2).restore(&mut damaged, &contents).unwrap_err();
    assert!(error.to_string().contains("the state of sqs is damaged"), "{error}");
    let mut other = Contents::default();
    assert!(other.add(digest_of(b"one"), "other".into()).is_err());
}

#[test]
fn only_what_is_used_is_kept() {
    let mut contents = Contents::default();
    let (one, two) = (Bytes::from("one"), Bytes::from("two"));
    let digest = contents.put(&one);
    contents.put(&two);
    assert_eq!(contents.swept().len(), 2);
    assert_eq!(contents.put(&Bytes::from("one")), digest);
    assert_eq!(contents.swept().keys().collect::<Vec<_>>(), [&digest]);
    assert!(contents.keep(&digest) && !contents.keep(&digest_of(b"two")));
}

#[derive(Debug, Clone)]
enum Change {
    Put(u8, Vec<u8>),
    Delete(u8),
    Versioning(bool),
    Send(String),
    Log(String),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0..4_u8, proptest::collection::vec(any::<u8>(), 0..40)).prop_map(|(key, body)| Change::Put(key, body)),
        (0..4_u8).prop_map(Change::Delete),
        any::<bool>().prop_map(Change::Versioning),
        "\\PC{1,20}".prop_map(Change::Send),
        "\\PC{0,20}".prop_map(Change::Log),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_happened_is_the_same_after_a_restart(changes in proptest::collection::vec(change(), 0..24)) {
        let before = cloud(1);
        before.s3.create_bucket("bucket").unwrap();
        before.sqs.create_queue("queue", &[]).unwrap();
        let call = &mut Call::outside();
        for change in changes {
            match change {
                Change::Put(key, body) => before.s3.put(call, "bucket", &format!("k/{key}"), body).unwrap(),
                Change::Delete(key) => drop(before.s3.delete_object(call, "bucket", &format!("k/{key}"), None).unwrap()),
                Change::Versioning(on) => {
                    let versioning = if on { Versioning::Enabled } else { Versioning::Suspended };
                    before.s3.set_versioning("bucket", versioning).unwrap();
                }
                Change::Send(body) => {
                    let handover = crate::cloud::Handover::new("arn:aws:s3:::bucket", before.sqs.arn("queue"), "t", body);
                    before.hand_over(handover, None).unwrap();
                }
                Change::Log(text) => before.logs.append("g", "s", START, &text),
            }
        }
        let (after, parts) = again(&before);
        prop_assert_eq!(after.save(&mut Contents::default()).unwrap(), parts);
    }
}
