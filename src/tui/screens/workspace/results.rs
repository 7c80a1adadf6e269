//! What grading has said so far.

use super::Tab;
use super::view;
use crate::course::Exercise;
use crate::grade::{CaseStatus, CaseVerdict, ExerciseStatus, ExerciseVerdict, GradeEvent};
use crate::tui::model::{Model, Screen};
use crate::tui::ports::Change;

/// What grading has said so far.
#[derive(Debug, Clone)]
pub struct Results {
    /// The cases, in order.
    pub cases: Vec<CaseState>,
    /// The whole, once it is over.
    pub status: Option<ExerciseStatus>,
    /// Why nothing could be run.
    pub message: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Whether the learner stopped it.
    pub stopped: bool,
}

/// How a case stands.
#[derive(Debug, Clone)]
pub struct CaseState {
    /// What a passing handler does.
    pub name: String,
    /// Whether it runs now.
    pub running: bool,
    /// What came of it.
    pub verdict: Option<Box<CaseVerdict>>,
}

impl Results {
    /// Nothing has been said yet.
    #[must_use]
    pub fn waiting(exercise: &Exercise) -> Self {
        let state = |name: &String| CaseState {
            name: name.clone(),
            running: false,
            verdict: None,
        };
        Self {
            cases: exercise.cases.iter().map(|case| state(&case.name)).collect(),
            status: None,
            message: None,
            duration_ms: 0,
            stopped: false,
        }
    }

    /// Takes in what grading says on the way.
    pub fn hear(&mut self, event: GradeEvent) {
        match event {
            GradeEvent::Started { .. } => {}
            GradeEvent::CaseStarted { index } => {
                if let Some(case) = self.cases.get_mut(index) {
                    case.running = true;
                }
            }
            GradeEvent::CaseFinished { index, verdict } => {
                if let Some(case) = self.cases.get_mut(index) {
                    case.running = false;
                    case.verdict = Some(verdict);
                }
            }
        }
    }

    /// Takes in what grading says at its end.
    pub fn end(&mut self, verdict: ExerciseVerdict) {
        self.status = Some(verdict.status);
        self.message = verdict.message;
        self.duration_ms = verdict.duration_ms;
        for (case, verdict) in self.cases.iter_mut().zip(verdict.cases) {
            case.running = false;
            case.verdict = Some(Box::new(verdict));
        }
    }

    /// The cases that did not pass, in order.
    pub fn failing(&self) -> impl Iterator<Item = &CaseVerdict> {
        let verdicts = self.cases.iter().filter_map(|case| case.verdict.as_deref());
        verdicts.filter(|verdict| matches!(verdict.status, CaseStatus::Fail | CaseStatus::Error))
    }

    /// So many cases have passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        let verdicts = self.cases.iter().filter_map(|case| case.verdict.as_ref());
        verdicts.filter(|verdict| verdict.status == CaseStatus::Pass).count()
    }
}

/// Grading goes on.
pub fn grading(model: &mut Model, event: GradeEvent) {
    if let Screen::Workspace(workspace) = &mut model.screen
        && let Some(results) = &mut workspace.results
    {
        results.hear(event);
    }
}

/// Grading is over: the failing line is marked, and on a pass the way is open.
pub fn graded(model: &mut Model, verdict: ExerciseVerdict) {
    let wide = view::is_wide(model);
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    let passed = verdict.status == ExerciseStatus::Pass;
    let Some(results) = &mut workspace.results else { return };
    results.end(verdict);
    let (cases_passed, cases) = (results.passed(), results.cases.len());
    let line = results.failing().next().and_then(|verdict| verdict.line.clone());
    for open in &mut workspace.files {
        let line = line
            .as_ref()
            .filter(|line| line.file == open.name)
            .map(|line| line.line);
        open.editor.set_mark(line);
    }
    if passed && wide {
        workspace.editing = false;
        workspace.tab = Tab::Results;
    }
    let exercise = workspace.exercise.id.clone();
    model.record(Change::Attempt {
        exercise,
        passed,
        cases_passed,
        cases,
    });
}

/// The learner stopped it.
pub fn stopped(model: &mut Model) {
    if let Screen::Workspace(workspace) = &mut model.screen
        && let Some(results) = &mut workspace.results
        && results.status.is_none()
    {
        results.stopped = true;
        for case in &mut results.cases {
            case.running = false;
        }
    }
}
