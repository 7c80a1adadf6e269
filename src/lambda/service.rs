//! The Lambda service: functions, their environments, synchronous and asynchronous invocations.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use serde::de::IgnoredAny;
use tokio::task::JoinSet;

use super::environment::{Environment, Work};
use super::error::{ApiError, ThrottleReason};
use super::function::FunctionConfig;
use super::function_url::FunctionUrls;
use super::platform::Platform;
use super::runtime_api::ResponseStream;
use crate::clock::Busy;
use crate::history::{EntryId, Event, InvocationRecord};

/// Payloads of synchronous invocations, in bytes.
const MAX_SYNC_PAYLOAD: usize = 6_291_456;
/// Payloads of asynchronous invocations, in bytes (since October 2025).
pub(super) const MAX_ASYNC_PAYLOAD: usize = 1_048_576;
/// Environments of an account that run at once, unless raised.
const ACCOUNT_CONCURRENCY: usize = 1_000;
/// How long an environment is kept idle. AWS doesn't say; this is of the order that people observe.
const KEPT_IDLE: Duration = Duration::from_secs(30 * 60);

/// A handle on the Lambda service of one Region; clones share it.
#[derive(Debug, Clone)]
pub struct Lambda {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    platform: Arc<Platform>,
    functions: Mutex<BTreeMap<String, Entry>>,
    tasks: Mutex<JoinSet<()>>,
    function_urls: FunctionUrls,
}

#[derive(Debug)]
struct Entry {
    config: Arc<FunctionConfig>,
    /// The one used last is at the end, and is used first.
    idle: Vec<Environment>,
    running: usize,
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
    /// `X-Amz-Tenant-Id`.
    pub tenant_id: Option<String>,
    /// Where the parts of the response go as they come, if the caller streams.
    pub stream: Option<ResponseStream>,
    /// How many invocations led to this one, each by an event of the one before.
    pub depth: u32,
    /// The entry of what led to it.
    pub cause: Option<EntryId>,
}

/// One attempt at an invocation.
#[derive(Debug, Clone)]
pub(super) struct Attempt<'a> {
    pub function: &'a str,
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
            functions: Mutex::default(),
            tasks: Mutex::default(),
            function_urls: FunctionUrls::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// `CreateFunction`.
    ///
    /// # Errors
    ///
    /// Lambda's own: the name is taken, or the environment isn't one that Lambda takes.
    pub fn create_function(&self, config: FunctionConfig) -> Result<(), ApiError> {
        config.check_environment()?;
        let mut functions = self.lock();
        if functions.contains_key(config.name.as_str()) {
            return Err(ApiError::FunctionExists(config.name.to_string()));
        }
        functions.insert(
            config.name.to_string(),
            Entry {
                config: Arc::new(config),
                idle: Vec::new(),
                running: 0,
            },
        );
        Ok(())
    }

    /// `UpdateFunctionConfiguration` and `UpdateFunctionCode`: new environments follow it, idle ones end.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn update_function(&self, config: FunctionConfig) -> Result<(), ApiError> {
        config.check_environment()?;
        let name = config.name.to_string();
        let ended = {
            let mut functions = self.lock();
            let entry = functions.get_mut(&name).ok_or_else(|| self.not_found(&name))?;
            entry.config = Arc::new(config);
            std::mem::take(&mut entry.idle)
        };
        drop(ended);
        Ok(())
    }

    /// `DeleteFunction`.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn delete_function(&self, name: &str) -> Result<(), ApiError> {
        let entry = self.lock().remove(name).ok_or_else(|| self.not_found(name))?;
        drop(entry);
        Ok(())
    }

    /// A function's configuration.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn function(&self, name: &str) -> Result<Arc<FunctionConfig>, ApiError> {
        self.lock()
            .get(name)
            .map(|entry| entry.config.clone())
            .ok_or_else(|| self.not_found(name))
    }

    /// The configurations of all functions, by name.
    #[must_use]
    pub fn functions(&self) -> Vec<Arc<FunctionConfig>> {
        self.lock().values().map(|entry| entry.config.clone()).collect()
    }

    /// Shuts a function's idle environments down, so that the next invocation is a cold start.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn recycle(&self, name: &str) -> Result<(), ApiError> {
        let ended = {
            let mut functions = self.lock();
            let entry = functions.get_mut(name).ok_or_else(|| self.not_found(name))?;
            std::mem::take(&mut entry.idle)
        };
        drop(ended);
        Ok(())
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
        let request_id = self.inner.platform.chance().uuid();
        let attempt = Attempt {
            function,
            request_id: &request_id,
            number: 1,
            asynchronous: false,
            invocation,
            cause: invocation.cause,
        };
        self.attempt(&attempt, busy).await
    }

    /// One attempt, for whoever counts attempts.
    pub(super) async fn attempt(
        &self,
        attempt: &Attempt<'_>,
        busy: Busy,
    ) -> (Result<InvocationRecord, ApiError>, Busy) {
        let (lease, mut environment) = match self.lease(attempt.function) {
            Ok(leased) => leased,
            Err(error) => return (Err(error), busy),
        };
        let function_arn = self.inner.platform.function_arn(attempt.function);
        let work = Work {
            request_id: attempt.request_id.to_owned(),
            attempt: attempt.number,
            event: attempt.invocation.payload.clone(),
            client_context: attempt.invocation.client_context.clone(),
            tenant_id: attempt.invocation.tenant_id.clone(),
            stream: attempt.invocation.stream.clone(),
            depth: attempt.invocation.depth,
            asynchronous: attempt.asynchronous,
            cause: attempt.cause,
            function_arn,
        };
        let (result, busy) = environment.invoke(&work, busy).await;
        if result.is_ok() {
            lease.give_back(environment);
        }
        (result.map_err(|error| ApiError::Service(error.to_string())), busy)
    }

    /// An environment for one invocation: an idle one, or a new one if concurrency allows.
    fn lease(&self, function: &str) -> Result<(Lease, Environment), ApiError> {
        let now = self.inner.platform.clock().now();
        let mut expired = Vec::new();
        let (config, environment) = {
            let mut functions = self.lock();
            let running: usize = functions.values().map(|entry| entry.running).sum();
            let entry = functions.get_mut(function).ok_or_else(|| self.not_found(function))?;
            let reserved = entry
                .config
                .reserved_concurrency
                .and_then(|limit| usize::try_from(limit).ok());
            let reason = if reserved.is_some_and(|limit| entry.running >= limit) {
                Some(ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded)
            } else if running >= ACCOUNT_CONCURRENCY {
                Some(ThrottleReason::ConcurrentInvocationLimitExceeded)
            } else {
                None
            };
            if let Some(reason) = reason {
                drop(functions);
                self.inner.platform.record(Event::Throttled {
                    function: function.to_owned(),
                    reason: reason.as_str().to_owned(),
                });
                return Err(ApiError::TooManyRequests { reason });
            }
            for mut idle in std::mem::take(&mut entry.idle) {
                let kept = now - idle.last_used() < KEPT_IDLE && !idle.is_lost();
                if kept { &mut entry.idle } else { &mut expired }.push(idle);
            }
            entry.running += 1;
            (entry.config.clone(), entry.idle.pop())
        };
        drop(expired);
        let lease = Lease {
            lambda: self.clone(),
            function: function.to_owned(),
        };
        let environment = match environment {
            Some(environment) => environment,
            None => Environment::create(&self.inner.platform, &config)
                .map_err(|error| ApiError::Service(error.to_string()))?,
        };
        Ok((lease, environment))
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
        let ended = std::mem::take(&mut *self.lock());
        drop(ended);
    }

    fn not_found(&self, name: &str) -> ApiError {
        ApiError::FunctionNotFound(self.inner.platform.function_arn(name))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.inner.functions.lock().unwrap_or_else(PoisonError::into_inner)
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

/// An environment while it is in use. Whatever happens, the function's count of running environments is right after.
struct Lease {
    lambda: Lambda,
    function: String,
}

impl Lease {
    /// Keeps the environment for the next invocation, unless the function changed meanwhile.
    fn give_back(self, environment: Environment) {
        let mut functions = self.lambda.lock();
        let unwanted = match functions.get_mut(&self.function) {
            Some(entry) if Arc::ptr_eq(&entry.config, environment.function()) => {
                entry.idle.push(environment);
                None
            }
            _ => Some(environment),
        };
        drop(functions);
        drop(unwanted);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(entry) = self.lambda.lock().get_mut(&self.function) {
            entry.running -= 1;
        }
    }
}
