//! What the platform writes into a function's log: lines, or with the JSON format objects that the system log level
//! lets through.
//!
//! Shapes of the objects: developer guide, "Lambda Telemetry API Event schema reference", and lines recorded from
//! CloudWatch in 2026, whose order of keys is kept. Levels: developer guide, "System log level event mapping".

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::function::{FunctionConfig, InitializationType, LogFormat, SystemLogLevel};
use super::report;
use super::tenant::TenantId;
use super::trace::Trace;
use crate::clock::Timestamp;
use crate::history::{InitOutcome, InvocationRecord, InvocationStatus, Phase};

/// What happens to an environment.
#[derive(Debug)]
pub(super) enum SystemEvent<'a> {
    /// Initialisation begins.
    InitStart { phase: Phase },
    /// The runtime is ready, or never will be.
    InitRuntimeDone { phase: Phase, outcome: &'a Outcome },
    /// Initialisation is over.
    InitReport {
        phase: Phase,
        took: Duration,
        outcome: &'a Outcome,
    },
    /// A snapshot is being restored.
    RestoreStart,
    /// The runtime is ready after that, or never will be.
    RestoreRuntimeDone { outcome: &'a Outcome },
    /// The restoration is over.
    RestoreReport {
        took: Duration,
        billed_ms: u64,
        outcome: &'a Outcome,
    },
    /// An invocation begins.
    Start {
        request_id: &'a str,
        function_arn: &'a str,
        trace: &'a Trace,
    },
    /// The runtime is done with an invocation.
    RuntimeDone {
        record: &'a InvocationRecord,
        trace: &'a Trace,
    },
    /// An invocation is over.
    Report {
        record: &'a InvocationRecord,
        trace: &'a Trace,
    },
}

/// How a phase ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Well.
    Success,
    /// With an error of this type.
    Error(String),
    /// Not in time.
    Timeout,
}

/// The system log of one environment.
#[derive(Debug)]
pub(super) struct SystemLog {
    function: Arc<FunctionConfig>,
    kind: InitializationType,
    /// The log stream's name, which is the environment's too.
    instance: String,
    runtime: String,
    runtime_arn: String,
    /// Whose environment it is.
    tenant: Option<TenantId>,
}

impl Outcome {
    /// Without the error's type.
    pub(super) fn kind(&self) -> InitOutcome {
        match self {
            Self::Success => InitOutcome::Success,
            Self::Error(_) => InitOutcome::Error,
            Self::Timeout => InitOutcome::Timeout,
        }
    }

    fn status(&self) -> &'static str {
        self.kind().as_str()
    }

    pub(super) fn error_type(&self) -> Option<&str> {
        match self {
            Self::Error(kind) => Some(kind),
            Self::Success | Self::Timeout => None,
        }
    }

    fn is_success(&self) -> bool {
        *self == Self::Success
    }
}

impl SystemLog {
    pub(super) fn new(
        function: Arc<FunctionConfig>,
        kind: InitializationType,
        instance: String,
        runtime: String,
        runtime_arn: String,
    ) -> Self {
        Self {
            function,
            kind,
            instance,
            runtime,
            runtime_arn,
            tenant: None,
        }
    }

    /// The environment is for one tenant alone.
    pub(super) fn dedicate(&mut self, tenant: Option<TenantId>) {
        self.tenant = tenant;
    }

    /// Whose environment it is.
    pub(super) fn tenant(&self) -> Option<&TenantId> {
        self.tenant.as_ref()
    }

    /// What is written of an event, at most two log events in this order.
    pub(super) fn events(&self, at: Timestamp, event: &SystemEvent<'_>) -> (Option<String>, Option<String>) {
        match self.function.logging.format {
            LogFormat::Text => self.lines(event),
            LogFormat::Json => {
                let threshold = self.function.logging.system_level.unwrap_or(SystemLogLevel::Info);
                let wanted = self.level(event) >= threshold;
                (wanted.then(|| self.object(at, event)), None)
            }
        }
    }

    fn lines(&self, event: &SystemEvent<'_>) -> (Option<String>, Option<String>) {
        let line = match event {
            SystemEvent::InitStart { phase: Phase::Init } => report::init_start(&self.runtime, &self.runtime_arn),
            SystemEvent::InitReport { phase, took, outcome } => match outcome {
                // What a first invocation waits for stands in its REPORT.
                Outcome::Success if self.kind == InitializationType::OnDemand => return (None, None),
                Outcome::Success => report::init_report(*took),
                failure => report::failed_init_report(*took, phase.as_str(), failure.status(), failure.error_type()),
            },
            SystemEvent::RestoreStart => report::restore_start(&self.runtime, &self.runtime_arn),
            SystemEvent::RestoreReport { took, outcome, .. } => {
                let failure = (!outcome.is_success()).then(|| (outcome.status(), outcome.error_type()));
                report::restore_report(*took, failure)
            }
            SystemEvent::Start { request_id, .. } => report::start(request_id, &self.function.version.to_string()),
            SystemEvent::Report { record, trace } => {
                let trace = self.function.tracing.then_some(*trace);
                return (
                    Some(report::end(&record.request_id)),
                    Some(report::report(record, trace)),
                );
            }
            SystemEvent::InitStart { phase: Phase::Invoke }
            | SystemEvent::InitRuntimeDone { .. }
            | SystemEvent::RestoreRuntimeDone { .. }
            | SystemEvent::RuntimeDone { .. } => return (None, None),
        };
        (Some(line), None)
    }

    fn level(&self, event: &SystemEvent<'_>) -> SystemLogLevel {
        use SystemLogLevel::{Debug, Info, Warn};
        match event {
            SystemEvent::InitStart { phase: Phase::Invoke } => Debug,
            SystemEvent::InitStart { phase: Phase::Init } | SystemEvent::RestoreStart | SystemEvent::Start { .. } => {
                Info
            }
            SystemEvent::InitRuntimeDone { outcome, .. } | SystemEvent::RestoreRuntimeDone { outcome } => {
                if outcome.is_success() { Debug } else { Warn }
            }
            SystemEvent::InitReport { outcome, .. } => match outcome {
                Outcome::Success if self.kind == InitializationType::OnDemand => Debug,
                Outcome::Success => Info,
                _ => Warn,
            },
            SystemEvent::RestoreReport { outcome, .. } => {
                if outcome.is_success() {
                    Info
                } else {
                    Warn
                }
            }
            SystemEvent::RuntimeDone { record, .. } => {
                if record.status == InvocationStatus::Success {
                    Debug
                } else {
                    Warn
                }
            }
            SystemEvent::Report { record, .. } => {
                if record.status == InvocationStatus::Success {
                    Info
                } else {
                    Warn
                }
            }
        }
    }

    fn object(&self, at: Timestamp, event: &SystemEvent<'_>) -> String {
        let (kind, record) = self.record(event);
        json!({"time": at.iso_millis(), "type": format!("platform.{kind}"), "record": record}).to_string()
    }

    fn record(&self, event: &SystemEvent<'_>) -> (&'static str, Map<String, Value>) {
        let mut object = Map::new();
        let mut put = |name: &str, value: Value| {
            object.insert(name.to_owned(), value);
        };
        let kind = match event {
            SystemEvent::InitStart { phase } => {
                put("initializationType", json!(self.kind.as_str()));
                put("phase", json!(phase.as_str()));
                // The version is told once.
                self.put_instance(&mut put, *phase == Phase::Init);
                "initStart"
            }
            SystemEvent::RestoreStart => {
                self.put_instance(&mut put, true);
                "restoreStart"
            }
            SystemEvent::InitRuntimeDone { phase, outcome } => {
                put("initializationType", json!(self.kind.as_str()));
                put("phase", json!(phase.as_str()));
                put_outcome(&mut put, outcome);
                "initRuntimeDone"
            }
            SystemEvent::InitReport { phase, took, outcome } => {
                put("initializationType", json!(self.kind.as_str()));
                put("phase", json!(phase.as_str()));
                put_outcome(&mut put, outcome);
                put("metrics", json!({"durationMs": thousandths(*took)}));
                "initReport"
            }
            SystemEvent::RestoreRuntimeDone { outcome } => {
                put_outcome(&mut put, outcome);
                "restoreRuntimeDone"
            }
            SystemEvent::RestoreReport {
                took,
                billed_ms,
                outcome,
            } => {
                put_outcome(&mut put, outcome);
                put(
                    "metrics",
                    json!({"durationMs": thousandths(*took), "billedDurationMs": billed_ms}),
                );
                "restoreReport"
            }
            SystemEvent::Start {
                request_id,
                function_arn,
                trace,
            } => {
                put("requestId", json!(request_id));
                put("functionArn", json!(function_arn));
                put("version", json!(self.function.version.to_string()));
                self.put_tenant(&mut put);
                self.put_tracing(&mut put, trace);
                "start"
            }
            SystemEvent::RuntimeDone { record, trace } => {
                put("requestId", json!(record.request_id));
                self.put_tenant(&mut put);
                put_status(&mut put, record);
                self.put_tracing(&mut put, trace);
                put(
                    "metrics",
                    json!({"durationMs": thousandths(record.duration), "producedBytes": produced(record)}),
                );
                "runtimeDone"
            }
            SystemEvent::Report { record, trace } => {
                put("requestId", json!(record.request_id));
                self.put_tenant(&mut put);
                put("metrics", metrics(record));
                self.put_tracing(&mut put, trace);
                put_status(&mut put, record);
                "report"
            }
        };
        (kind, object)
    }

    fn put_instance(&self, put: &mut impl FnMut(&str, Value), with_version: bool) {
        if with_version {
            put("runtimeVersion", json!(self.runtime));
            put("runtimeVersionArn", json!(self.runtime_arn));
        }
        put("functionName", json!(self.function.name.as_str()));
        put("functionVersion", json!(self.function.version.to_string()));
        put("instanceId", json!(self.instance));
        let bytes = u64::from(self.function.memory.mb()) * 1024 * 1024;
        put("instanceMaxMemory", json!(bytes));
    }

    /// Developer guide, "Monitoring Lambda functions with tenant isolation": `record.tenantId` of what tells of an
    /// invocation. Lines of text do not tell it.
    fn put_tenant(&self, put: &mut impl FnMut(&str, Value)) {
        if let Some(tenant) = &self.tenant {
            put("tenantId", json!(tenant.as_str()));
        }
    }

    fn put_tracing(&self, put: &mut impl FnMut(&str, Value), trace: &Trace) {
        if self.function.tracing {
            put(
                "tracing",
                json!({"spanId": trace.segment, "type": "X-Amzn-Trace-Id", "value": trace.to_string()}),
            );
        }
    }
}

fn put_outcome(put: &mut impl FnMut(&str, Value), outcome: &Outcome) {
    put("status", json!(outcome.status()));
    if let Some(kind) = outcome.error_type() {
        put("errorType", json!(kind));
    }
}

fn put_status(put: &mut impl FnMut(&str, Value), record: &InvocationRecord) {
    let (status, kind) = match record.status {
        InvocationStatus::Success => ("success", None),
        InvocationStatus::Timeout => ("timeout", None),
        InvocationStatus::Error => ("error", record.error_type.as_deref()),
    };
    put("status", json!(status));
    if let Some(kind) = kind {
        put("errorType", json!(kind));
    }
}

fn metrics(record: &InvocationRecord) -> Value {
    let mut metrics = json!({
        "durationMs": thousandths(record.duration),
        "billedDurationMs": record.billed_ms,
        "memorySizeMB": record.memory_size,
        "maxMemoryUsedMB": record.max_memory_used,
    });
    if let Some(init) = record.init {
        metrics["initDurationMs"] = json!(thousandths(init));
    }
    if let Some(restore) = record.restore {
        metrics["restoreDurationMs"] = json!(thousandths(restore.duration));
        metrics["billedRestoreDurationMs"] = json!(restore.billed_ms);
    }
    metrics
}

/// The bytes that the runtime answered with; what the platform answers instead are none of its.
fn produced(record: &InvocationRecord) -> usize {
    if record.status == InvocationStatus::Success {
        record.payload.len()
    } else {
        0
    }
}

/// Milliseconds with at most three decimals.
#[allow(clippy::cast_precision_loss)] // Microseconds of a span of minutes fit.
fn thousandths(span: Duration) -> f64 {
    span.as_micros() as f64 / 1_000.0
}

#[cfg(test)]
mod tests;
