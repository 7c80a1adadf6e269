//! A learner at a desk: folders of their own, a fixed time, the small course, and commands that are typed.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Parser;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use lambda_course::cli::{self, Cli, Context, Exit, Globals};
use tempfile::TempDir;

use crate::fake_runner::FakeRunner;

pub const COURSE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/course");

pub struct Desk {
    folder: TempDir,
    pub course: PathBuf,
    pub today: Date,
    pub terminal: bool,
    pub variables: Vec<(&'static str, String)>,
}

/// What a command printed, and how it ended.
pub struct Printed {
    pub exit: Exit,
    pub out: String,
    pub err: String,
}

impl Desk {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            course: COURSE.into(),
            today: date(2026, 9, 1),
            terminal: false,
            variables: vec![("TERM", "xterm-256color".to_owned()), ("LANG", "C.UTF-8".to_owned())],
        }
    }

    /// A copy of the small course, to change.
    pub fn own_course(&mut self) -> PathBuf {
        self.course = self.folder.path().join("course");
        copy(Path::new(COURSE), &self.course);
        self.course.clone()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the learner's handler.
    pub fn handler(&self, code: &str) {
        let folder = self.path("files/01-greeter");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("handler.py"), code).unwrap();
    }

    pub fn run(&self, arguments: &str) -> Printed {
        self.answer(arguments, "")
    }

    /// Runs a command with this on its standard input.
    pub fn answer(&self, arguments: &str, input: &str) -> Printed {
        let words = ["lambda-course"].into_iter().chain(arguments.split_whitespace());
        let cli = Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
        let variable = |name: &str| {
            let paths = [("LAMBDA_COURSE_DIR", "files"), ("LAMBDA_COURSE_DATA", "data")];
            let path = paths
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, folder)| self.path(folder).into());
            path.or_else(|| {
                self.variables
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| OsString::from(value))
            })
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let exit = cli::run(
            with_course(cli, arguments, &self.course),
            &mut Context {
                out: &mut out,
                err: &mut err,
                input: &mut input.as_bytes(),
                out_is_terminal: self.terminal,
                input_is_terminal: self.terminal,
                size: self.terminal.then_some((80, 24)),
                variable: &variable,
                now: &|| self.today.at(10, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap(),
                runners: &|_| Ok(Arc::new(FakeRunner)),
                globals: Globals::default(),
            },
        );
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace(&self.folder.path().display().to_string(), "[desk]")
                .replace(COURSE, "[course]")
        };
        Printed {
            exit,
            out: text(out),
            err: text(err),
        }
    }
}

/// The same command on the desk's course, unless it names one.
fn with_course(cli: Cli, arguments: &str, course: &Path) -> Cli {
    if arguments.contains("--course") {
        return cli;
    }
    let course = course.display().to_string();
    let words = ["lambda-course", "--course", &course];
    Cli::try_parse_from(words.into_iter().chain(arguments.split_whitespace())).unwrap()
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
