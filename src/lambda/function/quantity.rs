//! Quantities of a function's configuration that keep their range.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::lambda::error::ApiError;

/// `MemorySize`: 128 to 10,240 MB in steps of 1 MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MemorySize(u32);

/// `Timeout`: 1 to 900 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timeout(u32);

/// `EphemeralStorage.Size`: what `/tmp` holds, 512 to 10,240 MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EphemeralStorage(u32);

impl MemorySize {
    /// 128 MB, the default.
    pub const DEFAULT: Self = Self(128);

    /// A size in MB.
    ///
    /// # Errors
    ///
    /// Lambda's validation error where it is out of range.
    pub fn new(mb: u32) -> Result<Self, ApiError> {
        match mb {
            128..=10_240 => Ok(Self(mb)),
            0..128 => Err(out_of_range("memorySize", mb, "greater than or equal to 128")),
            _ => Err(out_of_range("memorySize", mb, "less than or equal to 10240")),
        }
    }

    /// In MB.
    #[must_use]
    pub const fn mb(self) -> u32 {
        self.0
    }

    /// In bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        u64::from(self.0) * 1024 * 1024
    }

    /// The share of a CPU that comes with it: 1 at 1,769 MB. A single thread gains nothing beyond that.
    #[must_use]
    pub fn cpu_share(self) -> f64 {
        const ONE_CPU_MB: f64 = 1_769.0;
        (f64::from(self.0) / ONE_CPU_MB).min(1.0)
    }
}

impl Timeout {
    /// 3 seconds, the default.
    pub const DEFAULT: Self = Self(3);

    /// A timeout in seconds.
    ///
    /// # Errors
    ///
    /// Lambda's validation error where it is out of range.
    pub fn new(seconds: u32) -> Result<Self, ApiError> {
        match seconds {
            1..=900 => Ok(Self(seconds)),
            0 => Err(out_of_range("timeout", seconds, "greater than or equal to 1")),
            _ => Err(out_of_range("timeout", seconds, "less than or equal to 900")),
        }
    }

    /// In seconds.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0
    }

    /// As a span of time.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0))
    }
}

impl EphemeralStorage {
    /// 512 MB, the default, which costs nothing.
    pub const DEFAULT: Self = Self(512);

    /// A size in MB.
    ///
    /// # Errors
    ///
    /// Lambda's validation error where it is out of range.
    pub fn new(mb: u32) -> Result<Self, ApiError> {
        match mb {
            512..=10_240 => Ok(Self(mb)),
            0..512 => Err(out_of_range(
                "ephemeralStorage.size",
                mb,
                "greater than or equal to 512",
            )),
            _ => Err(out_of_range("ephemeralStorage.size", mb, "less than or equal to 10240")),
        }
    }

    /// In MB.
    #[must_use]
    pub const fn mb(self) -> u32 {
        self.0
    }

    /// In bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        u64::from(self.0) * 1024 * 1024
    }
}

fn out_of_range(field: &str, value: u32, constraint: &str) -> ApiError {
    ApiError::validation(format!(
        "Value '{value}' at '{field}' failed to satisfy constraint: Member must have value {constraint}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_timeouts_keep_their_range() {
        assert_eq!(MemorySize::new(128).unwrap().mb(), 128);
        assert_eq!(Timeout::new(900).unwrap().seconds(), 900);
        let error = MemorySize::new(64).unwrap_err();
        assert_eq!(
            error.message(),
            "1 validation error detected: Value '64' at 'memorySize' failed to satisfy constraint: Member must have \
             value greater than or equal to 128"
        );
        assert!(MemorySize::new(10_241).is_err());
        assert!(Timeout::new(0).is_err());
        assert!(Timeout::new(901).is_err());
        assert!(EphemeralStorage::new(511).is_err());
        assert_eq!(EphemeralStorage::DEFAULT.bytes(), 536_870_912);
    }

    #[test]
    fn cpu_follows_memory_up_to_one() {
        assert!((MemorySize::new(1769).unwrap().cpu_share() - 1.0).abs() < 1e-9);
        assert!((MemorySize::new(10_240).unwrap().cpu_share() - 1.0).abs() < 1e-9);
        assert!(MemorySize::DEFAULT.cpu_share() < 0.08);
    }
}
