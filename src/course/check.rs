//! What must be seen from outside after the steps of a case.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::action::present;

/// One check after the steps: exactly one of the kinds, and optionally `look`.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Check {
    /// What is looked at.
    #[schemars(flatten)]
    pub kind: CheckKind,
    /// What to look at when this check fails.
    #[schemars(default)]
    pub look: Option<String>,
}

/// What a check looks at.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "snake_case")]
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
    #[serde(default, deserialize_with = "present")]
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
    #[serde(default, deserialize_with = "present")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
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
