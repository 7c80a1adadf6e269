//! Quiz questions as data.

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

/// The questions of a lesson.
#[derive(Debug, Clone)]
pub struct Quiz {
    /// The lesson's id; the quiz has the same.
    pub lesson: String,
    /// In the order in which they are asked.
    pub questions: Vec<Question>,
}

/// A question.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Unique in the course and stable: progress is stored under it.
    pub id: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// Markdown.
    pub prompt: String,
    /// What there is to choose from.
    #[serde(default)]
    pub options: Vec<AnswerOption>,
    /// Accepted answers of `short` and `predict`; `/re/` is a regular expression.
    #[serde(default)]
    pub answers: Vec<String>,
    /// Common wrong answers with an explanation of their own.
    #[serde(default)]
    pub wrong: Vec<WrongAnswer>,
    /// Said after any answer.
    #[serde(default)]
    pub why: Option<String>,
    /// `predict`: the code that runs as `handler.py`.
    #[serde(default)]
    pub code: Option<String>,
    /// `predict`: its event, `{}` unless given.
    #[serde(default)]
    pub event: Option<Value>,
    /// `predict`: how often it is invoked, warm after the first.
    #[serde(default = "once")]
    pub invocations: u32,
    /// `predict`: what is to be predicted.
    #[serde(default)]
    pub shows: Shown,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QuestionKind {
    /// One option is right.
    Single,
    /// All right options and no other.
    Multiple,
    /// A word or a line is typed.
    Short,
    /// What does this code return or print? Checked against a real run.
    Predict,
}

/// An option of a question.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an option with `text`, `correct` and `why`")]
pub struct AnswerOption {
    /// Markdown.
    pub text: String,
    /// Whether it belongs to the right answer.
    #[serde(default)]
    pub correct: bool,
    /// Why it is right or wrong.
    pub why: String,
}

/// A common wrong answer to a typed question.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrongAnswer {
    /// In the form of `answers`.
    pub answer: String,
    /// Why it is wrong.
    pub why: String,
}

/// What a `predict` question asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// The payload of the last invocation.
    #[default]
    Response,
    /// The lines that the last invocation printed.
    Log,
    /// The `errorType` of the last invocation.
    Error,
}

/// The regular expression of an answer written as `/.../`: for the whole answer, capitals or not.
///
/// # Errors
/// With the answer's faults, if it is written so but is not a regular expression.
pub fn answer_regex(answer: &str) -> Result<Option<Regex>, regex::Error> {
    match answer.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        Some(inner) if !inner.is_empty() => Regex::new(&format!("(?i)^(?:{inner})$")).map(Some),
        _ => Ok(None),
    }
}

fn once() -> u32 {
    1
}
