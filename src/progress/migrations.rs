//! The schema of the store, version by version.

use rusqlite::{Connection, TransactionBehavior};

/// Each step leads from the version of its place in the list to the next. Steps are never changed, only added.
const STEPS: [&str; 1] = ["
CREATE TABLE lesson (
    id TEXT PRIMARY KEY,
    position INTEGER NOT NULL DEFAULT 0,
    read_at INTEGER
) STRICT;
CREATE TABLE exercise (
    id TEXT PRIMARY KEY,
    hints_seen INTEGER NOT NULL DEFAULT 0,
    solution_seen_at INTEGER,
    passed_at INTEGER
) STRICT;
CREATE TABLE attempt (
    uid TEXT PRIMARY KEY,
    exercise TEXT NOT NULL,
    at INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    cases_passed INTEGER NOT NULL,
    cases INTEGER NOT NULL
) STRICT;
CREATE INDEX attempt_of_exercise ON attempt (exercise, at);
CREATE TABLE answer (
    uid TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    given TEXT NOT NULL
) STRICT;
CREATE INDEX answer_to_question ON answer (question, at);
CREATE TABLE review (
    question TEXT PRIMARY KEY,
    box INTEGER NOT NULL,
    due TEXT NOT NULL
) STRICT;
CREATE TABLE draft (
    exercise TEXT NOT NULL,
    file TEXT NOT NULL,
    base TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (exercise, file)
) STRICT;
CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
"];

/// The version that this program writes.
pub(super) const VERSION: usize = STEPS.len();

/// The version of a store; 0 for a new one.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<usize> {
    connection
        .query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))
        .map(|version| usize::try_from(version).unwrap_or(0))
}

/// Brings a store to our version; a later one is left alone.
pub(super) fn run(connection: &mut Connection) -> rusqlite::Result<()> {
    if version(connection)? >= VERSION {
        return Ok(());
    }
    // Another program may do the same right now: look again once we alone may write.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in STEPS.iter().skip(version(&transaction)?) {
        transaction.execute_batch(step)?;
    }
    transaction.execute_batch(&format!("PRAGMA user_version = {VERSION}"))?;
    transaction.commit()
}
