//! Grading: test cases run against a fresh Region each, and what came of them.

pub mod case;
pub mod checks;
pub mod diff;
pub mod findings;
pub mod mistakes;
pub mod pattern;
pub mod region_runner;
pub mod runner;
pub mod source_line;
pub mod steps;
pub mod verdict;

pub use region_runner::RegionRunner;
pub use runner::{RunReport, Runner, StepReport};
pub use verdict::{CaseStatus, CaseVerdict, ExerciseStatus, ExerciseVerdict, GradeEvent, Submission};
