//! The Runtime API (2018-06-01) of one execution environment, over HTTP on the loopback interface.
//!
//! Developer guide, "Using the Lambda runtime API for custom runtimes"; states and errors as in AWS's runtime
//! interface emulator.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

/// The largest response of a synchronous invocation, in bytes.
pub const MAX_RESPONSE: usize = 6_291_556;

/// The header with the virtual time, which our own runtime client reads and sends. Others ignore it.
const TIME: HeaderName = HeaderName::from_static("lambda-course-time");

/// The server side of one environment's Runtime API. Dropping it closes every connection.
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
    events: mpsc::UnboundedReceiver<RuntimeEvent>,
    server: JoinHandle<()>,
}

/// What `next` hands out.
#[derive(Debug, Clone)]
pub struct NextInvocation {
    /// `Lambda-Runtime-Aws-Request-Id`.
    pub request_id: String,
    /// `Lambda-Runtime-Deadline-Ms`.
    pub deadline_ms: u64,
    /// `Lambda-Runtime-Invoked-Function-Arn`.
    pub function_arn: String,
    /// `Lambda-Runtime-Trace-Id`.
    pub trace_id: String,
    /// `Lambda-Runtime-Client-Context`.
    pub client_context: Option<String>,
    /// The event.
    pub event: Bytes,
    /// The virtual time in microseconds.
    pub now: u64,
}

/// What the runtime did.
#[derive(Debug)]
pub enum RuntimeEvent {
    /// It asked for the next invocation: it is ready, since this virtual time in microseconds if it says so.
    Next(Option<u64>),
    /// It answered the invocation.
    Response(Posted),
    /// The invocation ended in an error.
    Error(Posted),
    /// Initialisation failed.
    InitError(Posted),
    /// The answer was too large to take.
    TooLarge,
}

/// What the runtime posted.
#[derive(Debug)]
pub struct Posted {
    /// The body.
    pub payload: Bytes,
    /// `Lambda-Runtime-Function-Error-Type`.
    pub error_type: Option<String>,
    /// The virtual time at which our own client sent it, in microseconds.
    pub time: Option<u64>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    handed: Notify,
    events: mpsc::UnboundedSender<RuntimeEvent>,
}

#[derive(Debug, Default)]
struct State {
    /// Handed to the environment, not yet to the runtime.
    queued: Option<NextInvocation>,
    /// The request that the runtime has and hasn't answered.
    current: Option<String>,
    /// Whether the current request was answered.
    answered: bool,
    /// Whether `next` was called at all.
    ready: bool,
}

impl RuntimeApi {
    /// Listens on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// If no port can be had.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (sender, events) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            handed: Notify::new(),
            events: sender,
        });
        let server = tokio::spawn(serve(listener, shared.clone()));
        Ok(Self {
            address,
            shared,
            events,
            server,
        })
    }

    /// `AWS_LAMBDA_RUNTIME_API`.
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Hands an invocation to the runtime, now or when it asks.
    pub fn hand_out(&self, invocation: NextInvocation) {
        self.shared.lock().queued = Some(invocation);
        self.shared.handed.notify_one();
    }

    /// What the runtime does next.
    pub async fn event(&mut self) -> RuntimeEvent {
        match self.events.recv().await {
            Some(event) => event,
            // `shared` holds a sender, so the channel cannot close before `self` is gone.
            None => std::future::pending().await,
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, event: RuntimeEvent) {
        // Nobody listens any more only when the environment is being torn down.
        let _ = self.events.send(event);
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let shared = shared.clone();
        connections.spawn(async move {
            let service = service_fn(move |request| answer(request, shared.clone()));
            // A connection that breaks is the runtime's own end, which is noticed elsewhere.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request
        .uri()
        .path()
        .strip_prefix("/2018-06-01/runtime/")
        .unwrap_or_default()
        .to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    let post = request.method() == Method::POST;
    Ok(match parts.as_slice() {
        ["invocation", "next"] if request.method() == Method::GET => next(&shared, time_of(request.headers())).await,
        ["invocation", id, "response"] if post => response(&shared, id, request).await,
        ["invocation", id, "error"] if post => error(&shared, id, request).await,
        ["init", "error"] if post => init_error(&shared, request).await,
        _ => status_only(StatusCode::NOT_FOUND, "404 page not found"),
    })
}

async fn next(shared: &Shared, time: Option<u64>) -> Response<Full<Bytes>> {
    {
        let mut state = shared.lock();
        if state.current.is_some() && !state.answered {
            // A runtime that asks again without an answer gets the same invocation again on AWS; ours has none to lose.
            let id = state.current.clone().unwrap_or_default();
            return forbidden("InvocationNext", &format!("invocation {id} has no response yet"));
        }
        state.current = None;
        state.ready = true;
    }
    shared.tell(RuntimeEvent::Next(time));
    loop {
        let handed = shared.handed.notified();
        if let Some(invocation) = take_queued(shared) {
            return hand_over(invocation);
        }
        handed.await;
    }
}

fn take_queued(shared: &Shared) -> Option<NextInvocation> {
    let mut state = shared.lock();
    let invocation = state.queued.take()?;
    state.current = Some(invocation.request_id.clone());
    state.answered = false;
    Some(invocation)
}

fn hand_over(invocation: NextInvocation) -> Response<Full<Bytes>> {
    let mut response = Response::builder()
        .header(CONTENT_TYPE, "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", invocation.request_id)
        .header("Lambda-Runtime-Deadline-Ms", invocation.deadline_ms)
        .header("Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn)
        .header("Lambda-Runtime-Trace-Id", invocation.trace_id)
        .header(TIME, invocation.now);
    if let Some(context) = invocation.client_context {
        response = response.header("Lambda-Runtime-Client-Context", context);
    }
    response
        .body(Full::new(invocation.event))
        .unwrap_or_else(|_| status_only(StatusCode::INTERNAL_SERVER_ERROR, ""))
}

async fn response(shared: &Shared, id: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
    if let Some(refusal) = refuse(shared, id, "InvocationResponse") {
        return refusal;
    }
    let time = time_of(request.headers());
    if let Ok(body) = Limited::new(request.into_body(), MAX_RESPONSE).collect().await {
        shared.lock().answered = true;
        shared.tell(RuntimeEvent::Response(Posted {
            payload: body.to_bytes(),
            error_type: None,
            time,
        }));
        accepted()
    } else {
        shared.lock().answered = true;
        shared.tell(RuntimeEvent::TooLarge);
        json_error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLarge",
            &format!("Exceeded maximum allowed payload size ({MAX_RESPONSE} bytes)."),
        )
    }
}

async fn error(shared: &Shared, id: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
    if let Some(refusal) = refuse(shared, id, "InvocationErrorResponse") {
        return refusal;
    }
    let Some(posted) = read_error(request).await else {
        return status_only(StatusCode::PAYLOAD_TOO_LARGE, "");
    };
    shared.lock().answered = true;
    shared.tell(RuntimeEvent::Error(posted));
    accepted()
}

async fn init_error(shared: &Shared, request: Request<Incoming>) -> Response<Full<Bytes>> {
    if shared.lock().ready {
        return forbidden("InitError", "the runtime is initialised already");
    }
    let Some(posted) = read_error(request).await else {
        return status_only(StatusCode::PAYLOAD_TOO_LARGE, "");
    };
    shared.tell(RuntimeEvent::InitError(posted));
    accepted()
}

async fn read_error(request: Request<Incoming>) -> Option<Posted> {
    let time = time_of(request.headers());
    let error_type = request
        .headers()
        .get("lambda-runtime-function-error-type")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let body = Limited::new(request.into_body(), MAX_RESPONSE).collect().await.ok()?;
    Some(Posted {
        payload: body.to_bytes(),
        error_type,
        time,
    })
}

fn refuse(shared: &Shared, id: &str, to: &str) -> Option<Response<Full<Bytes>>> {
    let state = shared.lock();
    if state.current.as_deref() != Some(id) {
        return Some(json_error(
            StatusCode::BAD_REQUEST,
            "InvalidRequestID",
            "Invalid request ID",
        ));
    }
    state
        .answered
        .then(|| forbidden(to, "the invocation was answered already"))
}

fn time_of(headers: &HeaderMap) -> Option<u64> {
    headers.get(TIME)?.to_str().ok()?.parse().ok()
}

fn accepted() -> Response<Full<Bytes>> {
    json_response(StatusCode::ACCEPTED, r#"{"status":"OK"}"#.to_owned() + "\n")
}

fn forbidden(to: &str, why: &str) -> Response<Full<Bytes>> {
    let message = format!("State transition from Running to {to} failed for runtime. Error: {why}");
    json_error(StatusCode::FORBIDDEN, "InvalidStateTransition", &message)
}

fn json_error(status: StatusCode, kind: &str, message: &str) -> Response<Full<Bytes>> {
    json_response(
        status,
        serde_json::json!({"errorMessage": message, "errorType": kind}).to_string(),
    )
}

fn json_response(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}

fn status_only(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
}
