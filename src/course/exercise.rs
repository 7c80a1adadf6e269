//! An exercise: brief, starter, cases, hints, listed mistakes and its solution.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::case::Case;
use super::resources::Resources;

/// Files by their path relative to a folder, with `/` between the parts.
pub type Files = BTreeMap<String, Vec<u8>>;

/// One exercise with all that belongs to it.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// The folder's name, as `01-basic-lambda`; progress is stored under it.
    pub id: String,
    /// What `exercise.toml` says.
    pub manifest: Manifest,
    /// Markdown: the complete contract.
    pub brief: String,
    /// From idea to code.
    pub hints: Vec<Hint>,
    /// What grades it.
    pub cases: Vec<Case>,
    /// What the learner begins with.
    pub starter: Files,
    /// Sample events by file name, as `hello.json`.
    pub events: Files,
    /// Data for buckets.
    pub data: Files,
    /// Layers by name, each laid out as under `/opt`.
    pub layers: BTreeMap<String, Files>,
    /// Handlers that make the listed mistakes, by mistake id.
    pub mistakes: BTreeMap<String, Files>,
    /// The model solution, without the notes.
    pub solution: Files,
    /// Markdown: why the solution is written so.
    pub solution_notes: String,
}

/// A hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Its heading.
    pub title: String,
    /// Markdown.
    pub body: String,
}

/// An `exercise.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The heading.
    pub title: String,
    /// How long a learner takes, in minutes.
    pub minutes: u32,
    /// One line for lists.
    pub summary: String,
    /// Ids of the lessons it practises.
    #[serde(default)]
    pub lessons: Vec<String>,
    /// The learner's files; the first opens in the editor.
    pub files: Vec<String>,
    /// The account it runs in.
    #[serde(default)]
    pub resources: Resources,
    /// Mistakes with a message of their own; the first that matches speaks.
    #[serde(default)]
    pub mistakes: Vec<Mistake>,
}

/// A common mistake and what is said to who makes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mistake {
    /// The folder under `mistakes/` that makes it.
    pub id: String,
    /// The case in which its message must show.
    pub case: String,
    /// Markdown, one to three sentences.
    pub say: String,
    /// How it is told from other failures.
    pub when: Symptoms,
}

/// All that is given must hold on the failing case.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Symptoms {
    /// Only in these cases; empty: in any.
    pub cases: Vec<String>,
    /// A regular expression for the whole `errorType` of the failing invocation.
    pub error_type: Option<String>,
    /// A regular expression found in its `errorMessage`.
    pub error_message: Option<String>,
    /// A pattern for what came back where the case failed.
    pub actual: Option<Value>,
    /// A regular expression found in a log line.
    pub log: Option<String>,
    /// A regular expression found in the learner's source.
    pub code: Option<String>,
    /// The HTTP status that API Gateway sent.
    pub status: Option<u16>,
    /// How the invocation ended: `success`, `error`, `timeout`.
    pub run_status: Option<String>,
}

impl Symptoms {
    /// Whether nothing is given that tells one failure from another.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
