//! Marking an answer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::course::quiz::{Question, QuestionKind, answer_regex};

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// These options, by their place from 0.
    Chosen(BTreeSet<usize>),
    /// This text.
    Typed(String),
}

/// How an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Right,
    /// Of several right options only some were chosen, and no wrong one; or all of them and a wrong one besides.
    Partly,
    /// Otherwise.
    Wrong,
}

impl Outcome {
    /// Its name in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Partly => "partly",
            Self::Wrong => "wrong",
        }
    }

    /// The outcome of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Right, Self::Partly, Self::Wrong]
            .into_iter()
            .find(|outcome| outcome.name() == name)
    }
}

/// What is said to an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// How it is.
    pub outcome: Outcome,
    /// Every option, in order; empty where the answer was typed.
    pub options: Vec<OptionMark>,
    /// Why this wrong answer, which others give too, is wrong: Markdown.
    pub mistake: Option<String>,
    /// The answer that is shown as the right one; none where options say it.
    pub right_answer: Option<String>,
    /// Said after any answer: Markdown.
    pub why: Option<String>,
}

/// An option of an answered question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionMark {
    /// It was chosen.
    pub chosen: bool,
    /// It belongs to the right answer.
    pub correct: bool,
    /// Why it is right or wrong: Markdown.
    pub why: String,
}

/// Marks an answer.
#[must_use]
pub fn mark(question: &Question, answer: &Answer) -> Marked {
    match answer {
        Answer::Chosen(chosen) => mark_chosen(question, chosen),
        Answer::Typed(text) => mark_typed(question, text),
    }
}

fn mark_chosen(question: &Question, chosen: &BTreeSet<usize>) -> Marked {
    let options: Vec<OptionMark> = question
        .options
        .iter()
        .enumerate()
        .map(|(index, option)| OptionMark {
            chosen: chosen.contains(&index),
            correct: option.correct,
            why: option.why.clone(),
        })
        .collect();
    let right = options.iter().filter(|option| option.chosen && option.correct).count();
    let wrong = options.iter().filter(|option| option.chosen && !option.correct).count();
    let missed = options.iter().filter(|option| !option.chosen && option.correct).count();
    let outcome = match (right, wrong, missed) {
        (1.., 0, 0) => Outcome::Right,
        (1.., 0, _) | (1.., 1, 0) if question.kind == QuestionKind::Multiple => Outcome::Partly,
        _ => Outcome::Wrong,
    };
    Marked {
        outcome,
        options,
        mistake: None,
        right_answer: None,
        why: question.why.clone(),
    }
}

fn mark_typed(question: &Question, text: &str) -> Marked {
    let json = question.kind == QuestionKind::Predict;
    let right = question.answers.iter().any(|answer| is_accepted(answer, text, json));
    let mistake = (question.wrong.iter())
        .find(|wrong| !right && is_accepted(&wrong.answer, text, json))
        .map(|wrong| wrong.why.clone());
    Marked {
        outcome: if right { Outcome::Right } else { Outcome::Wrong },
        options: Vec::new(),
        mistake,
        right_answer: question.answers.iter().find(|answer| !is_regex(answer)).cloned(),
        why: question.why.clone(),
    }
}

/// Whether a typed text is the answer that the author wrote, as text, as `/re/` or, of `predict`, as JSON.
#[must_use]
pub fn is_accepted(answer: &str, text: &str, json: bool) -> bool {
    if let Ok(Some(regex)) = answer_regex(answer) {
        return regex.is_match(text.trim()) || regex.is_match(&plain(text));
    }
    if plain(answer) == plain(text) {
        return true;
    }
    json && matches!((as_json(answer), as_json(text)), (Some(answer), Some(text)) if answer == text)
}

fn is_regex(answer: &str) -> bool {
    matches!(answer_regex(answer), Ok(Some(_)))
}

/// Without blanks at the ends or several in a row, backticks or quotes around it, or capitals.
fn plain(text: &str) -> String {
    let mut text = text.trim();
    for quote in ['`', '"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            text = inner.trim();
        }
    }
    text.split_whitespace().collect::<Vec<&str>>().join(" ").to_lowercase()
}

/// The value of a text that is JSON, or Python's way of writing the same.
fn as_json(text: &str) -> Option<Value> {
    let text = text.trim().trim_matches('`').trim();
    serde_json::from_str(text).ok().or_else(|| {
        let python = text
            .replace('\'', "\"")
            .replace("None", "null")
            .replace("True", "true")
            .replace("False", "false");
        serde_json::from_str(&python).ok()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Answer, Outcome, is_accepted, mark};
    use crate::course::quiz::Question;

    fn question(toml: &str) -> Question {
        toml::from_str(&format!("id = \"q\"\nprompt = \"?\"\n{toml}")).unwrap()
    }

    fn options(kind: &str, correct: &[bool]) -> Question {
        let options: Vec<String> = correct
            .iter()
            .map(|correct| format!("[[options]]\ntext = \"t\"\ncorrect = {correct}\nwhy = \"w\""))
            .collect();
        question(&format!("kind = \"{kind}\"\n{}", options.join("\n")))
    }

    fn chosen(places: &[usize]) -> Answer {
        Answer::Chosen(places.iter().copied().collect())
    }

    #[test]
    fn several_right_options_can_be_partly_right() {
        let question = options("multiple", &[true, true, false, false]);
        for (places, outcome) in [
            (&[0, 1][..], Outcome::Right),
            (&[0], Outcome::Partly),
            (&[0, 1, 2], Outcome::Partly),
            (&[0, 2], Outcome::Wrong),
            (&[0, 1, 2, 3], Outcome::Wrong),
            (&[2], Outcome::Wrong),
            (&[], Outcome::Wrong),
        ] {
            assert_eq!(mark(&question, &chosen(places)).outcome, outcome, "{places:?}");
        }
    }

    #[test]
    fn one_right_option_is_right_or_wrong() {
        let question = options("single", &[false, true]);
        assert_eq!(mark(&question, &chosen(&[1])).outcome, Outcome::Right);
        assert_eq!(mark(&question, &chosen(&[0, 1])).outcome, Outcome::Wrong);
        let marked = mark(&question, &chosen(&[0]));
        assert_eq!(marked.outcome, Outcome::Wrong);
        assert!(marked.options[0].chosen && marked.options[1].correct);
    }

    #[test]
    fn typed_answers_forgive_how_they_are_written() {
        for text in [
            "aws_request_id",
            "  `AWS_Request_ID` ",
            "\"aws_request_id\"",
            "context.aws_request_id",
        ] {
            let accepted = ["aws_request_id", "/(context)?\\.?aws_request_id/"]
                .iter()
                .any(|answer| is_accepted(answer, text, false));
            assert!(accepted, "{text}");
        }
        assert!(
            !is_accepted("/id/", "request_id", false),
            "an expression is for the whole answer"
        );
        assert!(!is_accepted("/(/", "(", false), "a broken expression accepts nothing");
        assert!(is_accepted("/", " / ", false), "a single slash is a text");
    }

    #[test]
    fn predicted_values_may_be_written_as_json_or_python() {
        for text in [
            "{\"seen\":3,\"ok\":true,\"x\":null}",
            "{'ok': True, 'seen': 3, 'x': None}",
        ] {
            assert!(
                is_accepted("{\"seen\": 3, \"ok\": true, \"x\": null}", text, true),
                "{text}"
            );
        }
        assert!(!is_accepted("{\"seen\": 3}", "{\"seen\": 4}", true));
    }

    #[test]
    fn known_wrong_answers_are_explained() {
        let question = question(
            "kind = \"short\"\nanswers = [\"/aws.*/\", \"aws_request_id\"]\nwhy = \"so\"\n\
             [[wrong]]\nanswer = \"request_id\"\nwhy = \"nearly\"",
        );
        let marked = mark(&question, &Answer::Typed("Request_ID".to_owned()));
        assert_eq!(marked.mistake.as_deref(), Some("nearly"));
        assert_eq!(marked.right_answer.as_deref(), Some("aws_request_id"));
        assert_eq!(marked.why.as_deref(), Some("so"));
        assert_eq!(mark(&question, &Answer::Typed("x".to_owned())).mistake, None);
    }

    proptest! {
        #[test]
        fn exactly_the_correct_options_are_right(correct in prop::collection::vec(any::<bool>(), 2..7), picks in prop::collection::btree_set(0_usize..7, 0..7)) {
            let picks: BTreeSet<usize> = picks.into_iter().filter(|place| *place < correct.len()).collect();
            let all: BTreeSet<usize> = correct.iter().enumerate().filter(|(_, correct)| **correct).map(|(place, _)| place).collect();
            prop_assume!(!all.is_empty());
            let marked = mark(&options("multiple", &correct), &Answer::Chosen(picks.clone()));
            prop_assert_eq!(marked.outcome == Outcome::Right, picks == all);
            prop_assert_eq!(marked.options.len(), correct.len());
            if marked.outcome == Outcome::Partly {
                prop_assert!(picks.intersection(&all).count() > 0);
            }
        }

        #[test]
        fn no_text_makes_marking_panic(answer in ".{0,20}", text in ".{0,20}", json in any::<bool>()) {
            let _ = is_accepted(&answer, &text, json);
        }

        #[test]
        fn every_plain_answer_accepts_itself(text in "[a-z0-9_. ]{1,20}") {
            prop_assert!(is_accepted(&text, &text.to_uppercase(), false));
        }
    }
}
