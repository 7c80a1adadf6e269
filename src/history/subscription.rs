//! Following the record as it grows.

use super::{Entry, History};

/// A reader of a history that waits for what is new. Costs nothing while nothing happens.
#[derive(Debug)]
pub struct Subscription {
    history: History,
    mark: usize,
}

impl Subscription {
    pub(super) fn from(history: History, mark: usize) -> Self {
        Self { history, mark }
    }

    /// Copies of what happened since the last call, in order: at least one entry, as soon as there is one. Safe to
    /// cancel: what was not returned comes with the next call.
    pub async fn next(&mut self) -> Vec<Entry> {
        loop {
            let told = self.history.told.clone();
            let told = told.notified();
            tokio::pin!(told);
            // Whatever is recorded from here on wakes us, so nothing slips in between looking and waiting.
            told.as_mut().enable();
            let entries = self.now();
            if !entries.is_empty() {
                return entries;
            }
            told.await;
        }
    }

    /// Copies of what happened since the last call, without waiting. A reader who is so far behind that entries were
    /// dropped meanwhile goes on with the oldest that is kept.
    pub fn now(&mut self) -> Vec<Entry> {
        let entries = self.history.since(self.mark);
        if let Some(last) = entries.last() {
            self.mark = last.id.place() + 1;
        }
        entries
    }
}
