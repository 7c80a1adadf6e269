//! A point in virtual time.

use std::ops::{Add, Sub};
use std::time::Duration;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp {
    micros: u64,
}

impl Timestamp {
    /// From microseconds since the epoch.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self { micros }
    }

    /// The computer's own time now.
    #[must_use]
    pub fn system() -> Self {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            micros: u64::try_from(since.as_micros()).unwrap_or(u64::MAX),
        }
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.micros
    }

    /// Milliseconds since the epoch, rounded down.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.micros / 1_000
    }

    /// Seconds since the epoch, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.micros / 1_000_000
    }

    /// As `2026-01-01T00:00:00.000Z`, the form of most AWS events.
    #[must_use]
    pub fn iso_millis(self) -> String {
        self.format("%Y-%m-%dT%H:%M:%S.%3fZ")
    }

    /// As `2026-01-01T00:00:00Z`, the form of EventBridge.
    #[must_use]
    pub fn iso_seconds(self) -> String {
        self.format("%Y-%m-%dT%H:%M:%SZ")
    }

    /// By a `strftime` format, in UTC.
    #[must_use]
    pub fn format(self, format: &str) -> String {
        let micros = i64::try_from(self.micros).unwrap_or(i64::MAX);
        jiff::Timestamp::from_microsecond(micros)
            .map(|at| at.to_zoned(TimeZone::UTC).strftime(format).to_string())
            .unwrap_or_default()
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self {
            micros: self
                .micros
                .saturating_add(u64::try_from(span.as_micros()).unwrap_or(u64::MAX)),
        }
    }
}

impl Sub for Timestamp {
    type Output = Duration;

    /// The span from `earlier` to `self`; zero if it is later.
    fn sub(self, earlier: Self) -> Duration {
        Duration::from_micros(self.micros.saturating_sub(earlier.micros))
    }
}
