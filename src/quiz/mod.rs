//! Quizzes: marking answers, the order of questions, and when missed ones come back. Pure functions.

pub mod marking;
pub mod review;
pub mod session;

pub use marking::{Answer, Marked, OptionMark, Outcome, mark};
pub use session::Session;
