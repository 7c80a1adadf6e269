//! What the screens need of the rest of the program, besides [`crate::grade::Runner`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::course::Exercise;
use crate::course::exercise::Files;

/// Progress and the learner's files. Calls may block; the screens never make them on their own thread.
pub trait Store: Send + Sync {
    /// All that is known of the learner's way so far.
    ///
    /// # Errors
    /// When it cannot be read.
    fn progress(&self) -> anyhow::Result<Progress>;

    /// Keeps one thing that happened. It is safe on disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written.
    fn record(&self, change: &Change) -> anyhow::Result<()>;

    /// The learner's files of an exercise, made from the starter on first use.
    ///
    /// # Errors
    /// When the files can be neither read nor made.
    fn files(&self, exercise: &Exercise) -> anyhow::Result<Files>;

    /// Writes one of the learner's files, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    fn save(&self, exercise: &Exercise, file: &str, text: &str) -> anyhow::Result<()>;

    /// Puts the starter back and says where the learner's files were kept.
    ///
    /// # Errors
    /// When the backup or the starter cannot be written; then nothing is lost.
    fn reset(&self, exercise: &Exercise) -> anyhow::Result<PathBuf>;

    /// Where a file of the learner's lies, for an editor of theirs.
    fn path(&self, exercise: &Exercise, file: &str) -> PathBuf;
}

/// All that is known of the learner's way so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// Lessons read to their end.
    pub lessons: BTreeSet<String>,
    /// By exercise id.
    pub exercises: BTreeMap<String, ExerciseProgress>,
    /// By question id.
    pub questions: BTreeMap<String, QuestionProgress>,
    /// Edits that were not saved, by exercise id and file.
    pub drafts: BTreeMap<(String, String), Draft>,
    /// Where the learner was.
    pub place: Option<Place>,
}

/// How an exercise stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExerciseProgress {
    /// How often it was graded.
    pub attempts: u32,
    /// How many hints were shown.
    pub hints: usize,
    /// Whether the solution was looked at before it was passed.
    pub solution_seen: bool,
    /// Whether it was passed once.
    pub passed: bool,
}

/// How a question stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QuestionProgress {
    /// Whether the last answer was right.
    pub right: bool,
    /// Whether it is time to ask again.
    pub due: bool,
}

/// Edits that were not saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The file when the edits began.
    pub base: String,
    /// The text with the edits.
    pub text: String,
}

/// Where the learner is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "screen", rename_all = "snake_case")]
pub enum Place {
    /// On the course map.
    Home {
        /// What is selected, as `lesson:ID` or `exercise:ID`.
        selected: String,
    },
    /// In a lesson.
    Lesson {
        /// The lesson.
        id: String,
        /// The first line shown, at the width it was read with.
        line: usize,
        /// How many letters of the lesson stand before that line, which is the same at every width.
        letters: usize,
    },
    /// In an exercise.
    Exercise {
        /// The exercise.
        id: String,
        /// The tab that is open.
        tab: usize,
        /// Whether the keys went to the editor.
        editing: bool,
        /// The file in the editor.
        file: String,
        /// The cursor's line, from 0.
        row: usize,
        /// The cursor's column in characters, from 0.
        column: usize,
    },
    /// In a quiz.
    Quiz {
        /// The lesson's id; none for the review.
        lesson: Option<String>,
        /// The question that was open.
        question: String,
    },
}

/// An answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// These options, by their place from 0.
    Chosen(BTreeSet<usize>),
    /// This text.
    Typed(String),
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A lesson was read to its end.
    LessonRead(String),
    /// An exercise was graded.
    Attempt {
        /// The exercise.
        exercise: String,
        /// Whether all cases passed.
        passed: bool,
        /// How many cases passed.
        cases_passed: usize,
        /// How many there are.
        cases: usize,
    },
    /// So many hints of an exercise have been shown.
    Hints {
        /// The exercise.
        exercise: String,
        /// How many.
        shown: usize,
    },
    /// The solution was looked at before the exercise was passed.
    SolutionSeen(String),
    /// A question was answered.
    Answer {
        /// The question.
        question: String,
        /// What was answered.
        answer: Answer,
        /// Whether it was right.
        right: bool,
        /// Whether it was partly right.
        partly: bool,
        /// Whether this was the first answer to the question in its quiz.
        first: bool,
    },
    /// The learner is here now.
    Place(Place),
    /// There are edits that are not saved; `None`: there are none any more.
    Draft {
        /// The exercise.
        exercise: String,
        /// The file.
        file: String,
        /// The edits.
        draft: Option<Draft>,
    },
}

impl Progress {
    /// How an exercise stands.
    #[must_use]
    pub fn exercise(&self, id: &str) -> ExerciseProgress {
        self.exercises.get(id).cloned().unwrap_or_default()
    }

    /// Takes a change in, as the store does.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::LessonRead(id) => {
                self.lessons.insert(id.clone());
            }
            Change::Attempt { exercise, passed, .. } => {
                let state = self.exercises.entry(exercise.clone()).or_default();
                state.attempts += 1;
                state.passed |= passed;
            }
            Change::Hints { exercise, shown } => {
                let state = self.exercises.entry(exercise.clone()).or_default();
                state.hints = state.hints.max(*shown);
            }
            Change::SolutionSeen(exercise) => self.exercises.entry(exercise.clone()).or_default().solution_seen = true,
            Change::Answer { question, right, .. } => {
                // What was wrong comes back at once, what was right when the store says so.
                let state = QuestionProgress {
                    right: *right,
                    due: !*right,
                };
                self.questions.insert(question.clone(), state);
            }
            Change::Place(place) => self.place = Some(place.clone()),
            Change::Draft { exercise, file, draft } => {
                let key = (exercise.clone(), file.clone());
                match draft {
                    Some(draft) => self.drafts.insert(key, draft.clone()),
                    None => self.drafts.remove(&key),
                };
            }
        }
    }
}
