use serde_json::{Value, json};

use bytes::Bytes;

use super::*;
use crate::chance::Chance;
use crate::clock::Timestamp;
use crate::cloud::Account;

fn api(kind: Kind, routes: &[(&str, &str)]) -> Api {
    let routes = routes.iter();
    let routes = routes.map(|(method, path)| Route::new(method, path, &format!("{method} {path}")));
    let stage = if kind == Kind::Rest { "stage" } else { "$default" };
    Api::new("abcde12345".to_owned(), kind, stage, routes.collect())
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

#[test]
fn an_http_event_has_its_path_decoded_and_its_stage_in_front() {
    let mut api = api(Kind::Http, &[("ANY", "/{proxy+}")]);
    api.stage = "dev".to_owned();
    api.stage_variables.insert("table".to_owned(), "orders".to_owned());
    let request = HttpRequest {
        method: "PUT".to_owned(),
        path: "/a%20b/c".to_owned(),
        query: "q=a%20b".to_owned(),
        headers: vec![
            ("X-Forwarded-For".to_owned(), "203.0.113.7".to_owned()),
            ("Content-Type".to_owned(), "application/problem+json".to_owned()),
        ],
        body: Bytes::from_static(b"{}"),
    };
    let found = api.route("PUT", &request.path).unwrap();
    let event = api.event(&request, &found, &facts());
    assert_eq!(event["rawPath"], "/dev/a b/c");
    assert_eq!(event["requestContext"]["http"]["path"], "/dev/a b/c");
    assert_eq!(event["rawQueryString"], "q=a%20b");
    assert_eq!(event["routeKey"], "ANY /{proxy+}");
    assert_eq!(event["pathParameters"]["proxy"], "a b/c");
    assert_eq!(event["headers"]["x-forwarded-for"], "203.0.113.7, 127.0.0.1");
    assert_eq!(event["headers"]["content-length"], "2");
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("{}"), &json!(false))
    );
    assert_eq!(event["stageVariables"], json!({ "table": "orders" }));
    assert_eq!(keys(&event).last(), Some(&"stageVariables"));
}

#[test]
fn http_routes_are_chosen_as_documented() {
    let routes = [
        ("GET", "/pets/dog/1"),
        ("GET", "/pets/dog/{id}"),
        ("GET", "/pets/{proxy+}"),
        ("ANY", "/{proxy+}"),
        ("ANY", "$default"),
    ];
    let api = api(Kind::Http, &routes);
    let key = |method: &str, path: &str| api.route(method, path).map(|found| found.route.key());
    assert_eq!(key("GET", "/pets/dog/1").unwrap(), "GET /pets/dog/1");
    assert_eq!(key("GET", "/pets/dog/2").unwrap(), "GET /pets/dog/{id}");
    assert_eq!(key("GET", "/pets/cat/1").unwrap(), "GET /pets/{proxy+}");
    assert_eq!(key("POST", "/test/5").unwrap(), "ANY /{proxy+}");
    assert_eq!(key("POST", "/").unwrap(), "$default");
}

#[test]
fn binary_media_types_turn_bodies_both_ways() {
    let mut api = api(Kind::Rest, &[("POST", "/")]);
    api.binary_media_types = vec!["image/png".to_owned()];
    let request = |kind: &str, accept: &str| HttpRequest {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        headers: vec![
            ("content-type".to_owned(), kind.to_owned()),
            ("accept".to_owned(), accept.to_owned()),
        ],
        body: Bytes::from_static(b"\x89PNG"),
        ..HttpRequest::default()
    };
    let event = |request: &HttpRequest| api.event(request, &api.route("POST", "/").unwrap(), &facts());
    let image = event(&request("image/png; a=b", ""));
    assert_eq!(
        (&image["body"], &image["isBase64Encoded"]),
        (&json!("iVBORw=="), &json!(true))
    );
    assert_eq!(event(&request("text/plain", ""))["isBase64Encoded"], false);
    let answer = json!({ "statusCode": 200, "body": "iVBORw==", "isBase64Encoded": true }).to_string();
    let body = |accept: &str| {
        let outcome = Outcome::Payload(answer.clone().into());
        api.response(&request("text/plain", accept), &outcome).body
    };
    assert_eq!(&body("image/png, */*;q=0.8")[..], b"\x89PNG");
    assert_eq!(&body("text/html, image/png")[..], b"iVBORw==");
    api.binary_media_types = vec!["*/*".to_owned()];
    let body = |accept: &str| {
        let outcome = Outcome::Payload(answer.clone().into());
        api.response(&request("text/plain", accept), &outcome).body
    };
    assert_eq!(&body("")[..], b"\x89PNG");
}

/// The rows of the table for REST APIs that no recording holds (AWS documentation).
#[test]
fn rest_errors_are_as_documented() {
    let api = api(Kind::Rest, &[]);
    let request = HttpRequest::default();
    let run = |outcome: &Outcome| {
        let response = api.response(&request, outcome);
        (response.status, String::from_utf8(response.body.to_vec()).unwrap())
    };
    let internal = r#"{"message":"Internal server error"}"#.to_owned();
    assert_eq!(
        run(&Outcome::Payload(r#"{"statusCode":200,"body":{"a":1}}"#.into())),
        (502, internal.clone())
    );
    assert_eq!(run(&Outcome::FunctionError), (502, internal.clone()));
    assert_eq!(
        run(&Outcome::Throttled("ConcurrentInvocationLimitExceeded")),
        (500, internal.clone())
    );
    assert_eq!(run(&Outcome::Refused), (500, internal));
    let timed_out = r#"{"message":"Endpoint request timed out"}"#.to_owned();
    assert_eq!(run(&Outcome::TimedOut), (504, timed_out));
    assert_eq!(
        run(&Outcome::TooLarge),
        (413, r#"{"message":"Request Too Long"}"#.to_owned())
    );
    assert_eq!(api.too_large().body, "HTTP content length exceeded 10485760 bytes.");
    let no_route = api.no_route();
    assert_eq!(
        (no_route.status, &no_route.body[..]),
        (403, &br#"{"message":"Missing Authentication Token"}"#[..])
    );
}

#[test]
fn http_answers_are_inferred() {
    let api = api(Kind::Http, &[]);
    let request = HttpRequest::default();
    let run = |answer: &str| api.response(&request, &Outcome::Payload(answer.to_owned().into()));
    let response = run(r#"{"hello": 1}"#);
    assert_eq!((response.status, &response.body[..]), (200, &br#"{"hello":1}"#[..]));
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(run(r#""hello""#).body, "hello");
    assert_eq!(run("{\"name\": \"John").body, "{\"name\": \"John");
    let response = run(r#"{"statusCode": 201, "body": "aGk=", "isBase64Encoded": true, "cookies": ["a=1", "b=2"]}"#);
    assert_eq!((response.status, &response.body[..]), (201, &b"hi"[..]));
    assert_eq!(response.header("content-type"), Some("text/plain;charset=UTF-8"));
    let cookies = response.headers.iter().filter(|(name, _)| name == "set-cookie");
    assert_eq!(
        cookies.map(|(_, value)| value.as_str()).collect::<Vec<_>>(),
        ["a=1", "b=2"]
    );
    assert_eq!(run(r#"{"statusCode": "x"}"#).status, 500);
    assert_eq!(run(r#"{"statusCode": 200, "body": {}}"#).status, 500);
    assert_eq!(
        api.response(&request, &Outcome::FunctionError).body,
        r#"{"message":"Internal Server Error"}"#
    );
    assert_eq!(api.response(&request, &Outcome::TimedOut).status, 503);
    assert_eq!(api.no_route().status, 404);
}

#[test]
fn a_path_under_an_apis_host_means_a_stage() {
    let clock = crate::clock::Clock::new(Timestamp::from_micros(0));
    let history = crate::history::History::default();
    let cloud = crate::cloud::Cloud::new(clock, &Chance::seeded(1), history, Account::default());
    let apis = &cloud.apis;
    apis.deploy(Api::new("rest000001".to_owned(), Kind::Rest, "prod", Vec::new()));
    apis.deploy(Api::new("http000001".to_owned(), Kind::Http, "$default", Vec::new()));
    apis.deploy(Api::new("http000001".to_owned(), Kind::Http, "dev", Vec::new()));
    let find = |id: &str, path: &str| apis.find(id, path).map(|(api, path)| (api.stage.clone(), path));
    let found = |stage: &str, path: &str| Some((stage.to_owned(), path.to_owned()));
    assert_eq!(find("rest000001", "/prod/a/b/"), found("prod", "/a/b/"));
    assert_eq!(find("rest000001", "/prod"), found("prod", "/"));
    assert_eq!(find("rest000001", "/prod//a"), found("prod", "//a"));
    assert_eq!(find("rest000001", "//prod/a"), found("prod", "/a"));
    assert_eq!(find("rest000001", "/other/a"), None);
    assert_eq!(find("http000001", "/dev/a"), found("dev", "/a"));
    assert_eq!(find("http000001", "/a/b"), found("$default", "/a/b"));
    assert_eq!(find("http000001", "/"), found("$default", "/"));
    assert_eq!(find("nothing", "/prod/a"), None);
    apis.remove("http000001", Some("dev"));
    assert_eq!(find("http000001", "/dev/a"), found("$default", "/dev/a"));
}
