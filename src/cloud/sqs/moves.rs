//! Moving dead letters on: `StartMessageMoveTask` and its like. A move is over at once, since nothing here limits
//! its rate, so there is never one to cancel.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Shared, Sqs, name_of};
use crate::cloud::input::Input;
use crate::cloud::{ApiError, Call, Effect};

/// A move that is over.
#[derive(Debug, Clone)]
pub(super) struct Move {
    source_arn: String,
    /// As the caller gave it.
    destination_arn: Option<String>,
    /// `MaxNumberOfMessagesPerSecond`, which is only kept.
    rate: Option<i64>,
    moved: usize,
    found: usize,
    /// Milliseconds since the epoch.
    started: u64,
}

impl Sqs {
    pub(super) fn moves(&self, call: &mut Call, operation: &str, input: Input<'_>) -> Result<Value, ApiError> {
        match operation {
            "StartMessageMoveTask" => self.start_move(call, input),
            "ListMessageMoveTasks" => self.list_moves(input),
            _ => {
                input.required("TaskHandle")?;
                Err(no_resource("Task does not exist."))
            }
        }
    }

    fn start_move(&self, call: &mut Call, input: Input<'_>) -> Result<Value, ApiError> {
        let source_arn = input.required("SourceArn")?;
        let destination_arn = input.text("DestinationArn").filter(|arn| !arn.is_empty());
        let rate = input.int("MaxNumberOfMessagesPerSecond")?;
        if rate.is_some_and(|rate| !(1..=500).contains(&rate)) {
            return Err(invalid(
                "Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: Must be between 1 and 500, if \
                 provided.",
            ));
        }
        let shared = &self.shared;
        {
            let queues = shared.lock();
            if !queues.contains_key(name_of(source_arn)) {
                return Err(no_queue("SourceArn"));
            }
            let feeds = |arn: &str| arn == source_arn;
            if !queues
                .values()
                .any(|queue| queue.settings.redrive.as_ref().is_some_and(|to| feeds(&to.target)))
            {
                return Err(invalid("Source queue must be configured as a Dead Letter Queue."));
            }
            if destination_arn.is_some_and(|arn| !queues.contains_key(name_of(arn))) {
                return Err(no_queue("DestinationArn"));
            }
        }
        if destination_arn == Some(source_arn) {
            return Err(invalid(
                "Source queue arn and destination queue arn cannot be the same.",
            ));
        }
        let (moved, found) = shared.move_messages(call, source_arn, destination_arn);
        let done = Move {
            source_arn: source_arn.to_owned(),
            destination_arn: destination_arn.map(str::to_owned),
            rate,
            moved,
            found,
            started: shared.core.now().as_millis(),
        };
        shared.moves().push(done);
        Ok(json!({ "TaskHandle": shared.core.chance.of(source_arn).hex(64) }))
    }

    fn list_moves(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let source_arn = input.required("SourceArn")?;
        let most = input.int("MaxResults")?.unwrap_or(1);
        let most = usize::try_from(most).ok().filter(|most| (1..=10).contains(most));
        let most = most.ok_or_else(|| {
            invalid("Value for parameter MaxResults is invalid. Reason: Must be between 1 and 10, if provided.")
        })?;
        if !self.shared.lock().contains_key(name_of(source_arn)) {
            return Err(no_queue("SourceArn"));
        }
        let moves = self.shared.moves();
        let newest_first = moves.iter().rev().filter(|one| one.source_arn == source_arn);
        let results: Vec<_> = newest_first.take(most).map(Move::described).collect();
        Ok(json!({ "Results": results }))
    }
}

impl Move {
    fn described(&self) -> Value {
        let mut answer = json!({
            "Status": "COMPLETED",
            "SourceArn": self.source_arn,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.found,
            "StartedTimestamp": self.started,
        });
        if let Some(arn) = &self.destination_arn {
            answer["DestinationArn"] = json!(arn);
        }
        if let Some(rate) = self.rate {
            answer["MaxNumberOfMessagesPerSecond"] = json!(rate);
        }
        answer
    }
}

impl Shared {
    /// Moves what is not in flight to a queue, or each message to where it came from; how many of how many.
    fn move_messages(self: &Arc<Self>, call: &mut Call, source: &str, destination: Option<&str>) -> (usize, usize) {
        let now = self.core.now();
        let mut queues = self.lock();
        let messages = queues.get_mut(name_of(source)).map(|queue| queue.drain(now));
        let messages = messages.unwrap_or_default();
        let (mut moved, found) = (0, messages.len());
        for mut message in messages {
            let target = destination.map(str::to_owned).or(message.dead_letter_source.clone());
            let Some(queue) = target.and_then(|arn| queues.get_mut(name_of(&arn))) else {
                // Its queue is gone: it stays where it was.
                if let Some(queue) = queues.get_mut(name_of(source)) {
                    queue.take_in(now, message, None);
                }
                continue;
            };
            moved += 1;
            // To SQS it is a new message.
            message.message_id = self.core.chance.of(name_of(&queue.arn)).uuid();
            message.sent = now;
            queue.take_in(now, message, None);
            queue.wake(&self.core.clock);
            call.effects.push(Effect::QueueReady(queue.arn.clone()));
        }
        (moved, found)
    }
}

fn invalid(message: &str) -> ApiError {
    ApiError::new("InvalidParameterValue", message)
}

fn no_queue(parameter: &str) -> ApiError {
    no_resource(&format!(
        "The resource that you specified for the {parameter} parameter doesn't exist."
    ))
}

fn no_resource(message: &str) -> ApiError {
    ApiError::new("ResourceNotFoundException", message).status(404)
}
