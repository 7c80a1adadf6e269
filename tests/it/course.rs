//! The shipped course, through the real program: authors' checks, solutions, starters.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::desk::COURSE;
use crate::lab::PROGRAM;

/// Runs the program where no other program can be found.
fn alone(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    Command::new(PROGRAM)
        .env("PATH", "")
        .env("LAMBDA_COURSE_DIR", folder.path().join("files"))
        .env("LAMBDA_COURSE_DATA", folder.path().join("data"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_shipped_course_runs_as_it_says() {
    let output = alone(&["verify"]);
    let text = out(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.starts_with("files: 22 lessons, 5 exercises, "), "{text}");
    assert!(text.ends_with("no problems\n"), "{text}");
    let exercises = text
        .lines()
        .filter(|line| line.contains("the starter fails, the solution passes"));
    assert_eq!(exercises.count(), 5, "{text}");
}

#[test]
fn solutions_pass_and_starters_fail() {
    let output = alone(&["test", "--all", "--solutions", "--json"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for verdict in verdicts(&output) {
        assert_eq!(verdict["status"], "pass", "{}", verdict["exercise"]);
        assert!(verdict["durationMs"].is_u64() && verdict.get("message").is_none());
        for case in verdict["cases"].as_array().unwrap() {
            assert_eq!(case["status"], "pass", "{case}");
            assert!(
                case["name"].is_string() && case["log"].is_array() && case["invocations"].is_array(),
                "{case}"
            );
            assert!(case.get("expected").is_none() && case.get("diff").is_none(), "{case}");
        }
    }
    let output = alone(&["test", "--all", "--starters", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    for verdict in verdicts(&output) {
        assert_eq!(verdict["status"], "fail", "{}", verdict["exercise"]);
        let failed = verdict["cases"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|case| case["status"] == "fail");
        let mut count = 0;
        for case in failed {
            count += 1;
            assert!(case["message"].is_string() && case["sent"].is_string(), "{case}");
        }
        assert!(count > 0, "{}", verdict["exercise"]);
    }
}

fn verdicts(output: &Output) -> Vec<Value> {
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let ids: Vec<&str> = all
        .iter()
        .map(|verdict| verdict["exercise"].as_str().unwrap())
        .collect();
    let shipped = [
        "01-basic-lambda",
        "02-api-handler",
        "03-s3-processor",
        "04-ml-inference",
        "05-async-pipeline",
    ];
    assert_eq!(ids, shipped);
    all
}

/// What is changed in the small course, and what `verify` must say of it.
struct Fault {
    file: &'static str,
    from: &'static str,
    to: &'static str,
    said: &'static [&'static str],
}

const FAULTS: &[Fault] = &[
    Fault {
        file: "lessons/01-hello.md",
        from: "exercise:01-greeter",
        to: "exercise:01-greter",
        said: &["lessons/01-hello.md:", "01-greter"],
    },
    Fault {
        file: "lessons/01-hello.md",
        from: r#"exercises = ["01-greeter"]"#,
        to: r#"exercises = ["09-nothing"]"#,
        said: &["lessons/01-hello.md:", "09-nothing"],
    },
    Fault {
        file: "exercises/01-greeter/exercise.toml",
        from: r#"case = "without-name""#,
        to: r#"case = "without-nam""#,
        said: &["exercises/01-greeter/exercise.toml:", "without-nam"],
    },
    Fault {
        file: "quiz/01-hello.toml",
        from: "why = \"Never.\"\n",
        to: "",
        said: &["quiz/01-hello.toml:", "why"],
    },
    Fault {
        file: "solutions/01-greeter/handler.py",
        from: "Hello, {name}!",
        to: "Hi, {name}!",
        said: &["solutions/01-greeter: the solution does not pass: "],
    },
    Fault {
        file: "exercises/01-greeter/starter/handler.py",
        from: "    # TODO: greet the caller\n    return \"\"",
        to: "    name = event.get(\"name\")\n    return f\"Hello, {name}!\" if name else \"Hello!\"",
        said: &["exercises/01-greeter/starter: the starter passes all cases"],
    },
    Fault {
        file: "exercises/01-greeter/cases.json",
        from: r#""expect": {"#,
        to: r#""expct": {"#,
        said: &["exercises/01-greeter/cases.json:", "expct"],
    },
    Fault {
        file: "exercises/01-greeter/cases.json",
        from: r#""event_file": "empty.json""#,
        to: r#""event_file": "emty.json""#,
        said: &["exercises/01-greeter/cases.json:", "emty.json"],
    },
    Fault {
        file: "exercises/01-greeter/mistakes/no-name/handler.py",
        from: "event[",
        to: "int(\"no\") and event[",
        said: &["exercises/01-greeter/mistakes/no-name"],
    },
    Fault {
        file: "lessons/01-hello.md",
        from: "count += 1",
        to: "count += 2",
        said: &["lessons/01-hello.md:"],
    },
    Fault {
        file: "quiz/01-hello.toml",
        from: r#"answers = ['{"doubled": 4}']"#,
        to: r#"answers = ['{"doubled": 5}']"#,
        said: &["quiz/01-hello.toml", "hello-predict"],
    },
];

#[test]
fn what_is_wrong_in_a_course_is_found() {
    assert_eq!(
        alone(&["verify", "--course", COURSE]).status.code(),
        Some(0),
        "as it is"
    );
    let mut missed = Vec::new();
    for fault in FAULTS {
        let folder = tempfile::tempdir().unwrap();
        let course = folder.path().join("course");
        copy(Path::new(COURSE), &course);
        let path = course.join(fault.file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(fault.from), "{} has no {:?}", fault.file, fault.from);
        fs::write(path, text.replacen(fault.from, fault.to, 1)).unwrap();
        let output = alone(&["verify", "--course", course.to_str().unwrap()]);
        let text = out(&output);
        let found = text
            .lines()
            .any(|line| fault.said.iter().all(|said| line.contains(said)));
        if output.status.code() != Some(1) || !found {
            missed.push(format!(
                "{:?} for {:?}: no line with {:?}:\n{text}",
                fault.to, fault.from, fault.said
            ));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
