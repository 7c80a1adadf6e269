//! An execution environment: one process, one invocation at a time, a `/tmp` that outlives the process.
//!
//! Developer guide, "Understanding the Lambda execution environment lifecycle".

mod snapshot;
mod start;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::engine::EngineError;
use super::function::{FunctionConfig, InitializationType, Version};
use super::hold::Hold;
use super::platform::{Platform, Stream};
use super::process::Runtime;
use super::report;
use super::runtime_api::{NextInvocation, ResponseStream};
use super::system_log::{SystemEvent, SystemLog};
use super::tenant::TenantId;
use super::termination::{Failure, Termination};
use super::trace::Trace;
use crate::clock::{Busy, Timestamp};
use crate::history::{EntryId, Event, InvocationRecord, InvocationStatus, Restore};
use crate::price::{Execution, Size, Usage};
use crate::python::Exit;
pub use snapshot::Snapshot;
use watch::{Ended, Waiting};

/// One execution environment of a function.
#[derive(Debug)]
pub struct Environment {
    platform: Arc<Platform>,
    function: Arc<FunctionConfig>,
    kind: InitializationType,
    stream: Stream,
    system_log: SystemLog,
    home: PathBuf,
    runtime: Option<Runtime>,
    hold: Arc<Hold>,
    started_before: bool,
    /// How long it took to initialise it ahead of its first invocation, until that has come.
    initialised_ahead: Option<Duration>,
    /// It is being initialised on demand.
    has_whole_cpu: bool,
    made: Timestamp,
    last_used: Timestamp,
}

/// What is asked of an environment.
#[derive(Debug, Clone)]
pub struct Work {
    /// The request id.
    pub request_id: String,
    /// The attempt, from 1.
    pub attempt: u32,
    /// The event.
    pub event: Bytes,
    /// `ClientContext`, as JSON.
    pub client_context: Option<String>,
    /// `TenantId`.
    pub tenant_id: Option<TenantId>,
    /// The ARN that was invoked.
    pub function_arn: String,
    /// Whether it comes from the queue of asynchronous invocations.
    pub asynchronous: bool,
    /// The entry of what led to it.
    pub cause: Option<EntryId>,
    /// Where the parts of the response go as they come, if the caller streams.
    pub stream: Option<ResponseStream>,
}

/// What came before the handler of an environment's first invocation.
#[derive(Debug, Clone, Copy, Default)]
struct Beginning {
    init: Option<Duration>,
    restore: Option<Restore>,
}

/// One invocation while it runs.
struct Running<'a> {
    work: &'a Work,
    trace: Trace,
    cold_start: bool,
    began: Timestamp,
}

impl Environment {
    /// An environment for a function, without a process yet; for one tenant alone if it isolates them.
    ///
    /// # Errors
    ///
    /// If its folders cannot be made.
    pub fn create(
        platform: &Arc<Platform>,
        function: &Arc<FunctionConfig>,
        tenant: Option<&TenantId>,
    ) -> Result<Self, EngineError> {
        // Only versions are kept as snapshots: `$LATEST` changes.
        let kind = if function.snap_start && function.version != Version::Latest {
            InitializationType::SnapStart
        } else {
            InitializationType::OnDemand
        };
        let mut environment = Self::of_kind(platform, function, kind)?;
        environment.system_log.dedicate(tenant.cloned());
        Ok(environment)
    }

    /// An environment that is made for a reason of its own.
    fn of_kind(
        platform: &Arc<Platform>,
        function: &Arc<FunctionConfig>,
        kind: InitializationType,
    ) -> Result<Self, EngineError> {
        let stream = platform.new_stream(function);
        let home = platform.new_home();
        let tmp = home.join("tmp");
        std::fs::create_dir_all(&tmp).map_err(|source| EngineError::Setup {
            place: tmp.clone(),
            source,
        })?;
        platform.record(Event::EnvironmentCreated {
            function: function.name.to_string(),
            environment: stream.environment.clone(),
            provisioned: (kind == InitializationType::ProvisionedConcurrency).then(|| Size {
                architecture: function.architecture,
                memory_mb: function.memory.mb(),
            }),
        });
        let (version, arn) = platform.runtime_version(&function.runtime);
        let system_log = SystemLog::new(function.clone(), kind, stream.name.clone(), version, arn);
        Ok(Self {
            platform: platform.clone(),
            function: function.clone(),
            kind,
            stream,
            system_log,
            home,
            runtime: None,
            hold: Arc::new(Hold::new(platform.clock().clone())),
            started_before: false,
            initialised_ahead: None,
            has_whole_cpu: false,
            made: platform.clock().now(),
            last_used: platform.clock().now(),
        })
    }

    /// Its id: the hexadecimal part of its log stream.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.stream.environment
    }

    /// Whose invocations it runs: only this tenant's, or those of a function that doesn't tell tenants apart.
    #[must_use]
    pub fn tenant(&self) -> Option<&TenantId> {
        self.system_log.tenant()
    }

    /// When it was made.
    #[must_use]
    pub fn made(&self) -> Timestamp {
        self.made
    }

    /// When its last invocation ended.
    #[must_use]
    pub fn last_used(&self) -> Timestamp {
        self.last_used
    }

    /// What it was made for.
    #[must_use]
    pub fn kind(&self) -> InitializationType {
        self.kind
    }

    /// Whether its process ended while nothing was asked of it: another environment's handler can kill them all.
    pub fn is_lost(&mut self) -> bool {
        self.runtime.as_mut().is_some_and(|runtime| runtime.worker.has_ended())
    }

    /// The function it was made for, as it was then.
    #[must_use]
    pub fn function(&self) -> &Arc<FunctionConfig> {
        &self.function
    }

    /// Runs one invocation to its end, and gives the caller's token back. An error means that no process can be had
    /// at all; everything that the function does wrong is in the record.
    pub async fn invoke(&mut self, work: &Work, busy: Busy) -> (Result<InvocationRecord, EngineError>, Busy) {
        self.hold.put(busy);
        let outcome = self.run(work).await;
        let busy = self.hold.take();
        self.last_used = self.platform.clock().now();
        (outcome, busy)
    }

    async fn run(&mut self, work: &Work) -> Result<InvocationRecord, EngineError> {
        let trace = self.platform.trace(self.id(), self.function.tracing);
        // After a crash or a timeout, what was restored is restored once more.
        let cold_start = !self.started_before || (self.runtime.is_none() && self.kind == InitializationType::SnapStart);
        let mut before = Beginning {
            init: self.initialised_ahead.take(),
            ..Beginning::default()
        };
        if cold_start {
            match self.begin(&work.request_id).await? {
                Ok(begun) => before = begun,
                Err(failed) => {
                    let running = Running {
                        work,
                        trace,
                        cold_start,
                        began: self.now(),
                    };
                    self.start_line(&running);
                    let termination = self.conclude(failed, &running).await;
                    return Ok(self.close(&running, before, termination));
                }
            }
        }
        let mut running = Running {
            work,
            trace,
            cold_start,
            began: self.now(),
        };
        let deadline = running.began + self.function.timeout.duration();
        if self.runtime.is_none() {
            // Lambda tries once more, now on the invocation's time ("suppressed init").
            if let Some(failed) = self.suppressed_init(deadline, &work.request_id).await? {
                self.start_line(&running);
                let termination = self.conclude(failed, &running).await;
                return Ok(self.close(&running, Beginning::default(), termination));
            }
            before = Beginning::default();
        } else {
            running.began = self.now();
        }
        self.start_line(&running);
        let ended = self.run_handler(&running, deadline).await;
        let termination = self.conclude(ended, &running).await;
        Ok(self.close(&running, before, termination))
    }

    /// Gets the environment ready for its first invocation; `Err` inside: how its restoration failed. One whose
    /// initialisation failed is left without a process.
    async fn begin(&mut self, request_id: &str) -> Result<Result<Beginning, Ended>, EngineError> {
        if self.kind == InitializationType::SnapStart {
            let platform = self.platform.clone();
            let snapshot = platform.snapshot(&self.function, &self.hold).await?;
            if let Some(snapshot) = snapshot {
                let restored = self.restore(&snapshot, request_id).await?;
                return Ok(restored.map(|restore| Beginning {
                    restore: Some(restore),
                    ..Beginning::default()
                }));
            }
            // There is none: it is an environment like any other.
            self.kind = InitializationType::OnDemand;
        }
        let init = self.first_init(Some(request_id), Waiting::Ready).await?;
        Ok(Ok(Beginning {
            init,
            ..Beginning::default()
        }))
    }

    fn start_line(&self, running: &Running<'_>) {
        let work = running.work;
        let started = Event::InvocationStarted {
            function: self.function.name.to_string(),
            environment: self.id().to_owned(),
            request_id: work.request_id.clone(),
            attempt: work.attempt,
            cold_start: running.cold_start,
        };
        self.platform.record_because(work.cause, started);
        let event = SystemEvent::Start {
            request_id: &work.request_id,
            function_arn: &work.function_arn,
            trace: &running.trace,
        };
        self.tell(Some(&work.request_id), &event);
    }

    async fn run_handler(&mut self, running: &Running<'_>, deadline: Timestamp) -> Ended {
        let work = running.work;
        let Some(runtime) = &self.runtime else {
            return Ended::TimedOut;
        };
        runtime.api.hand_out(NextInvocation {
            request_id: work.request_id.clone(),
            deadline_ms: deadline.as_millis(),
            function_arn: work.function_arn.clone(),
            trace_id: running.trace.to_string(),
            client_context: work.client_context.clone(),
            tenant_id: work.tenant_id.as_ref().map(TenantId::to_string),
            event: work.event.clone(),
            now: self.now().as_micros(),
            stream: work.stream.clone(),
        });
        runtime.worker.thaw();
        let ended = self.watch(deadline, Waiting::Answer, Some(&work.request_id)).await;
        if let Ended::Answered { at, .. } = &ended {
            // The invocation is over when the runtime asks for the next one; then the environment is frozen. The time
            // that is left for that is left by the process's own clock.
            let deadline = self.platform.clock().now() + (deadline - *at);
            match self.watch(deadline, Waiting::Ready, Some(&work.request_id)).await {
                Ended::Ready(_) => self.freeze(),
                _ => self.reset(),
            }
        }
        ended
    }

    async fn settle_at(&mut self, at: Timestamp) {
        let busy = self.hold.take();
        let busy = self.platform.clock().sleep_until(busy, at).await;
        self.hold.put(busy);
    }

    async fn conclude(&mut self, ended: Ended, running: &Running<'_>) -> Termination {
        let timeout = self.function.timeout.duration();
        let request_id = &running.work.request_id;
        let max_memory = self.max_memory_used();
        let (mut termination, at) = match ended {
            Ended::Answered { payload, error, at } => (Termination::answered(payload, error), at),
            Ended::Ready(at) => (
                Termination::failed(&Failure::of_exit(Exit::Unknown, false), request_id),
                at,
            ),
            Ended::InitFailed { payload, kind, at } => (Termination::init_failed(payload, kind), at),
            Ended::Died(failure, at) => {
                self.reset();
                let mut termination = Termination::failed(&failure, request_id);
                if failure.out_of_memory {
                    termination.max_memory_used = Some(self.function.memory.mb());
                }
                (termination, at)
            }
            Ended::TimedOut => {
                self.reset();
                (Termination::timed_out(timeout, request_id), running.began + timeout)
            }
        };
        self.settle_at(at).await;
        termination.duration = if termination.status == InvocationStatus::Timeout {
            timeout
        } else {
            at - running.began
        };
        termination.max_memory_used.get_or_insert(max_memory);
        termination
    }

    /// Writes END and REPORT, and the record.
    fn close(&mut self, running: &Running<'_>, before: Beginning, termination: Termination) -> InvocationRecord {
        let work = running.work;
        let restored = before.restore.map(|restore| Duration::from_millis(restore.billed_ms));
        // What was initialised ahead is billed by itself.
        let init = before.init.filter(|_| running.cold_start);
        let billed_ms = report::billed_ms(termination.duration, init.or(restored));
        let record = InvocationRecord {
            function: self.function.name.to_string(),
            version: self.function.version.to_string(),
            environment: self.id().to_owned(),
            request_id: work.request_id.clone(),
            attempt: work.attempt,
            cold_start: running.cold_start,
            provisioned: self.kind == InitializationType::ProvisionedConcurrency,
            memory_size: self.function.memory.mb(),
            duration: termination.duration,
            billed_ms,
            init: before.init,
            restore: before.restore,
            max_memory_used: termination.max_memory_used.unwrap_or_default(),
            status: termination.status,
            error_type: termination.error_type,
            function_error: termination.function_error,
            event: work.event.clone(),
            usage: Usage::of(&Execution {
                asynchronous: work.asynchronous.then_some(work.event.len()),
                streamed: work.stream.as_ref().map_or(0, |_| termination.payload.len() as u64),
                restored: before.restore.is_some(),
                ..self.execution(billed_ms)
            }),
            payload: termination.payload,
        };
        let (id, trace) = (Some(work.request_id.as_str()), &running.trace);
        self.tell(id, &SystemEvent::RuntimeDone { record: &record, trace });
        self.tell(id, &SystemEvent::Report { record: &record, trace });
        self.platform.record(Event::InvocationEnded(Box::new(record.clone())));
        record
    }

    /// Something that runs here for so many milliseconds, as far as its price goes.
    fn execution(&self, billed_ms: u64) -> Execution {
        Execution {
            architecture: self.function.architecture,
            memory_mb: self.function.memory.mb(),
            storage_mb: self.function.ephemeral_storage.mb(),
            billed_ms,
            provisioned: self.kind == InitializationType::ProvisionedConcurrency,
            ..Execution::default()
        }
    }

    /// Writes what the platform says of an event into the log.
    fn tell(&self, request_id: Option<&str>, event: &SystemEvent<'_>) {
        let (first, second) = self.system_log.events(self.now(), event);
        for message in first.into_iter().chain(second) {
            self.platform.log(&self.stream, request_id, message);
        }
    }

    /// Stops the process where it is, until the next invocation: background threads stand still.
    fn freeze(&self) {
        if let Some(runtime) = &self.runtime {
            runtime.worker.freeze();
        }
    }

    /// Ends the process; `/tmp` stays.
    fn reset(&mut self) {
        self.hold.watch(None);
        self.runtime = None;
    }

    fn max_memory_used(&self) -> u32 {
        let base = self.platform.engine().base_memory_mb();
        let own = self
            .runtime
            .as_ref()
            .map_or(0, |runtime| runtime.memory.peak().div_ceil(1024 * 1024));
        base.saturating_add(u32::try_from(own).unwrap_or(u32::MAX))
            .min(self.function.memory.mb())
    }

    fn now(&self) -> Timestamp {
        self.platform.clock().now()
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        self.reset();
        self.platform.forget(&self.stream.environment);
        self.platform.record(Event::EnvironmentEnded {
            environment: self.id().to_owned(),
            reason: "shut down".into(),
        });
        // Left to the Region's own cleaning if it fails.
        let _ = std::fs::remove_dir_all(&self.home);
    }
}
