//! How an environment comes to be ready: initialised for its first invocation, ahead of it, or on its time.

use std::time::Duration;

use super::watch::{Ended, Waiting};
use super::{Arc, Environment};
use crate::clock::{Busy, Timestamp};
use crate::history::{Event, Phase};
use crate::lambda::engine::{EngineError, Process, ProcessConfig};
use crate::lambda::function::{FunctionConfig, InitializationType};
use crate::lambda::log_output::LogOutput;
use crate::lambda::platform::Platform;
use crate::lambda::process::{Control, Runtime};
use crate::lambda::report;
use crate::lambda::runtime_api::RuntimeApi;
use crate::lambda::system_log::{Outcome, SystemEvent};
use crate::lambda::termination::Failure;
use crate::lambda::usage;
use crate::price::Usage;

/// How long initialisation may take before Lambda gives up and tries again within the invocation.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// How long it may take where no invocation waits for it; the function's timeout where that is longer.
const INIT_LIMIT_AHEAD: Duration = Duration::from_secs(130);

impl Environment {
    /// An environment of provisioned concurrency: initialised now, before any invocation. Gives the caller's token
    /// back; an environment whose initialisation failed is none.
    ///
    /// # Errors
    ///
    /// If no process can be had at all.
    pub async fn provision(
        platform: &Arc<Platform>,
        function: &Arc<FunctionConfig>,
        busy: Busy,
    ) -> (Result<Option<Self>, EngineError>, Busy) {
        let mut environment = match Self::of_kind(platform, function, InitializationType::ProvisionedConcurrency) {
            Ok(environment) => environment,
            Err(error) => return (Err(error), busy),
        };
        environment.hold.put(busy);
        let initialised = environment.first_init(None, Waiting::Ready).await;
        let busy = environment.hold.take();
        environment.last_used = platform.clock().now();
        let ready = initialised.map(|took| {
            environment.initialised_ahead = took;
            took.map(|_| environment)
        });
        (ready, busy)
    }

    /// The first initialisation; how long it took, if it went well.
    pub(super) async fn first_init(
        &mut self,
        request_id: Option<&str>,
        waiting: Waiting,
    ) -> Result<Option<Duration>, EngineError> {
        self.started_before = true;
        self.tell(None, &SystemEvent::InitStart { phase: Phase::Init });
        let limit = if self.kind == InitializationType::OnDemand {
            INIT_LIMIT
        } else {
            self.function.timeout.duration().max(INIT_LIMIT_AHEAD)
        };
        let began = self.now();
        self.has_whole_cpu = self.kind == InitializationType::OnDemand;
        let ended = self.initialise(began + limit, waiting, request_id).await;
        self.has_whole_cpu = false;
        let ended = ended?;
        let took = self.end_init(&ended, began, began + limit, Phase::Init, request_id.is_none());
        if let Ended::Ready(at) = ended {
            // The process's own clock is ahead by what starting a sandbox takes on AWS.
            self.settle_at(at).await;
        }
        if took.is_some() && self.kind == InitializationType::ProvisionedConcurrency {
            // Nothing is asked of it yet.
            self.freeze();
        }
        Ok(took)
    }

    /// Initialises once more, on the time of an invocation; how it failed, if it did.
    pub(super) async fn suppressed_init(
        &mut self,
        deadline: Timestamp,
        request_id: &str,
    ) -> Result<Option<Ended>, EngineError> {
        let began = self.now();
        self.tell(None, &SystemEvent::InitStart { phase: Phase::Invoke });
        let ended = self.initialise(deadline, Waiting::Ready, Some(request_id)).await?;
        if self.end_init(&ended, began, deadline, Phase::Invoke, false).is_none() {
            return Ok(Some(ended));
        }
        if let Ended::Ready(at) = ended {
            self.settle_at(at).await;
        }
        Ok(None)
    }

    /// Starts a process and waits until it is as far as wanted.
    async fn initialise(
        &mut self,
        deadline: Timestamp,
        waiting: Waiting,
        request_id: Option<&str>,
    ) -> Result<Ended, EngineError> {
        let api = RuntimeApi::start().await.map_err(|source| EngineError::Setup {
            place: self.home.clone(),
            source,
        })?;
        let ready = self.now() + self.platform.runtime_start(self.id());
        let config = self.process_config(&api, ready);
        let started = self.platform.engine().start(&config).await;
        let process = match started {
            Ok(process) => process,
            Err(EngineError::Entrypoint(reason)) => {
                return Ok(Ended::Died(Failure::of_entrypoint(&reason), self.now()));
            }
            Err(error) => return Err(error),
        };
        self.adopt(api, process);
        let mut ended = self.watch(deadline, waiting, request_id).await;
        if let Ended::Ready(at) = &mut ended {
            *at = (*at).max(ready);
        }
        if matches!(ended, Ended::InitFailed { .. } | Ended::TimedOut) {
            // Whoever reports an error of initialisation ends by itself; its last words belong to the log.
            self.reset();
        }
        Ok(ended)
    }

    /// Takes a process over.
    pub(super) fn adopt(&mut self, api: RuntimeApi, process: Process) {
        self.hold.watch(process.memory.account());
        self.runtime = Some(Runtime {
            api,
            usage: Arc::new(usage::Usage::of(process.worker.pid())),
            worker: process.worker,
            log: process.log,
            output: LogOutput::new(self.function.logging.threshold()),
            control: process.control.map(Control::new),
            memory: process.memory,
        });
    }

    /// Logs how an initialisation ended; how long it took, if it went well. What is initialised ahead of any invocation
    /// is billed by itself, whatever came of it.
    fn end_init(
        &mut self,
        ended: &Ended,
        began: Timestamp,
        deadline: Timestamp,
        phase: Phase,
        ahead: bool,
    ) -> Option<Duration> {
        let (at, outcome) = ended.outcome(deadline);
        let (took, outcome) = (at - began, &outcome);
        self.tell(None, &SystemEvent::InitRuntimeDone { phase, outcome });
        self.tell(None, &SystemEvent::InitReport { phase, took, outcome });
        let usage = if ahead {
            Usage::of_initialisation(&self.execution(report::billed_ms(took, None)))
        } else {
            Usage::default()
        };
        self.initialised(phase, took, outcome, usage);
        if matches!(ended, Ended::Ready(_)) {
            return Some(took);
        }
        self.reset();
        None
    }

    pub(super) fn initialised(&self, phase: Phase, duration: Duration, outcome: &Outcome, usage: Usage) {
        self.platform.record(Event::Initialised {
            environment: self.id().to_owned(),
            phase,
            duration,
            outcome: outcome.kind(),
            error_type: outcome.error_type().map(str::to_owned),
            usage,
        });
    }

    /// The share of a CPU that it has now.
    ///
    /// Memory decides, but not while an environment is initialised on demand: "on-demand Lambda functions use a full
    /// vCPU (non-throttled)" then, and "for provisioned concurrency, there is no CPU burst" (AWS, Serverless Land,
    /// "Effectively running Java on serverless: utilize initialization phase"). What is initialised again on the time
    /// of an invocation gets the invocation's share.
    pub(super) fn cpu_share(&self) -> f64 {
        if self.has_whole_cpu {
            1.0
        } else {
            self.function.memory.cpu_share()
        }
    }

    /// What a process of this environment needs to know; `ready` is its time when it begins.
    pub(super) fn process_config(&self, api: &RuntimeApi, ready: Timestamp) -> ProcessConfig<'_> {
        let mut environment = self
            .platform
            .environment_variables(&self.function, self.kind, &self.stream, &self.hold);
        environment.insert("AWS_LAMBDA_RUNTIME_API".to_owned(), api.address());
        ProcessConfig {
            home: &self.home,
            tmp: self.home.join("tmp"),
            code: &self.function.code,
            layers: self.function.layers.as_deref(),
            memory: self.function.memory,
            cpu_share: self.cpu_share(),
            storage: self.function.ephemeral_storage,
            environment,
            now: ready.as_micros(),
            is_snapshot: self.kind == InitializationType::SnapStart,
        }
    }
}
