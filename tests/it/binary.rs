//! The program itself: exit codes, streams and pipes.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::desk::COURSE;

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lambda-course"));
    command
        .env("LAMBDA_COURSE_DIR", folder.join("files"))
        .env("LAMBDA_COURSE_DATA", folder.join("data"));
    command
}

fn run(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    program(folder.path())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn without_a_terminal_it_ends_with_2() {
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8(output.stderr).unwrap().contains("lambda-course list"));
}

#[test]
fn the_built_in_course_is_listed() {
    let output = run(&["list", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let overview: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(overview["title"], "AWS Lambda");
}

#[test]
fn wrong_arguments_end_with_2() {
    assert_eq!(run(&["lst"]).status.code(), Some(2));
    assert_eq!(run(&["read", "99"]).status.code(), Some(2));
    assert_eq!(run(&["test", "1", "--file"]).status.code(), Some(2));
    assert_eq!(run(&["--version"]).status.code(), Some(0));
}

#[test]
fn a_quiz_works_through_pipes() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program(folder.path())
        .args(["quiz", "hello", "--course", COURSE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"a\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("1 of 1 answered questions were right at once.")
    );
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program(folder.path())
        .args(["verify", "--schema"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}
