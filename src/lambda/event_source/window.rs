//! Tumbling windows: what a function makes of the records of a span of time is handed from one invocation to the next
//! (developer guide, "Implementing stateful DynamoDB stream processing in Lambda").
//!
//! A record belongs to the window in which it arrived. A window is over when a record of a later one is read, or some
//! time after its end if none comes; then the function is invoked once more, with what became of it.
//!
//! The guide leaves open what an event looks like whose state grew too large. Here it has no records, as the last one
//! of a window, and the window goes on with a fresh state, as the event types of AWS's own libraries say.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::stream_batch::{Progress, RETENTION, deliver, retry_wait};
use super::{Polling, StreamSettings};
use crate::clock::{Busy, Timestamp};
use crate::cloud::dynamodb::StreamRecord;
use crate::history::{EntryId, InvocationRecord};

/// How large a state may be, in bytes of JSON.
const MAX_STATE: usize = 1024 * 1024;
/// How long Lambda waits for records of a window whose end has passed. The guide doesn't say; this is our choice.
const PATIENCE: Duration = Duration::from_mins(2);

/// A window with records, and what the function made of them so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenWindow {
    start: Timestamp,
    end: Timestamp,
    state: Map<String, Value>,
    /// When the newest of its records arrived.
    last: Timestamp,
    /// The entry of the last delivery.
    #[serde(skip)]
    delivered: Option<EntryId>,
}

/// Why a function is invoked with a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Invoked {
    /// For records.
    ToAggregate,
    /// The window is over.
    Finally,
    /// The state is too large.
    Early,
}

impl OpenWindow {
    /// The window of a record. Windows begin at whole multiples of their length since the epoch.
    pub(super) fn of(record: &StreamRecord, length: Duration) -> Self {
        let start = start_of(record.arrived, length);
        Self {
            start,
            end: start + length,
            state: Map::new(),
            last: record.arrived,
            delivered: None,
        }
    }

    /// Whether a record belongs to a later one.
    pub(super) fn is_before(&self, record: &StreamRecord) -> bool {
        record.arrived >= self.end
    }

    /// When Lambda takes it to be over though no record of a later one came.
    pub(super) fn over_at(&self) -> Timestamp {
        self.end + PATIENCE
    }

    /// What stands in an event beside its records.
    pub(super) fn describe(&self, why: Invoked, records: &[&Value], polling: &Polling) -> Value {
        let source = &polling.mapping.source;
        json!({
            "Records": records,
            "window": { "start": self.start.iso_seconds(), "end": self.end.iso_seconds() },
            "state": self.state,
            "shardId": polling.cloud.dynamodb.shard_id(source),
            "eventSourceARN": source,
            "isFinalInvokeForWindow": why == Invoked::Finally,
            "isWindowTerminatedEarly": why == Invoked::Early,
        })
    }

    /// The function did something for its records.
    pub(super) fn aggregated(&mut self, state: Map<String, Value>) {
        self.state = state;
    }

    /// Records of it were handed to the function.
    pub(super) fn delivered(&mut self, entry: EntryId, newest: Option<&StreamRecord>) {
        self.delivered = Some(entry);
        self.last = newest.map_or(self.last, |record| record.arrived);
    }

    /// Whether it has to be terminated early.
    pub(super) fn is_too_large(&self) -> bool {
        serde_json::to_vec(&self.state).is_ok_and(|state| state.len() > MAX_STATE)
    }

    /// Invokes the function with the state and without records until that succeeds or is given up. Then the state is
    /// gone. Of records there is nothing left to be told of.
    pub(super) async fn conclude(
        &mut self,
        why: Invoked,
        polling: &Polling,
        settings: &StreamSettings,
        mut busy: Busy,
    ) -> (Progress, Busy) {
        let (mut failures, mut throttles) = (0, 0);
        while !self.is_expired(polling, settings) {
            if polling.stopped.is_cancelled() {
                return (Progress::Stopped, busy);
            }
            let event = self.describe(why, &[], polling);
            let (entry, ran, token) = deliver(polling, self.delivered, 0, &event, busy).await;
            busy = token;
            self.delivered = Some(entry);
            match ran.as_ref().map(state_of) {
                Some(Some(_)) => break,
                Some(None) => failures += 1,
                None => throttles += 1,
            }
            if settings.maximum_retry_attempts.is_some_and(|most| failures > most) {
                break;
            }
            let wait = retry_wait(failures.max(throttles).max(1));
            busy = polling.cloud.clock().sleep(busy, wait).await;
        }
        self.state = Map::new();
        (Progress::Done, busy)
    }

    /// Whether its records would have been given up by now for their age.
    fn is_expired(&self, polling: &Polling, settings: &StreamSettings) -> bool {
        let age = polling.cloud.clock().now() - self.last;
        age >= RETENTION || settings.maximum_record_age.is_some_and(|most| age > most + PATIENCE)
    }
}

/// The state that a function answered. An invocation without one counts as failed.
pub(super) fn state_of(record: &InvocationRecord) -> Option<Map<String, Value>> {
    if record.function_error {
        return None;
    }
    let mut answer: Map<String, Value> = serde_json::from_slice(&record.payload).ok()?;
    match answer.remove("state") {
        Some(Value::Object(state)) => Some(state),
        _ => None,
    }
}

fn start_of(at: Timestamp, length: Duration) -> Timestamp {
    let length = length.as_secs().max(1);
    Timestamp::from_micros(at.as_secs() / length * length * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_begin_at_whole_multiples_of_their_length() {
        // 2026-09-01T10:03:59.5Z
        let at = Timestamp::from_micros(1_788_257_039_500_000);
        let begins = |seconds| start_of(at, Duration::from_secs(seconds)).iso_seconds();
        assert_eq!(begins(300), "2026-09-01T10:00:00Z");
        assert_eq!(begins(120), "2026-09-01T10:02:00Z");
        assert_eq!(begins(1), "2026-09-01T10:03:59Z");
    }
}
