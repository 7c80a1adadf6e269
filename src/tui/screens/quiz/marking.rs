//! Whether an answer is right.

use std::collections::BTreeSet;

use regex::RegexBuilder;
use serde_json::Value;

use crate::course::quiz::Question;

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
    if question.options.is_empty() {
        let right = question.answers.iter().any(|answer| matches(answer, typed));
        let wrong = question
            .wrong
            .iter()
            .find(|wrong| !right && matches(&wrong.answer, typed));
        return Marked {
            right,
            partly: false,
            why: wrong.map(|wrong| wrong.why.clone()),
        };
    }
    let correct: BTreeSet<usize> = (0..question.options.len())
        .filter(|index| question.options[*index].correct)
        .collect();
    let right = *chosen == correct;
    Marked {
        right,
        partly: !right && !chosen.is_disjoint(&correct) && correct.len() > 1,
        why: None,
    }
}

fn matches(accepted: &str, typed: &str) -> bool {
    if let Some(pattern) = accepted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        let regex = RegexBuilder::new(&format!("^(?:{pattern})$"))
            .case_insensitive(true)
            .build();
        return regex.is_ok_and(|regex| regex.is_match(plain(typed)));
    }
    let (accepted, typed) = (plain(accepted), plain(typed));
    let same_json = || match (
        serde_json::from_str::<Value>(accepted),
        serde_json::from_str::<Value>(typed),
    ) {
        (Ok(accepted), Ok(typed)) => accepted == typed,
        _ => false,
    };
    accepted.to_lowercase() == typed.to_lowercase() || same_json()
}

fn plain(text: &str) -> &str {
    text.trim().trim_matches('`').trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_answers() {
        assert!(matches("aws_request_id", " `AWS_request_id` "));
        assert!(matches(r#"{"n": 3}"#, r#"{"n":3}"#));
        assert!(matches("/time(d )?out/", "Timed out"));
        assert!(!matches("/out/", "timeout"));
    }
}
