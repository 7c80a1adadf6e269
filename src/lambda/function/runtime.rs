//! What a function runs on.

use std::fmt;

use serde::{Deserialize, Serialize};

pub use crate::price::Architecture;

/// `Runtime`, as `python3.14` or `provided.al2023`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runtime(String);

/// `AWS_LAMBDA_INITIALIZATION_TYPE`: what an environment was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InitializationType {
    /// An invocation that found no idle environment.
    #[default]
    OnDemand,
    /// `ProvisionedConcurrencyConfig`: initialised before any invocation.
    ProvisionedConcurrency,
    /// Restored from a snapshot that was taken after initialisation.
    SnapStart,
}

impl Runtime {
    /// The runtime that functions have unless they say otherwise.
    #[must_use]
    pub fn python() -> Self {
        Self("python3.14".to_owned())
    }

    /// A runtime by its identifier.
    #[must_use]
    pub fn named(identifier: &str) -> Self {
        Self(identifier.to_owned())
    }

    /// The runtime of functions that bring their own executable.
    #[must_use]
    pub fn provided() -> Self {
        Self("provided.al2023".to_owned())
    }

    /// Whether it has no language of its own: the function brings an executable.
    #[must_use]
    pub fn is_os_only(&self) -> bool {
        self.0.starts_with("provided")
    }

    /// Whether `SnapStart` is for it: of Python, "3.12 and later".
    #[must_use]
    pub fn starts_from_snapshots(&self) -> bool {
        let minor = self.0.strip_prefix("python3.").map(str::parse::<u32>);
        matches!(minor, Some(Ok(12..)))
    }

    /// Its language or family and its version, with a colon between, as in `INIT_START`: `python:3.14`.
    #[must_use]
    pub fn spaced(&self) -> String {
        if let Some((family, version)) = self.0.split_once('.').filter(|_| self.is_os_only()) {
            return format!("{family}:{version}");
        }
        let digits = self.0.find(|c: char| c.is_ascii_digit()).unwrap_or(self.0.len());
        let (language, version) = self.0.split_at(digits);
        format!("{language}:{version}")
    }

    /// Its identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl InitializationType {
    /// As handlers see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnDemand => "on-demand",
            Self::ProvisionedConcurrency => "provisioned-concurrency",
            Self::SnapStart => "snap-start",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtimes_are_named_with_a_colon() {
        assert_eq!(Runtime::python().spaced(), "python:3.14");
        assert_eq!(Runtime::provided().spaced(), "provided:al2023");
        assert!(Runtime::provided().is_os_only() && !Runtime::python().is_os_only());
    }

    #[test]
    fn new_pythons_start_from_snapshots() {
        assert!(Runtime::python().starts_from_snapshots() && Runtime::named("python3.12").starts_from_snapshots());
        assert!(!Runtime::named("python3.9").starts_from_snapshots() && !Runtime::provided().starts_from_snapshots());
    }
}
