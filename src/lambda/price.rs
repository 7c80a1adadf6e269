//! What an invocation costs (AWS Lambda pricing, us-east-1, x86, first tier, without the free tier).

use crate::history::InvocationRecord;

/// US dollars for one request.
const REQUEST: f64 = 0.20 / 1_000_000.0;
/// US dollars for one GB-second.
const GB_SECOND: f64 = 0.000_016_666_7;

/// The price of one invocation in US dollars: its request, and its billed time by its memory.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn of(record: &InvocationRecord) -> f64 {
    let seconds = record.billed_ms as f64 / 1_000.0;
    REQUEST + seconds * f64::from(record.memory_size) / 1_024.0 * GB_SECOND
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::history::InvocationStatus;

    #[test]
    fn a_million_small_requests_cost_under_two_dollars() {
        let record = InvocationRecord {
            function: "f".into(),
            environment: "e".into(),
            request_id: "r".into(),
            attempt: 1,
            cold_start: false,
            memory_size: 512,
            duration: Duration::from_millis(200),
            billed_ms: 200,
            init: None,
            max_memory_used: 40,
            status: InvocationStatus::Success,
            error_type: None,
            function_error: false,
            event: bytes::Bytes::new(),
            payload: bytes::Bytes::new(),
        };
        // The pricing page's arithmetic: 100,000 GB-s and a million requests are $1.67 + $0.20.
        assert!((of(&record) * 1e6 - 1.866_67).abs() < 1e-6);
    }
}
