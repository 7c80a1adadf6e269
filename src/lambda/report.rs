//! The lines that the platform writes around a function's own: today's format, tabs and all
//! (developer guide, "Sending Lambda function logs to CloudWatch Logs").

use std::time::Duration;

use crate::history::{InvocationRecord, InvocationStatus};

/// `INIT_START`, the first line of every environment.
#[must_use]
pub fn init_start(runtime: &str, runtime_arn: &str) -> String {
    format!("INIT_START Runtime Version: {runtime}\tRuntime Version ARN: {runtime_arn}")
}

/// `START`.
#[must_use]
pub fn start(request_id: &str) -> String {
    format!("START RequestId: {request_id} Version: $LATEST")
}

/// `END`.
#[must_use]
pub fn end(request_id: &str) -> String {
    format!("END RequestId: {request_id}")
}

/// `REPORT`, with the tab that AWS leaves at its end.
#[must_use]
pub fn report(record: &InvocationRecord) -> String {
    let mut line = format!(
        "REPORT RequestId: {}\tDuration: {} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory Used: {} MB",
        record.request_id,
        millis(record.duration),
        record.billed_ms,
        record.memory_size,
        record.max_memory_used,
    );
    if let Some(init) = record.init {
        line.push_str(&format!("\tInit Duration: {} ms", millis(init)));
    }
    match record.status {
        InvocationStatus::Success => line.push('\t'),
        InvocationStatus::Timeout => line.push_str("\tStatus: timeout"),
        InvocationStatus::Error => {
            line.push_str("\tStatus: error");
            if let Some(kind) = &record.error_type {
                line.push_str(&format!("\tError Type: {kind}"));
            }
        }
    }
    line
}

/// `INIT_REPORT`, written when initialisation fails or takes too long.
#[must_use]
pub fn init_report(took: Duration, phase: &str, status: &str, error_type: Option<&str>) -> String {
    let mut line = format!(
        "INIT_REPORT Init Duration: {} ms\tPhase: {phase}\tStatus: {status}",
        millis(took)
    );
    if let Some(kind) = error_type {
        line.push_str(&format!("\tError Type: {kind}"));
    }
    line
}

/// Milliseconds with two decimals.
#[must_use]
pub fn millis(span: Duration) -> String {
    let hundredths = (span.as_nanos() + 5_000) / 10_000;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// What is billed: the duration and the initialisation together, rounded up to a millisecond.
#[must_use]
pub fn billed_ms(duration: Duration, init: Option<Duration>) -> u64 {
    let total = duration + init.unwrap_or_default();
    u64::try_from(total.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hundredths(value: u64) -> Duration {
        Duration::from_micros(value * 10)
    }

    #[test]
    fn billing_adds_init_and_rounds_up() {
        // Recorded from AWS: lines of REPORT since August 2025.
        assert_eq!(billed_ms(hundredths(301), Some(hundredths(11_010))), 114);
        assert_eq!(billed_ms(hundredths(300_000), Some(hundredths(40_204))), 3403);
        assert_eq!(billed_ms(hundredths(60_000_000), Some(hundredths(51_631))), 600_517);
        assert_eq!(billed_ms(hundredths(12_000_000), Some(hundredths(77_885))), 120_779);
        assert_eq!(billed_ms(hundredths(301), None), 4);
    }

    #[test]
    fn lines_have_todays_form() {
        let mut record = InvocationRecord {
            function: "f".into(),
            environment: "e".into(),
            request_id: "r".into(),
            attempt: 1,
            cold_start: true,
            memory_size: 128,
            duration: hundredths(301),
            billed_ms: 114,
            init: Some(hundredths(11_010)),
            max_memory_used: 36,
            status: InvocationStatus::Success,
            error_type: None,
            function_error: false,
            event: bytes::Bytes::new(),
            payload: bytes::Bytes::new(),
            usage: crate::price::Usage::default(),
        };
        assert_eq!(
            report(&record),
            "REPORT RequestId: r\tDuration: 3.01 ms\tBilled Duration: 114 ms\tMemory Size: 128 MB\tMax Memory Used: 36 \
             MB\tInit Duration: 110.10 ms\t"
        );
        record.status = InvocationStatus::Error;
        record.error_type = Some("Runtime.OutOfMemory".into());
        record.init = None;
        assert!(report(&record).ends_with("Max Memory Used: 36 MB\tStatus: error\tError Type: Runtime.OutOfMemory"));
        assert_eq!(
            init_report(hundredths(8358), "init", "error", Some("Runtime.ImportModuleError")),
            "INIT_REPORT Init Duration: 83.58 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError"
        );
    }
}
