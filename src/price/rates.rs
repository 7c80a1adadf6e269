//! The price list of a Region.

use super::money::Rate;
use super::quantity::{GbSeconds, Gigabytes, PerArchitecture};

/// What things cost in one Region, without the free tier.
#[derive(Debug)]
pub struct Rates {
    /// As `us-east-1`.
    pub region: &'static str,
    /// For one request.
    pub request: Rate,
    /// For a GB-second of duration, by the month's total for the architecture.
    pub duration: PerArchitecture<&'static [Tier]>,
    /// For a GB-second of ephemeral storage above 512 MB.
    pub storage: Rate,
    /// For a GB-second of provisioned concurrency, used or not.
    pub provisioned: PerArchitecture<Rate>,
    /// For a GB-second of duration in provisioned environments.
    pub provisioned_duration: PerArchitecture<Rate>,
    /// For a GB-second of a SnapStart snapshot that is kept.
    pub snapshot: Rate,
    /// For a GB of memory restored from a snapshot.
    pub restore: Rate,
    /// For a GB written to response streams beyond the first 6 MB of each.
    pub streaming: Rate,
    /// What is free each month.
    pub free: FreeTier,
}

/// A step of a rate that falls with the month's total.
#[derive(Debug, Clone, Copy)]
pub struct Tier {
    /// Where the step ends; `None` for the last.
    pub up_to: Option<GbSeconds>,
    /// For a GB-second in it.
    pub rate: Rate,
}

/// What is free each month, for ever. It does not apply to functions with provisioned concurrency.
#[derive(Debug, Clone, Copy)]
pub struct FreeTier {
    /// Requests.
    pub requests: u64,
    /// Duration, of both architectures together.
    pub duration: GbSeconds,
    /// Data in response streams.
    pub streaming: Gigabytes,
}

const fn rate(ten_billionths: u64) -> Rate {
    Rate::ten_billionths(ten_billionths)
}

const fn up_to(million_gb_seconds: u64, ten_billionths: u64) -> Tier {
    Tier {
        up_to: Some(GbSeconds::whole(million_gb_seconds * 1_000_000)),
        rate: rate(ten_billionths),
    }
}

const fn beyond(ten_billionths: u64) -> Tier {
    Tier {
        up_to: None,
        rate: rate(ten_billionths),
    }
}

/// US East (N. Virginia). Pricing page and AWS Price List of service `AWSLambda`, 2026-09.
pub static US_EAST_1: Rates = Rates {
    region: "us-east-1",
    request: rate(2_000),
    duration: PerArchitecture {
        x86_64: &[up_to(6_000, 166_667), up_to(15_000, 150_000), beyond(133_334)],
        arm64: &[up_to(7_500, 133_334), up_to(18_750, 120_001), beyond(106_667)],
    },
    storage: rate(309),
    provisioned: PerArchitecture {
        x86_64: rate(41_667),
        arm64: rate(33_334),
    },
    provisioned_duration: PerArchitecture {
        x86_64: rate(97_222),
        arm64: rate(77_778),
    },
    snapshot: rate(15_046),
    restore: rate(1_397_998),
    streaming: rate(80_000_000),
    free: FreeTier {
        requests: 1_000_000,
        duration: GbSeconds::whole(400_000),
        streaming: Gigabytes::of_mb(100 * 1_024),
    },
};

impl Rates {
    /// The price list of a Region, where it is known.
    #[must_use]
    pub fn of(region: &str) -> Option<&'static Self> {
        [&US_EAST_1].into_iter().find(|rates| rates.region == region)
    }
}
