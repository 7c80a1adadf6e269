//! A thousand asynchronous events through three functions, each of which fails now and then: nothing is lost, every
//! failure is accounted for, and the same seed does the same again.

use std::collections::{BTreeMap, BTreeSet};

use lambda_course::history::{Entry, Event};
use lambda_course::region::RegionConfig;
use serde_json::Value;

use crate::lab::{Lab, block_on, invocation};

const EVENTS: u64 = 1_000;

/// Each attempt fails with a chance of 5%, which the request id and the number of the attempt decide.
const CODE: &str = "\
import random
attempts = {}
def number_of(event):
    while 'responsePayload' in event:
        event = event['responsePayload']
    return event['n']
def step(event, context):
    key = context.aws_request_id
    attempts[key] = attempts.get(key, 0) + 1
    if random.Random(f'{key} {attempts[key]}').random() < 0.05:
        raise RuntimeError('bad luck')
    return {'n': number_of(event)}
";

/// How a run went, as far as it must be the same again.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    /// Each entry of the record, with its time.
    history: Vec<String>,
    done: Vec<String>,
    failed: Vec<String>,
}

#[test]
fn a_thousand_events_through_three_functions() {
    let first = block_on(run(7));
    let second = block_on(run(7));
    assert_eq!(first.done, second.done);
    assert_eq!(first.failed, second.failed);
    for (one, other) in first.history.iter().zip(&second.history) {
        assert_eq!(one, other);
    }
    assert_eq!(first.history.len(), second.history.len());
}

async fn run(seed: u64) -> Run {
    let lab = Lab::configured(&[("handler.py", CODE)], RegionConfig::repeatable(seed)).await;
    let queue = |name: &str| {
        lab.region.cloud().sqs.create_queue(name, &[]).unwrap();
        lab.region.cloud().sqs.arn(name)
    };
    let (done, failed) = (queue("done"), queue("failed"));
    let account = lab.region.cloud().account().clone();
    let function = |name: &str| account.arn("lambda", &format!("function:{name}"));
    let steps = [("one", function("two")), ("two", function("three")), ("three", done)];
    for (retries, (name, next)) in steps.into_iter().enumerate() {
        lab.function(name, |config| {
            config.handler = "handler.step".to_owned();
            // One process each, so that the attempts of an event are counted in one place.
            config.reserved_concurrency = Some(1);
            config.asynchronous.retries = u8::try_from(retries).unwrap();
            config.asynchronous.on_success = Some(next);
            config.asynchronous.on_failure = Some(failed.clone());
        });
    }
    let busy = lab.region.clock().busy();
    for n in 0..EVENTS {
        let event = invocation(&format!("{{\"n\": {n}}}"));
        lab.region.lambda().invoke_async("one", event, &busy).unwrap();
    }
    drop(busy);
    lab.region.settle().await;
    account_for_all(&lab);
    let history = lab.region.history().all();
    follow_causes(&history);
    let mut told: Vec<String> = history.iter().map(tell).collect();
    // What happens at one moment happens in several processes.
    told.sort();
    Run {
        history: told,
        done: lab.region.cloud().sqs.peek_all("done"),
        failed: lab.region.cloud().sqs.peek_all("failed"),
    }
}

fn number_of(mut event: &Value) -> u64 {
    while let Some(inner) = event.get("responsePayload") {
        event = inner;
    }
    event["n"].as_u64().unwrap()
}

/// Every event is in one of the two queues, and every failed attempt was tried again or is in the one for failures.
fn account_for_all(lab: &Lab) {
    let records = |queue: &str| -> Vec<Value> {
        let bodies = lab.region.cloud().sqs.peek_all(queue).into_iter();
        bodies.map(|body| serde_json::from_str(&body).unwrap()).collect()
    };
    let (done, failed) = (records("done"), records("failed"));
    let mut seen: Vec<u64> = done.iter().map(number_of).collect();
    seen.extend(failed.iter().map(|record| number_of(&record["requestPayload"])));
    assert_eq!(seen.len() as u64, EVENTS, "nothing comes twice");
    assert_eq!(
        seen.into_iter().collect::<BTreeSet<_>>().len() as u64,
        EVENTS,
        "nothing is lost"
    );
    assert!(
        failed
            .iter()
            .all(|record| record["requestContext"]["condition"] == "RetriesExhausted")
    );
    let (mut errors, mut retries) = (0, 0);
    for entry in lab.region.history().all() {
        match entry.event {
            Event::InvocationEnded(record) => errors += usize::from(record.function_error),
            Event::RetryScheduled { .. } => retries += 1,
            _ => {}
        }
    }
    assert_eq!(errors, retries + failed.len(), "every failure is accounted for");
    assert!((20..200).contains(&failed.len()), "about a twentieth: {}", failed.len());
    assert!(retries > 20, "{retries}");
}

/// Every delivery leads back, cause by cause, to the first attempt of the first function.
fn follow_causes(history: &[Entry]) {
    let by_id: BTreeMap<_, _> = history.iter().map(|entry| (entry.id, entry)).collect();
    let deliveries = history
        .iter()
        .filter(|entry| matches!(&entry.event, Event::Delivered { to, .. } if to.contains(":sqs:")));
    for delivery in deliveries {
        let mut entry = delivery;
        let mut functions = Vec::new();
        while let Some(cause) = entry.cause {
            entry = by_id[&cause];
            if let Event::InvocationStarted {
                function, attempt: 1, ..
            } = &entry.event
            {
                functions.push(function.as_str());
            }
        }
        assert_eq!(functions.last(), Some(&"one"), "{delivery:?}");
        assert!(functions.len() <= 3, "{functions:?}");
    }
}

fn tell(entry: &Entry) -> String {
    let at = entry.at.as_micros();
    match &entry.event {
        Event::InvocationEnded(record) => format!(
            "{at} ended {} {} {} {:?} {}",
            record.function, record.request_id, record.attempt, record.duration, record.function_error
        ),
        Event::Logged { stream, message, .. } => {
            let message = message.split("\tMax Memory Used").next().unwrap_or_default();
            format!("{at} {stream} {message}")
        }
        other => format!("{at} {other:?}"),
    }
}
