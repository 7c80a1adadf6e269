//! The whole program, as a learner meets it.

use rustix::process::{Pid, Signal, kill_process};

use crate::screen::Screen;

const CTRL_A: &str = "\u{1}";
const CTRL_C: &str = "\u{3}";
const CTRL_S: &str = "\u{13}";
const DELETE: &str = "\u{1b}[3~";
const SOLUTION: &str = include_str!("../../solutions/01-basic-lambda/handler.py");

/// From the welcome to the first exercise.
fn to_the_first_exercise(screen: &mut Screen) {
    screen.shows("Press Enter to begin").press("m").shows("Course map");
    screen.press("/Your first handler\r");
    screen.shows("Only what has").shows("Enter open").press("\r");
    screen.shows("Write a handler that greets its caller");
}

#[test]
fn from_the_welcome_to_a_pass_and_back_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = Screen::start(folder.path(), 80, 24);
    to_the_first_exercise(&mut screen);
    screen.press("\r").shows("editing").shows("TODO");
    screen.press(CTRL_S).shows("Not yet");
    screen.press("\r").shows("editing");
    screen.press(CTRL_A).press(DELETE).paste(SOLUTION).shows("DEFAULT_NAME");
    screen.press(CTRL_S).shows("Passed: all 12 cases");
    screen.press(CTRL_C);
    assert!(screen.ends().success());
    assert!(screen.is_given_back());
    let file = folder.path().join("files/01-basic-lambda/handler.py");
    assert_eq!(
        std::fs::read_to_string(file).unwrap(),
        SOLUTION,
        "what was pasted is what was saved"
    );

    let mut again = Screen::start(folder.path(), 80, 24);
    again.shows("Your first handler").shows("Results");
    assert!(!again.picture().contains("Press Enter to begin"));
    again.press("q").shows("Course map").shows("1 of 5 exercises");
    again.press("q");
    assert!(again.ends().success());
}

#[test]
fn a_terminal_that_is_too_small_is_told_and_may_grow() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = Screen::start(folder.path(), 80, 24);
    screen.shows("Press Enter to begin");
    let unbroken = |screen: &Screen| screen.picture().split_whitespace().collect::<Vec<_>>().join(" ");
    for (columns, rows) in [(10, 3), (1, 1), (59, 15)] {
        screen.resize(columns, rows);
        if columns > 9 {
            let expected = format!("is {columns}x{rows}");
            screen.waits(&expected, |screen| unbroken(screen).contains(&expected));
        }
    }
    screen.resize(80, 24).shows("Press Enter to begin");
    screen.press("q");
    assert!(screen.ends().success());
}

#[test]
fn a_signal_to_end_gives_the_terminal_back() {
    let folder = tempfile::tempdir().unwrap();
    for signal in [Signal::TERM, Signal::HUP] {
        let mut screen = Screen::start(folder.path(), 80, 24);
        screen.waits("the whole screen", Screen::is_taken).shows("help");
        kill_process(Pid::from_raw(screen.pid()).unwrap(), signal).unwrap();
        screen.ends();
        assert!(screen.is_given_back(), "{signal:?}\n{}", screen.picture());
    }
}

#[test]
fn what_a_handler_prints_cannot_reach_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = Screen::start(folder.path(), 80, 24);
    to_the_first_exercise(&mut screen);
    screen.press("\r").shows("editing");
    screen.press(CTRL_A).press(DELETE);
    screen.paste("def lambda_handler(event, context):\n    print('\\x1b]0;title\\x07\\x1b[2J\\x1b[?1049lgone?')\n    return '\\x1b[31m'\n");
    screen.shows("gone?").press(CTRL_S).shows("Not yet");
    assert!(screen.is_taken());
    screen.press("4").shows("gone?").shows("START RequestId");
    assert!(screen.is_taken());
    screen.press(CTRL_C);
    assert!(screen.ends().success());
}
