#![expect(clippy::needless_pass_by_value, reason = "literals read better")]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

#[track_caller]
fn check(pattern: Value, yes: &[Value], no: &[Value]) {
    validate(&pattern).unwrap();
    for event in yes {
        assert!(matches(&pattern, event), "{pattern} should match {event}");
    }
    for event in no {
        assert!(!matches(&pattern, event), "{pattern} should not match {event}");
    }
}

#[test]
fn fields_must_all_match_and_values_by_choice() {
    let pattern = json!({ "source": ["a", "b"], "detail": { "state": ["on", null] } });
    let yes = [
        json!({ "source": "a", "detail": { "state": "on" } }),
        json!({ "source": "b", "detail": { "state": null } }),
    ];
    let no = [
        json!({ "source": "c", "detail": { "state": "on" } }),
        json!({ "source": "a" }),
    ];
    check(pattern, &yes, &no);
    check(
        json!({ "tags": ["x"] }),
        &[json!({ "tags": ["y", "x"] })],
        &[json!({ "tags": [] })],
    );
    check(
        json!({ "a": { "b": [1] } }),
        &[json!({ "a": [{ "b": 2 }, { "b": 1.0 }] })],
        &[json!({ "a": [{ "b": 2 }] })],
    );
}

#[test]
fn every_operator_works() {
    let one = |operator: Value| json!({ "x": [operator] });
    let x = |value: Value| json!({ "x": value });
    check(
        one(json!({ "prefix": "ab" })),
        &[x(json!("abc"))],
        &[x(json!("ba")), x(json!(1))],
    );
    check(
        one(json!({ "prefix": { "equals-ignore-case": "AB" } })),
        &[x(json!("abc"))],
        &[x(json!("ba"))],
    );
    check(
        one(json!({ "suffix": ".png" })),
        &[x(json!("a.png"))],
        &[x(json!("a.jpg"))],
    );
    check(
        one(json!({ "equals-ignore-case": "Yes" })),
        &[x(json!("yEs"))],
        &[x(json!("no"))],
    );
    check(
        one(json!({ "wildcard": "a*c*" })),
        &[x(json!("abcd")), x(json!("ac"))],
        &[x(json!("ab"))],
    );
    check(one(json!({ "wildcard": "\\*x" })), &[x(json!("*x"))], &[x(json!("yx"))]);
    check(
        one(json!({ "cidr": "10.0.0.0/24" })),
        &[x(json!("10.0.0.255"))],
        &[x(json!("10.0.1.0"))],
    );
    check(
        one(json!({ "exists": true })),
        &[x(json!(null)), x(json!(""))],
        &[json!({})],
    );
    check(one(json!({ "exists": false })), &[json!({})], &[x(json!(1))]);
    check(
        one(json!({ "numeric": [">", 0, "<=", 5] })),
        &[x(json!(5)), x(json!(0.1))],
        &[x(json!(0)), x(json!("3"))],
    );
    check(
        one(json!({ "numeric": ["=", 300] })),
        &[x(json!(3.0e2))],
        &[x(json!(301))],
    );
    check(
        one(json!({ "anything-but": "a" })),
        &[x(json!("b")), x(json!(1))],
        &[x(json!("a")), json!({})],
    );
    check(one(json!({ "anything-but": [1, 2] })), &[x(json!(3))], &[x(json!(2))]);
    check(
        one(json!({ "anything-but": { "prefix": "in" } })),
        &[x(json!("on"))],
        &[x(json!("init"))],
    );
    check(
        one(json!({ "anything-but": { "suffix": [".a", ".b"] } })),
        &[x(json!("x.c"))],
        &[x(json!("x.b"))],
    );
    check(
        one(json!({ "anything-but": { "equals-ignore-case": "A" } })),
        &[x(json!("b"))],
        &[x(json!("a"))],
    );
    check(
        one(json!({ "anything-but": { "wildcard": "*/lib/*" } })),
        &[x(json!("/a"))],
        &[x(json!("/lib/x"))],
    );
    let either = json!({ "s": ["a"], "$or": [{ "x": [1] }, { "y": [{ "exists": true }] }] });
    check(
        either,
        &[json!({ "s": "a", "x": 1 }), json!({ "s": "a", "y": 0 })],
        &[json!({ "s": "a", "x": 2 }), json!({ "x": 1 })],
    );
}

#[test]
fn malformed_patterns_are_refused() {
    let bad = [
        json!([]),
        json!({}),
        json!({ "x": "y" }),
        json!({ "x": [] }),
        json!({ "x": [["y"]] }),
        json!({ "x": [{ "nonsense": 1 }] }),
        json!({ "x": [{ "numeric": [">"] }] }),
        json!({ "x": [{ "prefix": 1 }] }),
        json!({ "x": [{ "cidr": "10.0.0.0" }] }),
        json!({ "$or": [{ "x": [1] }] }),
    ];
    for pattern in bad {
        assert!(validate(&pattern).is_err(), "{pattern}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let names = prop_oneof![
        Just("x"),
        Just("$or"),
        Just("prefix"),
        Just("numeric"),
        Just("anything-but"),
        Just("wildcard"),
        Just("exists"),
        Just("cidr"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a*\\\\/.0-9]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((names.clone(), inner), 0..4).prop_map(|entries| entries
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(pattern in any_json(), event in any_json()) {
        let _ = validate(&pattern);
        let _ = matches(&pattern, &event);
    }
}
