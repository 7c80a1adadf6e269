//! The variables that point `aws` and the SDKs at a Region.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value, json};

use crate::region::Region;

/// How a file of ours begins: no other is replaced.
const HEADING: &str = "# Written by lambda-course cloud; gone when it ends.\n";

/// Names and values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variables(Vec<(&'static str, String)>);

/// A file with the variables. Dropping it deletes the file.
#[derive(Debug)]
pub(super) struct VariablesFile(PathBuf);

impl Variables {
    pub(super) fn of(region: &Region) -> Self {
        let credentials = region.cloud().callers.outside();
        let account = region.cloud().account();
        Self(vec![
            ("AWS_ENDPOINT_URL", region.endpoint().to_owned()),
            ("AWS_ACCESS_KEY_ID", credentials.access_key_id.clone()),
            ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key.clone()),
            ("AWS_REGION", account.region.clone()),
            ("AWS_DEFAULT_REGION", account.region.clone()),
        ])
    }

    /// As a POSIX shell takes them. No value has a sign that a shell would read as its own.
    pub(super) fn exports(&self) -> String {
        let lines: Vec<_> = self
            .0
            .iter()
            .map(|(name, value)| format!("export {name}={value}"))
            .collect();
        lines.join("\n")
    }

    /// One object.
    pub(super) fn json(&self) -> Value {
        let values: Map<_, _> = self
            .0
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        Value::Object(values)
    }

    /// Writes them to a file that only its owner may read.
    ///
    /// # Errors
    /// If there is a file that is not ours, or it cannot be written.
    pub(super) fn write(&self, path: &Path) -> Result<VariablesFile> {
        match fs::read_to_string(path) {
            // Left behind by a program that was killed.
            Ok(text) if text.starts_with(HEADING) => {
                fs::remove_file(path).with_context(|| format!("the old {} cannot be replaced", path.display()))?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            _ => bail!(
                "{} is there already and not a file of variables that this program wrote: name another with --env-file",
                path.display()
            ),
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options
            .open(path)
            .and_then(|mut file| writeln!(file, "{HEADING}{}", self.exports()));
        written.with_context(|| format!("the variables cannot be written to {}", path.display()))?;
        Ok(VariablesFile(path.to_owned()))
    }
}

impl Drop for VariablesFile {
    fn drop(&mut self) {
        // Somebody may have deleted it before.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_others_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cloud.env");
        let variables = Variables(vec![("AWS_REGION", "us-east-1".to_owned())]);
        let file = variables.write(&path).unwrap();
        assert!(
            fs::read_to_string(&path)
                .unwrap()
                .ends_with("\nexport AWS_REGION=us-east-1\n")
        );
        // As after a kill, when nothing is cleaned up.
        std::mem::forget(file);
        drop(variables.write(&path).unwrap());
        assert!(!path.exists());
        fs::write(&path, "mine").unwrap();
        assert!(
            variables
                .write(&path)
                .unwrap_err()
                .to_string()
                .contains("is there already")
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    }
}
