//! Files that belong to nothing, which most often are misspelt.

use std::path::Path;

use crate::course::problem::Problem;
use crate::course::source::Source;

/// Files that the format does not know.
pub(super) fn check(source: &Source, problems: &mut Vec<Problem>) {
    for path in source.paths() {
        if !belongs(path, source) {
            problems.push(
                Problem::new(path, "this file belongs to nothing")
                    .help("docs/course-format.md lists the files of a course; is it misspelt?"),
            );
        }
    }
}

fn belongs(path: &str, source: &Source) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["lessons", name] => *name == "course.toml" || has_ending(name, "md"),
        ["quiz", name] => has_ending(name, "toml"),
        ["exercises", name] => *name == "cases.schema.json",
        ["exercises", _, "exercise.toml" | "brief.md" | "hints.md" | "cases.json"]
        | ["exercises", _, "starter" | "files", _, ..]
        | ["exercises", _, "mistakes" | "layers", _, _, ..] => true,
        ["exercises", _, "events", name] => has_ending(name, "json"),
        ["solutions", id, _, ..] => source.has(&format!("exercises/{id}/exercise.toml")),
        _ => false,
    }
}

fn has_ending(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == ending)
}
