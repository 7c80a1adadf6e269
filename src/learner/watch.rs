//! Notices that another program, an editor most likely, has changed a folder of code.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::files::{LearnerError, list_code, read_code};
use super::not_code::{Known, NotCode};
use crate::course::exercise::Files;

/// A folder of code, as it was when last looked at.
///
/// Looking is cheap: files are read only if a time or a size is new, and the folder has changed only if a content has.
/// So a touch, or an editor that saves the same text again, is no change.
#[derive(Debug)]
pub struct FolderWatch {
    folder: PathBuf,
    not_code: NotCode,
    files: Files,
    /// As it was when the files were read; `None` if they must be read again in any case.
    read_at: Option<Stamps>,
    /// As it was at the last look.
    looked_at: Stamps,
}

/// Times and sizes by path.
type Stamps = BTreeMap<String, (Option<SystemTime>, u64)>;

impl FolderWatch {
    /// Watches a folder, as it is now, for all but what is no code.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn new(folder: PathBuf, not_code: NotCode) -> Result<Self, LearnerError> {
        let known = not_code.now();
        let looked_at = stamps(&folder, &known)?;
        let files = read_code(&folder, &known)?;
        Ok(Self {
            folder,
            not_code,
            files,
            read_at: settled(&looked_at),
            looked_at,
        })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its files, as they were when last looked at.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Looks, and gives the files if they have changed. A folder that is being written counts only when it looks the
    /// same twice.
    ///
    /// # Errors
    /// If the folder cannot be read now.
    pub fn changed(&mut self) -> Result<Option<&Files>, LearnerError> {
        let known = self.not_code.now();
        let now = stamps(&self.folder, &known)?;
        if self.read_at.as_ref() == Some(&now) {
            return Ok(None);
        }
        if self.looked_at != now {
            self.looked_at = now;
            return Ok(None);
        }
        let files = read_code(&self.folder, &known)?;
        self.read_at = settled(&now);
        if files == self.files {
            return Ok(None);
        }
        self.files = files;
        Ok(Some(&self.files))
    }
}

fn stamps(folder: &Path, not_code: &Known) -> Result<Stamps, LearnerError> {
    let found = list_code(folder, not_code)?.into_iter();
    Ok(found
        .map(|found| (found.name, (found.metadata.modified().ok(), found.metadata.len())))
        .collect())
}

/// The stamps, if a later write must give a file a later time: clocks of file systems can be two seconds coarse.
fn settled(stamps: &Stamps) -> Option<Stamps> {
    let now = SystemTime::now();
    let old = |modified: &Option<SystemTime>| {
        let age = modified.and_then(|modified| now.duration_since(modified).ok());
        age.is_some_and(|age| age.as_secs() > 2)
    };
    stamps
        .values()
        .all(|(modified, _)| old(modified))
        .then(|| stamps.clone())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::FolderWatch;
    use crate::learner::NotCode;

    /// What is seen of a change: the first look may only notice that something is going on.
    fn look(watch: &mut FolderWatch) -> Option<Vec<String>> {
        let mut names = None;
        for _ in 0..2 {
            let changed = watch.changed().unwrap();
            names = changed.map(|files| files.keys().cloned().collect()).or(names);
        }
        names
    }

    #[test]
    fn only_changed_content_counts() {
        let folder = tempfile::tempdir().unwrap();
        let handler = folder.path().join("handler.py");
        fs::write(&handler, "one").unwrap();
        let mut watch = FolderWatch::new(folder.path().to_owned(), NotCode::default()).unwrap();
        assert_eq!(look(&mut watch), None);
        fs::write(&handler, "one").unwrap();
        assert_eq!(look(&mut watch), None, "the same text again is no change");
        fs::write(&handler, "other").unwrap();
        assert_eq!(look(&mut watch).unwrap(), ["handler.py"]);
        assert_eq!(watch.files()["handler.py"], b"other");
        fs::create_dir(folder.path().join("lib")).unwrap();
        fs::write(folder.path().join("lib/own.py"), "").unwrap();
        assert_eq!(look(&mut watch).unwrap(), ["handler.py", "lib/own.py"]);
        fs::write(folder.path().join(".handler.py.swp"), "x").unwrap();
        assert_eq!(look(&mut watch), None, "an editor's own files are no code");
        fs::remove_dir_all(folder.path().join("lib")).unwrap();
        assert_eq!(look(&mut watch).unwrap(), ["handler.py"]);
    }

    #[test]
    fn what_the_program_writes_itself_is_no_code() {
        let folder = tempfile::tempdir().unwrap();
        let (state, variables) = (folder.path().join("state"), folder.path().join("variables"));
        fs::write(folder.path().join("handler.py"), "one").unwrap();
        let not_code = NotCode::at(vec![state.clone(), variables.clone()]);
        let mut watch = FolderWatch::new(folder.path().to_owned(), not_code).unwrap();
        // They come into being only now.
        fs::create_dir(&state).unwrap();
        fs::write(state.join("index.json"), "{}").unwrap();
        fs::write(&variables, "export AWS_REGION=us-east-1").unwrap();
        assert_eq!(look(&mut watch), None);
        fs::write(folder.path().join("handler.py"), "other").unwrap();
        assert_eq!(look(&mut watch).unwrap(), ["handler.py"]);
    }

    #[test]
    fn a_change_of_the_same_size_within_the_same_moment_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let handler = folder.path().join("handler.py");
        fs::write(&handler, "one").unwrap();
        let modified = fs::metadata(&handler).unwrap().modified().unwrap();
        let mut watch = FolderWatch::new(folder.path().to_owned(), NotCode::default()).unwrap();
        fs::write(&handler, "two").unwrap();
        fs::File::options()
            .write(true)
            .open(&handler)
            .unwrap()
            .set_modified(modified)
            .unwrap();
        assert!(watch.changed().unwrap().is_some());
    }

    #[test]
    fn a_folder_that_is_gone_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("code");
        fs::create_dir(&path).unwrap();
        let mut watch = FolderWatch::new(path.clone(), NotCode::default()).unwrap();
        fs::remove_dir(&path).unwrap();
        assert!(watch.changed().is_err());
    }
}
