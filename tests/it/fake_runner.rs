//! A runner that runs nothing: what it says follows from words in the code.

use std::sync::Arc;

use async_trait::async_trait;
use lambda_course::course::case::Action;
use lambda_course::course::lesson::Scenario;
use lambda_course::course::{Case, Exercise};
use lambda_course::grade::verdict::{DiffLine, DiffSide, InvocationSummary, SourceLine};
use lambda_course::grade::{
    CaseStatus, CaseVerdict, ExerciseStatus, ExerciseVerdict, GradeEvent, RunReport, Runner, StepReport, Submission,
};
use serde_json::json;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

pub struct FakeRunner;

/// Words in the code, the case that they make fail, and the mistake that they are.
const WORDS: [(&str, &str, Option<&str>); 6] = [
    ("['name']", "without-name", Some("no-name")),
    ("Hi, ", "greets-by-name", Some("wrong-greeting")),
    ("print(", "greets-by-name", Some("none")),
    ("time.sleep", "greets-by-name", Some("slow")),
    ("TODO", "greets-by-name", None),
    ("untold", "without-name", None),
];

#[async_trait]
impl Runner for FakeRunner {
    async fn grade(
        &self,
        exercise: Arc<Exercise>,
        submission: Submission,
        events: UnboundedSender<GradeEvent>,
        _cancel: CancellationToken,
    ) -> ExerciseVerdict {
        let code = submission.text("handler.py".as_ref()).unwrap_or_default();
        if code.contains("def (") {
            return ExerciseVerdict {
                exercise: exercise.id.clone(),
                status: ExerciseStatus::Error,
                message: Some("SyntaxError: invalid syntax (handler.py, line 1)".to_owned()),
                cases: Vec::new(),
                duration_ms: 3,
            };
        }
        let _ = events.send(GradeEvent::Started {
            cases: exercise.cases.len(),
        });
        let cases: Vec<CaseVerdict> = exercise
            .cases
            .iter()
            .map(|case| verdict(&exercise, case, code))
            .collect();
        // Cases may end in any order.
        for (index, verdict) in cases.iter().enumerate().rev() {
            let _ = events.send(GradeEvent::CaseStarted { index });
            let _ = events.send(GradeEvent::CaseFinished {
                index,
                verdict: Box::new(verdict.clone()),
            });
        }
        let passed = cases.iter().all(|case| case.status == CaseStatus::Pass);
        ExerciseVerdict {
            exercise: exercise.id.clone(),
            status: if passed {
                ExerciseStatus::Pass
            } else {
                ExerciseStatus::Fail
            },
            message: None,
            cases,
            duration_ms: 120,
        }
    }

    async fn run_block(&self, scenario: Scenario, code: String, _cancel: CancellationToken) -> RunReport {
        let payload = if code.contains("doubled") {
            "{\"doubled\":4}"
        } else {
            "null"
        };
        let step = StepReport {
            sent: "invoke handler {}".to_owned(),
            payload: payload.to_owned(),
            log: vec![
                "START RequestId: 1 Version: $LATEST".to_owned(),
                "hello".to_owned(),
                "REPORT RequestId: 1\tDuration: 1.00 ms".to_owned(),
            ],
            ..StepReport::default()
        };
        let invocations = scenario
            .steps
            .iter()
            .filter(|step| matches!(step.action, Action::Invoke(_)))
            .count()
            .max(1);
        RunReport {
            steps: vec![step; invocations],
            problem: code
                .contains("raise")
                .then(|| "the function raised ValueError".to_owned()),
        }
    }

    async fn run_event(
        &self,
        _exercise: Arc<Exercise>,
        _submission: Submission,
        _function: Option<String>,
        _event: String,
        _cancel: CancellationToken,
    ) -> RunReport {
        RunReport::default()
    }
}

fn verdict(exercise: &Exercise, case: &Case, code: &str) -> CaseVerdict {
    let passed = CaseVerdict {
        id: case.id.clone(),
        name: case.name.clone(),
        status: CaseStatus::Pass,
        message: None,
        mistake: None,
        hint: None,
        sent: None,
        expected: None,
        actual: None,
        diff: Vec::new(),
        line: None,
        log: Vec::new(),
        invocations: vec![InvocationSummary {
            function: "greeter".to_owned(),
            request_id: "00000000-0000-4000-8000-000000000001".to_owned(),
            attempt: 1,
            cold_start: true,
            duration_ms: 1.5,
            status: "success".to_owned(),
            error_type: None,
            payload: "\"Hello, Ada!\"".to_owned(),
        }],
    };
    let Some((_, _, mistake)) = WORDS.iter().find(|(word, id, _)| code.contains(word) && case.id == *id) else {
        return passed;
    };
    let say = |id: &&str| {
        exercise
            .manifest
            .mistakes
            .iter()
            .find(|mistake| mistake.id == *id)
            .map(|m| m.say.clone())
    };
    let long = code.contains("wide");
    let value = |greeting: &str| {
        if long {
            json!({"lines": [greeting, "x".repeat(60)]})
        } else {
            json!(greeting)
        }
    };
    CaseVerdict {
        status: CaseStatus::Fail,
        message: Some("The response is another.".to_owned()),
        mistake: mistake.as_ref().and_then(say),
        hint: Some(case.look.clone()),
        sent: Some("invoke greeter {\"name\": \"Ada\"}".to_owned()),
        expected: Some(value("Hello, Ada!")),
        actual: Some(value("Hi, Ada!")),
        diff: vec![
            DiffLine {
                side: DiffSide::Expected,
                text: "\"Hello, Ada!\"".to_owned(),
            },
            DiffLine {
                side: DiffSide::Actual,
                text: "\"Hi, Ada!\"".to_owned(),
            },
        ],
        line: Some(SourceLine {
            file: "handler.py".to_owned(),
            line: 2,
            text: "    return f\"Hi, {event.get('name')}!\"".to_owned(),
        }),
        log: vec![
            "START RequestId: 1 Version: $LATEST".to_owned(),
            "evil \u{1b}[2J line\u{0}".to_owned(),
        ],
        ..passed
    }
}
