//! The Lambda service: the handle that everybody has on it, and invocations.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bytes::Bytes;
use serde::de::IgnoredAny;
use tokio::task::JoinSet;

use super::asynchronous::EventQueues;
use super::environment::{Environment, Work};
use super::error::ApiError;
use super::function_url::FunctionUrls;
use super::platform::Platform;
use super::pool::Lease;
use super::reference::FunctionRef;
use super::registry::State;
use super::runtime_api::ResponseStream;
use super::tenant::TenantId;
use crate::clock::Busy;
use crate::history::{EntryId, InvocationRecord};

/// Payloads of synchronous invocations, in bytes.
const MAX_SYNC_PAYLOAD: usize = 6_291_456;
/// Payloads of asynchronous invocations, in bytes (since October 2025).
pub(super) const MAX_ASYNC_PAYLOAD: usize = 1_048_576;

/// A handle on the Lambda service of one Region; clones share it.
#[derive(Debug, Clone)]
pub struct Lambda {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    platform: Arc<Platform>,
    state: Mutex<State>,
    tasks: Mutex<JoinSet<()>>,
    events: EventQueues,
    function_urls: FunctionUrls,
}

/// A handle that does not keep the service alive.
#[derive(Debug, Clone, Default)]
pub struct WeakLambda {
    inner: Weak<Inner>,
}

impl WeakLambda {
    /// The service, if it still lives.
    #[must_use]
    pub fn upgrade(&self) -> Option<Lambda> {
        self.inner.upgrade().map(|inner| Lambda { inner })
    }
}

/// An invocation as a caller asks for it.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// The payload.
    pub payload: Bytes,
    /// `ClientContext`, decoded.
    pub client_context: Option<String>,
    /// `TenantId`.
    pub tenant_id: Option<TenantId>,
    /// Where the parts of the response go as they come, if the caller streams.
    pub stream: Option<ResponseStream>,
    /// The entry of what led to it.
    pub cause: Option<EntryId>,
}

/// One attempt at an invocation.
#[derive(Debug, Clone)]
pub(super) struct Attempt<'a> {
    pub function: &'a FunctionRef,
    pub request_id: &'a str,
    pub number: u32,
    pub asynchronous: bool,
    pub invocation: &'a Invocation,
    /// The entry of what led to this attempt.
    pub cause: Option<EntryId>,
}

impl Lambda {
    /// A service without functions.
    #[must_use]
    pub fn new(platform: Arc<Platform>) -> Self {
        let inner = Inner {
            platform,
            state: Mutex::default(),
            tasks: Mutex::default(),
            events: EventQueues::default(),
            function_urls: FunctionUrls::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// A handle that does not keep the service alive.
    #[must_use]
    pub fn downgrade(&self) -> WeakLambda {
        WeakLambda {
            inner: Arc::downgrade(&self.inner),
        }
    }

    /// The function name that a name, a partial ARN or an ARN means.
    #[must_use]
    pub fn name_of(identifier: &str) -> &str {
        match identifier.split_once(":function:") {
            Some((_, name)) => name.split(':').next().unwrap_or(name),
            None => identifier.split(':').next().unwrap_or(identifier),
        }
    }

    /// `Invoke` with `RequestResponse`; gives the caller's token back. The error is Lambda's own: no such function, no
    /// concurrency left, a payload that is too large or no JSON.
    pub async fn invoke(
        &self,
        function: &str,
        invocation: &Invocation,
        busy: Busy,
    ) -> (Result<InvocationRecord, ApiError>, Busy) {
        if let Err(error) = check_payload(&invocation.payload, MAX_SYNC_PAYLOAD, "RequestResponse") {
            return (Err(error), busy);
        }
        let reference = self.reference(function, None);
        let checked = reference.and_then(|reference| {
            self.check_tenant(&reference, invocation.tenant_id.as_ref())?;
            self.check_loop(&reference, invocation.cause)?;
            let leased = self.lease(&reference, invocation.tenant_id.as_ref(), invocation.cause)?;
            Ok((leased, reference))
        });
        let (leased, reference) = match checked {
            Ok(checked) => checked,
            Err(error) => return (Err(error), busy),
        };
        let request_id = self.inner.platform.request_id(&reference.name);
        let attempt = Attempt {
            function: &reference,
            request_id: &request_id,
            number: 1,
            asynchronous: false,
            invocation,
            cause: invocation.cause,
        };
        self.run(&attempt, leased, busy).await
    }

    /// One attempt on an environment that was leased for it.
    pub(super) async fn run(
        &self,
        attempt: &Attempt<'_>,
        (lease, mut environment): (Lease, Environment),
        busy: Busy,
    ) -> (Result<InvocationRecord, ApiError>, Busy) {
        let work = Work {
            request_id: attempt.request_id.to_owned(),
            attempt: attempt.number,
            event: attempt.invocation.payload.clone(),
            client_context: attempt.invocation.client_context.clone(),
            tenant_id: attempt.invocation.tenant_id.clone(),
            stream: attempt.invocation.stream.clone(),
            asynchronous: attempt.asynchronous,
            cause: attempt.cause,
            function_arn: attempt.function.arn(self.inner.platform.account()),
        };
        let (result, busy) = environment.invoke(&work, busy).await;
        if result.is_ok() {
            lease.give_back(environment);
        }
        (result.map_err(|error| ApiError::Service(error.to_string())), busy)
    }

    /// The events that wait for their turn.
    pub(super) fn events(&self) -> &EventQueues {
        &self.inner.events
    }

    /// The functions' URLs.
    #[must_use]
    pub fn function_urls(&self) -> &FunctionUrls {
        &self.inner.function_urls
    }

    /// What its environments share.
    #[must_use]
    pub fn platform(&self) -> &Arc<Platform> {
        &self.inner.platform
    }

    /// Runs something beside, for as long as the service lives.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.inner.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Ends everything that runs: processes are killed, retries forgotten.
    pub fn shut_down(&self) {
        self.inner
            .tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
        let ended = std::mem::take(&mut *self.state());
        drop(ended);
        self.inner.platform.keep_snapshots(|_, _| false);
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Refuses a payload as the Invoke API does.
pub(super) fn check_payload(payload: &[u8], limit: usize, kind: &'static str) -> Result<(), ApiError> {
    if payload.len() > limit {
        return Err(ApiError::RequestTooLarge {
            size: payload.len(),
            kind,
            limit,
        });
    }
    if payload.is_empty() {
        return Ok(());
    }
    serde_json::from_slice::<IgnoredAny>(payload)
        .map(drop)
        .map_err(|error| ApiError::InvalidRequestContent(error.to_string()))
}
