//! Where asynchronous events end up: topics and functions as destinations, per qualifier, and the way there, cause by
//! cause.

use lambda_course::cloud::Call;
use lambda_course::history::{Entry, Event, History};
use serde_json::{Value, json};

use crate::lab::{Lab, block_on, invocation};
use crate::signed;

const CODE: &str = "\
import json
def fails(event, context): raise ValueError('no')
def works(event, context): return {'n': 1}
def told(event, context): print(json.dumps(event))
";

/// A topic whose messages come as they are into a queue of the same name.
fn topic(lab: &Lab, name: &str) -> String {
    let cloud = lab.region.cloud();
    cloud.sqs.create_queue(name, &[]).unwrap();
    let topic = cloud.sns.create_topic(name).unwrap();
    cloud.sns.subscribe(&topic, &cloud.sqs.arn(name)).unwrap();
    topic
}

/// What a topic sent to the queue of its name.
fn notifications(lab: &Lab, name: &str) -> Vec<Value> {
    let bodies = lab.region.cloud().sqs.peek_all(name).into_iter();
    bodies.map(|body| serde_json::from_str(&body).unwrap()).collect()
}

fn record_in(notification: &Value) -> Value {
    serde_json::from_str(notification["Message"].as_str().unwrap()).unwrap()
}

#[test]
fn a_topic_gets_the_record_as_its_message_and_dead_letters_with_attributes() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let (done, failed, dead) = (topic(&lab, "done"), topic(&lab, "failed"), topic(&lab, "dead"));
        for name in ["works", "fails"] {
            lab.function(name, |config| {
                config.asynchronous.retries = 0;
                config.asynchronous.on_success = Some(done.clone());
                config.asynchronous.on_failure = Some(failed.clone());
                config.asynchronous.dead_letter = Some(dead.clone());
            });
        }
        let worked = lab.invoke_async("works", r#"{"k": 1}"#).await;
        let failing = lab.invoke_async("fails", r#"{"k": 2}"#).await;
        let sent = notifications(&lab, "done");
        assert_eq!(sent.len(), 1);
        assert_eq!(
            (&sent[0]["Type"], &sent[0]["TopicArn"]),
            (&json!("Notification"), &json!(done))
        );
        let mut record = record_in(&sent[0]);
        let timestamp = record["timestamp"].take();
        assert!(
            timestamp.as_str().unwrap().starts_with("2026-09-01T10:00:"),
            "{timestamp}"
        );
        let expected = json!({
            "version": "1.0",
            "timestamp": null,
            "requestContext": {
                "requestId": worked,
                "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:works:$LATEST",
                "condition": "Success",
                "approximateInvokeCount": 1,
            },
            "requestPayload": {"k": 1},
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
            "responsePayload": {"n": 1},
        });
        assert_eq!(record, expected);
        let record = record_in(&notifications(&lab, "failed")[0]);
        assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
        assert_eq!(record["responseContext"]["functionError"], "Unhandled");
        assert_eq!(record["responsePayload"]["errorType"], "ValueError");
        let dead = &notifications(&lab, "dead")[0];
        assert_eq!(dead["Message"], r#"{"k": 2}"#, "the event as it was");
        let attribute = |name: &str| &dead["MessageAttributes"][name]["Value"];
        assert_eq!(attribute("RequestID"), &json!(failing));
        assert_eq!(
            (attribute("ErrorCode"), attribute("ErrorMessage")),
            (&json!("200"), &json!("no"))
        );
    });
}

#[test]
fn a_function_gets_the_record_as_its_event() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let told = lab.region.cloud().account().arn("lambda", "function:told");
        lab.function("told", |_| {});
        lab.function("works", |config| config.asynchronous.on_success = Some(told.clone()));
        lab.function("fails", |config| {
            config.asynchronous.retries = 0;
            config.asynchronous.on_failure = Some(told.clone());
        });
        let worked = lab.invoke_async("works", r#"{"k": 1}"#).await;
        let failing = lab.invoke_async("fails", r#"{"k": 2}"#).await;
        let events: Vec<Value> = lab
            .own_log("told")
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let seen = |event: &Value| {
            let context = &event["requestContext"];
            let response = &event["responsePayload"];
            json!([
                context["requestId"],
                context["condition"],
                event["requestPayload"]["k"],
                response["errorType"]
            ])
        };
        let seen: Vec<Value> = events.iter().map(seen).collect();
        let expected = [
            json!([worked, "Success", 1, null]),
            json!([failing, "RetriesExhausted", 2, "ValueError"]),
        ];
        assert_eq!(seen, expected);
        let invocations = lab.invocations("told");
        assert!(
            invocations
                .iter()
                .all(|told| told.request_id != worked && told.request_id != failing),
            "a request of its own"
        );
    });
}

#[test]
fn each_qualifier_is_tried_as_often_as_its_own_configuration_says() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        lab.function("fails", |_| {});
        let published = signed::lambda(&lab.region, "POST", "/2015-03-31/functions/fails/versions", &json!({})).await;
        assert_eq!(published.status, 201, "{}", published.text());
        let failed = topic(&lab, "failed");
        let destination = json!({ "OnFailure": { "Destination": failed } });
        for (qualifier, body) in [
            ("", json!({ "MaximumRetryAttempts": 0 })),
            (
                "?Qualifier=1",
                json!({ "MaximumRetryAttempts": 1, "DestinationConfig": destination }),
            ),
        ] {
            let path = format!("/2019-09-25/functions/fails/event-invoke-config{qualifier}");
            let kept = signed::lambda(&lab.region, "PUT", &path, &body).await;
            assert_eq!(kept.status, 200, "{}", kept.text());
        }
        for (identifier, attempts) in [("fails", 1), ("fails:1", 2)] {
            let id = lab.invoke_async(identifier, "{}").await;
            let all = lab.invocations("fails").into_iter();
            assert_eq!(
                all.filter(|record| record.request_id == id).count(),
                attempts,
                "{identifier}"
            );
        }
        let sent = notifications(&lab, "failed");
        assert_eq!(sent.len(), 1, "only the version has a destination");
        let record = record_in(&sent[0]);
        assert_eq!(
            record["requestContext"]["functionArn"],
            "arn:aws:lambda:us-east-1:123456789012:function:fails:1"
        );
        assert_eq!(record["responseContext"]["executedVersion"], "1");
    });
}

/// What led to an entry, from the first cause to itself.
fn way(history: &History, to: &Entry) -> Vec<String> {
    let mut way = Vec::new();
    let mut entry = Some(to.clone());
    while let Some(at) = entry {
        way.push(match &at.event {
            Event::ServiceCall { service, operation, .. } => format!("{service} {operation}"),
            Event::Delivered { what, .. } => format!("delivered {what}"),
            Event::InvocationStarted { attempt, .. } => format!("started {attempt}"),
            Event::InvocationEnded(record) => format!("ended {}", record.attempt),
            Event::RetryScheduled { attempt, .. } => format!("retry {attempt}"),
            Event::Throttled { .. } => "throttled".to_owned(),
            other => panic!("{other:?}"),
        });
        entry = at.cause.and_then(|cause| history.get(cause));
    }
    way.reverse();
    way
}

#[test]
fn an_object_leads_to_two_attempts_and_a_destination() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let cloud = lab.region.cloud();
        cloud.sqs.create_queue("failed", &[]).unwrap();
        let failed = cloud.sqs.arn("failed");
        lab.function("fails", |config| {
            config.asynchronous.retries = 1;
            config.asynchronous.on_failure = Some(failed.clone());
        });
        cloud.s3.create_bucket("photos").unwrap();
        let function = cloud.account().arn("lambda", "function:fails");
        let created = ["s3:ObjectCreated:*".to_owned()];
        cloud
            .s3
            .add_notification("photos", &function, &created, None, None)
            .unwrap();
        let mut call = Call::outside();
        cloud.s3.put(&mut call, "photos", "cat.jpg", "").unwrap();
        cloud.finish(call, "s3", "PutObject", Value::Null, None);
        lab.region.settle().await;
        let history = lab.region.history();
        let delivered = history.choose(|entry| match &entry.event {
            Event::Delivered { to, .. } if *to == failed => Some(entry.clone()),
            _ => None,
        });
        assert_eq!(delivered.len(), 1);
        let expected = [
            "s3 PutObject",
            "delivered ObjectCreated:Put",
            "started 1",
            "ended 1",
            "retry 2",
            "started 2",
            "ended 2",
            "delivered RetriesExhausted",
        ];
        assert_eq!(way(history, &delivered[0]), expected);
    });
}

#[test]
fn a_throttle_belongs_to_what_was_throttled() {
    block_on(async {
        let lab = Lab::new("import time\ndef waits(event, context): time.sleep(5)\n").await;
        lab.function("waits", |config| {
            crate::lab::limits(128, 10)(config);
            config.reserved_concurrency = Some(1);
        });
        let history = lab.region.history().clone();
        let asked = |operation: &str| {
            let event = Event::ServiceCall {
                environment: None,
                service: "lambda".to_owned(),
                operation: operation.to_owned(),
                parameters: Value::Null,
                error: None,
            };
            history.record(lab.region.clock().now(), None, event)
        };
        let busy = lab.region.clock().busy();
        for operation in ["First", "Second"] {
            let mut event = invocation("{}");
            event.cause = Some(asked(operation));
            lab.region.lambda().invoke_async("waits", event, &busy).unwrap();
        }
        drop(busy);
        lab.region.settle().await;
        let throttled = history.choose(|entry| matches!(entry.event, Event::Throttled { .. }).then(|| entry.clone()));
        assert!(!throttled.is_empty());
        for entry in throttled {
            assert_eq!(way(&history, &entry), ["lambda Second", "throttled"]);
        }
    });
}
