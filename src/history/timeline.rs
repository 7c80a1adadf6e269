//! A timeline: what happened, in virtual time, each thing indented below what led to it.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::{Entry, EntryId, Event, InitOutcome, InvocationRecord, Phase};
use crate::clock::Timestamp;

/// How deep a line may stand; deeper ones stand there too.
const DEEPEST: usize = 8;

/// One line of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The entry that it tells of.
    pub id: EntryId,
    /// What led to that.
    pub cause: Option<EntryId>,
    /// Virtual time since the first entry.
    pub at: Duration,
    /// How many causes of causes are told of above it.
    pub depth: usize,
    /// What happened, on one line.
    pub text: String,
}

impl fmt::Display for Moment {
    /// As `   60.114 s    retried`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.at.as_millis();
        let indent = 2 * self.depth;
        write!(
            f,
            "{:>6}.{:03} s  {:indent$}{}",
            millis / 1_000,
            millis % 1_000,
            "",
            self.text
        )
    }
}

/// The moments of some entries, in their order. The platform's own log lines are left out, since what they say is
/// there already.
#[must_use]
pub fn timeline(entries: &[Entry]) -> Vec<Moment> {
    let start = entries.first().map_or(Timestamp::from_micros(0), |entry| entry.at);
    let mut depths: HashMap<EntryId, usize> = HashMap::new();
    let mut moments = Vec::new();
    for entry in entries {
        let below = entry.cause.and_then(|cause| depths.get(&cause).copied());
        let depth = match (&entry.event, below) {
            (_, None) => 0,
            // Attempts at one request stand below each other, not in each other.
            (Event::RetryScheduled { .. }, Some(depth)) => depth.saturating_sub(1),
            (Event::InvocationStarted { attempt: 2.., .. }, Some(depth)) => depth,
            (_, Some(depth)) => (depth + 1).min(DEEPEST),
        };
        depths.insert(entry.id, depth);
        if let Some(text) = text(&entry.event) {
            moments.push(Moment {
                id: entry.id,
                cause: entry.cause,
                at: entry.at - start,
                depth,
                text,
            });
        }
    }
    moments
}

/// What happened, on one line; `None` where something else says it already.
fn text(event: &Event) -> Option<String> {
    Some(match event {
        Event::EnvironmentCreated {
            function,
            environment,
            provisioned,
        } => {
            let kind = if provisioned.is_some() { "provisioned " } else { "" };
            format!("{kind}environment {} of {function}", short(environment))
        }
        Event::EnvironmentEnded { environment, reason } => {
            format!("environment {} ended: {}", short(environment), reason)
        }
        Event::Initialised {
            phase,
            duration,
            outcome,
            error_type,
            ..
        } => {
            let took = milliseconds(*duration);
            let within = match phase {
                Phase::Init => "",
                Phase::Invoke => ", within the invocation",
            };
            match (outcome, error_type) {
                (InitOutcome::Success, _) => format!("initialised in {took}{within}"),
                (InitOutcome::Timeout, _) => format!("initialisation timed out after {took}{within}"),
                (InitOutcome::Error, kind) => {
                    let kind = kind.as_deref().unwrap_or("an error");
                    format!("initialisation failed after {took}{within}: {kind}")
                }
            }
        }
        Event::SnapshotTaken { function, version, .. } => format!("snapshot of {function}, version {version}"),
        Event::InvocationStarted {
            function,
            request_id,
            attempt,
            cold_start,
            ..
        } => {
            let start = if *cold_start { "cold" } else { "warm" };
            let attempt = if *attempt > 1 {
                format!(", attempt {attempt}")
            } else {
                String::new()
            };
            format!("invoke {function} {} ({start}{attempt})", short(request_id))
        }
        Event::InvocationEnded(record) => ended(record),
        Event::Logged { message, .. } => return own_line(message),
        Event::Throttled { function, reason } => format!("{function} throttled: {reason}"),
        Event::RetryScheduled { attempt, after, .. } => {
            format!("attempt {attempt} comes in {} s", after.as_secs())
        }
        Event::Delivered {
            from,
            to,
            records,
            what,
        } => {
            let records = if *records == 1 {
                String::new()
            } else {
                format!(", {records} records")
            };
            format!("{what} from {} to {}{records}", resource(from), resource(to))
        }
        Event::ServiceCall {
            service,
            operation,
            parameters,
            error,
            ..
        } => {
            let error = error.as_ref().map(|code| format!(": {code}")).unwrap_or_default();
            format!("{service} {operation}{}{error}", named(parameters))
        }
    })
}

fn ended(record: &InvocationRecord) -> String {
    let how = match (&record.error_type, record.function_error) {
        (Some(kind), true) if !kind.is_empty() => kind,
        (_, true) => "failed",
        _ => "ok",
    };
    format!("{how} after {}, {}", milliseconds(record.duration), record.price())
}

/// A line of the handler's own, or nothing for one of the platform's.
fn own_line(message: &str) -> Option<String> {
    const PLATFORM: [&str; 8] = [
        "INIT_START ",
        "INIT_REPORT ",
        "RESTORE_START ",
        "RESTORE_REPORT ",
        "START RequestId: ",
        "END RequestId: ",
        "REPORT RequestId: ",
        "XRAY TraceId: ",
    ];
    let of_platform = PLATFORM.iter().any(|start| message.starts_with(start))
        || (message.starts_with("{\"time\":") && message.contains("\"type\":\"platform."));
    let first = message.lines().next().unwrap_or_default();
    let more = match message.lines().count() {
        0 | 1 => String::new(),
        2 => " (and a second line)".to_owned(),
        lines => format!(" (and {} more lines)", lines - 1),
    };
    (!of_platform).then(|| format!("log: {first}{more}"))
}

/// The parameter that names what a call is about.
fn named(parameters: &Value) -> String {
    const NAMES: [&str; 9] = [
        "Bucket",
        "TableName",
        "QueueUrl",
        "TopicArn",
        "FunctionName",
        "logGroupName",
        "Namespace",
        "EventBusName",
        "Name",
    ];
    let value = |name: &str| parameters.get(name).and_then(Value::as_str);
    let Some(name) = NAMES.iter().find_map(|name| value(name)) else {
        return String::new();
    };
    let name = name.rsplit(['/', ':']).next().unwrap_or(name);
    match value("Key") {
        Some(key) => format!(" {name}/{key}"),
        None => format!(" {name}"),
    }
}

/// A resource by the name that people give it: `queue orders` for an ARN of SQS.
fn resource(arn: &str) -> String {
    let mut parts = arn.splitn(6, ':');
    let service = parts.nth(2).unwrap_or_default();
    let Some(rest) = parts.nth(2) else {
        return arn.to_owned();
    };
    let kind = match service {
        "lambda" => "function",
        "sqs" => "queue",
        "sns" => "topic",
        "s3" => "bucket",
        "dynamodb" => "table",
        "events" if rest.starts_with("rule") => "rule",
        "events" => "bus",
        other => other,
    };
    // `function:NAME:VERSION`, `table/NAME/stream/TIME`, `rule/NAME`, `event-bus/NAME`, or the name alone.
    let name = match service {
        "lambda" => rest.split(':').nth(1),
        "dynamodb" => rest.split('/').nth(1),
        "events" => rest.rsplit('/').next(),
        _ => Some(rest),
    };
    format!("{kind} {}", name.unwrap_or(rest))
}

fn milliseconds(span: Duration) -> String {
    let hundredths = (span.as_nanos() + 5_000) / 10_000;
    format!("{}.{:02} ms", hundredths / 100, hundredths % 100)
}

/// The first eight characters of an id: enough to tell it from others.
fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

#[cfg(test)]
mod tests;
