//! Grading: test cases run against a fresh Region each, and what came of them.

pub mod diff;
pub mod pattern;
pub mod runner;
pub mod verdict;

pub use runner::{RunReport, Runner, StepReport};
pub use verdict::{CaseStatus, CaseVerdict, ExerciseStatus, ExerciseVerdict, GradeEvent, Submission};
