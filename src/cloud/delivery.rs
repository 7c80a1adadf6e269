//! What follows from an operation: handing events on to queues, topics, buses and functions.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::callers::{Caller, Identity};
use super::core::Notification;
use super::{ApiError, Cloud};
use crate::history::{EntryId, Event};

/// How often something may be handed on before it is taken for a loop.
const MAX_HOPS: usize = 32;

/// One thing that must be told to others.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Hand an event to a queue, a topic, a bus or a function.
    HandOver(Box<Handover>),
    /// Messages of the queue with this ARN became visible.
    QueueReady(String),
    /// The stream with this ARN has new records.
    StreamReady(String),
}

/// What an operation leaves to be done, in order.
pub type Effects = Vec<Effect>;

/// An event on its way from one resource to another.
#[derive(Debug, Clone)]
pub struct Handover {
    /// The ARN of the resource it comes from.
    pub from: String,
    /// The ARN of the function, queue, topic or bus that it goes to.
    pub to: String,
    /// The event, the message body or the message.
    pub body: Bytes,
    /// How many records it holds.
    pub records: usize,
    /// What it is, as `ObjectCreated:Put`.
    pub what: String,
    /// Message attributes for SQS and SNS, in the form of the SQS API.
    pub attributes: Value,
    /// The message group, for a FIFO queue or topic.
    pub group: Option<String>,
    /// The deduplication id, for a FIFO queue; one of its own if there is none.
    pub deduplication: Option<String>,
}

impl Handover {
    /// One record, without message attributes.
    #[must_use]
    pub fn new(
        from: impl Into<String>,
        to: impl Into<String>,
        what: impl Into<String>,
        body: impl Into<Bytes>,
    ) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            body: body.into(),
            records: 1,
            what: what.into(),
            attributes: Value::Null,
            group: None,
            deduplication: None,
        }
    }
}

/// One call of an API operation, by whomever, with what follows from it.
#[derive(Clone, Default)]
pub struct Call {
    /// The execution environment that calls; `None` for the outside.
    pub environment: Option<String>,
    /// What follows, to be let happen by [`Cloud::finish`].
    pub effects: Effects,
    caller: Option<Arc<dyn Caller>>,
}

impl Call {
    /// A call of the outside.
    #[must_use]
    pub fn outside() -> Self {
        Self::default()
    }

    /// A call by the owner of an access key.
    #[must_use]
    pub fn by(identity: &Identity) -> Self {
        Self {
            environment: identity.caller.environment(),
            effects: Vec::new(),
            caller: Some(Arc::clone(&identity.caller)),
        }
    }

    /// Says that the caller only waits, until the guard is dropped.
    #[must_use]
    pub fn suspend(&self) -> Option<Box<dyn Send>> {
        self.caller.as_ref().map(|caller| caller.suspend())
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("environment", &self.environment)
            .field("effects", &self.effects)
            .finish_non_exhaustive()
    }
}

impl Cloud {
    /// Records a call and then lets happen what follows from it.
    pub fn finish(
        &self,
        call: Call,
        service: &str,
        operation: &str,
        parameters: Value,
        error: Option<&str>,
    ) -> EntryId {
        let event = Event::ServiceCall {
            environment: call.environment,
            service: service.to_owned(),
            operation: operation.to_owned(),
            parameters,
            error: error.map(str::to_owned),
        };
        let id = self.core.history.record(self.core.now(), None, event);
        self.apply(call.effects, Some(id));
        id
    }

    /// Hands an event on, and lets happen what follows from it.
    ///
    /// # Errors
    /// Where the target does not exist or cannot take it.
    pub fn hand_over(&self, handover: Handover, cause: Option<EntryId>) -> Result<(), ApiError> {
        let mut effects = Vec::new();
        let delivered = self.hand_over_one(handover, cause, &mut effects)?;
        self.apply(effects, delivered);
        Ok(())
    }

    /// Lets happen what follows from an operation. Targets that are gone get nothing, as on AWS.
    pub fn apply(&self, effects: Effects, cause: Option<EntryId>) {
        let mut pending: VecDeque<(Effect, Option<EntryId>, usize)> =
            effects.into_iter().map(|effect| (effect, cause, 0)).collect();
        while let Some((effect, cause, hops)) = pending.pop_front() {
            match effect {
                Effect::QueueReady(queue_arn) => {
                    if let Some(cause) = cause {
                        self.sqs.caused_by(&queue_arn, cause);
                    }
                    self.core.notify(Notification::QueueReady { queue_arn });
                }
                Effect::StreamReady(stream_arn) => {
                    if let Some(cause) = cause {
                        self.dynamodb.caused_by(&stream_arn, cause);
                    }
                    self.core.notify(Notification::StreamReady { stream_arn });
                }
                Effect::HandOver(handover) => {
                    let mut next = Vec::new();
                    let delivered = self.hand_over_one(*handover, cause, &mut next).unwrap_or(cause);
                    if hops < MAX_HOPS {
                        pending.extend(next.into_iter().map(|effect| (effect, delivered, hops + 1)));
                    }
                }
            }
        }
    }

    fn hand_over_one(
        &self,
        handover: Handover,
        cause: Option<EntryId>,
        effects: &mut Effects,
    ) -> Result<Option<EntryId>, ApiError> {
        let Handover {
            from,
            to,
            records,
            what,
            ..
        } = &handover;
        let event = Event::Delivered {
            from: from.clone(),
            to: to.clone(),
            records: *records,
            what: what.clone(),
        };
        match to.split(':').nth(2).unwrap_or_default() {
            "lambda" => {
                let id = self.core.history.record(self.core.now(), cause, event);
                self.core.notify(Notification::Invoke {
                    function_arn: handover.to,
                    event: handover.body,
                    from_arn: handover.from,
                    cause: Some(id),
                });
                return Ok(Some(id));
            }
            "sqs" => self.sqs.take_over(&handover, effects)?,
            "sns" => self.sns.take_over(&handover, effects)?,
            "events" => self.events.take_over(&handover, effects)?,
            other => {
                return Err(ApiError::new(
                    "InvalidParameterValue",
                    format!("Nothing can be delivered to {other:?} ({to})."),
                ));
            }
        }
        Ok(Some(self.core.history.record(self.core.now(), cause, event)))
    }
}
