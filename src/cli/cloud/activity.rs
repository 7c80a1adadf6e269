//! What happens in a Region, one line for each thing.

use serde_json::{Value, json};

use crate::cli::printable::printable;
use crate::cli::style::Style;
use crate::clock::Timestamp;
use crate::history::{Entry, Event};
use crate::region::Region;

/// Longest text of a call's parameters, in characters.
const LONGEST: usize = 120;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Activity {
    at: Timestamp,
    kind: Kind,
    /// Whom it concerns: a function, a service.
    subject: String,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Call,
    Log,
    Delivery,
    Retry,
    Throttle,
    Deploy,
    Problem,
    Clock,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Log => "log",
            Self::Delivery => "delivery",
            Self::Retry => "retry",
            Self::Throttle => "throttle",
            Self::Deploy => "deploy",
            Self::Problem => "problem",
            Self::Clock => "clock",
        }
    }
}

impl Activity {
    /// What an entry of the record tells; `None` if other entries tell it better.
    pub(super) fn of(entry: &Entry) -> Option<Self> {
        let (kind, subject, text) = match &entry.event {
            Event::ServiceCall {
                environment,
                service,
                operation,
                parameters,
                error,
            } => {
                let by = if environment.is_some() { " (by a function)" } else { "" };
                let error = error.as_ref().map(|error| format!(" -> {error}")).unwrap_or_default();
                let text = format!("{operation}{}{by}{error}", parameters_of(parameters));
                (Kind::Call, service.clone(), text)
            }
            Event::Logged { group, message, .. } => {
                let subject = group.strip_prefix("/aws/lambda/").unwrap_or(group);
                (Kind::Log, subject.to_owned(), message.clone())
            }
            Event::Delivered {
                from,
                to,
                records,
                what,
            } => {
                let text = format!("{what} from {} ({records})", short(from));
                (Kind::Delivery, short(to).to_owned(), text)
            }
            Event::RetryScheduled {
                function,
                attempt,
                after,
                ..
            } => {
                let text = format!("attempt {attempt} in {} s", after.as_secs());
                (Kind::Retry, function.clone(), text)
            }
            Event::Throttled { function, reason } => (Kind::Throttle, function.clone(), reason.clone()),
            _ => return None,
        };
        Some(Self {
            at: entry.at,
            kind,
            subject,
            text,
        })
    }

    /// New code is deployed.
    pub(super) fn deploy(region: &Region, function: &str, text: &str) -> Self {
        Self::now(region, Kind::Deploy, function, text)
    }

    /// Something is wrong with the code.
    pub(super) fn problem(region: &Region, text: &str) -> Self {
        Self::now(region, Kind::Problem, "code", text)
    }

    /// Time was moved.
    pub(super) fn clock(region: &Region, text: &str) -> Self {
        Self::now(region, Kind::Clock, "time", text)
    }

    fn now(region: &Region, kind: Kind, subject: &str, text: &str) -> Self {
        Self {
            at: region.clock().now(),
            kind,
            subject: subject.to_owned(),
            text: text.to_owned(),
        }
    }

    /// For people: the time in UTC, what kind of thing it is, whom it concerns, what it was. What has more lines than
    /// one, a traceback perhaps, is indented.
    pub(super) fn line(&self, style: Style) -> String {
        let time = style.dim(&self.at.format("%H:%M:%S.%3f"));
        let text = printable(self.text.trim_end()).replace('\n', "\n    ");
        let word = format!("{:<8}", self.kind.word());
        let word = match self.kind {
            Kind::Problem | Kind::Throttle => style.red(&word),
            Kind::Deploy => style.green(&word),
            Kind::Log => style.dim(&word),
            _ => word,
        };
        format!("{time} {word} {}: {text}", printable(&self.subject))
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        json!({
            "time": self.at.iso_millis(),
            "kind": self.kind.word(),
            "subject": self.subject,
            "text": self.text,
        })
    }
}

/// The end of an ARN: what a learner named.
fn short(arn: &str) -> &str {
    let name = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    name.strip_prefix("function:").unwrap_or(name)
}

/// Parameters in one line: those that are short texts and numbers.
fn parameters_of(parameters: &Value) -> String {
    let entries = parameters.as_object().into_iter().flatten();
    let mut text = String::new();
    for (name, value) in entries {
        let value = match value {
            Value::String(value) => value.clone(),
            Value::Null => continue,
            other => other.to_string(),
        };
        text.push_str(&format!(" {name}={}", value.replace('\n', " ")));
    }
    if text.chars().count() > LONGEST {
        text = text.chars().take(LONGEST - 3).chain("...".chars()).collect();
    }
    text
}
