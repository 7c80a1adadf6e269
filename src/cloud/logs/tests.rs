#![expect(clippy::needless_pass_by_value, reason = "literals read better")]

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::cloud::{Account, Call, Cloud};
use crate::history::History;

fn cloud() -> Arc<Cloud> {
    let clock = Clock::new(Timestamp::from_micros(1_767_225_600_000_000));
    Cloud::new(clock, &Chance::seeded(1), History::default(), Account::default())
}

fn run(cloud: &Cloud, operation: &str, input: Value) -> Value {
    cloud.logs.execute(&mut Call::outside(), operation, &input).unwrap()
}

#[test]
fn events_are_found_page_by_page() {
    let cloud = cloud();
    for number in 0..5 {
        let at = Timestamp::from_micros(1_767_225_600_000_000 + number * 1000);
        cloud.logs.append("/aws/lambda/f", "s", at, &format!("line {number}"));
    }
    let mut seen = Vec::new();
    let mut input = json!({ "logGroupName": "/aws/lambda/f", "limit": 2, "filterPattern": "line" });
    loop {
        let page = run(&cloud, "FilterLogEvents", input.clone());
        seen.extend(
            page["events"]
                .as_array()
                .unwrap()
                .iter()
                .map(|event| event["message"].clone()),
        );
        match page.get("nextToken") {
            Some(token) => input["nextToken"] = token.clone(),
            None => break,
        }
    }
    assert_eq!(seen, ["line 0", "line 1", "line 2", "line 3", "line 4"]);
    let input = json!({ "logGroupName": "/aws/lambda/f", "logStreamName": "s", "limit": 2 });
    let page = run(&cloud, "GetLogEvents", input.clone());
    assert_eq!(page["events"][1]["message"], "line 4");
    let mut before = input;
    before["nextToken"] = page["nextBackwardToken"].clone();
    assert_eq!(run(&cloud, "GetLogEvents", before)["events"][0]["message"], "line 1");
    let error = cloud
        .logs
        .execute(&mut Call::outside(), "GetLogEvents", &json!({ "logGroupName": "no" }));
    assert_eq!(error.unwrap_err().code, "ResourceNotFoundException");
}

#[test]
fn filter_patterns_match() {
    let check = |pattern: &str, yes: &[&str], no: &[&str]| {
        let filter = Filter::parse(pattern).unwrap();
        for message in yes {
            assert!(filter.matches(message), "{pattern} should match {message}");
        }
        for message in no {
            assert!(!filter.matches(message), "{pattern} should not match {message}");
        }
    };
    check("", &["anything", ""], &[]);
    check("ERROR timeout", &["ERROR: timeout"], &["ERROR", "timeout"]);
    check("\"two words\"", &["a two words b"], &["two  words"]);
    check("?ERROR ?WARN", &["WARN x", "ERROR"], &["INFO"]);
    check("ERROR -ignored", &["ERROR x"], &["ERROR ignored"]);
    check("%ERR[0-9]+%", &["ERR42"], &["ERR"]);
    check(
        r#"{ $.level = "ERROR" }"#,
        &[r#"{"level":"ERROR"}"#],
        &[r#"{"level":"INFO"}"#, "ERROR"],
    );
    check(
        r#"{ ($.n > 5 && $.s != "x") || $.a.b[0] = 1 }"#,
        &[r#"{"n":6,"s":"y"}"#, r#"{"a":{"b":[1]}}"#],
        &[r#"{"n":6,"s":"x"}"#],
    );
    check("{ $.s = er* }", &[r#"{"s":"error"}"#], &[r#"{"s":"x"}"#]);
    check("{ $.x IS NULL }", &[r#"{"x":null}"#], &[r#"{"x":1}"#, "{}"]);
    check("{ $.x NOT EXISTS }", &["{}"], &[r#"{"x":1}"#]);
    for bad in ["{ $.x = 1", "{ x = 1 }", "\"open", "{}", "%(%"] {
        assert!(Filter::parse(bad).is_err(), "{bad}");
    }
}
