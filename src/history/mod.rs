//! The one ordered record of all that happened in a Region. Grading, logs, timelines and bills are read from it.

mod bill;
mod event;
mod index;
mod limit;
mod subscription;
mod timeline;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

pub use event::{Event, InitOutcome, InvocationRecord, InvocationStatus, Phase, Restore};
pub use limit::{Accountant, Limit};
pub use subscription::Subscription;
pub use timeline::{Moment, timeline};

use self::bill::Tally;
use self::index::Index;
use crate::clock::Timestamp;
use crate::price::Usage;

/// A handle on one record; clones share it.
#[derive(Debug, Clone, Default)]
pub struct History {
    record: Arc<Mutex<Record>>,
    /// Told of each new entry.
    told: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Record {
    /// The latest; all of them without a limit.
    entries: VecDeque<Entry>,
    /// How many came before them and are dropped.
    dropped: usize,
    index: Index,
    limit: Option<Limit>,
    /// What the entries take, counted only where there is a limit.
    bytes: usize,
    /// What the dropped ones used.
    used: Tally,
    accountants: Vec<Arc<dyn Accountant>>,
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
    /// The place in the record, from 0. It stays the same when entries before it are dropped.
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
            let id = EntryId(record.end());
            let cause = record.index.retry_of(&event).or(cause);
            let cause = cause.or_else(|| record.index.cause_of(&event));
            record.index.add(id, &event);
            record.push(Entry { id, at, cause, event });
            id
        };
        self.told.notify_waiters();
        id
    }

    /// Keeps only the latest entries from now on. Whoever subscribed and has not read what is dropped misses it; ids,
    /// causes, [`History::usage`] and what an [`Accountant`] counts stay right.
    pub fn keep(&self, limit: Limit) {
        let mut record = self.lock();
        record.limit = Some(limit);
        record.bytes = record.entries.iter().map(|entry| limit::weight(&entry.event)).sum();
        record.drop_oldest();
    }

    /// Tells an accountant of each entry that is dropped from now on.
    pub fn account(&self, accountant: Arc<dyn Accountant>) {
        self.lock().accountants.push(accountant);
    }

    /// How many entries there were so far; a mark for [`History::since`].
    #[must_use]
    pub fn mark(&self) -> usize {
        self.lock().end()
    }

    /// Copies of all entries from a mark on that are kept.
    #[must_use]
    pub fn since(&self, mark: usize) -> Vec<Entry> {
        let record = self.lock();
        let skipped = mark.saturating_sub(record.dropped);
        record.entries.iter().skip(skipped).cloned().collect()
    }

    /// A copy of one entry; `None` where it is dropped.
    #[must_use]
    pub fn get(&self, id: EntryId) -> Option<Entry> {
        self.lock().entry(id).cloned()
    }

    /// Copies of all entries that are kept.
    #[must_use]
    pub fn all(&self) -> Vec<Entry> {
        self.since(0)
    }

    /// What everything that ever happened used up to a time, whether its entries are kept or not.
    #[must_use]
    pub fn usage(&self, until: Timestamp) -> Usage {
        let record = self.lock();
        let mut tally = record.used.clone();
        for entry in &record.entries {
            tally.add(entry);
        }
        tally.until(until)
    }

    /// Reads the entries that are kept, in order. None is added or dropped meanwhile; `read` must not use this history.
    pub fn read<T>(&self, read: impl FnOnce(&mut dyn Iterator<Item = &Entry>) -> T) -> T {
        read(&mut self.lock().entries.iter())
    }

    /// What is wanted of the entries, in order. `choose` must not use this history.
    #[must_use]
    pub fn choose<T>(&self, choose: impl FnMut(&Entry) -> Option<T>) -> Vec<T> {
        self.read(|entries| entries.filter_map(choose).collect())
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
            match record.entry(*id).map(|entry| &entry.event) {
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
    /// The place of the next entry.
    fn end(&self) -> usize {
        self.dropped + self.entries.len()
    }

    fn entry(&self, id: EntryId) -> Option<&Entry> {
        self.entries.get(id.0.checked_sub(self.dropped)?)
    }

    fn push(&mut self, entry: Entry) {
        if self.limit.is_some() {
            self.bytes += limit::weight(&entry.event);
        }
        self.entries.push_back(entry);
        self.drop_oldest();
    }

    fn drop_oldest(&mut self) {
        while self
            .limit
            .is_some_and(|limit| limit.is_passed_by(self.entries.len(), self.bytes))
        {
            let Some(oldest) = self.entries.pop_front() else {
                return;
            };
            self.dropped += 1;
            self.bytes -= limit::weight(&oldest.event);
            self.index.remove_oldest(&oldest.event);
            self.used.add(&oldest);
            for accountant in &self.accountants {
                accountant.count(&oldest);
            }
        }
    }

    fn copies<'a>(&self, ids: impl Iterator<Item = &'a EntryId>) -> Vec<Entry> {
        ids.filter_map(|id| self.entry(*id)).cloned().collect()
    }
}

#[cfg(test)]
pub(crate) mod tests;
