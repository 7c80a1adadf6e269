//! Code on the disk: what `/var/task` and `/opt` show.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::RegionError;
use crate::course::exercise::Files;

/// Writes files below a folder, which is made.
///
/// # Errors
///
/// If a file cannot be written, or its path leads out of the folder.
pub(super) fn unpack(folder: &Path, files: &Files) -> Result<(), RegionError> {
    fs::create_dir_all(folder).map_err(failed(folder))?;
    for (name, content) in files {
        let relative = PathBuf::from(name);
        if relative.components().any(|part| !matches!(part, Component::Normal(_))) {
            return Err(RegionError::Resource {
                what: format!("file {name}"),
                message: "its path leads out of its folder".to_owned(),
            });
        }
        let path = folder.join(relative);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed(parent))?;
        }
        fs::write(&path, content).map_err(failed(&path))?;
    }
    Ok(())
}

fn failed(place: &Path) -> impl FnOnce(std::io::Error) -> RegionError {
    let place = place.to_owned();
    move |source| RegionError::Io { place, source }
}
