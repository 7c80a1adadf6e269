//! What the Lambda API answers with.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::Value;

use crate::lambda::ApiError;

/// A status, and what is said beside it.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    content_type: &'static str,
    body: Bytes,
}

impl Answer {
    /// JSON.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            content_type: "application/json",
            body: body.to_string().into(),
        }
    }

    /// Nothing but a status.
    pub(super) fn empty(status: u16) -> Self {
        Self {
            status,
            content_type: "application/json",
            body: Bytes::new(),
        }
    }

    /// A zip.
    pub(super) fn zip(body: Bytes) -> Self {
        Self {
            status: 200,
            content_type: "application/zip",
            body,
        }
    }

    pub(super) fn response(self, request_id: &str) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = status(self.status);
        if self.status != 204 {
            insert(response.headers_mut(), "content-type", self.content_type);
        }
        insert(response.headers_mut(), "x-amzn-requestid", request_id);
        response
    }
}

/// An error in the form of the Lambda API.
pub(super) fn refused(error: &ApiError, request_id: &str) -> Response<Body> {
    let mut response = Answer::json(error.status(), &error.body()).response(request_id);
    insert(response.headers_mut(), "x-amzn-errortype", error.code());
    if matches!(error, ApiError::TooManyRequests { .. }) {
        insert(response.headers_mut(), "retry-after", "1");
    }
    response
}

/// The service is shutting down.
pub(super) fn gone() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

pub(super) fn status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

pub(super) fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
