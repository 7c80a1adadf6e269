//! Where the learner's files are, and what is done with them.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use jiff::Zoned;

use super::atomic;
use super::not_code::Known;
use crate::course::Exercise;
use crate::course::exercise::Files;

/// A handler's folder holds at most so many bytes, as a package on AWS.
const MOST_BYTES: u64 = 250 * 1024 * 1024;

/// Folders deeper than this are not read: a link that leads back up would never end.
const DEEPEST: usize = 16;

/// What can go wrong with the learner's files.
#[derive(Debug, thiserror::Error)]
pub enum LearnerError {
    /// The system says no.
    #[error("{} cannot be {action}: {source}", path.display())]
    Io {
        /// `read`, `written`, `made`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A course that names files outside of the exercise's folder.
    #[error("the exercise names the file `{0}`, which is not within its folder")]
    Outside(String),
    /// More than a deployment package may hold.
    #[error("{} holds more than 250 MB, which is more than Lambda takes", .0.display())]
    TooLarge(PathBuf),
}

/// The folder with one folder for each exercise.
#[derive(Debug, Clone)]
pub struct LearnerFiles {
    root: PathBuf,
}

impl LearnerFiles {
    /// The files in this folder, which need not be there yet.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder with one folder for each exercise.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of an exercise.
    #[must_use]
    pub fn folder(&self, exercise: &Exercise) -> PathBuf {
        self.root.join(&exercise.id)
    }

    /// The path of one of the exercise's files.
    ///
    /// # Errors
    /// If the file's name leads out of the folder.
    pub fn path(&self, exercise: &Exercise, file: &str) -> Result<PathBuf, LearnerError> {
        let relative = Path::new(file);
        let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
        if file.is_empty() || !inside {
            return Err(LearnerError::Outside(file.to_owned()));
        }
        Ok(self.folder(exercise).join(relative))
    }

    /// Whether the learner has begun the exercise.
    #[must_use]
    pub fn is_begun(&self, exercise: &Exercise) -> bool {
        self.folder(exercise).is_dir()
    }

    /// Puts those files of the starter in place that are not there; returns their paths.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn begin(&self, exercise: &Exercise) -> Result<Vec<PathBuf>, LearnerError> {
        let mut made = Vec::new();
        for (name, bytes) in &exercise.starter {
            let path = self.path(exercise, name)?;
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(|source| failed("made", parent, source))?;
            }
            // `create_new`, so that nothing can be overwritten, whoever else makes it now.
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(mut file) => {
                    file.write_all(bytes)
                        .map_err(|source| failed("written", &path, source))?;
                    made.push(path);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(failed("made", &path, source)),
            }
        }
        Ok(made)
    }

    /// All files of the exercise's folder, the learner's own modules included; begun first if need be.
    ///
    /// # Errors
    /// If a file cannot be read or made.
    pub fn read(&self, exercise: &Exercise) -> Result<Files, LearnerError> {
        self.begin(exercise)?;
        read_folder(&self.folder(exercise))
    }

    /// Saves one file; a crash leaves the old text or the new.
    ///
    /// # Errors
    /// If the file cannot be written; it is unchanged then.
    pub fn save(&self, exercise: &Exercise, file: &str, text: &str) -> Result<(), LearnerError> {
        let path = self.path(exercise, file)?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|source| failed("made", parent, source))?;
        }
        atomic::write(&path, text.as_bytes()).map_err(|source| failed("written", &path, source))
    }

    /// Puts the starter's files back. What they replace is kept beside them; returns where.
    ///
    /// # Errors
    /// If a copy cannot be kept, before anything is replaced, or a file cannot be written.
    pub fn reset(&self, exercise: &Exercise, now: &Zoned) -> Result<Vec<PathBuf>, LearnerError> {
        let mut kept = Vec::new();
        for (name, starter) in &exercise.starter {
            let path = self.path(exercise, name)?;
            match fs::read(&path) {
                Ok(bytes) if bytes != *starter => kept.push(keep(&path, &bytes, now)?),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(failed("read", &path, source)),
            }
        }
        self.begin(exercise)?;
        for (name, starter) in &exercise.starter {
            let path = self.path(exercise, name)?;
            atomic::write(&path, starter).map_err(|source| failed("written", &path, source))?;
        }
        Ok(kept)
    }
}

/// The files of a folder laid out as an exercise's, by their path from it.
///
/// Hidden files, `__pycache__`, `*.pyc` and kept copies are left out.
///
/// # Errors
/// If a file cannot be read, or there is more than Lambda takes.
pub fn read_folder(folder: &Path) -> Result<Files, LearnerError> {
    read_code(folder, &Known::default())
}

/// The same without what is known to be no code.
pub(super) fn read_code(folder: &Path, not_code: &Known) -> Result<Files, LearnerError> {
    let mut files = Files::new();
    for found in list_code(folder, not_code)? {
        let bytes = fs::read(&found.path).map_err(|source| failed("read", &found.path, source))?;
        files.insert(found.name, bytes);
    }
    Ok(files)
}

/// A file that [`read_code`] reads.
#[derive(Debug)]
pub(super) struct Found {
    /// Its path from the folder, with `/` between the parts.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) metadata: Metadata,
}

/// The files that [`read_code`] reads.
pub(super) fn list_code(folder: &Path, not_code: &Known) -> Result<Vec<Found>, LearnerError> {
    let (mut found, mut room) = (Vec::new(), MOST_BYTES);
    list_into(&mut found, folder, "", DEEPEST, &mut room, not_code)?;
    Ok(found)
}

fn list_into(
    found: &mut Vec<Found>,
    folder: &Path,
    prefix: &str,
    depth: usize,
    room: &mut u64,
    not_code: &Known,
) -> Result<(), LearnerError> {
    let entries = fs::read_dir(folder).map_err(|source| failed("read", folder, source))?;
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        // A name that is not UTF-8 cannot be imported.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let ending = path.extension().unwrap_or_default();
        if name.starts_with('.') || name == "__pycache__" || ending == "pyc" || ending == "bak" {
            continue;
        }
        let metadata = fs::metadata(&path).map_err(|source| failed("read", &path, source))?;
        if not_code.has(&metadata) {
            continue;
        }
        if metadata.is_dir() && depth > 0 {
            list_into(found, &path, &format!("{prefix}{name}/"), depth - 1, room, not_code)?;
        } else if metadata.is_file() {
            *room = room
                .checked_sub(metadata.len())
                .ok_or_else(|| LearnerError::TooLarge(folder.to_owned()))?;
            let name = format!("{prefix}{name}");
            found.push(Found { name, path, metadata });
        }
    }
    Ok(())
}

/// Keeps a copy beside a file, under a name that says when.
fn keep(path: &Path, bytes: &[u8], now: &Zoned) -> Result<PathBuf, LearnerError> {
    let stamp = now.strftime("%Y-%m-%d-%H%M%S");
    for number in 1..1000 {
        let again = if number == 1 {
            String::new()
        } else {
            format!("-{number}")
        };
        let copy = PathBuf::from(format!("{}.{stamp}{again}.bak", path.display()));
        match OpenOptions::new().write(true).create_new(true).open(&copy) {
            Ok(mut file) => {
                file.write_all(bytes)
                    .and_then(|()| file.sync_all())
                    .map_err(|source| failed("written", &copy, source))?;
                return Ok(copy);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(failed("written", &copy, source)),
        }
    }
    Err(failed(
        "written",
        path,
        io::Error::other("there are too many copies beside it"),
    ))
}

fn failed(action: &'static str, path: &Path, source: io::Error) -> LearnerError {
    LearnerError::Io {
        action,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::{LearnerError, LearnerFiles};
    use crate::course::{Course, Exercise};

    fn exercise() -> Exercise {
        let course = Course::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/course"))).unwrap();
        course.exercise("01-greeter").unwrap().clone()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_are_made_once_and_never_overwritten() {
        let (folder, exercise) = (tempfile::tempdir().unwrap(), exercise());
        let files = LearnerFiles::new(folder.path().join("new"));
        assert!(!files.is_begun(&exercise));
        assert_eq!(files.begin(&exercise).unwrap().len(), 1);
        files.save(&exercise, "handler.py", "mine").unwrap();
        assert_eq!(files.begin(&exercise).unwrap().len(), 0);
        files.save(&exercise, "lib/own.py", "x = 1").unwrap();
        let here = files.folder(&exercise);
        fs::create_dir(here.join("__pycache__")).unwrap();
        fs::write(here.join("__pycache__/own.pyc"), "").unwrap();
        fs::write(here.join(".hidden"), "").unwrap();
        let read = files.read(&exercise).unwrap();
        assert_eq!(read.keys().collect::<Vec<_>>(), ["handler.py", "lib/own.py"]);
        assert_eq!(read["handler.py"], b"mine");
    }

    #[test]
    fn reset_keeps_what_it_replaces() {
        let (folder, exercise) = (tempfile::tempdir().unwrap(), exercise());
        let files = LearnerFiles::new(folder.path().to_owned());
        let now = date(2026, 5, 4).at(3, 2, 1, 0).to_zoned(TimeZone::UTC).unwrap();
        assert_eq!(
            files.reset(&exercise, &now).unwrap().len(),
            0,
            "there is nothing to keep"
        );
        for text in ["mine", "mine too"] {
            files.save(&exercise, "handler.py", text).unwrap();
            let kept = files.reset(&exercise, &now).unwrap();
            assert_eq!(fs::read_to_string(&kept[0]).unwrap(), text);
        }
        let here = files.folder(&exercise);
        assert_eq!(
            names(&here),
            [
                "handler.py",
                "handler.py.2026-05-04-030201-2.bak",
                "handler.py.2026-05-04-030201.bak"
            ]
        );
        assert_eq!(files.read(&exercise).unwrap(), exercise.starter);
    }

    #[test]
    fn no_file_is_written_outside() {
        let (folder, exercise) = (tempfile::tempdir().unwrap(), exercise());
        let files = LearnerFiles::new(folder.path().to_owned());
        for name in ["../x", "/etc/x", "", "a/../../x", "./x"] {
            assert!(
                matches!(files.save(&exercise, name, "x"), Err(LearnerError::Outside(_))),
                "{name}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn saving_keeps_links_and_permissions() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let (folder, exercise) = (tempfile::tempdir().unwrap(), exercise());
        let files = LearnerFiles::new(folder.path().to_owned());
        fs::create_dir(files.folder(&exercise)).unwrap();
        let real = folder.path().join("real.py");
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
        let path = files.path(&exercise, "handler.py").unwrap();
        symlink(&real, &path).unwrap();
        files.save(&exercise, "handler.py", "new").unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(&files.folder(&exercise)), ["handler.py"]);
    }
}
