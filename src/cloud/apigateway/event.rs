//! The events that functions get: payload format 1.0 as recorded from AWS (`tests/golden/aws/api-gateway.json`),
//! payload format 2.0 after the API Gateway Developer Guide.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{Api, HttpRequest, Kind, Match};
use crate::chance::Chance;
use crate::clock::Timestamp;
use crate::cloud::Account;

/// What an event tells besides the request itself.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The account and Region.
    pub account: Account,
    /// When the request came.
    pub at: Timestamp,
    /// The request's id, a UUID.
    pub request_id: String,
    /// The other id: of a REST API's gateway, and of the whole for an HTTP API.
    pub extended_request_id: String,
    /// `Root=1-...`.
    pub trace_id: String,
    /// Where the request came from.
    pub source_ip: String,
}

impl Facts {
    /// Facts with made-up ids.
    #[must_use]
    pub fn new(account: Account, at: Timestamp, chance: &Chance) -> Self {
        Self {
            account,
            at,
            request_id: chance.uuid(),
            extended_request_id: format!("{}=", chance.alphanumeric(15)),
            trace_id: format!("Root=1-{:08x}-{}", at.as_secs(), chance.hex(24)),
            source_ip: "127.0.0.1".to_owned(),
        }
    }
}

impl Api {
    /// The event for a request that a route takes.
    #[must_use]
    pub fn event(&self, request: &HttpRequest, found: &Match<'_>, facts: &Facts) -> Value {
        match self.kind {
            Kind::Rest => self.rest_event(request, found, facts),
            Kind::Http => self.http_event(request, found, facts),
        }
    }

    fn rest_event(&self, request: &HttpRequest, found: &Match<'_>, facts: &Facts) -> Value {
        let host = self.host(&facts.account.region);
        let headers = self.with_gateway_headers(request, facts);
        let query: Vec<_> = form_pairs(&request.query).collect();
        let parameters = found
            .parameters
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)));
        let parameters: Map<_, _> = parameters.collect();
        let path = format!("/{}", request.path.trim_start_matches('/'));
        let user_agent = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("user-agent"));
        let resource_id = {
            let digest = crc32fast::hash(found.route.path.as_bytes());
            format!("{digest:06x}").chars().take(6).collect::<String>()
        };
        json!({
            "resource": found.route.path,
            "path": path,
            "httpMethod": request.method,
            "headers": last_values(&headers),
            "multiValueHeaders": all_values(&headers),
            "queryStringParameters": last_values(&query),
            "multiValueQueryStringParameters": all_values(&query),
            "pathParameters": if parameters.is_empty() { Value::Null } else { Value::Object(parameters) },
            "stageVariables": null,
            "requestContext": {
                "resourceId": resource_id,
                "resourcePath": found.route.path,
                "httpMethod": request.method,
                "extendedRequestId": facts.extended_request_id,
                "requestTime": facts.at.format("%d/%b/%Y:%H:%M:%S +0000"),
                "path": format!("/{}{}", self.stage, request.path),
                "accountId": facts.account.id,
                "protocol": "HTTP/1.1",
                "stage": self.stage,
                "domainPrefix": self.id,
                "requestTimeEpoch": facts.at.as_millis(),
                "requestId": facts.request_id,
                "identity": {
                    "cognitoIdentityPoolId": null,
                    "accountId": null,
                    "cognitoIdentityId": null,
                    "caller": null,
                    "sourceIp": facts.source_ip,
                    "principalOrgId": null,
                    "accessKey": null,
                    "cognitoAuthenticationType": null,
                    "cognitoAuthenticationProvider": null,
                    "userArn": null,
                    "userAgent": user_agent.map(|(_, value)| value),
                    "user": null,
                },
                "domainName": host,
                "deploymentId": "mock01",
                "apiId": self.id,
            },
            "body": match (request.body.is_empty(), request.binary) {
                (true, _) => Value::Null,
                (false, true) => json!(STANDARD.encode(&request.body)),
                (false, false) => json!(String::from_utf8_lossy(&request.body)),
            },
            "isBase64Encoded": request.binary && !request.body.is_empty(),
        })
    }

    fn http_event(&self, request: &HttpRequest, found: &Match<'_>, facts: &Facts) -> Value {
        let host = self.host(&facts.account.region);
        let route_key = match found.route.path.as_str() {
            "$default" => "$default".to_owned(),
            path => format!("{} {path}", found.route.method.to_ascii_uppercase()),
        };
        let raw_path = if self.stage == "$default" {
            request.path.clone()
        } else {
            format!("/{}{}", self.stage, request.path)
        };
        let (mut headers, mut cookies) = (Map::new(), Vec::new());
        for (name, value) in self.with_gateway_headers(request, facts) {
            let name = name.to_ascii_lowercase();
            if name == "cookie" {
                cookies.extend(value.split("; ").map(str::to_owned));
            } else {
                join(&mut headers, name, &value);
            }
        }
        let user_agent = headers.get("user-agent").cloned().unwrap_or_else(|| json!(""));
        let text = is_text(headers.get("content-type").and_then(Value::as_str));
        let mut query = Map::new();
        for (name, value) in form_pairs(&request.query) {
            join(&mut query, name, &value);
        }
        let mut event = json!({
            "version": "2.0",
            "routeKey": route_key,
            "rawPath": raw_path,
            "rawQueryString": request.query,
        });
        if !cookies.is_empty() {
            event["cookies"] = json!(cookies);
        }
        event["headers"] = Value::Object(headers);
        if !query.is_empty() {
            event["queryStringParameters"] = Value::Object(query);
        }
        event["requestContext"] = json!({
            "accountId": facts.account.id,
            "apiId": self.id,
            "domainName": host,
            "domainPrefix": self.id,
            "http": {
                "method": request.method,
                "path": raw_path,
                "protocol": "HTTP/1.1",
                "sourceIp": facts.source_ip,
                "userAgent": user_agent,
            },
            "requestId": facts.extended_request_id,
            "routeKey": route_key,
            "stage": self.stage,
            "time": facts.at.format("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": facts.at.as_millis(),
        });
        if !found.parameters.is_empty() {
            let parameters = found
                .parameters
                .iter()
                .map(|(name, value)| (name.clone(), json!(value)));
            event["pathParameters"] = Value::Object(parameters.collect());
        }
        let plain = (text && !request.binary)
            .then(|| std::str::from_utf8(&request.body).ok())
            .flatten();
        if !request.body.is_empty() {
            event["body"] = match plain {
                Some(text) => json!(text),
                None => json!(STANDARD.encode(&request.body)),
            };
        }
        event["isBase64Encoded"] = json!(!request.body.is_empty() && plain.is_none());
        event
    }

    /// The headers as the function sees them: the gateway sets the host and tells where the request came from.
    fn with_gateway_headers(&self, request: &HttpRequest, facts: &Facts) -> Vec<(String, String)> {
        let own = |name: &str| name.eq_ignore_ascii_case("host") || name.eq_ignore_ascii_case("connection");
        let mut headers: Vec<_> = request.headers.iter().filter(|(name, _)| !own(name)).cloned().collect();
        let gateway = [
            ("Host", self.host(&facts.account.region)),
            ("X-Amzn-Trace-Id", facts.trace_id.clone()),
            ("X-Forwarded-For", facts.source_ip.clone()),
            ("X-Forwarded-Port", "443".to_owned()),
            ("X-Forwarded-Proto", "https".to_owned()),
        ];
        for (name, value) in gateway {
            headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
            headers.push((name.to_owned(), value));
        }
        headers
    }
}

fn form_pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    query.split('&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

/// The last value of each name; null if there is none.
fn last_values(pairs: &[(String, String)]) -> Value {
    let map: Map<_, _> = pairs.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    if map.is_empty() {
        Value::Null
    } else {
        Value::Object(map)
    }
}

/// All values of each name; null if there is none.
fn all_values(pairs: &[(String, String)]) -> Value {
    let mut map = Map::new();
    for (name, value) in pairs {
        let values = map.entry(name.clone()).or_insert_with(|| json!([]));
        if let Some(values) = values.as_array_mut() {
            values.push(json!(value));
        }
    }
    if map.is_empty() {
        Value::Null
    } else {
        Value::Object(map)
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

fn is_text(content_type: Option<&str>) -> bool {
    let Some(kind) = content_type else {
        return true;
    };
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.starts_with("text/")
        || matches!(kind, "application/json" | "application/javascript" | "application/xml")
        || kind == "application/x-www-form-urlencoded"
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
}
