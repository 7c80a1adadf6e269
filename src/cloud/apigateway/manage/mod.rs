//! API Gateway's own operations: making REST APIs (version 1) and HTTP APIs (version 2) whose routes lead to functions.
//!
//! Shapes, statuses and errors follow the API references of both versions; what `PutIntegration` refuses is recorded
//! (`test_put_integration_aws_proxy_uri`). There are Lambda proxy integrations only.

mod http;
mod rest;

use std::sync::MutexGuard;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) use self::http::HttpApi;
pub(super) use self::rest::RestApi;

use super::Apis;
use crate::cloud::ApiError;
use crate::cloud::core::Core;
use crate::cloud::input::Input;

/// What an operation answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body; null is none.
    pub body: Value,
}

impl Answer {
    fn new(status: u16, body: Value) -> Self {
        Self { status, body }
    }

    fn list(items: impl Iterator<Item = Value>, name: &str) -> Self {
        Self::new(200, json!({ name: items.collect::<Vec<_>>() }))
    }
}

/// The APIs that were made by operations, deployed or not.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Managed {
    rest: Vec<RestApi>,
    http: Vec<HttpApi>,
}

impl Apis {
    /// Answers an operation, told by method and path as `POST /restapis`.
    ///
    /// # Errors
    /// The operation's own errors.
    pub fn manage(&self, method: &str, path: &str, input: &Value) -> Result<Answer, ApiError> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let input = Input(input);
        let answer = match parts.as_slice() {
            ["restapis", rest @ ..] => self.manage_rest(method, rest, input)?,
            ["v2", "apis", rest @ ..] => self.manage_http(method, rest, input)?,
            _ => None,
        };
        answer.ok_or_else(|| {
            let message = format!(
                "This mock of Amazon API Gateway has no operation {method} {path}. It makes REST and HTTP APIs with \
                 routes, Lambda proxy integrations, deployments and stages; an exercise's resources make them too."
            );
            ApiError::new("UnknownOperationException", message).status(501)
        })
    }

    pub(super) fn managed(&self) -> MutexGuard<'_, Managed> {
        self.managed.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Seven or ten letters and digits.
fn new_id(core: &Core, length: usize) -> String {
    core.chance.alphanumeric(length).to_lowercase()
}

fn not_found(what: &str) -> ApiError {
    ApiError::new("NotFoundException", what).status(404)
}

fn bad_request(message: impl Into<String>) -> ApiError {
    ApiError::new("BadRequestException", message)
}

fn conflict(message: impl Into<String>) -> ApiError {
    ApiError::new("ConflictException", message).status(409)
}

/// That an API has no such stage, route, resource.
fn no_part(kind: &str) -> ApiError {
    not_found(&format!("Invalid {kind} identifier specified"))
}

/// The type of an integration: `AWS_PROXY`.
fn lambda_proxy(kind: &str) -> Result<&str, ApiError> {
    if kind == "AWS_PROXY" {
        return Ok(kind);
    }
    Err(bad_request(format!(
        "This mock of API Gateway has Lambda proxy integrations only: type AWS_PROXY, not {kind}."
    )))
}

/// `timeoutInMillis` of an integration; the most that is allowed, unless it is given.
fn timeout(input: Input<'_>, most: i64) -> Result<i64, ApiError> {
    let millis = input.int("timeoutInMillis")?.unwrap_or(most);
    if (50..=most).contains(&millis) {
        return Ok(millis);
    }
    Err(bad_request(format!("Timeout should be between 50 ms and {most} ms")))
}

/// The ARN of the function in the URI of an integration:
/// `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations`.
fn function_of(uri: &str) -> Result<&str, ApiError> {
    let parts: Vec<&str> = uri.splitn(6, ':').collect();
    let ["arn", _, service, _, target, path] = parts[..] else {
        return Err(bad_request("Invalid ARN specified in the request"));
    };
    if service != "apigateway" || !(path.starts_with("path/") || path.starts_with("action/")) {
        return Err(bad_request("AWS ARN for integration must contain path or action"));
    }
    let function = path
        .strip_prefix("path/2015-03-31/functions/")
        .and_then(|rest| rest.strip_suffix("/invocations"))
        .filter(|_| target == "lambda");
    function.ok_or_else(|| {
        bad_request(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
        )
    })
}

#[cfg(test)]
mod tests;
