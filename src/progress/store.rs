//! Opening the store, and going on where it cannot be opened.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode};

use super::migrations;

/// The file in the data folder.
const FILE: &str = "progress.sqlite";

/// So long one program waits for the other to finish writing.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whatever the store is asked can fail so.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite says no.
    #[error("the progress store cannot be used: {0}")]
    Sql(#[from] rusqlite::Error),
    /// A value could not be written as JSON.
    #[error("a value of the progress store is not JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The learner's progress. May be shared between threads.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
}

/// An opened store, and what the learner should know about it.
#[derive(Debug)]
pub struct Opened {
    /// In memory only where the file cannot be used; `notice` then says so.
    pub store: Store,
    /// The file; none where the store is in memory only.
    pub file: Option<PathBuf>,
    /// Said to the learner once.
    pub notice: Option<String>,
}

impl Store {
    /// Opens the store in a data folder, which is made if needed.
    ///
    /// A damaged store is moved aside, never deleted. Where no file can be used, the course goes on with a store in memory.
    ///
    /// # Errors
    /// If not even a store in memory can be made.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Opened, StoreError> {
        let file = folder.join(FILE);
        if let Err(error) = fs::create_dir_all(folder) {
            return Self::unsaved(&format!("the folder {} cannot be made ({error})", folder.display()));
        }
        match connect(&file) {
            Ok(connection) => Self::opened(connection, file, None),
            Err(error) if is_damaged(&error) => match move_aside(&file, now) {
                Ok(aside) => {
                    let notice = format!(
                        "The progress store was damaged ({error}). It was moved to {}, and a new one begun. \
                         `lambda-course import FILE` brings an exported copy back.",
                        aside.display()
                    );
                    match connect(&file) {
                        Ok(connection) => Self::opened(connection, file, Some(notice)),
                        Err(error) => Self::unsaved(&format!("{} cannot be opened ({error})", file.display())),
                    }
                }
                Err(failure) => Self::unsaved(&format!(
                    "{} is damaged ({error}) and cannot be moved aside ({failure})",
                    file.display()
                )),
            },
            Err(error) => Self::unsaved(&format!("{} cannot be opened ({error})", file.display())),
        }
    }

    /// A store that is forgotten at the end.
    ///
    /// # Errors
    /// If SQLite has no memory.
    pub fn in_memory() -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory()?;
        migrations::run(&mut connection)?;
        Ok(Self {
            connection: Mutex::new(connection),
        })
    }

    fn opened(connection: Connection, file: PathBuf, notice: Option<String>) -> Result<Opened, StoreError> {
        let version = migrations::version(&connection)?;
        if version > migrations::VERSION {
            let ours = migrations::VERSION;
            return Self::unsaved(&format!(
                "{} was written by a newer lambda-course (its version is {version}, ours {ours})",
                file.display()
            ));
        }
        Ok(Opened {
            store: Self {
                connection: Mutex::new(connection),
            },
            file: Some(file),
            notice,
        })
    }

    fn unsaved(reason: &str) -> Result<Opened, StoreError> {
        let notice = format!("Progress is not saved this time: {reason}. `--data DIR` names another folder.");
        Ok(Opened {
            store: Self::in_memory()?,
            file: None,
            notice: Some(notice),
        })
    }

    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere leaves no half-done write: each is a transaction.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn connect(file: &Path) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open(file)?;
    connection.busy_timeout(PATIENCE)?;
    write_ahead(&connection)?;
    // In WAL mode this survives any crash of a program; a crash of the machine can cost the last moments, no more.
    connection.execute_batch("PRAGMA synchronous = NORMAL")?;
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        let damaged = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        return Err(rusqlite::Error::SqliteFailure(damaged, Some(verdict)));
    }
    migrations::run(&mut connection)?;
    Ok(connection)
}

/// Turns WAL mode on. Two programs that do so at once would wait for each other, so SQLite refuses one of them without
/// waiting; it tries again.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let began = Instant::now();
    loop {
        match connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())) {
            Err(error) if is_busy(&error) && began.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(5)),
            result => return result,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}

/// Renames the store and what SQLite keeps beside it.
fn move_aside(file: &Path, now: Timestamp) -> std::io::Result<PathBuf> {
    let stamp = now.strftime("%Y%m%dT%H%M%SZ");
    let mut aside = PathBuf::from(format!("{}.damaged-{stamp}", file.display()));
    let mut number = 1;
    while aside.exists() {
        number += 1;
        aside = PathBuf::from(format!("{}.damaged-{stamp}-{number}", file.display()));
    }
    fs::rename(file, &aside)?;
    for ending in ["-wal", "-shm"] {
        let beside = PathBuf::from(format!("{}{ending}", file.display()));
        if beside.exists() {
            fs::rename(&beside, format!("{}{ending}", aside.display()))?;
        }
    }
    Ok(aside)
}
