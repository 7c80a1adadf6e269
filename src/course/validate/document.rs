//! A file under validation, and the places in it.

use super::prose::Fault;
use crate::course::load::split_front_matter;
use crate::course::position;
use crate::course::problem::{Position, Problem};
use crate::course::source::Source;

/// A file whose values or text can be pointed at.
pub(super) struct Document {
    pub(super) file: String,
    text: String,
    form: Form,
}

enum Form {
    Toml,
    Json,
    Markdown,
    /// Markdown after TOML; pointers lead into the TOML.
    Lesson,
}

impl Document {
    /// The file at this path; empty if it cannot be read, which loading has told already.
    pub(super) fn open(source: &Source, file: String) -> Self {
        let text = source.text(&file).unwrap_or_default();
        let form = match file.rsplit('.').next() {
            Some("toml") => Form::Toml,
            Some("json") => Form::Json,
            _ if file.starts_with("lessons/") => Form::Lesson,
            _ => Form::Markdown,
        };
        Self { file, text, form }
    }

    /// The whole text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// A problem of the value that `pointer` leads to.
    pub(super) fn problem(&self, pointer: &str, message: impl Into<String>) -> Problem {
        let offset = match self.form {
            Form::Toml => position::in_toml(&self.text, pointer),
            Form::Json => position::in_json(&self.text, pointer),
            Form::Lesson => {
                split_front_matter(&self.text).map_or(0, |(front, _)| "+++\n".len() + position::in_toml(front, pointer))
            }
            Form::Markdown => 0,
        };
        Problem::new(&self.file, message).at(position::of_offset(&self.text, offset))
    }

    /// The faults of Markdown that begins on line `first_line`.
    pub(super) fn prose(&self, faults: Vec<Fault>, first_line: usize) -> impl Iterator<Item = Problem> {
        faults.into_iter().map(
            move |Fault {
                      mut position,
                      message,
                      help,
                  }| {
                position.line += first_line - 1;
                Problem {
                    file: self.file.clone(),
                    position: Some(position),
                    message,
                    help,
                }
            },
        )
    }

    /// A problem at the start of a line.
    pub(super) fn on_line(&self, line: usize, message: impl Into<String>) -> Problem {
        Problem::new(&self.file, message).at(Position { line, column: 1 })
    }
}
