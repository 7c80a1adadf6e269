//! Code on the disk: what `/var/task` and `/opt` show.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::{Region, RegionError};
use crate::course::exercise::Files;
use crate::course::resources::LIVE;
use crate::lambda::registry::Code;

impl Region {
    /// Writes a function's code where it can be given it: each time to another folder, so that environments that run
    /// keep the code they began with.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn unpack_code(&self, files: &Files) -> Result<PathBuf, RegionError> {
        let folder = self.home.path().join("deployed").join(self.chance.hex(16));
        unpack(&folder, files)?;
        Ok(folder)
    }

    /// `UpdateFunctionCode` of functions that share their code; what is invoked under an alias is published anew.
    ///
    /// # Errors
    ///
    /// If it cannot be written, or there is no such function.
    pub fn deploy(&self, functions: &[&str], files: &Files) -> Result<(), RegionError> {
        let folder = self.unpack_code(files)?;
        for function in functions {
            let refused = |error: crate::lambda::ApiError| RegionError::Resource {
                what: format!("function {function}"),
                message: error.message(),
            };
            let code = Code::Folder(folder.clone());
            self.lambda
                .reference(function, None)
                .and_then(|reference| {
                    self.lambda.update_code(&reference, None, code, None, false)?;
                    self.lambda.republish(&reference, LIVE)
                })
                .map_err(refused)?;
        }
        Ok(())
    }
}

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
