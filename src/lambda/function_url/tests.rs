use serde_json::json;

use super::*;
use crate::chance::Chance;
use crate::cloud::Account;
use crate::cloud::apigateway::{Facts, HttpRequest, Outcome};

const START: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

fn url() -> FunctionUrl {
    FunctionUrl::new("a".repeat(32), "f", None, START)
}

fn request(method: &str, headers: &[(&str, &str)]) -> HttpRequest {
    let headers = headers.iter();
    HttpRequest {
        method: method.to_owned(),
        path: "/p".to_owned(),
        headers: headers
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..HttpRequest::default()
    }
}

#[test]
fn the_event_has_no_key_too_many() {
    let facts = Facts::new(Account::default(), START, &Chance::seeded(1));
    let event = url().event(&request("GET", &[("User-Agent", "curl")]), None, &facts);
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let expected = [
        "version",
        "routeKey",
        "rawPath",
        "rawQueryString",
        "headers",
        "requestContext",
        "isBase64Encoded",
    ];
    assert_eq!(keys(&event), expected);
    let context = &event["requestContext"];
    let expected = [
        "accountId",
        "apiId",
        "domainName",
        "domainPrefix",
        "http",
        "requestId",
        "routeKey",
        "stage",
        "time",
        "timeEpoch",
    ];
    assert_eq!(keys(context), expected);
    assert_eq!(context["accountId"], "anonymous");
    assert_eq!(context["http"]["userAgent"], "curl");
    let caller = Caller {
        access_key: "AKIA".to_owned(),
        name: "learner".to_owned(),
    };
    let signed = FunctionUrl {
        auth: AuthType::AwsIam,
        ..url()
    };
    let event = signed.event(&request("GET", &[]), Some(&caller), &facts);
    let iam = &event["requestContext"]["authorizer"]["iam"];
    assert_eq!(iam["userArn"], "arn:aws:iam::123456789012:user/learner");
    assert_eq!(event["requestContext"]["accountId"], "123456789012");
}

#[test]
fn cors_answers_preflights_and_adds_to_other_answers() {
    let url = FunctionUrl {
        cors: Some(Cors {
            allow_origins: vec!["https://shop.example".to_owned()],
            allow_methods: vec!["GET".to_owned(), "POST".to_owned()],
            allow_headers: vec!["x-custom".to_owned()],
            expose_headers: vec!["date".to_owned()],
            allow_credentials: Some(true),
            max_age: Some(60),
        }),
        ..url()
    };
    let cors = url.cors.clone().unwrap();
    let from = ("origin", "https://shop.example");
    let asks = ("access-control-request-method", "POST");
    let response = cors.preflight(&request("OPTIONS", &[from, asks])).unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(response.header("access-control-allow-origin"), Some(from.1));
    assert_eq!(response.header("access-control-allow-methods"), Some("GET,POST"));
    assert_eq!(response.header("access-control-max-age"), Some("60"));
    let foreign = [("origin", "https://evil.example"), asks];
    assert_eq!(cors.preflight(&request("OPTIONS", &foreign)).unwrap().headers, []);
    assert!(cors.preflight(&request("OPTIONS", &[from])).is_none());
    assert!(cors.preflight(&request("POST", &[from, asks])).is_none());
    // Beside what the function says, even the same header twice, as on AWS.
    let own = json!({ "statusCode": 200, "headers": { "access-control-allow-origin": "*" } }).to_string();
    let response = url.response(&request("GET", &[from]), &Outcome::Payload(own.into()));
    let origins = response
        .headers
        .iter()
        .filter(|(name, _)| name == "access-control-allow-origin");
    assert_eq!(
        origins.map(|(_, value)| value.as_str()).collect::<Vec<_>>(),
        ["*", from.1]
    );
    assert_eq!(response.header("access-control-allow-credentials"), Some("true"));
    let response = url.response(&request("GET", &[]), &Outcome::FunctionError);
    assert_eq!(response.header("access-control-allow-origin"), None);
}

#[test]
fn a_streamed_answer_is_the_body() {
    let url = FunctionUrl {
        invoke_mode: InvokeMode::ResponseStream,
        ..url()
    };
    let run = |payload: &[u8]| {
        let outcome = Outcome::Payload(bytes::Bytes::copy_from_slice(payload));
        url.response(&request("GET", &[]), &outcome)
    };
    let answer = br#"{"statusCode": 404, "body": "x"}"#;
    let response = run(answer);
    assert_eq!((response.status, &response.body[..]), (200, &answer[..]));
    let headed = b"{\"statusCode\":201,\"headers\":{\"content-type\":\"text/html\"}}\0\0\0\0\0\0\0\0<p>";
    let response = run(headed);
    assert_eq!((response.status, &response.body[..]), (201, &b"<p>"[..]));
    assert_eq!(response.header("content-type"), Some("text/html"));
    let early = |begun: &[u8]| FunctionUrl::streamed_head(begun, false).map(|head| head.status);
    assert_eq!(early(b""), None);
    assert_eq!(early(b"{\"statusCode\":201}\0\0"), None);
    assert_eq!(early(headed), Some(201));
    assert_eq!(early(b"plain text"), Some(200));
}

#[test]
fn what_cannot_be_answered_is_an_error_of_the_url() {
    let run = |outcome: Outcome| {
        let response = url().response(&request("GET", &[]), &outcome);
        (response.status, response.header("x-amzn-ErrorType").map(str::to_owned))
    };
    assert_eq!(run(Outcome::Payload(r#"{"statusCode": "x"}"#.into())), (502, None));
    assert_eq!(run(Outcome::TimedOut), (502, None));
    let error = |status: u16, name: &str| (status, Some(name.to_owned()));
    assert_eq!(run(Outcome::Throttled("r")), error(429, "TooManyRequestsException"));
    assert_eq!(run(Outcome::Refused), error(403, "AccessDeniedException"));
    assert_eq!(run(Outcome::TooLarge), error(413, "RequestTooLargeException"));
}

#[test]
fn urls_are_found_by_id_and_by_function() {
    let urls = FunctionUrls::default();
    urls.put(url());
    let alias = FunctionUrl::new("b".repeat(32), "f", Some("live"), START);
    urls.put(alias.clone());
    assert_eq!(urls.of("f", Some("live")), Some(alias.clone()));
    assert_eq!(urls.of("f", None), urls.get(&"a".repeat(32)));
    assert_eq!(urls.of("g", None), None);
    urls.remove(&alias.id);
    assert_eq!(urls.of("f", Some("live")), None);
    urls.remove_function("f");
    assert_eq!(urls.all(), []);
    assert_eq!(
        url().url("us-east-1"),
        format!("https://{}.lambda-url.us-east-1.on.aws/", "a".repeat(32))
    );
}
