//! The calls that a runtime makes.

use std::convert::Infallible;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use regex::Regex;
use serde_json::Value;

use super::answer::{self, Answer, TIME};
use super::state::{State, Step};
use super::{MAX_RESPONSE, MAX_STREAMED_RESPONSE, NextInvocation, Posted, RuntimeEvent, Shared, Unfit};

const RESPONSE_MODE: &str = "lambda-runtime-function-response-mode";
const ERROR_TYPE: &str = "lambda-runtime-function-error-type";
/// A trailer of streamed responses: what the caller is told of an error, in base64.
const ERROR_BODY: &str = "lambda-runtime-function-error-body";
/// A body with the error and, beside it, its cause for X-Ray.
const WITH_CAUSE: &str = "application/vnd.aws.lambda.error.cause+json";

/// What error types look like; others are told as `Runtime.Unknown` or `Function.Unknown`.
static ERROR_TYPES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(Runtime|Function)\.[A-Z][a-zA-Z]+").ok());

pub(super) async fn answer(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Answer, Infallible> {
    let path = request
        .uri()
        .path()
        .strip_prefix("/2018-06-01/runtime/")
        .unwrap_or_default()
        .to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    let (get, post) = (request.method() == Method::GET, request.method() == Method::POST);
    Ok(match parts.as_slice() {
        ["invocation", "next"] if get => next(&shared, time_of(request.headers())).await,
        ["invocation", id, "response"] if post => respond(&shared, id, request).await,
        ["invocation", id, "error"] if post => fail(&shared, id, request).await,
        ["init", "error"] if post => init_error(&shared, request).await,
        ["restore", "next"] if get => restore_next(&shared, time_of(request.headers())).await,
        ["restore", "error"] if post => restore_error(&shared, request).await,
        _ => answer::not_found(),
    })
}

async fn next(shared: &Shared, time: Option<u64>) -> Answer {
    {
        let mut standing = shared.lock();
        let waited = matches!(standing.state, State::Ready);
        if let Err(refusal) = standing.state.step(Step::Ready) {
            return answer::forbidden(&refusal);
        }
        if let State::Running(invocation) = &standing.state {
            return answer::invocation(invocation);
        }
        drop(standing);
        if !waited {
            shared.tell(RuntimeEvent::Next(time));
        }
    }
    loop {
        let handed = shared.handed.notified();
        if let Some(invocation) = take_queued(shared) {
            return answer::invocation(&invocation);
        }
        handed.await;
    }
}

fn take_queued(shared: &Shared) -> Option<Arc<NextInvocation>> {
    let mut standing = shared.lock();
    let invocation = standing.queued.take()?;
    standing.state = State::Running(invocation.clone());
    Some(invocation)
}

/// Says that the process may be a snapshot. It is never told to go on: what is restored is a fork of it.
async fn restore_next(shared: &Shared, time: Option<u64>) -> Answer {
    if let Err(refusal) = shared.lock().state.step(Step::WaitForRestore) {
        return answer::forbidden(&refusal);
    }
    shared.tell(RuntimeEvent::RestoreNext(time));
    std::future::pending().await
}

/// Begins an answer to an invocation: `id` must be the one that the runtime has.
fn begin(shared: &Shared, id: &str, step: Step) -> Result<Arc<NextInvocation>, Box<Answer>> {
    let mut standing = shared.lock();
    let invocation = standing
        .state
        .invocation()
        .filter(|invocation| invocation.request_id == id)
        .cloned()
        .ok_or_else(|| Box::new(answer::wrong_request_id()))?;
    standing
        .state
        .step(step)
        .map_err(|refusal| Box::new(answer::forbidden(&refusal)))?;
    Ok(invocation)
}

async fn respond(shared: &Shared, id: &str, request: Request<Incoming>) -> Answer {
    let invocation = match begin(shared, id, Step::Respond) {
        Ok(invocation) => invocation,
        Err(refusal) => return *refusal,
    };
    let time = time_of(request.headers());
    let streams = match text(request.headers(), RESPONSE_MODE) {
        None => false,
        Some("streaming") => true,
        Some(_) => {
            // The state stays as it is, as on AWS: the runtime has no way on from here.
            shared.tell(RuntimeEvent::Unfit(Unfit::ResponseMode));
            return answer::wrong_response_mode();
        }
    };
    let limit = match &invocation.stream {
        Some(_) if streams => MAX_STREAMED_RESPONSE,
        _ => MAX_RESPONSE,
    };
    let received = receive(request.into_body(), limit, &invocation).await;
    shared.lock().state.answered();
    match received {
        Ok((payload, trailers)) => {
            shared.tell(answered(payload, &trailers, time));
            answer::accepted()
        }
        Err(unfit) => {
            shared.tell(RuntimeEvent::Unfit(unfit));
            match unfit {
                Unfit::TooLarge(_) => answer::too_large(),
                Unfit::Truncated | Unfit::ResponseMode => answer::truncated(),
            }
        }
    }
}

/// Reads a body to its end; passes it on part by part where the caller streams.
async fn receive(mut body: Incoming, limit: usize, invocation: &NextInvocation) -> Result<(Bytes, HeaderMap), Unfit> {
    let mut parts: Vec<Bytes> = Vec::new();
    let mut size = 0;
    let mut trailers = HeaderMap::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Unfit::Truncated)?;
        match frame.into_data() {
            Ok(data) => {
                size += data.len();
                if size > limit {
                    return Err(Unfit::TooLarge(limit));
                }
                if let Some(stream) = &invocation.stream {
                    // A caller that went away hears nothing more; the function goes on, as on AWS.
                    let _ = stream.send(data.clone());
                }
                parts.push(data);
            }
            Err(frame) => trailers = frame.into_trailers().unwrap_or_default(),
        }
    }
    let payload = match <[Bytes; 1]>::try_from(parts) {
        Ok([whole]) => whole,
        Err(parts) => parts.concat().into(),
    };
    Ok((payload, trailers))
}

/// A response; or an error, where the trailers of a streamed one tell of one.
fn answered(payload: Bytes, trailers: &HeaderMap, time: Option<u64>) -> RuntimeEvent {
    let Some(kind) = text(trailers, ERROR_TYPE) else {
        return RuntimeEvent::Response(Posted {
            payload,
            error_type: None,
            time,
        });
    };
    let body = text(trailers, ERROR_BODY).and_then(|body| STANDARD.decode(body).ok());
    RuntimeEvent::Error(Posted {
        payload: body.map_or(payload, Bytes::from),
        error_type: Some(error_type(kind)),
        time,
    })
}

async fn fail(shared: &Shared, id: &str, request: Request<Incoming>) -> Answer {
    if let Err(refusal) = begin(shared, id, Step::Fail) {
        return *refusal;
    }
    let posted = read_error(request).await;
    shared.lock().state.answered();
    match posted {
        Ok(posted) => {
            shared.tell(RuntimeEvent::Error(posted));
            answer::accepted()
        }
        Err(unfit) => {
            shared.tell(RuntimeEvent::Unfit(unfit));
            answer::too_large()
        }
    }
}

async fn init_error(shared: &Shared, request: Request<Incoming>) -> Answer {
    let restoring = {
        let mut standing = shared.lock();
        let restoring = matches!(standing.state, State::Restoring);
        if let Err(refusal) = standing.state.step(Step::FailInit) {
            return answer::forbidden(&refusal);
        }
        restoring
    };
    let Ok(posted) = read_error(request).await else {
        return answer::too_large();
    };
    shared.tell(if restoring {
        RuntimeEvent::RestoreError(posted)
    } else {
        RuntimeEvent::InitError(posted)
    });
    answer::accepted()
}

async fn restore_error(shared: &Shared, request: Request<Incoming>) -> Answer {
    if let Err(refusal) = shared.lock().state.step(Step::FailRestore) {
        return answer::forbidden(&refusal);
    }
    let Ok(posted) = read_error(request).await else {
        return answer::too_large();
    };
    shared.tell(RuntimeEvent::RestoreError(posted));
    answer::accepted()
}

async fn read_error(request: Request<Incoming>) -> Result<Posted, Unfit> {
    let headers = request.headers();
    let time = time_of(headers);
    let kind = error_type(text(headers, ERROR_TYPE).unwrap_or_default());
    let with_cause = text(headers, CONTENT_TYPE.as_str()) == Some(WITH_CAUSE);
    let body = http_body_util::Limited::new(request.into_body(), MAX_RESPONSE);
    let body = body
        .collect()
        .await
        .map_err(|_| Unfit::TooLarge(MAX_RESPONSE))?
        .to_bytes();
    let payload = if with_cause { without_cause(&body) } else { body };
    Ok(Posted {
        payload,
        error_type: Some(kind),
        time,
    })
}

/// The error alone, without its cause; AWS's own words where it is none.
fn without_cause(body: &[u8]) -> Bytes {
    let Ok(Value::Object(mut error)) = serde_json::from_slice(body) else {
        return Bytes::from_static(b"\"Invalid error body\"");
    };
    error.shift_remove("errorCause");
    Value::Object(error).to_string().into()
}

/// An error type that has the form of one, or the one that stands for all others.
fn error_type(kind: &str) -> String {
    if ERROR_TYPES.as_ref().is_some_and(|form| form.is_match(kind)) {
        kind
    } else if kind.starts_with("Function.") {
        "Function.Unknown"
    } else {
        "Runtime.Unknown"
    }
    .to_owned()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn time_of(headers: &HeaderMap) -> Option<u64> {
    text(headers, TIME)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_types_have_a_form() {
        for kind in ["Runtime.ImportModuleError", "Function.Oops"] {
            assert_eq!(error_type(kind), kind);
        }
        assert_eq!(error_type("ValueError"), "Runtime.Unknown");
        assert_eq!(error_type(""), "Runtime.Unknown");
        assert_eq!(error_type("Function.1"), "Function.Unknown");
    }

    #[test]
    fn a_cause_is_not_for_the_caller() {
        let body = br#"{"errorMessage":"m","errorType":"t","stackTrace":[],"errorCause":{"paths":[]}}"#;
        assert_eq!(
            &without_cause(body)[..],
            br#"{"errorMessage":"m","errorType":"t","stackTrace":[]}"#
        );
        assert_eq!(&without_cause(b"x")[..], b"\"Invalid error body\"");
    }
}
