//! What a step of a case does to a Region.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// What a step does.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum Action {
    /// Invoke a function.
    Invoke(Invoke),
    /// An HTTP request through API Gateway.
    Request(Request),
    /// Put an object into a bucket.
    PutObject(PutObject),
    /// Delete an object.
    DeleteObject(ObjectName),
    /// Put an item into a table.
    PutItem(PutItem),
    /// Send a message to a queue.
    SendMessage(SendMessage),
    /// Publish to a topic.
    Publish(Publish),
    /// Put an event on a bus.
    PutEvent(PutEvent),
    /// Let virtual time pass, as `90s`, `5m`, `2h`, `1d`.
    Wait(String),
    /// Shut a function's environments down.
    Recycle(String),
}

/// An invocation through the Lambda API.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Invoke {
    /// Its name; the first function where it is left out.
    pub function: Option<String>,
    /// The event, `{}` where no form of it is given.
    #[serde(deserialize_with = "present")]
    pub event: Option<Value>,
    /// The event as raw text, valid JSON or not.
    pub event_text: Option<String>,
    /// A file under the exercise's `events/`.
    pub event_file: Option<String>,
    /// Wait for the answer or not.
    #[serde(rename = "type")]
    pub kind: InvocationType,
    /// How often in all.
    pub times: Option<u32>,
    /// How many at a time.
    pub concurrency: Option<u32>,
}

/// `InvocationType` of the Invoke API.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum InvocationType {
    /// Synchronous.
    #[default]
    RequestResponse,
    /// Asynchronous.
    Event,
}

/// An HTTP request to an API. At most one of `body`, `json`, `base64`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Its name; the first API where it is left out.
    #[serde(default)]
    pub api: Option<String>,
    /// The HTTP method.
    pub method: String,
    /// The path, encoded as in a URL, without the query.
    pub path: String,
    /// Request headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Query parameters: a text or a list of texts each.
    #[serde(default)]
    pub query: BTreeMap<String, Value>,
    /// The body as text.
    #[serde(default)]
    pub body: Option<String>,
    /// The body as JSON; sets `Content-Type: application/json`.
    #[serde(default, deserialize_with = "present")]
    pub json: Option<Value>,
    /// A binary body, in base64; the event says `isBase64Encoded: true`.
    #[serde(default)]
    pub base64: Option<String>,
}

/// An object to put. Exactly one of `text`, `json`, `base64`, `file`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutObject {
    /// The bucket.
    pub bucket: String,
    /// The key, not encoded.
    pub key: String,
    /// Its content as text.
    #[serde(default)]
    pub text: Option<String>,
    /// Its content as JSON.
    #[serde(default, deserialize_with = "present")]
    pub json: Option<Value>,
    /// Its content in base64.
    #[serde(default)]
    pub base64: Option<String>,
    /// A file under the exercise's `files/`.
    #[serde(default)]
    pub file: Option<String>,
}

/// An object's place.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectName {
    /// The bucket.
    pub bucket: String,
    /// The key, not encoded.
    pub key: String,
}

/// An item to put.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutItem {
    /// The table.
    pub table: String,
    /// The item as plain JSON.
    pub item: Value,
}

/// A message to send. One of `body`, `json`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// The queue.
    pub queue: String,
    /// The body as text.
    #[serde(default)]
    pub body: Option<String>,
    /// The body as JSON.
    #[serde(default, deserialize_with = "present")]
    pub json: Option<Value>,
    /// `MessageGroupId`, for FIFO queues.
    #[serde(default)]
    pub group: Option<String>,
    /// How many equal messages.
    #[serde(default)]
    pub times: Option<u32>,
}

/// A message to publish. One of `message`, `json`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// The topic.
    pub topic: String,
    /// The message as text.
    #[serde(default)]
    pub message: Option<String>,
    /// The message as JSON.
    #[serde(default, deserialize_with = "present")]
    pub json: Option<Value>,
    /// The subject.
    #[serde(default)]
    pub subject: Option<String>,
}

/// An event for a bus.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutEvent {
    /// The bus, `default` unless given.
    #[serde(default)]
    pub bus: Option<String>,
    /// Who sends it.
    pub source: String,
    /// What kind it is.
    pub detail_type: String,
    /// What it says.
    pub detail: Value,
}

/// The time that a `wait` names: a whole number and `s`, `m`, `h` or `d`.
#[must_use]
pub fn parse_wait(text: &str) -> Option<Duration> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    let number: u64 = text[..text.len() - 1].parse().ok()?;
    Some(Duration::from_secs(number.checked_mul(unit)?))
}

/// `null` given is a pattern too, unlike a key left out.
pub(super) fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::parse_wait;

    #[test]
    fn waits_have_a_number_and_a_unit() {
        assert_eq!(parse_wait("90s"), Some(Duration::from_secs(90)));
        assert_eq!(parse_wait("120m"), parse_wait("2h"));
        for wrong in ["", "90", "m", "1.5m", "-1s", "5 m", "1w", "99999999999999999999d", "5é"] {
            assert_eq!(parse_wait(wrong), None, "{wrong}");
        }
    }
}
