//! What lies in a folder of code and is none: files that the program itself writes there.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use rustix::fs::{FileType, fstat};

/// What the program writes while it watches a folder: its output, where that goes into files, and some files and
/// folders by their paths. Else it would take each line that it prints for a change of the code.
#[derive(Debug, Clone, Default)]
pub struct NotCode {
    paths: Vec<PathBuf>,
}

/// Files and folders at one moment, by device and number, so that it does not matter by which path one comes to them.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeSet<(u64, u64)>);

impl NotCode {
    /// These files and folders, which need not be there yet, and the program's output.
    #[must_use]
    pub fn at(paths: Vec<PathBuf>) -> Self {
        Self { paths }
    }

    /// Those that are there now.
    pub(super) fn now(&self) -> Known {
        let named = self.paths.iter().filter_map(|path| std::fs::metadata(path).ok());
        let mut known: BTreeSet<_> = named.map(|metadata| (metadata.dev(), metadata.ino())).collect();
        known.extend(file_behind(&std::io::stdout()));
        known.extend(file_behind(&std::io::stderr()));
        Known(known)
    }
}

impl Known {
    pub(super) fn has(&self, metadata: &Metadata) -> bool {
        self.0.contains(&(metadata.dev(), metadata.ino()))
    }
}

/// The file that a stream goes to, if it is one.
fn file_behind(stream: &impl AsFd) -> Option<(u64, u64)> {
    let stat = fstat(stream).ok()?;
    let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    is_file.then_some((stat.st_dev, stat.st_ino))
}
