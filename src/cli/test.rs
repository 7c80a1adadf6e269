//! `test`: grades the learner's handler, or another.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use super::engine::Engine;
use super::grading::Grading;
use super::verdict::Screen;
use super::{Context, Exit, context, junit};
use crate::course::exercise::Files;
use crate::course::{Course, Exercise};
use crate::grade::{CaseStatus, ExerciseStatus, ExerciseVerdict};
use crate::learner::{LearnerFiles, read_folder};
use crate::progress::{Attempt, Store};

/// Grade your handler: exit 0 if all cases pass, 1 if not, 2 if it could not be run
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are flags, and clap rules their combinations out"
)]
pub(super) struct Test {
    /// The exercise's id, number or name [default: the first that has not passed]
    exercise: Option<String>,
    /// Grade all exercises
    #[arg(long, conflicts_with = "exercise")]
    all: bool,
    /// Grade this file, or this folder laid out like the exercise's, instead of yours
    #[arg(long, value_name = "PATH", requires = "exercise")]
    file: Option<PathBuf>,
    /// Grade the solutions that come with the course
    #[arg(long, conflicts_with = "file")]
    solutions: bool,
    /// Grade the starters that come with the course
    #[arg(long, conflicts_with_all = ["file", "solutions"])]
    starters: bool,
    /// What runs the handler
    #[arg(long, value_enum, default_value_t)]
    engine: Engine,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print JUnit XML
    #[arg(long, conflicts_with = "json")]
    junit: bool,
}

impl Test {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let course = context.course()?;
        let (files, store) = (context.files()?, context.store()?);
        let exercises = self.exercises(&course, &store)?;
        if exercises.is_empty() {
            bail!("the course has no exercises");
        }
        let submissions: Vec<(&Exercise, Files)> = exercises
            .into_iter()
            .map(|exercise| Ok((exercise, self.submission(exercise, &files, context)?)))
            .collect::<Result<_>>()?;
        let grading = Grading::new(context, self.engine)?;
        let mut verdicts = Vec::new();
        for (exercise, submission) in submissions {
            let graded = self.graded(exercise, &files);
            let verdict = self.grade(context, &grading, exercise, submission, &graded)?;
            if self.is_own() {
                store.record_attempt(&exercise.id, attempt(&verdict, context))?;
            }
            verdicts.push(verdict);
        }
        self.print(context, &verdicts)?;
        let any = |status| {
            verdicts
                .iter()
                .any(|verdict: &ExerciseVerdict| verdict.status == status)
        };
        Ok(match (any(ExerciseStatus::Error), any(ExerciseStatus::Fail)) {
            (true, _) if verdicts.iter().all(|verdict| verdict.status == ExerciseStatus::Error) => Exit::CouldNotRun,
            (false, false) => Exit::Passed,
            _ => Exit::Failed,
        })
    }

    fn is_own(&self) -> bool {
        self.file.is_none() && !self.solutions && !self.starters
    }

    fn is_many(&self) -> bool {
        self.all || (self.exercise.is_none() && (self.solutions || self.starters))
    }

    fn exercises<'c>(&self, course: &'c Course, store: &Store) -> Result<Vec<&'c Exercise>> {
        if self.is_many() {
            return Ok(course.exercises.iter().collect());
        }
        if let Some(query) = &self.exercise {
            return Ok(vec![context::exercise(course, query)?]);
        }
        let progress = store.exercises()?;
        let passed = |exercise: &&Exercise| {
            progress
                .get(&exercise.id)
                .is_some_and(|progress| progress.passed.is_some())
        };
        let first = course
            .exercises
            .iter()
            .find(|exercise| !passed(exercise))
            .or(course.exercises.first());
        Ok(first.into_iter().collect())
    }

    fn submission(&self, exercise: &Exercise, files: &LearnerFiles, context: &mut Context<'_>) -> Result<Files> {
        if self.solutions {
            return Ok(exercise.solution.clone());
        }
        if self.starters {
            return Ok(exercise.starter.clone());
        }
        if let Some(path) = &self.file {
            return from_path(exercise, path);
        }
        let made = files.begin(exercise)?;
        for path in &made {
            writeln!(context.err, "made {}", path.display())?;
        }
        if !made.is_empty() {
            writeln!(context.err, "what it must do: lambda-course read {}", exercise.id)?;
        }
        Ok(files.read(exercise)?)
    }

    /// What is graded, in words.
    fn graded(&self, exercise: &Exercise, files: &LearnerFiles) -> String {
        match &self.file {
            Some(path) => path.display().to_string(),
            None if self.solutions => "the solution".to_owned(),
            None if self.starters => "the starter".to_owned(),
            None => files.folder(exercise).display().to_string(),
        }
    }

    fn grade(
        &self,
        context: &mut Context<'_>,
        grading: &Grading,
        exercise: &Exercise,
        submission: Files,
        graded: &str,
    ) -> Result<ExerciseVerdict> {
        if self.json || self.junit {
            return grading.grade(exercise, submission, |_| Ok(()));
        }
        let style = context.style();
        let mut screen = Screen::new(context.out, style, exercise);
        screen.heading(graded)?;
        let verdict = grading.grade(exercise, submission, |event| screen.event(event))?;
        screen.verdict(&verdict)?;
        Ok(verdict)
    }

    fn print(&self, context: &mut Context<'_>, verdicts: &[ExerciseVerdict]) -> Result<()> {
        if self.junit {
            write!(context.out, "{}", junit::report(verdicts)?)?;
        } else if self.json && self.is_many() {
            writeln!(context.out, "{}", serde_json::to_string_pretty(verdicts)?)?;
        } else if self.json {
            for verdict in verdicts {
                writeln!(context.out, "{}", serde_json::to_string_pretty(verdict)?)?;
            }
        } else if self.is_many() {
            let passed = verdicts
                .iter()
                .filter(|verdict| verdict.status == ExerciseStatus::Pass)
                .count();
            writeln!(context.out, "{passed} of {} exercises pass.", verdicts.len())?;
        }
        Ok(())
    }
}

/// The submission in a folder, or in a file that stands for one of the exercise's.
fn from_path(exercise: &Exercise, path: &Path) -> Result<Files> {
    if path.is_dir() {
        return Ok(read_folder(path)?);
    }
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let listed = &exercise.manifest.files;
    let same_name = |file: &&String| {
        path.file_name()
            .is_some_and(|name| Path::new(file).file_name() == Some(name))
    };
    let file = listed
        .iter()
        .find(same_name)
        .or(listed.first())
        .context("the exercise has no file to grade")?;
    let mut files = exercise.starter.clone();
    files.insert(file.clone(), bytes);
    Ok(files)
}

fn attempt(verdict: &ExerciseVerdict, context: &Context<'_>) -> Attempt {
    Attempt {
        at: (context.now)().timestamp(),
        cases_passed: verdict
            .cases
            .iter()
            .filter(|case| case.status == CaseStatus::Pass)
            .count(),
        cases: verdict.cases.len(),
        passed: verdict.status == ExerciseStatus::Pass,
    }
}
