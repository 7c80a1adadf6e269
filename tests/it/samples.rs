//! `invoke --sample`, through the real program.

use std::process::{Command, Output};

use serde_json::Value;

use crate::lab::PROGRAM;

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).arg("invoke").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// What tells the kinds apart: where to look, and what is there.
const MARKS: &[(&str, &str, &str)] = &[
    ("s3-put", "/Records/0/eventName", "ObjectCreated:Put"),
    ("s3-delete", "/Records/0/eventName", "ObjectRemoved:Delete"),
    ("s3-eventbridge", "/detail-type", "Object Created"),
    ("sqs", "/Records/1/eventSource", "aws:sqs"),
    ("sqs-fifo", "/Records/0/attributes/MessageGroupId", "customer-7"),
    ("sns", "/Records/0/Sns/Subject", "New order"),
    ("eventbridge", "/detail-type", "Order Placed"),
    ("schedule", "/detail-type", "Scheduled Event"),
    ("dynamodb", "/Records/2/eventName", "REMOVE"),
    ("apigw-rest", "/requestContext/resourcePath", "/orders/{id}"),
    ("apigw-http", "/routeKey", "POST /orders/{id}"),
    ("function-url", "/requestContext/accountId", "anonymous"),
];

#[test]
fn every_kind_is_listed_and_printed() {
    let list = run(&["--sample", "list"]);
    assert!(list.status.success());
    let listed: Vec<&str> = text(&list.stdout)
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(listed, MARKS.iter().map(|(kind, ..)| *kind).collect::<Vec<_>>());
    for (kind, place, mark) in MARKS {
        let printed = run(&["--sample", kind]);
        assert!(printed.status.success(), "{kind}: {}", text(&printed.stderr));
        let event: Value = serde_json::from_slice(&printed.stdout).unwrap();
        assert_eq!(
            event.pointer(place).and_then(Value::as_str),
            Some(*mark),
            "{kind}: {event}"
        );
    }
}

#[test]
fn a_handler_is_invoked_with_a_sample() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("app.py");
    let code = "from urllib.parse import unquote_plus\n\
                def handler(event, context):\n    return unquote_plus(event['Records'][0]['s3']['object']['key'])\n";
    std::fs::write(&file, code).unwrap();
    let target = format!("{}:handler", file.display());
    let done = run(&[&target, "--sample", "s3-put", "--json"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let answer: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(answer["payload"], "incoming/order 17.json");
    let printed = run(&[&target, "--sample", "s3-put", "--print-event"]);
    let event: Value = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(event["Records"][0]["s3"]["object"]["key"], "incoming/order+17.json");
    let wrong = run(&[&target, "--sample", "s3"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("there is no sample \"s3\"; there are s3-put, s3-delete"));
    assert_eq!(run(&[]).status.code(), Some(2));
}
