//! Marking for the screen: the quiz module marks, this keeps what the screen shows.

use std::collections::BTreeSet;

use crate::course::quiz::Question;
use crate::quiz::{Answer, Outcome};

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// All of it is right.
    pub right: bool,
    /// Of several options, some are right and some are not.
    pub partly: bool,
    /// What is said to exactly this wrong answer.
    pub why: Option<String>,
}

/// Marks the options chosen, or the text typed where there are none.
#[must_use]
pub fn mark(question: &Question, chosen: &BTreeSet<usize>, typed: &str) -> Marked {
    let answer = if question.options.is_empty() {
        Answer::Typed(typed.to_owned())
    } else {
        Answer::Chosen(chosen.clone())
    };
    let marked = crate::quiz::mark(question, &answer);
    Marked {
        right: marked.outcome == Outcome::Right,
        partly: marked.outcome == Outcome::Partly,
        why: marked.mistake,
    }
}
