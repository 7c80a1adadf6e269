//! The lines that the platform writes around a function's own: today's format, tabs and all
//! (developer guide, "Sending Lambda function logs to CloudWatch Logs"; recorded lines).

use std::time::Duration;

use super::trace::Trace;
use crate::history::{InvocationRecord, InvocationStatus};

/// `INIT_START`, the first line of every environment that is initialised.
#[must_use]
pub fn init_start(runtime: &str, runtime_arn: &str) -> String {
    format!("INIT_START Runtime Version: {runtime}\tRuntime Version ARN: {runtime_arn}")
}

/// `RESTORE_START`, the first line of every environment that is restored from a snapshot.
#[must_use]
pub fn restore_start(runtime: &str, runtime_arn: &str) -> String {
    format!("RESTORE_START Runtime Version: {runtime}\tRuntime Version ARN: {runtime_arn}")
}

/// `RESTORE_REPORT`.
#[must_use]
pub fn restore_report(took: Duration, failure: Option<(&str, Option<&str>)>) -> String {
    let mut line = format!("RESTORE_REPORT Restore Duration: {} ms", millis(took));
    if let Some((status, error_type)) = failure {
        push_status(&mut line, status, error_type);
    }
    line
}

/// `START`.
#[must_use]
pub fn start(request_id: &str, version: &str) -> String {
    format!("START RequestId: {request_id} Version: {version}")
}

/// `END`.
#[must_use]
pub fn end(request_id: &str) -> String {
    format!("END RequestId: {request_id}")
}

/// `REPORT`, with the tab that AWS leaves at its end; with a second line for X-Ray where it is told of the invocation.
#[must_use]
pub fn report(record: &InvocationRecord, trace: Option<&Trace>) -> String {
    let mut line = format!(
        "REPORT RequestId: {}\tDuration: {} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory Used: {} MB",
        record.request_id,
        millis(record.duration),
        record.billed_ms,
        record.memory_size,
        record.max_memory_used,
    );
    // "You can see the initialization time in logs and traces after an environment instance processes a request"
    // (developer guide, on provisioned concurrency): it stands here also where nobody waited for it.
    if let Some(init) = record.init {
        line.push_str(&format!("\tInit Duration: {} ms", millis(init)));
    }
    if let Some(restore) = record.restore {
        line.push_str(&format!(
            "\tRestore Duration: {} ms\tBilled Restore Duration: {} ms",
            millis(restore.duration),
            restore.billed_ms
        ));
    }
    match record.status {
        InvocationStatus::Success => line.push('\t'),
        InvocationStatus::Timeout => push_status(&mut line, "timeout", None),
        InvocationStatus::Error => push_status(&mut line, "error", record.error_type.as_deref()),
    }
    if let Some(trace) = trace {
        line.push_str(&format!(
            "\nXRAY TraceId: {}\tSegmentId: {}\tSampled: true\t",
            trace.root, trace.segment
        ));
    }
    line
}

/// `INIT_REPORT` of an initialisation that went well: only where it was not for an invocation.
#[must_use]
pub fn init_report(took: Duration) -> String {
    format!("INIT_REPORT Init Duration: {} ms", millis(took))
}

/// `INIT_REPORT` of an initialisation that failed or took too long.
#[must_use]
pub fn failed_init_report(took: Duration, phase: &str, status: &str, error_type: Option<&str>) -> String {
    let mut line = format!("INIT_REPORT Init Duration: {} ms\tPhase: {phase}", millis(took));
    push_status(&mut line, status, error_type);
    line
}

fn push_status(line: &mut String, status: &str, error_type: Option<&str>) {
    line.push_str(&format!("\tStatus: {status}"));
    if let Some(kind) = error_type {
        line.push_str(&format!("\tError Type: {kind}"));
    }
}

/// Milliseconds with two decimals.
#[must_use]
pub fn millis(span: Duration) -> String {
    let hundredths = (span.as_nanos() + 5_000) / 10_000;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// What is billed: the duration, and the initialisation or what of the restoration is billed, rounded up to a
/// millisecond.
#[must_use]
pub fn billed_ms(duration: Duration, before: Option<Duration>) -> u64 {
    let total = duration + before.unwrap_or_default();
    u64::try_from(total.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Restore;

    fn hundredths(value: u64) -> Duration {
        Duration::from_micros(value * 10)
    }

    fn record() -> InvocationRecord {
        InvocationRecord {
            function: "f".into(),
            version: "$LATEST".into(),
            environment: "e".into(),
            request_id: "r".into(),
            attempt: 1,
            cold_start: true,
            provisioned: false,
            memory_size: 128,
            duration: hundredths(301),
            billed_ms: 114,
            init: Some(hundredths(11_010)),
            restore: None,
            max_memory_used: 36,
            status: InvocationStatus::Success,
            error_type: None,
            function_error: false,
            event: bytes::Bytes::new(),
            payload: bytes::Bytes::new(),
            usage: crate::price::Usage::default(),
        }
    }

    #[test]
    fn billing_adds_init_and_rounds_up() {
        // Recorded from AWS: lines of REPORT since August 2025, the last two of SnapStart.
        assert_eq!(billed_ms(hundredths(301), Some(hundredths(11_010))), 114);
        assert_eq!(billed_ms(hundredths(300_000), Some(hundredths(40_204))), 3403);
        assert_eq!(billed_ms(hundredths(60_000_000), Some(hundredths(51_631))), 600_517);
        assert_eq!(billed_ms(hundredths(12_000_000), Some(hundredths(77_885))), 120_779);
        assert_eq!(billed_ms(hundredths(301), None), 4);
        assert_eq!(billed_ms(hundredths(233_866), Some(Duration::from_millis(182))), 2521);
        assert_eq!(billed_ms(hundredths(14_953), Some(Duration::from_millis(163))), 313);
    }

    #[test]
    fn lines_have_todays_form() {
        let mut record = record();
        assert_eq!(
            report(&record, None),
            "REPORT RequestId: r\tDuration: 3.01 ms\tBilled Duration: 114 ms\tMemory Size: 128 MB\tMax Memory Used: 36 \
             MB\tInit Duration: 110.10 ms\t"
        );
        record.status = InvocationStatus::Error;
        record.error_type = Some("Runtime.OutOfMemory".into());
        record.init = None;
        assert!(
            report(&record, None).ends_with("Max Memory Used: 36 MB\tStatus: error\tError Type: Runtime.OutOfMemory")
        );
        assert_eq!(
            failed_init_report(hundredths(8358), "init", "error", Some("Runtime.ImportModuleError")),
            "INIT_REPORT Init Duration: 83.58 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError"
        );
    }

    #[test]
    fn an_environment_initialised_ahead_says_so_once_and_is_billed_apart() {
        // "You can see the initialization time in logs and traces after an environment instance processes a request"
        // (developer guide, "Configuring provisioned concurrency"). A published line of provisioned concurrency.
        assert_eq!(billed_ms(hundredths(49_212), None), 493);
        let mut record = record();
        (record.cold_start, record.provisioned) = (false, true);
        (record.duration, record.billed_ms, record.init) = (hundredths(49_212), 493, Some(hundredths(483_159)));
        (record.memory_size, record.max_memory_used) = (256, 101);
        assert_eq!(
            report(&record, None),
            "REPORT RequestId: r\tDuration: 492.12 ms\tBilled Duration: 493 ms\tMemory Size: 256 MB\tMax Memory Used: \
             101 MB\tInit Duration: 4831.59 ms\t"
        );
        assert_eq!(record.init_waited_for(), None);
    }

    #[test]
    fn a_restored_environment_says_so() {
        // Recorded from AWS (aws-samples, java-connect-lex-chatgpt, README).
        let mut record = record();
        record.init = None;
        (record.duration, record.billed_ms) = (hundredths(233_866), 2521);
        (record.memory_size, record.max_memory_used) = (3009, 173);
        record.restore = Some(Restore {
            duration: hundredths(39_897),
            billed_ms: 182,
        });
        assert_eq!(
            report(&record, None),
            "REPORT RequestId: r\tDuration: 2338.66 ms\tBilled Duration: 2521 ms\tMemory Size: 3009 MB\tMax Memory \
             Used: 173 MB\tRestore Duration: 398.97 ms\tBilled Restore Duration: 182 ms\t"
        );
        assert_eq!(
            restore_report(hundredths(39_897), None),
            "RESTORE_REPORT Restore Duration: 398.97 ms"
        );
    }

    #[test]
    fn x_ray_has_a_line_of_its_own() {
        let trace = Trace {
            root: "1-5759e988-bd862e3fe1be46a994272793".into(),
            segment: "53995c3f42cd8ad8".into(),
            sampled: true,
        };
        assert!(report(&record(), Some(&trace)).ends_with(
            "\t\nXRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\tSegmentId: 53995c3f42cd8ad8\tSampled: true\t"
        ));
    }
}
