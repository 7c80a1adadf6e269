//! The internal queue of a function's events: in order, and read no faster than the function has concurrency for.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Timestamp;
use crate::history::{EntryId, InvocationRecord};
use crate::lambda::reference::FunctionRef;
use crate::lambda::service::Invocation;

/// An event on its way through the queue.
#[derive(Debug, Clone)]
pub(super) struct QueuedEvent {
    /// The function, version or alias that was invoked.
    pub(super) function: FunctionRef,
    /// The same at each attempt.
    pub(super) request_id: String,
    pub(super) invocation: Invocation,
    /// When it was accepted.
    pub(super) queued: Timestamp,
    /// Attempts that ran.
    pub(super) attempts: u32,
    /// Attempts that did not, in a row.
    pub(super) throttles: u32,
    /// The last attempt that ran.
    pub(super) last: Option<InvocationRecord>,
    /// The entry of what led to the next attempt, or to the end.
    pub(super) cause: Option<EntryId>,
    /// Its place in the queue, which it keeps when it is put back.
    pub(super) place: Option<u64>,
}

/// The queues of all functions, by name.
#[derive(Debug, Default)]
pub(in crate::lambda) struct EventQueues {
    queues: Mutex<BTreeMap<String, EventQueue>>,
}

#[derive(Debug, Default)]
struct EventQueue {
    /// Those that may be read, as they came.
    due: BTreeMap<u64, QueuedEvent>,
    /// Those that may be read later, by when.
    later: BTreeMap<(Timestamp, u64), QueuedEvent>,
    next: u64,
    running: usize,
    /// As many as may run at once after a throttle ("Lambda reduces the rate at which it reads events from the
    ceiling: Option<usize>,
    /// Somebody reads, so nobody else has to.
    reading: bool,
}

impl EventQueues {
    /// Puts an event in, to be read at a time.
    pub(super) fn put(&self, at: Timestamp, mut event: QueuedEvent) {
        let mut queues = self.lock();
        let queue = queues.entry(event.function.name.clone()).or_default();
        let place = *event.place.get_or_insert(queue.next);
        queue.next = queue.next.max(place + 1);
        queue.later.insert((at, place), event);
    }

    /// Whether the caller is the one to read now. It must go on until [`EventQueues::take`] gives nothing.
    pub(super) fn begin_reading(&self, function: &str) -> bool {
        let mut queues = self.lock();
        let queue = queues.entry(function.to_owned()).or_default();
        !std::mem::replace(&mut queue.reading, true)
    }

    /// The next event, if one may be read now; else reading is over.
    pub(super) fn take(&self, function: &str, now: impl FnOnce() -> Timestamp) -> Option<QueuedEvent> {
        let mut queues = self.lock();
        // Asked here, so that whatever was put in before this look is due by it.
        let now = now();
        let queue = queues.get_mut(function)?;
        while let Some(first) = queue.later.first_entry().filter(|first| first.key().0 <= now) {
            let ((_, place), event) = first.remove_entry();
            queue.due.insert(place, event);
        }
        let free = queue.ceiling.is_none_or(|ceiling| queue.running < ceiling);
        let event = if free { queue.due.pop_first() } else { None };
        queue.reading = event.is_some();
        event.map(|(_, event)| event)
    }

    /// An attempt runs.
    pub(super) fn started(&self, function: &str) {
        if let Some(queue) = self.lock().get_mut(function) {
            queue.running += 1;
        }
    }

    /// It is over.
    pub(super) fn ended(&self, function: &str) {
        if let Some(queue) = self.lock().get_mut(function) {
            queue.running -= 1;
        }
    }

    /// There was no concurrency for an event: no more is read until a running one ends, or, where only time helps,
    /// until [`EventQueues::lift`].
    pub(super) fn throttled(&self, function: &str, time_helps_only: bool) {
        if let Some(queue) = self.lock().get_mut(function) {
            queue.ceiling = Some(if time_helps_only { 0 } else { queue.running });
        }
    }

    pub(super) fn lift(&self, function: &str) {
        if let Some(queue) = self.lock().get_mut(function) {
            queue.ceiling = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, EventQueue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn event(request_id: &str) -> QueuedEvent {
        QueuedEvent {
            function: FunctionRef {
                name: "f".to_owned(),
                qualifier: None,
            },
            request_id: request_id.to_owned(),
            invocation: Invocation::default(),
            queued: at(0),
            attempts: 0,
            throttles: 0,
            last: None,
            cause: None,
            place: None,
        }
    }

    fn take(queues: &EventQueues, now: u64) -> Option<String> {
        queues.begin_reading("f");
        queues.take("f", || at(now)).map(|event| event.request_id)
    }

    #[test]
    fn events_come_when_they_are_due_and_then_in_order() {
        let queues = EventQueues::default();
        queues.put(at(60), event("retry"));
        queues.put(at(1), event("a"));
        queues.put(at(1), event("b"));
        assert_eq!(take(&queues, 0), None);
        assert_eq!(take(&queues, 1).as_deref(), Some("a"));
        assert_eq!(take(&queues, 70).as_deref(), Some("retry"), "it keeps its place");
        assert_eq!(take(&queues, 70).as_deref(), Some("b"));
    }

    #[test]
    fn after_a_throttle_a_running_one_must_end_first() {
        let queues = EventQueues::default();
        for name in ["a", "b", "c", "d"] {
            queues.put(at(0), event(name));
        }
        assert!(take(&queues, 0).is_some());
        queues.started("f");
        queues.throttled("f", false);
        assert_eq!(take(&queues, 0), None);
        queues.ended("f");
        assert_eq!(take(&queues, 0).as_deref(), Some("b"));
        queues.started("f");
        queues.throttled("f", true);
        queues.ended("f");
        assert_eq!(take(&queues, 0), None, "only time helps");
        queues.lift("f");
        assert_eq!(take(&queues, 0).as_deref(), Some("c"));
    }

    #[test]
    fn only_one_reads_at_a_time() {
        let queues = EventQueues::default();
        queues.put(at(0), event("a"));
        assert!(queues.begin_reading("f"));
        assert!(!queues.begin_reading("f"));
        assert!(queues.take("f", || at(0)).is_some());
        assert!(queues.take("f", || at(0)).is_none());
        assert!(queues.begin_reading("f"), "reading is over");
    }
}
