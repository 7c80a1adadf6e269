//! Test cases as data: what is done to a Region, and what must then be seen from outside.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::resources::Resources;

/// A `cases.json`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// For editors.
    #[serde(default, rename = "$schema")]
    pub schema: Option<String>,
    /// In the order in which they are shown.
    pub cases: Vec<Case>,
}

/// One case: a fresh Region, steps, checks.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Unique within the exercise.
    pub id: String,
    /// A sentence that says what a passing handler does.
    pub name: String,
    /// What to look at when it fails.
    pub look: String,
    /// Tables that replace the exercise's.
    #[serde(default)]
    pub resources: Resources,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What must be seen afterwards.
    #[serde(default)]
    pub expect: Vec<Check>,
}

/// One thing that is done: exactly one of the actions.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What is done.
    #[serde(flatten)]
    pub action: Action,
    /// What must come back.
    #[serde(default)]
    pub expect: Option<Expectation>,
    /// Run everything pending to its end afterwards, in virtual time.
    #[serde(default = "yes")]
    pub settle: bool,
    /// Says what the step is for.
    #[serde(default)]
    pub note: Option<String>,
}

/// What a step does.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
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
    #[serde(default)]
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
    #[serde(default)]
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
    #[serde(default)]
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
    #[serde(default)]
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

/// What must come back from a step. The values are patterns.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expectation {
    /// Invoke: the payload.
    #[serde(deserialize_with = "present")]
    pub response: Option<Value>,
    /// Invoke: the function error that must come.
    pub error: Option<ErrorPattern>,
    /// Invoke: whether it must be a cold start.
    pub cold_start: Option<bool>,
    /// Invoke: each pattern must match a log line.
    pub log: Vec<Value>,
    /// Invoke: none of these may match a log line.
    pub not_log: Vec<Value>,
    /// Invoke: a text, the status in REPORT; request: a number, the HTTP status.
    pub status: Option<Value>,
    /// Request: header name in lower case to pattern.
    pub headers: BTreeMap<String, Value>,
    /// Request: a pattern for the parsed body.
    #[serde(deserialize_with = "present")]
    pub json: Option<Value>,
    /// Request: a pattern for the body as text.
    pub body: Option<Value>,
}

/// `null` given is a pattern too, unlike a key left out.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// A function error, as patterns.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ErrorPattern {
    /// `errorType`.
    #[serde(rename = "type")]
    pub kind: Option<Value>,
    /// `errorMessage`.
    pub message: Option<Value>,
}

/// One check after the steps: exactly one of the kinds, and optionally `look`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Check {
    /// What is looked at.
    #[serde(flatten)]
    pub kind: CheckKind,
    /// What to look at when this check fails.
    #[serde(default)]
    pub look: Option<String>,
}

/// What a check looks at.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// An object in S3.
    Object(ObjectCheck),
    /// The keys in a bucket.
    Objects(ObjectsCheck),
    /// An item in DynamoDB.
    Item(ItemCheck),
    /// A whole table.
    Table(TableCheck),
    /// The messages in a queue.
    Queue(QueueCheck),
    /// How often a function ran.
    Invocations(InvocationsCheck),
    /// AWS calls that handlers made.
    Calls(CallsCheck),
    /// What a function logged.
    Log(LogCheck),
}

/// An object: its content or its absence.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectCheck {
    /// The bucket.
    pub bucket: String,
    /// The key, not encoded.
    pub key: String,
    /// A pattern for the content as JSON.
    #[serde(default)]
    pub json: Option<Value>,
    /// A pattern for the content as text.
    #[serde(default)]
    pub text: Option<Value>,
    /// It must not be there.
    #[serde(default)]
    pub absent: bool,
}

/// Exactly these keys.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectsCheck {
    /// The bucket.
    pub bucket: String,
    /// Only keys that begin so.
    #[serde(default)]
    pub prefix: String,
    /// All of them, in any order.
    pub keys: Vec<String>,
}

/// An item: its value or its absence.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemCheck {
    /// The table.
    pub table: String,
    /// The item's key as plain JSON.
    pub key: Value,
    /// A pattern for the item as plain JSON.
    #[serde(default)]
    pub is: Option<Value>,
    /// It must not be there.
    #[serde(default)]
    pub absent: bool,
}

/// The items of a table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableCheck {
    /// The table.
    pub table: String,
    /// How many items.
    #[serde(default)]
    pub count: Option<Count>,
    /// A pattern for each item, in any order.
    #[serde(default)]
    pub items: Option<Vec<Value>>,
}

/// The messages in a queue, visible or not.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueCheck {
    /// The queue.
    pub queue: String,
    /// How many messages.
    #[serde(default)]
    pub count: Option<Count>,
    /// A pattern for each body (parsed where it is JSON), in any order.
    #[serde(default)]
    pub messages: Option<Vec<Value>>,
}

/// How often a function ran, every attempt counted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvocationsCheck {
    /// The function.
    pub function: String,
    /// Invocations in all.
    #[serde(default)]
    pub count: Option<Count>,
    /// Those that ended in a function error, timeouts included.
    #[serde(default)]
    pub errors: Option<Count>,
    /// Those that began with a cold start.
    #[serde(default)]
    pub cold_starts: Option<Count>,
    /// Those that timed out.
    #[serde(default)]
    pub timeouts: Option<Count>,
}

/// AWS calls that handlers made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallsCheck {
    /// As `s3`.
    pub service: String,
    /// As `GetObject`.
    pub operation: String,
    /// An open pattern on the call's parameters.
    #[serde(default, rename = "match")]
    pub matching: Option<Value>,
    /// How many of them.
    pub count: Count,
}

/// What a function logged.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogCheck {
    /// The function.
    pub function: String,
    /// Found in some line.
    #[serde(default)]
    pub contains: Option<String>,
    /// Found in none.
    #[serde(default)]
    pub not_contains: Option<String>,
}

/// A number, or bounds for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Count {
    /// Exactly so many.
    Exactly(u64),
    /// Within bounds.
    Between(Bounds),
}

/// Bounds, each optional.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Bounds {
    /// At least so many.
    pub at_least: Option<u64>,
    /// At most so many.
    pub at_most: Option<u64>,
}

fn yes() -> bool {
    true
}
