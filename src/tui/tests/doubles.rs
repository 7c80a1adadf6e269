//! A runner that decides by a word in the code, and a store in memory.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::course::Exercise;
use crate::course::exercise::Files;
use crate::course::lesson::Scenario;
use crate::grade::verdict::{DiffLine, DiffSide, SourceLine};
use crate::grade::{
    CaseStatus, CaseVerdict, ExerciseStatus, ExerciseVerdict, GradeEvent, RunReport, Runner, StepReport, Submission,
};
use crate::tui::ports::{Change, Progress, Store};

/// Code with `slow` in it runs for ever, with `boom` it cannot be loaded, with `bug` the runner panics, with `Hello` it passes.
pub struct WordRunner;

#[async_trait]
impl Runner for WordRunner {
    async fn grade(
        &self,
        exercise: Arc<Exercise>,
        submission: Submission,
        events: UnboundedSender<GradeEvent>,
        _cancel: CancellationToken,
    ) -> ExerciseVerdict {
        let code = String::from_utf8_lossy(&submission.files["handler.py"]).into_owned();
        let _ = events.send(GradeEvent::Started {
            cases: exercise.cases.len(),
        });
        let _ = events.send(GradeEvent::CaseStarted { index: 0 });
        if code.contains("slow") {
            std::future::pending::<()>().await;
        }
        assert!(!code.contains("bug"), "a bug in the runner");
        let mut verdict = ExerciseVerdict {
            exercise: exercise.id.clone(),
            status: ExerciseStatus::Error,
            message: Some("SyntaxError: invalid syntax (handler.py, line 1)".to_owned()),
            cases: Vec::new(),
            duration_ms: 120,
        };
        if code.contains("boom") {
            return verdict;
        }
        for (index, case) in exercise.cases.iter().enumerate() {
            let passes = index == 0 || code.contains("Hello");
            let case = case_verdict(&case.id, &case.name, &case.look, passes);
            let _ = events.send(GradeEvent::CaseFinished {
                index,
                verdict: Box::new(case.clone()),
            });
            verdict.cases.push(case);
        }
        let passed = verdict.cases.iter().all(|case| case.status == CaseStatus::Pass);
        ExerciseVerdict {
            status: if passed {
                ExerciseStatus::Pass
            } else {
                ExerciseStatus::Fail
            },
            message: None,
            ..verdict
        }
    }

    async fn run_block(&self, _: Scenario, code: String, _: CancellationToken) -> RunReport {
        if code.contains("slow") {
            std::future::pending::<()>().await;
        }
        report("invoke handler {}", "{\"ok\": true}")
    }

    async fn run_event(
        &self,
        _: Arc<Exercise>,
        _: Submission,
        _: Option<String>,
        event: String,
        _: CancellationToken,
    ) -> RunReport {
        report(&format!("invoke greeter {}", event.trim()), "{}")
    }
}

fn report(sent: &str, payload: &str) -> RunReport {
    let log = vec![
        "START RequestId: 1 Version: $LATEST".to_owned(),
        "hi \u{1b}[31mred\u{7}".to_owned(),
    ];
    let step = StepReport {
        sent: sent.to_owned(),
        payload: payload.to_owned(),
        log,
        ..StepReport::default()
    };
    RunReport {
        steps: vec![step],
        problem: None,
    }
}

fn case_verdict(id: &str, name: &str, look: &str, passes: bool) -> CaseVerdict {
    let line = |side, text: &str| DiffLine {
        side,
        text: text.to_owned(),
    };
    let failed = !passes;
    let diff = vec![
        line(DiffSide::Same, "{"),
        line(DiffSide::Expected, "  \"message\": \"Hello\""),
        line(DiffSide::Actual, "  \"message\": \"Bye\""),
        line(DiffSide::Same, "}"),
    ];
    CaseVerdict {
        id: id.to_owned(),
        name: name.to_owned(),
        status: if passes { CaseStatus::Pass } else { CaseStatus::Fail },
        message: failed.then(|| "The response is not what was expected.".to_owned()),
        mistake: failed.then(|| "You return the wrong **word**.".to_owned()),
        hint: failed.then(|| look.to_owned()),
        sent: Some("invoke greeter\n{\"name\": \"Ada\"}".to_owned()),
        expected: None,
        actual: None,
        diff: if failed { diff } else { Vec::new() },
        line: failed.then(|| SourceLine {
            file: "handler.py".to_owned(),
            line: 3,
            text: "    return {}".to_owned(),
        }),
        log: vec![
            "START RequestId: 1 Version: $LATEST".to_owned(),
            "about to greet".to_owned(),
        ],
        invocations: Vec::new(),
    }
}

/// Progress and files in memory.
#[derive(Default)]
pub struct Memory {
    pub progress: Mutex<Progress>,
    pub files: Mutex<BTreeMap<String, Files>>,
    pub backups: Mutex<Vec<Files>>,
    pub full: Mutex<bool>,
}

impl Memory {
    pub fn text(&self, exercise: &str, file: &str) -> String {
        String::from_utf8(self.files.lock().unwrap()[exercise][file].clone()).unwrap()
    }
}

impl Store for Memory {
    fn progress(&self) -> anyhow::Result<Progress> {
        Ok(self.progress.lock().unwrap().clone())
    }

    fn record(&self, change: &Change) -> anyhow::Result<()> {
        self.progress.lock().unwrap().apply(change);
        Ok(())
    }

    fn files(&self, exercise: &Exercise) -> anyhow::Result<Files> {
        Ok(self
            .files
            .lock()
            .unwrap()
            .entry(exercise.id.clone())
            .or_insert_with(|| exercise.starter.clone())
            .clone())
    }

    fn save(&self, exercise: &Exercise, file: &str, text: &str) -> anyhow::Result<()> {
        anyhow::ensure!(!*self.full.lock().unwrap(), "the disk is full");
        let mut files = self.files.lock().unwrap();
        files
            .entry(exercise.id.clone())
            .or_default()
            .insert(file.to_owned(), text.as_bytes().to_vec());
        Ok(())
    }

    fn reset(&self, exercise: &Exercise) -> anyhow::Result<PathBuf> {
        let before = self
            .files
            .lock()
            .unwrap()
            .insert(exercise.id.clone(), exercise.starter.clone());
        self.backups.lock().unwrap().extend(before);
        Ok(PathBuf::from("backups/01-hello"))
    }

    fn path(&self, exercise: &Exercise, file: &str) -> PathBuf {
        PathBuf::from("/nowhere").join(&exercise.id).join(file)
    }
}
