//! How much of a record is kept where it would grow for days.

use std::fmt;

use serde_json::Value;

use super::{Entry, Event};

/// How much is kept at most. The latest entry always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many entries.
    pub entries: usize,
    /// How many bytes they take, payloads and log lines included, as far as can be told without looking at the
    /// allocator.
    pub bytes: usize,
}

impl Limit {
    /// For a Region that stays: some hours of a busy one.
    pub const STAYING: Self = Self {
        entries: 100_000,
        bytes: 256 * 1024 * 1024,
    };

    pub(super) const fn is_passed_by(self, entries: usize, bytes: usize) -> bool {
        entries > 1 && (entries > self.entries || bytes > self.bytes)
    }
}

/// Told of each entry that the record drops, so that what is counted from the record loses nothing.
pub trait Accountant: fmt::Debug + Send + Sync {
    /// Counts an entry. It must not use the history.
    fn count(&self, dropped: &Entry);
}

/// What an entry takes, in bytes. It does not change.
pub(super) fn weight(event: &Event) -> usize {
    let own = match event {
        Event::InvocationEnded(record) => {
            size_of_val(record.as_ref()) + record.event.len() + record.payload.len() + 4 * ID
        }
        Event::Logged { message, stream, .. } => message.len() + stream.len() + 2 * ID,
        Event::ServiceCall { parameters, .. } => weight_of(parameters) + 2 * ID,
        _ => 4 * ID,
    };
    size_of::<Entry>() + own
}

/// About what a name or an id takes.
const ID: usize = 40;

fn weight_of(value: &Value) -> usize {
    let inner = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight_of).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + weight_of(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    size_of::<Value>() + inner
}
