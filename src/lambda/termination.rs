//! How an invocation ended, and what its caller is told: the texts and the order of keys that AWS uses.

use std::time::Duration;

use bytes::Bytes;

use crate::history::InvocationStatus;
use crate::python::Exit;

/// A failure that the platform reports, not the handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// `errorType`.
    pub kind: &'static str,
    /// The end of `errorMessage`.
    pub reason: String,
    /// Whether memory ran out.
    pub out_of_memory: bool,
}

/// The end of an invocation.
#[derive(Debug)]
pub struct Termination {
    /// For REPORT.
    pub status: InvocationStatus,
    /// The error's type, if there was one.
    pub error_type: Option<String>,
    /// Whether the caller is told `Unhandled`.
    pub function_error: bool,
    /// What the caller gets.
    pub payload: Bytes,
    /// How long it took.
    pub duration: Duration,
    /// `Max Memory Used`, where the end itself says it.
    pub max_memory_used: Option<u32>,
}

impl Failure {
    /// Of a process that ended, by AWS's table of causes.
    #[must_use]
    pub fn of_exit(exit: Exit, out_of_memory: bool) -> Self {
        let kind = if out_of_memory {
            "Runtime.OutOfMemory"
        } else {
            "Runtime.ExitError"
        };
        let reason = match exit {
            _ if out_of_memory => "Runtime exited with error: signal: killed".to_owned(),
            Exit::Status(0) => "Runtime exited without providing a reason".to_owned(),
            Exit::Status(status) => format!("Runtime exited with error: exit status {status}"),
            Exit::Signal(signal) => format!("Runtime exited with error: signal: {}", signal_name(signal)),
            Exit::Unknown => "Runtime exited with error: signal: killed".to_owned(),
        };
        Self {
            kind,
            reason,
            out_of_memory,
        }
    }

    /// Of a program that cannot be started.
    #[must_use]
    pub fn of_entrypoint(reason: &str) -> Self {
        Self {
            kind: "Runtime.InvalidEntrypoint",
            reason: reason.to_owned(),
            out_of_memory: false,
        }
    }
}

impl Termination {
    /// The runtime answered; `error` is the type where the handler failed.
    #[must_use]
    pub fn answered(payload: Bytes, error: Option<String>) -> Self {
        Self {
            status: InvocationStatus::Success,
            function_error: error.is_some(),
            error_type: error,
            payload,
            duration: Duration::ZERO,
            max_memory_used: None,
        }
    }

    /// Initialisation failed with an error that the runtime reported.
    #[must_use]
    pub fn init_failed(payload: Bytes, kind: String) -> Self {
        Self {
            status: InvocationStatus::Error,
            ..Self::answered(payload, Some(kind))
        }
    }

    /// The process ended, or never began.
    #[must_use]
    pub fn failed(failure: &Failure, request_id: &str) -> Self {
        let payload = platform_payload(failure.kind, request_id, &failure.reason);
        Self::init_failed(payload, failure.kind.to_owned())
    }

    /// The timeout was reached.
    #[must_use]
    pub fn timed_out(timeout: Duration, request_id: &str) -> Self {
        let kind = "Sandbox.Timedout";
        let reason = format!("Task timed out after {:.2} seconds", timeout.as_secs_f64());
        let payload = platform_payload(kind, request_id, &reason);
        Self {
            status: InvocationStatus::Timeout,
            ..Self::answered(payload, Some(kind.to_owned()))
        }
    }
}

fn platform_payload(kind: &str, request_id: &str, reason: &str) -> Bytes {
    let message = format!("RequestId: {request_id} Error: {reason}");
    serde_json::json!({"errorType": kind, "errorMessage": message})
        .to_string()
        .into()
}

/// A signal's name as Go prints it, since AWS's supervisor is written in Go.
fn signal_name(signal: i32) -> String {
    match signal {
        1 => "hangup",
        2 => "interrupt",
        3 => "quit",
        4 => "illegal instruction",
        5 => "trace/breakpoint trap",
        6 => "aborted",
        7 => "bus error",
        8 => "floating point exception",
        9 => "killed",
        10 => "user defined signal 1",
        11 => "segmentation fault",
        12 => "user defined signal 2",
        13 => "broken pipe",
        14 => "alarm clock",
        15 => "terminated",
        other => return format!("signal {other}"),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_have_awss_texts() {
        let told = |failure: &Failure| String::from_utf8(Termination::failed(failure, "r").payload.to_vec()).unwrap();
        let of = |exit, oom| told(&Failure::of_exit(exit, oom));
        // Reported by users of AWS in 2024 and 2025.
        assert_eq!(
            told(&Failure::of_entrypoint(
                "fork/exec /var/task/bootstrap: permission denied"
            )),
            r#"{"errorType":"Runtime.InvalidEntrypoint","errorMessage":"RequestId: r Error: fork/exec /var/task/bootstrap: permission denied"}"#
        );
        assert_eq!(
            of(Exit::Status(0), false),
            r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: r Error: Runtime exited without providing a reason"}"#
        );
        assert!(of(Exit::Status(127), false).contains("exit status 127"));
        assert!(of(Exit::Signal(11), false).contains("signal: segmentation fault"));
        assert!(of(Exit::Signal(9), true).starts_with(r#"{"errorType":"Runtime.OutOfMemory""#));
        let timeout = Termination::timed_out(Duration::from_secs(1), "r");
        assert_eq!(
            &timeout.payload[..],
            br#"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: r Error: Task timed out after 1.00 seconds"}"#
        );
    }
}
