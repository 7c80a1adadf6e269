//! The commands, called within this process.

use std::fs;

use insta::assert_snapshot;
use jiff::civil::date;
use lambda_course::cli::Exit;

use crate::desk::Desk;

const SOLUTION: &str = "def lambda_handler(event, context):\n    name = event.get(\"name\")\n    return f\"Hello, {name}!\" if name else \"Hello!\"\n";
const WRONG: &str = "def lambda_handler(event, context):\n    return f\"Hi, {event.get('name')}!\"\n";

#[test]
fn list_begins_with_nothing_done() {
    let printed = Desk::new().run("list");
    assert_eq!(printed.exit, Exit::Passed);
    assert_snapshot!(printed.out);
}

#[test]
fn list_says_what_is_done() {
    let desk = Desk::new();
    desk.handler(SOLUTION);
    desk.run("test 1");
    desk.run("read 1");
    desk.answer("quiz 1", "a\nb\n");
    assert_snapshot!("list_json", desk.run("list --json").out);
    assert_snapshot!("list_plain", desk.run("list --plain").out);
    assert_snapshot!("progress_json", desk.run("progress --json").out);
    assert_snapshot!("progress", desk.run("progress").out);
}

#[test]
fn read_prints_a_lesson_and_notes_it() {
    let desk = Desk::new();
    let printed = desk.run("read hello --width 60");
    assert!(
        printed.out.contains("Hello") && printed.out.contains("global count"),
        "{}",
        printed.out
    );
    assert!(desk.run("list --json").out.contains("\"state\": \"read\""));
    assert!(
        desk.run("read 01-greeter").out.contains("Hello, NAME!"),
        "an exercise's brief by its id"
    );
    assert!(
        desk.run("read greeter").out.trim_start().starts_with("A greeter"),
        "or by its name, if no lesson is meant"
    );
}

#[test]
fn the_first_test_makes_the_learners_file_and_says_so() {
    let desk = Desk::new();
    let printed = desk.run("test 1");
    assert_eq!(printed.exit, Exit::Failed);
    let made = "made [desk]/files/01-greeter/handler.py\nwhat it must do: lambda-course read 01-greeter\n";
    assert_eq!(printed.err, made);
    assert_eq!(desk.run("test 1").err, "");
}

#[test]
fn test_passes_the_solution_and_notes_it() {
    let desk = Desk::new();
    desk.handler(SOLUTION);
    let printed = desk.run("test greeter");
    assert_eq!(printed.exit, Exit::Passed);
    assert_snapshot!(printed.out);
    assert!(desk.run("list --json").out.contains("\"state\": \"passed\""));
}

#[test]
fn test_opens_the_first_failure() {
    let desk = Desk::new();
    desk.handler(WRONG);
    let printed = desk.run("test");
    assert_eq!(printed.exit, Exit::Failed);
    assert_snapshot!("test_fails", printed.out);
    assert_snapshot!("test_fails_plain", desk.run("test --plain").out);
    assert_snapshot!("test_fails_json", desk.run("test --json").out);
    desk.handler(&format!("{WRONG}# wide"));
    let wide = desk.run("test").out;
    assert!(
        wide.contains("  expected (-) and got (+)\n    - \"Hello, Ada!\"\n    + \"Hi, Ada!\"\n"),
        "{wide}"
    );
    assert!(!wide.contains("got:"), "{wide}");
    desk.handler(WRONG);
    assert_snapshot!("test_fails_junit", desk.run("test --junit").out);
}

#[test]
fn test_says_what_keeps_code_from_being_loaded() {
    let desk = Desk::new();
    desk.handler("def (");
    let printed = desk.run("test 01");
    assert_eq!(printed.exit, Exit::CouldNotRun);
    assert_snapshot!("test_error", printed.out);
    assert_snapshot!("test_error_json", desk.run("test 01 --json").out);
    assert_snapshot!("test_error_junit", desk.run("test 01 --junit").out);
}

#[test]
fn test_colours_only_a_terminal_that_wants_it() {
    let mut desk = Desk::new();
    desk.handler(WRONG);
    assert!(!desk.run("test").out.contains('\u{1b}'));
    desk.terminal = true;
    assert!(desk.run("test").out.contains("\u{1b}[31m✗\u{1b}[0m"));
    let ascii = desk.run("test --ascii").out;
    assert!(ascii.is_ascii() || !ascii.contains('✗'), "{ascii}");
    assert!(!desk.run("test --plain").out.contains('\u{1b}'));
    desk.variables.push(("NO_COLOR", "1".to_owned()));
    assert!(!desk.run("test").out.contains('\u{1b}'));
}

#[test]
fn test_grades_other_files() {
    let desk = Desk::new();
    assert_eq!(desk.run("test --all --solutions").exit, Exit::Passed);
    assert_eq!(desk.run("test --starters").exit, Exit::Failed);
    let file = desk.path("mine.py");
    fs::write(&file, SOLUTION).unwrap();
    assert_eq!(
        desk.run(&format!("test 1 --file {}", file.display())).exit,
        Exit::Passed
    );
    let folder = desk.path("submission");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("handler.py"), WRONG).unwrap();
    assert_eq!(
        desk.run(&format!("test 1 --file {}", folder.display())).exit,
        Exit::Failed
    );
    let missing = desk.run("test 1 --file /nowhere.py");
    assert_eq!(missing.exit, Exit::CouldNotRun);
    assert!(missing.err.contains("/nowhere.py cannot be read"), "{}", missing.err);
    assert!(
        desk.run("list --json").out.contains("\"attempts\": 0"),
        "none of this is the learner's own attempt"
    );
    assert!(desk.run("test --all --json").out.starts_with('['));
}

#[test]
fn hints_come_one_by_one() {
    let desk = Desk::new();
    let first = desk.run("hint 1").out;
    assert!(
        first.contains("Hint 1 of 3: The idea") && !first.contains("Hint 2"),
        "{first}"
    );
    let second = desk.run("hint 1").out;
    assert!(
        second.contains("Hint 1 of 3") && second.contains("Hint 2 of 3: The place"),
        "{second}"
    );
    assert!(desk.run("hint 1").out.contains("That was the last hint."));
    assert_snapshot!(desk.run("hint 1 --all").out);
    assert!(desk.run("list --json").out.contains("\"hintsSeen\": 3"));
}

#[test]
fn the_solution_stands_beside_ones_own() {
    let desk = Desk::new();
    assert!(!desk.run("solution 1").out.contains("From your"));
    desk.handler(WRONG);
    assert_snapshot!(desk.run("solution 1").out);
    desk.handler(SOLUTION);
    assert!(desk.run("solution 1").out.contains("Yours is the same."));
    assert!(desk.run("list --json").out.contains("\"solutionSeen\": true"));
}

#[test]
fn reset_asks_and_keeps_a_copy() {
    let mut desk = Desk::new();
    desk.handler(WRONG);
    let printed = desk.run("reset 1");
    assert_eq!(
        (printed.exit, printed.err.contains("add --yes")),
        (Exit::CouldNotRun, true)
    );
    desk.terminal = true;
    assert!(desk.answer("reset 1", "n\n").out.contains("Nothing is changed."));
    let file = desk.path("files/01-greeter/handler.py");
    assert_eq!(fs::read_to_string(&file).unwrap(), WRONG);
    assert_snapshot!(desk.answer("reset 1", "y\n").out);
    assert!(fs::read_to_string(&file).unwrap().contains("TODO"));
    let copy = desk.path("files/01-greeter/handler.py.2026-09-01-100000.bak");
    assert_eq!(fs::read_to_string(copy).unwrap(), WRONG);
    assert!(desk.run("reset 1 --yes").out.contains("begins anew"));
}

#[test]
fn a_quiz_explains_and_asks_again() {
    let desk = Desk::new();
    let printed = desk.answer(
        "quiz hello",
        "z\nb\na b\nrequest_id\n{'doubled': 4}\na\naws_request_id\n",
    );
    assert_eq!(printed.exit, Exit::Passed);
    assert_snapshot!(printed.out);
}

#[test]
fn a_quiz_that_ends_early_keeps_its_answers() {
    let mut desk = Desk::new();
    let printed = desk.answer("quiz 1", "b\n\na\n");
    assert_eq!(printed.exit, Exit::Passed);
    assert!(
        printed
            .out
            .contains("0 of 2 answered questions were right at once.\n2 were not answered."),
        "{}",
        printed.out
    );
    assert!(desk.run("quiz --review").out.contains("Nothing is to be reviewed now."));
    desk.today = date(2026, 9, 2);
    let review = desk.answer("quiz --review", "a\n").out;
    assert!(review.contains("Question 1 of 2"), "{review}");
    let left = desk.answer("quiz --review", "").out;
    assert!(
        left.contains("Question 1 of 1"),
        "what was right today is not due any more: {left}"
    );
    let none = desk.run("quiz");
    assert_eq!(none.exit, Exit::CouldNotRun);
    assert!(
        none.err.contains("which quiz? Name its lesson: 01-hello"),
        "{}",
        none.err
    );
}

#[test]
fn progress_travels() {
    let (desk, other) = (Desk::new(), Desk::new());
    desk.handler(SOLUTION);
    desk.run("test 1");
    desk.run("hint 1");
    let file = desk.path("progress.json");
    let printed = desk.run(&format!("export {}", file.display()));
    assert_eq!(printed.exit, Exit::Passed, "{}", printed.err);
    assert!(
        other
            .run(&format!("import {}", file.display()))
            .out
            .contains("Added 1 attempts")
    );
    assert!(other.run("list --json").out.contains("\"state\": \"passed\""));
    let text = desk.run("export -").out;
    assert!(other.answer("import -", &text).out.contains("Added 0 attempts"));
    let wrong = other.answer("import -", "[]");
    assert_eq!(wrong.exit, Exit::CouldNotRun);
    assert!(
        wrong
            .err
            .contains("- was not imported: this is not an export of lambda-course"),
        "{}",
        wrong.err
    );
}

#[test]
fn verify_runs_everything() {
    let printed = Desk::new().run("verify");
    assert_eq!(printed.exit, Exit::Passed, "{}", printed.out);
    assert_snapshot!(printed.out);
}

#[test]
fn verify_finds_what_does_not_run_as_it_says() {
    let mut desk = Desk::new();
    let course = desk.own_course();
    let edit = |file: &str, from: &str, to: &str| {
        let text = fs::read_to_string(course.join(file)).unwrap();
        assert!(text.contains(from));
        fs::write(course.join(file), text.replacen(from, to, 1)).unwrap();
    };
    edit("exercises/01-greeter/starter/handler.py", "TODO", "done");
    edit("solutions/01-greeter/handler.py", "name = ", "untold = name = ");
    edit("exercises/01-greeter/mistakes/none/handler.py", "print(", "return str(");
    edit(
        "exercises/01-greeter/mistakes/slow/handler.py",
        "time.sleep(10)",
        "return \"Hi, \"",
    );
    edit(
        "exercises/01-greeter/mistakes/wrong-greeting/handler.py",
        "Hi, ",
        "TODO, ",
    );
    edit("lessons/01-hello.md", "    return \"hello\"", "    raise ValueError");
    edit(
        "quiz/01-hello.toml",
        "answers = ['{\"doubled\": 4}']",
        "answers = ['{\"doubled\": 5}']",
    );
    let printed = desk.run("verify");
    assert_eq!(printed.exit, Exit::Failed);
    assert_snapshot!(printed.out);
}

#[test]
fn verify_checks_files_alone() {
    let mut desk = Desk::new();
    assert_eq!(
        desk.run("verify --files").out,
        "files: 2 lessons, 1 exercise, 1 quiz, no problems\nno problems\n"
    );
    let course = desk.own_course();
    fs::write(course.join("lessons/02-more.md"), "no front matter").unwrap();
    let printed = desk.run("verify --files");
    assert_eq!(printed.exit, Exit::Failed);
    assert!(
        printed
            .out
            .starts_with("lessons/02-more.md:1:1: the lesson does not begin with front matter\n  help: ")
    );
    let other = desk.run("list");
    assert_eq!(other.exit, Exit::CouldNotRun);
    assert!(
        other
            .err
            .starts_with("error: the course has a problem:\nlessons/02-more.md:1:1:"),
        "{}",
        other.err
    );
    assert!(desk.run("verify --schema").out.contains("\"$schema\""));
}

#[test]
fn doctor_says_what_is_found() {
    let mut desk = Desk::new();
    let version = (env!("CARGO_PKG_VERSION"), "[version]");
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let engine = lambda_course::cli::engine::description();
    let plain = |text: String| {
        text.replace(version.0, version.1)
            .replace(&system, "[system]")
            .replace(&engine, "[engine]")
    };
    assert_snapshot!("doctor", plain(desk.run("doctor").out));
    desk.terminal = true;
    desk.variables = vec![
        ("TERM", "xterm".to_owned()),
        ("LANG", "C".to_owned()),
        ("NO_COLOR", "1".to_owned()),
    ];
    fs::write(desk.path("data/progress.sqlite"), "broken ".repeat(400)).unwrap();
    let printed = desk.run("doctor --json");
    assert_eq!(printed.exit, Exit::Failed);
    assert_snapshot!("doctor_json", plain(printed.out));
}

#[test]
fn without_a_terminal_the_screens_say_what_to_run() {
    let printed = Desk::new().run("");
    assert_eq!((printed.exit.code(), printed.out.as_str()), (2, ""));
    assert!(printed.err.contains("lambda-course list"));
}

#[test]
fn what_is_not_there_is_told() {
    let desk = Desk::new();
    for (arguments, message) in [
        ("read 9", "error: there is no lesson `9`; known: 01-hello, 02-more"),
        (
            "test greetr",
            "error: there is no exercise `greetr`; did you mean `greeter`?",
        ),
        ("quiz more", "error: there is no quiz `more`; known: 01-hello"),
        (
            "list --course /nowhere",
            "error: the course has a problem:\n/nowhere: there is no such folder",
        ),
    ] {
        let printed = desk.run(arguments);
        assert_eq!(printed.exit, Exit::CouldNotRun);
        assert!(printed.err.starts_with(message), "{}", printed.err);
    }
}
