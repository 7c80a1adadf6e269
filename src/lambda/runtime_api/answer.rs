//! What the Runtime API answers, in AWS's words (`internal/lambda/rapi/rendering` of the runtime interface emulator).

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};
use http_body_util::Full;

use super::state::NotAllowed;
use super::{MAX_RESPONSE, NextInvocation};

/// The header with the virtual time, which our own runtime client reads and sends. Others ignore it.
pub(super) const TIME: &str = "lambda-course-time";

/// The answer to a call.
pub(super) type Answer = Response<Full<Bytes>>;

/// 200 with an invocation.
pub(super) fn invocation(invocation: &NextInvocation) -> Answer {
    let mut response = Response::builder()
        .header(CONTENT_TYPE, "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", &invocation.request_id)
        .header("Lambda-Runtime-Deadline-Ms", invocation.deadline_ms)
        .header("Lambda-Runtime-Invoked-Function-Arn", &invocation.function_arn)
        .header("Lambda-Runtime-Trace-Id", &invocation.trace_id)
        .header(TIME, invocation.now);
    let optional = [
        ("Lambda-Runtime-Client-Context", &invocation.client_context),
        ("Lambda-Runtime-Aws-Tenant-Id", &invocation.tenant_id),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            response = response.header(name, value);
        }
    }
    response
        .body(Full::new(invocation.event.clone()))
        // Only a client context that no header can carry comes here.
        .unwrap_or_else(|_| internal())
}

/// 202.
pub(super) fn accepted() -> Answer {
    json(StatusCode::ACCEPTED, "{\"status\":\"OK\"}\n".to_owned())
}

/// 403: the call does not belong here.
pub(super) fn forbidden(why: &NotAllowed) -> Answer {
    error(StatusCode::FORBIDDEN, "InvalidStateTransition", &why.to_string())
}

/// 400: the invocation isn't the one that the runtime has.
pub(super) fn wrong_request_id() -> Answer {
    error(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
}

/// 400: a response mode that there is none.
pub(super) fn wrong_response_mode() -> Answer {
    error(
        StatusCode::BAD_REQUEST,
        "InvalidFunctionResponseMode",
        "Invalid function response mode",
    )
}

/// 400: the body ended too early.
pub(super) fn truncated() -> Answer {
    error(
        StatusCode::BAD_REQUEST,
        "TruncatedHTTPRequest",
        "HTTP request detected as truncated",
    )
}

/// 413. The text names the limit of a buffered response even where another applies.
pub(super) fn too_large() -> Answer {
    let message = format!("Exceeded maximum allowed payload size ({MAX_RESPONSE} bytes).");
    error(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)
}

/// 404: no such path or method.
pub(super) fn not_found() -> Answer {
    let mut response = Response::new(Full::new(Bytes::from_static(b"404 page not found\n")));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn internal() -> Answer {
    error(
        StatusCode::INTERNAL_SERVER_ERROR,
        "InternalServerError",
        "Internal Server Error",
    )
}

fn error(status: StatusCode, kind: &str, message: &str) -> Answer {
    let body = serde_json::json!({"errorMessage": message, "errorType": kind});
    json(status, format!("{body}\n"))
}

fn json(status: StatusCode, body: String) -> Answer {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}
