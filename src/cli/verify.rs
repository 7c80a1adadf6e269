//! `verify`: the author's check of a whole course, first its files, then everything in it that runs.

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::count::{contents, count};
use super::engine::Engine;
use super::grading::Grading;
use super::printable::printable;
use super::{Context, Exit};
use crate::course::case::{Action, ErrorPattern, Expectation, Invoke, Step};
use crate::course::exercise::{Files, Mistake};
use crate::course::lesson::Scenario;
use crate::course::quiz::{Question, QuestionKind, Shown};
use crate::course::{Exercise, Lesson, Position, Problem, Source, schema, validate};
use crate::grade::{CaseStatus, ExerciseStatus, ExerciseVerdict, RunReport, StepReport};
use crate::quiz::marking::is_accepted;

/// Check a whole course: its files, and that everything in it runs as it says
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Check the files only; run nothing
    #[arg(long)]
    files: bool,
    /// Print the JSON Schema of cases.json
    #[arg(long, conflicts_with = "files")]
    schema: bool,
    /// What runs the handlers
    #[arg(long, value_enum, default_value_t)]
    engine: Engine,
}

impl Verify {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        if self.schema {
            write!(context.out, "{}", schema::cases()?)?;
            return Ok(Exit::Passed);
        }
        let source = match &context.globals.course {
            Some(folder) => Source::folder(folder)?,
            None => Source::embedded(),
        };
        let loaded = validate::check(&source);
        for problem in &loaded.problems {
            writeln!(context.out, "{}", printable(&problem.to_string()))?;
        }
        let course = loaded.course;
        writeln!(
            context.out,
            "files: {}, {}",
            contents(&course),
            problems(loaded.problems.len())
        )?;
        let mut number = loaded.problems.len();
        if !self.files {
            let mut runs = Runs {
                grading: Grading::new(context, self.engine)?,
                context,
                count: 0,
            };
            for exercise in &course.exercises {
                runs.exercise(exercise)?;
            }
            for lesson in &course.lessons {
                runs.lesson(lesson)?;
            }
            for quiz in &course.quizzes {
                for question in &quiz.questions {
                    runs.question(&quiz.lesson, question)?;
                }
            }
            number += runs.count;
        }
        writeln!(context.out, "{}", problems(number))?;
        Ok(Exit::passed_if(number == 0))
    }
}

fn problems(number: usize) -> String {
    if number == 0 {
        "no problems".to_owned()
    } else {
        count(number, "problem", "problems")
    }
}

/// Runs everything that a course says runs.
struct Runs<'a, 'c> {
    grading: Grading,
    context: &'a mut Context<'c>,
    count: usize,
}

impl Runs<'_, '_> {
    fn problem(&mut self, problem: &Problem) -> Result<()> {
        self.count += 1;
        Ok(writeln!(self.context.out, "{}", printable(&problem.to_string()))?)
    }

    /// The starter fails, the solution passes, and every mistake gets its message.
    fn exercise(&mut self, exercise: &Exercise) -> Result<()> {
        let id = &exercise.id;
        let before = self.count;
        if self.grade(exercise, exercise.starter.clone())?.status == ExerciseStatus::Pass {
            let problem = Problem::new(format!("exercises/{id}/starter"), "the starter passes all cases")
                .help("there is nothing left to do for the learner: take more out of it, or add a case that it fails");
            self.problem(&problem)?;
        }
        let verdict = self.grade(exercise, exercise.solution.clone())?;
        if verdict.status != ExerciseStatus::Pass {
            let message = format!("the solution does not pass: {}", first_failure(&verdict));
            self.problem(&Problem::new(format!("solutions/{id}"), message))?;
        }
        for mistake in &exercise.manifest.mistakes {
            self.mistake(exercise, mistake)?;
        }
        let mistakes = count(exercise.manifest.mistakes.len(), "mistake is", "mistakes are");
        self.said(
            before,
            &format!("{id}: the starter fails, the solution passes, {mistakes} recognised"),
        )
    }

    fn mistake(&mut self, exercise: &Exercise, mistake: &Mistake) -> Result<()> {
        let Some(own) = exercise.mistakes.get(&mistake.id) else {
            return Ok(());
        };
        let mut files = exercise.solution.clone();
        files.extend(own.clone());
        let verdict = self.grade(exercise, files)?;
        let folder = format!("exercises/{}/mistakes/{}", exercise.id, mistake.id);
        let case = verdict.cases.iter().find(|case| case.id == mistake.case);
        let said = case.and_then(|case| case.mistake.as_deref());
        if said.is_some_and(|said| said.trim() == mistake.say.trim()) {
            return Ok(());
        }
        let other = |text: &str| {
            exercise
                .manifest
                .mistakes
                .iter()
                .find(|other| other.say.trim() == text.trim())
        };
        let problem = match (case, said.and_then(other)) {
            (_, Some(other)) => {
                let message = format!("in the case `{}` the message of `{}` shows", mistake.case, other.id);
                Problem::new(folder, message).help("the first that matches speaks: put the narrower one first")
            }
            (Some(case), None) if case.status == CaseStatus::Pass => {
                Problem::new(folder, format!("the case `{}` passes with this mistake", mistake.case))
            }
            (Some(case), None) => {
                let got = case.actual.as_ref().map_or("nothing".to_owned(), Value::to_string);
                let message = format!("in the case `{}` its message does not show", mistake.case);
                let why = case.message.as_deref().unwrap_or("it failed");
                Problem::new(folder, message).help(format!("it does not match: {why}; got {got}"))
            }
            (None, None) => {
                let message = verdict.message.as_deref().unwrap_or("it was not run");
                Problem::new(
                    folder,
                    format!("nothing is said of the case `{}`: {message}", mistake.case),
                )
            }
        };
        self.problem(&problem)
    }

    fn grade(&mut self, exercise: &Exercise, files: Files) -> Result<ExerciseVerdict> {
        self.grading.grade(exercise, files, |_| Ok(()))
    }

    /// Every block runs as its scenario expects.
    fn lesson(&mut self, lesson: &Lesson) -> Result<()> {
        let (before, mut blocks) = (self.count, 0);
        for block in lesson.code_blocks() {
            let Some(scenario) = block.run.as_deref().and_then(|name| lesson.scenario(name)) else {
                continue;
            };
            blocks += 1;
            if let Some(message) = self.run(scenario, block.text)?.problem {
                let file = format!("lessons/{}.md", lesson.id);
                let position = Position {
                    line: block.line,
                    column: 1,
                };
                self.problem(
                    &Problem::new(file, format!("the block does not run as it should: {message}")).at(position),
                )?;
            }
        }
        if blocks == 0 {
            return Ok(());
        }
        self.said(
            before,
            &format!("{}: {}", lesson.id, count(blocks, "block runs", "blocks run")),
        )
    }

    /// What is to be predicted is what really comes.
    fn question(&mut self, quiz: &str, question: &Question) -> Result<()> {
        let (QuestionKind::Predict, Some(code), Some(answer)) =
            (question.kind, &question.code, question.answers.first())
        else {
            return Ok(());
        };
        let before = self.count;
        let report = self.run(scenario(question), code.clone())?;
        let fault = match (report.problem, report.steps.last()) {
            (Some(message), _) => Some(format!("the code does not run: {message}")),
            (None, None) => Some("the code was not run".to_owned()),
            (None, Some(step)) => {
                let seen = seen(question.shows, step);
                (!is_accepted(answer, &seen, true))
                    .then(|| format!("the answer is `{answer}`, but really it is `{seen}`"))
            }
        };
        if let Some(message) = fault {
            let message = format!("question `{}`: {message}", question.id);
            self.problem(&Problem::new(format!("quiz/{quiz}.toml"), message))?;
        }
        self.said(before, &format!("{quiz}: the answer to {} is what comes", question.id))
    }

    fn run(&mut self, scenario: Scenario, code: String) -> Result<RunReport> {
        self.grading.run_block(scenario, code)
    }

    /// Says what is well, if nothing was wrong since.
    fn said(&mut self, before: usize, text: &str) -> Result<()> {
        if self.count == before {
            writeln!(self.context.out, "{} {text}", self.context.style().pass())?;
        }
        Ok(self.context.out.flush()?)
    }
}

fn first_failure(verdict: &ExerciseVerdict) -> String {
    if let Some(message) = &verdict.message {
        return message.clone();
    }
    let failed = verdict.cases.iter().find(|case| case.status != CaseStatus::Pass);
    failed.map_or_else(
        || "no case was run".to_owned(),
        |case| format!("{} ({})", case.message.as_deref().unwrap_or("it failed"), case.id),
    )
}

/// The scenario of a `predict` question: so many invocations one after the other, all allowed to fail where an error is
/// to be predicted.
fn scenario(question: &Question) -> Scenario {
    let any = || Some(json!({"$any": true}));
    let expect = (question.shows == Shown::Error).then(|| Expectation {
        error: Some(ErrorPattern {
            kind: any(),
            message: None,
        }),
        ..Expectation::default()
    });
    let invoke = Invoke {
        event: question.event.clone(),
        ..Invoke::default()
    };
    let step = Step {
        action: Action::Invoke(invoke),
        expect,
        settle: true,
        note: None,
    };
    Scenario {
        steps: vec![step; question.invocations as usize],
        ..Scenario::default()
    }
}

/// What the learner would see of a step.
fn seen(shows: Shown, step: &StepReport) -> String {
    match shows {
        Shown::Response => step.payload.clone(),
        Shown::Log => {
            let printed = step
                .log
                .iter()
                .map(|line| line.trim_end())
                .filter(|line| !is_of_platform(line));
            printed.collect::<Vec<&str>>().join("\n")
        }
        Shown::Error => {
            let payload: Value = serde_json::from_str(&step.payload).unwrap_or_default();
            payload["errorType"].as_str().unwrap_or_default().to_owned()
        }
    }
}

/// Lines that Lambda writes, not the handler.
fn is_of_platform(line: &str) -> bool {
    [
        "START RequestId:",
        "END RequestId:",
        "REPORT RequestId:",
        "INIT_START ",
        "INIT_REPORT ",
        "EXTENSION\t",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}
