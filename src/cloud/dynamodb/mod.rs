//! Amazon DynamoDB and DynamoDB Streams, on the `dynoxide` engine.
//!
//! The engine lives under an account and Region of its own and keeps its streams in a form of its own; this module
//! puts our names, our clock and AWS's event shape around it. The database is made at the first use.

mod engine;
mod plain;
mod state;
mod streams;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use dynoxide::Database;
use serde_json::{Value, json};

pub use self::plain::{from_plain, to_plain};
pub use self::streams::{StreamPage, StreamPosition, StreamRecord};

use self::engine::EngineClock;
use self::streams::Stream;
use super::core::Core;
use super::{ApiError, Call, Effect};

/// The tables of the account.
pub struct DynamoDb {
    core: Core,
    database: OnceLock<Database>,
    /// By table.
    streams: Mutex<BTreeMap<String, Stream>>,
    /// Set once a table has a time-to-live setting: the second of the last sweep.
    expiring: Mutex<Option<u64>>,
    saved: Mutex<state::Saved>,
}

impl DynamoDb {
    pub(super) fn new(core: &Core) -> Self {
        Self {
            core: core.clone(),
            database: OnceLock::new(),
            streams: Mutex::default(),
            expiring: Mutex::default(),
            saved: Mutex::default(),
        }
    }

    /// Answers one operation of DynamoDB or DynamoDB Streams: JSON in, JSON out.
    ///
    /// # Errors
    /// The operation's own errors; the whole body is in [`ApiError::body`].
    pub fn execute(&self, call: &mut Call, operation: &str, body: &str) -> Result<String, ApiError> {
        let database = self.database()?;
        self.sweep(database);
        let answer = if operation == "GetRecords" {
            self.get_records(body)?
        } else if is_control(operation) {
            let mut input: Value = serde_json::from_str(body).map_err(|error| ApiError::serialization(&error))?;
            if let Some(arn) = input["StreamArn"].as_str().filter(|arn| !self.has_stream(arn)) {
                let message = format!("Requested resource not found: Stream: {arn} not found");
                return Err(ApiError::new("ResourceNotFoundException", message));
            }
            let view_type = self.inward(operation, &mut input);
            let answer = engine::run(database, operation, &input.to_string())?;
            let mut answer: Value = serde_json::from_str(&answer).unwrap_or_default();
            self.outward(operation, &input, view_type, &mut answer);
            if operation == "DescribeStream" {
                self.describe_whole(&input, &mut answer);
            }
            answer.to_string()
        } else if body.contains("arn:aws:dynamodb:") {
            let mut input: Value = serde_json::from_str(body).map_err(|error| ApiError::serialization(&error))?;
            name_only(&mut input["TableName"]);
            if input["TableName"].is_null() {
                input.as_object_mut().map(|input| input.remove("TableName"));
            }
            engine::run(database, operation, &input.to_string())?
        } else {
            engine::run(database, operation, body)?
        };
        if !is_read(operation) {
            self.saved.lock().unwrap_or_else(PoisonError::into_inner).forget();
        }
        if operation == "UpdateTimeToLive" {
            self.expiring
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert(0);
        }
        self.tell_of_new_records(call, database);
        Ok(answer)
    }

    /// Creates a table billed on demand. Keys are names, with `N:` or `B:` before them unless they are texts;
    /// `stream` is a view type. Answers the ARN of the stream.
    ///
    /// # Errors
    /// As `CreateTable`.
    pub fn create_table(
        &self,
        name: &str,
        key: &str,
        sort_key: Option<&str>,
        stream: Option<&str>,
    ) -> Result<Option<String>, ApiError> {
        let typed = |key: &str| match key.split_once(':') {
            Some((kind @ ("S" | "N" | "B"), name)) => (name.to_owned(), kind.to_owned()),
            _ => (key.to_owned(), "S".to_owned()),
        };
        let keys = [Some((typed(key), "HASH")), sort_key.map(|key| (typed(key), "RANGE"))];
        let keys: Vec<_> = keys.into_iter().flatten().collect();
        let attributes = keys
            .iter()
            .map(|((name, kind), _)| json!({ "AttributeName": name, "AttributeType": kind }));
        let schema = keys
            .iter()
            .map(|((name, _), role)| json!({ "AttributeName": name, "KeyType": role }));
        let mut input = json!({
            "TableName": name,
            "AttributeDefinitions": attributes.collect::<Vec<_>>(),
            "KeySchema": schema.collect::<Vec<_>>(),
            "BillingMode": "PAY_PER_REQUEST",
        });
        if let Some(view_type) = stream {
            input["StreamSpecification"] = json!({ "StreamEnabled": true, "StreamViewType": view_type });
        }
        self.execute(&mut Call::outside(), "CreateTable", &input.to_string())?;
        Ok(self.stream_arn(name))
    }

    /// All items of a table as plain JSON, in the order of a scan.
    ///
    /// # Errors
    /// `ResourceNotFoundException`.
    pub fn scan_all(&self, table: &str) -> Result<Vec<Value>, ApiError> {
        let mut items = Vec::new();
        let mut input = json!({ "TableName": table, "ConsistentRead": true });
        loop {
            let page = self.ask("Scan", &input)?;
            let found = page["Items"].as_array().into_iter().flatten();
            items.extend(found.map(plain::item_to_plain));
            match page.get("LastEvaluatedKey") {
                Some(key) => input["ExclusiveStartKey"] = key.clone(),
                None => return Ok(items),
            }
        }
    }

    /// One item as plain JSON, by its key as plain JSON.
    ///
    /// # Errors
    /// `ResourceNotFoundException`, `ValidationException`.
    pub fn get_item_plain(&self, table: &str, key: &Value) -> Result<Option<Value>, ApiError> {
        let input = json!({ "TableName": table, "Key": plain::item_from_plain(key), "ConsistentRead": true });
        let answer = self.ask("GetItem", &input)?;
        Ok(answer.get("Item").map(plain::item_to_plain))
    }

    /// Puts an item given as plain JSON. Stream records are written and told, as for any write.
    ///
    /// # Errors
    /// `ResourceNotFoundException`, `ValidationException`.
    pub fn put_item_plain(&self, call: &mut Call, table: &str, item: &Value) -> Result<(), ApiError> {
        let input = json!({ "TableName": table, "Item": plain::item_from_plain(item) });
        self.execute(call, "PutItem", &input.to_string()).map(drop)
    }

    /// The names of all tables.
    #[must_use]
    pub fn tables(&self) -> Vec<String> {
        if self.database.get().is_none() {
            return Vec::new();
        }
        let answer = self.ask("ListTables", &json!({})).unwrap_or_default();
        let names = answer["TableNames"].as_array().into_iter().flatten();
        names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    }

    fn ask(&self, operation: &str, input: &Value) -> Result<Value, ApiError> {
        let database = self.database()?;
        self.sweep(database);
        let answer = engine::run(database, operation, &input.to_string())?;
        Ok(serde_json::from_str(&answer).unwrap_or_default())
    }

    fn database(&self) -> Result<&Database, ApiError> {
        if let Some(database) = self.database.get() {
            return Ok(database);
        }
        let clock = EngineClock(self.core.clock.clone());
        let database = Database::memory_with_clock(std::sync::Arc::new(clock)).map_err(engine::error)?;
        Ok(self.database.get_or_init(|| database))
    }

    /// Deletes expired items, at most once a virtual second and only if some table has a time-to-live setting.
    fn sweep(&self, database: &Database) {
        let now = self.core.now().as_secs();
        let mut expiring = self.expiring.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = expiring.as_mut().filter(|last| **last < now) {
            *last = now;
            // A sweep that fails is made up for by the next one.
            let _ = database.sweep_ttl();
            self.saved.lock().unwrap_or_else(PoisonError::into_inner).forget();
        }
    }

    fn tell_of_new_records(&self, call: &mut Call, database: &Database) {
        for (table, stream) in self.lock().iter_mut() {
            let end = streams::end_of(database, table, stream.told);
            if end > stream.told {
                stream.told = end;
                call.effects.push(Effect::StreamReady(stream.arn(&self.core, table)));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Stream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for DynamoDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoDb")
            .field("streams", &self.streams)
            .finish_non_exhaustive()
    }
}

/// Whether an operation's parameters or answer name ARNs, streams or shards.
fn is_control(operation: &str) -> bool {
    matches!(
        operation,
        "CreateTable"
            | "DeleteTable"
            | "DescribeTable"
            | "UpdateTable"
            | "TagResource"
            | "UntagResource"
            | "ListTagsOfResource"
            | "ListStreams"
            | "DescribeStream"
            | "GetShardIterator"
            | "UpdateTimeToLive"
            | "DescribeTimeToLive"
    )
}

/// Whether an operation changes nothing.
fn is_read(operation: &str) -> bool {
    let reads = ["Get", "BatchGet", "TransactGet", "Describe", "List", "Query", "Scan"];
    reads.iter().any(|read| operation.starts_with(read))
}

/// A table may be named by its ARN.
fn name_only(table: &mut Value) {
    let name = table.as_str().and_then(|name| name.strip_prefix("arn:"));
    if let Some(name) = name.and_then(|arn| arn.split('/').nth(1)) {
        *table = json!(name);
    }
}

#[cfg(test)]
mod tests;
