//! TOML and JSON texts into typed values, with errors that say line, column and what was probably meant.

use serde::de::DeserializeOwned;

use super::nearest::nearest;
use super::position;
use super::problem::Problem;

/// A value from TOML that begins on line `first_line` of the file.
pub(super) fn toml<T: DeserializeOwned>(file: &str, text: &str, first_line: usize) -> Result<T, Problem> {
    toml::from_str(text).map_err(|error| {
        let mut position = position::of_offset(text, error.span().map_or(0, |span| span.start));
        position.line += first_line - 1;
        explain(file, error.message()).at(position)
    })
}

/// A value from JSON.
pub(super) fn json<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|error| {
        let full = error.to_string();
        let message = full.rfind(" at line ").map_or(full.as_str(), |end| &full[..end]);
        let mut offset = position::offset_of(text, error.line(), error.column());
        if let Some((key, _)) = unknown_field(message)
            && let Some(start) = text[..(offset + 1).min(text.len())].rfind(&format!("\"{key}\""))
        {
            offset = start;
        }
        explain(file, message).at(position::of_offset(text, offset))
    })
}

/// A parser's message in our words.
fn explain(file: &str, message: &str) -> Problem {
    if let Some((field, known)) = unknown_field(message) {
        let near = nearest(field, known.iter().copied());
        let text = near.map_or_else(
            || format!("unknown field `{field}`"),
            |near| format!("unknown field `{field}`, did you mean `{near}`?"),
        );
        let help = if known.is_empty() {
            "no field is allowed here".to_owned()
        } else {
            format!("fields here: {}", known.join(", "))
        };
        return Problem::new(file, text).help(help);
    }
    Problem::new(file, message.trim())
}

/// The field of serde's message about an unknown field, and the known ones.
fn unknown_field(message: &str) -> Option<(&str, Vec<&str>)> {
    let rest = message.trim().strip_prefix("unknown field `")?;
    let (field, known) = rest.split_once('`')?;
    Some((field, known.split('`').skip(1).step_by(2).collect()))
}
