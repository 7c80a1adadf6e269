#![expect(clippy::needless_pass_by_value, reason = "literals read better")]

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::chance::Chance;
use crate::clock::{Clock, Timestamp};
use crate::cloud::{Account, Cloud, Effect};
use crate::history::History;

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

fn cloud() -> Arc<Cloud> {
    let clock = Clock::new(Timestamp::from_micros(1_767_225_600_000_000));
    Cloud::new(clock, &Chance::seeded(1), History::default(), Account::default())
}

fn publish(cloud: &Cloud, input: Value) -> Vec<Handover> {
    let mut call = Call::outside();
    cloud.sns.execute(&mut call, "Publish", &input).unwrap();
    let handovers = call.effects.into_iter().filter_map(|effect| match effect {
        Effect::HandOver(handover) => Some(*handover),
        _ => None,
    });
    handovers.collect()
}

#[test]
fn a_function_gets_one_record() {
    let cloud = cloud();
    let topic = cloud.sns.create_topic("t").unwrap();
    cloud.sns.subscribe(&topic, FUNCTION).unwrap();
    let attributes = json!({ "n": { "DataType": "Number", "StringValue": "1" } });
    let sent = publish(
        &cloud,
        json!({ "TopicArn": topic, "Message": "hi", "MessageAttributes": attributes }),
    );
    let event: Value = serde_json::from_slice(&sent[0].body).unwrap();
    let record = &event["Records"][0];
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        keys(record),
        ["EventSource", "EventVersion", "EventSubscriptionArn", "Sns"]
    );
    let names = [
        "Type",
        "MessageId",
        "TopicArn",
        "Subject",
        "Message",
        "Timestamp",
        "SignatureVersion",
        "Signature",
        "SigningCertUrl",
        "UnsubscribeUrl",
        "MessageAttributes",
    ];
    assert_eq!(keys(&record["Sns"]), names);
    assert_eq!(record["Sns"]["Subject"], Value::Null);
    assert_eq!(
        record["Sns"]["MessageAttributes"],
        json!({ "n": { "Type": "Number", "Value": "1" } })
    );
}

#[test]
fn a_queue_gets_an_envelope_or_the_bare_message() {
    let cloud = cloud();
    let topic = cloud.sns.create_topic("t").unwrap();
    cloud.sqs.create_queue("q", &[]).unwrap();
    cloud.sqs.create_queue("raw", &[]).unwrap();
    cloud.sns.subscribe(&topic, &cloud.sqs.arn("q")).unwrap();
    let raw = cloud.sns.subscribe(&topic, &cloud.sqs.arn("raw")).unwrap();
    let input = json!({ "SubscriptionArn": raw, "AttributeName": "RawMessageDelivery", "AttributeValue": "true" });
    cloud
        .sns
        .execute(&mut Call::outside(), "SetSubscriptionAttributes", &input)
        .unwrap();
    let mut call = Call::outside();
    let input = json!({ "TopicArn": topic, "Message": "{\"a\": 1}", "Subject": "s" });
    cloud.sns.execute(&mut call, "Publish", &input).unwrap();
    cloud.finish(call, "sns", "Publish", json!({}), None);
    assert_eq!(cloud.sqs.peek_all("raw"), ["{\"a\": 1}"]);
    let body = cloud.sqs.peek_all("q").remove(0);
    assert!(
        body.starts_with("{\n  \"Type\" : \"Notification\",\n  \"MessageId\" : \""),
        "{body}"
    );
    let envelope: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(envelope["Message"], "{\"a\": 1}");
    assert!(envelope["SigningCertURL"].is_string() && envelope["UnsubscribeURL"].is_string());
}

#[test]
fn filter_policies_look_at_attributes_or_the_body() {
    let cloud = cloud();
    let topic = cloud.sns.create_topic("t").unwrap();
    let arn = cloud.sns.subscribe(&topic, FUNCTION).unwrap();
    let set = |name: &str, value: &str| {
        let input = json!({ "SubscriptionArn": arn, "AttributeName": name, "AttributeValue": value });
        cloud
            .sns
            .execute(&mut Call::outside(), "SetSubscriptionAttributes", &input)
    };
    set(
        "FilterPolicy",
        r#"{"kind": ["order"], "total": [{"numeric": [">", 10]}]}"#,
    )
    .unwrap();
    assert_eq!(set("FilterPolicy", "[1]").unwrap_err().code, "InvalidParameter");
    let attribute = |kind: &str, value: &str| json!({ "DataType": kind, "StringValue": value });
    let with = |total: &str| {
        let attributes = json!({ "kind": attribute("String", "order"), "total": attribute("Number", total) });
        json!({ "TopicArn": topic, "Message": "x", "MessageAttributes": attributes })
    };
    assert_eq!(publish(&cloud, with("11")).len(), 1);
    assert_eq!(publish(&cloud, with("9")).len(), 0);
    set("FilterPolicyScope", "MessageBody").unwrap();
    assert_eq!(publish(&cloud, with("11")).len(), 0);
    assert_eq!(
        publish(
            &cloud,
            json!({ "TopicArn": topic, "Message": r#"{"kind":"order","total":20}"# })
        )
        .len(),
        1
    );
}
