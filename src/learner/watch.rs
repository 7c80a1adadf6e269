//! Notices that another program, an editor most likely, has changed a file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

/// The files that are watched, as they were when last looked at.
///
/// Looking is cheap: a file is read only if its time or size is new, and has changed only if its content has. So a touch, or
/// an editor that saves the same text again, is no change.
#[derive(Debug, Default)]
pub struct Watch {
    files: BTreeMap<PathBuf, Option<Stamp>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    size: u64,
    hash: [u8; 32],
}

impl Watch {
    /// Watches these files, as they are now; a file need not be there yet.
    pub fn new(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let files = paths.into_iter().map(|path| (path.clone(), stamp(&path))).collect();
        Self { files }
    }

    /// Notes what we have just written ourselves, so that it is no change from outside.
    pub fn note(&mut self, path: &Path) {
        if let Some(known) = self.files.get_mut(path) {
            *known = stamp(path);
        }
    }

    /// The files that others have changed, made or deleted since the last look.
    pub fn changed(&mut self) -> Vec<PathBuf> {
        let mut changed = Vec::new();
        for (path, known) in &mut self.files {
            if let Some(stamp) = known
                && fs::metadata(path).is_ok_and(|now| {
                    now.modified().ok() == stamp.modified && now.len() == stamp.size && is_settled(stamp)
                })
            {
                continue;
            }
            let now = stamp(path);
            let hash = |stamp: &Option<Stamp>| stamp.as_ref().map(|stamp| stamp.hash);
            if hash(&now) != hash(known) {
                changed.push(path.clone());
            }
            *known = now;
        }
        changed
    }
}

/// Whether a later write must have given the file a later time: clocks of file systems can be two seconds coarse.
fn is_settled(stamp: &Stamp) -> bool {
    let age = stamp
        .modified
        .and_then(|modified| SystemTime::now().duration_since(modified).ok());
    age.is_some_and(|age| age.as_secs() > 2)
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    let bytes = fs::read(path).ok()?;
    Some(Stamp {
        modified: metadata.modified().ok(),
        size: metadata.len(),
        hash: Sha256::digest(&bytes).into(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Watch;

    #[test]
    fn only_changed_content_from_outside_counts() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&a, "one").unwrap();
        let mut watch = Watch::new([a.clone(), b.clone()]);
        assert_eq!(watch.changed().len(), 0);
        fs::write(&a, "one").unwrap();
        assert_eq!(watch.changed().len(), 0, "the same text again is no change");
        fs::write(&a, "two").unwrap();
        assert_eq!(
            watch.changed(),
            [a.as_path()],
            "even of the same size and within the same moment"
        );
        fs::write(&b, "new").unwrap();
        assert_eq!(watch.changed(), [b.as_path()]);
        fs::write(&a, "ours").unwrap();
        watch.note(&a);
        assert_eq!(watch.changed().len(), 0);
        fs::remove_file(&b).unwrap();
        assert_eq!(watch.changed(), [b.as_path()]);
        assert_eq!(watch.changed().len(), 0);
    }
}
