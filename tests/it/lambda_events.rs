//! Many invocations: concurrency, asynchronous invocations, destinations, queues.

use std::collections::BTreeSet;
use std::time::Duration;

use lambda_course::course::exercise::Files;
use lambda_course::course::resources::{EventSource, Function, Queue, Resources};
use lambda_course::history::Event;
use lambda_course::lambda::ThrottleReason;
use lambda_course::region::Content;
use serde_json::{Value, json};

use crate::lab::{Lab, block_on, json, limits, text};

const FAILS: &str =
    "def fails(event, context): raise ValueError('no ' + 'x' * 2000)\ndef works(event, context): return {'n': 1}\n";
const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:";

#[test]
fn each_concurrent_invocation_has_an_environment_and_a_stream() {
    block_on(async {
        let lab = Lab::new("import time\ndef waits(event, context): time.sleep(5)\n").await;
        lab.function("waits", limits(128, 10));
        let all = futures::future::join_all((0..5).map(|_| lab.invoke("waits", "{}"))).await;
        let environments: BTreeSet<&str> = all.iter().map(|record| record.environment.as_str()).collect();
        assert_eq!(environments.len(), 5);
        assert_eq!(lab.streams("waits").len(), 5);
        assert!(all.iter().all(|record| record.cold_start));
        let again = lab.invoke("waits", "{}").await;
        assert!(!again.cold_start && environments.contains(again.environment.as_str()));
        assert_eq!(lab.streams("waits").len(), 5);
    });
}

#[test]
fn reserved_concurrency_throttles() {
    block_on(async {
        let lab = Lab::new("import time\ndef waits(event, context): time.sleep(5)\n").await;
        lab.function("waits", |config| {
            limits(128, 10)(config);
            config.reserved_concurrency = Some(1);
        });
        let (first, second) = futures::join!(lab.try_invoke("waits", "{}"), lab.try_invoke("waits", "{}"));
        assert!(!first.unwrap().function_error);
        let error = second.unwrap_err();
        let reason = ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded;
        assert_eq!((error.status(), error.code()), (429, "TooManyRequestsException"));
        assert_eq!(
            error.body().to_string(),
            r#"{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}"#
        );
        let throttled = lab.region.history().all().into_iter().any(|entry| {
            matches!(&entry.event, Event::Throttled { function, reason: told } if function == "waits" && told == reason.as_str())
        });
        assert!(throttled);
        assert!(lab.try_invoke("waits", "{}").await.is_ok(), "free again");
    });
}

/// A queue that can be looked into.
fn queue(lab: &Lab, name: &str) -> String {
    lab.region.cloud().sqs.create_queue(name, &[]).unwrap();
    format!("{QUEUE}{name}")
}

fn records(lab: &Lab, name: &str) -> Vec<Value> {
    let bodies = lab.region.cloud().sqs.peek_all(name).into_iter();
    bodies.map(|body| serde_json::from_str(&body).unwrap()).collect()
}

#[test]
fn reserved_concurrency_of_zero_sends_events_away() {
    block_on(async {
        let lab = Lab::new(FAILS).await;
        let target = queue(&lab, "failed");
        lab.function("works", |config| {
            config.reserved_concurrency = Some(0);
            config.asynchronous.on_failure = Some(target);
        });
        assert_eq!(lab.try_invoke("works", "{}").await.unwrap_err().status(), 429);
        lab.invoke_async("works", r#"{"k": 1}"#).await;
        let record = &records(&lab, "failed")[0];
        let keys: Vec<&String> = record.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            ["version", "timestamp", "requestContext", "requestPayload"],
            "no response of any kind"
        );
        assert_eq!(record["requestContext"]["condition"], "ZeroReservedConcurrency");
        assert_eq!(record["requestContext"]["approximateInvokeCount"], 0);
        assert!(lab.invocations("works").is_empty());
    });
}

/// The destination record in a recording of AWS.
fn recorded(test: &str, condition: &str) -> Value {
    fn find(value: &Value, condition: &str) -> Option<Value> {
        if value["requestContext"]["condition"] == condition {
            return Some(value.clone());
        }
        match value {
            Value::Object(fields) => fields.values().find_map(|value| find(value, condition)),
            Value::Array(items) => items.iter().find_map(|value| find(value, condition)),
            _ => None,
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/aws/destinations.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let tests = all.as_object().unwrap().iter();
    let mut found = tests
        .filter(|(name, _)| name.contains(test))
        .filter_map(|(_, content)| find(content, condition));
    found.next().unwrap_or_else(|| panic!("no {condition} in {test}"))
}

/// Keys and types of all but the payloads, which are the functions' own.
fn shape(record: &Value) -> BTreeSet<String> {
    fn walk(value: &Value, path: &str, shape: &mut BTreeSet<String>) {
        if path == "/requestPayload" || path == "/responsePayload" {
            shape.insert(path.to_owned());
            return;
        }
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    walk(value, &format!("{path}/{key}"), shape);
                }
            }
            Value::Number(_) => drop(shape.insert(format!("{path}: number"))),
            _ => drop(shape.insert(format!("{path}: text"))),
        }
    }
    let mut all = BTreeSet::new();
    walk(record, "", &mut all);
    all
}

#[test]
fn a_failing_event_is_tried_three_times_and_recorded() {
    block_on(async {
        let lab = Lab::new(FAILS).await;
        let (failed, dead) = (queue(&lab, "failed"), queue(&lab, "dead"));
        lab.function("fails", |config| {
            config.asynchronous.on_failure = Some(failed);
            config.asynchronous.dead_letter = Some(dead);
        });
        let id = lab.invoke_async("fails", r#"{"raise_error": 1}"#).await;
        let attempts = lab.invocations("fails");
        assert_eq!(
            attempts.iter().map(|record| record.attempt).collect::<Vec<_>>(),
            [1, 2, 3]
        );
        assert!(
            attempts.iter().all(|record| record.request_id == id),
            "the same id each time"
        );
        assert_eq!(waits(&lab), [60, 120], "seconds between the attempts");
        let record = records(&lab, "failed").remove(0);
        assert_eq!(shape(&record), shape(&recorded("test_retries", "RetriesExhausted")));
        let keys: Vec<&String> = record.as_object().unwrap().keys().collect();
        let order = [
            "version",
            "timestamp",
            "requestContext",
            "requestPayload",
            "responseContext",
            "responsePayload",
        ];
        assert_eq!(keys, order);
        assert_eq!(
            record["requestContext"],
            json!({
                "requestId": id,
                "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:fails:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 3,
            })
        );
        assert_eq!(
            record["responseContext"],
            json!({"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"})
        );
        assert_eq!(record["responsePayload"], json(&attempts[2]));
        dead_letter(&lab, &id);
    });
}

/// Whole seconds from the end of an attempt to the start of the next.
fn waits(lab: &Lab) -> Vec<u64> {
    let mut ended = None;
    let mut waits = Vec::new();
    for entry in lab.region.history().all() {
        match entry.event {
            Event::InvocationEnded(_) => ended = Some(entry.at),
            Event::InvocationStarted { .. } => waits.extend(ended.map(|ended| (entry.at - ended).as_secs())),
            _ => {}
        }
    }
    waits
}

/// The dead letter is the event as it was sent, with three attributes.
fn dead_letter(lab: &Lab, id: &str) {
    let message = lab.region.cloud().sqs.peek_messages("dead").remove(0);
    assert_eq!(message.body, r#"{"raise_error": 1}"#);
    let record = message.lambda_record("arn", false);
    let attributes: Vec<(&str, &str, &str)> = record["messageAttributes"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, attribute)| {
            let text = |key: &str| attribute[key].as_str().unwrap();
            (name.as_str(), text("dataType"), text("stringValue"))
        })
        .collect();
    let message = format!("no {}", "x".repeat(1021));
    assert_eq!(
        attributes,
        [
            ("RequestID", "String", id),
            ("ErrorCode", "Number", "200"),
            ("ErrorMessage", "String", message.as_str()),
        ]
    );
}

#[test]
fn success_has_a_record_and_sync_invocations_have_none() {
    block_on(async {
        let lab = Lab::new(FAILS).await;
        let target = queue(&lab, "done");
        lab.function("works", |config| config.asynchronous.on_success = Some(target));
        lab.invoke("works", "{}").await;
        assert!(records(&lab, "done").is_empty());
        lab.invoke_async("works", "{}").await;
        let record = records(&lab, "done").remove(0);
        assert_eq!(record["requestContext"]["condition"], "Success");
        assert_eq!(
            record["responseContext"],
            json!({"statusCode": 200, "executedVersion": "$LATEST"})
        );
        assert_eq!(record["responsePayload"], json!({"n": 1}));
    });
}

#[test]
fn an_event_grows_too_old() {
    block_on(async {
        let lab = Lab::new(FAILS).await;
        let target = queue(&lab, "old");
        lab.function("fails", |config| {
            config.asynchronous.event_age = Duration::from_secs(60);
            config.asynchronous.on_failure = Some(target);
        });
        lab.invoke_async("fails", "{}").await;
        assert_eq!(lab.invocations("fails").len(), 1);
        let record = records(&lab, "old").remove(0);
        assert_eq!(record["requestContext"]["condition"], "EventAgeExceeded");
        assert_eq!(record["requestContext"]["approximateInvokeCount"], 1);
        assert_eq!(shape(&record), shape(&recorded("test_maxeventage", "EventAgeExceeded")));
    });
}

const BATCH: &str = "\
import json
def handler(event, context):
    failed = []
    for record in event['Records']:
        order = json.loads(record['body'])
        print(order['id'], record['attributes']['ApproximateReceiveCount'], len(event['Records']))
        if order['id'] == 'bad':
            failed.append({'itemIdentifier': record['messageId']})
    return {'batchItemFailures': failed}
def sender(event, context):
    import boto3
    sqs = boto3.client('sqs')
    url = sqs.get_queue_url(QueueName='orders')['QueueUrl']
    for name in ('good', 'bad', 'fine'):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({'id': name}))
    return 'sent'
";

#[test]
fn only_the_failed_part_of_a_batch_comes_again() {
    block_on(async {
        let lab = Lab::new("").await;
        let function = |name: &str, handler: &str| Function {
            name: name.to_owned(),
            handler: handler.to_owned(),
            timeout: 10,
            ..Function::default()
        };
        let queue = |name: &str, dead: Option<&str>| Queue {
            name: name.to_owned(),
            fifo: false,
            visibility_timeout: 60,
            max_receive_count: dead.map(|_| 3),
            dead_letter_queue: dead.map(str::to_owned),
        };
        let resources = Resources {
            functions: vec![
                function("worker", "handler.handler"),
                function("sender", "handler.sender"),
            ],
            queues: vec![queue("dead", None), queue("orders", Some("dead"))],
            event_sources: vec![EventSource {
                source: "sqs:orders".to_owned(),
                function: "worker".to_owned(),
                batch_size: Some(10),
                report_batch_item_failures: true,
                ..EventSource::default()
            }],
            ..Resources::default()
        };
        let code = Files::from([("handler.py".to_owned(), BATCH.as_bytes().to_vec())]);
        let content = Content {
            code: &code,
            layers: &std::collections::BTreeMap::new(),
            data: &Files::new(),
        };
        lab.region.create(&resources, content).unwrap();
        assert_eq!(text(&lab.invoke("sender", "{}").await), "\"sent\"");
        lab.region.settle().await;
        let seen = lab.own_log("worker");
        let times = |name: &str| seen.iter().filter(|line| line.starts_with(name)).count();
        assert_eq!((times("good"), times("fine"), times("bad")), (1, 1, 3), "{seen:#?}");
        assert!(seen.iter().any(|line| line == "bad 3 1"), "{seen:#?}");
        assert_eq!(lab.region.cloud().sqs.peek_all("dead"), [r#"{"id": "bad"}"#]);
        assert!(lab.region.cloud().sqs.peek_all("orders").is_empty());
    });
}
