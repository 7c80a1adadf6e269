use serde_json::{Value, json};

use super::*;
use crate::chance::Chance;
use crate::clock::Timestamp;
use crate::cloud::Account;

fn api(kind: Kind, routes: &[(&str, &str)]) -> Api {
    let routes = routes.iter().map(|(method, path)| Route {
        method: (*method).to_owned(),
        path: (*path).to_owned(),
        function: format!("{method} {path}"),
    });
    Api {
        id: "abcde12345".to_owned(),
        kind,
        stage: if kind == Kind::Rest { "stage" } else { "$default" }.to_owned(),
        routes: routes.collect(),
    }
}

fn facts() -> Facts {
    Facts::new(
        Account::default(),
        Timestamp::from_micros(1_767_225_600_000_000),
        &Chance::seeded(1),
    )
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_most_specific_route_wins() {
    let api = api(
        Kind::Rest,
        &[
            ("ANY", "/{proxy+}"),
            ("GET", "/orders/{id}"),
            ("GET", "/orders/new"),
            ("ANY", "/orders/{id}"),
            ("GET", "/"),
        ],
    );
    let function = |method: &str, path: &str| api.route(method, path).map(|found| found.route.function.clone());
    assert_eq!(function("GET", "/orders/new").unwrap(), "GET /orders/new");
    assert_eq!(function("GET", "/orders/7").unwrap(), "GET /orders/{id}");
    assert_eq!(function("POST", "/orders/7").unwrap(), "ANY /orders/{id}");
    assert_eq!(function("GET", "/orders/7/items").unwrap(), "ANY /{proxy+}");
    assert_eq!(function("GET", "/").unwrap(), "GET /");
    assert_eq!(function("POST", "/"), None);
    let parameters = api.route("PUT", "/a//b/").unwrap().parameters;
    assert_eq!(parameters, [("proxy".to_owned(), "a//b".to_owned())]);
}

/// `test_lambda_aws_proxy_integration`, recorded 2024-08-02: names, nulls and values that do not vary.
#[test]
fn a_rest_event_is_as_recorded() {
    let golden: Value = serde_json::from_str(include_str!("../../../tests/golden/aws/api-gateway.json")).unwrap();
    let recorded = golden
        .as_object()
        .unwrap()
        .iter()
        .find(|(name, _)| name.ends_with("::test_lambda_aws_proxy_integration"));
    let recorded = &recorded.unwrap().1["recorded-content"];
    let api = api(Kind::Rest, &[("ANY", "/{proxy+}"), ("ANY", "/hardcoded")]);
    let cases = [
        (
            "invocation-payload-without-trailing-slash",
            "GET",
            "/proxy-value",
            "",
            "",
        ),
        ("invocation-payload-with-trailing-slash", "GET", "/proxy-value/", "", ""),
        (
            "invocation-payload-with-double-slash",
            "GET",
            "/proxy-value//double-slash",
            "",
            "",
        ),
        (
            "invocation-payload-with-prepended-slash",
            "GET",
            "//proxy-value",
            "",
            "",
        ),
        ("invocation-hardcoded", "GET", "//hardcoded", "", ""),
        (
            "invocation-payload-with-trailing-slash-and-query-params",
            "GET",
            "/proxy-value/",
            "urlparam=test",
            "",
        ),
        (
            "invocation-payload-with-params-encoding-multi",
            "POST",
            "/proxy-value",
            "category=electronics&category=books&price=10&price=20&price=30",
            "{}",
        ),
    ];
    for (name, method, path, query, body) in cases {
        let request = HttpRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: vec![
                ("tEsT-HEADeR".to_owned(), "aValUE".to_owned()),
                ("Accept".to_owned(), "*/*".to_owned()),
            ],
            body: body.to_owned().into(),
            binary: false,
        };
        let found = api.route(method, path).unwrap();
        let event = api.event(&request, &found, &facts());
        let expected = &recorded[name];
        let sorted = |value: &Value| {
            let mut names: Vec<_> = keys(value).into_iter().map(str::to_owned).collect();
            names.sort();
            names
        };
        assert_eq!(sorted(&event), sorted(expected), "{name}");
        assert_eq!(
            sorted(&event["requestContext"]),
            sorted(&expected["requestContext"]),
            "{name}"
        );
        assert_eq!(
            sorted(&event["requestContext"]["identity"]),
            sorted(&expected["requestContext"]["identity"]),
            "{name}"
        );
        for field in [
            "resource",
            "path",
            "httpMethod",
            "pathParameters",
            "queryStringParameters",
            "multiValueQueryStringParameters",
            "stageVariables",
            "isBase64Encoded",
        ] {
            assert_eq!(event[field], expected[field], "{name}: {field}");
        }
        assert_eq!(
            event["requestContext"]["path"], expected["requestContext"]["path"],
            "{name}"
        );
        assert_eq!(
            event["requestContext"]["resourcePath"], expected["requestContext"]["resourcePath"],
            "{name}"
        );
        assert_eq!(event["body"].is_null(), expected["body"].is_null(), "{name}");
        assert_eq!(event["headers"]["tEsT-HEADeR"], "aValUE");
        assert_eq!(event["multiValueHeaders"]["Accept"], json!(["*/*"]));
    }
}

#[test]
fn an_http_event_leaves_out_what_there_is_not() {
    let api = api(Kind::Http, &[("GET", "/items/{id}")]);
    let mut request = HttpRequest {
        method: "GET".to_owned(),
        path: "/items/a%20b".to_owned(),
        ..HttpRequest::default()
    };
    let found = api.route("GET", &request.path).unwrap();
    let event = api.event(&request, &found, &facts());
    let names = [
        "version",
        "routeKey",
        "rawPath",
        "rawQueryString",
        "headers",
        "requestContext",
        "pathParameters",
        "isBase64Encoded",
    ];
    assert_eq!(keys(&event), names);
    assert_eq!(event["routeKey"], "GET /items/{id}");
    assert_eq!(event["pathParameters"]["id"], "a b");
    request.query = "a=1&a=2".to_owned();
    request.headers = vec![
        ("Cookie".to_owned(), "x=1; y=2".to_owned()),
        ("X-Two".to_owned(), "1".to_owned()),
        ("x-two".to_owned(), "2".to_owned()),
    ];
    request.body = Bytes::from_static(b"\xff");
    let event = api.event(&request, &found, &facts());
    assert_eq!(event["queryStringParameters"], json!({ "a": "1,2" }));
    assert_eq!(event["cookies"], json!(["x=1", "y=2"]));
    assert_eq!(event["headers"]["x-two"], "1,2");
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("/w=="), &json!(true))
    );
}

/// The rows of `test_aws_proxy_response_payload_format_validation`, recorded 2024-11.
#[test]
fn rest_answers_are_mapped_row_by_row() {
    let api = api(Kind::Rest, &[]);
    let run = |answer: Value| api.response(&Outcome::Payload(answer.to_string().into()));
    let fails = |answer: Value| {
        let response = run(answer.clone());
        assert_eq!(response.status, 502, "{answer}");
        assert_eq!(response.body, r#"{"message":"Internal server error"}"#);
    };
    let response = run(json!({ "statusCode": 200, "headers": { "test-header": "value", "header-bool": true } }));
    assert_eq!((response.status, response.header("header-bool")), (200, Some("true")));
    assert_eq!(response.header("Content-Type"), Some("application/json"));
    assert_eq!(run(json!({ "statusCode": 200 })).body, "");
    assert_eq!(run(json!({ "statusCode": 200, "headers": null })).status, 200);
    assert_eq!(run(json!({ "headers": { "a": "b" } })).status, 200);
    assert_eq!(run(json!({ "statusCode": "201" })).status, 201);
    fails(json!({ "statusCode": "test" }));
    fails(json!({ "statusCode": 200, "wrongValue": "value" }));
    fails(json!({}));
    fails(json!("just a string"));
    fails(json!({ "statusCode": 200, "body": { "a": 1 } }));
    fails(json!({ "statusCode": 200, "multiValueHeaders": { "h": "notalist" } }));
    let response = run(json!({ "statusCode": 200, "multiValueHeaders": { "h": ["a", "b"] } }));
    assert_eq!(response.header("h"), Some("a, b"));
    let both = json!({
        "statusCode": 200,
        "headers": { "test-multi": "value-solo" },
        "multiValueHeaders": { "tesT-Multi": ["value-multi"] },
    });
    let response = run(both);
    assert!(
        response
            .headers
            .contains(&("tesT-Multi".to_owned(), "value-multi, value-solo".to_owned()))
    );
    let response = run(json!({ "statusCode": 200, "body": "dGVzdC1kYXRh", "isBase64Encoded": true }));
    assert_eq!(response.body, "dGVzdC1kYXRh");
    assert_eq!(api.response(&Outcome::FunctionError).status, 502);
    assert_eq!(api.response(&Outcome::Refused).status, 500);
    assert_eq!(
        api.response(&Outcome::TimedOut).body,
        r#"{"message":"Endpoint request timed out"}"#
    );
    assert_eq!(api.no_route().status, 403);
}

#[test]
fn http_answers_are_inferred() {
    let api = api(Kind::Http, &[]);
    let run = |answer: Value| api.response(&Outcome::Payload(answer.to_string().into()));
    let response = run(json!({ "hello": 1 }));
    assert_eq!((response.status, &response.body[..]), (200, &br#"{"hello":1}"#[..]));
    assert_eq!(response.header("content-type"), Some("application/json"));
    let response = run(json!({ "statusCode": 201, "body": "aGk=", "isBase64Encoded": true, "cookies": ["a=1"] }));
    assert_eq!((response.status, &response.body[..]), (201, &b"hi"[..]));
    assert_eq!(response.header("set-cookie"), Some("a=1"));
    assert_eq!(run(json!({ "statusCode": "x" })).status, 500);
    assert_eq!(api.no_route().status, 404);
}
