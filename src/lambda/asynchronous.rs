//! Asynchronous invocations: the internal queue, retries, event age, destinations, dead letters.

use std::time::Duration;

use serde_json::{Value, json};

use super::error::ApiError;
use super::service::{Attempt, Invocation, Lambda, MAX_ASYNC_PAYLOAD, check_payload};
use crate::clock::{Busy, Timestamp};
use crate::history::{EntryId, Event, InvocationRecord};

/// Waits before the second and the third attempt (developer guide, "Error handling and retries").
const RETRY_AFTER: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(2)];
/// Waits after a throttle: doubled from the first to the second.
const THROTTLE_WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(5));

/// Lambda stops a loop after about 16 rounds (developer guide, "Recursive loop detection").
const RECURSION_LIMIT: u32 = 16;

/// Why an event's way through the queue is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    Success,
    RetriesExhausted,
    EventAgeExceeded,
    ZeroReservedConcurrency,
}

impl Condition {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "Success",
            Self::RetriesExhausted => "RetriesExhausted",
            Self::EventAgeExceeded => "EventAgeExceeded",
            Self::ZeroReservedConcurrency => "ZeroReservedConcurrency",
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
    pub fn invoke_async(&self, function: &str, invocation: Invocation, busy: &Busy) -> Result<String, ApiError> {
        check_payload(&invocation.payload, MAX_ASYNC_PAYLOAD, "Event")?;
        self.invocable(&self.reference(function, None)?)?;
        if invocation.depth > RECURSION_LIMIT {
            return Err(ApiError::RecursiveInvocation(invocation.depth));
        }
        let request_id = self.platform().chance().uuid();
        let (lambda, busy) = (self.clone(), busy.another());
        let (function, id) = (function.to_owned(), request_id.clone());
        self.spawn(async move { lambda.work_off(&function, &id, &invocation, busy).await });
        Ok(request_id)
    }

    /// Takes one event through the queue to its end.
    async fn work_off(&self, function: &str, request_id: &str, invocation: &Invocation, mut busy: Busy) {
        let clock = self.platform().clock().clone();
        let queued = clock.now();
        let (mut attempts, mut throttles) = (0, 0);
        let mut last = None;
        let condition = loop {
            let reference = self.reference(function, None);
            let Ok((config, reserved)) = reference
                .and_then(|reference| Ok((self.async_config(&reference)?, self.reserved_concurrency(&reference)?)))
            else {
                return;
            };
            if reserved == Some(0) {
                break Condition::ZeroReservedConcurrency;
            }
            let attempt = Attempt {
                function,
                request_id,
                number: attempts + 1,
                asynchronous: true,
                invocation,
                cause: invocation.cause,
            };
            let (result, token) = self.attempt(&attempt, busy).await;
            busy = token;
            let was_run = result.is_ok();
            let wait = if let Ok(record) = result {
                let failed = record.function_error;
                last = Some(record);
                attempts += 1;
                if !failed {
                    break Condition::Success;
                }
                if attempts > u32::from(config.retries) {
                    break Condition::RetriesExhausted;
                }
                RETRY_AFTER[usize::try_from(attempts - 1).unwrap_or(1).min(1)]
            } else {
                throttles += 1;
                throttle_wait(throttles)
            };
            if too_old(queued, clock.now() + wait, config.event_age) {
                break Condition::EventAgeExceeded;
            }
            if was_run {
                self.platform().record(Event::RetryScheduled {
                    function: function.to_owned(),
                    request_id: request_id.to_owned(),
                    attempt: attempts + 1,
                    after: wait,
                });
            }
            busy = clock.sleep(busy, wait).await;
        };
        self.send_on(
            function,
            request_id,
            invocation,
            condition,
            attempts,
            last.as_ref(),
            &busy,
        );
    }

    #[allow(clippy::too_many_arguments)]
    fn send_on(
        &self,
        function: &str,
        request_id: &str,
        invocation: &Invocation,
        condition: Condition,
        attempts: u32,
        record: Option<&InvocationRecord>,
        busy: &Busy,
    ) {
        let Ok(reference) = self.reference(function, None) else {
            return;
        };
        let Ok(config) = self.async_config(&reference) else {
            return;
        };
        let success = condition == Condition::Success;
        let from = reference.qualified_arn(self.platform().account());
        let target = if success {
            &config.on_success
        } else {
            &config.on_failure
        };
        if let Some(to) = target {
            let timestamp = self.platform().clock().now().iso_millis();
            let body = destination_record(&from, request_id, &timestamp, condition, attempts, invocation, record);
            self.deliver(
                Outgoing {
                    from: from.clone(),
                    to: to.clone(),
                    what: condition.as_str().to_owned(),
                    body: body.to_string(),
                    attributes: Vec::new(),
                    success,
                    key: None,
                    cause: invocation.cause,
                },
                busy,
            );
        }
        if let (false, Some(to)) = (success, &config.dead_letter) {
            self.deliver(
                Outgoing {
                    from,
                    to: to.clone(),
                    what: "DeadLetter".to_owned(),
                    body: String::from_utf8_lossy(&invocation.payload).into_owned(),
                    attributes: dead_letter_attributes(request_id, record),
                    success,
                    key: None,
                    cause: invocation.cause,
                },
                busy,
            );
        }
    }

    /// Hands a message to its target: to a function here, to anything else through the Region.
    fn deliver(&self, message: Outgoing, busy: &Busy) {
        if message.to.contains(":function:") {
            self.platform().record(Event::Delivered {
                from: message.from,
                to: message.to.clone(),
                records: 1,
                what: message.what,
            });
            let invocation = Invocation {
                payload: message.body.into(),
                ..Invocation::default()
            };
            // A target that is gone gets nothing, as on AWS; the delivery stays on record.
            let _ = self.invoke_async(&message.to, invocation, busy);
        } else {
            self.platform().send_out(message, busy);
        }
    }
}

fn too_old(queued: Timestamp, next: Timestamp, limit: Duration) -> bool {
    next - queued > limit
}

fn throttle_wait(throttles: u32) -> Duration {
    let (first, last) = THROTTLE_WAITS;
    first.saturating_mul(1 << (throttles - 1).min(10)).min(last)
}

/// The record that destinations get, key for key as recorded from AWS (`tests/golden/aws/destinations.json`).
fn destination_record(
    function_arn: &str,
    request_id: &str,
    timestamp: &str,
    condition: Condition,
    attempts: u32,
    invocation: &Invocation,
    last: Option<&InvocationRecord>,
) -> Value {
    let mut record = json!({
        "version": "1.0",
        "timestamp": timestamp,
        "requestContext": {
            "requestId": request_id,
            "functionArn": function_arn,
            "condition": condition.as_str(),
            "approximateInvokeCount": attempts,
        },
        "requestPayload": parsed(&invocation.payload),
    });
    if let Some(last) = last {
        let mut context = json!({"statusCode": 200, "executedVersion": last.version});
        if last.function_error {
            context["functionError"] = json!("Unhandled");
        }
        record["responseContext"] = context;
        record["responsePayload"] = parsed(&last.payload);
    }
    record
}

fn parsed(payload: &[u8]) -> Value {
    if payload.is_empty() {
        return json!({});
    }
    serde_json::from_slice(payload).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(payload).into_owned()))
}

fn dead_letter_attributes(request_id: &str, record: Option<&InvocationRecord>) -> Vec<(String, String, String)> {
    let message = record
        .and_then(|record| serde_json::from_slice::<Value>(&record.payload).ok())
        .and_then(|payload| payload.get("errorMessage")?.as_str().map(str::to_owned))
        .unwrap_or_default();
    let attribute = |name: &str, kind: &str, value: String| (name.to_owned(), kind.to_owned(), value);
    vec![
        attribute("RequestID", "String", request_id.to_owned()),
        attribute("ErrorCode", "Number", "200".to_owned()),
        attribute("ErrorMessage", "String", message.chars().take(1024).collect()),
    ]
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

    #[test]
    fn a_record_without_any_attempt_has_no_response() {
        let invocation = Invocation {
            payload: "{}".into(),
            ..Invocation::default()
        };
        let record = destination_record(
            "arn",
            "r",
            "t",
            Condition::ZeroReservedConcurrency,
            0,
            &invocation,
            None,
        );
        let keys: Vec<&String> = record.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["version", "timestamp", "requestContext", "requestPayload"]);
    }
}
