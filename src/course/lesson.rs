//! A lesson: front matter and Markdown.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::case::Step;
use super::markdown::{self, CodeBlock};
use super::resources::Resources;

/// One lesson of the course.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// The file's stem, as `05-lifecycle`; progress is stored under it.
    pub id: String,
    /// What the front matter says.
    pub front: FrontMatter,
    /// The Markdown after the front matter.
    pub body: String,
    /// The line of the file on which `body` begins, counted from 1.
    pub body_line: usize,
}

impl Lesson {
    /// The code blocks in order; their lines are those of the file.
    #[must_use]
    pub fn code_blocks(&self) -> Vec<CodeBlock> {
        let mut blocks = markdown::code_blocks(&self.body);
        for block in &mut blocks {
            block.line += self.body_line - 1;
        }
        blocks
    }

    /// How the block marked `run=NAME` is run; the default for a bare `run`, which has the name "".
    #[must_use]
    pub fn scenario(&self, name: &str) -> Option<Scenario> {
        if name.is_empty() {
            return Some(Scenario::default());
        }
        self.front.run.get(name).cloned()
    }
}

/// The TOML between the `+++` lines of a lesson.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontMatter {
    /// The heading of the lesson.
    pub title: String,
    /// How long a reader takes, in minutes.
    pub minutes: u32,
    /// What the reader can do afterwards.
    pub objectives: Vec<String>,
    /// The section of the source outline that the lesson covers.
    pub source: String,
    /// Ids of the exercises that practise it.
    #[serde(default)]
    pub exercises: Vec<String>,
    /// How each block marked `run=NAME` is run.
    #[serde(default)]
    pub run: BTreeMap<String, Scenario>,
}

/// How a runnable code block is run: its text is `/var/task/handler.py` of the function `handler`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The handler's name, `handler.lambda_handler` unless given.
    #[serde(default = "default_handler")]
    pub handler: String,
    /// Memory in MB.
    #[serde(default = "super::resources::default_memory")]
    pub memory: u32,
    /// Timeout in seconds.
    #[serde(default = "super::resources::default_timeout")]
    pub timeout: u32,
    /// Environment variables of the function.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// What else is in the account.
    #[serde(default)]
    pub resources: Resources,
    /// What is done; empty: one invoke with `{}`.
    #[serde(default)]
    pub steps: Vec<Step>,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            handler: default_handler(),
            memory: super::resources::default_memory(),
            timeout: super::resources::default_timeout(),
            environment: BTreeMap::new(),
            resources: Resources::default(),
            steps: Vec::new(),
        }
    }
}

pub(super) fn default_handler() -> String {
    "handler.lambda_handler".to_owned()
}
