//! Amazon CloudWatch Logs: groups, streams, events, filters.
//!
//! Shapes and errors follow the CloudWatch Logs API Reference. Lines in the embedded metric format become metrics.

mod api;
mod filter;
mod state;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::filter::Filter;

use serde::{Deserialize, Serialize};

use super::cloudwatch::CloudWatch;
use super::core::Core;
use crate::clock::Timestamp;

/// The log groups of the account.
#[derive(Debug)]
pub struct Logs {
    core: Core,
    metrics: CloudWatch,
    /// By name.
    groups: Mutex<BTreeMap<String, Group>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Group {
    created: Timestamp,
    retention_days: Option<i64>,
    tags: BTreeMap<String, String>,
    /// By name.
    streams: BTreeMap<String, Stream>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stream {
    created: Timestamp,
    events: Vec<LogEvent>,
}

/// One log event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEvent {
    /// When it happened, in milliseconds since the epoch.
    pub timestamp: u64,
    /// When it was written, in milliseconds since the epoch.
    pub ingested: u64,
    /// The message, perhaps of several lines.
    pub message: String,
    /// Its number in the Region, from 0.
    pub number: u64,
}

impl Group {
    fn new(created: Timestamp) -> Self {
        Self {
            created,
            retention_days: None,
            tags: BTreeMap::new(),
            streams: BTreeMap::new(),
        }
    }
}

impl Logs {
    pub(super) fn new(core: &Core, metrics: &CloudWatch) -> Self {
        Self {
            core: core.clone(),
            metrics: metrics.clone(),
            groups: Mutex::default(),
        }
    }

    /// Writes an event of a function, creating group and stream if need be.
    pub fn append(&self, group: &str, stream: &str, at: Timestamp, message: &str) {
        let now = self.core.now();
        {
            let mut groups = self.lock();
            let group = groups.entry(group.to_owned()).or_insert_with(|| Group::new(now));
            let stream = group
                .streams
                .entry(stream.to_owned())
                .or_insert_with(|| Stream::new(now));
            stream.push(at.as_millis(), now, message, &self.core);
        }
        self.metrics.extract(message);
    }

    /// The messages of a stream, in order of time.
    #[must_use]
    pub fn messages(&self, group: &str, stream: &str) -> Vec<String> {
        let groups = self.lock();
        let stream = groups.get(group).and_then(|group| group.streams.get(stream));
        stream
            .into_iter()
            .flat_map(|stream| &stream.events)
            .map(|event| event.message.clone())
            .collect()
    }

    /// The names of a group's streams.
    #[must_use]
    pub fn streams(&self, group: &str) -> Vec<String> {
        let groups = self.lock();
        groups
            .get(group)
            .into_iter()
            .flat_map(|group| group.streams.keys())
            .cloned()
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Group>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stream {
    fn new(created: Timestamp) -> Self {
        Self {
            created,
            events: Vec::new(),
        }
    }

    /// Adds an event, keeping them in order of time.
    fn push(&mut self, timestamp: u64, now: Timestamp, message: &str, core: &Core) {
        let event = LogEvent {
            timestamp,
            ingested: now.as_millis(),
            message: message.to_owned(),
            number: core.next_number(),
        };
        let place = self.events.partition_point(|other| other.timestamp <= timestamp);
        self.events.insert(place, event);
    }
}

#[cfg(test)]
mod tests;
