//! What destinations and dead-letter queues get of an event (recorded from AWS: `tests/golden/aws/destinations.json`).

use serde_json::{Value, json};

use super::Condition;
use super::queue::QueuedEvent;

/// How much of an error's message a dead letter shows, in characters.
const MESSAGE_LENGTH: usize = 1024;

/// The record that destinations get, key for key. `function_arn` is qualified.
pub(super) fn destination_record(
    event: &QueuedEvent,
    function_arn: &str,
    timestamp: &str,
    condition: Condition,
) -> Value {
    let mut record = json!({
        "version": "1.0",
        "timestamp": timestamp,
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": function_arn,
            "condition": condition.as_str(),
            "approximateInvokeCount": event.attempts,
        },
        "requestPayload": parsed(&event.invocation.payload),
    });
    if let Some(last) = &event.last {
        let mut context = json!({"statusCode": 200, "executedVersion": last.version});
        if last.function_error {
            context["functionError"] = json!("Unhandled");
        }
        record["responseContext"] = context;
        record["responsePayload"] = parsed(&last.payload);
    }
    record
}

/// Attributes of a dead letter: name, type, value.
pub(super) fn dead_letter_attributes(event: &QueuedEvent) -> Vec<(String, String, String)> {
    let payload = event
        .last
        .as_ref()
        .and_then(|last| serde_json::from_slice::<Value>(&last.payload).ok());
    let message = payload
        .as_ref()
        .and_then(|payload| payload.get("errorMessage")?.as_str())
        .unwrap_or_default();
    let attribute = |name: &str, kind: &str, value: String| (name.to_owned(), kind.to_owned(), value);
    vec![
        attribute("RequestID", "String", event.request_id.clone()),
        attribute("ErrorCode", "Number", "200".to_owned()),
        attribute("ErrorMessage", "String", message.chars().take(MESSAGE_LENGTH).collect()),
    ]
}

fn parsed(payload: &[u8]) -> Value {
    if payload.is_empty() {
        return json!({});
    }
    serde_json::from_slice(payload).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(payload).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::lambda::reference::FunctionRef;
    use crate::lambda::service::Invocation;

    #[test]
    fn a_record_without_any_attempt_has_no_response() {
        let event = QueuedEvent {
            function: FunctionRef {
                name: "f".to_owned(),
                qualifier: None,
            },
            request_id: "r".to_owned(),
            invocation: Invocation {
                payload: "{}".into(),
                ..Invocation::default()
            },
            queued: Timestamp::from_micros(0),
            attempts: 0,
            throttles: 0,
            last: None,
            cause: None,
            place: None,
        };
        let record = destination_record(&event, "arn", "t", Condition::ZeroReservedConcurrency);
        let keys: Vec<&String> = record.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["version", "timestamp", "requestContext", "requestPayload"]);
    }
}
