//! Attempts at exercises, hints and solutions seen.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Row, TransactionBehavior, params};

use super::store::{Store, StoreError};

/// One grading of the learner's handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// When it ended.
    pub at: Timestamp,
    /// Cases that passed.
    pub cases_passed: usize,
    /// Cases in all.
    pub cases: usize,
    /// Whether the exercise passed as a whole.
    pub passed: bool,
}

/// What was done in one exercise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExerciseProgress {
    /// How often it was graded.
    pub attempts: usize,
    /// The last grading, as cases passed of cases in all.
    pub last: Option<(usize, usize)>,
    /// When it passed for the first time.
    pub passed: Option<Timestamp>,
    /// How many hints were shown.
    pub hints_seen: usize,
    /// When the solution was shown for the first time.
    pub solution_seen: Option<Timestamp>,
}

impl Store {
    /// Notes an attempt, and the pass if it is the first.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn record_attempt(&self, exercise: &str, attempt: Attempt) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Attempt {
            at,
            cases_passed,
            cases,
            passed,
        } = attempt;
        transaction.execute(
            "INSERT INTO attempt (uid, exercise, at, passed, cases_passed, cases) VALUES (?, ?, ?, ?, ?, ?)",
            params![
                uuid::Uuid::new_v4().to_string(),
                exercise,
                at.as_millisecond(),
                passed,
                cases_passed,
                cases
            ],
        )?;
        if passed {
            transaction.execute(
                "INSERT INTO exercise (id, passed_at) VALUES (?, ?)
                 ON CONFLICT (id) DO UPDATE SET passed_at = coalesce(passed_at, excluded.passed_at)",
                params![exercise, at.as_millisecond()],
            )?;
        }
        Ok(transaction.commit()?)
    }

    /// Reveals the next hint of an exercise that has `hints` of them; returns how many are seen now.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn reveal_hint(&self, exercise: &str, hints: usize) -> Result<usize, StoreError> {
        let seen = self.connection().query_row(
            "INSERT INTO exercise (id, hints_seen) VALUES (?1, min(1, ?2))
             ON CONFLICT (id) DO UPDATE SET hints_seen = max(hints_seen, min(hints_seen + 1, ?2)) RETURNING hints_seen",
            params![exercise, hints],
            |row| row.get(0),
        )?;
        Ok(seen)
    }

    /// Notes that at least so many hints are seen.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn set_hints_seen(&self, exercise: &str, hints: usize) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO exercise (id, hints_seen) VALUES (?, ?)
             ON CONFLICT (id) DO UPDATE SET hints_seen = max(hints_seen, excluded.hints_seen)",
            params![exercise, hints],
        )?;
        Ok(())
    }

    /// Notes that the solution was shown.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn set_solution_seen(&self, exercise: &str, at: Timestamp) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO exercise (id, solution_seen_at) VALUES (?, ?)
             ON CONFLICT (id) DO UPDATE SET solution_seen_at = coalesce(solution_seen_at, excluded.solution_seen_at)",
            params![exercise, at.as_millisecond()],
        )?;
        Ok(())
    }

    /// What was done in one exercise.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn exercise(&self, id: &str) -> Result<ExerciseProgress, StoreError> {
        Ok(self.exercises()?.remove(id).unwrap_or_default())
    }

    /// What was done in all exercises, by id.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn exercises(&self) -> Result<BTreeMap<String, ExerciseProgress>, StoreError> {
        let connection = self.connection();
        let mut all: BTreeMap<String, ExerciseProgress> = BTreeMap::new();
        let mut states = connection.prepare("SELECT id, hints_seen, solution_seen_at, passed_at FROM exercise")?;
        let mut rows = states.query([])?;
        while let Some(row) = rows.next()? {
            let progress = all.entry(row.get(0)?).or_default();
            progress.hints_seen = row.get(1)?;
            progress.solution_seen = timestamp(row, 2)?;
            progress.passed = timestamp(row, 3)?;
        }
        let mut attempts = connection.prepare("SELECT exercise, cases_passed, cases FROM attempt ORDER BY at")?;
        let mut rows = attempts.query([])?;
        while let Some(row) = rows.next()? {
            let progress = all.entry(row.get(0)?).or_default();
            progress.attempts += 1;
            progress.last = Some((row.get(1)?, row.get(2)?));
        }
        Ok(all)
    }
}

/// A column that holds milliseconds since 1970, or nothing.
pub(super) fn timestamp(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row
        .get::<_, Option<i64>>(column)?
        .and_then(|millisecond| Timestamp::from_millisecond(millisecond).ok()))
}
