//! An execution environment: one process, one invocation at a time, a `/tmp` that outlives the process.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncWriteExt;

use super::deadline::Deadline;
use super::engine::{EngineError, Process, ProcessConfig};
use super::function::FunctionConfig;
use super::hold::Hold;
use super::log_output::LogOutput;
use super::platform::{Platform, Stream};
use super::process::{Control, Runtime, error_type, next_question, read_log, read_ready, sleep_target};
use super::report;
use super::runtime_api::{NextInvocation, RuntimeApi, RuntimeEvent};
use super::termination::{Failure, Termination};
use crate::clock::{Busy, Timestamp};
use crate::history::{EntryId, Event, InitOutcome, InvocationRecord, InvocationStatus, Phase};
use crate::price::{Execution, Usage};
use crate::python::Exit;

/// How long initialisation may take before Lambda gives up and tries again within the invocation.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// How often the memory of a process that does not count itself is looked at.
const SAMPLE_EVERY: Duration = Duration::from_millis(5);

/// One execution environment of a function.
#[derive(Debug)]
pub struct Environment {
    platform: Arc<Platform>,
    function: Arc<FunctionConfig>,
    stream: Stream,
    home: PathBuf,
    runtime: Option<Runtime>,
    hold: Arc<Hold>,
    started_before: bool,
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
    /// The ARN that was invoked.
    pub function_arn: String,
    /// How many invocations led to this one.
    pub depth: u32,
    /// Whether it comes from the queue of asynchronous invocations.
    pub asynchronous: bool,
    /// The entry of what led to it.
    pub cause: Option<EntryId>,
}

/// How a stretch of running ended.
#[derive(Debug)]
enum Ended {
    /// The runtime is ready for the next invocation.
    Ready(Timestamp),
    /// The runtime answered, with an error or not.
    Answered {
        payload: Bytes,
        error: Option<String>,
        at: Timestamp,
    },
    /// The runtime reported that initialisation failed.
    InitFailed {
        payload: Bytes,
        kind: String,
        at: Timestamp,
    },
    /// The process ended.
    Died(Failure, Timestamp),
    /// The deadline passed.
    TimedOut,
}

impl Environment {
    /// An environment for a function, without a process yet.
    ///
    /// # Errors
    ///
    /// If its folders cannot be made.
    pub fn create(platform: &Arc<Platform>, function: &Arc<FunctionConfig>) -> Result<Self, EngineError> {
        let stream = platform.new_stream(function.name.as_str());
        let home = platform.new_home();
        let tmp = home.join("tmp");
        std::fs::create_dir_all(&tmp).map_err(|source| EngineError::Setup {
            place: tmp.clone(),
            source,
        })?;
        platform.record(Event::EnvironmentCreated {
            function: function.name.to_string(),
            environment: stream.environment.clone(),
        });
        Ok(Self {
            platform: platform.clone(),
            function: function.clone(),
            stream,
            home,
            runtime: None,
            hold: Arc::new(Hold::new(platform.clock().clone())),
            started_before: false,
            last_used: platform.clock().now(),
        })
    }

    /// Its id: the hexadecimal part of its log stream.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.stream.environment
    }

    /// When its last invocation ended.
    #[must_use]
    pub fn last_used(&self) -> Timestamp {
        self.last_used
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
        self.platform.set_depth(self.id(), work.depth);
        let cold_start = !self.started_before;
        let outcome = self.run(work, cold_start).await;
        let busy = self.hold.take();
        self.last_used = self.platform.clock().now();
        (outcome, busy)
    }

    async fn run(&mut self, work: &Work, cold_start: bool) -> Result<InvocationRecord, EngineError> {
        let mut init = None;
        if cold_start {
            self.started_before = true;
            self.platform.log(
                &self.stream,
                None,
                report::init_start(self.platform.runtime(), self.platform.runtime_arn()),
            );
            let began = self.now();
            let ended = self.initialise(began + INIT_LIMIT, &work.request_id).await?;
            init = self.finish_init(&ended, began);
        }
        let began = self.now();
        let deadline = began + self.function.timeout.duration();
        if self.runtime.is_none() {
            // Lambda tries once more, now on the invocation's time ("suppressed init").
            let ended = self.initialise(deadline, &work.request_id).await?;
            match ended {
                Ended::Ready(at) => {
                    self.settle_at(at).await;
                    self.initialised(Phase::Invoke, at - began, InitOutcome::Success, None);
                }
                ended => {
                    let phase = if cold_start { Phase::Invoke } else { Phase::Init };
                    self.report_failed_init(&ended, began, phase);
                    self.start_line(work, cold_start);
                    let conclusion = self.conclude(ended, work, began).await;
                    return Ok(self.close(work, cold_start, None, conclusion));
                }
            }
        }
        self.start_line(work, cold_start);
        let ended = self.run_handler(work, deadline).await;
        let conclusion = self.conclude(ended, work, began).await;
        Ok(self.close(work, cold_start, init, conclusion))
    }

    fn start_line(&self, work: &Work, cold_start: bool) {
        let started = Event::InvocationStarted {
            function: self.function.name.to_string(),
            environment: self.id().to_owned(),
            request_id: work.request_id.clone(),
            attempt: work.attempt,
            cold_start,
        };
        self.platform.record_because(work.cause, started);
        self.platform
            .log(&self.stream, Some(&work.request_id), report::start(&work.request_id));
    }

    /// Starts a process and waits until it asks for its first invocation.
    async fn initialise(&mut self, deadline: Timestamp, request_id: &str) -> Result<Ended, EngineError> {
        let api = RuntimeApi::start().await.map_err(|source| EngineError::Setup {
            place: self.home.clone(),
            source,
        })?;
        let ready = self.now() + self.platform.runtime_start();
        let engine = self.platform.engine().clone();
        let tmp = self.home.join("tmp");
        let config = ProcessConfig {
            home: &self.home,
            tmp: &tmp,
            code: &self.function.code,
            layers: self.function.layers.as_deref(),
            memory: self.function.memory,
            environment: self.environment_variables(&api),
            now: ready.as_micros(),
        };
        let Process {
            worker,
            log,
            control,
            memory,
        } = engine.start(&config).await?;
        self.hold.watch(memory.account());
        self.runtime = Some(Runtime {
            api,
            worker,
            log,
            output: LogOutput::default(),
            control: control.map(Control::new),
            memory,
        });
        let ended = self.watch(deadline, Waiting::ForReady, request_id).await;
        Ok(match ended {
            // Whoever reports an error of initialisation ends by itself; its last words belong to the log.
            Ended::InitFailed { .. } | Ended::TimedOut => {
                self.reset();
                ended
            }
            other => other,
        })
    }

    fn finish_init(&mut self, ended: &Ended, began: Timestamp) -> Option<Duration> {
        if let Ended::Ready(at) = ended {
            let took = *at - began;
            self.initialised(Phase::Init, took, InitOutcome::Success, None);
            return Some(took);
        }
        self.report_failed_init(ended, began, Phase::Init);
        None
    }

    fn report_failed_init(&mut self, ended: &Ended, began: Timestamp, phase: Phase) {
        self.reset();
        let (at, outcome, kind) = match ended {
            Ended::TimedOut => (began + INIT_LIMIT, InitOutcome::Timeout, None),
            Ended::InitFailed { kind, at, .. } => (*at, InitOutcome::Error, Some(kind.as_str())),
            Ended::Died(failure, at) => (*at, InitOutcome::Error, Some(failure.kind)),
            Ended::Ready(at) | Ended::Answered { at, .. } => (*at, InitOutcome::Error, None),
        };
        let line = report::init_report(at - began, phase.as_str(), outcome.as_str(), kind);
        self.platform.log(&self.stream, None, line);
        self.initialised(phase, at - began, outcome, kind);
    }

    fn initialised(&self, phase: Phase, duration: Duration, outcome: InitOutcome, error_type: Option<&str>) {
        self.platform.record(Event::Initialised {
            environment: self.id().to_owned(),
            phase,
            duration,
            outcome,
            error_type: error_type.map(str::to_owned),
        });
    }

    async fn run_handler(&mut self, work: &Work, deadline: Timestamp) -> Ended {
        let Some(runtime) = &self.runtime else {
            return Ended::TimedOut;
        };
        runtime.api.hand_out(NextInvocation {
            request_id: work.request_id.clone(),
            deadline_ms: deadline.as_millis(),
            function_arn: work.function_arn.clone(),
            trace_id: self.platform.trace_id(),
            client_context: work.client_context.clone(),
            event: work.event.clone(),
            now: self.now().as_micros(),
        });
        runtime.worker.thaw();
        let ended = self.watch(deadline, Waiting::ForAnswer, &work.request_id).await;
        if let Ended::Answered { .. } = ended {
            // The invocation is over when the runtime asks for the next one; then the environment is frozen.
            match self.watch(deadline, Waiting::ForReady, &work.request_id).await {
                Ended::Ready(_) => {
                    if let Some(runtime) = &self.runtime {
                        runtime.worker.freeze();
                    }
                }
                _ => self.reset(),
            }
        }
        ended
    }

    /// Follows the process until what is waited for, its end or the deadline.
    async fn watch(&mut self, deadline: Timestamp, waiting: Waiting, request_id: &str) -> Ended {
        let clock = self.platform.clock().clone();
        let cpu_scale = self.platform.engine().cpu_scale(self.function.memory);
        let Some(runtime) = &mut self.runtime else {
            return Ended::TimedOut;
        };
        let watch = Deadline::new(clock.clone(), deadline, runtime.worker.pid(), cpu_scale);
        let passed = watch.passed();
        let sampled = runtime.memory.account().is_none();
        tokio::pin!(passed);
        let ended = loop {
            tokio::select! {
                biased;
                event = runtime.api.event() => {
                    let at = |time: Option<u64>| time.map_or_else(|| clock.now(), Timestamp::from_micros);
                    match (event, waiting) {
                        (RuntimeEvent::Next(time), Waiting::ForReady) => break Ended::Ready(at(time)),
                        (RuntimeEvent::Next(_), Waiting::ForAnswer) => {}
                        (RuntimeEvent::Response(posted), _) => {
                            break Ended::Answered { at: at(posted.time), payload: posted.payload, error: None };
                        }
                        (RuntimeEvent::Error(posted), _) => {
                            let kind = error_type(&posted.payload).or(posted.error_type).unwrap_or_default();
                            break Ended::Answered { at: at(posted.time), payload: posted.payload, error: Some(kind) };
                        }
                        (RuntimeEvent::InitError(posted), _) => {
                            let kind = posted.error_type.or(error_type(&posted.payload)).unwrap_or_default();
                            break Ended::InitFailed { at: at(posted.time), payload: posted.payload, kind };
                        }
                        (RuntimeEvent::TooLarge, _) => {
                            let failure = Failure::response_too_large();
                            break Ended::Answered {
                                at: clock.now(), payload: failure.payload.clone(), error: Some(failure.kind.to_owned()),
                            };
                        }
                    }
                }
                read = read_log(&mut runtime.log, &mut runtime.output) => {
                    for line in read {
                        self.platform.log(&self.stream, Some(request_id), line);
                    }
                }
                question = next_question(&mut runtime.control) => {
                    let Ok(Some(question)) = question else {
                        let exit = runtime.worker.exited().await;
                        break Ended::Died(Failure::of_exit(exit, runtime.memory.exhausted(), request_id), clock.now());
                    };
                    let Some(until) = sleep_target(&question) else { continue };
                    let busy = self.hold.take();
                    let busy = clock.sleep_until(busy, until.min(deadline)).await;
                    self.hold.put(busy);
                    if until >= deadline {
                        break Ended::TimedOut;
                    }
                    let now = clock.now().max(until).as_micros();
                    // A process that died meanwhile is noticed by the next turn.
                    if let Some(control) = &mut runtime.control {
                        let _ = control.answers.write_all(format!("{now}\n").as_bytes()).await;
                    }
                }
                exit = runtime.worker.exited() => {
                    break Ended::Died(Failure::of_exit(exit, runtime.memory.exhausted(), request_id), clock.now());
                }
                () = tokio::time::sleep(SAMPLE_EVERY), if sampled => runtime.memory.look(&runtime.worker),
                () = &mut passed => break Ended::TimedOut,
            }
        };
        runtime.memory.look(&runtime.worker);
        self.drain(request_id);
        ended
    }

    /// Takes what the process has written until now.
    fn drain(&mut self, request_id: &str) {
        let Some(runtime) = &mut self.runtime else { return };
        while let Ok(lines) = read_ready(&runtime.log, &mut runtime.output) {
            for line in lines {
                self.platform.log(&self.stream, Some(request_id), line);
            }
        }
        for line in runtime.output.flush() {
            self.platform.log(&self.stream, Some(request_id), line);
        }
    }

    async fn settle_at(&mut self, at: Timestamp) {
        let busy = self.hold.take();
        let busy = self.platform.clock().sleep_until(busy, at).await;
        self.hold.put(busy);
    }

    async fn conclude(&mut self, ended: Ended, work: &Work, began: Timestamp) -> Termination {
        let timeout = self.function.timeout.duration();
        let max_memory = self.max_memory_used();
        let (mut termination, at) = match ended {
            Ended::Answered { payload, error, at } => (Termination::answered(payload, error), at),
            Ended::Ready(at) => (
                Termination::failed(Failure::of_exit(Exit::Unknown, false, &work.request_id)),
                at,
            ),
            Ended::InitFailed { payload, kind, at } => (Termination::init_failed(payload, kind), at),
            Ended::Died(failure, at) => {
                let out_of_memory = failure.out_of_memory;
                self.reset();
                let mut termination = Termination::failed(failure);
                if out_of_memory {
                    termination.max_memory_used = Some(self.function.memory.mb());
                }
                (termination, at)
            }
            Ended::TimedOut => {
                self.reset();
                (Termination::timed_out(timeout, &work.request_id), began + timeout)
            }
        };
        self.settle_at(at).await;
        termination.duration = if termination.status == InvocationStatus::Timeout {
            timeout
        } else {
            at - began
        };
        termination.max_memory_used.get_or_insert(max_memory);
        termination
    }

    /// Writes END and REPORT, and the record.
    fn close(
        &mut self,
        work: &Work,
        cold_start: bool,
        init: Option<Duration>,
        termination: Termination,
    ) -> InvocationRecord {
        let billed_ms = report::billed_ms(termination.duration, init);
        let record = InvocationRecord {
            function: self.function.name.to_string(),
            environment: self.id().to_owned(),
            request_id: work.request_id.clone(),
            attempt: work.attempt,
            cold_start,
            memory_size: self.function.memory.mb(),
            duration: termination.duration,
            billed_ms,
            init,
            max_memory_used: termination.max_memory_used.unwrap_or_default(),
            status: termination.status,
            error_type: termination.error_type,
            function_error: termination.function_error,
            event: work.event.clone(),
            payload: termination.payload,
            usage: Usage::of(&Execution {
                architecture: self.function.architecture,
                memory_mb: self.function.memory.mb(),
                storage_mb: self.function.ephemeral_storage.mb(),
                billed_ms,
                asynchronous: work.asynchronous.then_some(work.event.len()),
                ..Execution::default()
            }),
        };
        self.platform
            .log(&self.stream, Some(&work.request_id), report::end(&work.request_id));
        self.platform
            .log(&self.stream, Some(&work.request_id), report::report(&record));
        self.platform.record(Event::InvocationEnded(Box::new(record.clone())));
        record
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

    fn environment_variables(&self, api: &RuntimeApi) -> BTreeMap<String, String> {
        let mut variables = self
            .platform
            .environment_variables(&self.function, &self.stream, &self.hold);
        variables.insert("AWS_LAMBDA_RUNTIME_API".to_owned(), api.address());
        variables
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    ForReady,
    ForAnswer,
}
