//! What happens, and what is to be done about it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::key::Key;
use super::ports::Change;
use crate::course::Exercise;
use crate::course::exercise::Files;
use crate::course::lesson::Scenario;
use crate::grade::{ExerciseVerdict, GradeEvent, RunReport, Submission};
use crate::region::samples::Sample;

/// Counts runs, so that what a stopped one still sends is known for what it is.
pub type RunId = u64;

/// Something happened. Everything that the program learns comes as one of these.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this size now.
    Resize(u16, u16),
    /// The program is asked to end.
    Terminate,
    /// The learner's files of an exercise, or why there are none.
    Files(String, Result<Files, String>),
    /// A file as it is on disk now.
    Seen {
        /// The exercise.
        exercise: String,
        /// The file.
        file: String,
        /// Its text.
        text: String,
    },
    /// A file was written, or why it was not.
    Saved {
        /// The exercise.
        exercise: String,
        /// The file.
        file: String,
        /// What was written.
        text: String,
        /// Why it was not.
        problem: Option<String>,
    },
    /// The starter is back; where the learner's files were kept, and the files now.
    WasReset(String, Result<(PathBuf, Files), String>),
    /// A sample event, or why there is none.
    Sampled(Sample, Result<String, String>),
    /// Something could not be kept.
    NotKept(String),
    /// Grading goes on.
    Grading(RunId, GradeEvent),
    /// Grading is over.
    Graded(RunId, Box<ExerciseVerdict>),
    /// A block or an event has been run.
    Ran(RunId, Box<RunReport>),
    /// A run ended in a way it never should; what is known of it.
    Broke(RunId, String),
    /// A run takes longer; for so long by now.
    StillRunning(RunId, Duration),
    /// The learner's own editor could not be used.
    NoEditor(String),
}

/// Something to be done outside the model.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Keep a change.
    Record(Change),
    /// Read the learner's files.
    Load(Arc<Exercise>),
    /// Write a file.
    Save {
        /// The exercise.
        exercise: Arc<Exercise>,
        /// The file.
        file: String,
        /// Its text.
        text: String,
    },
    /// Put the starter back, with a backup.
    Reset(Arc<Exercise>),
    /// Make a sample event.
    Sample(Sample),
    /// Tell of changes that others make to an exercise's files; `None`: no more.
    Watch(Option<Arc<Exercise>>),
    /// Grade a submission.
    Grade(RunId, Arc<Exercise>, Submission),
    /// Run a lesson's block of code.
    RunBlock(RunId, Box<Scenario>, String),
    /// Run an exercise's function with an event.
    RunEvent(RunId, Arc<Exercise>, Submission, String),
    /// Stop a run.
    Stop(RunId),
    /// Hand the terminal over to the learner's own editor.
    OwnEditor {
        /// The exercise.
        exercise: Arc<Exercise>,
        /// The file.
        file: String,
        /// The line to show, from 1.
        line: usize,
    },
    /// End the program.
    Quit,
}
