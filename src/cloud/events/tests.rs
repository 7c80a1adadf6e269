#![expect(clippy::needless_pass_by_value, reason = "literals read better")]

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::chance::Chance;
use crate::clock::{Clock, Timestamp};
use crate::cloud::{Account, Cloud};
use crate::history::History;

fn cloud() -> Arc<Cloud> {
    let clock = Clock::new(Timestamp::from_micros(1_767_225_600_000_000));
    let cloud = Cloud::new(clock, &Chance::seeded(1), History::default(), Account::default());
    cloud.sqs.create_queue("q", &[]).unwrap();
    cloud
}

fn put(cloud: &Cloud, entries: Value) -> Value {
    let mut call = Call::outside();
    let answer = cloud
        .events
        .execute(&mut call, "PutEvents", &json!({ "Entries": entries }))
        .unwrap();
    cloud.finish(call, "events", "PutEvents", json!({}), None);
    answer
}

fn received(cloud: &Cloud) -> Vec<Value> {
    let bodies = cloud.sqs.peek_all("q");
    bodies.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
}

#[test]
fn a_rule_hands_matching_events_to_its_targets() {
    let cloud = cloud();
    let pattern = json!({ "source": ["shop"], "detail": { "total": [{ "numeric": [">", 10] }] } });
    cloud
        .events
        .create_rule("default", "r", Some(&pattern), None, &[cloud.sqs.arn("q")])
        .unwrap();
    let entry = |total: i32| json!({ "Source": "shop", "DetailType": "Order", "Detail": json!({ "total": total }).to_string() });
    let answer = put(
        &cloud,
        json!([entry(11), entry(9), { "Source": "shop", "DetailType": "x", "Detail": "no" }]),
    );
    assert_eq!(answer["FailedEntryCount"], 1);
    assert_eq!(answer["Entries"][2]["ErrorCode"], "MalformedDetail");
    let events = received(&cloud);
    assert_eq!(events.len(), 1);
    let keys: Vec<_> = events[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "version",
            "id",
            "detail-type",
            "source",
            "account",
            "time",
            "region",
            "resources",
            "detail"
        ]
    );
    assert_eq!(events[0]["time"].as_str().unwrap().len(), "2026-01-01T00:00:00Z".len());
}

#[test]
fn events_go_from_bus_to_bus_and_a_circle_ends() {
    let cloud = cloud();
    cloud.events.create_bus("one");
    let all = json!({ "source": [{ "prefix": "" }] });
    let (one, default) = (cloud.events.bus_arn("one"), cloud.events.bus_arn("default"));
    cloud
        .events
        .create_rule("default", "on", Some(&all), None, &[one])
        .unwrap();
    cloud
        .events
        .create_rule("one", "back", Some(&all), None, &[default, cloud.sqs.arn("q")])
        .unwrap();
    put(&cloud, json!([{ "Source": "s", "DetailType": "d", "Detail": "{}" }]));
    assert!(!received(&cloud).is_empty());
}

#[test]
fn s3_tells_the_default_bus() {
    let cloud = cloud();
    cloud.s3.create_bucket("bucket").unwrap();
    let configuration = crate::cloud::s3::NotificationConfiguration {
        event_bridge: true,
        ..Default::default()
    };
    cloud.s3.set_notifications("bucket", configuration).unwrap();
    let pattern = json!({ "source": ["aws.s3"] });
    cloud
        .events
        .create_rule("default", "r", Some(&pattern), None, &[cloud.sqs.arn("q")])
        .unwrap();
    let mut call = Call::outside();
    cloud.s3.put(&mut call, "bucket", "a b", "data").unwrap();
    cloud.s3.delete_object(&mut call, "bucket", "a b", None).unwrap();
    cloud.finish(call, "s3", "PutObject", json!({}), None);
    let golden: Value = serde_json::from_str(include_str!("../../../tests/golden/aws/s3-eventbridge.json")).unwrap();
    let golden = golden
        .as_object()
        .unwrap()
        .iter()
        .find(|(name, _)| name.ends_with("::test_object_created_put"));
    let golden = &golden.unwrap().1["recorded-content"];
    for (event, recorded) in received(&cloud)
        .iter()
        .zip([&golden["object_created"], &golden["object_deleted"]])
    {
        let names = |value: &Value| {
            let mut names: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
            names.sort();
            names
        };
        assert_eq!(names(event), names(recorded));
        assert_eq!(names(&event["detail"]), names(&recorded["detail"]));
        assert_eq!(names(&event["detail"]["object"]), names(&recorded["detail"]["object"]));
        for field in ["detail-type", "source", "version"] {
            assert_eq!(event[field], recorded[field]);
        }
        assert_eq!(event["detail"]["reason"], recorded["detail"]["reason"]);
        assert_eq!(event["detail"]["object"]["key"], "a b");
    }
    let created = &received(&cloud)[0]["detail"]["object"]["etag"];
    assert_eq!(*created, golden["object_created"]["detail"]["object"]["etag"]);
}

#[tokio::test]
async fn a_schedule_fires_as_often_as_time_passes_it() {
    let cloud = cloud();
    cloud
        .events
        .create_rule("default", "r", None, Some("rate(10 minutes)"), &[cloud.sqs.arn("q")])
        .unwrap();
    cloud.clock().settled().await;
    assert!(received(&cloud).is_empty());
    cloud.clock().advance(Duration::from_mins(35)).await;
    let events = received(&cloud);
    assert_eq!(events.len(), 3);
    assert_eq!(events[0]["detail-type"], "Scheduled Event");
    assert_eq!(
        events[0]["resources"],
        json!(["arn:aws:events:us-east-1:123456789012:rule/r"])
    );
    let call = &mut Call::outside();
    cloud
        .events
        .execute(call, "DisableRule", &json!({ "Name": "r" }))
        .unwrap();
    cloud.clock().advance(Duration::from_hours(1)).await;
    assert_eq!(received(&cloud).len(), 3);
}
