//! Polling a queue (developer guide, "Using Lambda with Amazon SQS").

use std::collections::BTreeSet;
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::mpsc;

use super::batch::{BatchOutcome, outcome};
use super::scaling::Scaling;
use super::{Polling, QueueSettings};
use crate::clock::{Busy, Timestamp};
use crate::cloud::sqs::Message;
use crate::history::Event;
use crate::lambda::ApiError;
use crate::lambda::service::Invocation;

/// How large the records of one event may be, in bytes: the most that a synchronous invocation takes, less the frame.
const EVENT_SIZE: usize = 6_291_456 - 16;

/// How often the invocation of one batch is tried while it is throttled: after one second, two, four.
const THROTTLED_FIRST: Duration = Duration::from_secs(1);

/// Takes batches whenever the queue has messages, until the mapping is stopped.
pub(super) async fn poll(polling: Polling, settings: QueueSettings, mut woken: mpsc::UnboundedReceiver<Busy>) {
    let (ended, mut ends) = mpsc::unbounded_channel();
    let stopped = polling.stopped.clone();
    let mut queue = Queue {
        scaling: Scaling::new(settings),
        polling,
        gathered: Vec::new(),
        since: None,
        ended,
        alarm: None,
    };
    loop {
        let busy = tokio::select! {
            biased;
            () = stopped.cancelled() => break,
            Some(BatchEnd { throttled, busy }) = ends.recv() => {
                queue.scaling.ended(throttled);
                busy
            }
            busy = woken.recv() => match busy {
                Some(busy) => busy,
                None => break,
            },
            busy = ring(&mut queue.alarm) => {
                queue.alarm = None;
                busy
            }
        };
        queue.take(&busy);
    }
    queue.put_back();
}

/// A batch is done with, one way or another.
struct BatchEnd {
    throttled: bool,
    busy: Busy,
}

/// A virtual time at which the poller looks again.
struct Alarm {
    at: Timestamp,
    timer: Pin<Box<dyn Future<Output = Busy> + Send>>,
}

async fn ring(alarm: &mut Option<Alarm>) -> Busy {
    match alarm {
        Some(alarm) => alarm.timer.as_mut().await,
        None => std::future::pending().await,
    }
}

struct Queue {
    polling: Polling,
    scaling: Scaling,
    /// Received, but not yet a batch: more may come until the window is over.
    gathered: Vec<Message>,
    /// When the first of them was received.
    since: Option<Timestamp>,
    ended: mpsc::UnboundedSender<BatchEnd>,
    alarm: Option<Alarm>,
}

impl Queue {
    /// Takes what there is, as far as concurrency allows, and starts the batches that are complete.
    fn take(&mut self, busy: &Busy) {
        let size = self.polling.mapping.batch_size;
        let now = self.now();
        if self.window_ends().is_some_and(|end| end <= now) {
            self.start(busy);
        }
        while self.scaling.allows_more(now) {
            let room = size - self.gathered.len();
            let received = self.polling.cloud.sqs.receive_for_mapping(self.source(), room, None);
            let messages = received.unwrap_or_default();
            if messages.is_empty() {
                self.scaling.caught_up();
                break;
            }
            self.gather(messages);
            if self.gathered.len() == size || self.polling.mapping.window.is_zero() {
                self.start(busy);
            }
        }
        if !self.scaling.allows_more(now) && self.polling.cloud.sqs.has_visible(self.source()) {
            self.scaling.fell_behind(now);
        }
        self.set_alarm(busy);
    }

    /// Deletes what the filters do not let through, and keeps the rest (developer guide, "Filtering").
    fn gather(&mut self, messages: Vec<Message>) {
        let mapping = &self.polling.mapping;
        for message in messages {
            if mapping
                .filters
                .matches_message(&message.lambda_record(&mapping.source, false))
            {
                self.gathered.push(message);
            } else {
                // It was received this moment, so its receipt is good.
                let _ = self.polling.cloud.sqs.delete(&mapping.source, &message.receipt_handle);
            }
        }
        if !self.gathered.is_empty() {
            let now = self.now();
            self.since.get_or_insert(now);
        }
    }

    /// Hands over what was gathered: one batch, or several where one event would be too large.
    fn start(&mut self, busy: &Busy) {
        let Some(since) = self.since.take() else { return };
        let mapping = &self.polling.mapping;
        let batched = !mapping.window.is_zero();
        let mut complete: Vec<Batch> = Vec::new();
        let mut bytes = 0;
        for message in self.gathered.drain(..) {
            let record = message.lambda_record(&mapping.source, batched).to_string();
            bytes += record.len() + 1;
            if complete.is_empty() || bytes > EVENT_SIZE {
                bytes = record.len() + 1;
                complete.push(Batch {
                    since,
                    messages: Vec::new(),
                    records: Vec::new(),
                });
            }
            if let Some(batch) = complete.last_mut() {
                batch.messages.push(message);
                batch.records.push(record);
            }
        }
        for batch in complete {
            self.scaling.started();
            let (polling, ended, busy) = (self.polling.clone(), self.ended.clone(), busy.another());
            self.polling.lambda.spawn(async move {
                let end = batch.hand_over(&polling, busy).await;
                // A poller that was stopped meanwhile does not count any more.
                let _ = ended.send(end);
            });
        }
    }

    /// Looks again when the window is over, or when more batches may run at once.
    fn set_alarm(&mut self, busy: &Busy) {
        let next = self.window_ends().into_iter().chain(self.scaling.grows_at()).min();
        let Some(at) = next else {
            self.alarm = None;
            return;
        };
        if self.alarm.as_ref().is_some_and(|alarm| alarm.at == at) {
            return;
        }
        let (clock, busy) = (self.polling.cloud.clock().clone(), busy.another());
        let timer = Box::pin(async move { clock.sleep_until(busy, at).await });
        self.alarm = Some(Alarm { at, timer });
    }

    fn window_ends(&self) -> Option<Timestamp> {
        self.since.map(|since| since + self.polling.mapping.window)
    }

    /// What was gathered is for others now.
    fn put_back(&mut self) {
        for message in self.gathered.drain(..) {
            let sqs = &self.polling.cloud.sqs;
            // A message whose visibility timeout is over is there for others already.
            let _ = sqs.change_visibility(&self.polling.mapping.source, &message.receipt_handle, Duration::ZERO);
        }
    }

    fn source(&self) -> &str {
        &self.polling.mapping.source
    }

    fn now(&self) -> Timestamp {
        self.polling.cloud.clock().now()
    }
}

/// Messages for one invocation.
struct Batch {
    /// When the first of them was received.
    since: Timestamp,
    messages: Vec<Message>,
    /// As JSON.
    records: Vec<String>,
}

impl Batch {
    /// Gives the batch to the function, and deletes what it has done with.
    async fn hand_over(self, polling: &Polling, mut busy: Busy) -> BatchEnd {
        let (lambda, mapping) = (&polling.lambda, &polling.mapping);
        let platform = lambda.platform();
        let cause = self.messages.first().and_then(|message| message.cause);
        let delivered = Event::Delivered {
            from: mapping.source.clone(),
            to: mapping.function_arn.clone(),
            records: self.records.len(),
            what: "SQS batch".to_owned(),
        };
        let invocation = Invocation {
            payload: format!(r#"{{"Records":[{}]}}"#, self.records.join(",")).into(),
            cause: Some(platform.record_because(cause, delivered)),
            ..Invocation::default()
        };
        let visibility = polling
            .cloud
            .sqs
            .visibility_timeout(&mapping.source)
            .unwrap_or_default();
        let mut throttled = false;
        let mut wait = THROTTLED_FIRST;
        let record = loop {
            let (result, token) = lambda.invoke(&mapping.function, &invocation, busy).await;
            busy = token;
            match result {
                Ok(record) => break record,
                Err(ApiError::TooManyRequests { .. }) => throttled = true,
                // A loop was stopped. What it would have gone on with is for the dead-letter queue, or for nobody.
                Err(ApiError::RecursiveInvocation(_)) => {
                    if !polling.cloud.sqs.has_dead_letter_queue(&mapping.source) {
                        self.delete_but(&BTreeSet::new(), polling);
                    }
                    return BatchEnd { throttled, busy };
                }
                // The function is gone: the messages come again.
                Err(_) => return BatchEnd { throttled, busy },
            }
            // Tried until the messages are visible again; then they are the queue's.
            let clock = platform.clock();
            if clock.now() + wait >= self.since + visibility {
                return BatchEnd { throttled, busy };
            }
            busy = clock.sleep(busy, wait).await;
            wait *= 2;
        };
        let identifiers: Vec<&str> = self
            .messages
            .iter()
            .map(|message| message.message_id.as_str())
            .collect();
        match outcome(&record, mapping.report_batch_item_failures, &identifiers) {
            BatchOutcome::Failed => {}
            BatchOutcome::Succeeded => self.delete_but(&BTreeSet::new(), polling),
            BatchOutcome::Partly(failed) => self.delete_but(&failed, polling),
        }
        BatchEnd { throttled, busy }
    }

    /// Deletes all messages but some.
    fn delete_but(&self, kept: &BTreeSet<String>, polling: &Polling) {
        let done = self
            .messages
            .iter()
            .filter(|message| !kept.contains(&message.message_id));
        for message in done {
            // A message that became visible meanwhile has another receipt: it comes again, as on AWS.
            let _ = polling
                .cloud
                .sqs
                .delete(&polling.mapping.source, &message.receipt_handle);
        }
    }
}
