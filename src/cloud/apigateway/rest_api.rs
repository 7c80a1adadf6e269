//! The event of a REST API with Lambda proxy integration: payload format 1.0, as recorded from AWS
//! (`tests/golden/aws/api-gateway.json`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::request::media_type;
use super::{Api, Facts, HttpRequest, Match};

impl Api {
    pub(super) fn rest_event(&self, request: &HttpRequest, found: &Match<'_>, facts: &Facts) -> Value {
        let host = self.host(&facts.account.region);
        let mut headers = request.forwarded_headers(&host, facts);
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
        let query = request.query_pairs();
        let parameters = found.parameters.iter();
        let parameters: Map<_, _> = parameters.map(|(name, value)| (name.clone(), json!(value))).collect();
        let path = format!("/{}", request.path.trim_start_matches('/'));
        let binary = self.is_binary(request.header("content-type").unwrap_or("application/json"));
        json!({
            "resource": found.route.path,
            "path": path,
            "httpMethod": request.method,
            "headers": last_values(&headers),
            "multiValueHeaders": all_values(&headers),
            "queryStringParameters": last_values(&query),
            "multiValueQueryStringParameters": all_values(&query),
            "pathParameters": or_null(parameters),
            "stageVariables": or_null(self.stage_variables.iter().map(|(name, value)| (name.clone(), json!(value))).collect()),
            "requestContext": {
                "resourceId": found.route.resource_id(),
                "resourcePath": found.route.path,
                "httpMethod": request.method,
                "extendedRequestId": facts.extended_request_id,
                "requestTime": facts.request_time(),
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
                    "userAgent": request.header("user-agent"),
                    "user": null,
                },
                "domainName": host,
                "deploymentId": self.deployment,
                "apiId": self.id,
            },
            "body": match (request.body.is_empty(), binary) {
                (true, _) => Value::Null,
                (false, true) => json!(STANDARD.encode(&request.body)),
                (false, false) => json!(String::from_utf8_lossy(&request.body)),
            },
            "isBase64Encoded": binary && !request.body.is_empty(),
        })
    }

    /// Whether the API treats a content type, or the first media type of an `Accept` header, as binary.
    pub(super) fn is_binary(&self, header: &str) -> bool {
        let kind = media_type(header);
        self.binary_media_types
            .iter()
            .any(|binary| binary == "*/*" || binary.eq_ignore_ascii_case(kind))
    }
}

fn or_null(map: Map<String, Value>) -> Value {
    if map.is_empty() {
        Value::Null
    } else {
        Value::Object(map)
    }
}

/// The last value of each name; null if there is none.
fn last_values(pairs: &[(String, String)]) -> Value {
    or_null(pairs.iter().map(|(name, value)| (name.clone(), json!(value))).collect())
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
    or_null(map)
}
