//! The folder that keeps the state of a Region (`--state DIR`).
//!
//! Everything but one small file is named by its SHA-256 and never changes. That one, the index, is replaced at once
//! after all that it names is written, so at every moment the folder holds a whole state: the old one or the new one.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use rustix::fs::FlockOperation;
use serde::{Deserialize, Serialize};

use crate::cloud::state::{Contents, Parts};
use crate::learner::write_atomically;
use crate::region::Region;

/// The index.
const INDEX: &str = "lambda-course-state.json";
const LOCK: &str = "lock";
const CONTENTS: &str = "contents";
/// The format that this program writes, and the latest that it reads.
const FORMAT: u32 = 1;
/// What says that an index is ours.
const OURS: &str = "state of lambda-course cloud";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Index {
    what: String,
    format: u32,
    /// The exercise that it was begun with.
    #[serde(default)]
    exercise: Option<String>,
    /// SHA-256 by part.
    #[serde(default)]
    parts: BTreeMap<String, String>,
}

/// A folder of state that belongs to this program for as long as this lives.
#[derive(Debug)]
pub(super) struct StateFolder {
    root: PathBuf,
    index: Index,
    contents: Contents,
    /// Locked until it is closed.
    _lock: File,
}

impl StateFolder {
    /// Opens a folder of ours, or makes one.
    ///
    /// # Errors
    /// If the folder is somebody else's, of a newer program, or used by another program now.
    pub(super) fn open(root: &Path, exercise: Option<&str>) -> Result<Self> {
        make_folder(root)?;
        let file = root.join(INDEX);
        let known = match fs::read_to_string(&file) {
            Ok(text) => Some(read_index(&text).with_context(|| format!("{} cannot be used", file.display()))?),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", file.display())),
        };
        if known.is_none() {
            let entries = fs::read_dir(root).with_context(|| format!("{} cannot be read", root.display()))?;
            let foreign = entries.filter_map(Result::ok).find(|entry| entry.file_name() != LOCK);
            if let Some(foreign) = foreign {
                bail!(
                    "{} is no folder of state: it has no {INDEX} but holds {}; name an empty or a new folder",
                    root.display(),
                    foreign.file_name().display()
                );
            }
        }
        let lock = lock(root)?;
        // Another program may have written while we waited to look.
        let known = match (&known, fs::read_to_string(&file)) {
            (_, Ok(text)) => Some(read_index(&text)?),
            _ => known,
        };
        if let Some(known) = &known
            && !known.parts.is_empty()
        {
            let (was, is) = (known.exercise.as_deref(), exercise);
            ensure!(
                is.is_none() || was == is,
                "the state in {} was begun with {}: name another folder with --state, or that exercise",
                root.display(),
                was.map_or("no exercise".to_owned(), |id| format!("exercise {id}"))
            );
        }
        let folder = Self {
            root: root.to_owned(),
            index: known.unwrap_or_else(|| Index {
                what: OURS.to_owned(),
                format: FORMAT,
                exercise: exercise.map(str::to_owned),
                parts: BTreeMap::new(),
            }),
            contents: Contents::default(),
            _lock: lock,
        };
        folder.write_index()?;
        let contents = folder.root.join(CONTENTS);
        fs::create_dir_all(&contents).with_context(|| format!("{} cannot be made", contents.display()))?;
        Ok(folder)
    }

    /// The state that was kept; `None` in a new folder.
    ///
    /// # Errors
    /// If something is missing or damaged.
    pub(super) fn load(&mut self) -> Result<Option<(Parts, &Contents)>> {
        if self.index.parts.is_empty() {
            return Ok(None);
        }
        let folder = self.root.join(CONTENTS);
        let damaged = || format!("the state in {} cannot be taken up", self.root.display());
        for name in names(&folder)?.into_iter().filter(|name| is_digest(name)) {
            let bytes = fs::read(folder.join(&name)).with_context(damaged)?;
            self.contents.add(name, Bytes::from(bytes)).with_context(damaged)?;
        }
        let mut parts = Parts::new();
        for (part, digest) in &self.index.parts {
            let text = self.contents.get(digest).with_context(damaged)?;
            parts.insert(part.clone(), serde_json::from_slice(text).with_context(damaged)?);
        }
        Ok(Some((parts, &self.contents)))
    }

    /// Keeps the state of a Region as it is now.
    ///
    /// # Errors
    /// If something cannot be written; the folder holds the state before then.
    pub(super) fn save(&mut self, region: &Region) -> Result<()> {
        let unsaved = || format!("the state cannot be kept in {}", self.root.display());
        let parts = region.save(&mut self.contents).with_context(unsaved)?;
        let mut index = self.index.clone();
        index.parts.clear();
        for (part, value) in parts {
            let text = Bytes::from(value.to_string());
            index.parts.insert(part, self.contents.put(&text));
        }
        let folder = self.root.join(CONTENTS);
        let mut there = names(&folder).with_context(unsaved)?;
        for (digest, content) in self.contents.swept() {
            match there.iter().position(|name| name == digest) {
                Some(place) => drop(there.swap_remove(place)),
                None => write_atomically(&folder.join(digest), content).with_context(unsaved)?,
            }
        }
        if index != self.index {
            self.index = index;
            self.write_index()?;
        }
        // What only the state before had, and drafts of a program that was killed.
        for name in there.iter().filter(|name| is_digest(name) || is_draft(name)) {
            // Left for the next time if it fails.
            let _ = fs::remove_file(folder.join(name));
        }
        Ok(())
    }

    fn write_index(&self) -> Result<()> {
        let file = self.root.join(INDEX);
        let text = serde_json::to_string_pretty(&self.index)?;
        write_atomically(&file, text.as_bytes()).with_context(|| format!("{} cannot be written", file.display()))
    }
}

fn make_folder(root: &Path) -> Result<()> {
    if root.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    // It holds the key to what runs here.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(root)
        .with_context(|| format!("the folder {} cannot be made", root.display()))
}

fn read_index(text: &str) -> Result<Index> {
    let index: Index = serde_json::from_str(text).context("it is no index of a state")?;
    ensure!(index.what == OURS, "it was not written by this program");
    ensure!(
        index.format <= FORMAT,
        "its format is {}, and this program reads {FORMAT}: use the newer program that wrote it",
        index.format
    );
    Ok(index)
}

fn lock(root: &Path) -> Result<File> {
    let path = root.join(LOCK);
    let mut options = OpenOptions::new();
    let file = options.create(true).truncate(false).write(true).open(&path);
    let file = file.with_context(|| format!("{} cannot be opened", path.display()))?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(error) if error == rustix::io::Errno::WOULDBLOCK => bail!(
            "the state in {} is used by another lambda-course now: end that one, or name another folder",
            root.display()
        ),
        Err(error) => Err(error).with_context(|| format!("{} cannot be locked", path.display())),
    }
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    Ok(entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect())
}

fn is_digest(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_draft(name: &str) -> bool {
    let inner = name.strip_prefix('.').and_then(|name| name.strip_suffix(".new"));
    inner.is_some_and(|name| name.split('.').next().is_some_and(is_digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(root: &Path) -> String {
        format!("{:#}", StateFolder::open(root, None).unwrap_err())
    }

    #[test]
    fn only_a_folder_of_ours_is_taken() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("thesis.txt"), "mine").unwrap();
        assert!(refusal(root.path()).contains("holds thesis.txt"));
        assert_eq!(names(root.path()).unwrap(), ["thesis.txt"], "nothing is left behind");
        fs::remove_file(root.path().join("thesis.txt")).unwrap();
        fs::write(
            root.path().join(INDEX),
            r#"{"what": "state of lambda-course cloud", "format": 9}"#,
        )
        .unwrap();
        assert!(refusal(root.path()).contains("use the newer program"));
        fs::write(root.path().join(INDEX), "[]").unwrap();
        assert!(refusal(root.path()).contains("no index of a state"));
        assert!(refusal(&root.path().join(INDEX)).contains("cannot be made"));
    }

    #[test]
    fn one_program_at_a_time() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("new/state");
        let first = StateFolder::open(&folder, None).unwrap();
        assert!(refusal(&folder).contains("used by another lambda-course"));
        drop(first);
        assert!(StateFolder::open(&folder, None).unwrap().load().unwrap().is_none());
    }

    #[test]
    fn names_of_ours_are_known() {
        let digest = "a".repeat(64);
        assert!(is_digest(&digest) && !is_digest("notes") && !is_digest(&"g".repeat(64)));
        assert!(is_draft(&format!(".{digest}.123.new")) && !is_draft(".notes.new"));
    }
}
