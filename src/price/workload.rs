//! A month of a workload, described by what one knows of it beforehand.

use std::time::Duration;

use super::quantity::{Architecture, GbSeconds, PerArchitecture};
use super::usage::{Execution, Usage};

/// A month of a function's work.
#[derive(Debug, Clone)]
pub struct Workload {
    /// Requests in the month.
    pub requests: u64,
    /// `Architectures`.
    pub architecture: Architecture,
    /// `MemorySize` in MB.
    pub memory_mb: u32,
    /// `EphemeralStorage` in MB.
    pub storage_mb: u32,
    /// How long the handler takes.
    pub duration: Duration,
    /// Of a million requests, those that are cold starts.
    pub cold_per_million: u32,
    /// How long initialisation takes at a cold start.
    pub init: Duration,
    /// Bytes of each event, where the invocations are asynchronous.
    pub asynchronous: Option<usize>,
    /// Bytes that each request writes to a response stream.
    pub streamed: u64,
    /// Provisioned concurrency, which then serves all requests.
    pub provisioned: Option<Provisioned>,
    /// How long a published version with SnapStart is kept, where there is one. Cold starts are then restores.
    pub snap_start: Option<Duration>,
}

/// Provisioned concurrency for a part of the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provisioned {
    /// `ProvisionedConcurrentExecutions`.
    pub environments: u32,
    /// For how long.
    pub time: Duration,
}

/// Provisioned concurrency is billed in steps of five minutes.
const PROVISIONED_STEP: u64 = 5 * 60;

/// What a snapshot for SnapStart uses that is kept for a span: three hours at least.
#[must_use]
pub fn snapshot_kept(memory_mb: u32, time: Duration) -> GbSeconds {
    const SHORTEST: Duration = Duration::from_secs(3 * 3_600);
    GbSeconds::over(memory_mb, time.max(SHORTEST))
}

impl Provisioned {
    /// What it uses with so much memory, whether it is used or not.
    #[must_use]
    pub fn held(self, memory_mb: u32) -> GbSeconds {
        let begun = self.time.as_nanos() > u128::from(self.time.as_secs()) * 1_000_000_000;
        let steps = (self.time.as_secs() + u64::from(begun)).div_ceil(PROVISIONED_STEP);
        GbSeconds::new(memory_mb, steps * PROVISIONED_STEP * 1_000) * u64::from(self.environments)
    }
}

impl Workload {
    /// How many of the requests are cold starts, rounded to the nearest.
    #[must_use]
    pub fn cold_starts(&self) -> u64 {
        const MILLION: u128 = 1_000_000;
        let share = u128::from(self.cold_per_million.min(1_000_000));
        let cold = (u128::from(self.requests) * share + MILLION / 2) / MILLION;
        u64::try_from(cold).unwrap_or(self.requests)
    }

    /// What it uses in all.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let warm = Execution {
            architecture: self.architecture,
            memory_mb: self.memory_mb,
            storage_mb: self.storage_mb,
            billed_ms: billed_ms(self.duration),
            asynchronous: self.asynchronous,
            streamed: self.streamed,
            provisioned: self.provisioned.is_some(),
            restored: false,
        };
        let restored = self.snap_start.is_some();
        let cold = Execution {
            billed_ms: billed_ms(self.duration + self.init),
            restored,
            ..warm
        };
        let cold_starts = self.cold_starts();
        let mut usage = Usage::of(&cold).times(cold_starts);
        usage += Usage::of(&warm).times(self.requests - cold_starts);
        if let Some(provisioned) = self.provisioned {
            usage.provisioned = PerArchitecture::only(self.architecture, provisioned.held(self.memory_mb));
        }
        if let Some(kept) = self.snap_start {
            usage.snapshots = snapshot_kept(self.memory_mb, kept);
        }
        usage
    }
}

/// Whole milliseconds, each begun one counted.
fn billed_ms(span: Duration) -> u64 {
    u64::try_from(span.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provisioned_concurrency_is_billed_in_five_minutes() {
        let of = |seconds| Provisioned {
            environments: 2,
            time: Duration::from_secs(seconds),
        };
        assert_eq!(of(1).held(1_024), GbSeconds::whole(600));
        assert_eq!(of(300).held(1_024), GbSeconds::whole(600));
        assert_eq!(of(301).held(1_024), GbSeconds::whole(1_200));
    }

    #[test]
    fn cold_starts_are_a_share_of_the_requests() {
        let mut workload = Workload {
            requests: 1_000,
            architecture: Architecture::X86_64,
            memory_mb: 1_024,
            storage_mb: 512,
            duration: Duration::from_micros(3_010),
            cold_per_million: 10_000,
            init: Duration::from_micros(110_100),
            asynchronous: None,
            streamed: 0,
            provisioned: None,
            snap_start: None,
        };
        assert_eq!(workload.cold_starts(), 10);
        // 990 times 4 ms, and ten times 114 ms: duration and init are rounded up together.
        assert_eq!(
            workload.usage().duration.x86_64,
            GbSeconds::new(1_024, 990 * 4 + 10 * 114)
        );
        workload.cold_per_million = 1_000_000;
        assert_eq!(workload.cold_starts(), 1_000);
    }
}
