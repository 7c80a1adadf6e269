//! Test cases as data: what is done to a Region, and what must then be seen from outside.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::action::present;
pub use super::action::{
    Action, InvocationType, Invoke, ObjectName, Publish, PutEvent, PutItem, PutObject, Request, SendMessage, parse_wait,
};
pub use super::check::{
    Bounds, CallsCheck, Check, CheckKind, Count, InvocationsCheck, ItemCheck, LogCheck, ObjectCheck, ObjectsCheck,
    QueueCheck, TableCheck,
};
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

impl Case {
    /// Whether the case replaces any of the exercise's resources.
    #[must_use]
    pub fn has_resources(&self) -> bool {
        self.resources != Resources::default()
    }
}

/// One thing that is done: exactly one of the actions.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Step {
    /// What is done.
    #[schemars(flatten)]
    pub action: Action,
    /// What must come back.
    #[schemars(default)]
    pub expect: Option<Expectation>,
    /// Run everything pending to its end afterwards, in virtual time.
    #[schemars(default = "yes")]
    pub settle: bool,
    /// Says what the step is for.
    #[schemars(default)]
    pub note: Option<String>,
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

fn yes() -> bool {
    true
}
