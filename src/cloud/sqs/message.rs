//! Messages and their attributes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::Timestamp;
use crate::cloud::ApiError;
use crate::cloud::input::Input;
use crate::history::EntryId;

/// One message attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageAttribute {
    /// `String`, `Number` or `Binary`, perhaps with a label after a dot.
    pub data_type: String,
    /// The value.
    pub value: AttributeValue,
}

/// The value of a message attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttributeValue {
    /// Of types `String` and `Number`.
    Text(String),
    /// Of type `Binary`.
    Binary(Vec<u8>),
}

/// A message as a receiver gets it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    /// The message's id: the same at every receive.
    pub message_id: String,
    /// For deleting it: another at every receive.
    pub receipt_handle: String,
    /// The body.
    pub body: String,
    /// The attributes, in the order in which they were sent.
    pub attributes: Vec<(String, MessageAttribute)>,
    /// When it was sent.
    pub sent: Timestamp,
    /// Who sent it.
    pub sender_id: String,
    /// How often it was received, this time included.
    pub receive_count: u32,
    /// When it was received first.
    pub first_received: Option<Timestamp>,
    /// What only a FIFO queue knows.
    pub fifo: Option<Fifo>,
    /// `MessageGroupId` of a standard queue (fair queues).
    pub group_id: Option<String>,
    /// `AWSTraceHeader`.
    pub trace_header: Option<String>,
    /// The queue from which it came here as a dead letter.
    pub dead_letter_source: Option<String>,
    /// The entry of what put it into the queue.
    #[serde(skip)]
    pub cause: Option<EntryId>,
}

/// What a message has in a FIFO queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fifo {
    /// `MessageGroupId`.
    pub group_id: String,
    /// `MessageDeduplicationId`.
    pub deduplication_id: String,
    /// `SequenceNumber`.
    pub sequence_number: String,
}

/// The MD5 of a text in hexadecimal.
pub(super) fn md5_of(text: &str) -> String {
    hex::encode(Md5::digest(text))
}

/// `MD5OfMessageAttributes`: the algorithm of the SQS Developer Guide, "Calculating the MD5 message digest for
/// message attributes". `None` without attributes.
pub(super) fn md5_of_attributes(attributes: &[(String, MessageAttribute)]) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut sorted: Vec<_> = attributes.iter().collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    let mut digest = Md5::new();
    for (name, attribute) in sorted {
        let (kind, value): (u8, &[u8]) = match &attribute.value {
            AttributeValue::Text(text) => (1, text.as_bytes()),
            AttributeValue::Binary(bytes) => (2, bytes),
        };
        add(&mut digest, name.as_bytes());
        add(&mut digest, attribute.data_type.as_bytes());
        digest.update([kind]);
        add(&mut digest, value);
    }
    Some(hex::encode(digest.finalize()))
}

fn add(digest: &mut Md5, bytes: &[u8]) {
    digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    digest.update(bytes);
}

/// Reads `MessageAttributes` of the API.
pub(super) fn parse_attributes(value: Option<&Value>) -> Result<Vec<(String, MessageAttribute)>, ApiError> {
    let invalid = |name: &str, reason: &str| {
        ApiError::new(
            "InvalidParameterValue",
            format!("The message attribute '{name}' {reason}"),
        )
    };
    let mut attributes = Vec::new();
    for (name, value) in value.and_then(Value::as_object).into_iter().flatten() {
        let input = Input(value);
        let data_type = input
            .text("DataType")
            .or_else(|| input.text("Type"))
            .filter(|data_type| !data_type.is_empty())
            .ok_or_else(|| invalid(name, "must contain non-empty message attribute type."))?;
        let value = match data_type.split('.').next().unwrap_or_default() {
            "String" | "Number" => {
                let text = input.text("StringValue").or_else(|| input.text("Value"));
                let empty = "must contain non-empty message attribute value for message attribute type 'String'.";
                let text = text
                    .filter(|text| !text.is_empty())
                    .ok_or_else(|| invalid(name, empty))?;
                if data_type.starts_with("Number") && text.trim().parse::<f64>().is_err() {
                    let message = format!("Can't cast the value of message (user) attribute '{name}' to a number.");
                    return Err(ApiError::new("InvalidParameterValue", message));
                }
                AttributeValue::Text(text.to_owned())
            }
            "Binary" => {
                let bytes = input.bytes("BinaryValue").or_else(|| input.bytes("Value"));
                let empty = "must contain non-empty message attribute value for message attribute type 'Binary'.";
                AttributeValue::Binary(bytes.ok_or_else(|| invalid(name, empty))?)
            }
            _ => {
                let reason = "has an invalid message attribute type, the set of supported type prefixes is Binary, \
                              Number, and String.";
                return Err(invalid(name, reason));
            }
        };
        let data_type = data_type.to_owned();
        attributes.push((name.clone(), MessageAttribute { data_type, value }));
    }
    Ok(attributes)
}

impl MessageAttribute {
    /// As the SQS API answers it.
    pub(super) fn to_api(&self) -> Value {
        match &self.value {
            AttributeValue::Text(text) => json!({ "StringValue": text, "DataType": self.data_type }),
            AttributeValue::Binary(bytes) => {
                json!({ "BinaryValue": STANDARD.encode(bytes), "DataType": self.data_type })
            }
        }
    }

    /// As it stands in a Lambda event.
    fn to_event(&self) -> Value {
        let mut event = match &self.value {
            AttributeValue::Text(text) => json!({ "stringValue": text }),
            AttributeValue::Binary(bytes) => json!({ "binaryValue": STANDARD.encode(bytes) }),
        };
        event["stringListValues"] = json!([]);
        event["binaryListValues"] = json!([]);
        event["dataType"] = json!(self.data_type);
        event
    }

    fn len(&self) -> usize {
        let value = match &self.value {
            AttributeValue::Text(text) => text.len(),
            AttributeValue::Binary(bytes) => bytes.len(),
        };
        self.data_type.len() + value
    }
}

/// The size that counts against the limit: body and attributes, in bytes.
pub(super) fn size_of(body: &str, attributes: &[(String, MessageAttribute)]) -> usize {
    let attributes = attributes.iter().map(|(name, attribute)| name.len() + attribute.len());
    body.len() + attributes.sum::<usize>()
}

impl Message {
    /// The system attributes, in the order in which AWS writes them.
    #[must_use]
    pub fn system_attributes(&self) -> Vec<(&'static str, String)> {
        let millis = |at: Timestamp| at.as_millis().to_string();
        let mut all = vec![("ApproximateReceiveCount", self.receive_count.to_string())];
        all.extend(self.trace_header.clone().map(|header| ("AWSTraceHeader", header)));
        all.push(("SentTimestamp", millis(self.sent)));
        if let Some(fifo) = &self.fifo {
            all.push(("SequenceNumber", fifo.sequence_number.clone()));
            all.push(("MessageGroupId", fifo.group_id.clone()));
        }
        all.extend(self.group_id.clone().map(|group| ("MessageGroupId", group)));
        all.push(("SenderId", self.sender_id.clone()));
        if let Some(fifo) = &self.fifo {
            all.push(("MessageDeduplicationId", fifo.deduplication_id.clone()));
        }
        all.extend(
            self.first_received
                .map(|at| ("ApproximateFirstReceiveTimestamp", millis(at))),
        );
        all.extend(
            self.dead_letter_source
                .clone()
                .map(|arn| ("DeadLetterQueueSourceArn", arn)),
        );
        all
    }

    /// The record of a Lambda event, as recorded from AWS (`tests/golden/aws/event-source-sqs.json`). Where batches
    /// are gathered over a window, the digest of no attributes is there, with nothing; else it is left out.
    #[must_use]
    pub fn lambda_record(&self, queue_arn: &str, gathered: bool) -> Value {
        let attributes = self.system_attributes().into_iter();
        let attributes: Map<_, _> = attributes
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect();
        let sent = self
            .attributes
            .iter()
            .map(|(name, attribute)| (name.clone(), attribute.to_event()));
        let mut record = json!({
            "messageId": self.message_id,
            "receiptHandle": self.receipt_handle,
            "body": self.body,
            "attributes": attributes,
            "messageAttributes": sent.collect::<Map<_, _>>(),
        });
        let md5 = md5_of_attributes(&self.attributes);
        if md5.is_some() || gathered {
            record["md5OfMessageAttributes"] = json!(md5);
        }
        record["md5OfBody"] = json!(md5_of(&self.body));
        record["eventSource"] = json!("aws:sqs");
        record["eventSourceARN"] = json!(queue_arn);
        record["awsRegion"] = json!(queue_arn.split(':').nth(3).unwrap_or_default());
        record
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_attributes_is_the_one_recorded_from_aws() {
        let text = |name: &str, kind: &str, value: &str| {
            let attribute = MessageAttribute {
                data_type: kind.to_owned(),
                value: AttributeValue::Text(value.to_owned()),
            };
            (name.to_owned(), attribute)
        };
        let attributes = [
            text("Title", "String", "The Whistler"),
            text("Author", "String", "John Grisham"),
            text("WeeksOn", "Number", "6"),
        ];
        assert_eq!(
            md5_of_attributes(&attributes).unwrap(),
            "d25a6aea97eb8f585bfa92d314504a92"
        );
    }

    /// `test_message_body_and_attributes_passed_correctly`, recorded 2025-11-25.
    #[test]
    fn a_record_is_as_recorded() {
        let golden: Value =
            serde_json::from_str(include_str!("../../../tests/golden/aws/event-source-sqs.json")).unwrap();
        let golden = golden
            .as_object()
            .unwrap()
            .iter()
            .find(|(name, _)| name.ends_with("::test_message_body_and_attributes_passed_correctly"));
        let golden =
            &golden.unwrap().1["recorded-content"]["first_attempt"]["Messages"][0]["Body"]["event"]["Records"][0];
        let sent = golden["messageAttributes"].as_object().unwrap().iter();
        let sent: Map<_, _> = sent
            .map(|(name, value)| {
                (
                    name.clone(),
                    json!({ "DataType": value["dataType"], "StringValue": value["stringValue"] }),
                )
            })
            .collect();
        let message = Message {
            message_id: "<uuid:1>".to_owned(),
            receipt_handle: "<receipt-handle:2>".to_owned(),
            body: golden["body"].as_str().unwrap().to_owned(),
            attributes: parse_attributes(Some(&Value::Object(sent))).unwrap(),
            sent: Timestamp::from_micros(0),
            sender_id: "sender-id".to_owned(),
            receive_count: 1,
            first_received: Some(Timestamp::from_micros(0)),
            fifo: None,
            group_id: None,
            trace_header: None,
            dead_letter_source: None,
            cause: None,
        };
        let record = message.lambda_record("arn:aws:sqs:us-east-1:123456789012:q", false);
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&record), names(golden));
        assert_eq!(names(&record["attributes"]), names(&golden["attributes"]));
        assert_eq!(record["messageAttributes"], golden["messageAttributes"]);
        assert_eq!(record["md5OfMessageAttributes"], golden["md5OfMessageAttributes"]);
    }

    #[test]
    fn attributes_need_type_and_value() {
        let wrong = json!({ "a": { "DataType": "Text", "StringValue": "x" } });
        assert!(parse_attributes(Some(&wrong)).is_err());
        let empty = json!({ "a": { "DataType": "String" } });
        assert!(parse_attributes(Some(&empty)).is_err());
    }
}
