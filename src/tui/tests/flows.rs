use std::sync::Arc;

use super::course::STARTER;
use super::doubles::Memory;
use super::driver::App;
use crate::tui::msg::Msg;
use crate::tui::ports::Place;

/// From the welcome into the editor of the first exercise.
const TO_EDITOR: &str = "<enter>e<enter>";
/// Replaces all of the file.
const CLEAR: &str = "<ctrl-a><delete>";

#[test]
fn from_welcome_to_the_first_passing_exercise() {
    let mut app = App::new();
    app.shows("Press Enter to begin");
    app.keys("<enter>")
        .shows("Lesson 1: What Lambda is")
        .shows("That is the end of this lesson");
    app.keys("<enter>")
        .shows("Exercise 1: Say hello")
        .shows("Return {\"message\": \"Hello\"}");
    app.keys("<enter>")
        .shows("def lambda_handler")
        .shows("Ctrl-S save & check");
    app.keys("<ctrl-s>")
        .shows("Not yet: 1 of 3 cases pass")
        .shows("Greets the caller")
        .shows("- expected");
    app.shows("invoke greeter").lacks("✗ Greets twice");
    app.keys("<down><down><down><down><down><down><down><down><down><down><down><down>")
        .shows("You return the wrong word.");
    app.keys("<enter>").shows("▸");
    app.keys(CLEAR)
        .keys("def lambda_handler(event, context):<enter>return {\"message\": \"Hello\"}<ctrl-s>");
    app.shows("Passed: all 3 cases")
        .shows("The solution is open now")
        .shows("n goes on to Lesson 2");
    assert_eq!(app.store.text("01-hello", "handler.py"), super::course::SOLUTION);
    assert!(app.store.progress.lock().unwrap().exercises["01-hello"].passed);
    app.keys("n").shows("Lesson 2: The life of a function");
}

#[test]
fn leaving_and_coming_back_is_exact() {
    let mut app = App::new();
    app.keys(TO_EDITOR).keys("<down><down><end><ctrl-q>");
    assert!(app.left);
    let before = app.screen();
    app.restart();
    assert_eq!(app.screen(), before);

    app.keys("<esc>q").shows("1 of 3 lessons");
    app.keys("<down><down><enter><pagedown>");
    let before = app.screen();
    app.restart();
    assert_eq!(app.screen(), before);

    app.keys("q");
    let before = app.screen();
    app.restart();
    assert_eq!(app.screen(), before);
}

#[test]
fn edits_that_are_not_saved_survive() {
    let mut app = App::new();
    app.keys(TO_EDITOR).keys("xyz").shows("not saved");
    app.restart();
    app.shows("xyzdef lambda_handler").shows("Your edits are back");
    assert_eq!(app.store.text("01-hello", "handler.py"), STARTER);
    app.keys("<ctrl-s>").keys("<enter>").lacks("not saved");
    assert!(app.store.text("01-hello", "handler.py").starts_with("xyz"));
    assert!(app.store.progress.lock().unwrap().drafts.is_empty());
}

#[test]
fn a_save_that_fails_is_said_and_tried_again() {
    let mut app = App::new();
    *app.store.full.lock().unwrap() = true;
    app.keys(TO_EDITOR)
        .keys("a<ctrl-s>")
        .shows("could not be saved: the disk is full");
    *app.store.full.lock().unwrap() = false;
    app.keys("t");
    assert!(app.store.text("01-hello", "handler.py").starts_with('a'));
}

#[test]
fn a_quiz_to_its_last_answer() {
    let mut app = App::new();
    app.keys("<enter>nz")
        .shows("question 1 of 3")
        .shows("What starts a function?");
    app.keys("<down><enter>")
        .shows("Not right")
        .shows("There is none to see.")
        .shows("That is what it waits for.");
    app.keys("<enter>")
        .shows("Which are limits?")
        .shows("More than one may be right");
    app.keys("<space><enter>").shows("partly right");
    app.keys("<enter>").shows("What names an invocation?");
    app.keys("aws_x<backspace>request_id<enter>")
        .shows("✓ Right")
        .shows("It is in the context.");
    app.keys("<enter>")
        .shows("1 of 3 right")
        .shows("r asks these again now");
    app.keys("r")
        .shows("question 1 of 2")
        .keys("1<enter><enter>12<enter>")
        .shows("✓ Right");
    app.keys("<enter>").shows("2 of 2 right");
    app.keys("<enter>").shows("Exercise 2");
}

#[test]
fn a_quiz_resumes_at_its_question_and_the_review_asks_what_was_missed() {
    let mut app = App::new();
    app.keys("<enter>nz2<enter><enter>");
    app.restart();
    app.shows("Which are limits?");
    app.keys("<esc>").shows("Lesson 2");
    app.keys("q").shows("Review: 1 question due");
    app.keys("r")
        .shows("What starts a function?")
        .keys("<enter><enter>")
        .shows("1 of 1 right");
}

#[test]
fn hints_come_one_by_one_and_stay() {
    let mut app = App::new();
    app.keys("<enter>eh").shows("Hint 1 of 3: Idea 1").lacks("Idea 2");
    app.keys("h").shows("Hint 2 of 3").shows("Idea 1");
    app.keys("h").shows("That was the last hint");
    app.keys("<esc>").shows("Brief");
    app.restart();
    app.keys("h").shows("Idea 1").shows("Idea 3");
}

#[test]
fn the_solution_is_asked_for_before_and_open_after() {
    let mut app = App::new();
    app.keys("<enter>es").shows("Show the solution before you have passed?");
    app.keys("n").lacks("Show the solution before");
    app.keys("sy")
        .shows("- yours + solution")
        .shows("+     return {\"message\": \"Hello\"}")
        .shows("Why it is written so");
    app.keys("d").lacks("- yours").shows("return {\"message\": \"Hello\"}");
    assert!(app.store.progress.lock().unwrap().exercises["01-hello"].solution_seen);
    app.send(Msg::Resize(120, 40));
    app.keys("d").shows("- yours").shows(" │ +     return");
}

#[test]
fn reset_keeps_a_backup() {
    let mut app = App::new();
    app.keys(TO_EDITOR).keys("mine <esc>x").shows("Put the starter back?");
    app.keys("n").shows("mine def");
    app.keys("xy")
        .shows("The starter is back; yours is in backups")
        .lacks("mine def");
    let backup = app.store.backups.lock().unwrap()[0]["handler.py"].clone();
    assert!(backup.starts_with(b"mine def"));
    app.keys("<enter><ctrl-z>").shows("mine def");
}

#[test]
fn finding_things() {
    let mut app = App::new();
    app.keys("m/again")
        .shows("Exercise: Say it again")
        .lacks("What Lambda is");
    app.keys("<enter><enter>").shows("Exercise 2: Say it again");
    app.keys("q<esc>").shows("What Lambda is");
    app.keys("<home><down><down><down><enter>").shows("Lesson 2");
    app.keys("/PARAGRAPH 9<enter>")
        .shows("match 1 of 1")
        .shows("Paragraph 9");
    app.keys("<esc>/paragraph<enter>n").shows("of 12");
    app.keys("<esc>/nothing<enter>").shows("is not here");
    app.keys("<esc><home>o<down><down><enter>").shows("Settings");
}

#[test]
fn code_of_a_lesson_runs_where_it_stands() {
    let mut app = App::new();
    app.keys("<enter>n").shows("Enter runs this");
    app.keys("<enter>")
        .shows("Output")
        .shows("{\"ok\": true}")
        .shows("hi [31mred");
    app.keys("<tab>").keys("<enter>").shows("Lesson 1: What Lambda is");
}

#[test]
fn a_run_can_be_stopped_and_keys_typed_ahead_do_nothing() {
    let mut app = App::new();
    app.keys(TO_EDITOR)
        .keys("slow")
        .keys("<ctrl-s>")
        .shows("Running…")
        .shows("Esc stop");
    app.keys("xynq").shows("Running…").lacks("Put the starter back");
    app.keys("<esc>").shows("Stopped").lacks("Running…");
    app.keys("t").shows("Running…").keys("<ctrl-c>");
    assert!(app.left);

    let mut app = App::new();
    app.keys("<enter>n<end><tab>")
        .keys("r")
        .shows("Running…")
        .keys("<esc>")
        .shows("Stopped");
}

#[test]
fn code_that_cannot_be_loaded_says_why() {
    let mut app = App::new();
    app.keys(TO_EDITOR)
        .keys("boom<ctrl-s>")
        .shows("could not be loaded")
        .shows("SyntaxError: invalid syntax");
    app.shows("h shows hint 1 of 3");
}

fn seen(text: &str) -> Msg {
    Msg::Seen {
        exercise: "01-hello".to_owned(),
        file: "handler.py".to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn edits_made_outside_are_picked_up() {
    let mut app = App::new();
    app.keys("<enter>e2");
    app.send(seen("outside = 1\n"));
    app.shows("outside = 1").shows("was changed outside");
    app.keys("e");
    assert_eq!(app.handed_over, Some(("handler.py".to_owned(), 1)));
}

#[test]
fn a_conflict_is_asked_about_and_neither_side_is_lost() {
    for (key, shown, other) in [("k", "mine def", "outside = 1"), ("t", "outside = 1", "mine def")] {
        let mut app = App::new();
        app.keys(TO_EDITOR).keys("mine ");
        app.send(seen("outside = 1\n"));
        app.shows("This file was changed outside");
        app.keys("zq<enter>").shows("This file was changed outside");
        app.keys(key).shows(shown).lacks(other);
        app.keys("<ctrl-z>").shows(other).lacks(shown);
    }
}

#[test]
fn a_draft_whose_file_has_changed_since_is_a_conflict() {
    let mut app = App::new();
    app.keys(TO_EDITOR).keys("mine ");
    app.store
        .files
        .lock()
        .unwrap()
        .get_mut("01-hello")
        .unwrap()
        .insert("handler.py".to_owned(), b"outside = 1\n".to_vec());
    app.restart();
    app.shows("This file was changed outside")
        .keys("t")
        .shows("outside = 1");
}

#[test]
fn our_own_save_is_no_change_from_outside() {
    let mut app = App::new();
    app.keys(TO_EDITOR).keys("x<ctrl-s>");
    let text = app.store.text("01-hello", "handler.py");
    app.send(seen(&text));
    app.lacks("was changed outside");
}

#[test]
fn control_c_copies_what_is_selected_and_leaves_otherwise() {
    let mut app = App::new();
    app.keys(TO_EDITOR).keys("<shift-end><ctrl-c>").shows("Copied");
    assert!(!app.left);
    app.keys("<ctrl-c>");
    assert!(app.left);
    for keys in [
        "",
        "m",
        "<enter>",
        "<enter>e",
        "<enter>e<enter>",
        "<enter>nz",
        "m/",
        "<enter>eh",
        "<enter>ex",
        "m?",
    ] {
        let mut app = App::new();
        app.keys(keys).keys("<ctrl-c>");
        assert!(app.left, "{keys}");
    }
}

#[test]
fn events_run_without_being_graded() {
    let mut app = App::new();
    app.keys("<enter>er").shows("ada.json").shows("\"name\": \"Ada\"");
    app.keys("<enter>")
        .shows("Event ada.json")
        .shows("invoke greeter {\"name\": \"Ada\"}");
    app.keys("r<down>e<ctrl-a>[[1<ctrl-s>").shows("invoke greeter [[1");
    assert!(app.store.progress.lock().unwrap().exercises.is_empty());
    app.keys("re").shows("[[1");
}

#[test]
fn samples_of_the_services_can_be_run_and_edited() {
    let mut app = App::new();
    app.keys("<enter>er")
        .shows("ada.json")
        .shows("s3-put")
        .lacks("\"eventSource\"");
    app.keys("<down><down>").shows("\"eventSource\": \"aws:s3\"");
    app.keys("<down>").shows("ObjectRemoved");
    app.keys("<enter>").shows("Event s3-delete").shows("invoke greeter {");
    app.keys("r<down><down>e").shows("\"Records\": [");
    app.keys("<ctrl-a>[2<ctrl-s>").shows("invoke greeter [2");
    assert!(app.store.progress.lock().unwrap().exercises.is_empty());
}

#[test]
fn searching_in_code() {
    let mut app = App::new();
    app.keys(TO_EDITOR)
        .keys("<ctrl-f>RETURN<enter>")
        .shows("line 3, column 11");
    app.keys("<ctrl-f>absent<enter>").shows("Not found");
}

#[test]
fn every_failing_case_can_be_seen() {
    let mut app = App::new();
    app.send(Msg::Resize(80, 60));
    app.keys(TO_EDITOR)
        .keys("<ctrl-s>")
        .lacks("Greets twice")
        .shows("a shows all");
    app.keys("a").shows("Greets twice");
    app.keys("4").shows("START RequestId");
}

#[test]
fn several_files_are_edited_and_saved_together() {
    let mut app = App::new();
    app.keys(TO_EDITOR)
        .keys("# a<enter><esc>f")
        .shows("words.py")
        .keys("<enter># b<enter><ctrl-s>");
    assert!(app.store.text("01-hello", "handler.py").starts_with("# a\n"));
    assert!(app.store.text("01-hello", "words.py").starts_with("# b\n"));
}

#[test]
fn with_panes_the_editor_keeps_the_keys_until_it_passes() {
    let mut app = App::start(Arc::new(Memory::default()), 120, 40);
    app.keys(TO_EDITOR)
        .keys("<ctrl-s>")
        .shows("Not yet")
        .shows("def lambda_handler")
        .shows("Return {");
    app.keys("Hello")
        .shows("Hello")
        .keys("<ctrl-s>")
        .shows("Passed")
        .keys("n")
        .shows("Lesson 2");
}

#[test]
fn pasted_text_goes_where_one_types() {
    let mut app = App::new();
    app.send(Msg::Paste("q".to_owned()));
    assert!(!app.left);
    app.keys(TO_EDITOR);
    app.send(Msg::Paste("a = 1\r\nb = 2\r\n".to_owned()));
    app.shows("b = 2").shows("not saved");
}

#[test]
fn the_place_is_kept_without_leaving() {
    let mut app = App::new();
    app.keys("<enter>n<down><down>");
    app.restart();
    let place = app.store.progress.lock().unwrap().place.clone();
    assert!(matches!(place, Some(Place::Lesson { line: 2, .. })), "{place:?}");
}

#[test]
fn a_runner_that_panics_does_not_take_the_screen_along() {
    let mut app = App::new();
    app.keys(TO_EDITOR)
        .keys("bug<ctrl-s>")
        .shows("The run broke off")
        .lacks("Running…");
    app.keys("<enter><backspace>").shows("bu");
}

#[test]
fn an_older_text_seen_while_saving_is_no_change_from_outside() {
    let mut app = App::new();
    app.keys(TO_EDITOR).keys("new ");
    let save = crate::tui::keymap::key_for(
        crate::tui::keymap::Context::CodeEditor,
        crate::tui::keymap::Command::Check,
    );
    assert_eq!(save, "Ctrl-S");
    let key = crate::tui::key::Key::parse("ctrl-s").unwrap();
    let mut model = app.model.clone();
    crate::tui::update::update(&mut model, Msg::Key(key));
    crate::tui::update::update(&mut model, seen(STARTER));
    app.model = model;
    app.keys("<esc>2").shows("new def").lacks("was changed outside");
}

#[test]
fn who_has_been_here_before_is_not_welcomed_again() {
    let mut app = App::new();
    app.keys("<enter>");
    app.store.progress.lock().unwrap().place = None;
    let store = app.store.clone();
    App::start(store, 80, 24).shows("Course map");
}
