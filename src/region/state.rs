//! The state of a Region, to be kept and taken up again by another run of the program.

use serde_json::Value;

use super::{Region, RegionError};
use crate::clock::Timestamp;
use crate::cloud::state::{Contents, Parts, StateError};

impl Region {
    /// Its state as it is now: buckets, tables, queues, topics, rules, log groups, metrics and functions. What runs at
    /// the moment is no part of it: environments, invocations, and asynchronous events that wait for another try.
    ///
    /// # Errors
    /// If something cannot be copied.
    pub fn save(&self, contents: &mut Contents) -> Result<Parts, StateError> {
        let mut parts = self.cloud.save(contents)?;
        let functions = self.lambda.save(&self.sources.pollers, contents)?;
        parts.insert("functions".to_owned(), functions);
        parts.insert("clock".to_owned(), Value::from(self.clock.now().as_micros()));
        Ok(parts)
    }

    /// Takes a state up. The Region must be as new.
    ///
    /// # Errors
    /// If a part or a content is missing or damaged.
    pub fn restore(&self, mut parts: Parts, contents: &Contents) -> Result<(), RegionError> {
        self.cloud.restore(&mut parts, contents)?;
        if let Some(functions) = parts.remove("functions") {
            self.lambda.restore(functions, &self.sources, contents)?;
        }
        Ok(())
    }
}

/// The time at which a Region that takes up a state begins: the computer's own, or the state's if it was ahead.
#[must_use]
pub fn time_after(parts: &Parts) -> Timestamp {
    let kept = parts.get("clock").and_then(Value::as_u64).unwrap_or_default();
    Timestamp::system().max(Timestamp::from_micros(kept))
}
