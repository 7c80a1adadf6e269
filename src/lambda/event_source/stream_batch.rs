//! One batch of a stream's records on its way: attempts, bisection, age, and what is told of records given up.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::batch::{BatchOutcome, outcome};
use super::window::{Invoked, OpenWindow, state_of};
use super::{Polling, StreamSettings};
use crate::clock::{Busy, Timestamp};
use crate::cloud::dynamodb::StreamRecord;
use crate::history::{EntryId, Event, InvocationRecord};
use crate::lambda::Lambda;
use crate::lambda::asynchronous::Outgoing;
use crate::lambda::service::Invocation;

/// How long a stream keeps its records.
pub(super) const RETENTION: Duration = Duration::from_secs(24 * 3600);
/// Waits between tries: doubled from the first to the second.
const RETRY_WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// What became of an attempt.
#[derive(Debug, PartialEq)]
pub(super) enum Progress {
    /// No record of the batch has to come again.
    Done,
    /// What is left in the batch has to.
    Again,
    /// So has it, and after it this second half.
    Bisected(Box<StreamBatch>),
    /// The mapping was stopped before the batch was done with.
    Stopped,
}

/// Records that go to the function together.
#[derive(Debug, PartialEq)]
pub(super) struct StreamBatch {
    records: Vec<StreamRecord>,
    /// Attempts that count against `MaximumRetryAttempts`.
    failures: u32,
    /// Attempts that did not run, in a row.
    throttles: u32,
    last: Option<Last>,
}

/// What is told of the last attempt.
#[derive(Debug, Clone, PartialEq)]
struct Last {
    request_id: String,
    function_error: bool,
    /// The entry of its delivery.
    entry: EntryId,
}

impl StreamBatch {
    pub(super) fn new(records: Vec<StreamRecord>) -> Self {
        Self {
            records,
            failures: 0,
            throttles: 0,
            last: None,
        }
    }

    /// Invokes the function with what is left, and waits before the next attempt if there has to be one.
    pub(super) async fn attempt(
        &mut self,
        polling: &Polling,
        settings: &StreamSettings,
        window: Option<&mut OpenWindow>,
        busy: Busy,
    ) -> (Progress, Busy) {
        self.drop_expired(polling, settings, &busy);
        if self.records.is_empty() {
            return (Progress::Done, busy);
        }
        if polling.stopped.is_cancelled() {
            return (Progress::Stopped, busy);
        }
        let (ran, busy) = self.invoke(polling, window, busy).await;
        let mut second = None;
        match ran {
            None => self.throttles += 1,
            Some(BatchOutcome::Succeeded) => return (Progress::Done, busy),
            Some(BatchOutcome::Partly(failed)) => {
                // From the first failure on, all come again: the order must hold. What is left after some progress is
                // a batch of its own, whose attempts are counted anew (recorded from AWS).
                let first = self
                    .records
                    .iter()
                    .position(|record| failed.contains(&record.sequence_number));
                let done = first.unwrap_or(0);
                self.records.drain(..done);
                self.failures = if done > 0 { 0 } else { self.failures + 1 };
            }
            // Halving does not count against the attempts.
            Some(BatchOutcome::Failed) if settings.bisect && self.records.len() > 1 => {
                let records = self.records.split_off(self.records.len() / 2);
                let half = Self {
                    records,
                    failures: self.failures,
                    throttles: 0,
                    last: self.last.clone(),
                };
                second = Some(Box::new(half));
            }
            Some(BatchOutcome::Failed) => self.failures += 1,
        }
        if settings.maximum_retry_attempts.is_some_and(|most| self.failures > most) {
            self.give_up(polling, settings, &self.records, "RetryAttemptsExhausted", &busy);
            return (Progress::Done, busy);
        }
        let wait = retry_wait(self.failures.max(self.throttles).max(1));
        let busy = polling.cloud.clock().sleep(busy, wait).await;
        (second.map_or(Progress::Again, Progress::Bisected), busy)
    }

    /// `None` if it did not run: throttled, or the service failed.
    async fn invoke(
        &mut self,
        polling: &Polling,
        window: Option<&mut OpenWindow>,
        busy: Busy,
    ) -> (Option<BatchOutcome>, Busy) {
        let cause = self.records.first().and_then(|record| record.cause);
        let cause = self.last.as_ref().map(|last| last.entry).or(cause);
        let records: Vec<_> = self.records.iter().map(|record| &record.event).collect();
        let event = match &window {
            Some(window) => window.describe(Invoked::ToAggregate, &records, polling),
            None => json!({ "Records": records }),
        };
        let (entry, ran, busy) = deliver(polling, cause, records.len(), &event, busy).await;
        let Some(record) = ran else {
            return (None, busy);
        };
        self.throttles = 0;
        self.last = Some(Last::of(&record, entry));
        let identifiers: Vec<&str> = self
            .records
            .iter()
            .map(|record| record.sequence_number.as_str())
            .collect();
        let outcome = outcome(&record, polling.mapping.report_batch_item_failures, &identifiers);
        let Some(window) = window else {
            return (Some(outcome), busy);
        };
        window.delivered(entry, self.records.last());
        // The state goes with the records that were done with.
        let outcome = match (state_of(&record), outcome) {
            (Some(state), outcome @ (BatchOutcome::Succeeded | BatchOutcome::Partly(_))) => {
                window.aggregated(state);
                outcome
            }
            _ => BatchOutcome::Failed,
        };
        (Some(outcome), busy)
    }

    /// Leaves out records that are too old: those that the mapping gives an age to are told of, those that the
    /// stream no longer keeps are not.
    fn drop_expired(&mut self, polling: &Polling, settings: &StreamSettings, busy: &Busy) {
        let now = polling.cloud.clock().now();
        self.records.retain(|record| now - record.arrived < RETENTION);
        let Some(age) = settings.maximum_record_age else { return };
        let young = |record: &StreamRecord| now - record.arrived <= age;
        // Records are in the order of their age.
        let first = self.records.iter().position(young).unwrap_or(self.records.len());
        let expired: Vec<_> = self.records.drain(..first).collect();
        self.give_up(polling, settings, &expired, "RecordAgeExceeded", busy);
    }

    /// Sends the record of records that are given up: metadata alone, and to a bucket the event too
    /// (recorded from AWS: `tests/golden/aws/event-source-dynamodb-streams.json`).
    fn give_up(
        &self,
        polling: &Polling,
        settings: &StreamSettings,
        records: &[StreamRecord],
        condition: &str,
        busy: &Busy,
    ) {
        let (Some(to), Some(first), Some(last)) = (&settings.on_failure, records.first(), records.last()) else {
            return;
        };
        let (platform, mapping) = (polling.lambda.platform(), &polling.mapping);
        let from = mapping.function_arn.clone();
        let now = platform.clock().now();
        let shard = polling.cloud.dynamodb.shard_id(&mapping.source).unwrap_or_default();
        let request_id = self.last.as_ref().map(|last| last.request_id.clone());
        let mut body = json!({
            "requestContext": {
                "requestId": request_id.unwrap_or_else(|| platform.request_id(Lambda::name_of(&from))),
                "functionArn": from,
                "condition": condition,
                "approximateInvokeCount": self.failures,
            },
        });
        let entries = [
            self.last.as_ref().map(|last| ("responseContext", last.context())),
            Some(("version", json!("1.0"))),
            Some(("timestamp", json!(now.iso_millis()))),
            Some((
                "DDBStreamBatchInfo",
                json!({
                    "shardId": shard,
                    "startSequenceNumber": first.sequence_number,
                    "endSequenceNumber": last.sequence_number,
                    "approximateArrivalOfFirstRecord": first.arrived.iso_seconds(),
                    "approximateArrivalOfLastRecord": last.arrived.iso_seconds(),
                    "batchSize": records.len(),
                    "streamArn": mapping.source,
                }),
            )),
            to.contains(":s3:").then(|| ("payload", payload(records))),
        ];
        if let Some(body) = body.as_object_mut() {
            let entries = entries.into_iter().flatten();
            body.extend(
                entries
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect::<Map<_, _>>(),
            );
        }
        let message = Outgoing {
            from,
            to: to.clone(),
            what: condition.to_owned(),
            body: body.to_string(),
            attributes: Vec::new(),
            success: false,
            key: Some(key(&polling.uuid, &shard, now, &platform.request_id(&mapping.source))),
            cause: self.last.as_ref().map(|last| last.entry).or(first.cause),
        };
        platform.send_out(message, busy);
    }
}

impl Last {
    fn of(record: &InvocationRecord, entry: EntryId) -> Self {
        Self {
            request_id: record.request_id.clone(),
            function_error: record.function_error,
            entry,
        }
    }

    fn context(&self) -> Value {
        // A wrong answer about the batch is no error of the function's: the key is there, with nothing.
        let error = self.function_error.then_some("Unhandled");
        json!({ "statusCode": 200, "executedVersion": "$LATEST", "functionError": error })
    }
}

/// Invokes the function with an event of a stream, and says which entry tells of that; no record if it did not run.
pub(super) async fn deliver(
    polling: &Polling,
    cause: Option<EntryId>,
    records: usize,
    event: &Value,
    busy: Busy,
) -> (EntryId, Option<InvocationRecord>, Busy) {
    let mapping = &polling.mapping;
    let delivered = Event::Delivered {
        from: mapping.source.clone(),
        to: mapping.function_arn.clone(),
        records,
        what: "DynamoDB stream batch".to_owned(),
    };
    let entry = polling.lambda.platform().record_because(cause, delivered);
    let invocation = Invocation {
        payload: event.to_string().into(),
        cause: Some(entry),
        ..Invocation::default()
    };
    let (result, busy) = polling.lambda.invoke(&mapping.function, &invocation, busy).await;
    (entry, result.ok(), busy)
}

/// The event of records that were given up, as text.
fn payload(records: &[StreamRecord]) -> Value {
    let records: Vec<_> = records.iter().map(|record| &record.event).collect();
    Value::String(json!({ "Records": records }).to_string())
}

/// The object's key (developer guide, "Retain discarded batch records ... in Lambda").
fn key(uuid: &str, shard: &str, now: Timestamp, random: &str) -> String {
    let (day, second) = (now.format("%Y/%m/%d"), now.format("%Y-%m-%dT%H.%M.%S"));
    format!("aws/lambda/{uuid}/{shard}/{day}/{second}-{random}")
}

/// How long a failed batch waits before it comes again.
pub(super) fn retry_wait(failures: u32) -> Duration {
    let (first, last) = RETRY_WAITS;
    first.saturating_mul(1 << (failures - 1).min(10)).min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_minute() {
        assert_eq!(retry_wait(1), Duration::from_secs(1));
        assert_eq!(retry_wait(3), Duration::from_secs(4));
        assert_eq!(retry_wait(60), Duration::from_mins(1));
    }

    #[test]
    fn the_key_of_a_record_in_a_bucket() {
        let at = Timestamp::from_micros(1_788_256_800_000_000);
        assert_eq!(
            key("u", "shardId-0", at, "r"),
            "aws/lambda/u/shardId-0/2026/09/01/2026-09-01T10.00.00-r"
        );
    }
}
