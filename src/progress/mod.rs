//! What the learner has done: attempts, passes, hints, lessons read, quiz answers, settings.
//!
//! One SQLite file, in the platform's data folder. Each fact is written in a transaction of its own as soon as it is known,
//! so that nothing is lost when the program is killed, and two programs may write at once. Everything is stored under the
//! ids of the course; ids that the course does not know are kept.

mod answers;
mod drafts;
mod exercises;
mod lessons;
mod migrations;
pub mod place;
mod portable;
mod settings;
mod store;
#[cfg(test)]
mod tests;

pub use answers::QuestionProgress;
pub use drafts::Draft;
pub use exercises::{Attempt, ExerciseProgress};
pub use lessons::LessonProgress;
pub use portable::{ImportError, Merged};
pub use store::{Opened, Store, StoreError};
