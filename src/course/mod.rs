//! The course as typed values: lessons, exercises, solutions, quizzes. Knows nothing of running anything.
//!
//! The form of the files is described in `docs/course-format.md`.

pub mod case;
pub mod exercise;
pub mod ids;
pub mod lesson;
pub mod load;
pub mod markdown;
pub mod nearest;
pub mod problem;
pub mod quiz;
pub mod resources;
pub mod schema;
pub mod source;

mod action;
mod check;
mod hints;
mod one_of;
mod parse;
pub mod pattern;
mod position;
pub mod validate;

use std::path::Path;

pub use case::{Case, CaseFile};
pub use exercise::Exercise;
pub use lesson::Lesson;
pub use markdown::CodeBlock;
pub use problem::{CourseError, Position, Problem};
pub use quiz::Quiz;
pub use resources::Resources;
pub use source::Source;

/// A whole course, loaded and well-formed.
#[derive(Debug, Clone)]
pub struct Course {
    /// Shown at the top of the home screen.
    pub title: String,
    /// One line under the title.
    pub summary: String,
    /// In the order of their file names.
    pub lessons: Vec<Lesson>,
    /// In the order of their folder names.
    pub exercises: Vec<Exercise>,
    /// At most one for each lesson, with the lesson's id.
    pub quizzes: Vec<Quiz>,
}

impl Course {
    /// The course in the binary.
    ///
    /// # Errors
    /// If it is not well-formed, which a test rules out.
    pub fn embedded() -> Result<Self, CourseError> {
        Self::from_source(&Source::embedded())
    }

    /// The course in a folder.
    ///
    /// # Errors
    /// If the folder cannot be read, or with every file that is not well-formed. What only [`validate`] finds, as a dead
    /// link, does not keep a course from being used.
    pub fn load(folder: &Path) -> Result<Self, CourseError> {
        Self::from_source(&Source::folder(folder)?)
    }

    fn from_source(source: &Source) -> Result<Self, CourseError> {
        let load::Loaded { course, problems } = load::load(source);
        if problems.is_empty() {
            Ok(course)
        } else {
            Err(CourseError { problems })
        }
    }

    /// The lesson with this id.
    #[must_use]
    pub fn lesson(&self, id: &str) -> Option<&Lesson> {
        self.lessons.iter().find(|lesson| lesson.id == id)
    }

    /// The exercise with this id.
    #[must_use]
    pub fn exercise(&self, id: &str) -> Option<&Exercise> {
        self.exercises.iter().find(|exercise| exercise.id == id)
    }

    /// The quiz of the lesson with this id.
    #[must_use]
    pub fn quiz(&self, lesson: &str) -> Option<&Quiz> {
        self.quizzes.iter().find(|quiz| quiz.lesson == lesson)
    }
}
