//! The X-Ray trace of an invocation, as far as it is seen without X-Ray: an id in an environment variable, a header
//! and the log.

use std::fmt;

use crate::chance::Chance;
use crate::clock::Timestamp;

/// A trace and the function's segment in it (X-Ray developer guide, "Tracing header").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// `1-`, the time in hexadecimal seconds, 24 digits.
    pub root: String,
    /// The function's segment.
    pub segment: String,
    /// Whether it is recorded: the function has active tracing.
    pub sampled: bool,
}

impl Trace {
    /// A new trace.
    pub(super) fn begin(chance: &Chance, now: Timestamp, sampled: bool) -> Self {
        Self {
            root: format!("1-{:08x}-{}", now.as_secs(), chance.hex(24)),
            segment: chance.hex(16),
            sampled,
        }
    }
}

impl fmt::Display for Trace {
    /// As in `X-Amzn-Trace-Id`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (root, segment, sampled) = (&self.root, &self.segment, u8::from(self.sampled));
        write!(f, "Root={root};Parent={segment};Sampled={sampled}")
    }
}
