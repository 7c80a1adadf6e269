//! Grades one case: a fresh Region, its steps, its checks, one verdict.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::diff;
use super::findings::{self, Finding, payload, status_text};
use super::mistakes::{self, Failure};
use super::pattern::Scope;
use super::source_line;
use super::steps::{Stage, StepOutcome};
use super::verdict::{CaseStatus, CaseVerdict, InvocationSummary, Submission};
use crate::course::case::Case;
use crate::course::exercise::Exercise;
use crate::history::{Event, InvocationRecord};
use crate::lambda::Engine;
use crate::region::{Content, Region, RegionConfig, RegionError};

/// A case that takes longer than this in real time has no end.
const PATIENCE: Duration = Duration::from_secs(60);

/// At most so many log lines are kept in a verdict.
const MAX_LOG_LINES: usize = 1_000;

/// Runs a case to its verdict.
pub async fn grade(engine: &Engine, exercise: &Arc<Exercise>, case: &Case, submission: &Submission) -> CaseVerdict {
    match tokio::time::timeout(PATIENCE, run(engine, exercise, case, submission)).await {
        Ok(Ok(verdict)) => verdict,
        Err(_) => CaseVerdict {
            message: Some(format!(
                "After {} seconds something was still running. Does your code set itself off again without end?",
                PATIENCE.as_secs()
            )),
            hint: Some(case.look.clone()),
            ..blank(case, CaseStatus::Fail)
        },
        Ok(Err(error)) => CaseVerdict {
            message: Some(format!("This case could not be run: {error}")),
            ..blank(case, CaseStatus::Error)
        },
    }
}

/// A verdict without anything in it.
#[must_use]
pub fn blank(case: &Case, status: CaseStatus) -> CaseVerdict {
    CaseVerdict {
        id: case.id.clone(),
        name: case.name.clone(),
        status,
        message: None,
        mistake: None,
        hint: None,
        sent: None,
        expected: None,
        actual: None,
        diff: Vec::new(),
        line: None,
        log: Vec::new(),
        invocations: Vec::new(),
    }
}

async fn run(
    engine: &Engine,
    exercise: &Arc<Exercise>,
    case: &Case,
    submission: &Submission,
) -> Result<CaseVerdict, RegionError> {
    let resources = exercise.manifest.resources.replaced_by(&case.resources);
    let region = Region::start(engine, RegionConfig::default()).await?;
    let content = Content {
        code: &submission.files,
        layers: &exercise.layers,
        data: &exercise.data,
    };
    region.create(&resources, content)?;
    let stage = Stage {
        region: &region,
        resources: &resources,
        events: &exercise.events,
        data: &exercise.data,
    };
    stage.ready().await;
    let mut scope = Scope::default();
    let mut sent = Vec::new();
    let mut finding = None;
    for step in &case.steps {
        let outcome = stage.run(step).await;
        sent.push(outcome.sent.clone());
        if let Some(found) = findings::of_step(step, &outcome, &mut scope) {
            sent = vec![outcome.sent.clone()];
            finding = Some(found);
            break;
        }
    }
    if finding.is_none() {
        region.settle().await;
        finding = case
            .expect
            .iter()
            .find_map(|check| super::checks::run(check, &region, &mut scope));
        if let Some(found) = &mut finding {
            // A wrong state often has a failed invocation behind it.
            found.invocation = found.invocation.take().or_else(|| last_failure(&region).map(Box::new));
        }
    }
    Ok(verdict(exercise, case, submission, &region, &sent, finding))
}

fn verdict(
    exercise: &Exercise,
    case: &Case,
    submission: &Submission,
    region: &Region,
    sent: &[String],
    finding: Option<Finding>,
) -> CaseVerdict {
    let (log, invocations) = record_of(region);
    let Some(finding) = finding else {
        return CaseVerdict {
            log,
            invocations,
            sent: Some(sent.join("\n")),
            ..blank(case, CaseStatus::Pass)
        };
    };
    let failure = Failure {
        case: &case.id,
        finding: &finding,
        log: &log,
        submission,
    };
    let mistake = mistakes::recognise(exercise, &failure).map(|mistake| mistake.say.trim().to_owned());
    let diff = match (&finding.expected, &finding.actual) {
        (Some(expected), Some(actual)) => diff::values(expected, actual),
        _ => Vec::new(),
    };
    let line = finding
        .invocation
        .as_deref()
        .filter(|record| record.function_error)
        .and_then(|record| source_line::of_error(&payload(record), submission));
    CaseVerdict {
        message: Some(finding.message),
        mistake,
        hint: Some(finding.look.unwrap_or_else(|| case.look.clone())),
        sent: Some(sent.join("\n")),
        expected: finding.expected,
        actual: finding.actual,
        diff,
        line,
        log,
        invocations,
        ..blank(case, CaseStatus::Fail)
    }
}

fn last_failure(region: &Region) -> Option<InvocationRecord> {
    region
        .history()
        .all()
        .into_iter()
        .rev()
        .find_map(|entry| match entry.event {
            Event::InvocationEnded(record) if record.function_error => Some(*record),
            _ => None,
        })
}

/// The log lines and the invocations of a Region, in order.
#[must_use]
pub fn record_of(region: &Region) -> (Vec<String>, Vec<InvocationSummary>) {
    let (mut log, mut invocations) = (Vec::new(), Vec::new());
    for entry in region.history().all() {
        match entry.event {
            Event::Logged { message, .. } if log.len() < MAX_LOG_LINES => log.push(message),
            Event::InvocationEnded(record) => invocations.push(summary(&record)),
            _ => {}
        }
    }
    if log.len() == MAX_LOG_LINES {
        log.push(format!(
            "[lambda-course] more than {MAX_LOG_LINES} lines: the rest is not shown"
        ));
    }
    (log, invocations)
}

fn summary(record: &InvocationRecord) -> InvocationSummary {
    const MAX_PAYLOAD: usize = 4_096;
    let mut text = match payload(record) {
        Value::String(text) if !record.payload.starts_with(b"\"") => text,
        value => value.to_string(),
    };
    if text.len() > MAX_PAYLOAD {
        let cut = text.floor_char_boundary(MAX_PAYLOAD);
        let left = text.len() - cut;
        text.truncate(cut);
        text.push_str(&format!("… ({left} more bytes)"));
    }
    InvocationSummary {
        function: record.function.clone(),
        request_id: record.request_id.clone(),
        attempt: record.attempt,
        cold_start: record.cold_start,
        duration_ms: record.duration.as_secs_f64() * 1_000.0,
        status: status_text(record.status).to_owned(),
        error_type: record.error_type.clone(),
        payload: text,
    }
}

/// Why a step's outcome is not what a lesson's author expects.
#[must_use]
pub fn problem_of(step: &crate::course::case::Step, outcome: &StepOutcome, scope: &mut Scope) -> Option<String> {
    let finding = findings::of_step(step, outcome, scope)?;
    let mut text = finding.message;
    if let (Some(expected), Some(actual)) = (&finding.expected, &finding.actual) {
        text.push_str(&format!("\nexpected: {expected}\nactual:   {actual}"));
    }
    Some(text)
}
