//! What a function runs on.

use std::fmt;

pub use crate::price::Architecture;

/// `Runtime`, as `python3.14` or `provided.al2023`.
#[derive(Debug, Clone, PartialEq, Eq)]
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
