use serde_json::json;

use super::*;
use crate::history::History;
use crate::history::tests::{born, ended, logged, retry, started};
use crate::price::Usage;

const START: Timestamp = Timestamp::from_micros(1_000_000_000);

fn after(milliseconds: u64) -> Timestamp {
    START + Duration::from_millis(milliseconds)
}

fn lines(history: &History) -> Vec<String> {
    timeline(&history.all()).iter().map(ToString::to_string).collect()
}

#[test]
fn a_file_leads_to_an_invocation_two_attempts_and_a_destination() {
    let history = History::default();
    let add = |at, cause, event| history.record(after(at), cause, event);
    let put = add(
        0,
        None,
        Event::ServiceCall {
            environment: None,
            service: "s3".to_owned(),
            operation: "PutObject".to_owned(),
            parameters: json!({"Bucket": "photos", "Key": "in/cat.jpg"}),
            error: None,
        },
    );
    let delivered = add(
        0,
        Some(put),
        Event::Delivered {
            from: "arn:aws:s3:::photos".to_owned(),
            to: "arn:aws:lambda:us-east-1:123456789012:function:f".to_owned(),
            records: 1,
            what: "ObjectCreated:Put".to_owned(),
        },
    );
    add(0, None, born("e1234567890"));
    add(
        1,
        None,
        logged("e1234567890", None, "INIT_START Runtime Version: python:3.14.v12"),
    );
    add(
        112,
        None,
        Event::Initialised {
            environment: "e1234567890".to_owned(),
            phase: Phase::Init,
            duration: Duration::from_micros(111_500),
            outcome: InitOutcome::Success,
            error_type: None,
            usage: Usage::default(),
        },
    );
    add(112, Some(delivered), started("e1234567890", "r1234567890", 1));
    add(
        112,
        None,
        logged(
            "e1234567890",
            Some("r1234567890"),
            "START RequestId: r1 Version: $LATEST",
        ),
    );
    add(113, None, logged("e1234567890", Some("r1234567890"), "hello\nworld"));
    add(
        113,
        None,
        Event::ServiceCall {
            environment: Some("e1234567890".to_owned()),
            service: "dynamodb".to_owned(),
            operation: "PutItem".to_owned(),
            parameters: json!({"TableName": "cats"}),
            error: Some("ValidationException".to_owned()),
        },
    );
    add(114, None, ended("e1234567890", "r1234567890", 1));
    add(114, None, retry("r1234567890"));
    add(60_114, Some(delivered), started("e1234567890", "r1234567890", 2));
    let end = add(60_115, None, ended("e1234567890", "r1234567890", 2));
    add(
        60_115,
        Some(end),
        Event::Delivered {
            from: "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST".to_owned(),
            to: "arn:aws:sqs:us-east-1:123456789012:failed".to_owned(),
            records: 1,
            what: "RetriesExhausted".to_owned(),
        },
    );
    assert_eq!(
        lines(&history),
        [
            "     0.000 s  s3 PutObject photos/in/cat.jpg",
            "     0.000 s    ObjectCreated:Put from bucket photos to function f",
            "     0.000 s  environment e1234567 of f",
            "     0.112 s    initialised in 111.50 ms",
            "     0.112 s      invoke f r1234567 (warm)",
            "     0.113 s        log: hello (and a second line)",
            "     0.113 s        dynamodb PutItem cats: ValidationException",
            "     0.114 s        ok after 1.00 ms, $0.00",
            "     0.114 s      attempt 2 comes in 60 s",
            "    60.114 s      invoke f r1234567 (warm, attempt 2)",
            "    60.115 s        ok after 1.00 ms, $0.00",
            "    60.115 s          RetriesExhausted from function f to queue failed",
        ]
    );
}

#[test]
fn resources_have_the_names_that_people_give_them() {
    for (arn, name) in [
        ("arn:aws:s3:::photos", "bucket photos"),
        ("arn:aws:lambda:us-east-1:1:function:f", "function f"),
        ("arn:aws:sqs:us-east-1:1:orders", "queue orders"),
        ("arn:aws:sns:us-east-1:1:news", "topic news"),
        ("arn:aws:dynamodb:us-east-1:1:table/cats/stream/2026", "table cats"),
        ("arn:aws:events:us-east-1:1:rule/nightly", "rule nightly"),
        ("arn:aws:events:us-east-1:1:event-bus/default", "bus default"),
        ("nothing", "nothing"),
    ] {
        assert_eq!(resource(arn), name);
    }
}

#[test]
fn the_platforms_lines_are_left_out() {
    assert_eq!(own_line("REPORT RequestId: r\tDuration: 1.00 ms"), None);
    assert_eq!(
        own_line(r#"{"time":"2026","type":"platform.report","record":{}}"#),
        None
    );
    assert_eq!(
        own_line(r#"{"time":"2026","level":"INFO"}"#).as_deref(),
        Some("log: {\"time\":\"2026\",\"level\":\"INFO\"}")
    );
    assert_eq!(own_line("").as_deref(), Some("log: "));
}
