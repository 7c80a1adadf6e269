//! The one door through which screens and commands run learners' code.

use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::verdict::{ExerciseVerdict, GradeEvent, Submission};
use crate::course::Exercise;
use crate::course::lesson::Scenario;

/// Runs code in Regions. Tests of screens bring their own.
///
/// Dropping a returned future, or cancelling its token, kills every process it started.
#[async_trait]
pub trait Runner: Send + Sync {
    /// Gets ready for the first run, so that it need not wait. A failure shows at that run.
    async fn warm_up(&self) {}

    /// Grades a submission; sends events on the way.
    async fn grade(
        &self,
        exercise: Arc<Exercise>,
        submission: Submission,
        events: UnboundedSender<GradeEvent>,
        cancel: CancellationToken,
    ) -> ExerciseVerdict;

    /// Runs a code block of a lesson by its scenario.
    async fn run_block(&self, scenario: Scenario, code: String, cancel: CancellationToken) -> RunReport;

    /// Invokes the exercise's first function (or the one named) with an event, ungraded.
    async fn run_event(
        &self,
        exercise: Arc<Exercise>,
        submission: Submission,
        function: Option<String>,
        event: String,
        cancel: CancellationToken,
    ) -> RunReport;
}

/// What running a block or an event showed.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    /// One entry a step, in order.
    pub steps: Vec<StepReport>,
    /// Why it went otherwise than the author expects, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What one step showed.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// What was done: `invoke handler {"name": "Ada"}`, `GET /orders/1`, `put s3://in/a.csv`.
    pub sent: String,
    /// What came back: the payload of an invocation, the body of a response; empty where nothing does.
    pub payload: String,
    /// The HTTP status that API Gateway sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// `Unhandled` where the function failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function_error: Option<String>,
    /// All log lines that the step and what it set off wrote, in order, START, END and REPORT included.
    pub log: Vec<String>,
}
