//! What becomes of a function's answer. The table for REST APIs follows a recording of AWS
//! (`test_aws_proxy_response_payload_format_validation`), the one for HTTP APIs the API Gateway Developer Guide and
//! what the converters of `aws/aws-lambda-dotnet` were compared with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{Api, HttpRequest, Kind};
use crate::cloud::input::as_text;

/// How the invocation behind a request ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The function answered this.
    Payload(Bytes),
    /// The function failed.
    FunctionError,
    /// The function was throttled, for this reason.
    Throttled(&'static str),
    /// The function cannot be invoked: it is gone, or the API may not.
    Refused,
    /// The event is larger than an invocation takes.
    TooLarge,
    /// The function took longer than the API waits.
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

    /// The response with one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A header's value, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl Api {
    /// The response to a request whose invocation ended so.
    #[must_use]
    pub fn response(&self, request: &HttpRequest, outcome: &Outcome) -> HttpResponse {
        match (self.kind, outcome) {
            (Kind::Rest, Outcome::Payload(payload)) => self.rest(request, payload).unwrap_or_else(bad_gateway),
            (Kind::Rest, Outcome::FunctionError) => bad_gateway(),
            (Kind::Rest, Outcome::Throttled(_) | Outcome::Refused) => {
                HttpResponse::message(500, "Internal server error").with(ERROR_TYPE, "InternalServerErrorException")
            }
            (Kind::Rest, Outcome::TooLarge) => {
                HttpResponse::message(413, "Request Too Long").with(ERROR_TYPE, "BadRequestException")
            }
            (Kind::Rest, Outcome::TimedOut) => HttpResponse::message(504, "Endpoint request timed out"),
            (Kind::Http, Outcome::Payload(payload)) => {
                infer(payload, "text/plain;charset=UTF-8").unwrap_or_else(internal_error)
            }
            (Kind::Http, Outcome::FunctionError | Outcome::Throttled(_) | Outcome::Refused) => internal_error(),
            (Kind::Http, Outcome::TooLarge) => HttpResponse::message(413, "Request Entity Too Large"),
            (Kind::Http, Outcome::TimedOut) => HttpResponse::message(503, "Service Unavailable"),
        }
    }

    /// The response to a request whose body is larger than [`super::MAX_BODY`].
    #[must_use]
    pub fn too_large(&self) -> HttpResponse {
        match self.kind {
            Kind::Rest => HttpResponse {
                status: 413,
                headers: vec![("Content-Type".to_owned(), "text; charset=utf-8".to_owned())],
                body: format!("HTTP content length exceeded {} bytes.", super::MAX_BODY).into(),
            },
            Kind::Http => HttpResponse::message(413, "Request Entity Too Large"),
        }
    }

    /// A REST API takes nothing but the known keys; `None` is a malformed answer.
    fn rest(&self, request: &HttpRequest, payload: &[u8]) -> Option<HttpResponse> {
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
            .flat_map(|(name, values)| written(name, values))
            .collect();
        if !headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            headers.push(json_type("Content-Type"));
        }
        let mut body = body_of(answer.get("body"))?;
        // Without a binary media type that the client accepts first the body goes out as it is, even in base64.
        if flag(answer.get("isBase64Encoded"))? && self.is_binary(request.header("accept").unwrap_or_default()) {
            body = STANDARD.decode(&body).ok()?.into();
        }
        Some(HttpResponse { status, headers, body })
    }
}

/// Values of one header: cookies each in a line of their own, since a comma would join them wrongly.
fn written(name: String, values: Vec<String>) -> Vec<(String, String)> {
    if name.eq_ignore_ascii_case("set-cookie") {
        return values.into_iter().map(|value| (name.clone(), value)).collect();
    }
    let joined = values.join(", ");
    vec![(name, joined)]
}

/// The header that names an error.
pub(super) const ERROR_TYPE: &str = "x-amzn-ErrorType";

fn bad_gateway() -> HttpResponse {
    HttpResponse::message(502, "Internal server error").with(ERROR_TYPE, "InternalServerErrorException")
}

fn internal_error() -> HttpResponse {
    HttpResponse::message(500, "Internal Server Error")
}

/// The response for an answer of which what is missing is inferred: HTTP APIs and function URLs. `content_type` is the
/// one of an answer that has a `statusCode` but no type. `None` is a malformed answer.
#[must_use]
pub fn infer(payload: &[u8], content_type: &str) -> Option<HttpResponse> {
    let plain = |body: Bytes| HttpResponse {
        status: 200,
        headers: vec![json_type("content-type")],
        body,
    };
    let answer: Value = match serde_json::from_slice(payload) {
        Ok(answer) => answer,
        // What is no JSON goes out as it is.
        Err(_) => return Some(plain(Bytes::copy_from_slice(payload))),
    };
    let Some(answer) = answer.as_object().filter(|answer| answer.contains_key("statusCode")) else {
        return Some(plain(match &answer {
            Value::String(text) => text.clone().into(),
            other => other.to_string().into(),
        }));
    };
    of_format_2(answer, content_type)
}

/// The response that an object of payload format 2.0 describes; `None` if it is malformed.
#[must_use]
pub fn of_format_2(answer: &Map<String, Value>, content_type: &str) -> Option<HttpResponse> {
    let status = status_of(answer.get("statusCode"))?;
    let mut headers = solo_headers(answer.get("headers"))?;
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
    {
        headers.push(("content-type".to_owned(), content_type.to_owned()));
    }
    let cookies = answer.get("cookies").and_then(Value::as_array).into_iter().flatten();
    headers.extend(cookies.filter_map(|cookie| Some(("set-cookie".to_owned(), cookie.as_str()?.to_owned()))));
    let mut body = body_of(answer.get("body"))?;
    if flag(answer.get("isBase64Encoded"))? {
        body = STANDARD.decode(&body).ok()?.into();
    }
    Some(HttpResponse { status, headers, body })
}

/// A boolean, or nothing, which is false.
fn flag(value: Option<&Value>) -> Option<bool> {
    match value {
        None | Some(Value::Null) => Some(false),
        Some(value) => value.as_bool(),
    }
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
