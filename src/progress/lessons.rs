//! Lessons read, and how far.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::params;

use super::exercises::timestamp;
use super::store::{Store, StoreError};

/// How far a lesson is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LessonProgress {
    /// The line of the lesson's file that stood at the top, which no width of the terminal changes.
    pub position: usize,
    /// When it was read to its end for the first time.
    pub read: Option<Timestamp>,
}

impl Store {
    /// Notes how far a lesson is read.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn set_lesson_position(&self, lesson: &str, position: usize) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO lesson (id, position) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET position = excluded.position",
            params![lesson, position],
        )?;
        Ok(())
    }

    /// Notes that a lesson was read to its end.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn set_lesson_read(&self, lesson: &str, at: Timestamp) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO lesson (id, read_at) VALUES (?, ?)
             ON CONFLICT (id) DO UPDATE SET read_at = coalesce(read_at, excluded.read_at)",
            params![lesson, at.as_millisecond()],
        )?;
        Ok(())
    }

    /// Takes back that a lesson was read, and how far.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn forget_lesson(&self, lesson: &str) -> Result<(), StoreError> {
        self.connection()
            .execute("DELETE FROM lesson WHERE id = ?", params![lesson])?;
        Ok(())
    }

    /// How far one lesson is read.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn lesson(&self, id: &str) -> Result<LessonProgress, StoreError> {
        Ok(self.lessons()?.remove(id).unwrap_or_default())
    }

    /// How far all lessons are read, by id.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn lessons(&self) -> Result<BTreeMap<String, LessonProgress>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare("SELECT id, position, read_at FROM lesson")?;
        let rows = statement.query_map([], |row| {
            Ok((
                row.get(0)?,
                LessonProgress {
                    position: row.get(1)?,
                    read: timestamp(row, 2)?,
                },
            ))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
