//! What is counted: requests, memory or storage over time, data.

use std::fmt;
use std::ops::{Add, AddAssign, Mul};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::money::{Rate, Usd, with_commas};

/// `Architectures`: one of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Architecture {
    /// `x86_64`, the default.
    #[default]
    X86_64,
    /// `arm64`, a fifth cheaper for each GB-second.
    Arm64,
}

impl Architecture {
    /// As in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::X86_64 => Self::Arm64,
            Self::Arm64 => Self::X86_64,
        }
    }
}

/// What of a function's configuration its price depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// `Architectures`.
    pub architecture: Architecture,
    /// `MemorySize` in MB.
    pub memory_mb: u32,
}

/// Something that there is for each architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerArchitecture<T> {
    /// For `x86_64`.
    pub x86_64: T,
    /// For `arm64`.
    pub arm64: T,
}

impl<T: Copy> PerArchitecture<T> {
    /// That of one architecture.
    #[must_use]
    pub const fn of(&self, architecture: Architecture) -> T {
        match architecture {
            Architecture::X86_64 => self.x86_64,
            Architecture::Arm64 => self.arm64,
        }
    }
}

impl<T: Default> PerArchitecture<T> {
    /// Something for one architecture, nothing for the other.
    #[must_use]
    pub fn only(architecture: Architecture, value: T) -> Self {
        let mut both = Self::default();
        match architecture {
            Architecture::X86_64 => both.x86_64 = value,
            Architecture::Arm64 => both.arm64 = value,
        }
        both
    }
}

impl<T: AddAssign> AddAssign for PerArchitecture<T> {
    fn add_assign(&mut self, other: Self) {
        self.x86_64 += other.x86_64;
        self.arm64 += other.arm64;
    }
}

/// Memory or storage over time. Exact: counted in megabytes times milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct GbSeconds {
    mb_ms: u128,
}

/// Megabyte-milliseconds in a GB-second: 1 GB is 1,024 MB here.
const GB_SECOND: u128 = 1_024 * 1_000;

impl GbSeconds {
    /// A whole number of GB-seconds.
    #[must_use]
    pub const fn whole(gb_seconds: u64) -> Self {
        Self {
            mb_ms: gb_seconds as u128 * GB_SECOND,
        }
    }

    /// So many megabytes for so many milliseconds.
    #[must_use]
    pub const fn new(mb: u32, milliseconds: u64) -> Self {
        Self {
            mb_ms: mb as u128 * milliseconds as u128,
        }
    }

    /// So many megabytes for a span of time, each begun millisecond counted.
    #[must_use]
    pub fn over(mb: u32, span: Duration) -> Self {
        Self {
            mb_ms: u128::from(mb) * span.as_nanos().div_ceil(1_000_000),
        }
    }

    /// What it costs at a rate for a GB-second.
    #[must_use]
    pub const fn at(self, rate: Rate) -> Usd {
        rate.of(self.mb_ms, GB_SECOND)
    }

    /// What is left of it without `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self {
            mb_ms: self.mb_ms.saturating_sub(other.mb_ms),
        }
    }

    /// As a floating-point number, for JSON.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn as_f64(self) -> f64 {
        self.mb_ms as f64 / GB_SECOND as f64
    }
}

impl Add for GbSeconds {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            mb_ms: self.mb_ms.saturating_add(other.mb_ms),
        }
    }
}

impl AddAssign for GbSeconds {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Mul<u64> for GbSeconds {
    type Output = Self;

    fn mul(self, count: u64) -> Self {
        Self {
            mb_ms: self.mb_ms.saturating_mul(u128::from(count)),
        }
    }
}

/// Data, in bytes; 1 GB is 1,024 MB of 1,024 KB each, as in the examples of the pricing page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Gigabytes {
    bytes: u128,
}

const GB: u128 = 1 << 30;
const MB: u128 = 1 << 20;

impl Gigabytes {
    /// So many bytes.
    #[must_use]
    pub const fn of_bytes(bytes: u128) -> Self {
        Self { bytes }
    }

    /// So many megabytes.
    #[must_use]
    pub const fn of_mb(mb: u32) -> Self {
        Self { bytes: mb as u128 * MB }
    }

    /// What it costs at a rate for a GB.
    #[must_use]
    pub const fn at(self, rate: Rate) -> Usd {
        rate.of(self.bytes, GB)
    }

    /// What is left of it without `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_sub(other.bytes),
        }
    }

    /// As a floating-point number of GB, for JSON.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn as_f64(self) -> f64 {
        self.bytes as f64 / GB as f64
    }
}

impl AddAssign for Gigabytes {
    fn add_assign(&mut self, other: Self) {
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

impl Mul<u64> for Gigabytes {
    type Output = Self;

    fn mul(self, count: u64) -> Self {
        Self {
            bytes: self.bytes.saturating_mul(u128::from(count)),
        }
    }
}

/// A quantity of whatever kind, as it stands on a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// A number of requests.
    Requests(u64),
    /// Memory or storage over time.
    GbSeconds(GbSeconds),
    /// Data.
    Gigabytes(Gigabytes),
}

impl Quantity {
    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.as_f64() == 0.0
    }

    /// As a floating-point number, for JSON.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Requests(count) => count as f64,
            Self::GbSeconds(quantity) => quantity.as_f64(),
            Self::Gigabytes(quantity) => quantity.as_f64(),
        }
    }

    /// What its rate is for.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Requests(_) => "request",
            Self::GbSeconds(_) => "GB-s",
            Self::Gigabytes(_) => "GB",
        }
    }

    /// What it costs at a rate for its unit.
    #[must_use]
    pub const fn at(self, rate: Rate) -> Usd {
        match self {
            Self::Requests(count) => rate.times(count as u128),
            Self::GbSeconds(quantity) => quantity.at(rate),
            Self::Gigabytes(quantity) => quantity.at(rate),
        }
    }
}

impl fmt::Display for Quantity {
    /// As `1,000,000` or `100,000 GB-s`, with decimals only where there are few whole ones.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Requests(count) => with_commas(u128::from(*count)),
            Self::GbSeconds(quantity) => format!("{} GB-s", decimal(quantity.mb_ms, GB_SECOND)),
            Self::Gigabytes(quantity) => format!("{} GB", decimal(quantity.bytes, GB)),
        };
        f.pad(&text)
    }
}

/// A fraction in decimals: whole from 100 on, three digits that count below.
fn decimal(numerator: u128, denominator: u128) -> String {
    let decimals = match numerator / denominator {
        100.. => 0,
        10..100 => 1,
        1..10 => 2,
        0 => 3,
    };
    let scale = 10_u128.pow(decimals);
    let scaled = numerator.saturating_mul(scale).saturating_add(denominator / 2) / denominator;
    if scaled == 0 && numerator > 0 {
        return "< 0.001".to_owned();
    }
    let whole = with_commas(scaled / scale);
    let width = usize::try_from(decimals).unwrap_or(0);
    let part = format!("{:0width$}", scaled % scale);
    let part = if decimals == 0 { "" } else { part.trim_end_matches('0') };
    if part.is_empty() {
        whole
    } else {
        format!("{whole}.{part}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_exact_and_readable() {
        let million = GbSeconds::new(512, 200) * 1_000_000;
        assert_eq!(million, GbSeconds::whole(100_000));
        assert_eq!(Quantity::GbSeconds(million).to_string(), "100,000 GB-s");
        assert_eq!(Quantity::GbSeconds(GbSeconds::new(128, 1)).to_string(), "< 0.001 GB-s");
        assert_eq!(Quantity::GbSeconds(GbSeconds::new(128, 2_000)).to_string(), "0.25 GB-s");
        assert_eq!(
            Quantity::GbSeconds(GbSeconds::new(1_024, 12_300)).to_string(),
            "12.3 GB-s"
        );
        assert_eq!(Quantity::Requests(1_234_567).to_string(), "1,234,567");
        assert_eq!(Quantity::Gigabytes(Gigabytes::of_mb(2_560)).to_string(), "2.5 GB");
        assert!(Quantity::Requests(0).is_zero());
    }

    #[test]
    fn a_begun_millisecond_counts() {
        assert_eq!(
            GbSeconds::over(128, Duration::from_micros(1_001)),
            GbSeconds::new(128, 2)
        );
    }
}
