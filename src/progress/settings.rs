//! Settings, and the place where the learner left off.

use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::store::{Store, StoreError};

/// The setting that holds the place where the learner left off.
pub(super) const RESUME: &str = "resume";

impl Store {
    /// A setting; none if it was never set or is not of this type.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn setting<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StoreError> {
        let text: Option<String> = self
            .connection()
            .query_row("SELECT value FROM setting WHERE key = ?", params![key], |row| {
                row.get(0)
            })
            .optional()?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Keeps a setting.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn set_setting<T: Serialize>(&self, key: &str, value: &T) -> Result<(), StoreError> {
        let text = serde_json::to_string(value)?;
        self.connection().execute(
            "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            params![key, text],
        )?;
        Ok(())
    }

    /// The screen and the place in it where the learner left off.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn resume_point<T: DeserializeOwned>(&self) -> Result<Option<T>, StoreError> {
        self.setting(RESUME)
    }

    /// Keeps where the learner is.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn set_resume_point<T: Serialize>(&self, point: &T) -> Result<(), StoreError> {
        self.set_setting(RESUME, point)
    }
}
