//! The one ordered record of all that happened in a Region. Grading, logs, timelines and bills are read from it.

mod bill;
mod event;
mod index;
mod subscription;
mod timeline;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

pub use bill::usage;
pub use event::{Event, InitOutcome, InvocationRecord, InvocationStatus, Phase, Restore};
pub use subscription::Subscription;
pub use timeline::{Moment, timeline};

use self::index::Index;
use crate::clock::Timestamp;

/// A handle on one record; clones share it.
#[derive(Debug, Clone, Default)]
pub struct History {
    record: Arc<Mutex<Record>>,
    /// Told of each new entry.
    told: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Record {
    entries: Vec<Entry>,
    index: Index,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its place, from 0.
    pub id: EntryId,
    /// The virtual time.
    pub at: Timestamp,
    /// What led to it.
    pub cause: Option<EntryId>,
    /// What happened.
    pub event: Event,
}

/// The place of an entry in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(usize);

impl EntryId {
    /// The place in the record, from 0.
    #[must_use]
    pub const fn place(self) -> usize {
        self.0
    }
}

impl History {
    /// Adds what happened at a time.
    ///
    /// The cause is what led to it. The record finds those that follow from itself: an environment's calls and log lines
    /// belong to the invocation that it has, an end to its start, a retry to the failure before it, and a later attempt
    /// to the retry, whatever the first one came from. `None` is left for what the outside did.
    #[allow(clippy::must_use_candidate)] // The entry counts; its id is for those who cause more.
    pub fn record(&self, at: Timestamp, cause: Option<EntryId>, event: Event) -> EntryId {
        let id = {
            let mut record = self.lock();
            let id = EntryId(record.entries.len());
            let cause = record.index.retry_of(&event).or(cause);
            let cause = cause.or_else(|| record.index.cause_of(&event));
            record.index.add(id, &event);
            record.entries.push(Entry { id, at, cause, event });
            id
        };
        self.told.notify_waiters();
        id
    }

    /// How many entries there are; a mark for [`History::since`].
    #[must_use]
    pub fn mark(&self) -> usize {
        self.lock().entries.len()
    }

    /// Copies of all entries from a mark on.
    #[must_use]
    pub fn since(&self, mark: usize) -> Vec<Entry> {
        self.lock()
            .entries
            .get(mark..)
            .map(<[Entry]>::to_vec)
            .unwrap_or_default()
    }

    /// A copy of one entry.
    #[must_use]
    pub fn get(&self, id: EntryId) -> Option<Entry> {
        self.lock().entries.get(id.0).cloned()
    }

    /// Copies of all entries.
    #[must_use]
    pub fn all(&self) -> Vec<Entry> {
        self.since(0)
    }

    /// What is wanted of the entries, in order. `choose` must not use this history.
    #[must_use]
    pub fn choose<T>(&self, choose: impl FnMut(&Entry) -> Option<T>) -> Vec<T> {
        self.lock().entries.iter().filter_map(choose).collect()
    }

    /// Copies of what concerns a request: its attempts, their log lines, its retries.
    #[must_use]
    pub fn of_request(&self, request_id: &str) -> Vec<Entry> {
        let record = self.lock();
        record.copies(record.index.request(request_id))
    }

    /// Copies of what concerns an environment: its birth and end, its invocations, log lines and calls.
    #[must_use]
    pub fn of_environment(&self, environment: &str) -> Vec<Entry> {
        let record = self.lock();
        record.copies(record.index.environment(environment))
    }

    /// The log of an invocation that is over: what its environment wrote since the one before it was over, and so
    /// also what initialising the environment for it wrote.
    #[must_use]
    pub fn log_of(&self, invocation: &InvocationRecord) -> Vec<String> {
        let record = self.lock();
        let mut log = Vec::new();
        for id in record.index.environment(&invocation.environment) {
            match record.entries.get(id.0).map(|entry| &entry.event) {
                Some(Event::Logged { message, .. }) => log.push(message.clone()),
                Some(Event::InvocationEnded(ended)) => {
                    if (&ended.request_id, ended.attempt) == (&invocation.request_id, invocation.attempt) {
                        break;
                    }
                    log.clear();
                }
                _ => {}
            }
        }
        log
    }

    /// The entry of the invocation that an environment has now.
    #[must_use]
    pub fn running(&self, environment: &str) -> Option<EntryId> {
        self.lock().index.running(environment)
    }

    /// The entry of the end of a request's last attempt.
    #[must_use]
    pub fn ended(&self, request_id: &str) -> Option<EntryId> {
        self.lock().index.ended(request_id)
    }

    /// Follows the record from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        Subscription::from(self.clone(), self.mark())
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    fn copies(&self, ids: &[EntryId]) -> Vec<Entry> {
        ids.iter().filter_map(|id| self.entries.get(id.0)).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
