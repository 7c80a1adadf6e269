//! Exercises: files, hints, cases and listed mistakes.

use std::collections::BTreeSet;

use regex::Regex;

use super::account::{Account, Supplies, names};
use super::document::Document;
use super::{Ids, LEAST_CASES, LEAST_HINTS, LEAST_MISTAKES, not_blank, prose, steps, unknown};
use crate::course::exercise::{Exercise, Files, Mistake};
use crate::course::pattern;
use crate::course::problem::Problem;
use crate::course::source::Source;

/// Checks one exercise.
pub(super) fn check(source: &Source, exercise: &Exercise, ids: &Ids, problems: &mut Vec<Problem>) {
    let id = &exercise.id;
    let folder = format!("exercises/{id}");
    let open = |name: &str| Document::open(source, format!("{folder}/{name}"));
    let (manifest, hints, cases) = (open("exercise.toml"), open("hints.md"), open("cases.json"));
    for document in [
        open("brief.md"),
        open("hints.md"),
        Document::open(source, format!("solutions/{id}/notes.md")),
    ] {
        markdown(&document, ids, problems);
    }
    head(exercise, &manifest, ids, problems);
    files(exercise, &manifest, problems);
    if exercise.hints.len() < LEAST_HINTS {
        problems.push(hints.on_line(
            1,
            format!("there are {} hints, not {LEAST_HINTS}", exercise.hints.len()),
        ));
    }
    let supplies = Supplies {
        data: names(&exercise.data),
        events: names(&exercise.events),
        layers: exercise.layers.keys().cloned().collect(),
    };
    Account::check(
        &manifest,
        "resources",
        &exercise.manifest.resources,
        &supplies,
        problems,
    );
    check_cases(exercise, &cases, &supplies, problems);
    mistakes(exercise, &manifest, problems);
    for (name, bytes) in &exercise.events {
        if let Err(error) = serde_json::from_slice::<serde_json::Value>(bytes) {
            problems.push(Problem::new(
                format!("{folder}/events/{name}"),
                format!("this is not JSON: {error}"),
            ));
        }
    }
}

fn markdown(document: &Document, ids: &Ids, problems: &mut Vec<Problem>) {
    if document.text().trim().is_empty() {
        problems.push(document.on_line(1, "this is empty"));
    }
    problems.extend(document.prose(prose::faults(document.text(), ids), 1));
}

fn head(exercise: &Exercise, document: &Document, ids: &Ids, problems: &mut Vec<Problem>) {
    let manifest = &exercise.manifest;
    not_blank(document, "title", &manifest.title, problems);
    not_blank(document, "summary", &manifest.summary, problems);
    if manifest.minutes == 0 {
        problems.push(document.problem("minutes", "an exercise takes at least a minute"));
    }
    if manifest.lessons.is_empty() {
        problems.push(document.problem("lessons", "the exercise practises no lesson"));
    }
    for (index, id) in manifest.lessons.iter().enumerate() {
        if !ids.lessons.contains(id) {
            problems.push(unknown(
                document,
                &format!("lessons/{index}"),
                "lesson",
                id,
                &ids.lessons,
            ));
        }
    }
}

fn files(exercise: &Exercise, document: &Document, problems: &mut Vec<Problem>) {
    let listed = &exercise.manifest.files;
    if listed.is_empty() {
        problems.push(
            document
                .problem("files", "the exercise has no file to edit")
                .help("`files = [\"handler.py\"]`"),
        );
    }
    let places = [
        (format!("exercises/{}/starter", exercise.id), &exercise.starter),
        (format!("solutions/{}", exercise.id), &exercise.solution),
    ];
    for (index, file) in listed.iter().enumerate() {
        if file.starts_with('/') || file.contains('\\') || file.split('/').any(|part| matches!(part, "" | "." | "..")) {
            problems.push(document.problem(
                &format!("files/{index}"),
                format!("`{file}` is not a path within the exercise"),
            ));
        }
        for (folder, files) in &places {
            if !files.contains_key(file) {
                problems.push(Problem::new(
                    format!("{folder}/{file}"),
                    "this file is missing, and exercise.toml lists it",
                ));
            }
        }
    }
    for (folder, files) in &places {
        for file in files.keys().filter(|file| !listed.contains(file)) {
            problems.push(
                Problem::new(format!("{folder}/{file}"), "exercise.toml does not list this file")
                    .help("add it to `files`, or delete it"),
            );
        }
    }
    for (index, function) in exercise.manifest.resources.functions.iter().enumerate() {
        let module = function
            .handler
            .rsplit_once('.')
            .map_or("", |(module, _)| module)
            .replace('.', "/");
        if !listed.contains(&format!("{module}.py")) && !listed.contains(&format!("{module}/__init__.py")) {
            problems.push(
                document
                    .problem(
                        &format!("resources/functions/{index}/handler"),
                        format!("no file holds `{}`", function.handler),
                    )
                    .help(format!("it would be in {module}.py, which is not among `files`")),
            );
        }
    }
}

fn check_cases(exercise: &Exercise, document: &Document, supplies: &Supplies, problems: &mut Vec<Problem>) {
    if exercise.cases.len() < LEAST_CASES {
        problems.push(document.problem(
            "cases",
            format!("there are {} cases, not {LEAST_CASES}", exercise.cases.len()),
        ));
    }
    let mut seen = BTreeSet::new();
    for (index, case) in exercise.cases.iter().enumerate() {
        let at = format!("cases/{index}");
        if !seen.insert(&case.id) {
            problems.push(document.problem(&format!("{at}/id"), format!("there are two cases `{}`", case.id)));
        }
        not_blank(document, &format!("{at}/name"), &case.name, problems);
        not_blank(document, &format!("{at}/look"), &case.look, problems);
        if case.steps.is_empty() {
            problems.push(document.problem(&format!("{at}/steps"), "the case does nothing"));
        }
        if case.expect.is_empty() && case.steps.iter().all(|step| step.expect.is_none()) {
            problems.push(document.problem(&at, "the case expects nothing, so that any handler passes it"));
        }
        let resources = exercise.manifest.resources.replaced_by(&case.resources);
        if case.has_resources() {
            // What is wrong with the exercise's own resources has been told there.
            let mut found = Vec::new();
            Account::check(document, &format!("{at}/resources"), &resources, supplies, &mut found);
            found.retain(|problem| problems.iter().all(|told| told.message != problem.message));
            problems.extend(found);
        }
        let account = Account::new(&resources);
        steps::check(
            document,
            &format!("{at}/steps"),
            &case.steps,
            &account,
            supplies,
            problems,
        );
        steps::check_checks(document, &format!("{at}/expect"), &case.expect, &account, problems);
    }
}

fn mistakes(exercise: &Exercise, document: &Document, problems: &mut Vec<Problem>) {
    let listed = &exercise.manifest.mistakes;
    if listed.len() < LEAST_MISTAKES {
        problems.push(document.problem(
            "mistakes",
            format!("there are {} mistakes, not {LEAST_MISTAKES}", listed.len()),
        ));
    }
    let mut seen = BTreeSet::new();
    for (index, mistake) in listed.iter().enumerate() {
        let at = format!("mistakes/{index}");
        if !seen.insert(&mistake.id) {
            problems.push(document.problem(&format!("{at}/id"), format!("there are two mistakes `{}`", mistake.id)));
        }
        if !exercise.mistakes.contains_key(&mistake.id) {
            problems.push(
                document
                    .problem(
                        &format!("{at}/id"),
                        format!("the folder mistakes/{}/ is missing", mistake.id),
                    )
                    .help("put a handler there that makes the mistake, so that its message is proved"),
            );
        }
        not_blank(document, &format!("{at}/say"), &mistake.say, problems);
        check_mistake(exercise, mistake, document, &at, problems);
    }
    for (id, files) in &exercise.mistakes {
        let folder = format!("exercises/{}/mistakes/{id}", exercise.id);
        if !seen.contains(id) {
            problems.push(Problem::new(&folder, "exercise.toml lists no mistake of this name"));
        }
        not_listed(&folder, files, &exercise.manifest.files, problems);
    }
}

fn not_listed(folder: &str, files: &Files, listed: &[String], problems: &mut Vec<Problem>) {
    for file in files.keys().filter(|file| !listed.contains(file)) {
        problems.push(Problem::new(
            format!("{folder}/{file}"),
            "exercise.toml does not list this file",
        ));
    }
}

fn check_mistake(exercise: &Exercise, mistake: &Mistake, document: &Document, at: &str, problems: &mut Vec<Problem>) {
    let cases: BTreeSet<String> = exercise.cases.iter().map(|case| case.id.clone()).collect();
    if !cases.contains(&mistake.case) {
        problems.push(unknown(document, &format!("{at}/case"), "case", &mistake.case, &cases));
    }
    let when = &mistake.when;
    for (index, case) in when.cases.iter().enumerate() {
        if !cases.contains(case) {
            problems.push(unknown(
                document,
                &format!("{at}/when/cases/{index}"),
                "case",
                case,
                &cases,
            ));
        }
    }
    if !when.cases.is_empty() && !when.cases.contains(&mistake.case) {
        let message = format!(
            "the message cannot show in `{}`, which `when.cases` leaves out",
            mistake.case
        );
        problems.push(document.problem(&format!("{at}/case"), message));
    }
    let regexes = [
        ("error_type", &when.error_type),
        ("error_message", &when.error_message),
        ("log", &when.log),
        ("code", &when.code),
    ];
    for (key, text) in regexes {
        if let Some(Err(error)) = text.as_deref().map(Regex::new) {
            problems.push(document.problem(
                &format!("{at}/when/{key}"),
                format!("this is not a regular expression: {error}"),
            ));
        }
    }
    if let Some(actual) = &when.actual {
        steps::pattern_faults(
            document,
            &format!("{at}/when/actual"),
            pattern::faults(actual),
            problems,
        );
    }
    if let Some(status) = &when.run_status
        && !["success", "error", "timeout"].contains(&status.as_str())
    {
        let message = format!("an invocation does not end in `{status}`, but in success, error or timeout");
        problems.push(document.problem(&format!("{at}/when/run_status"), message));
    }
    if when.is_empty() {
        problems.push(
            document
                .problem(&format!("{at}/when"), "this matches every failure")
                .help("give at least one symptom, or the `cases` in which nothing else can be the matter"),
        );
    }
}
