//! Amazon SQS: standard and FIFO queues.
//!
//! A message in flight has a timer on the virtual clock that makes it visible again; deleting the message takes
//! the timer away. Shapes and errors follow the Amazon SQS API Reference.

mod api;
mod message;
mod moves;
mod operations;
mod queue;
mod settings;
mod state;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use self::message::{AttributeValue, Fifo, Message, MessageAttribute};

use self::message::parse_attributes;
use self::moves::Move;
use self::queue::{Outgoing, Queue};
use super::alarm::Alarm;
use super::core::{Core, Notification};
use super::{ApiError, Call, Effect, Effects, Handover};
use crate::clock::Timestamp;
use crate::history::{EntryId, Event};

/// The queues of the account.
#[derive(Debug)]
pub struct Sqs {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    core: Core,
    /// By name.
    queues: Mutex<BTreeMap<String, Queue>>,
    moves: Mutex<Vec<Move>>,
}

/// Who received a message, and so whether the clock may jump to the end of its visibility timeout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Receiver {
    /// A function or an event source mapping: it holds a token while it works.
    Inside,
    /// A client outside, which holds none: its timeout must not be over as soon as it has the message.
    Outside,
}

impl Receiver {
    fn of(call: &Call) -> Self {
        if call.environment.is_some() {
            Self::Inside
        } else {
            Self::Outside
        }
    }
}

impl Sqs {
    pub(super) fn new(core: &Core) -> Self {
        Self {
            shared: Arc::new(Shared {
                core: core.clone(),
                queues: Mutex::default(),
                moves: Mutex::default(),
            }),
        }
    }

    /// The URL of a queue, in AWS's form.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        let account = &self.shared.core.account;
        format!("https://sqs.{}.amazonaws.com/{}/{name}", account.region, account.id)
    }

    /// The ARN of a queue.
    #[must_use]
    pub fn arn(&self, name: &str) -> String {
        self.shared.core.arn("sqs", name)
    }

    /// The `VisibilityTimeout` of a queue, if there is such a queue.
    #[must_use]
    pub fn visibility_timeout(&self, queue_arn: &str) -> Option<Duration> {
        let queues = self.shared.lock();
        let queue = queues.get(name_of(queue_arn))?;
        Some(Duration::from_secs(u64::from(queue.settings.visibility)))
    }

    /// Whether messages of a queue go to a dead-letter queue after too many receives.
    #[must_use]
    pub fn has_dead_letter_queue(&self, queue_arn: &str) -> bool {
        let queues = self.shared.lock();
        queues
            .get(name_of(queue_arn))
            .is_some_and(|queue| queue.settings.redrive.is_some())
    }

    /// The bodies of all messages of a queue, visible or not, in order. Nothing changes by it.
    #[must_use]
    pub fn peek_all(&self, queue: &str) -> Vec<String> {
        self.peek_messages(queue)
            .into_iter()
            .map(|message| message.body)
            .collect()
    }

    /// All messages of a queue, visible or not, in order. Nothing changes by it.
    #[must_use]
    pub fn peek_messages(&self, queue: &str) -> Vec<Message> {
        let queues = self.shared.lock();
        let queue = queues.get(name_of(queue));
        queue.into_iter().flat_map(Queue::messages).cloned().collect()
    }

    /// Whether a queue has a message that can be received now.
    #[must_use]
    pub fn has_visible(&self, queue_arn: &str) -> bool {
        let now = self.shared.core.now();
        let queues = self.shared.lock();
        queues
            .get(name_of(queue_arn))
            .is_some_and(|queue| queue.counts(now).visible > 0)
    }

    /// Receives for an event source mapping, without waiting. The visibility timeout is the queue's if `None`.
    ///
    /// # Errors
    /// `QueueDoesNotExist`.
    pub fn receive_for_mapping(
        &self,
        queue_arn: &str,
        max: usize,
        visibility: Option<Duration>,
    ) -> Result<Vec<Message>, ApiError> {
        let mut effects = Vec::new();
        let received = self
            .shared
            .receive(name_of(queue_arn), max, visibility, Receiver::Inside, &mut effects)?;
        self.shared.tell(effects);
        Ok(received)
    }

    /// Deletes a message that was received.
    ///
    /// # Errors
    /// `QueueDoesNotExist`, `ReceiptHandleIsInvalid`.
    pub fn delete(&self, queue_arn: &str, receipt_handle: &str) -> Result<(), ApiError> {
        let mut effects = Vec::new();
        self.shared.delete(name_of(queue_arn), receipt_handle, &mut effects)?;
        self.shared.tell(effects);
        Ok(())
    }

    /// Changes for how long, from now, a received message stays hidden.
    ///
    /// # Errors
    /// `QueueDoesNotExist`, `ReceiptHandleIsInvalid`, `MessageNotInflight`.
    pub fn change_visibility(&self, queue_arn: &str, receipt_handle: &str, span: Duration) -> Result<(), ApiError> {
        let mut effects = Vec::new();
        self.shared
            .change_visibility(name_of(queue_arn), receipt_handle, span, Receiver::Inside, &mut effects)?;
        self.shared.tell(effects);
        Ok(())
    }

    /// Says which entry tells of what put the newest messages into a queue.
    pub(super) fn caused_by(&self, queue_arn: &str, cause: EntryId) {
        if let Some(queue) = self.shared.lock().get_mut(name_of(queue_arn)) {
            queue.caused_by(cause);
        }
    }

    /// Takes in what another resource hands on.
    pub(super) fn take_over(&self, handover: &Handover, effects: &mut Effects) -> Result<(), ApiError> {
        let core = &self.shared.core;
        let body = String::from_utf8_lossy(&handover.body).into_owned();
        let service = handover.from.split(':').nth(2).unwrap_or("aws");
        let outgoing = Outgoing {
            message_id: core.chance.of(name_of(&handover.to)).uuid(),
            attributes: parse_attributes(Some(&handover.attributes))?,
            sender_id: format!("AROA{}:{service}", core.account.id),
            group_id: handover.group.clone(),
            deduplication_id: handover
                .deduplication
                .clone()
                .or_else(|| Some(core.chance.of(name_of(&handover.to)).uuid())),
            body,
            ..Outgoing::default()
        };
        self.shared.send(name_of(&handover.to), outgoing, effects).map(drop)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All moves of dead letters, in order.
    fn moves(&self) -> MutexGuard<'_, Vec<Move>> {
        self.moves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(self: &Arc<Self>, name: &str, outgoing: Outgoing, effects: &mut Effects) -> Result<queue::Sent, ApiError> {
        let now = self.core.now();
        let delay = outgoing.delay;
        let mut queues = self.lock();
        let queue = queues.get_mut(name).ok_or_else(no_such_queue)?;
        let (sent, place) = queue.send(now, outgoing);
        let Some(place) = place else {
            return Ok(sent);
        };
        effects.push(Effect::QueueReady(queue.arn.clone()));
        if delay.is_zero() {
            queue.wake(&self.core.clock);
        } else {
            let alarm = self.alarm(name, place, now + delay, Receiver::Inside);
            queue.keep(place, alarm);
        }
        Ok(sent)
    }

    fn receive(
        self: &Arc<Self>,
        name: &str,
        max: usize,
        visibility: Option<Duration>,
        receiver: Receiver,
        effects: &mut Effects,
    ) -> Result<Vec<Message>, ApiError> {
        let now = self.core.now();
        let mut queues = self.lock();
        let redrive = queues.get(name).ok_or_else(no_such_queue)?.settings.redrive.clone();
        // Without the dead-letter queue its messages stay where they are.
        let redrive = redrive.filter(|redrive| queues.contains_key(name_of(&redrive.target)));
        let queue = queues.get_mut(name).ok_or_else(no_such_queue)?;
        let arn = queue.arn.clone();
        let visibility = visibility.unwrap_or(Duration::from_secs(u64::from(queue.settings.visibility)));
        let handle = |message: &Message| {
            let fresh = self.core.chance.of(name).uuid();
            STANDARD.encode(format!("{fresh} {arn} {} {}", message.message_id, now.as_micros()))
        };
        let taken = queue.receive(now, max, visibility, redrive.as_ref(), handle);
        let mut messages = Vec::with_capacity(taken.messages.len());
        for (place, message) in taken.messages {
            if !visibility.is_zero() {
                let alarm = self.alarm(name, place, now + visibility, receiver);
                queue.keep(place, alarm);
            }
            messages.push(message);
        }
        let target = redrive.map(|redrive| redrive.target);
        if let (Some(target), false) = (target, taken.dead.is_empty()) {
            let event = Event::Delivered {
                from: arn.clone(),
                to: target.clone(),
                records: taken.dead.len(),
                what: "DeadLetter".to_owned(),
            };
            if let Some(dead_letters) = queues.get_mut(name_of(&target)) {
                let cause = taken.dead.first().and_then(|message| message.cause);
                let buried = self.core.history.record(now, cause, event);
                for mut message in taken.dead {
                    message.cause = Some(buried);
                    dead_letters.take_in(now, message, Some(&arn));
                }
                dead_letters.wake(&self.core.clock);
                effects.push(Effect::QueueReady(target));
            }
        }
        Ok(messages)
    }

    fn delete(&self, name: &str, handle: &str, effects: &mut Effects) -> Result<(), ApiError> {
        let mut queues = self.lock();
        let queue = queues.get_mut(name).ok_or_else(no_such_queue)?;
        let message_id = message_of(handle, &queue.arn)?;
        if queue.delete(&message_id, handle) {
            // Others of its group may be received now.
            queue.wake(&self.core.clock);
            effects.push(Effect::QueueReady(queue.arn.clone()));
        }
        Ok(())
    }

    fn change_visibility(
        self: &Arc<Self>,
        name: &str,
        handle: &str,
        span: Duration,
        receiver: Receiver,
        effects: &mut Effects,
    ) -> Result<(), ApiError> {
        let now = self.core.now();
        let mut queues = self.lock();
        let queue = queues.get_mut(name).ok_or_else(no_such_queue)?;
        let message_id = message_of(handle, &queue.arn)?;
        let place = queue.in_flight(now, &message_id, handle).ok_or_else(|| {
            let reason = "Reason: Message does not exist or is not available for visibility timeout change.";
            ApiError::new(
                "InvalidParameterValue",
                format!("Value {handle} for parameter ReceiptHandle is invalid. {reason}"),
            )
        })?;
        if span.is_zero() {
            queue.show(place, now);
            queue.wake(&self.core.clock);
            effects.push(Effect::QueueReady(queue.arn.clone()));
        } else {
            let alarm = self.alarm(name, place, now + span, receiver);
            queue.hide(place, now + span, Some(alarm));
        }
        Ok(())
    }

    /// A timer that makes a message visible.
    fn alarm(self: &Arc<Self>, name: &str, place: u64, at: Timestamp, receiver: Receiver) -> Alarm {
        let shared = Arc::downgrade(self);
        let name = name.to_owned();
        Alarm::set(&self.core, at, receiver == Receiver::Inside, move |busy| async move {
            if let Some(shared) = shared.upgrade() {
                shared.show(&name, place);
            }
            drop(busy);
        })
    }

    fn show(&self, name: &str, place: u64) {
        let now = self.core.now();
        let mut queues = self.lock();
        let Some(queue) = queues.get_mut(name) else {
            return;
        };
        if !queue.due(place, now) {
            return;
        }
        queue.wake(&self.core.clock);
        let queue_arn = queue.arn.clone();
        drop(queues);
        self.core.notify(Notification::QueueReady { queue_arn });
    }

    /// Lets happen what follows from an operation that no API call made.
    fn tell(&self, effects: Effects) {
        for effect in effects {
            if let Effect::QueueReady(queue_arn) = effect {
                self.core.notify(Notification::QueueReady { queue_arn });
            }
        }
    }
}

/// The name of a queue from its name, ARN or URL.
fn name_of(queue: &str) -> &str {
    let end = if queue.starts_with("arn:") { ':' } else { '/' };
    queue.trim_end_matches('/').rsplit(end).next().unwrap_or_default()
}

/// The id of the message that a receipt handle stands for.
fn message_of(handle: &str, queue_arn: &str) -> Result<String, ApiError> {
    let decoded = STANDARD
        .decode(handle)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let parts: Vec<&str> = decoded.as_deref().unwrap_or_default().split(' ').collect();
    match parts[..] {
        [_, arn, message_id, _] if arn == queue_arn => Ok(message_id.to_owned()),
        _ => Err(ApiError::new(
            "ReceiptHandleIsInvalid",
            format!("The input receipt handle \"{handle}\" is not a valid receipt handle."),
        )
        .status(404)),
    }
}

fn no_such_queue() -> ApiError {
    ApiError::new("QueueDoesNotExist", "The specified queue does not exist.")
        .query_code("AWS.SimpleQueueService.NonExistentQueue")
}

#[cfg(test)]
mod tests;
