//! Edits in the built-in editor that are not saved yet: a crash must not cost them.

use std::collections::BTreeMap;

use rusqlite::params;

use super::store::{Store, StoreError};

/// Edits that are not saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The file when the edits began, to tell whether it has changed since.
    pub base: String,
    /// The text with the edits.
    pub text: String,
}

impl Store {
    /// Keeps the edits of a file; none: there are none any more.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn set_draft(&self, exercise: &str, file: &str, draft: Option<&Draft>) -> Result<(), StoreError> {
        let connection = self.connection();
        match draft {
            Some(Draft { base, text }) => connection.execute(
                "INSERT INTO draft (exercise, file, base, text) VALUES (?, ?, ?, ?)
                 ON CONFLICT (exercise, file) DO UPDATE SET base = excluded.base, text = excluded.text",
                params![exercise, file, base, text],
            )?,
            None => connection.execute(
                "DELETE FROM draft WHERE exercise = ? AND file = ?",
                params![exercise, file],
            )?,
        };
        Ok(())
    }

    /// All edits that are not saved, by exercise and file.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn drafts(&self) -> Result<BTreeMap<(String, String), Draft>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare("SELECT exercise, file, base, text FROM draft")?;
        let rows = statement.query_map([], |row| {
            Ok((
                (row.get(0)?, row.get(1)?),
                Draft {
                    base: row.get(2)?,
                    text: row.get(3)?,
                },
            ))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
