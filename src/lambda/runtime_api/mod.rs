//! The Runtime API (2018-06-01) of one execution environment, over HTTP on the loopback interface.
//!
//! Developer guide, "Using the Lambda runtime API for custom runtimes"; states, answers and errors as in AWS's runtime
//! interface emulator.

mod answer;
mod call;
mod state;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use state::State;

/// The largest response of an invocation that is answered at once, in bytes.
pub const MAX_RESPONSE: usize = 6_291_556;
/// The largest response that is streamed, in bytes (developer guide, "Response streaming": 200 MB).
pub const MAX_STREAMED_RESPONSE: usize = 200 * 1024 * 1024;

/// The largest head of a request: the cause of an error may have a header of up to 1 MB.
const MAX_HEAD: usize = 2 * 1024 * 1024;

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
    /// `Lambda-Runtime-Aws-Tenant-Id`.
    pub tenant_id: Option<String>,
    /// The event.
    pub event: Bytes,
    /// The virtual time in microseconds.
    pub now: u64,
    /// Where the parts of the response go as they come, if the caller streams.
    pub stream: Option<ResponseStream>,
}

/// Takes the parts of a streamed response.
pub type ResponseStream = mpsc::UnboundedSender<Bytes>;

/// What the runtime did.
#[derive(Debug)]
pub enum RuntimeEvent {
    /// It asked for the next invocation: it is ready, since this virtual time in microseconds if it says so.
    Next(Option<u64>),
    /// It waits to be restored from a snapshot.
    RestoreNext(Option<u64>),
    /// It answered the invocation.
    Response(Posted),
    /// The invocation ended in an error.
    Error(Posted),
    /// Initialisation failed.
    InitError(Posted),
    /// Its hooks failed after it was restored.
    RestoreError(Posted),
    /// The answer cannot be passed on.
    Unfit(Unfit),
}

/// Why an answer cannot be passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It is larger than this many bytes.
    TooLarge(usize),
    /// It ended too early.
    Truncated,
    /// It was sent in a way that there is none.
    ResponseMode,
}

/// What the runtime posted.
#[derive(Debug)]
pub struct Posted {
    /// The body.
    pub payload: Bytes,
    /// `Lambda-Runtime-Function-Error-Type`, where it has the form of one; `Runtime.Unknown` where not.
    pub error_type: Option<String>,
    /// The virtual time at which our own client sent it, in microseconds.
    pub time: Option<u64>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<Standing>,
    handed: Notify,
    events: mpsc::UnboundedSender<RuntimeEvent>,
}

#[derive(Debug, Default)]
struct Standing {
    state: State,
    /// Handed to the environment, not yet to the runtime.
    queued: Option<Arc<NextInvocation>>,
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
        self.shared.lock().queued = Some(Arc::new(invocation));
        self.shared.handed.notify_one();
    }

    /// The runtime was restored before it could call anything here.
    pub fn mark_restoring(&self) {
        self.shared.lock().state = State::Restoring;
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
    fn lock(&self) -> MutexGuard<'_, Standing> {
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
            let service = service_fn(move |request| call::answer(request, shared.clone()));
            // A connection that breaks is the runtime's own end, which is noticed elsewhere.
            let _ = hyper::server::conn::http1::Builder::new()
                .max_buf_size(MAX_HEAD)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
        while connections.try_join_next().is_some() {}
    }
}

#[cfg(test)]
mod tests;
