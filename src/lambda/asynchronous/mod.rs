//! Asynchronous invocations: the internal queue, retries, event age, destinations, dead letters.

mod queue;
mod record;

use std::time::Duration;

pub(super) use queue::EventQueues;

use self::queue::QueuedEvent;
use self::record::{dead_letter_attributes, destination_record};
use super::error::{ApiError, ThrottleReason};
use super::function::AsyncConfig;
use super::pool::Lease;
use super::service::{Attempt, Invocation, Lambda, MAX_ASYNC_PAYLOAD, check_payload};
use crate::clock::{Busy, Timestamp};
use crate::history::{EntryId, Event};
use crate::lambda::environment::Environment;

/// Waits before the second and the third attempt (developer guide, "Error handling and retries").
const RETRY_AFTER: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(2)];
/// Waits after a throttle: doubled from the first to the second.
const THROTTLE_WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(5));

/// Why an event's way through the queue is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    Success,
    RetriesExhausted,
    EventAgeExceeded,
    ZeroReservedConcurrency,
    /// The name is ours: AWS documents that the event goes to the destination, not under which condition.
    RecursiveLoopDetected,
}

impl Condition {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "Success",
            Self::RetriesExhausted => "RetriesExhausted",
            Self::EventAgeExceeded => "EventAgeExceeded",
            Self::ZeroReservedConcurrency => "ZeroReservedConcurrency",
            Self::RecursiveLoopDetected => "RecursiveLoopDetected",
        }
    }
}

/// A message for a destination or a dead-letter target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The function it comes from: its qualified ARN.
    pub from: String,
    /// The target's ARN.
    pub to: String,
    /// `Success` and the like, or `DeadLetter`.
    pub what: String,
    /// The record, or for dead letters the original event.
    pub body: String,
    /// Attributes of a dead letter: name, type, value.
    pub attributes: Vec<(String, String, String)>,
    /// Whether the invocation succeeded.
    pub success: bool,
    /// The key of the object, for a bucket.
    pub key: Option<String>,
    /// The entry of what led to it.
    pub cause: Option<EntryId>,
}

impl Lambda {
    /// `Invoke` with `Event`: accepted at once, run when its turn comes. Gives the request id.
    ///
    /// # Errors
    ///
    /// Lambda's own: no such function, a payload that is too large or no JSON.
    pub fn invoke_async(&self, function: &str, mut invocation: Invocation, busy: &Busy) -> Result<String, ApiError> {
        check_payload(&invocation.payload, MAX_ASYNC_PAYLOAD, "Event")?;
        let function = self.reference(function, None)?;
        self.invocable(&function)?;
        self.check_tenant(&function, invocation.tenant_id.as_ref())?;
        // "Lambda passes the ClientContext object to your function for synchronous invocations only" (API reference).
        invocation.client_context = None;
        let request_id = self.platform().request_id(&function.name);
        let now = self.platform().clock().now();
        let likely = self.async_config(&function)?.duplicates;
        let twice = self.platform().comes_twice(&function.name, likely);
        let name = function.name.clone();
        let event = QueuedEvent {
            function,
            request_id: request_id.clone(),
            cause: invocation.cause,
            invocation,
            queued: now,
            attempts: 0,
            throttles: 0,
            last: None,
            place: None,
        };
        if twice {
            self.events().put(now, event.clone());
        }
        self.events().put(now, event);
        self.read_events(&name, busy);
        Ok(request_id)
    }

    /// Starts attempts for as long as events are due and there is concurrency for them.
    fn read_events(&self, function: &str, busy: &Busy) {
        if !self.events().begin_reading(function) {
            return;
        }
        let clock = self.platform().clock();
        while let Some(event) = self.events().take(function, || clock.now()) {
            self.start_event(event, busy);
        }
    }

    fn start_event(&self, mut event: QueuedEvent, busy: &Busy) {
        let function = &event.function;
        // Deleted meanwhile: its events are gone with it.
        let (Ok(config), Ok(reserved)) = (self.async_config(function), self.reserved_concurrency(function)) else {
            return;
        };
        let now = self.platform().clock().now();
        if reserved == Some(0) {
            return self.conclude(&event, &config, Condition::ZeroReservedConcurrency, busy);
        }
        if self.check_loop(function, event.invocation.cause).is_err() {
            return self.conclude(&event, &config, Condition::RecursiveLoopDetected, busy);
        }
        if too_old(event.queued, now, config.event_age) {
            return self.conclude(&event, &config, Condition::EventAgeExceeded, busy);
        }
        let error = match self.lease(function, event.invocation.tenant_id.as_ref(), event.cause) {
            Ok(leased) => {
                event.throttles = 0;
                self.events().started(&event.function.name);
                let (lambda, busy) = (self.clone(), busy.another());
                self.spawn(async move { lambda.attempt_event(event, leased, &config, busy).await });
                return;
            }
            Err(error) => error,
        };
        self.events()
            .throttled(&event.function.name, !concurrency_helps(&error));
        self.put_back(event, &config, busy);
    }

    /// Runs one attempt, and sees to what follows.
    async fn attempt_event(
        &self,
        mut event: QueuedEvent,
        leased: (Lease, Environment),
        config: &AsyncConfig,
        busy: Busy,
    ) {
        let attempt = Attempt {
            function: &event.function,
            request_id: &event.request_id,
            number: event.attempts + 1,
            asynchronous: true,
            invocation: &event.invocation,
            cause: event.cause,
        };
        let (result, busy) = self.run(&attempt, leased, busy).await;
        let name = event.function.name.clone();
        self.events().ended(&name);
        match result {
            Ok(record) => {
                let failed = record.function_error;
                event.attempts += 1;
                event.cause = self.platform().history().ended(&event.request_id);
                event.last = Some(record);
                if !failed {
                    self.conclude(&event, config, Condition::Success, &busy);
                } else if event.attempts > u32::from(config.retries) {
                    self.conclude(&event, config, Condition::RetriesExhausted, &busy);
                } else {
                    self.retry(event, config, &busy);
                }
            }
            // No process could be had: the event did not run.
            Err(_) => self.put_back(event, config, &busy),
        }
        self.read_events(&name, &busy);
    }

    /// Puts an event that failed back, unless it would be too old by then.
    fn retry(&self, mut event: QueuedEvent, config: &AsyncConfig, busy: &Busy) {
        let now = self.platform().clock().now();
        let last = usize::try_from(event.attempts - 1).unwrap_or(1).min(1);
        let after = RETRY_AFTER[last];
        if too_old(event.queued, now + after, config.event_age) {
            return self.conclude(&event, config, Condition::EventAgeExceeded, busy);
        }
        let scheduled = Event::RetryScheduled {
            function: event.function.name.clone(),
            request_id: event.request_id.clone(),
            attempt: event.attempts + 1,
            after,
        };
        event.cause = Some(self.platform().record_because(event.cause, scheduled));
        self.read_later(event, now + after, busy);
    }

    /// Puts an event that did not run back, unless it would be too old by then.
    fn put_back(&self, mut event: QueuedEvent, config: &AsyncConfig, busy: &Busy) {
        let now = self.platform().clock().now();
        event.throttles += 1;
        let after = throttle_wait(event.throttles);
        if too_old(event.queued, now + after, config.event_age) {
            return self.conclude(&event, config, Condition::EventAgeExceeded, busy);
        }
        self.read_later(event, now + after, busy);
    }

    fn read_later(&self, event: QueuedEvent, at: Timestamp, busy: &Busy) {
        let name = event.function.name.clone();
        self.events().put(at, event);
        let (lambda, busy) = (self.clone(), busy.another());
        self.spawn(async move {
            let busy = lambda.platform().clock().sleep_until(busy, at).await;
            lambda.events().lift(&name);
            lambda.read_events(&name, &busy);
        });
    }

    /// Tells the destination and the dead-letter queue what became of an event.
    fn conclude(&self, event: &QueuedEvent, config: &AsyncConfig, condition: Condition, busy: &Busy) {
        let success = condition == Condition::Success;
        let from = event.function.qualified_arn(self.platform().account());
        let target = if success {
            &config.on_success
        } else {
            &config.on_failure
        };
        let message = |to: &String, what: &str, body: String| Outgoing {
            from: from.clone(),
            to: to.clone(),
            what: what.to_owned(),
            body,
            attributes: Vec::new(),
            success,
            key: None,
            cause: event.cause,
        };
        if let Some(to) = target {
            let timestamp = self.platform().clock().now().iso_millis();
            let body = destination_record(event, &from, &timestamp, condition).to_string();
            self.deliver(message(to, condition.as_str(), body), busy);
        }
        if let (false, Some(to)) = (success, &config.dead_letter) {
            let body = String::from_utf8_lossy(&event.invocation.payload).into_owned();
            let letter = Outgoing {
                attributes: dead_letter_attributes(event),
                ..message(to, "DeadLetter", body)
            };
            self.deliver(letter, busy);
        }
    }

    /// Hands a message to its target: to a function here, to anything else through the Region.
    fn deliver(&self, message: Outgoing, busy: &Busy) {
        if !message.to.contains(":function:") {
            self.platform().send_out(message, busy);
            return;
        }
        let delivered = Event::Delivered {
            from: message.from,
            to: message.to.clone(),
            records: 1,
            what: message.what,
        };
        let invocation = Invocation {
            payload: message.body.into(),
            cause: Some(self.platform().record_because(message.cause, delivered)),
            ..Invocation::default()
        };
        // A target that is gone gets nothing, as on AWS; the delivery stays on record.
        let _ = self.invoke_async(&message.to, invocation, busy);
    }
}

/// Whether there may be concurrency for an event as soon as another one ends. Else only time helps.
fn concurrency_helps(error: &ApiError) -> bool {
    matches!(
        error,
        ApiError::TooManyRequests {
            reason: ThrottleReason::ConcurrentInvocationLimitExceeded
                | ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded
        }
    )
}

fn too_old(queued: Timestamp, next: Timestamp, limit: Duration) -> bool {
    next - queued > limit
}

fn throttle_wait(throttles: u32) -> Duration {
    let (first, last) = THROTTLE_WAITS;
    first.saturating_mul(1 << (throttles - 1).min(10)).min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttles_wait_longer_each_time() {
        assert_eq!(throttle_wait(1), Duration::from_secs(1));
        assert_eq!(throttle_wait(3), Duration::from_secs(4));
        assert_eq!(throttle_wait(40), Duration::from_mins(5));
    }
}
