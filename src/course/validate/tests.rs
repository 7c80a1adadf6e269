use std::path::Path;

use super::check;
use crate::course::source::Source;

fn fixture() -> Source {
    Source::folder(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/course"))).unwrap()
}

fn problems(source: &Source) -> Vec<String> {
    check(source).problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_sound_course_has_no_problems() {
    assert_eq!(problems(&fixture()), Vec::<String>::new());
}

const LESSON: &str = "lessons/01-hello.md";
const MANIFEST: &str = "exercises/01-greeter/exercise.toml";
const CASES: &str = "exercises/01-greeter/cases.json";
const QUIZ: &str = "quiz/01-hello.toml";

/// A file, a part of it, what is put there instead, and what is then said.
#[rustfmt::skip]
const FAULTS: &[(&str, &str, &str, &str)] = &[
    (LESSON, "minutes = 4", "minutes = 0", "3:11: a lesson takes at least a minute"),
    (LESSON, "[\"Write a handler\", \"Read its answer\"]", "[]", "4:1: the lesson has no objective"),
    (LESSON, "[\"01-greeter\"]", "[\"01-greter\"]", "6:14: there is no exercise `01-greter`\n  help: did you mean `01-greeter`?"),
    (LESSON, "(quiz:01-hello)", "(quiz:01-helo)", "17:76: the link `quiz:01-helo` is dead"),
    (LESSON, "(exercise:01-greeter)", "(/exercise)", "17:34: the link `/exercise` leads nowhere"),
    (LESSON, "```python run\n", "```python\n", "29:1: this Python block is not run"),
    (LESSON, "```python run\n", "```text run\n", "29:1: only Python blocks can be run"),
    (LESSON, "```python run\n", "```python run nice\n", "29:1: `nice` after the fence"),
    (LESSON, "```python run\n", "```python run=conter\n", "29:1: there is no scenario `conter`"),
    (LESSON, "    return \"hello\"", "    return \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"", "31:1: this line of code has 83 columns"),
    (LESSON, "| your imports |", "| wide wide wide wide wide wide wide wide wide wide wide wide wide wide wide wide wide wide wide wide |", "34:1: this table is 112 columns wide"),
    (LESSON, "A handler is", "A <br>handler is", "HTML is not shown"),
    (LESSON, "invoke = {}", "invoke = { function = \"other\" }", "13:23: there is no function `other`"),
    (LESSON, "invoke = {}", "wait = \"5m\"", "only `invoke` and `request` give something back"),
    (LESSON, "response = { count = 2 }", "response = { \"$anny\" = true }", "there is no matcher `$anny`\n  help: did you mean `$any`?"),
    (MANIFEST, "lessons = [\"01-hello\"]", "lessons = [\"01-hallo\"]", "4:12: there is no lesson `01-hallo`"),
    (MANIFEST, "name = \"greeter\"", "name = \"greeter\"\nmemory = 64", "9:10: 64 is not between 128 and 10240"),
    (MANIFEST, "name = \"greeter\"", "name = \"greeter\"\nduplicates = 1.5", "9:14: 1.5 is no probability: write a number from 0 (never) to 1 (always)"),
    (MANIFEST, "name = \"greeter\"", "name = \"greeter\"\nduplicates = \"often\"", "expected true, false or a number from 0 to 1"),
    (MANIFEST, "name = \"greeter\"", "name = \"greeter\"\nstorage = 1", "9:11: 1 is not between 512 and 10240"),
    (MANIFEST, "name = \"greeter\"", "name = \"greeter\"\nprovisioned_concurrency = 901", "9:27: 901 is not between 1 and 900"),
    (MANIFEST, "name = \"greeter\"", "name = \"greeter\"\nreserved_concurrency = 1\nprovisioned_concurrency = 2", "10:27: 2 is not between 1 and 1"),
    (MANIFEST, "name = \"greeter\"", "name = \"greeter\"\nsnap_start = true\nprovisioned_concurrency = 1", "9:14: SnapStart does not support provisioned concurrency"),
    (MANIFEST, "name = \"greeter\"", "name = \"greeter\"\nsnap_start = true\nstorage = 513", "9:14: SnapStart does not support more than 512 MB"),
    (MANIFEST, "name = \"greeter\"", "name = \"greeter\"\nhandler = \"app.main\"", "9:11: no file holds `app.main`"),
    (MANIFEST, "name = \"greeter\"", "name = \"greeter\"\nlayers = [\"joblib\"]", "9:11: there is no layer under layers/ `joblib`"),
    (MANIFEST, "name = \"greeter\"", "name = \"greeter\"\non_failure = \"failed\"", "9:14: `failed` is not a target"),
    (MANIFEST, "name = \"greeter\"", "name = \"greeter\"\non_failure = \"sqs:faild\"", "9:14: there is no queue `faild`"),
    (MANIFEST, "file = \"names.txt\"", "file = \"name.txt\"", "13:8: there is no file under files/ `name.txt`"),
    (MANIFEST, "file = \"names.txt\"", "file = \"names.txt\"\ntext = \"\"", "exactly one of `text`, `json`, `file`"),
    (MANIFEST, "id = \"slow\"", "id = \"sloow\"", "the folder mistakes/sloow/ is missing"),
    (MANIFEST, "error_type = \"KeyError\"", "error_type = \"(\"", "21:23: this is not a regular expression"),
    (MANIFEST, "{ error_type = \"KeyError\" }", "{}", "this matches every failure"),
    (MANIFEST, "case = \"without-name\"", "case = \"without-nam\"", "19:8: there is no case `without-nam`"),
    (MANIFEST, "run_status = \"timeout\"", "run_status = \"slow\"", "an invocation does not end in `slow`"),
    (CASES, "\"id\": \"greets-3\"", "\"id\": \"greets-2\"", "there are two cases `greets-2`"),
    (CASES, "\"event_file\": \"empty.json\"", "\"event_file\": \"emty.json\"", "there is no file under events/ `emty.json`"),
    (CASES, "\"wait\": \"5m\"", "\"wait\": \"5 minutes\"", "`5 minutes` is not a time"),
    (CASES, "\"$type\": \"string\"", "\"$type\": \"str\"", "`$type` cannot be \"str\""),
    (CASES, "\"queue\": \"failed\"", "\"queue\": \"fail\"", "there is no queue `fail`"),
    (CASES, "\"recycle\": \"greeter\"", "\"recycle\": \"greter\"", "there is no function `greter`"),
    (QUIZ, "why = \"Right: once for each event.\"", "why = \"\"", "8:7: this is empty"),
    (QUIZ, "correct = true\nwhy = \"Right", "correct = false\nwhy = \"Right", "0 options are correct, not one"),
    (QUIZ, "why = \"Two times two.\"", "", "a typed answer needs a `why`"),
    (QUIZ, "/context\\\\.", "/(context\\\\.", "this is not a regular expression"),
    (QUIZ, "id = \"hello-short\"", "id = \"hello-single\"", "there is a question `hello-single` in quiz/01-hello.toml already"),
    ("exercises/01-greeter/hints.md", "## The code", "### The code", "there are 2 hints, not 3"),
    ("exercises/01-greeter/events/ada.json", "}", "", "this is not JSON"),
];

#[test]
fn the_built_in_course_has_no_problems() {
    assert_eq!(problems(&Source::embedded()), Vec::<String>::new());
}

/// Each change of the sound course makes exactly one problem.
#[test]
fn each_fault_is_told_with_its_place() {
    let mut wrong = Vec::new();
    for (file, from, to, expected) in FAULTS {
        let mut source = fixture();
        source.edit(file, from, to);
        let found: Vec<String> = problems(&source)
            .into_iter()
            .filter(|text| !text.contains("/mistakes/slow:"))
            .collect();
        let as_expected = found.len() == 1 && found[0].starts_with(&format!("{file}:")) && found[0].contains(expected);
        if !as_expected {
            wrong.push(format!("expected {expected}\nfound {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_that_belong_to_nothing_and_files_that_are_missing_are_told() {
    let mut source = fixture();
    source.add("exercises/01-greeter/hint.md", "## One");
    source.add("exercises/01-greeter/starter/extra.py", "");
    source.add("quiz/03-none.toml", "questions = []");
    source.add(
        "lessons/3-odd.md",
        "+++\ntitle = \"Odd\"\nminutes = 1\nobjectives = [\"a\"]\nsource = \"s\"\n+++\n",
    );
    source.remove("solutions/01-greeter/handler.py");
    let found = problems(&source);
    let heads: Vec<&str> = found.iter().map(|problem| problem.lines().next().unwrap()).collect();
    assert_eq!(
        heads,
        [
            "exercises/01-greeter/hint.md: this file belongs to nothing",
            "exercises/01-greeter/starter/extra.py: exercise.toml does not list this file",
            "lessons/3-odd.md: `3-odd` is not a name of the form NN-slug",
            "quiz/03-none.toml: there is no lesson of this name",
            "quiz/03-none.toml:1:1: there are 0 questions, not 3",
            "solutions/01-greeter/handler.py: this file is missing, and exercise.toml lists it",
        ]
    );
}
