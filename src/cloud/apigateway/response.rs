//! What becomes of a function's answer. The table for REST APIs follows a recording of AWS
//! (`test_aws_proxy_response_payload_format_validation`), the one for HTTP APIs the API Gateway Developer Guide.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{Api, Kind};
use crate::cloud::input::as_text;

/// How the invocation behind a request ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The function answered this.
    Payload(Bytes),
    /// The function failed.
    FunctionError,
    /// The function was throttled, or the API may not invoke it.
    Refused,
    /// The function took longer than [`super::integration_timeout`].
    TimedOut,
}

/// What the client of an API gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl HttpResponse {
    /// A JSON body with one message.
    #[must_use]
    pub fn message(status: u16, message: &str) -> Self {
        Self {
            status,
            headers: vec![json_type("Content-Type")],
            body: json!({ "message": message }).to_string().into(),
        }
    }

    /// A header's value, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl Api {
    /// The response for an invocation that ended so.
    #[must_use]
    pub fn response(&self, outcome: &Outcome) -> HttpResponse {
        match (self.kind, outcome) {
            (Kind::Rest, Outcome::Payload(payload)) => rest(payload).unwrap_or_else(bad_gateway),
            (Kind::Rest, Outcome::FunctionError) => bad_gateway(),
            (Kind::Rest, Outcome::Refused) => HttpResponse::message(500, "Internal server error"),
            (Kind::Rest, Outcome::TimedOut) => HttpResponse::message(504, "Endpoint request timed out"),
            (Kind::Http, Outcome::Payload(payload)) => http(payload).unwrap_or_else(internal_error),
            (Kind::Http, Outcome::FunctionError | Outcome::Refused) => internal_error(),
            (Kind::Http, Outcome::TimedOut) => HttpResponse::message(503, "Service Unavailable"),
        }
    }
}

fn bad_gateway() -> HttpResponse {
    HttpResponse::message(502, "Internal server error")
}

fn internal_error() -> HttpResponse {
    HttpResponse::message(500, "Internal Server Error")
}

/// A REST API takes nothing but the known keys; `None` is a malformed answer.
fn rest(payload: &[u8]) -> Option<HttpResponse> {
    let answer: Map<String, Value> = serde_json::from_slice(payload).ok()?;
    let known = ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"];
    if answer.is_empty() || !answer.keys().all(|key| known.contains(&key.as_str())) {
        return None;
    }
    let status = status_of(answer.get("statusCode"))?;
    let mut headers = multi_value_headers(answer.get("multiValueHeaders"))?;
    for (name, value) in solo_headers(answer.get("headers"))? {
        match headers.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(&name)) {
            Some((_, values)) => values.push(value),
            None => headers.push((name, vec![value])),
        }
    }
    let mut headers: Vec<_> = headers
        .into_iter()
        .map(|(name, values)| (name, values.join(", ")))
        .collect();
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
    {
        headers.push(json_type("Content-Type"));
    }
    // Without binary media types the body goes out as it is, even if it is in base64.
    let body = body_of(answer.get("body"))?;
    Some(HttpResponse { status, headers, body })
}

/// An HTTP API infers what is missing; `None` is a malformed answer.
fn http(payload: &[u8]) -> Option<HttpResponse> {
    let answer: Value = serde_json::from_slice(payload).ok()?;
    let Some(answer) = answer.as_object().filter(|answer| answer.contains_key("statusCode")) else {
        let body = match &answer {
            Value::String(text) => text.clone().into(),
            other => other.to_string().into(),
        };
        return Some(HttpResponse {
            status: 200,
            headers: vec![json_type("content-type")],
            body,
        });
    };
    let status = status_of(answer.get("statusCode"))?;
    let mut headers = solo_headers(answer.get("headers"))?;
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
    {
        headers.push(("content-type".to_owned(), "text/plain;charset=UTF-8".to_owned()));
    }
    let cookies = answer.get("cookies").and_then(Value::as_array).into_iter().flatten();
    headers.extend(cookies.filter_map(|cookie| Some(("set-cookie".to_owned(), cookie.as_str()?.to_owned()))));
    let body = body_of(answer.get("body"))?;
    let body = if answer.get("isBase64Encoded") == Some(&json!(true)) {
        STANDARD.decode(&body).ok()?.into()
    } else {
        body
    };
    Some(HttpResponse { status, headers, body })
}

/// A number, a numeric text, or nothing, which is 200.
fn status_of(status: Option<&Value>) -> Option<u16> {
    match status {
        None | Some(Value::Null) => Some(200),
        Some(value) => as_text(value)?
            .parse()
            .ok()
            .filter(|status| (100..=599).contains(status)),
    }
}

fn solo_headers(headers: Option<&Value>) -> Option<Vec<(String, String)>> {
    match headers {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Object(headers)) => headers
            .iter()
            .map(|(name, value)| Some((name.clone(), as_text(value)?)))
            .collect(),
        Some(_) => None,
    }
}

fn multi_value_headers(headers: Option<&Value>) -> Option<Vec<(String, Vec<String>)>> {
    let values = |value: &Value| value.as_array()?.iter().map(as_text).collect::<Option<Vec<_>>>();
    match headers {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Object(headers)) => headers
            .iter()
            .map(|(name, value)| Some((name.clone(), values(value)?)))
            .collect(),
        Some(_) => None,
    }
}

fn body_of(body: Option<&Value>) -> Option<Bytes> {
    match body {
        None | Some(Value::Null) => Some(Bytes::new()),
        Some(Value::String(text)) => Some(text.clone().into()),
        Some(_) => None,
    }
}

fn json_type(name: &str) -> (String, String) {
    (name.to_owned(), "application/json".to_owned())
}
