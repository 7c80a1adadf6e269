//! Lessons.

use std::collections::BTreeSet;

use super::account::{Account, Supplies};
use super::document::Document;
use super::{Ids, not_blank, prose, steps, unknown};
use crate::course::lesson::{Lesson, Scenario};
use crate::course::problem::Problem;
use crate::course::resources::{Function, Resources};
use crate::course::source::Source;

/// The function that runs a lesson's block.
const BLOCK_FUNCTION: &str = "handler";

/// Checks one lesson.
pub(super) fn check(source: &Source, lesson: &Lesson, ids: &Ids, problems: &mut Vec<Problem>) {
    let document = Document::open(source, format!("lessons/{}.md", lesson.id));
    let front = &lesson.front;
    not_blank(&document, "title", &front.title, problems);
    not_blank(&document, "source", &front.source, problems);
    if front.minutes == 0 {
        problems.push(document.problem("minutes", "a lesson takes at least a minute"));
    }
    if front.objectives.is_empty() {
        problems.push(document.problem("objectives", "the lesson has no objective"));
    }
    for (index, objective) in front.objectives.iter().enumerate() {
        not_blank(&document, &format!("objectives/{index}"), objective, problems);
    }
    for (index, id) in front.exercises.iter().enumerate() {
        if !ids.exercises.contains(id) {
            problems.push(unknown(
                &document,
                &format!("exercises/{index}"),
                "exercise",
                id,
                &ids.exercises,
            ));
        }
    }
    problems.extend(document.prose(prose::faults(&lesson.body, ids), lesson.body_line));
    blocks(&document, lesson, problems);
    for (name, scenario) in &front.run {
        check_scenario(&document, name, scenario, problems);
    }
}

fn blocks(document: &Document, lesson: &Lesson, problems: &mut Vec<Problem>) {
    let known: BTreeSet<String> = lesson.front.run.keys().cloned().collect();
    let mut unused = known.clone();
    for block in lesson.code_blocks() {
        let line = block.line;
        for word in &block.unknown {
            problems.push(
                document
                    .on_line(line, format!("`{word}` after the fence means nothing"))
                    .help("write `run` or `run=NAME`"),
            );
        }
        match (block.language.as_str(), &block.run) {
            ("python", None) => problems.push(
                document
                    .on_line(line, "this Python block is not run")
                    .help("add `run` or `run=NAME`; code that is not run goes wrong unseen"),
            ),
            ("python", Some(name)) => {
                unused.remove(name);
                if !name.is_empty() && !known.contains(name) {
                    problems.push(
                        document
                            .on_line(line, format!("there is no scenario `{name}`"))
                            .help(format!("add `[run.{name}]` to the front matter")),
                    );
                }
            }
            (_, Some(_)) => problems.push(document.on_line(line, "only Python blocks can be run")),
            (_, None) => {}
        }
    }
    for name in unused {
        problems.push(
            document
                .problem(&format!("run/{name}"), format!("no block uses the scenario `{name}`"))
                .help(format!("mark one with `python run={name}`")),
        );
    }
}

fn check_scenario(document: &Document, name: &str, scenario: &Scenario, problems: &mut Vec<Problem>) {
    let pointer = format!("run/{name}");
    if !scenario.handler.starts_with("handler.") {
        problems.push(
            document
                .problem(&format!("{pointer}/handler"), "the block is in handler.py")
                .help("name the handler `handler.NAME`"),
        );
    }
    let supplies = Supplies::default();
    Account::check(
        document,
        &format!("{pointer}/resources"),
        &with_block(scenario),
        &supplies,
        problems,
    );
    let resources = with_block(scenario);
    let account = Account::new(&resources);
    steps::check(
        document,
        &format!("{pointer}/steps"),
        &scenario.steps,
        &account,
        &supplies,
        problems,
    );
}

/// The scenario's account with the function that runs the block, after the author's own so that places stay right.
fn with_block(scenario: &Scenario) -> Resources {
    let mut resources = scenario.resources.clone();
    if resources
        .functions
        .iter()
        .all(|function| function.name != BLOCK_FUNCTION)
    {
        resources.functions.push(Function {
            name: BLOCK_FUNCTION.to_owned(),
            handler: scenario.handler.clone(),
            memory: scenario.memory,
            timeout: scenario.timeout,
            environment: scenario.environment.clone(),
            ..Function::default()
        });
    }
    resources
}
