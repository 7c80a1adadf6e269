//! The author's check of a whole course, as far as it needs no running.

mod account;
mod document;
mod exercise;
mod lesson;
mod prose;
mod quiz;
mod steps;
mod stray;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::load::{self, Loaded};
use super::nearest::suggestion;
use super::problem::Problem;
use super::source::Source;
use document::Document;

/// An exercise has at least so many hints.
pub const LEAST_HINTS: usize = 3;
/// An exercise has at least so many cases.
pub const LEAST_CASES: usize = 8;
/// An exercise knows at least so many mistakes.
pub const LEAST_MISTAKES: usize = 4;
/// A quiz has at least so many questions.
pub const LEAST_QUESTIONS: usize = 3;
/// A line of code has at most so many columns.
pub const CODE_WIDTH: usize = 76;
/// A table has at most so many columns when it is drawn.
pub const TABLE_WIDTH: usize = 78;

/// Loads a course and checks all of it that could be loaded.
///
/// The problems are in the order of the files, those that kept a file from being loaded included.
#[must_use]
pub fn check(source: &Source) -> Loaded {
    let Loaded { course, mut problems } = load::load(source);
    let ids = Ids::of(source);
    names(&ids, &mut problems);
    stray::check(source, &mut problems);
    for item in &course.lessons {
        lesson::check(source, item, &ids, &mut problems);
    }
    for item in &course.exercises {
        exercise::check(source, item, &ids, &mut problems);
    }
    let mut questions = BTreeMap::new();
    for item in &course.quizzes {
        quiz::check(source, item, &ids, &mut questions, &mut problems);
    }
    problems.sort();
    problems.dedup();
    Loaded { course, problems }
}

/// The ids of all files, loaded or not, so that one broken file does not make every link to it dead.
struct Ids {
    lessons: BTreeSet<String>,
    exercises: BTreeSet<String>,
    quizzes: BTreeSet<String>,
}

impl Ids {
    fn of(source: &Source) -> Self {
        Self {
            lessons: load::lesson_ids(source),
            exercises: load::exercise_ids(source),
            quizzes: load::quiz_ids(source),
        }
    }
}

fn names(ids: &Ids, problems: &mut Vec<Problem>) {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("^[0-9]{2}-[a-z0-9]+(-[a-z0-9]+)*$").ok());
    let files = (ids.lessons.iter().map(|id| (id, format!("lessons/{id}.md"))))
        .chain(ids.exercises.iter().map(|id| (id, format!("exercises/{id}"))));
    let mut numbers: BTreeMap<String, String> = BTreeMap::new();
    for (id, file) in files {
        if FORM.as_ref().is_some_and(|form| !form.is_match(id)) {
            problems.push(
                Problem::new(&file, format!("`{id}` is not a name of the form NN-slug"))
                    .help("two digits, a dash, then small letters, digits and dashes, as `05-lifecycle`"),
            );
        }
        let number = file.chars().take(file.find('/').unwrap_or(0) + 3).collect();
        if let Some(other) = numbers.insert(number, file.clone()) {
            problems.push(Problem::new(&file, format!("it has the same number as {other}")));
        }
    }
    for id in ids.quizzes.difference(&ids.lessons) {
        problems.push(
            Problem::new(format!("quiz/{id}.toml"), "there is no lesson of this name")
                .help(suggestion(id, ids.lessons.iter().map(String::as_str)).unwrap_or_default()),
        );
    }
    if ids.lessons.is_empty() {
        problems.push(Problem::new("lessons", "the course has no lesson").help("add `lessons/01-slug.md`"));
    }
}

/// A problem of a name that is not among the known ones.
fn unknown(document: &Document, pointer: &str, what: &str, name: &str, known: &BTreeSet<String>) -> Problem {
    let problem = document.problem(pointer, format!("there is no {what} `{name}`"));
    match suggestion(name, known.iter().map(String::as_str)) {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// Text that must say something.
fn not_blank(document: &Document, pointer: &str, text: &str, problems: &mut Vec<Problem>) {
    if text.trim().is_empty() {
        problems.push(document.problem(pointer, "this is empty"));
    }
}
