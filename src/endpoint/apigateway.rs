//! API Gateway's own operations over REST-JSON.

use bytes::Bytes;
use http::request::Parts;
use serde_json::{Value, json};

use super::reply::{self, Reply, reply};
use super::server::Server;
use super::service::parameters;
use crate::cloud::{ApiError, Call, Identity};

impl Server {
    /// Answers a verified request.
    pub(super) fn answer_apigateway(
        &self,
        parts: &Parts,
        body: &Bytes,
        identity: &Identity,
        request_id: &str,
    ) -> Reply {
        let (method, path) = (parts.method.as_str(), parts.uri.path());
        let input = if body.is_empty() {
            Ok(json!({}))
        } else {
            serde_json::from_slice(body).map_err(|error| ApiError::new("BadRequestException", error.to_string()))
        };
        let answer = input.and_then(|input: Value| {
            let answer = self.cloud.apis.manage(method, path, &input);
            let error = answer.as_ref().err().map(|error| error.code.to_string());
            let operation = format!("{method} {path}");
            let call = Call::by(identity);
            self.cloud
                .finish(call, "apigateway", &operation, parameters(&input), error.as_deref());
            answer
        });
        match answer {
            Ok(answer) if answer.body.is_null() => reply(answer.status, JSON, "", request_id),
            Ok(answer) => reply(answer.status, JSON, answer.body.to_string(), request_id),
            Err(error) => reply::rest_error(&error, request_id),
        }
    }
}

const JSON: &str = "application/json";
