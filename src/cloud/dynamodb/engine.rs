//! Calling the engine by operation name.

use dynoxide::{Database, DynoxideError};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::cloud::ApiError;

/// The account and Region that the engine names in ARNs.
pub(super) const ENGINE_ARN: &str = "arn:aws:dynamodb:dynoxide:000000000000:";

/// The virtual clock, as the engine reads it.
pub(super) struct EngineClock(pub(super) Clock);

impl dynoxide::storage_backend::Clock for EngineClock {
    fn now_unix_secs(&self) -> u64 {
        self.0.now().as_secs()
    }

    #[expect(clippy::cast_precision_loss, reason = "microseconds of this age fit into 53 bits")]
    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_micros() as f64 / 1e6
    }
}

macro_rules! operations {
    ($database:ident, $operation:ident, $body:ident, { $($name:literal => $method:ident,)* }) => {
        match $operation {
            $($name => {
                let request = serde_json::from_str($body).map_err(|error| malformed(&error, $operation))?;
                let answer = $database.$method(request).map_err(|fault| resolved(fault, $operation))?;
                serde_json::to_string(&answer).map_err(|fault| ApiError::serialization(&fault))
            })*
            _ => Err(unknown($operation)),
        }
    };
}

/// Answers one operation: JSON in, JSON out.
pub(super) fn run(database: &Database, operation: &str, body: &str) -> Result<String, ApiError> {
    operations!(database, operation, body, {
        "BatchExecuteStatement" => batch_execute_statement,
        "BatchGetItem" => batch_get_item,
        "BatchWriteItem" => batch_write_item,
        "CreateTable" => create_table,
        "DeleteItem" => delete_item,
        "DeleteTable" => delete_table,
        "DescribeStream" => describe_stream,
        "DescribeTable" => describe_table,
        "DescribeTimeToLive" => describe_time_to_live,
        "ExecuteStatement" => execute_statement,
        "ExecuteTransaction" => execute_transaction,
        "GetItem" => get_item,
        "GetRecords" => get_records,
        "GetShardIterator" => get_shard_iterator,
        "ListStreams" => list_streams,
        "ListTables" => list_tables,
        "ListTagsOfResource" => list_tags_of_resource,
        "PutItem" => put_item,
        "Query" => query,
        "Scan" => scan,
        "TagResource" => tag_resource,
        "TransactGetItems" => transact_get_items,
        "TransactWriteItems" => transact_write_items,
        "UntagResource" => untag_resource,
        "UpdateItem" => update_item,
        "UpdateTable" => update_table,
        "UpdateTimeToLive" => update_time_to_live,
    })
}

/// The engine's error in AWS's form.
pub(super) fn error(fault: DynoxideError) -> ApiError {
    resolved(fault, "")
}

fn resolved(fault: DynoxideError, operation: &str) -> ApiError {
    let fault = match fault {
        DynoxideError::EnvelopedValidation(message) if matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem") => {
            DynoxideError::ValidationException(enveloped(&message))
        }
        other => other,
    };
    let mut body: Value = serde_json::from_str(&fault.to_json()).unwrap_or_default();
    let kind = body["__type"].as_str().unwrap_or("InternalServerError").to_owned();
    for name in ["message", "Message"] {
        if let Some(message) = body[name].as_str() {
            body[name] = json!(readable(message));
        }
    }
    // Indexing by name adds nulls.
    if let Some(body) = body.as_object_mut() {
        body.retain(|_, value| !value.is_null());
    }
    let code = kind.rsplit('#').next().unwrap_or_default().to_owned();
    let mut error = ApiError::new(code, readable(&fault.to_string())).status(fault.status_code());
    error.body = Some(Box::new(body));
    error
}

fn enveloped(message: &str) -> String {
    if message.starts_with("1 validation error detected") {
        message.to_owned()
    } else {
        format!("1 validation error detected: {message}")
    }
}

/// A request that the engine could not read. It marks the kind of error at the start of the message.
fn malformed(error: &serde_json::Error, operation: &str) -> ApiError {
    let message = error.to_string();
    if let Some(message) = message.strip_prefix("VALIDATION_REQUEST:") {
        return resolved(DynoxideError::EnvelopedValidation(readable(message)), operation);
    }
    let serialization = ["SERIALIZATION_AS_READ:", "SERIALIZATION:"];
    if let Some(message) = serialization.iter().find_map(|marker| message.strip_prefix(marker)) {
        return resolved(DynoxideError::SerializationException(readable(message)), operation);
    }
    let message = readable(&message);
    let missing = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    if let Some(name) = missing {
        let mut letters = name.chars();
        let first = letters.next().map(|first| first.to_ascii_lowercase());
        let name: String = first.into_iter().chain(letters).collect();
        let message = format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
        );
        return resolved(DynoxideError::ValidationException(message), operation);
    }
    if message.contains("invalid type") && !message.contains("null") || error.is_syntax() || error.is_eof() {
        return resolved(DynoxideError::SerializationException(message), operation);
    }
    resolved(DynoxideError::ValidationException(message), operation)
}

/// A message without the engine's markers and without the place in the JSON text.
fn readable(message: &str) -> String {
    let markers = [
        "VALIDATION_AS_READ:",
        "VALIDATION_REQUEST:",
        "VALIDATION:",
        "SERIALIZATION_AS_READ:",
        "SERIALIZATION:",
    ];
    let message = markers
        .iter()
        .find_map(|marker| message.strip_prefix(marker))
        .unwrap_or(message);
    let place = message.rfind(" at line ").filter(|at| {
        let digits = |c: char| c.is_ascii_digit() || " atlinecolum".contains(c);
        message[*at..].chars().all(digits)
    });
    message[..place.unwrap_or(message.len())].to_owned()
}

fn unknown(operation: &str) -> ApiError {
    let mut error = ApiError::unknown_operation("Amazon DynamoDB", operation);
    error.body = Some(Box::new(json!({
        "__type": "com.amazon.coral.service#UnknownOperationException",
        "message": error.message,
    })));
    error
}
