//! What is wrong after a step or at the end of a case.

use serde_json::{Value, json};

use super::pattern::Scope;
use super::steps::StepOutcome;
use crate::course::case::{Expectation, Step};
use crate::history::{InvocationRecord, InvocationStatus};

/// Something that differs from what was expected.
#[derive(Debug, Clone, Default)]
pub struct Finding {
    /// A sentence that says what is wrong.
    pub message: String,
    /// What was expected.
    pub expected: Option<Value>,
    /// What came back.
    pub actual: Option<Value>,
    /// What came back, as it was, for the symptoms of listed mistakes.
    pub raw: Option<Value>,
    /// What to look at, if the check says so itself.
    pub look: Option<String>,
    /// The invocation that it is about.
    pub invocation: Option<Box<InvocationRecord>>,
    /// The HTTP status that API Gateway sent.
    pub http_status: Option<u16>,
}

impl Finding {
    /// A finding with a message alone.
    #[must_use]
    pub fn saying(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }

    /// What was expected and what came, shown side by side.
    #[must_use]
    pub fn compared(message: impl Into<String>, scope: &mut Scope, pattern: &Value, actual: &Value) -> Self {
        let (expected, shown) = scope.side_by_side(pattern, actual);
        Self {
            message: message.into(),
            expected: Some(expected),
            actual: Some(shown),
            raw: Some(actual.clone()),
            ..Self::default()
        }
    }
}

/// What is wrong with what a step showed, if anything is.
#[must_use]
pub fn of_step(step: &Step, outcome: &StepOutcome, scope: &mut Scope) -> Option<Finding> {
    if let Some(problem) = &outcome.problem {
        return Some(Finding::saying(problem.clone()));
    }
    let nothing = Expectation::default();
    let expect = step.expect.as_ref().unwrap_or(&nothing);
    for record in &outcome.invocations {
        scope.request_id = Some(record.request_id.clone());
        if let Some(mut finding) = of_invocation(expect, record, outcome, scope) {
            finding.invocation = Some(Box::new(record.clone()));
            return Some(finding);
        }
    }
    outcome.response.as_ref()?;
    of_response(expect, outcome, scope)
}

fn of_invocation(
    expect: &Expectation,
    record: &InvocationRecord,
    outcome: &StepOutcome,
    scope: &mut Scope,
) -> Option<Finding> {
    let payload = payload(record);
    if let Some(wanted) = &expect.error {
        let pattern = error_pattern(wanted);
        if !record.function_error {
            let mut finding = Finding::compared(
                "The function returned, but an error was expected.",
                scope,
                &json!({ "error": pattern }),
                &payload,
            );
            finding.raw = Some(payload);
            return Some(finding);
        }
        let actual = json!({"errorType": payload.get("errorType"), "errorMessage": payload.get("errorMessage")});
        if !scope.matches(&json!({ "$open": pattern }), &actual) {
            let pattern = json!({ "$open": pattern });
            return Some(Finding::compared(
                "The function failed with another error.",
                scope,
                &pattern,
                &actual,
            ));
        }
    } else if record.function_error {
        let expected = expect.response.as_ref().map(|pattern| scope.described(pattern));
        return Some(Finding {
            message: failure_sentence(record, &payload),
            expected,
            actual: Some(payload.clone()),
            raw: Some(payload),
            ..Finding::default()
        });
    }
    if let Some(pattern) = &expect.response
        && !scope.matches(pattern, &payload)
    {
        return Some(Finding::compared(
            "The response is another one.",
            scope,
            pattern,
            &payload,
        ));
    }
    if let Some(cold) = expect.cold_start.filter(|&cold| cold != record.cold_start) {
        let kind = |cold| if cold { "a cold start" } else { "a warm start" };
        return Some(Finding {
            message: format!("This invocation was {}, not {}.", kind(record.cold_start), kind(cold)),
            expected: Some(json!({ "coldStart": cold })),
            actual: Some(json!({ "coldStart": record.cold_start })),
            ..Finding::default()
        });
    }
    if let Some(status) = &expect.status {
        let actual = json!(status_text(record.status));
        if !scope.matches(status, &actual) {
            return Some(Finding::compared(
                "The invocation ended otherwise.",
                scope,
                status,
                &actual,
            ));
        }
    }
    of_log(expect, outcome, scope)
}

fn of_log(expect: &Expectation, outcome: &StepOutcome, scope: &mut Scope) -> Option<Finding> {
    let lines: Vec<Value> = outcome.log().map(Value::from).collect();
    for pattern in &expect.log {
        if !lines.iter().any(|line| scope.matches(pattern, line)) {
            return Some(Finding {
                message: "A line that was expected is not in the log.".to_owned(),
                expected: Some(scope.described(pattern)),
                actual: Some(Value::Array(own_lines(&lines))),
                raw: Some(Value::Array(lines)),
                ..Finding::default()
            });
        }
    }
    for pattern in &expect.not_log {
        if let Some(line) = lines.iter().find(|line| scope.matches(pattern, line)) {
            return Some(Finding {
                message: "The log has a line that must not be there.".to_owned(),
                expected: Some(json!({ "not in the log": scope.described(pattern) })),
                actual: Some(line.clone()),
                raw: Some(line.clone()),
                ..Finding::default()
            });
        }
    }
    None
}

fn of_response(expect: &Expectation, outcome: &StepOutcome, scope: &mut Scope) -> Option<Finding> {
    let response = outcome.response.as_ref()?;
    let body = String::from_utf8_lossy(&response.body).into_owned();
    let parsed: Option<Value> = serde_json::from_str(&body).ok();
    let content = parsed.clone().unwrap_or_else(|| Value::String(body.clone()));
    let whole = json!({"status": response.status, "headers": header_map(&response.headers), "body": content});
    let mut wanted = serde_json::Map::new();
    let mut actual = serde_json::Map::new();
    if let Some(status) = &expect.status {
        wanted.insert("status".to_owned(), status.clone());
        actual.insert("status".to_owned(), json!(response.status));
    }
    if !expect.headers.is_empty() {
        wanted.insert("headers".to_owned(), json!({ "$open": expect.headers }));
        let all = header_map(&response.headers);
        let shown = all
            .into_iter()
            .filter(|(name, _)| expect.headers.contains_key(name))
            .collect();
        actual.insert("headers".to_owned(), Value::Object(shown));
    }
    if let Some(json) = &expect.json {
        wanted.insert("body".to_owned(), json.clone());
        actual.insert("body".to_owned(), parsed.unwrap_or_else(|| Value::String(body.clone())));
    } else if let Some(text) = &expect.body {
        wanted.insert("body".to_owned(), text.clone());
        actual.insert("body".to_owned(), Value::String(body.clone()));
    }
    let (wanted, actual) = (Value::Object(wanted), Value::Object(actual));
    if scope.matches(&wanted, &actual) {
        return None;
    }
    let message = if response.status == 502 && expect.status != Some(json!(502)) {
        "API Gateway answered 502: the function failed, or what it returned is no proxy response.".to_owned()
    } else {
        "The HTTP response is another one.".to_owned()
    };
    let mut finding = Finding::compared(message, scope, &wanted, &actual);
    if response.status == 502 {
        finding.actual = Some(whole);
    }
    finding.raw = Some(content);
    finding.http_status = Some(response.status);
    finding.invocation = last_invocation(outcome);
    Some(finding)
}

/// The last invocation that a step set off, for its error and its line.
#[must_use]
pub fn last_invocation(outcome: &StepOutcome) -> Option<Box<InvocationRecord>> {
    outcome.entries.iter().rev().find_map(|entry| match &entry.event {
        crate::history::Event::InvocationEnded(record) => Some(record.clone()),
        _ => None,
    })
}

/// The payload of an invocation as JSON, or as text where it is none.
#[must_use]
pub fn payload(record: &InvocationRecord) -> Value {
    serde_json::from_slice(&record.payload)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&record.payload).into_owned()))
}

/// `success`, `error` or `timeout`.
#[must_use]
pub fn status_text(status: InvocationStatus) -> &'static str {
    match status {
        InvocationStatus::Success => "success",
        InvocationStatus::Error => "error",
        InvocationStatus::Timeout => "timeout",
    }
}

fn failure_sentence(record: &InvocationRecord, payload: &Value) -> String {
    let kind = record.error_type.as_deref().unwrap_or("an error");
    match record.status {
        InvocationStatus::Timeout => {
            format!("The function ran into its timeout of {} s.", record.duration.as_secs())
        }
        InvocationStatus::Error if kind == "Runtime.OutOfMemory" => {
            format!(
                "The function needed more than its {} MB of memory and was killed.",
                record.memory_size
            )
        }
        InvocationStatus::Error if kind.starts_with("Runtime.Import") || kind.contains("Syntax") => {
            format!(
                "The code cannot be loaded: {}",
                payload["errorMessage"].as_str().unwrap_or(kind)
            )
        }
        InvocationStatus::Error if kind == "Runtime.ExitError" => {
            "The function's process ended before it answered.".to_owned()
        }
        _ => format!(
            "The function raised {kind}: {}",
            payload["errorMessage"].as_str().unwrap_or_default()
        ),
    }
}

fn error_pattern(wanted: &crate::course::case::ErrorPattern) -> Value {
    let mut pattern = serde_json::Map::new();
    if let Some(kind) = &wanted.kind {
        pattern.insert("errorType".to_owned(), kind.clone());
    }
    if let Some(message) = &wanted.message {
        pattern.insert("errorMessage".to_owned(), message.clone());
    }
    Value::Object(pattern)
}

fn header_map(headers: &[(String, String)]) -> serde_json::Map<String, Value> {
    headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), Value::from(value.clone())))
        .collect()
}

/// Log lines without the platform's own.
fn own_lines(lines: &[Value]) -> Vec<Value> {
    const PLATFORM: [&str; 5] = [
        "INIT_START ",
        "START RequestId",
        "END RequestId",
        "REPORT RequestId",
        "INIT_REPORT ",
    ];
    let own = |line: &&Value| {
        !line
            .as_str()
            .is_some_and(|text| PLATFORM.iter().any(|start| text.starts_with(start)))
    };
    lines.iter().filter(own).cloned().collect()
}
