//! The event of an HTTP API: payload format 2.0, after the API Gateway Developer Guide, "Working with AWS Lambda proxy
//! integrations for HTTP APIs". Function URLs send the same form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::request::is_text;
use super::{Api, Facts, HttpRequest, Match};

/// What an event of payload format 2.0 is made of. What is absent is left out of the event.
#[derive(Debug)]
pub struct Envelope<'a> {
    /// The request.
    pub request: &'a HttpRequest,
    /// Ids, time and place.
    pub facts: &'a Facts,
    /// The id of the API or of the function URL.
    pub id: &'a str,
    /// Its host name.
    pub host: String,
    /// The account, or `anonymous`.
    pub account: &'a str,
    /// Who called, if that is known.
    pub authorizer: Option<Value>,
    /// As `GET /orders/{id}` or `$default`.
    pub route_key: &'a str,
    /// The path with the stage.
    pub raw_path: &'a str,
    /// The stage, or `$default`.
    pub stage: &'a str,
    /// The request's id.
    pub request_id: &'a str,
    /// Headers that the gateway adds besides those that all add; names in lower case.
    pub extra_headers: &'a [(&'a str, &'a str)],
    /// The path's variables.
    pub path_parameters: &'a [(String, String)],
    /// The stage's variables.
    pub stage_variables: Vec<(&'a str, &'a str)>,
}

impl Envelope<'_> {
    /// The event.
    #[must_use]
    pub fn event(self) -> Value {
        let request = self.request;
        let (headers, cookies) = self.headers();
        let mut query = Map::new();
        for (name, value) in request.query_pairs() {
            join(&mut query, name, &value);
        }
        let mut event = json!({
            "version": "2.0",
            "routeKey": self.route_key,
            "rawPath": self.raw_path,
            "rawQueryString": request.query,
        });
        if !cookies.is_empty() {
            event["cookies"] = json!(cookies);
        }
        event["headers"] = Value::Object(headers);
        if !query.is_empty() {
            event["queryStringParameters"] = Value::Object(query);
        }
        event["requestContext"] = self.context();
        let text = is_text(request.header("content-type"))
            .then(|| std::str::from_utf8(&request.body).ok())
            .flatten();
        if !request.body.is_empty() {
            event["body"] = text.map_or_else(|| json!(STANDARD.encode(&request.body)), Value::from);
        }
        if !self.path_parameters.is_empty() {
            let parameters = self.path_parameters.iter();
            event["pathParameters"] = parameters.map(|(name, value)| (name.clone(), json!(value))).collect();
        }
        event["isBase64Encoded"] = json!(!request.body.is_empty() && text.is_none());
        if !self.stage_variables.is_empty() {
            let variables = self.stage_variables.iter();
            event["stageVariables"] = variables
                .map(|(name, value)| ((*name).to_owned(), json!(value)))
                .collect();
        }
        event
    }

    /// The headers with their names in lower case, each once, and the cookies apart.
    fn headers(&self) -> (Map<String, Value>, Vec<String>) {
        let mut all = self.request.forwarded_headers(&self.host, self.facts);
        let extra = self.extra_headers.iter();
        all.extend(extra.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        all.sort_by_key(|(name, _)| name.to_ascii_lowercase());
        let (mut headers, mut cookies) = (Map::new(), Vec::new());
        for (name, value) in all {
            let name = name.to_ascii_lowercase();
            if name == "cookie" {
                cookies.extend(value.split(';').map(|cookie| cookie.trim().to_owned()));
            } else {
                join(&mut headers, name, &value);
            }
        }
        (headers, cookies)
    }

    fn context(&self) -> Value {
        let mut context = json!({ "accountId": self.account, "apiId": self.id });
        if let Some(authorizer) = &self.authorizer {
            context["authorizer"] = authorizer.clone();
        }
        context["domainName"] = json!(self.host);
        context["domainPrefix"] = json!(self.id);
        context["http"] = json!({
            "method": self.request.method,
            "path": self.raw_path,
            "protocol": "HTTP/1.1",
            "sourceIp": self.facts.source_ip,
            "userAgent": self.request.header("user-agent").unwrap_or_default(),
        });
        context["requestId"] = json!(self.request_id);
        context["routeKey"] = json!(self.route_key);
        context["stage"] = json!(self.stage);
        context["time"] = json!(self.facts.request_time());
        context["timeEpoch"] = json!(self.facts.at.as_millis());
        context
    }
}

impl Api {
    pub(super) fn http_event(&self, request: &HttpRequest, found: &Match<'_>, facts: &Facts) -> Value {
        // HTTP APIs hand the path on decoded; REST APIs and function URLs as it came.
        let path = percent_decode_str(&request.path).decode_utf8_lossy();
        let raw_path = if self.stage == "$default" {
            path.into_owned()
        } else {
            format!("/{}{path}", self.stage)
        };
        let length = request.body.len().to_string();
        let extra = [("content-length", length.as_str())];
        let extra = if request.header("content-length").is_none() {
            &extra[..]
        } else {
            &[]
        };
        let variables = self.stage_variables.iter();
        Envelope {
            request,
            facts,
            id: &self.id,
            host: self.host(&facts.account.region),
            account: &facts.account.id,
            authorizer: None,
            route_key: &found.route.key(),
            raw_path: &raw_path,
            stage: &self.stage,
            request_id: &facts.extended_request_id,
            extra_headers: extra,
            path_parameters: &found.parameters,
            stage_variables: variables.map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        }
        .event()
    }
}

/// Adds a value, after a comma if the name has one.
fn join(map: &mut Map<String, Value>, name: String, value: &str) {
    let joined = match map.get(&name).and_then(Value::as_str) {
        Some(before) => format!("{before},{value}"),
        None => value.to_owned(),
    };
    map.insert(name, json!(joined));
}
