//! What can happen in a Region.

use std::time::Duration;

use serde_json::Value;

use crate::price::{Size, US_EAST_1, Usage, Usd};

/// One kind of thing that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// An execution environment was created for a function.
    EnvironmentCreated {
        /// The function's name.
        function: String,
        /// The environment's id: the hexadecimal part of its log stream.
        environment: String,
        /// Its size where it is one of provisioned concurrency, which is billed from now until its end.
        provisioned: Option<Size>,
    },
    /// An execution environment is gone.
    EnvironmentEnded {
        /// The environment's id.
        environment: String,
        /// Why, in a word or two.
        reason: String,
    },
    /// An environment's runtime started and ran the code outside the handler, or failed to.
    Initialised {
        /// The environment's id.
        environment: String,
        /// When that happened.
        phase: Phase,
        /// How long it took.
        duration: Duration,
        /// How it ended.
        outcome: InitOutcome,
        /// `Error Type` of the report, where it failed.
        error_type: Option<String>,
        /// What it is billed for by itself: nothing where an invocation's `Billed Duration` has it.
        usage: Usage,
    },
    /// A version was initialised for `SnapStart`, and its snapshot is kept: billed from now until the end of the
    /// environment in which that was done.
    SnapshotTaken {
        /// The function's name.
        function: String,
        /// The version.
        version: String,
        /// The environment's id.
        environment: String,
        /// What its price depends on.
        size: Size,
    },
    /// An invocation was handed to an environment.
    InvocationStarted {
        /// The function's name.
        function: String,
        /// The environment's id.
        environment: String,
        /// The request id.
        request_id: String,
        /// The attempt, from 1.
        attempt: u32,
        /// Whether the environment was made for it.
        cold_start: bool,
    },
    /// An invocation is over.
    InvocationEnded(Box<InvocationRecord>),
    /// A log event was written.
    Logged {
        /// The log group.
        group: String,
        /// The log stream.
        stream: String,
        /// The message, perhaps of several lines, without the last line end.
        message: String,
        /// The invocation during which it was written, if any.
        request_id: Option<String>,
    },
    /// An invocation was refused for lack of concurrency.
    Throttled {
        /// The function's name.
        function: String,
        /// The `Reason` of the 429.
        reason: String,
    },
    /// An asynchronous invocation will be tried again.
    RetryScheduled {
        /// The function's name.
        function: String,
        /// The request id, the same at each attempt.
        request_id: String,
        /// The attempt that comes, from 2.
        attempt: u32,
        /// How long until then.
        after: Duration,
    },
    /// Something was handed on by a service: a notification, a batch, a destination record.
    Delivered {
        /// An ARN.
        from: String,
        /// An ARN.
        to: String,
        /// How many records.
        records: usize,
        /// What it was, as `ObjectCreated:Put` or `RetriesExhausted`.
        what: String,
    },
    /// An API operation was called.
    ServiceCall {
        /// The environment that called; `None` for the outside.
        environment: Option<String>,
        /// As `s3`.
        service: String,
        /// As `GetObject`.
        operation: String,
        /// The parameters that matter, under their API names.
        parameters: Value,
        /// The error code it got.
        error: Option<String>,
    },
}

/// When an environment was initialised: `Phase` of `INIT_REPORT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before the first invocation.
    Init,
    /// Within an invocation, after a failure or a reset.
    Invoke,
}

/// How initialisation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InitOutcome {
    /// The runtime asked for its first invocation.
    Success,
    /// The code outside the handler failed, or the process ended.
    Error,
    /// It took longer than it may.
    Timeout,
}

impl Phase {
    /// As in `INIT_REPORT`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Invoke => "invoke",
        }
    }
}

impl InitOutcome {
    /// As in `INIT_REPORT`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Timeout => "timeout",
        }
    }
}

/// How an invocation ended, for REPORT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvocationStatus {
    /// The handler returned or raised.
    Success,
    /// The runtime or the sandbox failed.
    Error,
    /// The function's timeout was reached.
    Timeout,
}

/// A restoration from a snapshot (`SnapStart`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restore {
    /// `Restore Duration` of REPORT.
    pub duration: Duration,
    /// `Billed Restore Duration` of REPORT, in whole milliseconds: the runtime and the hooks, not the snapshot.
    pub billed_ms: u64,
}

/// Everything about one finished invocation.
#[derive(Debug, Clone)]
pub struct InvocationRecord {
    /// The function's name.
    pub function: String,
    /// The version that ran, as `$LATEST`.
    pub version: String,
    /// The environment's id.
    pub environment: String,
    /// The request id.
    pub request_id: String,
    /// The attempt, from 1.
    pub attempt: u32,
    /// Whether the environment was made for it.
    pub cold_start: bool,
    /// Whether the environment is one of provisioned concurrency.
    pub provisioned: bool,
    /// The function's memory in MB.
    pub memory_size: u32,
    /// `Duration` of REPORT.
    pub duration: Duration,
    /// `Billed Duration` of REPORT, in whole milliseconds.
    pub billed_ms: u64,
    /// `Init Duration` of REPORT, on the first invocation of an environment. With provisioned concurrency its caller
    /// has not waited for it, and it is no part of `billed_ms`.
    pub init: Option<Duration>,
    /// How the environment was restored for it from a snapshot, if it was.
    pub restore: Option<Restore>,
    /// `Max Memory Used` of REPORT, in MB.
    pub max_memory_used: u32,
    /// How it ended.
    pub status: InvocationStatus,
    /// `Error Type` of REPORT, or the type that the handler raised.
    pub error_type: Option<String>,
    /// `Unhandled` where the function failed.
    pub function_error: bool,
    /// The event.
    pub event: bytes::Bytes,
    /// What the caller got.
    pub payload: bytes::Bytes,
    /// What it is billed for.
    pub usage: Usage,
}

impl InvocationRecord {
    /// The initialisation that its caller waited for: none where the environment was initialised ahead.
    #[must_use]
    pub fn init_waited_for(&self) -> Option<Duration> {
        self.init.filter(|_| self.cold_start)
    }

    /// What it costs in `us-east-1` at the first tier, without the free tier.
    #[must_use]
    pub fn price(&self) -> Usd {
        self.usage.price(&US_EAST_1)
    }
}
