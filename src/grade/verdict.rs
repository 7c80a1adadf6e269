//! What grading says: one verdict a case, one an exercise, and the events on the way.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::course::exercise::Files;

/// The files that are graded: the learner's, a solution or a starter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Submission {
    /// By path relative to `/var/task`.
    pub files: Files,
}

/// Sent while an exercise is graded.
#[derive(Debug, Clone)]
pub enum GradeEvent {
    /// Grading has begun; so many cases follow.
    Started {
        /// The number of cases.
        cases: usize,
    },
    /// A case is running now.
    CaseStarted {
        /// Its place in the exercise, from 0.
        index: usize,
    },
    /// A case is over. Cases may end in any order.
    CaseFinished {
        /// Its place in the exercise, from 0.
        index: usize,
        /// What came of it.
        verdict: Box<CaseVerdict>,
    },
}

/// What came of grading one exercise. The JSON form is `test --json`'s.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExerciseVerdict {
    /// The exercise's id.
    pub exercise: String,
    /// The whole.
    pub status: ExerciseStatus,
    /// Why nothing could be run, where `status` is `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// In the order of the exercise.
    pub cases: Vec<CaseVerdict>,
    /// Real time that grading took, in milliseconds.
    pub duration_ms: u64,
}

/// How an exercise ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ExerciseStatus {
    /// Every case passed.
    Pass,
    /// A case failed.
    Fail,
    /// The code could not be loaded, so that no case says anything of its own.
    Error,
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CaseStatus {
    /// All that was expected was seen.
    Pass,
    /// Something else was seen.
    Fail,
    /// Not run: grading was cancelled.
    Skipped,
    /// The case itself could not be run.
    Error,
}

/// What came of one case.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseVerdict {
    /// The case's id.
    pub id: String,
    /// The case's name.
    pub name: String,
    /// How it ended.
    pub status: CaseStatus,
    /// What is wrong, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The author's message for a listed mistake, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mistake: Option<String>,
    /// What to look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What was done, as `invoke greeter` and the event, in JSON or text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
    /// What was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Value>,
    /// What came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<Value>,
    /// Expected and actual, line by line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diff: Vec<DiffLine>,
    /// The line of the learner's that raised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<SourceLine>,
    /// What the case's invocations logged, platform lines included.
    pub log: Vec<String>,
    /// The invocations of the case.
    pub invocations: Vec<InvocationSummary>,
}

/// A line of a diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiffLine {
    /// Which side it is on.
    pub side: DiffSide,
    /// The text, without a line end.
    pub text: String,
}

/// Which side a diff line is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DiffSide {
    /// On both.
    Same,
    /// Expected, but not there.
    Expected,
    /// There, but not expected.
    Actual,
}

/// A line of the learner's code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceLine {
    /// Relative to `/var/task`.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// The source text.
    pub text: String,
}

/// One invocation in a case, in short.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InvocationSummary {
    /// The function.
    pub function: String,
    /// The request id.
    pub request_id: String,
    /// The attempt, from 1.
    pub attempt: u32,
    /// Whether the environment was new.
    pub cold_start: bool,
    /// Duration in milliseconds of virtual time.
    pub duration_ms: f64,
    /// `success`, `error` or `timeout`.
    pub status: String,
    /// The error's type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_type: Option<String>,
    /// What the caller got, as text.
    pub payload: String,
}

impl Submission {
    /// A submission of these files.
    #[must_use]
    pub fn new(files: Files) -> Self {
        Self { files }
    }

    /// The text of one file, if it is there and UTF-8.
    #[must_use]
    pub fn text(&self, path: &Path) -> Option<&str> {
        let name = path.to_str()?;
        self.files.get(name).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }
}
