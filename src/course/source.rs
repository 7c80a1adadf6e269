//! Where a course's files come from: the copy in the binary, or a folder.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use include_dir::{Dir, DirEntry, include_dir};

use super::exercise::Files;
use super::problem::{CourseError, Problem};

static LESSONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/lessons");
static EXERCISES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/exercises");
static SOLUTIONS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/solutions");
static QUIZ: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/quiz");

/// Folders of a course deeper than this are not read: a link that leads back up would never end.
const DEEPEST: usize = 16;

/// All files of a course by their path from its root, with `/` between the parts.
///
/// Hidden files, `__pycache__`, `*.pyc` and the README.md of a folder are left out.
#[derive(Debug, Clone, Default)]
pub struct Source {
    files: BTreeMap<String, Cow<'static, [u8]>>,
}

impl Source {
    /// The course in the binary.
    #[must_use]
    pub fn embedded() -> Self {
        let mut source = Self::default();
        for (name, dir) in [
            ("lessons", &LESSONS),
            ("exercises", &EXERCISES),
            ("solutions", &SOLUTIONS),
            ("quiz", &QUIZ),
        ] {
            source.add_embedded(name, dir);
        }
        source
    }

    /// A course in a folder.
    ///
    /// # Errors
    /// If the folder or a file in it cannot be read.
    pub fn folder(root: &Path) -> Result<Self, CourseError> {
        let mut source = Self::default();
        let mut problems = Vec::new();
        if root.is_dir() {
            for name in ["lessons", "exercises", "solutions", "quiz"] {
                let folder = root.join(name);
                if folder.is_dir() {
                    source.add_folder(name, &folder, DEEPEST, &mut problems);
                }
            }
        } else {
            problems.push(
                Problem::new(root.display().to_string(), "there is no such folder")
                    .help("give the folder that holds `lessons/`, `exercises/`, `solutions/` and `quiz/`"),
            );
        }
        if problems.is_empty() {
            Ok(source)
        } else {
            Err(CourseError { problems })
        }
    }

    /// The paths of all files, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The names directly under a folder, files and folders alike, in order and each once.
    #[must_use]
    pub fn names(&self, folder: &str) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .under(folder)
            .map(|(rest, _)| rest.split('/').next().unwrap_or(rest))
            .collect();
        names.dedup();
        names
    }

    /// Whether there is a file at this path.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The files under a folder, by their path from it.
    #[must_use]
    pub fn files(&self, folder: &str) -> Files {
        self.under(folder)
            .map(|(rest, bytes)| (rest.to_owned(), bytes.to_vec()))
            .collect()
    }

    /// A text file, its line ends made `\n`.
    ///
    /// # Errors
    /// If it is missing or not UTF-8.
    pub fn text(&self, path: &str) -> Result<String, Problem> {
        let bytes = self.files.get(path).ok_or_else(|| {
            Problem::new(path, "this file is missing").help("docs/course-format.md lists the files of a course")
        })?;
        let text = std::str::from_utf8(bytes).map_err(|error| {
            Problem::new(
                path,
                format!("this is not UTF-8 text (byte {})", error.valid_up_to() + 1),
            )
            .help("save the file as UTF-8")
        })?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n"))
    }

    fn under(&self, folder: &str) -> impl Iterator<Item = (&str, &Cow<'static, [u8]>)> {
        let prefix = format!("{folder}/");
        self.files
            .range(prefix.clone()..)
            .map_while(move |(path, bytes)| path.strip_prefix(prefix.as_str()).map(|rest| (rest, bytes)))
    }

    fn add_embedded(&mut self, root: &str, dir: &'static Dir<'static>) {
        for entry in dir.entries() {
            match entry {
                DirEntry::Dir(inner) => self.add_embedded(root, inner),
                DirEntry::File(file) => {
                    let path = format!("{root}/{}", file.path().display()).replace('\\', "/");
                    if path.split('/').skip(1).all(|name| !is_ignored(name)) && !is_readme(&path) {
                        self.files.insert(path, Cow::Borrowed(file.contents()));
                    }
                }
            }
        }
    }

    fn add_folder(&mut self, path: &str, folder: &Path, depth: usize, problems: &mut Vec<Problem>) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                problems.push(Problem::new(path, format!("the folder cannot be read: {error}")));
                return;
            }
        };
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                problems.push(Problem::new(
                    path,
                    format!("the file name {} is not UTF-8", name.display()),
                ));
                continue;
            };
            let inner = format!("{path}/{name}");
            if is_ignored(name) || is_readme(&inner) {
                continue;
            }
            if entry.path().is_dir() {
                if depth == 0 {
                    problems.push(
                        Problem::new(inner, "the folders are too deep").help("look for a link that leads back up"),
                    );
                } else {
                    self.add_folder(&inner, &entry.path(), depth - 1, problems);
                }
                continue;
            }
            match fs::read(entry.path()) {
                Ok(bytes) => {
                    self.files.insert(inner, Cow::Owned(bytes));
                }
                Err(error) => problems.push(Problem::new(inner, format!("the file cannot be read: {error}"))),
            }
        }
    }
}

fn is_ignored(name: &str) -> bool {
    let bytecode = Path::new(name).extension().is_some_and(|extension| extension == "pyc");
    name.starts_with('.') || name == "__pycache__" || bytecode
}

/// READMEs are for readers of the repository: at the top of a folder and of an exercise.
fn is_readme(path: &str) -> bool {
    path.ends_with("/README.md") && path.split('/').count() <= 3
}

#[cfg(test)]
impl Source {
    /// Replaces a part of a text, which must be there.
    pub(crate) fn edit(&mut self, path: &str, from: &str, to: &str) {
        let text = self.text(path).unwrap();
        assert!(text.contains(from), "{path} holds no {from:?}");
        self.add(path, &text.replacen(from, to, 1));
    }

    /// Adds a file.
    pub(crate) fn add(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), Cow::Owned(text.as_bytes().to_vec()));
    }

    /// Takes a file away, which must be there.
    pub(crate) fn remove(&mut self, path: &str) {
        self.files.remove(path).unwrap();
    }
}
