//! Streams: the records as Lambda gets them, and the names that clients know them by.
//!
//! The engine always keeps both images; what a record shows follows from the table's view type. Records have the
//! shape recorded from AWS (`tests/golden/aws/event-source-dynamodb-streams.json`).

use dynoxide::Database;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::{decode_shard_iterator, encode_shard_iterator};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::engine::ENGINE_ARN;
use super::{DynamoDb, name_only};
use crate::clock::Timestamp;
use crate::cloud::ApiError;
use crate::cloud::core::Core;
use crate::history::EntryId;

/// The end of every shard id that clients see. The engine has one shard a table.
const SHARD_SUFFIX: &str = "00000000";

/// What is known of the stream of a table.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stream {
    /// The label in the engine's ARN.
    engine_label: String,
    /// The label in ours: the time of creation.
    label: String,
    view_type: String,
    created: Timestamp,
    /// Up to where records were told of.
    pub(super) told: i64,
    /// What led to the records up to a place, in order.
    #[serde(skip)]
    causes: Vec<(i64, EntryId)>,
}

impl Stream {
    pub(super) fn arn(&self, core: &Core, table: &str) -> String {
        core.arn("dynamodb", &format!("table/{table}/stream/{}", self.label))
    }

    fn shard(&self) -> String {
        format!("shardId-{:020}-{SHARD_SUFFIX}", self.created.as_millis())
    }
}

/// A place in the one shard of a stream; the default is its beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StreamPosition(i64);

/// One record of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamRecord {
    /// Just before this record: reading from here gives it again.
    pub position: StreamPosition,
    /// Just after it: reading from here gives what follows.
    pub next: StreamPosition,
    /// `dynamodb.SequenceNumber`.
    pub sequence_number: String,
    /// `dynamodb.ApproximateCreationDateTime`.
    pub arrived: Timestamp,
    /// The record of a Lambda event.
    pub event: Value,
    /// The entry of what led to it.
    pub cause: Option<EntryId>,
}

/// Some records in order, and where the next ones are.
#[derive(Debug, Clone, Default)]
pub struct StreamPage {
    /// The records.
    pub records: Vec<StreamRecord>,
    /// For the next call.
    pub next: StreamPosition,
}

impl DynamoDb {
    /// The ARN of a table's stream, if it has one.
    #[must_use]
    pub fn stream_arn(&self, table: &str) -> Option<String> {
        self.lock().get(table).map(|stream| stream.arn(&self.core, table))
    }

    /// The id of the one shard of a stream.
    #[must_use]
    pub fn shard_id(&self, stream_arn: &str) -> Option<String> {
        self.lock().get(table_of(stream_arn)?).map(Stream::shard)
    }

    /// Whether there is such a stream.
    #[must_use]
    pub fn has_stream(&self, stream_arn: &str) -> bool {
        let table = table_of(stream_arn);
        table.is_some_and(|table| self.stream_arn(table).as_deref() == Some(stream_arn))
    }

    /// Says which entry tells of what led to the newest records of a stream.
    pub(in crate::cloud) fn caused_by(&self, stream_arn: &str, cause: EntryId) {
        let mut streams = self.lock();
        if let Some(stream) = table_of(stream_arn).and_then(|table| streams.get_mut(table)) {
            stream.causes.push((stream.told, cause));
        }
    }

    /// The end of a stream: only records to come lie behind it (`LATEST`).
    #[must_use]
    pub fn stream_end(&self, stream_arn: &str) -> StreamPosition {
        let end = table_of(stream_arn)
            .zip(self.database.get())
            .map(|(table, database)| end_of(database, table, 0));
        StreamPosition(end.unwrap_or_default())
    }

    /// The records of a stream from a position on, at most `limit`.
    ///
    /// # Errors
    /// `ResourceNotFoundException` if there is no such stream.
    pub fn records_since(&self, stream_arn: &str, from: StreamPosition, limit: usize) -> Result<StreamPage, ApiError> {
        let not_found = || {
            let message = format!("Requested resource not found: Stream: {stream_arn} not found");
            ApiError::new("ResourceNotFoundException", message)
        };
        let table = table_of(stream_arn).ok_or_else(not_found)?;
        let view_type = {
            let streams = self.lock();
            let stream = streams
                .get(table)
                .filter(|stream| stream.arn(&self.core, table) == stream_arn);
            stream.ok_or_else(not_found)?.view_type.clone()
        };
        let request = GetRecordsRequest {
            shard_iterator: encode_shard_iterator(table, &engine_shard(table), from.0),
            limit: Some(limit),
        };
        let answer = self.database()?.get_records(request).map_err(super::engine::error)?;
        let next = position_in(answer.next_shard_iterator.as_deref()).unwrap_or(from.0);
        let mut page = StreamPage {
            records: Vec::with_capacity(answer.records.len()),
            next: StreamPosition(next),
        };
        for record in answer.records {
            let record = serde_json::to_value(record).map_err(|error| ApiError::serialization(&error))?;
            if let Some(record) = self.shape(&record, &view_type, stream_arn) {
                page.records.push(record);
            }
        }
        Ok(page)
    }

    /// `GetRecords` of the Streams API: the records as [`DynamoDb::records_since`] shapes them.
    pub(super) fn get_records(&self, body: &str) -> Result<String, ApiError> {
        let input: Value = serde_json::from_str(body).map_err(|error| ApiError::serialization(&error))?;
        let iterator = input["ShardIterator"].as_str().unwrap_or_default();
        let (table, shard, position) = decode_shard_iterator(iterator)
            .ok_or_else(|| ApiError::new("ValidationException", "Invalid ShardIterator"))?;
        let limit = input["Limit"]
            .as_u64()
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(1000);
        let arn = self.stream_arn(&table).unwrap_or_default();
        let page = self.records_since(&arn, StreamPosition(position), limit)?;
        let records = page.records.into_iter().map(|mut record| {
            record
                .event
                .as_object_mut()
                .map(|event| event.shift_remove("eventSourceARN"));
            record.event
        });
        let records: Vec<_> = records.collect();
        let next = encode_shard_iterator(&table, &shard, page.next.0);
        Ok(json!({ "Records": records, "NextShardIterator": next }).to_string())
    }

    /// A record in the shape of a Lambda event; `None` if it says that nothing changed, which AWS does not record.
    fn shape(&self, record: &Value, view_type: &str, stream_arn: &str) -> Option<StreamRecord> {
        let data = &record["dynamodb"];
        let (new, old) = (data.get("NewImage"), data.get("OldImage"));
        if new.is_some() && new == old {
            return None;
        }
        let created = data["ApproximateCreationDateTime"].as_f64().unwrap_or_default();
        let sequence_number = data["SequenceNumber"].as_str().unwrap_or_default();
        let keys = sorted(&data["Keys"]);
        let mut shown = json!({ "ApproximateCreationDateTime": created, "Keys": keys });
        let mut size = size_of_item(&keys);
        let images = [("NewImage", new, "NEW"), ("OldImage", old, "OLD")];
        for (name, image, word) in images {
            if let Some(image) = image.filter(|_| view_type.contains(word)) {
                let image = sorted(image);
                size += size_of_item(&image);
                shown[name] = image;
            }
        }
        shown["SequenceNumber"] = json!(sequence_number);
        shown["SizeBytes"] = json!(size);
        shown["StreamViewType"] = json!(view_type);
        let mut event = json!({
            "eventID": hex::encode(Md5::digest(record["eventID"].as_str().unwrap_or_default())),
            "eventName": record["eventName"],
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self.core.account.region,
            "dynamodb": shown,
        });
        if let Some(identity) = record.get("userIdentity") {
            event["userIdentity"] = identity.clone();
        }
        event["eventSourceARN"] = json!(stream_arn);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a time of our own clock"
        )]
        let arrived = Timestamp::from_micros((created * 1e6) as u64);
        let place = stored_number(sequence_number);
        Some(StreamRecord {
            position: StreamPosition(place - 1),
            next: StreamPosition(place),
            cause: self.cause_of(stream_arn, place),
            sequence_number: sequence_number.to_owned(),
            arrived,
            event,
        })
    }

    fn cause_of(&self, stream_arn: &str, place: i64) -> Option<EntryId> {
        let streams = self.lock();
        let causes = &streams.get(table_of(stream_arn)?)?.causes;
        let first = causes.partition_point(|(told, _)| *told < place);
        causes.get(first).map(|(_, cause)| *cause)
    }

    /// Turns our names into the engine's; answers the view type that the caller asked for.
    pub(super) fn inward(&self, operation: &str, input: &mut Value) -> Option<String> {
        if let Some(table) = input.get_mut("TableName") {
            name_only(table);
        }
        for name in ["ResourceArn", "StreamArn", "ExclusiveStartStreamArn"] {
            let Some(Value::String(arn)) = input.get_mut(name) else {
                continue;
            };
            let Some(table) = table_of(arn) else {
                continue;
            };
            let resource = match self.lock().get(table) {
                Some(stream) if stream.arn(&self.core, table) == *arn => {
                    format!("table/{table}/stream/{}", stream.engine_label)
                }
                _ => arn.splitn(6, ':').nth(5).unwrap_or_default().to_owned(),
            };
            *arn = format!("{ENGINE_ARN}{resource}");
        }
        for name in ["ShardId", "ExclusiveStartShardId"] {
            let ours = input
                .get(name)
                .and_then(Value::as_str)
                .is_some_and(|shard| shard.ends_with(SHARD_SUFFIX));
            let table = input
                .get("StreamArn")
                .and_then(Value::as_str)
                .and_then(table_of)
                .map(engine_shard);
            if let (true, Some(shard)) = (ours, table) {
                input[name] = json!(shard);
            }
        }
        if !matches!(operation, "CreateTable" | "UpdateTable") {
            return None;
        }
        let wanted = input
            .get_mut("StreamSpecification")
            .and_then(|spec| spec.get_mut("StreamViewType"))?;
        let view_type = wanted.as_str().map(str::to_owned);
        if matches!(view_type.as_deref(), Some("KEYS_ONLY" | "NEW_IMAGE" | "OLD_IMAGE")) {
            *wanted = json!("NEW_AND_OLD_IMAGES");
        }
        view_type
    }

    /// Turns the engine's names into ours, and notes which streams there are.
    pub(super) fn outward(&self, operation: &str, input: &Value, view_type: Option<String>, answer: &mut Value) {
        let description = answer.get("TableDescription");
        if let Some((table, description)) = input["TableName"].as_str().zip(description) {
            self.note(operation, table, description, view_type);
        }
        let streams = self.lock();
        for (table, stream) in streams.iter() {
            let engine_arn = format!("{ENGINE_ARN}table/{table}/stream/{}", stream.engine_label);
            let arn = stream.arn(&self.core, table);
            let (engine_shard, shard) = (engine_shard(table), stream.shard());
            let about = answer.to_string();
            if !about.contains(&engine_arn) && !about.contains(&engine_shard) {
                continue;
            }
            replace(answer, &mut |name, text| {
                if *text == engine_arn {
                    text.clone_from(&arn);
                } else if name == "LatestStreamLabel" || name == "StreamLabel" {
                    if *text == stream.engine_label {
                        text.clone_from(&stream.label);
                    }
                } else if name == "ShardId" && *text == engine_shard {
                    text.clone_from(&shard);
                } else if name == "StreamViewType" {
                    text.clone_from(&stream.view_type);
                }
            });
        }
        drop(streams);
        let ours = self.core.arn("dynamodb", "");
        let region = &self.core.account.region;
        replace(answer, &mut |name, text| {
            if let Some(rest) = text.strip_prefix(ENGINE_ARN) {
                *text = format!("{ours}{rest}");
            } else if name == "awsRegion" {
                text.clone_from(region);
            }
        });
    }

    /// Says of a stream what the engine does not: when it was made, and how its table's keys are.
    pub(super) fn describe_whole(&self, input: &Value, answer: &mut Value) {
        let Some(table) = input["StreamArn"].as_str().and_then(table_of) else {
            return;
        };
        let keys = self.ask("DescribeTable", &json!({ "TableName": table }));
        let Some(description) = answer["StreamDescription"].as_object_mut() else {
            return;
        };
        if let Ok(keys) = keys {
            description.insert("KeySchema".to_owned(), keys["Table"]["KeySchema"].clone());
        }
        description.insert("TableName".to_owned(), json!(table));
        if let Some(stream) = self.lock().get(table) {
            description.insert("CreationRequestDateTime".to_owned(), json!(stream.created.as_secs()));
        }
    }

    fn note(&self, operation: &str, table: &str, description: &Value, view_type: Option<String>) {
        let mut streams = self.lock();
        let enabled = description["StreamSpecification"]["StreamEnabled"] == json!(true);
        if operation == "DeleteTable" || !enabled {
            if matches!(operation, "DeleteTable" | "UpdateTable") {
                streams.remove(table);
            }
            return;
        }
        let engine_label = description["LatestStreamLabel"].as_str().unwrap_or_default();
        if streams
            .get(table)
            .is_some_and(|stream| stream.engine_label == engine_label)
        {
            return;
        }
        let now = self.core.now();
        let told = self.database.get().map_or(0, |database| end_of(database, table, 0));
        let stream = Stream {
            engine_label: engine_label.to_owned(),
            label: now.format("%Y-%m-%dT%H:%M:%S.%3f"),
            view_type: view_type.unwrap_or_else(|| "NEW_AND_OLD_IMAGES".to_owned()),
            created: now,
            told,
            causes: Vec::new(),
        };
        streams.insert(table.to_owned(), stream);
    }
}

/// The end of the one shard of a table, looked for from a position on.
pub(super) fn end_of(database: &Database, table: &str, from: i64) -> i64 {
    let mut end = from;
    loop {
        let request = GetRecordsRequest {
            shard_iterator: encode_shard_iterator(table, &engine_shard(table), end),
            limit: None,
        };
        let Ok(answer) = database.get_records(request) else {
            return end;
        };
        if answer.records.is_empty() {
            return end;
        }
        end = position_in(answer.next_shard_iterator.as_deref()).unwrap_or(end);
    }
}

fn position_in(iterator: Option<&str>) -> Option<i64> {
    decode_shard_iterator(iterator?).map(|(_, _, position)| position)
}

fn engine_shard(table: &str) -> String {
    dynoxide::streams::shard_id(table)
}

/// The engine's own number of a record.
fn stored_number(sequence_number: &str) -> i64 {
    // The engine adds ten to the twentieth, so that all numbers have 21 digits.
    let digits = sequence_number.get(1..).unwrap_or_default();
    digits.trim_start_matches('0').parse().unwrap_or_default()
}

/// The table that a table's, an index's or a stream's ARN names.
fn table_of(arn: &str) -> Option<&str> {
    arn.split_once(":table/").and_then(|(_, rest)| rest.split('/').next())
}

/// Goes through all texts of a JSON value, each with the name it stands under.
fn replace(value: &mut Value, change: &mut impl FnMut(&str, &mut String)) {
    match value {
        Value::Object(entries) => {
            for (name, value) in entries.iter_mut() {
                if let Value::String(text) = value {
                    change(name, text);
                } else {
                    replace(value, change);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| replace(value, change)),
        _ => {}
    }
}

/// An item with its attributes in the order of their names: the engine keeps none.
fn sorted(item: &Value) -> Value {
    let mut entries: Vec<_> = item.as_object().into_iter().flatten().collect();
    entries.sort_by(|one, other| one.0.cmp(other.0));
    Value::Object(
        entries
            .into_iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

/// The size of an item in bytes, by the rules of the DynamoDB Developer Guide ("Item sizes and formats").
fn size_of_item(item: &Value) -> usize {
    let entries = item.as_object().into_iter().flatten();
    entries.map(|(name, value)| name.len() + size_of(value)).sum()
}

fn size_of(value: &Value) -> usize {
    let Some((kind, inner)) = value.as_object().and_then(|value| value.iter().next()) else {
        return 0;
    };
    let text = inner.as_str().unwrap_or_default();
    let texts = || inner.as_array().into_iter().flatten().filter_map(Value::as_str);
    match kind.as_str() {
        "S" => text.len(),
        "N" => number_size(text),
        "B" => text.len() / 4 * 3,
        "SS" => texts().map(str::len).sum(),
        "NS" => texts().map(number_size).sum(),
        "BS" => texts().map(|text| text.len() / 4 * 3).sum(),
        "L" => {
            3 + inner
                .as_array()
                .into_iter()
                .flatten()
                .map(|value| 1 + size_of(value))
                .sum::<usize>()
        }
        "M" => 3 + inner.as_object().map_or(0, |map| map.len() + size_of_item(inner)),
        _ => 1,
    }
}

fn number_size(text: &str) -> usize {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    1 + digits.div_ceil(2) + usize::from(text.starts_with('-'))
}
