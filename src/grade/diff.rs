//! Expected and actual, line by line.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::verdict::{DiffLine, DiffSide};

/// The lines of two values, pretty-printed, each marked with its side.
#[must_use]
pub fn values(expected: &Value, actual: &Value) -> Vec<DiffLine> {
    texts(&pretty(expected), &pretty(actual))
}

/// The lines of two texts, each marked with its side.
#[must_use]
pub fn texts(expected: &str, actual: &str) -> Vec<DiffLine> {
    TextDiff::from_lines(&with_end(expected), &with_end(actual))
        .iter_all_changes()
        .map(|change| DiffLine {
            side: match change.tag() {
                ChangeTag::Equal => DiffSide::Same,
                ChangeTag::Delete => DiffSide::Expected,
                ChangeTag::Insert => DiffSide::Actual,
            },
            text: change.value().trim_end_matches('\n').to_owned(),
        })
        .collect()
}

/// A value as people read it: a bare text without quotes stays one line.
#[must_use]
pub fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn with_end(text: &str) -> String {
    format!("{}\n", text.trim_end_matches('\n'))
}
