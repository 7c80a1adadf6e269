//! The tables as they are kept from one run to the next.

use bytes::Bytes;
use dynoxide::Database;
use serde_json::{Value, json};

use super::{DynamoDb, engine};
use crate::cloud::state::{Contents, StateError, read, write};

/// What a part of the tables says, until one of them changes.
#[derive(Debug, Default)]
pub(super) struct Saved {
    /// The digest of the database's copy.
    digest: Option<String>,
}

impl Saved {
    /// An operation that may have changed something was answered.
    pub(super) fn forget(&mut self) {
        self.digest = None;
    }
}

impl DynamoDb {
    pub(in crate::cloud) fn save(&self, contents: &mut Contents) -> Result<Value, StateError> {
        let Some(database) = self.database.get() else {
            return Ok(Value::Null);
        };
        let streams = write(&*self.lock());
        let expiring = *self.expiring.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut saved = self.saved.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let digest = match saved.digest.take().filter(|digest| contents.keep(digest)) {
            Some(digest) => digest,
            None => contents.put(&copy(database)?),
        };
        saved.digest = Some(digest.clone());
        Ok(json!({ "database": digest, "streams": streams, "expiring": expiring }))
    }

    pub(in crate::cloud) fn restore(&self, mut saved: Value, contents: &Contents) -> Result<(), StateError> {
        if saved.is_null() {
            return Ok(());
        }
        let digest: String = read("dynamodb", saved["database"].take())?;
        let database = self.database().map_err(|error| tables(&error))?;
        fill(database, contents.get(&digest)?)?;
        *self.lock() = read("dynamodb", saved["streams"].take())?;
        let expiring = read("dynamodb", saved["expiring"].take())?;
        *self.expiring.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = expiring;
        Ok(())
    }
}

/// The engine only knows how to copy to and from a file.
fn copy(database: &Database) -> Result<Bytes, StateError> {
    let folder = tempfile::tempdir().map_err(|error| tables(&error))?;
    let file = folder.path().join("tables.sqlite");
    database
        .vacuum_into(&file.to_string_lossy())
        .map_err(|fault| tables(&engine::error(fault)))?;
    std::fs::read(&file).map(Bytes::from).map_err(|error| tables(&error))
}

fn fill(database: &Database, content: &Bytes) -> Result<(), StateError> {
    let folder = tempfile::tempdir().map_err(|error| tables(&error))?;
    let file = folder.path().join("tables.sqlite");
    std::fs::write(&file, content).map_err(|error| tables(&error))?;
    database
        .restore_from(&file.to_string_lossy())
        .map_err(|fault| tables(&engine::error(fault)))
}

fn tables(why: &impl ToString) -> StateError {
    StateError::Tables(why.to_string())
}
