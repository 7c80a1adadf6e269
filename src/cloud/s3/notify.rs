//! Event notifications: which changes are told to whom, and in what form.
//!
//! The events follow recordings of AWS (`tests/golden/aws/s3-notifications.json`, `s3-eventbridge.json`).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::object::Object;
use super::{ApiError, S3};
use crate::cloud::core::Core;
use crate::cloud::{Call, Effect, Handover};

/// What stays as it is in the key of an event.
const IN_EVENT_KEY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'/')
    .remove(b' ');

/// A key as it stands in a notification: percent-encoded, a blank as `+`. Handlers read it with
/// `urllib.parse.unquote_plus`.
#[must_use]
pub fn event_key(key: &str) -> String {
    utf8_percent_encode(key, IN_EVENT_KEY).to_string().replace(' ', "+")
}

/// A bucket's notification configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationConfiguration {
    /// Functions, queues and topics that are told.
    pub rules: Vec<NotificationRule>,
    /// Whether every change goes to the default bus of EventBridge.
    pub event_bridge: bool,
}

/// Who is told of which changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationRule {
    /// The configuration's id, which events carry.
    pub id: String,
    /// The ARN of a function, queue or topic.
    pub target: String,
    /// As `s3:ObjectCreated:*`.
    pub events: Vec<String>,
    /// Only keys that begin so.
    pub prefix: Option<String>,
    /// Only keys that end so.
    pub suffix: Option<String>,
}

/// A change of one object.
#[derive(Debug)]
pub(super) struct Change {
    /// As `ObjectCreated:Put`.
    name: String,
    key: String,
    version_id: Option<String>,
    /// The size in bytes of what was created.
    size: Option<usize>,
    /// The entity tag of what is there now.
    etag: Option<String>,
}

impl Change {
    pub(super) fn created(how: &str, object: &Object) -> Self {
        Self {
            name: format!("ObjectCreated:{how}"),
            key: object.key.clone(),
            version_id: object.version_id.clone(),
            size: Some(object.body.len()),
            etag: Some(object.etag.clone()),
        }
    }

    /// The tags of an object were put or deleted: `Put` or `Delete`.
    pub(super) fn tagged(how: &str, object: &Object) -> Self {
        Self {
            name: format!("ObjectTagging:{how}"),
            key: object.key.clone(),
            version_id: object.version_id.clone(),
            size: None,
            etag: Some(object.etag.clone()),
        }
    }

    pub(super) fn deleted(how: &str, key: &str, version_id: Option<String>) -> Self {
        Self {
            name: format!("ObjectRemoved:{how}"),
            key: key.to_owned(),
            version_id,
            size: None,
            etag: None,
        }
    }

    /// Only what writes or removes objects has a place in their order.
    fn is_in_sequence(&self) -> bool {
        self.name.starts_with("ObjectCreated") || self.name.starts_with("ObjectRemoved")
    }

    /// Recorded: events of tags came later than the others, with a later version.
    fn event_version(&self) -> &'static str {
        if self.is_in_sequence() { "2.1" } else { "2.3" }
    }
}

impl NotificationRule {
    fn wants(&self, change: &Change) -> bool {
        let named = self.events.iter().any(|event| {
            let event = event.strip_prefix("s3:").unwrap_or(event);
            match event.strip_suffix('*') {
                Some(start) => change.name.starts_with(start),
                None => event == change.name,
            }
        });
        named
            && self
                .prefix
                .as_ref()
                .is_none_or(|prefix| change.key.starts_with(prefix.as_str()))
            && self
                .suffix
                .as_ref()
                .is_none_or(|suffix| change.key.ends_with(suffix.as_str()))
    }
}

impl NotificationConfiguration {
    pub(super) fn effects(
        &self,
        core: &Core,
        owner: &str,
        bucket: &str,
        change: &Change,
        sequence: u64,
    ) -> Vec<Effect> {
        if self.rules.is_empty() && !self.event_bridge {
            return Vec::new();
        }
        let facts = Facts {
            core,
            owner,
            bucket,
            arn: format!("arn:aws:s3:::{bucket}"),
            change,
            sequencer: format!(
                "{:018X}",
                (u128::from(core.now().as_micros()) << 8) + u128::from(sequence)
            ),
            request_id: core.chance.alphanumeric(16),
            source_ip: "127.0.0.1",
        };
        let rules = self.rules.iter().filter(|rule| rule.wants(change));
        let mut effects: Vec<Effect> = rules
            .map(|rule| {
                let body = json!({ "Records": [facts.record(&rule.id)] }).to_string();
                Effect::HandOver(Box::new(Handover::new(&facts.arn, &rule.target, &change.name, body)))
            })
            .collect();
        if self.event_bridge {
            let bus = core.arn("events", "event-bus/default");
            let entry = facts.bus_entry();
            let what = entry["DetailType"].as_str().unwrap_or_default().to_owned();
            let handover = Handover::new(&facts.arn, bus, what, entry.to_string());
            effects.push(Effect::HandOver(Box::new(handover)));
        }
        effects
    }
}

/// Everything that an event tells of a change.
struct Facts<'a> {
    core: &'a Core,
    owner: &'a str,
    bucket: &'a str,
    arn: String,
    change: &'a Change,
    sequencer: String,
    request_id: String,
    source_ip: &'static str,
}

impl Facts<'_> {
    /// One record of an event for functions, queues and topics.
    fn record(&self, configuration: &str) -> Value {
        let change = self.change;
        let object = self.object(&event_key(&change.key), "eTag", "versionId");
        json!({
            "eventVersion": change.event_version(),
            "eventSource": "aws:s3",
            "awsRegion": self.core.account.region,
            "eventTime": self.core.now().iso_millis(),
            "eventName": change.name,
            "userIdentity": { "principalId": format!("AWS:{}", self.owner) },
            "requestParameters": { "sourceIPAddress": self.source_ip },
            "responseElements": {
                "x-amz-request-id": self.request_id,
                "x-amz-id-2": format!("{}/mock", self.request_id),
            },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": configuration,
                "bucket": {
                    "name": self.bucket,
                    "ownerIdentity": { "principalId": self.owner },
                    "arn": self.arn,
                },
                "object": object,
            },
        })
    }

    /// The object as an event describes it, with the names that the event gives to entity tag and version.
    fn object(&self, key: &str, etag: &str, version_id: &str) -> Value {
        let change = self.change;
        let mut object = json!({ "key": key });
        if let Some(size) = change.size {
            object["size"] = json!(size);
        }
        if let Some(value) = &change.etag {
            object[etag] = json!(value);
        }
        if let Some(value) = &change.version_id {
            object[version_id] = json!(value);
        }
        if change.is_in_sequence() {
            object["sequencer"] = json!(self.sequencer);
        }
        object
    }

    /// The entry for EventBridge, where the key is not encoded.
    fn bus_entry(&self) -> Value {
        let change = self.change;
        let object = self.object(&change.key, "etag", "version-id");
        let mut detail = json!({
            "version": "0",
            "bucket": { "name": self.bucket },
            "object": object,
            "request-id": self.request_id,
            "requester": self.core.account.id,
            "source-ip-address": self.source_ip,
        });
        let detail_type = match change.name.split_once(':').unwrap_or_default() {
            ("ObjectCreated", how) => {
                detail["reason"] = json!(match how {
                    "Put" => "PutObject",
                    "Post" => "POST Object",
                    "Copy" => "CopyObject",
                    other => other,
                });
                "Object Created"
            }
            ("ObjectRemoved", how) => {
                detail["reason"] = json!("DeleteObject");
                detail["deletion-type"] = json!(if how == "DeleteMarkerCreated" {
                    "Delete Marker Created"
                } else {
                    "Permanently Deleted"
                });
                "Object Deleted"
            }
            (_, "Delete") => "Object Tags Deleted",
            _ => "Object Tags Added",
        };
        json!({
            "Source": "aws.s3",
            "DetailType": detail_type,
            "Detail": detail.to_string(),
            "Resources": [self.arn],
        })
    }
}

impl S3 {
    /// `PutBucketNotificationConfiguration`: replaces the whole configuration.
    ///
    /// # Errors
    /// `NoSuchBucket`, and `InvalidArgument` for an ARN that is none.
    pub fn set_notifications(&self, bucket: &str, configuration: NotificationConfiguration) -> Result<(), ApiError> {
        if configuration.rules.iter().any(|rule| !rule.target.starts_with("arn:")) {
            return Err(ApiError::new("InvalidArgument", "The ARN could not be parsed"));
        }
        self.lock().bucket_mut(bucket)?.notifications = configuration;
        Ok(())
    }

    /// The message that S3 sends to each queue and topic of a new configuration, to see whether it may.
    pub fn send_test_events(&self, call: &mut Call, bucket: &str, configuration: &NotificationConfiguration) {
        let from = format!("arn:aws:s3:::{bucket}");
        for rule in &configuration.rules {
            if !matches!(rule.target.split(':').nth(2), Some("sqs" | "sns")) {
                continue;
            }
            let request_id = self.core.chance.alphanumeric(16);
            let body = json!({
                "Service": "Amazon S3",
                "Event": "s3:TestEvent",
                "Time": self.core.now().iso_millis(),
                "Bucket": bucket,
                "RequestId": request_id,
                "HostId": format!("{request_id}/mock"),
            });
            let handover = Handover::new(&from, &rule.target, "s3:TestEvent", body.to_string());
            call.effects.push(Effect::HandOver(Box::new(handover)));
        }
    }

    /// `GetBucketNotificationConfiguration`.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn notifications(&self, bucket: &str) -> Result<NotificationConfiguration, ApiError> {
        Ok(self.lock().bucket(bucket)?.notifications.clone())
    }

    /// Adds one rule to the bucket's configuration, with a made-up id.
    ///
    /// # Errors
    /// As [`S3::set_notifications`].
    pub fn add_notification(
        &self,
        bucket: &str,
        target: &str,
        events: &[String],
        prefix: Option<&str>,
        suffix: Option<&str>,
    ) -> Result<(), ApiError> {
        let mut configuration = self.notifications(bucket)?;
        configuration.rules.push(NotificationRule {
            id: self.core.chance.uuid(),
            target: target.to_owned(),
            events: events.to_vec(),
            prefix: prefix.map(str::to_owned),
            suffix: suffix.map(str::to_owned),
        });
        self.set_notifications(bucket, configuration)
    }
}
