//! Invocations.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Response};
use serde_json::json;

use super::answer::{Answer, insert, status};
use super::call::{Call, Received};
use crate::history::{EntryId, Event, InvocationRecord};
use crate::lambda::{ApiError, FunctionRef, Invocation, Lambda, TenantId};

/// The log that `LogType=Tail` returns: its last 4 KB.
const TAIL: usize = 4 * 1024;

/// `Invoke`.
pub(super) async fn invoke(received: Received) -> Response<Body> {
    let Received { call, headers, body } = received;
    let kind = header(&headers, "x-amz-invocation-type").unwrap_or("RequestResponse");
    let result = match call.begin("Invoke", kind) {
        Ok((reference, cause)) => match invocation(&headers, body, cause) {
            Ok(invocation) => call.invoke(&reference, kind, &headers, invocation).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    result.unwrap_or_else(|error| call.refused(&error))
}

/// `InvokeAsync`, which AWS replaced with `Invoke` and keeps.
pub(super) async fn invoke_async(received: Received) -> Response<Body> {
    let Received { call, headers, body } = received;
    let busy = call.lambda.platform().clock().busy();
    let accepted = call.begin("InvokeAsync", "Event").and_then(|(reference, cause)| {
        let invocation = invocation(&headers, body, cause)?;
        call.lambda.invoke_async(&reference.to_string(), invocation, &busy)
    });
    match accepted {
        Ok(id) => Answer::json(202, &json!({ "Status": 202 })).response(&id),
        Err(error) => call.refused(&error),
    }
}

impl Call {
    /// Reads what is to be invoked, and records the call: before the invocation, as the cause of all that follows.
    pub(super) fn begin(&self, operation: &str, kind: &str) -> Result<(FunctionRef, EntryId), ApiError> {
        let reference = self.function();
        let name = reference
            .as_ref()
            .map_or(self.part("FunctionName"), |found| &found.name);
        let mut parameters = json!({"FunctionName": name, "InvocationType": kind});
        if let Some(qualifier) = reference.as_ref().ok().and_then(|found| found.qualifier.as_ref()) {
            parameters["Qualifier"] = json!(qualifier.to_string());
        }
        let called = self.lambda.platform().record(Event::ServiceCall {
            environment: self.caller.caller.environment(),
            service: "lambda".to_owned(),
            operation: operation.to_owned(),
            parameters,
            error: reference.as_ref().err().map(|error| error.code().to_owned()),
        });
        Ok((reference?, called))
    }

    async fn invoke(
        &self,
        reference: &FunctionRef,
        kind: &str,
        headers: &HeaderMap,
        invocation: Invocation,
    ) -> Result<Response<Body>, ApiError> {
        let (lambda, platform) = (&self.lambda, self.lambda.platform());
        let busy = platform.clock().busy();
        let function = reference.to_string();
        match kind {
            "Event" => {
                let id = lambda.invoke_async(&function, invocation, &busy)?;
                Ok(Answer::empty(202).response(&id))
            }
            "DryRun" => {
                lambda.invocable(reference)?;
                lambda.check_tenant(reference, invocation.tenant_id.as_ref())?;
                Ok(Answer::empty(204).response(&platform.chance().uuid()))
            }
            "RequestResponse" => {
                // The caller only waits now: the time that this invocation takes passes for it too.
                let suspended = self.caller.caller.suspend();
                let (result, busy) = lambda.invoke(&function, &invocation, busy).await;
                drop(suspended);
                drop(busy);
                let tail = header(headers, "x-amz-log-type") == Some("Tail");
                result.map(|record| invoked(lambda, record, tail))
            }
            other => Err(ApiError::validation(format!(
                "Value '{other}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value \
                 set: [Event, RequestResponse, DryRun]"
            ))),
        }
    }
}

/// What is asked of the function.
///
/// `Lambda-Runtime-Cognito-Identity` is for callers with credentials of a Cognito identity pool, which this mock does not
/// give out: for all others there is none, as on AWS.
pub(super) fn invocation(headers: &HeaderMap, payload: Bytes, cause: EntryId) -> Result<Invocation, ApiError> {
    let client_context = header(headers, "x-amz-client-context")
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .and_then(|decoded| String::from_utf8(decoded).ok());
    // A call without a payload is one with an empty object.
    let payload = if payload.is_empty() {
        Bytes::from_static(b"{}")
    } else {
        payload
    };
    let tenant_id = header(headers, "x-amz-tenant-id").map(TenantId::new).transpose()?;
    Ok(Invocation {
        payload,
        client_context,
        tenant_id,
        stream: None,
        cause: Some(cause),
    })
}

fn invoked(lambda: &Lambda, record: InvocationRecord, tail: bool) -> Response<Body> {
    let log = tail.then(|| log_of(lambda, &record.request_id));
    let mut response = Response::new(Body::from(record.payload));
    *response.status_mut() = status(200);
    let headers = response.headers_mut();
    insert(headers, "content-type", "application/json");
    insert(headers, "x-amzn-requestid", &record.request_id);
    insert(headers, "x-amz-executed-version", &record.version);
    if record.function_error {
        insert(headers, "x-amz-function-error", "Unhandled");
    }
    if let Some(log) = log {
        insert(headers, "x-amz-log-result", &STANDARD.encode(log));
    }
    response
}

/// The end of what an invocation logged.
pub(super) fn log_of(lambda: &Lambda, request_id: &str) -> Vec<u8> {
    let mut log = Vec::new();
    for entry in lambda.platform().history().of_request(request_id) {
        if let Event::Logged { message, .. } = entry.event {
            log.extend_from_slice(message.as_bytes());
            log.push(b'\n');
        }
    }
    log.split_off(log.len().saturating_sub(TAIL))
}

pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
