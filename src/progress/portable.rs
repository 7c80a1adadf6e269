//! Progress as one JSON file: carried to another machine, or kept.
//!
//! Importing merges: what either side knows is known afterwards, and the earlier date of a first time wins.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Transaction, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answers;
use super::settings::RESUME;
use super::store::{Store, StoreError};
use crate::quiz::review::Review;

/// The version of the file that this program writes.
const VERSION: u32 = 1;

/// Why a file could not be imported. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Not JSON, or not in our form.
    #[error("this is not an export of lambda-course: {0}")]
    Form(#[from] serde_json::Error),
    /// From a later program.
    #[error("the export has version {0}, and this program reads up to {VERSION}; a newer lambda-course reads it")]
    Version(u32),
    /// A date that is none.
    #[error("the export holds `{0}`, which is not a time")]
    Time(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an import brought that was not there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Merged {
    /// Attempts at exercises.
    pub attempts: usize,
    /// Answers to questions.
    pub answers: usize,
}

#[derive(Serialize, Deserialize)]
struct Export {
    #[serde(rename = "lambda-course")]
    version: u32,
    #[serde(default)]
    lessons: BTreeMap<String, LessonRow>,
    #[serde(default)]
    exercises: BTreeMap<String, ExerciseRow>,
    #[serde(default)]
    attempts: Vec<AttemptRow>,
    #[serde(default)]
    answers: Vec<AnswerRow>,
    #[serde(default)]
    review: BTreeMap<String, ReviewRow>,
    #[serde(default)]
    settings: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "lambda-course")]
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct LessonRow {
    position: usize,
    read: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExerciseRow {
    hints_seen: usize,
    solution_seen: Option<String>,
    passed: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttemptRow {
    id: String,
    exercise: String,
    at: String,
    passed: bool,
    cases_passed: usize,
    cases: usize,
}

#[derive(Serialize, Deserialize)]
struct AnswerRow {
    id: String,
    question: String,
    at: String,
    outcome: String,
    given: Value,
}

#[derive(Serialize, Deserialize)]
struct ReviewRow {
    #[serde(rename = "box")]
    stage: u8,
    due: String,
}

impl Store {
    /// All progress as JSON.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn export(&self) -> Result<String, StoreError> {
        let mut connection = self.connection();
        // One transaction, so that the file is of one moment.
        let transaction = connection.transaction()?;
        let export = Export {
            version: VERSION,
            lessons: rows(&transaction, "SELECT id, position, read_at FROM lesson", |row| {
                Ok((
                    row.get(0)?,
                    LessonRow {
                        position: row.get(1)?,
                        read: when(row.get(2)?),
                    },
                ))
            })?,
            exercises: rows(
                &transaction,
                "SELECT id, hints_seen, solution_seen_at, passed_at FROM exercise",
                |row| {
                    let state = ExerciseRow {
                        hints_seen: row.get(1)?,
                        solution_seen: when(row.get(2)?),
                        passed: when(row.get(3)?),
                    };
                    Ok((row.get(0)?, state))
                },
            )?,
            attempts: rows(
                &transaction,
                "SELECT uid, exercise, at, passed, cases_passed, cases FROM attempt ORDER BY at, uid",
                |row| {
                    Ok(AttemptRow {
                        id: row.get(0)?,
                        exercise: row.get(1)?,
                        at: when(row.get(2)?).unwrap_or_default(),
                        passed: row.get(3)?,
                        cases_passed: row.get(4)?,
                        cases: row.get(5)?,
                    })
                },
            )?,
            answers: rows(
                &transaction,
                "SELECT uid, question, at, outcome, given FROM answer ORDER BY at, uid",
                |row| {
                    Ok(AnswerRow {
                        id: row.get(0)?,
                        question: row.get(1)?,
                        at: when(row.get(2)?).unwrap_or_default(),
                        outcome: row.get(3)?,
                        given: serde_json::from_str(&row.get::<_, String>(4)?).unwrap_or(Value::Null),
                    })
                },
            )?,
            review: rows(&transaction, "SELECT question, box, due FROM review", |row| {
                Ok((
                    row.get(0)?,
                    ReviewRow {
                        stage: row.get(1)?,
                        due: row.get(2)?,
                    },
                ))
            })?,
            settings: rows(&transaction, "SELECT key, value FROM setting", |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    serde_json::from_str(&row.get::<_, String>(1)?).unwrap_or(Value::Null),
                ))
            })?,
        };
        Ok(serde_json::to_string_pretty(&export)? + "\n")
    }

    /// Adds an export to what is here. Nothing that is here is lost; settings that are here stay.
    ///
    /// # Errors
    /// If the text is not an export, or the store cannot be written; nothing is changed then.
    pub fn import(&self, text: &str) -> Result<Merged, ImportError> {
        let Head { version } = serde_json::from_str(text)?;
        if version > VERSION {
            return Err(ImportError::Version(version));
        }
        let export: Export = serde_json::from_str(text)?;
        let mut connection = self.connection();
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let merged = merge(&transaction, export)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(merged)
    }
}

fn merge(transaction: &Transaction<'_>, export: Export) -> Result<Merged, ImportError> {
    let execute = |sql: &str, values: &[&dyn rusqlite::ToSql]| -> Result<usize, ImportError> {
        Ok(transaction.execute(sql, values).map_err(StoreError::from)?)
    };
    let mut merged = Merged::default();
    for (id, row) in export.lessons {
        // Where one is read here already, so is the place in it.
        execute(
            "INSERT INTO lesson (id, position, read_at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET
             read_at = coalesce(min(read_at, excluded.read_at), read_at, excluded.read_at)",
            params![id, row.position, millisecond(row.read.as_deref())?],
        )?;
    }
    for (id, row) in export.exercises {
        execute(
            "INSERT INTO exercise (id, hints_seen, solution_seen_at, passed_at) VALUES (?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET hints_seen = max(hints_seen, excluded.hints_seen),
             solution_seen_at = coalesce(min(solution_seen_at, excluded.solution_seen_at), solution_seen_at,
                 excluded.solution_seen_at),
             passed_at = coalesce(min(passed_at, excluded.passed_at), passed_at, excluded.passed_at)",
            params![
                id,
                row.hints_seen,
                millisecond(row.solution_seen.as_deref())?,
                millisecond(row.passed.as_deref())?
            ],
        )?;
    }
    for row in export.attempts {
        merged.attempts += execute(
            "INSERT OR IGNORE INTO attempt (uid, exercise, at, passed, cases_passed, cases) VALUES (?, ?, ?, ?, ?, ?)",
            params![
                row.id,
                row.exercise,
                millisecond(Some(&row.at))?,
                row.passed,
                row.cases_passed,
                row.cases
            ],
        )?;
    }
    for row in export.answers {
        merged.answers += execute(
            "INSERT OR IGNORE INTO answer (uid, question, at, outcome, given) VALUES (?, ?, ?, ?, ?)",
            params![
                row.id,
                row.question,
                millisecond(Some(&row.at))?,
                row.outcome,
                row.given.to_string()
            ],
        )?;
    }
    for (question, ReviewRow { stage, due }) in export.review {
        let theirs = answers::parse_review(stage, &due).ok_or(ImportError::Time(due))?;
        let ours = answers::review(transaction, &question).map_err(StoreError::from)?;
        let sooner = ours.map_or(theirs, |ours| Review {
            stage: ours.stage.min(theirs.stage),
            due: ours.due.min(theirs.due),
        });
        answers::set_review(transaction, &question, sooner).map_err(StoreError::from)?;
    }
    for (key, value) in export.settings.into_iter().filter(|(key, _)| key != RESUME) {
        execute(
            "INSERT OR IGNORE INTO setting (key, value) VALUES (?, ?)",
            params![key, value.to_string()],
        )?;
    }
    Ok(merged)
}

fn rows<T, C: FromIterator<T>>(
    transaction: &Transaction<'_>,
    sql: &str,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<C> {
    transaction.prepare(sql)?.query_map([], read)?.collect()
}

fn when(millisecond: Option<i64>) -> Option<String> {
    millisecond
        .and_then(|millisecond| Timestamp::from_millisecond(millisecond).ok())
        .map(|time| time.to_string())
}

fn millisecond(time: Option<&str>) -> Result<Option<i64>, ImportError> {
    let parse = |text: &str| {
        text.parse::<Timestamp>()
            .map_err(|_| ImportError::Time(text.to_owned()))
    };
    Ok(time.map(parse).transpose()?.map(Timestamp::as_millisecond))
}
