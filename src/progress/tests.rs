//! The store as a whole: what it keeps, merging, damage, kills and company.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use jiff::Timestamp;
use jiff::civil::date;

use super::{Attempt, Draft, ImportError, Store};
use crate::quiz::{Answer, Outcome};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn attempt(second: i64, cases_passed: usize) -> Attempt {
    Attempt {
        at: at(second),
        cases_passed,
        cases: 8,
        passed: cases_passed == 8,
    }
}

fn open(folder: &Path) -> Store {
    let opened = Store::open(folder, at(0)).unwrap();
    assert_eq!(opened.notice, None);
    opened.store
}

#[test]
fn everything_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.record_attempt("01-a", attempt(1, 3)).unwrap();
    store.record_attempt("01-a", attempt(2, 8)).unwrap();
    store.record_attempt("01-a", attempt(3, 8)).unwrap();
    assert_eq!(store.reveal_hint("01-a", 2).unwrap(), 1);
    assert_eq!(store.reveal_hint("01-a", 2).unwrap(), 2);
    assert_eq!(store.reveal_hint("01-a", 2).unwrap(), 2);
    store.set_solution_seen("02-b", at(4)).unwrap();
    store.set_lesson_position("01-l", 40).unwrap();
    store.set_lesson_read("01-l", at(5)).unwrap();
    store.set_lesson_read("01-l", at(6)).unwrap();
    store
        .record_answer(
            "q",
            &Answer::Typed("x".to_owned()),
            Outcome::Wrong,
            true,
            at(7),
            date(2026, 1, 1),
        )
        .unwrap();
    store
        .record_answer(
            "q",
            &Answer::Chosen([1].into()),
            Outcome::Right,
            false,
            at(8),
            date(2026, 1, 1),
        )
        .unwrap();
    store.set_setting("theme", &"dark").unwrap();
    store
        .set_resume_point(&serde_json::json!({"screen": "lesson", "id": "01-l"}))
        .unwrap();
    let draft = Draft {
        base: "old".to_owned(),
        text: "new\n".to_owned(),
    };
    store.set_draft("01-a", "handler.py", Some(&draft)).unwrap();
    store.set_draft("01-a", "other.py", Some(&draft)).unwrap();
    store.set_draft("01-a", "other.py", None).unwrap();
    drop(store);

    let store = open(folder.path());
    assert_eq!(
        store.drafts().unwrap(),
        [(("01-a".to_owned(), "handler.py".to_owned()), draft)].into()
    );
    let exercise = store.exercise("01-a").unwrap();
    assert_eq!(
        (exercise.attempts, exercise.last, exercise.passed),
        (3, Some((8, 8)), Some(at(2)))
    );
    assert_eq!(exercise.hints_seen, 2);
    assert_eq!(store.exercise("02-b").unwrap().solution_seen, Some(at(4)));
    let lesson = store.lesson("01-l").unwrap();
    assert_eq!((lesson.position, lesson.read), (40, Some(at(5))));
    let question = &store.questions().unwrap()["q"];
    assert_eq!((question.answers, question.last), (2, Some(Outcome::Right)));
    assert_eq!(
        question.review.unwrap().due,
        date(2026, 1, 2),
        "a second answer in a session does not count"
    );
    assert_eq!(store.setting::<String>("theme").unwrap().as_deref(), Some("dark"));
    assert_eq!(
        store.resume_point::<serde_json::Value>().unwrap().unwrap()["id"],
        "01-l"
    );
    assert_eq!(
        store.setting::<u32>("theme").unwrap(),
        None,
        "a setting of another type is as good as none"
    );
}

#[test]
fn a_damaged_store_is_moved_aside_and_the_course_goes_on() {
    for damage in [
        "this is no database, though long enough to be looked at as one".repeat(40),
        String::from("short"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("progress.sqlite"), &damage).unwrap();
        let opened = Store::open(folder.path(), at(0)).unwrap();
        let notice = opened.notice.unwrap();
        assert!(
            notice.contains("was damaged") && notice.contains("progress.sqlite.damaged-2027"),
            "{notice}"
        );
        opened.store.record_attempt("01-a", attempt(1, 8)).unwrap();
        let kept = fs::read_dir(folder.path())
            .unwrap()
            .filter_map(Result::ok)
            .find(|entry| entry.file_name().to_string_lossy().contains("damaged"));
        assert_eq!(fs::read_to_string(kept.unwrap().path()).unwrap(), damage);
        drop(opened.store);
        assert_eq!(open(folder.path()).exercise("01-a").unwrap().attempts, 1);
    }
}

#[test]
fn a_store_with_a_damaged_page_is_moved_aside() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for second in 0..300 {
        store.record_attempt("01-a", attempt(second, 1)).unwrap();
    }
    drop(store);
    let file = folder.path().join("progress.sqlite");
    let mut bytes = fs::read(&file).unwrap();
    for byte in bytes.iter_mut().skip(4096).take(30_000) {
        *byte = 0xAB;
    }
    fs::write(&file, bytes).unwrap();
    let opened = Store::open(folder.path(), at(0)).unwrap();
    assert!(opened.notice.unwrap().contains("was damaged"));
    assert_eq!(opened.store.exercises().unwrap().len(), 0);
}

#[test]
fn a_store_of_a_newer_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let file = folder.path().join("progress.sqlite");
    rusqlite::Connection::open(&file)
        .unwrap()
        .execute_batch("PRAGMA user_version = 99")
        .unwrap();
    let opened = Store::open(folder.path(), at(0)).unwrap();
    assert!(opened.notice.unwrap().contains("newer lambda-course"));
    assert_eq!(opened.file, None);
    opened.store.record_attempt("01-a", attempt(1, 8)).unwrap();
}

#[test]
fn without_a_usable_folder_the_course_goes_on_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let opened = Store::open(&file.join("inside"), at(0)).unwrap();
    assert!(opened.notice.unwrap().starts_with("Progress is not saved this time"));
    opened.store.record_attempt("01-a", attempt(1, 8)).unwrap();
    assert_eq!(opened.store.exercise("01-a").unwrap().attempts, 1);
}

#[test]
fn importing_merges_and_loses_nothing() {
    let (here, there) = (Store::in_memory().unwrap(), Store::in_memory().unwrap());
    here.record_attempt("01-a", attempt(9, 8)).unwrap();
    here.set_hints_seen("01-a", 3).unwrap();
    here.set_setting("theme", &"dark").unwrap();
    here.set_lesson_position("01-l", 10).unwrap();
    there.record_attempt("01-a", attempt(5, 8)).unwrap();
    there.record_attempt("99-gone", attempt(6, 2)).unwrap();
    there.set_hints_seen("01-a", 1).unwrap();
    there.set_setting("theme", &"light").unwrap();
    there.set_setting("editor", &"vim").unwrap();
    there.set_resume_point(&"elsewhere").unwrap();
    there.set_lesson_position("01-l", 99).unwrap();
    there.set_lesson_read("01-l", at(3)).unwrap();
    there
        .record_answer(
            "q",
            &Answer::Chosen([0].into()),
            Outcome::Wrong,
            true,
            at(7),
            date(2026, 1, 1),
        )
        .unwrap();

    let export = there.export().unwrap();
    let merged = here.import(&export).unwrap();
    assert_eq!((merged.attempts, merged.answers), (2, 1));
    let again = here.import(&export).unwrap();
    assert_eq!(
        (again.attempts, again.answers),
        (0, 0),
        "the same file twice brings nothing new"
    );

    let exercise = here.exercise("01-a").unwrap();
    assert_eq!(
        (exercise.attempts, exercise.passed, exercise.hints_seen),
        (2, Some(at(5)), 3)
    );
    assert_eq!(here.exercise("99-gone").unwrap().attempts, 1, "unknown ids are kept");
    assert_eq!(here.setting::<String>("theme").unwrap().unwrap(), "dark");
    assert_eq!(here.setting::<String>("editor").unwrap().unwrap(), "vim");
    assert_eq!(here.resume_point::<String>().unwrap(), None);
    let lesson = here.lesson("01-l").unwrap();
    assert_eq!((lesson.position, lesson.read), (10, Some(at(3))));
    assert!(here.questions().unwrap()["q"].review.is_some());
}

#[test]
fn what_is_not_an_export_changes_nothing() {
    let store = Store::in_memory().unwrap();
    assert!(matches!(store.import("hello"), Err(ImportError::Form(_))));
    assert!(matches!(store.import("{}"), Err(ImportError::Form(_))));
    assert!(matches!(
        store.import("{\"lambda-course\": 7, \"new\": 1}"),
        Err(ImportError::Version(7))
    ));
    let half = "{\"lambda-course\": 1, \"exercises\": {\"01-a\": {\"hintsSeen\": 1, \"solutionSeen\": null, \"passed\": null}}, \
                \"review\": {\"q\": {\"box\": 0, \"due\": \"soon\"}}}";
    assert!(matches!(store.import(half), Err(ImportError::Time(_))));
    assert_eq!(store.exercises().unwrap().len(), 0);
}

/// Not a test of its own: the program that others kill. It says each attempt that is saved.
#[test]
#[ignore = "run by other tests as a process of its own"]
fn a_writer() {
    let Some(folder) = env::var_os("WRITER_FOLDER") else {
        return;
    };
    let most: usize = env::var("WRITER_MOST").unwrap().parse().unwrap();
    let store = open(Path::new(&folder));
    let mut out = std::io::stdout();
    for number in 1..=most {
        store.record_attempt("01-a", attempt(1, 8)).unwrap();
        store.set_resume_point(&number).unwrap();
        writeln!(out, "saved {number}").unwrap();
        out.flush().unwrap();
    }
}

fn writer(folder: &Path, most: usize) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "progress::tests::a_writer", "--ignored", "--nocapture"])
        .env("WRITER_FOLDER", folder)
        .env("WRITER_MOST", most.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn nothing_saved_is_lost_when_the_program_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut saved = 0;
    for round in 1..=12 {
        let mut child = writer(folder.path(), 1_000_000);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = lines.map_while(Result::ok).filter(|line| line.starts_with("saved"));
        for _ in 0..round * 3 {
            said.next().unwrap();
            saved += 1;
        }
        child.kill().unwrap();
        saved += said.count();
        child.wait().unwrap();
        let found = open(folder.path()).exercise("01-a").unwrap();
        assert!(
            found.attempts >= saved,
            "{} of {saved} attempts are there",
            found.attempts
        );
        saved = found.attempts;
    }
}

#[test]
fn two_programs_write_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut children: Vec<Child> = (0..3).map(|_| writer(folder.path(), 60)).collect();
    for child in &mut children {
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(
            lines
                .map_while(Result::ok)
                .filter(|line| line.starts_with("saved"))
                .count(),
            60
        );
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(open(folder.path()).exercise("01-a").unwrap().attempts, 180);
}

#[test]
fn programs_that_make_the_store_at_once_share_it() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let together = std::sync::Barrier::new(6);
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    together.wait();
                    open(folder.path());
                });
            }
        });
    }
}
