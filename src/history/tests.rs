use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::*;
use crate::price::{Size, Usage};

const AT: Timestamp = Timestamp::from_micros(1_000_000);

pub(super) fn born(environment: &str) -> Event {
    Event::EnvironmentCreated {
        function: "f".to_owned(),
        environment: environment.to_owned(),
        provisioned: None,
    }
}

pub(super) fn kept_ready(environment: &str, size: Size) -> Event {
    Event::EnvironmentCreated {
        function: "f".to_owned(),
        environment: environment.to_owned(),
        provisioned: Some(size),
    }
}

pub(crate) fn started(environment: &str, request_id: &str, attempt: u32) -> Event {
    Event::InvocationStarted {
        function: "f".to_owned(),
        environment: environment.to_owned(),
        request_id: request_id.to_owned(),
        attempt,
        cold_start: false,
    }
}

pub(super) fn ended(environment: &str, request_id: &str, attempt: u32) -> Event {
    Event::InvocationEnded(Box::new(record(environment, request_id, attempt)))
}

pub(super) fn ended_using(environment: &str, request_id: &str, usage: Usage) -> Event {
    let record = InvocationRecord {
        usage,
        ..record(environment, request_id, 1)
    };
    Event::InvocationEnded(Box::new(record))
}

pub(super) fn initialised_using(environment: &str, usage: Usage) -> Event {
    Event::Initialised {
        environment: environment.to_owned(),
        phase: Phase::Init,
        duration: Duration::from_millis(500),
        outcome: InitOutcome::Success,
        error_type: None,
        usage,
    }
}

pub(crate) fn lasting(environment: &str, request_id: &str, duration: Duration) -> Event {
    let record = InvocationRecord {
        duration,
        ..record(environment, request_id, 1)
    };
    Event::InvocationEnded(Box::new(record))
}

fn record(environment: &str, request_id: &str, attempt: u32) -> InvocationRecord {
    InvocationRecord {
        function: "f".to_owned(),
        version: "$LATEST".to_owned(),
        environment: environment.to_owned(),
        request_id: request_id.to_owned(),
        attempt,
        cold_start: false,
        provisioned: false,
        memory_size: 128,
        duration: Duration::from_millis(1),
        billed_ms: 1,
        init: None,
        restore: None,
        max_memory_used: 40,
        status: InvocationStatus::Success,
        error_type: None,
        function_error: false,
        event: Bytes::new(),
        payload: Bytes::new(),
        usage: Usage::default(),
    }
}

pub(super) fn logged(environment: &str, request_id: Option<&str>, message: &str) -> Event {
    Event::Logged {
        group: "/aws/lambda/f".to_owned(),
        stream: format!("2026/09/01/[$LATEST]{environment}"),
        message: message.to_owned(),
        request_id: request_id.map(str::to_owned),
    }
}

fn call(environment: Option<&str>) -> Event {
    Event::ServiceCall {
        environment: environment.map(str::to_owned),
        service: "s3".to_owned(),
        operation: "PutObject".to_owned(),
        parameters: Value::Null,
        error: None,
    }
}

pub(super) fn retry(request_id: &str) -> Event {
    Event::RetryScheduled {
        function: "f".to_owned(),
        request_id: request_id.to_owned(),
        attempt: 2,
        after: Duration::from_secs(60),
    }
}

#[test]
fn causes_follow_from_the_record() {
    let history = History::default();
    let add = |event| history.record(AT, None, event);
    let cause = |id| history.get(id).unwrap().cause;
    let birth = add(born("e1"));
    let init_line = add(logged("e1", None, "INIT_START"));
    let outside = add(call(None));
    let start = history.record(AT, Some(outside), started("e1", "r1", 1));
    let line = add(logged("e1", Some("r1"), "hello"));
    let put = add(call(Some("e1")));
    let end = add(ended("e1", "r1", 1));
    let late = add(call(Some("e1")));
    let again = add(retry("r1"));
    let second = history.record(AT, Some(outside), started("e1", "r1", 2));
    let second_end = add(ended("e1", "r1", 2));
    let gone = add(Event::EnvironmentEnded {
        environment: "e1".to_owned(),
        reason: "shut down".to_owned(),
    });
    assert_eq!(cause(birth), None);
    assert_eq!(cause(outside), None);
    assert_eq!(cause(init_line), Some(birth));
    assert_eq!(cause(start), Some(outside));
    assert_eq!(cause(line), Some(start));
    assert_eq!(cause(put), Some(start));
    assert_eq!(cause(end), Some(start));
    assert_eq!(cause(late), Some(birth));
    assert_eq!(cause(again), Some(end));
    assert_eq!(cause(second), Some(again));
    assert_eq!(cause(second_end), Some(second));
    assert_eq!(cause(gone), Some(birth));
}

#[test]
fn requests_and_environments_are_found_without_reading_all() {
    let history = History::default();
    for event in [
        born("e1"),
        started("e1", "r1", 1),
        born("e2"),
        started("e2", "r2", 1),
        logged("e1", Some("r1"), "one"),
        logged("e2", Some("r2"), "two"),
        ended("e1", "r1", 1),
    ] {
        history.record(AT, None, event);
    }
    let places = |entries: Vec<Entry>| entries.iter().map(|entry| entry.id.0).collect::<Vec<_>>();
    assert_eq!(places(history.of_request("r1")), [1, 4, 6]);
    assert_eq!(places(history.of_environment("e2")), [2, 3, 5]);
    assert!(history.of_request("r3").is_empty());
    assert_eq!(history.running("e1"), None);
    assert_eq!(history.running("e2"), Some(EntryId(3)));
}

#[test]
fn a_log_belongs_to_one_attempt() {
    let history = History::default();
    for event in [
        born("e1"),
        logged("e1", None, "INIT_START"),
        started("e1", "r1", 1),
        logged("e1", Some("r1"), "first"),
        ended("e1", "r1", 1),
        started("e1", "r1", 2),
        logged("e1", Some("r1"), "second"),
        ended("e1", "r1", 2),
    ] {
        history.record(AT, None, event);
    }
    let logs = history.choose(|entry| match &entry.event {
        Event::InvocationEnded(record) => Some(InvocationRecord::clone(record)),
        _ => None,
    });
    let logs: Vec<Vec<String>> = logs.iter().map(|record| history.log_of(record)).collect();
    assert_eq!(logs, [vec!["INIT_START", "first"], vec!["second"]]);
}

#[tokio::test]
async fn a_subscription_gives_each_entry_once_and_waits_for_more() {
    let history = History::default();
    history.record(AT, None, born("before"));
    let mut subscription = history.subscribe();
    assert!(subscription.now().is_empty());
    history.record(AT, None, born("e1"));
    history.record(AT, None, born("e2"));
    assert_eq!(subscription.next().await.len(), 2);
    let writer = history.clone();
    let (mut seen, written) = (0, 1_000);
    let task = tokio::spawn(async move {
        for _ in 0..written {
            writer.record(AT, None, call(None));
            tokio::task::yield_now().await;
        }
    });
    while seen < written {
        seen += subscription.next().await.len();
    }
    task.await.unwrap();
    assert_eq!(seen, written);
    // Cancelled waiting loses nothing.
    let cancelled = tokio::time::timeout(Duration::ZERO, subscription.next()).await;
    assert!(cancelled.is_err());
    history.record(AT, None, born("e3"));
    assert_eq!(subscription.next().await.len(), 1);
}

#[test]
fn only_the_latest_are_kept_and_causes_stay() {
    let history = History::default();
    history.record(AT, None, born("e1"));
    history.keep(Limit {
        entries: 4,
        ..Limit::STAYING
    });
    let add = |event| history.record(AT, None, event);
    add(retry("waits"));
    add(born("e2"));
    let start = add(started("e2", "r2", 1));
    for n in 0..1_000 {
        let request = format!("n{n}");
        add(started("e1", &request, 1));
        add(ended("e1", &request, 1));
    }
    assert_eq!((history.all().len(), history.mark()), (4, 2_004));
    let ids: Vec<usize> = history.all().iter().map(|entry| entry.id.place()).collect();
    assert_eq!(ids, [2_000, 2_001, 2_002, 2_003]);
    // What led to what happens now is known, though its entry is gone.
    assert!(history.get(start).is_none());
    assert_eq!(history.running("e2"), Some(start));
    let end = add(ended("e2", "r2", 1));
    assert_eq!(history.get(end).unwrap().cause, Some(start));
    let late = add(logged("e1", None, "late"));
    assert_eq!(history.get(late).unwrap().cause, Some(EntryId(0)));
    let attempt = add(started("e2", "waits", 2));
    assert_eq!(history.get(attempt).unwrap().cause, Some(EntryId(1)));
    assert_eq!(history.since(2_005).len(), 2, "a mark counts what is dropped");
    // Of requests that are over nothing is left behind.
    assert!(history.of_request("n5").is_empty());
    let (requests, environments) = history.lock().index.size();
    assert!(requests <= 4 && environments == 2, "{requests} {environments}");
    for environment in ["e1", "e2"] {
        add(Event::EnvironmentEnded {
            environment: environment.to_owned(),
            reason: "shut down".to_owned(),
        });
    }
    for _ in 0..4 {
        add(call(None));
    }
    assert_eq!(history.lock().index.size().1, 0);
}

#[test]
fn payloads_and_lines_count_against_the_limit() {
    let history = History::default();
    history.keep(Limit {
        bytes: 10_000,
        ..Limit::STAYING
    });
    for _ in 0..100 {
        history.record(AT, None, logged("e1", None, &"x".repeat(2_000)));
    }
    let kept = history.all().len();
    assert!((2..5).contains(&kept), "{kept}");
    history.record(AT, None, logged("e1", None, &"x".repeat(20_000)));
    assert_eq!(history.all().len(), 1, "the latest is always there");
}

#[test]
fn a_reader_who_is_too_slow_goes_on_with_what_is_there() {
    let history = History::default();
    history.keep(Limit {
        entries: 3,
        ..Limit::STAYING
    });
    let mut subscription = history.subscribe();
    for _ in 0..10 {
        history.record(AT, None, call(None));
    }
    let places = |entries: Vec<Entry>| entries.iter().map(|entry| entry.id.0).collect::<Vec<_>>();
    assert_eq!(places(subscription.now()), [7, 8, 9]);
    history.record(AT, None, call(None));
    assert_eq!(places(subscription.now()), [10]);
}
