//! What was used: the quantities that a bill is made of.

use std::iter::Sum;
use std::ops::AddAssign;

use super::bill::Bill;
use super::money::Usd;
use super::quantity::{Architecture, GbSeconds, Gigabytes, PerArchitecture};
use super::rates::Rates;

/// Ephemeral storage that costs nothing, in MB.
const FREE_STORAGE_MB: u32 = 512;
/// An asynchronous event of so many bytes is one request; each further chunk is one more.
const FIRST_CHUNK: usize = 256 * 1_024;
const CHUNK: usize = 64 * 1_024;
/// What each response stream may carry for nothing, in bytes.
const FREE_STREAM: u64 = 6 * 1_024 * 1_024;

/// Quantities that cost something. Sums are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Requests to environments made on demand.
    pub requests: u64,
    /// Requests to provisioned environments: never free.
    pub provisioned_requests: u64,
    /// Billed duration on demand.
    pub duration: PerArchitecture<GbSeconds>,
    /// Billed duration in provisioned environments.
    pub provisioned_duration: PerArchitecture<GbSeconds>,
    /// Provisioned concurrency, used or not.
    pub provisioned: PerArchitecture<GbSeconds>,
    /// Ephemeral storage above 512 MB.
    pub storage: GbSeconds,
    /// Snapshots that are kept.
    pub snapshots: GbSeconds,
    /// Memory restored from snapshots.
    pub restored: Gigabytes,
    /// Data in response streams beyond the first 6 MB of each.
    pub streamed: Gigabytes,
}

/// One execution of a handler, as far as its price goes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Execution {
    /// `Architectures`.
    pub architecture: Architecture,
    /// `MemorySize` in MB.
    pub memory_mb: u32,
    /// `EphemeralStorage` in MB.
    pub storage_mb: u32,
    /// `Billed Duration` of REPORT, in milliseconds.
    pub billed_ms: u64,
    /// Bytes of the event, where the invocation is asynchronous.
    pub asynchronous: Option<usize>,
    /// Bytes that were written to a response stream.
    pub streamed: u64,
    /// Whether the environment was provisioned.
    pub provisioned: bool,
    /// Whether the environment was restored from a snapshot for it.
    pub restored: bool,
}

impl Usage {
    /// What one execution uses.
    #[must_use]
    pub fn of(execution: &Execution) -> Self {
        let Execution {
            architecture,
            memory_mb,
            billed_ms,
            ..
        } = *execution;
        let requests = execution.asynchronous.map_or(1, requests_of_event);
        let duration = PerArchitecture::only(architecture, GbSeconds::new(memory_mb, billed_ms));
        let mut usage = Self {
            storage: GbSeconds::new(execution.storage_mb.saturating_sub(FREE_STORAGE_MB), billed_ms),
            streamed: Gigabytes::of_bytes(execution.streamed.saturating_sub(FREE_STREAM).into()),
            restored: Gigabytes::of_mb(if execution.restored { memory_mb } else { 0 }),
            ..Self::default()
        };
        if execution.provisioned {
            usage.provisioned_requests = requests;
            usage.provisioned_duration = duration;
        } else {
            usage.requests = requests;
            usage.duration = duration;
        }
        usage
    }

    /// What initialising an environment uses ahead of any invocation, for provisioned concurrency or a snapshot: the
    /// time that it takes, and no request. "Initialization is billed even if the instance never processes a request"
    /// (developer guide, "Managing Lambda provisioned concurrency"); "for `SnapStart` functions, duration charges also
    /// apply to initialization code" (developer guide, "Improving startup performance with Lambda `SnapStart`").
    #[must_use]
    pub fn of_initialisation(execution: &Execution) -> Self {
        Self {
            requests: 0,
            provisioned_requests: 0,
            ..Self::of(execution)
        }
    }

    /// The same, so many times.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        let each = |both: PerArchitecture<GbSeconds>| PerArchitecture {
            x86_64: both.x86_64 * count,
            arm64: both.arm64 * count,
        };
        Self {
            requests: self.requests.saturating_mul(count),
            provisioned_requests: self.provisioned_requests.saturating_mul(count),
            duration: each(self.duration),
            provisioned_duration: each(self.provisioned_duration),
            provisioned: each(self.provisioned),
            storage: self.storage * count,
            snapshots: self.snapshots * count,
            restored: self.restored * count,
            streamed: self.streamed * count,
        }
    }

    /// What it costs in a Region at the rates of the first tier, without the free tier: what one more of it costs.
    #[must_use]
    pub fn price(&self, rates: &'static Rates) -> Usd {
        Bill::without_free_tier(self, rates).total()
    }
}

/// Requests that an asynchronous event counts as: one for the first 256 KB, one more for each 64 KB begun.
fn requests_of_event(bytes: usize) -> u64 {
    let further = bytes.saturating_sub(FIRST_CHUNK).div_ceil(CHUNK);
    1 + u64::try_from(further).unwrap_or(u64::MAX - 1)
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.provisioned_requests = self.provisioned_requests.saturating_add(other.provisioned_requests);
        self.duration += other.duration;
        self.provisioned_duration += other.provisioned_duration;
        self.provisioned += other.provisioned;
        self.storage += other.storage;
        self.snapshots += other.snapshots;
        self.restored += other.restored;
        self.streamed += other.streamed;
    }
}

impl Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, usage| {
            sum += usage;
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::US_EAST_1;

    const KB: usize = 1_024;

    #[test]
    fn large_events_are_several_requests() {
        for (bytes, requests) in [
            (0, 1),
            (256 * KB, 1),
            (256 * KB + 1, 2),
            (320 * KB, 2),
            (320 * KB + 1, 3),
            (1_024 * KB, 13),
        ] {
            assert_eq!(requests_of_event(bytes), requests, "{bytes}");
        }
    }

    #[test]
    fn one_execution_is_priced_by_all_that_it_uses() {
        let plain = Execution {
            memory_mb: 128,
            storage_mb: 512,
            billed_ms: 100,
            ..Execution::default()
        };
        let price = |execution: &Execution| Usage::of(execution).price(&US_EAST_1).to_digits();
        // 0.0125 GB-s and a request.
        assert_eq!(price(&plain), "$0.000000408");
        let arm = Execution {
            architecture: Architecture::Arm64,
            ..plain
        };
        assert_eq!(price(&arm), "$0.000000367");
        // 1.5 GB of storage for 0.1 s: 0.15 GB-s at $0.0000000309.
        let storage = Execution {
            storage_mb: 2_048,
            ..plain
        };
        assert_eq!(price(&storage), "$0.000000413");
        let streamed = Execution {
            streamed: 7 * 1_024 * 1_024,
            ..plain
        };
        assert_eq!(price(&streamed), "$0.00000822");
        let restored = Execution {
            restored: true,
            ..plain
        };
        assert_eq!(price(&restored), "$0.0000179");
        let provisioned = Execution {
            provisioned: true,
            ..plain
        };
        assert_eq!(price(&provisioned), "$0.000000322");
        let large_event = Execution {
            asynchronous: Some(300 * KB),
            ..plain
        };
        assert_eq!(price(&large_event), "$0.000000608");
    }

    #[test]
    fn a_thousand_executions_are_one_times_a_thousand() {
        let usage = Usage::of(&Execution {
            memory_mb: 333,
            storage_mb: 777,
            billed_ms: 7,
            restored: true,
            streamed: 10_000_000,
            ..Execution::default()
        });
        let summed: Usage = std::iter::repeat_n(usage, 1_000).sum();
        assert_eq!(summed, usage.times(1_000));
        assert_eq!(summed.requests, 1_000);
    }
}
