//! Following a process until what is waited for, its end or a deadline.

use bytes::Bytes;
use tokio::io::AsyncWriteExt;

use super::Environment;
use crate::clock::Timestamp;
use crate::lambda::deadline::Deadline;
use crate::lambda::process::{error_type, next_question, read_log, read_written, sleep_target, snapshot_taken};
use crate::lambda::runtime_api::{Posted, RuntimeEvent, Unfit};
use crate::lambda::system_log::Outcome;
use crate::lambda::termination::Failure;

/// How often the memory of a process that does not count itself is looked at.
const SAMPLE_EVERY: std::time::Duration = std::time::Duration::from_millis(5);

/// How a stretch of running ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// The runtime is as far as was waited for.
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
    /// The process ended, or never began.
    Died(Failure, Timestamp),
    /// The deadline passed.
    TimedOut,
}

/// What a process is followed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    /// It asks for an invocation.
    Ready,
    /// It answers.
    Answer,
    /// It is initialised, and may be restored from now on.
    Snapshot,
}

impl Ended {
    /// When and how a phase ended that waited for the runtime.
    pub(super) fn outcome(&self, deadline: Timestamp) -> (Timestamp, Outcome) {
        match self {
            Self::Ready(at) => (*at, Outcome::Success),
            Self::TimedOut => (deadline, Outcome::Timeout),
            Self::InitFailed { kind, at, .. } => (*at, Outcome::Error(kind.clone())),
            Self::Died(failure, at) => (*at, Outcome::Error(failure.kind.to_owned())),
            Self::Answered { at, .. } => (*at, Outcome::Error("Runtime.Unknown".to_owned())),
        }
    }
}

impl Ended {
    /// Says when it was, whatever the process says.
    fn happened(&mut self, time: Timestamp) {
        match self {
            Self::Ready(at) | Self::Answered { at, .. } | Self::InitFailed { at, .. } | Self::Died(_, at) => *at = time,
            Self::TimedOut => {}
        }
    }
}

impl Environment {
    pub(super) async fn watch(&mut self, deadline: Timestamp, waiting: Waiting, request_id: Option<&str>) -> Ended {
        let clock = self.platform.clock().clone();
        let cpu_scale = self.platform.engine().cpu_scale(self.cpu_share());
        let Some(runtime) = &mut self.runtime else {
            return Ended::TimedOut;
        };
        let watch = Deadline::new(clock.clone(), deadline, runtime.usage.clone(), cpu_scale);
        let passed = watch.passed();
        let sampled = runtime.memory.account().is_none();
        tokio::pin!(passed);
        let mut ended = loop {
            tokio::select! {
                biased;
                event = runtime.api.event() => {
                    if let Some(ended) = ended_by(event, waiting, || clock.now()) {
                        break ended;
                    }
                }
                read = read_log(&mut runtime.log, &mut runtime.output) => {
                    for line in read {
                        self.platform.log(&self.stream, request_id, line);
                    }
                }
                question = next_question(&mut runtime.control) => {
                    let Ok(Some(question)) = question else {
                        let exit = runtime.worker.exited().await;
                        break Ended::Died(Failure::of_exit(exit, runtime.memory.exhausted()), clock.now());
                    };
                    if let Some(at) = snapshot_taken(&question) {
                        break Ended::Ready(at);
                    }
                    let Some(until) = sleep_target(&question) else { continue };
                    // What a process sleeps for is as long for the Region, however far the process's clock is behind.
                    let behind = watch.behind();
                    let busy = self.hold.take();
                    let slept = tokio::select! {
                        biased;
                        busy = clock.sleep_until(busy, until.min(deadline) + behind) => Some(busy),
                        // Not before the sleep is over, but a timer of its must not be left to itself.
                        () = &mut passed => None,
                    };
                    let timed_out = slept.is_none() || until >= deadline;
                    self.hold.put(slept.unwrap_or_else(|| clock.busy()));
                    if timed_out {
                        break Ended::TimedOut;
                    }
                    let now = clock.now();
                    let told = until + (now - (until + behind));
                    // A process that died meanwhile is noticed by the next turn.
                    if let Some(control) = &mut runtime.control {
                        let _ = control.answers.write_all(format!("{}\n", told.as_micros()).as_bytes()).await;
                    }
                    watch.told(now - told);
                }
                exit = runtime.worker.exited() => {
                    break Ended::Died(Failure::of_exit(exit, runtime.memory.exhausted()), clock.now());
                }
                () = tokio::time::sleep(SAMPLE_EVERY), if sampled => runtime.memory.look(&runtime.worker),
                () = &mut passed => break Ended::TimedOut,
            }
        };
        runtime.memory.look(&runtime.worker);
        if sampled && runtime.memory.exhausted() && matches!(ended, Ended::Ready(_) | Ended::Answered { .. }) {
            // It was over the limit between two looks: the kernel would have ended it before it could answer.
            let exit = runtime.worker.exited().await;
            ended = Ended::Died(Failure::of_exit(exit, true), clock.now());
        }
        self.drain(request_id);
        if clock.is_modelled() {
            ended.happened(clock.now() + self.platform.computing(self.id()));
        }
        ended
    }

    /// Takes what the process has written until now.
    fn drain(&mut self, request_id: Option<&str>) {
        let Some(runtime) = &mut self.runtime else { return };
        while let Some(lines) = read_written(&runtime.log, &mut runtime.output) {
            for line in lines {
                self.platform.log(&self.stream, request_id, line);
            }
        }
        for line in runtime.output.flush() {
            self.platform.log(&self.stream, request_id, line);
        }
    }
}

/// What an event of the Runtime API means to who waits.
fn ended_by(event: RuntimeEvent, waiting: Waiting, now: impl Fn() -> Timestamp) -> Option<Ended> {
    let at = |time: Option<u64>| time.map_or_else(&now, Timestamp::from_micros);
    Some(match event {
        RuntimeEvent::Next(time) => match waiting {
            // A runtime that does not care for snapshots asks for an invocation at once.
            Waiting::Ready | Waiting::Snapshot => Ended::Ready(at(time)),
            Waiting::Answer => return None,
        },
        RuntimeEvent::RestoreNext(time) => match waiting {
            Waiting::Snapshot => Ended::Ready(at(time)),
            Waiting::Ready | Waiting::Answer => return None,
        },
        RuntimeEvent::Response(posted) => Ended::Answered {
            at: at(posted.time),
            payload: posted.payload,
            error: None,
        },
        RuntimeEvent::Error(posted) => {
            // The type that the caller sees; the header's is for the platform's own records.
            let error = error_type(&posted.payload).or(posted.error_type).unwrap_or_default();
            Ended::Answered {
                at: at(posted.time),
                payload: posted.payload,
                error: Some(error),
            }
        }
        RuntimeEvent::InitError(posted) | RuntimeEvent::RestoreError(posted) => init_failed(posted, &at),
        RuntimeEvent::Unfit(unfit) => {
            let (kind, payload) = unfit_payload(unfit);
            Ended::Answered {
                at: now(),
                payload,
                error: Some(kind.to_owned()),
            }
        }
    })
}

fn init_failed(posted: Posted, at: &impl Fn(Option<u64>) -> Timestamp) -> Ended {
    Ended::InitFailed {
        at: at(posted.time),
        kind: posted.error_type.unwrap_or_default(),
        payload: posted.payload,
    }
}

/// What the caller gets instead of an answer that cannot be passed on.
fn unfit_payload(unfit: Unfit) -> (&'static str, Bytes) {
    let (kind, message) = match unfit {
        Unfit::TooLarge(limit) => (
            "Function.ResponseSizeTooLarge",
            format!("Response payload size exceeded maximum allowed payload size ({limit} bytes)."),
        ),
        Unfit::Truncated => (
            "Runtime.TruncatedResponse",
            "HTTP request detected as truncated".to_owned(),
        ),
        // AWS's own supervisor passes on nothing but the type.
        Unfit::ResponseMode => return ("Runtime.InvalidResponseModeHeader", Bytes::new()),
    };
    let payload = serde_json::json!({"errorMessage": message, "errorType": kind}).to_string();
    (kind, payload.into())
}
