//! The Lambda API over REST-JSON: invocations and the look-ups that clients make before them
//! (Lambda API reference, version 2015-03-31).

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};

use crate::cloud::Identity;
use crate::history::{Event, InvocationRecord};
use crate::lambda::service::WeakLambda;
use crate::lambda::{ApiError, FunctionConfig, Invocation, Lambda};

/// The log that `LogType=Tail` returns: its last 4 KB.
const TAIL: usize = 4 * 1024;

/// The routes of the Lambda API over a service.
pub fn routes(lambda: WeakLambda) -> Router {
    Router::new()
        .route("/2015-03-31/functions", get(list_functions))
        .route("/2015-03-31/functions/", get(list_functions))
        .route("/2015-03-31/functions/{name}", get(get_function))
        .route("/2015-03-31/functions/{name}/configuration", get(get_configuration))
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .fallback(unknown)
        .with_state(lambda)
}

async fn invoke(
    State(lambda): State<WeakLambda>,
    Path(name): Path<String>,
    Extension(caller): Extension<Identity>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let Some(lambda) = lambda.upgrade() else { return gone() };
    let name = Lambda::name_of(&name).to_owned();
    let kind = header(&headers, "x-amz-invocation-type")
        .unwrap_or("RequestResponse")
        .to_owned();
    let platform = lambda.platform();
    let parameters = json!({"FunctionName": name, "InvocationType": kind});
    let called = platform.record(Event::ServiceCall {
        environment: caller.caller.environment(),
        service: "lambda".to_owned(),
        operation: "Invoke".to_owned(),
        parameters,
        error: None,
    });
    let client_context = header(&headers, "x-amz-client-context")
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .and_then(|decoded| String::from_utf8(decoded).ok());
    let invocation = Invocation {
        payload: body,
        client_context,
        tenant_id: header(&headers, "x-amz-tenant-id").map(str::to_owned),
        stream: None,
        depth: platform.depth_after(caller.caller.environment().as_deref()),
        cause: Some(called),
    };
    let busy = platform.clock().busy();
    match kind.as_str() {
        "Event" => match lambda.invoke_async(&name, invocation, &busy) {
            Ok(id) => answer(202, &id, Bytes::new()),
            Err(error) => refused(&lambda, &error),
        },
        "DryRun" => match lambda.function(&name) {
            Ok(_) => answer(204, &platform.chance().uuid(), Bytes::new()),
            Err(error) => refused(&lambda, &error),
        },
        "RequestResponse" => {
            // The caller only waits now: the time that this invocation takes passes for it too.
            let suspended = caller.caller.suspend();
            let (result, busy) = lambda.invoke(&name, &invocation, busy).await;
            drop(suspended);
            drop(busy);
            match result {
                Ok(record) => invoked(&lambda, record, header(&headers, "x-amz-log-type") == Some("Tail")),
                Err(error) => refused(&lambda, &error),
            }
        }
        other => {
            let message = format!(
                "Value '{other}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value \
                 set: [Event, RequestResponse, DryRun]"
            );
            refused(&lambda, &ApiError::validation(message))
        }
    }
}

fn invoked(lambda: &Lambda, record: InvocationRecord, tail: bool) -> Response<Body> {
    let log = tail.then(|| log_of(lambda, &record.request_id));
    let mut response = answer(200, &record.request_id, record.payload);
    let headers = response.headers_mut();
    insert(headers, "x-amz-executed-version", "$LATEST");
    if record.function_error {
        insert(headers, "x-amz-function-error", "Unhandled");
    }
    if let Some(log) = log {
        insert(headers, "x-amz-log-result", &STANDARD.encode(log));
    }
    response
}

/// The end of what an invocation logged.
fn log_of(lambda: &Lambda, request_id: &str) -> Vec<u8> {
    let mut log = Vec::new();
    for entry in lambda.platform().history().of_request(request_id) {
        if let Event::Logged { message, .. } = entry.event {
            log.extend_from_slice(message.as_bytes());
            log.push(b'\n');
        }
    }
    log.split_off(log.len().saturating_sub(TAIL))
}

async fn list_functions(State(lambda): State<WeakLambda>) -> Response<Body> {
    let Some(lambda) = lambda.upgrade() else { return gone() };
    let all: Vec<Value> = lambda
        .functions()
        .iter()
        .map(|config| configuration(&lambda, config))
        .collect();
    json_answer(&lambda, &json!({ "Functions": all }))
}

async fn get_function(State(lambda): State<WeakLambda>, Path(name): Path<String>) -> Response<Body> {
    let Some(lambda) = lambda.upgrade() else { return gone() };
    match lambda.function(Lambda::name_of(&name)) {
        Ok(config) => json_answer(&lambda, &json!({ "Configuration": configuration(&lambda, &config) })),
        Err(error) => refused(&lambda, &error),
    }
}

async fn get_configuration(State(lambda): State<WeakLambda>, Path(name): Path<String>) -> Response<Body> {
    let Some(lambda) = lambda.upgrade() else { return gone() };
    match lambda.function(Lambda::name_of(&name)) {
        Ok(config) => json_answer(&lambda, &configuration(&lambda, &config)),
        Err(error) => refused(&lambda, &error),
    }
}

fn configuration(lambda: &Lambda, config: &FunctionConfig) -> Value {
    json!({
        "FunctionName": config.name.as_str(),
        "FunctionArn": lambda.platform().function_arn(config.name.as_str()),
        "Runtime": format!("python{}", crate::lambda::engine::PYTHON_VERSION),
        "Handler": config.handler,
        "Timeout": config.timeout.seconds(),
        "MemorySize": config.memory.mb(),
        "Version": "$LATEST",
        "Environment": { "Variables": config.environment },
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": { "Size": 512 },
    })
}

async fn unknown(State(lambda): State<WeakLambda>, request: axum::extract::Request) -> Response<Body> {
    let Some(lambda) = lambda.upgrade() else { return gone() };
    let what = format!("{} {}", request.method(), request.uri().path());
    let error = json!({"Type": "User", "Message": format!("This mock of Lambda has no operation {what}.")});
    let mut response = json_answer(&lambda, &error);
    *response.status_mut() = StatusCode::NOT_IMPLEMENTED;
    insert(response.headers_mut(), "x-amzn-errortype", "UnknownOperationException");
    response
}

fn refused(lambda: &Lambda, error: &ApiError) -> Response<Body> {
    let mut response = json_answer(lambda, &error.body());
    *response.status_mut() = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    insert(response.headers_mut(), "x-amzn-errortype", error.code());
    if matches!(error, ApiError::TooManyRequests { .. }) {
        insert(response.headers_mut(), "retry-after", "0");
    }
    response
}

fn json_answer(lambda: &Lambda, body: &Value) -> Response<Body> {
    answer(200, &lambda.platform().chance().uuid(), body.to_string().into())
}

fn answer(status: u16, request_id: &str, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    insert(response.headers_mut(), "content-type", "application/json");
    insert(response.headers_mut(), "x-amzn-requestid", request_id);
    response
}

fn gone() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = http::HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
