//! From files to typed values. Everything that is wrong is collected, not only the first.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Course;
use super::case::CaseFile;
use super::exercise::{Exercise, Files, Manifest};
use super::hints;
use super::lesson::{FrontMatter, Lesson};
use super::parse;
use super::problem::{Position, Problem};
use super::quiz::{Question, Quiz};
use super::source::Source;

/// The version of the course format that this program reads.
pub const FORMAT: u32 = 1;

/// What could be loaded of a course, and what is wrong with the rest.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Without the lessons, exercises and quizzes that have problems.
    pub course: Course,
    /// In the order of the files.
    pub problems: Vec<Problem>,
}

/// Loads all that can be loaded.
#[must_use]
pub fn load(source: &Source) -> Loaded {
    let mut problems = Vec::new();
    let head = course_file(source, &mut problems);
    let mut course = Course {
        title: head.title,
        summary: head.summary,
        lessons: Vec::new(),
        exercises: Vec::new(),
        quizzes: Vec::new(),
    };
    for id in lesson_ids(source) {
        keep(&mut course.lessons, lesson(source, &id), &mut problems);
    }
    for id in exercise_ids(source) {
        let before = problems.len();
        let loaded = exercise(source, &id, &mut problems);
        course.exercises.extend(loaded.filter(|_| problems.len() == before));
    }
    for id in quiz_ids(source) {
        keep(&mut course.quizzes, quiz(source, &id), &mut problems);
    }
    Loaded { course, problems }
}

/// The stems of `lessons/*.md`.
pub(super) fn lesson_ids(source: &Source) -> BTreeSet<String> {
    stems(source, "lessons", ".md")
}

/// The folders of `exercises/`.
pub(super) fn exercise_ids(source: &Source) -> BTreeSet<String> {
    let names = source.names("exercises");
    names
        .into_iter()
        .filter(|name| !source.has(&format!("exercises/{name}")))
        .map(str::to_owned)
        .collect()
}

/// The stems of `quiz/*.toml`.
pub(super) fn quiz_ids(source: &Source) -> BTreeSet<String> {
    stems(source, "quiz", ".toml")
}

fn stems(source: &Source, folder: &str, ending: &str) -> BTreeSet<String> {
    source
        .names(folder)
        .into_iter()
        .filter_map(|name| name.strip_suffix(ending))
        .map(str::to_owned)
        .collect()
}

fn keep<T>(list: &mut Vec<T>, item: Result<T, Problem>, problems: &mut Vec<Problem>) {
    match item {
        Ok(item) => list.push(item),
        Err(problem) => problems.push(problem),
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CourseFile {
    #[serde(rename = "format")]
    _format: u32,
    title: String,
    summary: String,
}

/// The format alone, so that a course of a later format is told from a misspelt one.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

fn course_file(source: &Source, problems: &mut Vec<Problem>) -> CourseFile {
    let file = "lessons/course.toml";
    let read = || -> Result<CourseFile, Problem> {
        let text = source.text(file)?;
        let Version { format } = parse::toml(file, &text, 1)?;
        if format != FORMAT {
            return Err(Problem::new(
                file,
                format!("the course has format {format}; this program reads format {FORMAT}"),
            )
            .help("a newer lambda-course may read it"));
        }
        parse::toml(file, &text, 1)
    };
    read().unwrap_or_else(|problem| {
        problems.push(problem);
        CourseFile::default()
    })
}

fn lesson(source: &Source, id: &str) -> Result<Lesson, Problem> {
    let file = format!("lessons/{id}.md");
    let text = source.text(&file)?;
    let (front, body_start) = split_front_matter(&text).ok_or_else(|| {
        Problem::new(&file, "the lesson does not begin with front matter")
            .at(Position { line: 1, column: 1 })
            .help("begin with a line `+++`, then TOML, then a line `+++`")
    })?;
    let front: FrontMatter = parse::toml(&file, front, 2)?;
    let body_line = text[..body_start].matches('\n').count() + 1;
    Ok(Lesson {
        id: id.to_owned(),
        front,
        body: text[body_start..].to_owned(),
        body_line,
    })
}

/// The TOML between the `+++` lines and the offset of what follows them.
pub(super) fn split_front_matter(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix("+++\n")?;
    let mut offset = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "+++" {
            return Some((&rest[..offset], "+++\n".len() + offset + line.len()));
        }
        offset += line.len();
    }
    None
}

fn exercise(source: &Source, id: &str, problems: &mut Vec<Problem>) -> Option<Exercise> {
    let folder = format!("exercises/{id}");
    let mut text = |name: &str| {
        source
            .text(&format!("{folder}/{name}"))
            .map_err(|problem| problems.push(problem))
            .ok()
    };
    let manifest_text = text("exercise.toml");
    let brief = text("brief.md");
    let hints_text = text("hints.md");
    let cases_text = text("cases.json");
    let notes_file = format!("solutions/{id}/notes.md");
    let notes = source.text(&notes_file).map_err(|problem| problems.push(problem)).ok();

    let mut parsed = Vec::new();
    let manifest: Option<Manifest> = manifest_text.and_then(|text| {
        parse::toml(&format!("{folder}/exercise.toml"), &text, 1)
            .map_err(|e| parsed.push(e))
            .ok()
    });
    let cases: Option<CaseFile> = cases_text.and_then(|text| {
        parse::json(&format!("{folder}/cases.json"), &text)
            .map_err(|e| parsed.push(e))
            .ok()
    });
    let hints = hints_text.and_then(|text| {
        hints::parse(&format!("{folder}/hints.md"), &text)
            .map_err(|e| parsed.push(e))
            .ok()
    });
    problems.extend(parsed);

    let mut solution = source.files(&format!("solutions/{id}"));
    solution.remove("notes.md");
    Some(Exercise {
        id: id.to_owned(),
        manifest: manifest?,
        brief: brief?,
        hints: hints?,
        cases: cases?.cases,
        starter: source.files(&format!("{folder}/starter")),
        events: source.files(&format!("{folder}/events")),
        data: source.files(&format!("{folder}/files")),
        layers: by_folder(source, &format!("{folder}/layers")),
        mistakes: by_folder(source, &format!("{folder}/mistakes")),
        solution,
        solution_notes: notes?,
    })
}

/// The files under each folder of a folder.
fn by_folder(source: &Source, folder: &str) -> BTreeMap<String, Files> {
    source
        .names(folder)
        .into_iter()
        .map(|name| (name.to_owned(), source.files(&format!("{folder}/{name}"))))
        .filter(|(_, files)| !files.is_empty())
        .collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuizFile {
    questions: Vec<Question>,
}

fn quiz(source: &Source, id: &str) -> Result<Quiz, Problem> {
    let file = format!("quiz/{id}.toml");
    let QuizFile { questions } = parse::toml(&file, &source.text(&file)?, 1)?;
    Ok(Quiz {
        lesson: id.to_owned(),
        questions,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Source, load};

    fn course(files: &[(&str, &str)]) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        load(&Source::folder(root.path()).unwrap())
            .problems
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    const HEAD: (&str, &str) = ("lessons/course.toml", "format = 1\ntitle = \"T\"\nsummary = \"S\"\n");

    #[test]
    fn the_embedded_course_loads() {
        assert_eq!(load(&Source::embedded()).problems, []);
    }

    #[test]
    fn a_typo_in_a_step_of_a_lesson_is_placed() {
        let lesson = "+++\ntitle = \"T\"\nminutes = 1\nobjectives = [\"x\"]\nsource = \"s\"\n[run.a]\n[[run.a.steps]]\n\
                      invokee = { event = {} }\n+++\n";
        assert_eq!(
            course(&[HEAD, ("lessons/01-a.md", lesson)]),
            [
                "lessons/01-a.md:8:1: unknown field `invokee`, did you mean `invoke`?\n  help: fields here: invoke, request, \
              put_object, delete_object, put_item, send_message, publish, put_event, wait, recycle, expect, settle, note"
            ]
        );
    }

    #[test]
    fn every_broken_file_is_told_with_line_and_column() {
        let cases = "{\n \"cases\": [\n  {\"id\": \"a\", \"name\": \"n\", \"look\": \"l\", \"steps\": [\n   \
                     {\"invoke\": {\"evnt\": 1}}\n  ]}\n ]\n}\n";
        let problems = course(&[
            ("lessons/course.toml", "format = 2\ntitle = \"T\"\nnew = 1\n"),
            ("lessons/01-a.md", "# Hello\n"),
            ("exercises/01-x/exercise.toml", "title = \"X\"\nminutes = \"five\"\n"),
            ("exercises/01-x/cases.json", cases),
            ("quiz/01-a.toml", "[[questions]]\nid = \"q\"\nkind = \"guess\"\n"),
        ]);
        let heads: Vec<&str> = problems.iter().map(|problem| problem.lines().next().unwrap()).collect();
        assert_eq!(
            heads,
            [
                "lessons/course.toml: the course has format 2; this program reads format 1",
                "lessons/01-a.md:1:1: the lesson does not begin with front matter",
                "exercises/01-x/brief.md: this file is missing",
                "exercises/01-x/hints.md: this file is missing",
                "solutions/01-x/notes.md: this file is missing",
                "exercises/01-x/exercise.toml:2:11: invalid type: string \"five\", expected u32",
                "exercises/01-x/cases.json:4:16: unknown field `evnt`, did you mean `event`?",
                "quiz/01-a.toml:3:8: unknown variant `guess`, expected one of `single`, `multiple`, `short`, `predict`",
            ]
        );
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let error = Source::folder(std::path::Path::new("/nonexistent/course")).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("/nonexistent/course: there is no such folder"),
            "{error}"
        );
    }
}
