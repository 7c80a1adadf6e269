//! What became of a batch, by the answer of the function: the table of `ReportBatchItemFailures`
//! (facts recorded from AWS for queues and streams alike).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::history::InvocationRecord;

/// Which records of a batch have to come again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BatchOutcome {
    /// None.
    Succeeded,
    /// All of them.
    Failed,
    /// Those with these identifiers.
    Partly(BTreeSet<String>),
}

/// Reads a function's answer.
pub(super) fn outcome(record: &InvocationRecord, reports_failures: bool, identifiers: &[&str]) -> BatchOutcome {
    if record.function_error {
        return BatchOutcome::Failed;
    }
    if !reports_failures {
        return BatchOutcome::Succeeded;
    }
    match serde_json::from_slice(&record.payload) {
        Ok(answer) => of_answer(&answer, identifiers),
        Err(_) => BatchOutcome::Failed,
    }
}

fn of_answer(answer: &Value, identifiers: &[&str]) -> BatchOutcome {
    let failures = match answer {
        Value::Object(object) => match object.get("batchItemFailures") {
            None | Some(Value::Null) => return BatchOutcome::Succeeded,
            Some(Value::Array(failures)) => failures,
            Some(_) => return BatchOutcome::Failed,
        },
        Value::Null => return BatchOutcome::Succeeded,
        Value::Array(items) if items.is_empty() => return BatchOutcome::Succeeded,
        _ => return BatchOutcome::Failed,
    };
    let mut failed = BTreeSet::new();
    for failure in failures {
        let id = failure.get("itemIdentifier").and_then(Value::as_str);
        match id {
            // An empty or unknown identifier says that the function does not know: all come again.
            Some(id) if identifiers.contains(&id) => failed.insert(id.to_owned()),
            _ => return BatchOutcome::Failed,
        };
    }
    if failed.is_empty() {
        BatchOutcome::Succeeded
    } else {
        BatchOutcome::Partly(failed)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(answer: &Value) -> BatchOutcome {
        of_answer(answer, &["a", "b"])
    }

    #[test]
    fn success_has_five_forms() {
        for answer in [
            json!({"batchItemFailures": []}),
            json!({"batchItemFailures": null}),
            json!({}),
            json!(null),
            json!([]),
        ] {
            assert_eq!(of(&answer), BatchOutcome::Succeeded, "{answer}");
        }
    }

    #[test]
    fn named_records_come_again() {
        let answer = json!({"batchItemFailures": [{"itemIdentifier": "b"}]});
        assert_eq!(of(&answer), BatchOutcome::Partly(BTreeSet::from(["b".to_owned()])));
    }

    #[test]
    fn a_wrong_answer_fails_the_batch() {
        for failure in [
            json!({"itemIdentifier": ""}),
            json!({"itemIdentifier": null}),
            json!({"foo": 123}),
            json!({"foo": null}),
            json!({"itemIdentifier": "123"}),
        ] {
            assert_eq!(
                of(&json!({"batchItemFailures": [failure.clone()]})),
                BatchOutcome::Failed,
                "{failure}"
            );
        }
        assert_eq!(of(&json!("text")), BatchOutcome::Failed);
    }
}
