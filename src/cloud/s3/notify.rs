//! Event notifications: which changes are told to whom, and in what form.
//!
//! The events follow recordings of AWS (`tests/golden/aws/s3-notifications.json`, `s3-eventbridge.json`).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::object::Object;
use super::{ApiError, S3};
use crate::cloud::core::Core;
use crate::cloud::{Effect, Handover};

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
    /// Size in bytes and entity tag of what was created.
    content: Option<(usize, String)>,
}

impl Change {
    pub(super) fn created(how: &str, object: &Object) -> Self {
        Self {
            name: format!("ObjectCreated:{how}"),
            key: object.key.clone(),
            version_id: object.version_id.clone(),
            content: Some((object.body.len(), object.etag.clone())),
        }
    }

    pub(super) fn deleted(how: &str, key: &str, version_id: Option<String>) -> Self {
        Self {
            name: format!("ObjectRemoved:{how}"),
            key: key.to_owned(),
            version_id,
            content: None,
        }
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
                Effect::HandOver(Handover::new(&facts.arn, &rule.target, &change.name, body))
            })
            .collect();
        if self.event_bridge {
            let bus = core.arn("events", "event-bus/default");
            let entry = facts.bus_entry();
            let what = entry["DetailType"].as_str().unwrap_or_default().to_owned();
            effects.push(Effect::HandOver(Handover::new(
                &facts.arn,
                bus,
                what,
                entry.to_string(),
            )));
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
        let mut object = json!({ "key": event_key(&change.key) });
        if let Some((size, etag)) = &change.content {
            object["size"] = json!(size);
            object["eTag"] = json!(etag);
        }
        if let Some(version_id) = &change.version_id {
            object["versionId"] = json!(version_id);
        }
        object["sequencer"] = json!(self.sequencer);
        json!({
            "eventVersion": "2.1",
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

    /// The entry for EventBridge, where the key is not encoded.
    fn bus_entry(&self) -> Value {
        let change = self.change;
        let mut object = json!({ "key": change.key });
        if let Some((size, etag)) = &change.content {
            object["size"] = json!(size);
            object["etag"] = json!(etag);
        }
        if let Some(version_id) = &change.version_id {
            object["version-id"] = json!(version_id);
        }
        object["sequencer"] = json!(self.sequencer);
        let mut detail = json!({
            "version": "0",
            "bucket": { "name": self.bucket },
            "object": object,
            "request-id": self.request_id,
            "requester": self.core.account.id,
            "source-ip-address": self.source_ip,
        });
        let detail_type = if change.content.is_some() {
            let how = change.name.rsplit(':').next().unwrap_or_default();
            detail["reason"] = json!(match how {
                "Put" => "PutObject".to_owned(),
                "Copy" => "CopyObject".to_owned(),
                other => other.to_owned(),
            });
            "Object Created"
        } else {
            detail["reason"] = json!("DeleteObject");
            detail["deletion-type"] = json!(if change.name.ends_with("DeleteMarkerCreated") {
                "Delete Marker Created"
            } else {
                "Permanently Deleted"
            });
            "Object Deleted"
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
