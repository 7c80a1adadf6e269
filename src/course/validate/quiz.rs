//! Quizzes: each question can be answered, and every answer is explained.

use std::collections::BTreeMap;

use super::document::Document;
use super::{Ids, LEAST_QUESTIONS, not_blank, prose};
use crate::course::problem::Problem;
use crate::course::quiz::{Question, QuestionKind, Quiz, answer_regex};
use crate::course::source::Source;

/// Checks one quiz; `seen` holds the questions of those before it, by id, with their files.
pub(super) fn check(
    source: &Source,
    quiz: &Quiz,
    ids: &Ids,
    seen: &mut BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) {
    let document = Document::open(source, format!("quiz/{}.toml", quiz.lesson));
    if quiz.questions.len() < LEAST_QUESTIONS {
        let message = format!("there are {} questions, not {LEAST_QUESTIONS}", quiz.questions.len());
        problems.push(document.problem("questions", message));
    }
    for (index, question) in quiz.questions.iter().enumerate() {
        let at = format!("questions/{index}");
        if let Some(other) = seen.insert(question.id.clone(), document.file.clone()) {
            let message = format!("there is a question `{}` in {other} already", question.id);
            problems.push(document.problem(&format!("{at}/id"), message));
        }
        texts(&document, &at, question, ids, problems);
        answers(&document, &at, question, problems);
    }
}

/// Whatever is shown says something and is sound Markdown.
fn texts(document: &Document, at: &str, question: &Question, ids: &Ids, problems: &mut Vec<Problem>) {
    let mut texts = vec![(format!("{at}/prompt"), &question.prompt)];
    texts.extend(question.why.iter().map(|why| (format!("{at}/why"), why)));
    for (index, option) in question.options.iter().enumerate() {
        texts.push((format!("{at}/options/{index}/text"), &option.text));
        texts.push((format!("{at}/options/{index}/why"), &option.why));
    }
    for (index, wrong) in question.wrong.iter().enumerate() {
        texts.push((format!("{at}/wrong/{index}/why"), &wrong.why));
    }
    for (pointer, text) in texts {
        not_blank(document, &pointer, text, problems);
        for fault in prose::faults(text, ids) {
            let mut problem = document.problem(&pointer, fault.message);
            problem.help = fault.help;
            problems.push(problem);
        }
    }
}

fn answers(document: &Document, at: &str, question: &Question, problems: &mut Vec<Problem>) {
    let mut fault = |key: &str, message: String| problems.push(document.problem(&format!("{at}/{key}"), message));
    let correct = question.options.iter().filter(|option| option.correct).count();
    let chosen = matches!(question.kind, QuestionKind::Single | QuestionKind::Multiple);
    if (chosen && question.options.len() < 2) || question.options.len() == 1 {
        fault(
            "options",
            "there is nothing to choose from: give at least two options".to_owned(),
        );
    }
    match question.kind {
        QuestionKind::Multiple if correct == 0 => fault("options", "no option is correct".to_owned()),
        QuestionKind::Single if correct != 1 => fault("options", format!("{correct} options are correct, not one")),
        QuestionKind::Predict if !question.options.is_empty() && correct != 1 => {
            fault("options", format!("{correct} options are correct, not one"));
        }
        QuestionKind::Short if !question.options.is_empty() => {
            fault(
                "options",
                "the answer of a `short` question is typed; use `single` or `multiple`".to_owned(),
            );
        }
        _ => {}
    }
    if chosen {
        if !question.answers.is_empty() || !question.wrong.is_empty() {
            fault("answers", "`answers` and `wrong` are for typed answers".to_owned());
        }
    } else {
        if question.answers.is_empty() {
            fault("answers", "no answer is accepted".to_owned());
        }
        if question.why.is_none() {
            fault("why", "a typed answer needs a `why`, said after any answer".to_owned());
        }
    }
    let texts = (question
        .answers
        .iter()
        .enumerate()
        .map(|(index, answer)| (format!("answers/{index}"), answer)))
    .chain(
        question
            .wrong
            .iter()
            .enumerate()
            .map(|(index, wrong)| (format!("wrong/{index}/answer"), &wrong.answer)),
    );
    for (key, answer) in texts {
        if let Err(error) = answer_regex(answer) {
            fault(&key, format!("this is not a regular expression: {error}"));
        }
        if answer.trim().is_empty() {
            fault(&key, "this is empty".to_owned());
        }
    }
    let predict = question.kind == QuestionKind::Predict;
    if predict != question.code.is_some() {
        let message = if predict {
            "there is no code to predict"
        } else {
            "only a `predict` question has code"
        };
        fault("code", message.to_owned());
    }
    if predict && question.answers.iter().all(|answer| answer.starts_with('/')) && !question.answers.is_empty() {
        fault(
            "answers",
            "give one answer in plain text: `verify` compares it with the real output".to_owned(),
        );
    }
    if question.invocations == 0 {
        fault("invocations", "this is at least 1".to_owned());
    }
}
