//! Finds the listed mistake that a failing case shows.

use regex::Regex;
use serde_json::Value;

use super::findings::{Finding, payload, status_text};
use super::pattern::Scope;
use super::verdict::Submission;
use crate::course::exercise::{Exercise, Mistake, Symptoms};
use crate::history::InvocationStatus;

/// What is known of a failing case.
#[derive(Debug)]
pub struct Failure<'a> {
    /// The case's id.
    pub case: &'a str,
    /// What is wrong.
    pub finding: &'a Finding,
    /// Everything that was logged.
    pub log: &'a [String],
    /// What was graded.
    pub submission: &'a Submission,
}

/// The first mistake of the exercise whose symptoms all show.
#[must_use]
pub fn recognise<'a>(exercise: &'a Exercise, failure: &Failure<'_>) -> Option<&'a Mistake> {
    exercise
        .manifest
        .mistakes
        .iter()
        .find(|mistake| shows(&mistake.when, failure))
}

fn shows(when: &Symptoms, failure: &Failure<'_>) -> bool {
    let finding = failure.finding;
    let invocation = finding.invocation.as_deref();
    let error = invocation.filter(|record| record.function_error);
    let error_message = error
        .map(payload)
        .and_then(|payload| payload["errorMessage"].as_str().map(str::to_owned));
    (when.cases.is_empty() || when.cases.iter().any(|case| case == failure.case))
        && holds(when.error_type.as_deref(), |regex| {
            let whole = format!("^(?:{regex})$");
            error
                .and_then(|record| record.error_type.as_deref())
                .is_some_and(|kind| found(&whole, kind))
        })
        && holds(when.error_message.as_deref(), |regex| {
            error_message.as_deref().is_some_and(|message| found(regex, message))
        })
        && when.actual.as_ref().is_none_or(|pattern| {
            let actual = actual_of(finding);
            actual.is_some_and(|actual| Scope::default().matches(pattern, &actual))
        })
        && holds(when.log.as_deref(), |regex| {
            failure.log.iter().any(|line| found(regex, line))
        })
        && holds(when.code.as_deref(), |regex| {
            failure
                .submission
                .files
                .values()
                .any(|file| found(regex, &String::from_utf8_lossy(file)))
        })
        && when.status.is_none_or(|status| finding.http_status == Some(status))
        && holds(when.run_status.as_deref(), |wanted| {
            invocation.is_some_and(|record| {
                let failed = record.function_error && record.status == InvocationStatus::Success;
                wanted == if failed { "error" } else { status_text(record.status) }
            })
        })
}

/// What came back, whole: of an invocation its payload, even where API Gateway or a bucket showed it.
fn actual_of(finding: &Finding) -> Option<Value> {
    match (&finding.invocation, finding.http_status) {
        (Some(record), Some(502)) => Some(payload(record)),
        _ => finding.raw.clone(),
    }
}

fn holds(symptom: Option<&str>, test: impl FnOnce(&str) -> bool) -> bool {
    symptom.is_none_or(test)
}

fn found(regex: &str, text: &str) -> bool {
    Regex::new(regex).is_ok_and(|regex| regex.is_match(text))
}
