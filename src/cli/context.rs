//! What commands work with: writers, input, the environment, the time, and the way to a runner.

use std::ffi::OsString;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use jiff::Zoned;

use super::Globals;
use super::engine::Engine;
use super::style::Style;
use crate::course::{Course, Exercise, Lesson, ids};
use crate::grade::Runner;
use crate::learner::LearnerFiles;
use crate::progress::{Opened, Store, place};

/// Makes the runner for an engine.
pub type Runners<'a> = &'a dyn Fn(Engine) -> Result<Arc<dyn Runner>>;

/// What a command works with. Tests bring their own.
pub struct Context<'a> {
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// Standard input.
    pub input: &'a mut dyn BufRead,
    /// Whether standard output is a terminal.
    pub out_is_terminal: bool,
    /// Whether standard input is a terminal.
    pub input_is_terminal: bool,
    /// The terminal's columns and rows, where it is one.
    pub size: Option<(u16, u16)>,
    /// The environment's variables.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// Now, in the learner's time zone.
    pub now: &'a dyn Fn() -> Zoned,
    /// Makes the runner for an engine.
    pub runners: Runners<'a>,
    /// The flags that every command takes.
    pub globals: Globals,
}

impl Context<'_> {
    pub(super) fn style(&self) -> Style {
        let no_colour = (self.variable)("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = (self.variable)("TERM").is_some_and(|value| value == "dumb");
        let words = self.globals.plain || self.globals.ascii;
        Style {
            colour: self.out_is_terminal && !no_colour && !dumb && !self.globals.plain,
            words,
        }
    }

    pub(super) fn course(&self) -> Result<Course> {
        Ok(match &self.globals.course {
            Some(folder) => Course::load(folder)?,
            None => Course::embedded()?,
        })
    }

    /// The folder of the store.
    pub(super) fn data_folder(&self) -> Result<PathBuf> {
        place::data_folder(self.globals.data.as_deref(), self.variable)
            .context("there is no home folder for your progress: name a folder with --data DIR")
    }

    /// The opened store; what the learner should know of it goes to standard error.
    pub(super) fn store(&mut self) -> Result<Store> {
        let Opened { store, notice, .. } = Store::open(&self.data_folder()?, (self.now)().timestamp())?;
        if let Some(notice) = notice {
            writeln!(self.err, "{notice}")?;
        }
        Ok(store)
    }

    pub(super) fn files(&self) -> Result<LearnerFiles> {
        place::learner_folder(self.globals.dir.as_deref(), self.variable)
            .map(LearnerFiles::new)
            .context("there is no home folder for your files: name a folder with --dir DIR")
    }
}

/// The exercise that is meant.
pub(super) fn exercise<'c>(course: &'c Course, query: &str) -> Result<&'c Exercise> {
    let id = ids::resolve(
        "exercise",
        query,
        course.exercises.iter().map(|exercise| exercise.id.as_str()),
    )?;
    course.exercise(id).context("the exercise is gone")
}

/// The lesson that is meant.
pub(super) fn lesson<'c>(course: &'c Course, query: &str) -> Result<&'c Lesson> {
    let id = ids::resolve("lesson", query, course.lessons.iter().map(|lesson| lesson.id.as_str()))?;
    course.lesson(id).context("the lesson is gone")
}
