//! The one ordered record of all that happened in a Region. Grading, logs, timelines and bills are read from it.

mod event;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use event::{Event, InvocationRecord, InvocationStatus};

use crate::clock::Timestamp;

/// A handle on one record; clones share it.
#[derive(Debug, Clone, Default)]
pub struct History {
    entries: Arc<Mutex<Vec<Entry>>>,
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

impl History {
    /// Adds what happened at a time, because of something earlier or of the outside (`None`).
    #[allow(clippy::must_use_candidate)] // The entry counts; its id is for those who cause more.
    pub fn record(&self, at: Timestamp, cause: Option<EntryId>, event: Event) -> EntryId {
        let mut entries = self.lock();
        let id = EntryId(entries.len());
        entries.push(Entry { id, at, cause, event });
        id
    }

    /// How many entries there are; a mark for [`History::since`].
    #[must_use]
    pub fn mark(&self) -> usize {
        self.lock().len()
    }

    /// Copies of all entries from a mark on.
    #[must_use]
    pub fn since(&self, mark: usize) -> Vec<Entry> {
        self.lock().get(mark..).map(<[Entry]>::to_vec).unwrap_or_default()
    }

    /// A copy of one entry.
    #[must_use]
    pub fn get(&self, id: EntryId) -> Option<Entry> {
        self.lock().get(id.0).cloned()
    }

    /// Copies of all entries.
    #[must_use]
    pub fn all(&self) -> Vec<Entry> {
        self.since(0)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
