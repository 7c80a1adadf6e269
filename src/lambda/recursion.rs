//! Recursive loops: a function that, by what it does, is invoked again and again
//! (developer guide, "Use Lambda recursive loop detection to prevent infinite loops").

use super::error::ApiError;
use super::reference::FunctionRef;
use super::registry::RecursiveLoop;
use super::service::Lambda;
use crate::history::{EntryId, Event, History};

/// Lambda stops a function when it has been invoked about so often in one chain.
const LIMIT: u32 = 16;

impl Lambda {
    /// Refuses an invocation that would be one more round of a loop, unless the function allows loops.
    ///
    /// # Errors
    ///
    /// `RecursiveInvocationException`.
    pub(super) fn check_loop(&self, function: &FunctionRef, cause: Option<EntryId>) -> Result<(), ApiError> {
        let rounds = rounds(self.platform().history(), &function.name, cause);
        if rounds < LIMIT || self.recursive_loop(function)? == RecursiveLoop::Allow {
            return Ok(());
        }
        Err(ApiError::RecursiveInvocation(rounds))
    }
}

/// How often a function was invoked in the chain that led to an entry, as far back as Lambda can follow it. Retries
/// of an event are one invocation.
fn rounds(history: &History, function: &str, mut cause: Option<EntryId>) -> u32 {
    let mut rounds = 0;
    while let Some(entry) = cause.and_then(|id| history.get(id)) {
        match &entry.event {
            Event::InvocationStarted {
                function: invoked,
                attempt: 1,
                ..
            } if invoked == function => {
                rounds += 1;
                if rounds == LIMIT {
                    break;
                }
            }
            Event::Delivered { from, .. } if !is_followed(from) => break,
            _ => {}
        }
        cause = entry.cause;
    }
    rounds
}

/// Lambda follows a chain through itself, SQS, SNS and S3, and through nothing else.
fn is_followed(arn: &str) -> bool {
    matches!(arn.split(':').nth(2), Some("lambda" | "sqs" | "sns" | "s3"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn chain(history: &History, from: &str, length: usize) -> Option<EntryId> {
        let now = Timestamp::from_micros(0);
        let mut cause = None;
        for _ in 0..length {
            let delivered = Event::Delivered {
                from: from.to_owned(),
                to: "arn:aws:lambda:us-east-1:123456789012:function:f".to_owned(),
                records: 1,
                what: "SQS batch".to_owned(),
            };
            let delivered = history.record(now, cause, delivered);
            let started = Event::InvocationStarted {
                function: "f".to_owned(),
                environment: "e".to_owned(),
                request_id: "r".to_owned(),
                attempt: 1,
                cold_start: false,
            };
            cause = Some(history.record(now, Some(delivered), started));
        }
        cause
    }

    #[test]
    fn rounds_are_counted_along_the_causes() {
        let history = History::default();
        let last = chain(&history, "arn:aws:sqs:us-east-1:123456789012:q", 5);
        assert_eq!(rounds(&history, "f", last), 5);
        assert_eq!(rounds(&history, "g", last), 0);
        assert_eq!(rounds(&history, "f", None), 0);
        let long = chain(&history, "arn:aws:sqs:us-east-1:123456789012:q", 40);
        assert_eq!(rounds(&history, "f", long), LIMIT, "it need not look further");
    }

    #[test]
    fn a_stream_or_a_bus_breaks_the_chain() {
        let history = History::default();
        for source in [
            "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/l",
            "arn:aws:events:us-east-1:123456789012:rule/r",
        ] {
            let last = chain(&history, source, 5);
            assert_eq!(rounds(&history, "f", last), 1, "{source}");
        }
    }
}
