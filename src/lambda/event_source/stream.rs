//! Polling a DynamoDB stream: in order, and a batch that fails blocks what comes after it
//! (developer guide, "Using Lambda with DynamoDB").

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;

use super::EventSourceMapping;
use super::batch::{BatchOutcome, outcome};
use crate::clock::{Busy, Clock, Timestamp};
use crate::cloud::Cloud;
use crate::cloud::dynamodb::{StreamPosition, StreamRecord};
use crate::history::Event;
use crate::lambda::asynchronous::Outgoing;
use crate::lambda::service::{Invocation, Lambda};

const BATCH_SIZE: usize = 100;
/// How long a stream keeps its records.
const RETENTION: Duration = Duration::from_secs(24 * 3600);
/// Waits between tries: doubled from the first to the second.
const RETRY_WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Takes batches in order for as long as the service lives.
pub(super) async fn poll(
    lambda: Lambda,
    cloud: Arc<Cloud>,
    mapping: EventSourceMapping,
    mut position: StreamPosition,
    mut woken: mpsc::UnboundedReceiver<Busy>,
) {
    let size = mapping.batch_size.unwrap_or(BATCH_SIZE).max(1);
    let shard = Shard { lambda, cloud, mapping };
    while let Some(mut busy) = woken.recv().await {
        while let Ok(page) = shard
            .cloud
            .dynamodb
            .records_since(&shard.mapping.source, position, size)
        {
            if page.records.is_empty() {
                break;
            }
            busy = shard.work_off(page.records, busy).await;
            position = page.next;
        }
    }
}

struct Shard {
    lambda: Lambda,
    cloud: Arc<Cloud>,
    mapping: EventSourceMapping,
}

impl Shard {
    /// Tries until the records are done with, given up or expired. A bisected batch is two, one after the other.
    async fn work_off(&self, records: Vec<StreamRecord>, mut busy: Busy) -> Busy {
        let mut batches = vec![records];
        while let Some(mut batch) = batches.pop() {
            let mut failures = 0;
            while !batch.is_empty() {
                let (result, token) = self.invoke(&batch, busy).await;
                busy = token;
                match result {
                    BatchOutcome::Succeeded => break,
                    BatchOutcome::Partly(failed) => {
                        // From the first failure on, all come again: the order must hold.
                        let first = batch.iter().position(|record| failed.contains(&record.sequence_number));
                        batch.drain(..first.unwrap_or(0));
                    }
                    BatchOutcome::Failed if self.mapping.bisect && batch.len() > 1 => {
                        let second = batch.split_off(batch.len() / 2);
                        batches.push(second);
                        failures = 0;
                    }
                    BatchOutcome::Failed => {}
                }
                failures += 1;
                if self.mapping.retries.is_some_and(|retries| failures > retries) {
                    self.give_up(&batch, "RetryAttemptsExhausted", failures, &busy);
                    break;
                }
                busy = self.clock().sleep(busy, retry_wait(failures)).await;
                let now = self.clock().now();
                batch.retain(|record| now - record.arrived < RETENTION);
            }
        }
        busy
    }

    async fn invoke(&self, batch: &[StreamRecord], busy: Busy) -> (BatchOutcome, Busy) {
        let platform = self.lambda.platform();
        platform.record(Event::Delivered {
            from: self.mapping.source.clone(),
            to: platform.function_arn(&self.mapping.function),
            records: batch.len(),
            what: "DynamoDB stream batch".to_owned(),
        });
        let records: Vec<_> = batch.iter().map(|record| &record.event).collect();
        let invocation = Invocation {
            payload: json!({ "Records": records }).to_string().into(),
            client_context: None,
            depth: 0,
        };
        let (result, busy) = self.lambda.invoke(&self.mapping.function, &invocation, busy).await;
        let Ok(record) = result else {
            return (BatchOutcome::Failed, busy);
        };
        let identifiers: Vec<String> = batch.iter().map(|record| record.sequence_number.clone()).collect();
        (
            outcome(&record, self.mapping.report_batch_item_failures, &identifiers),
            busy,
        )
    }

    /// Sends the record of a batch that is given up: metadata alone, as recorded from AWS.
    fn give_up(&self, batch: &[StreamRecord], condition: &str, attempts: u32, busy: &Busy) {
        let (Some(to), Some(first), Some(last)) = (&self.mapping.on_failure, batch.first(), batch.last()) else {
            return;
        };
        let platform = self.lambda.platform();
        let from = platform.function_arn(&self.mapping.function);
        let iso = |at: Timestamp| at.iso_millis();
        let body = json!({
            "requestContext": {
                "requestId": platform.chance().uuid(),
                "functionArn": from,
                "condition": condition,
                "approximateInvokeCount": attempts,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "version": "1.0",
            "timestamp": iso(platform.clock().now()),
            "DDBStreamBatchInfo": {
                "shardId": self.cloud.dynamodb.shard_id(&self.mapping.source),
                "startSequenceNumber": first.sequence_number,
                "endSequenceNumber": last.sequence_number,
                "approximateArrivalOfFirstRecord": iso(first.arrived),
                "approximateArrivalOfLastRecord": iso(last.arrived),
                "batchSize": batch.len(),
                "streamArn": self.mapping.source,
            },
        });
        let message = Outgoing {
            from,
            to: to.clone(),
            what: condition.to_owned(),
            body: body.to_string(),
            attributes: Vec::new(),
            success: false,
        };
        platform.send_out(message, busy);
    }

    fn clock(&self) -> &Clock {
        self.lambda.platform().clock()
    }
}

fn retry_wait(failures: u32) -> Duration {
    let (first, last) = RETRY_WAITS;
    first.saturating_mul(1 << (failures - 1).min(10)).min(last)
}
