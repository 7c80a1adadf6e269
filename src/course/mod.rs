//! The course as typed values: lessons, exercises, solutions, quizzes. Knows nothing of running anything.
//!
//! The form of the files is described in `docs/course-format.md`.

pub mod case;
pub mod exercise;
pub mod lesson;
pub mod quiz;
pub mod resources;

pub use case::{Case, CaseFile};
pub use exercise::Exercise;
pub use lesson::Lesson;
pub use quiz::Quiz;
pub use resources::Resources;

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
