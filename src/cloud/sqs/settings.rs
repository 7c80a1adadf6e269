//! The attributes of a queue.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cloud::ApiError;
use crate::cloud::input::as_text;

/// The attributes that can be set, with AWS's defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    /// `DelaySeconds`.
    pub(super) delay: u32,
    /// `MaximumMessageSize`, in bytes.
    pub(super) maximum_size: u32,
    /// `MessageRetentionPeriod`, in seconds.
    pub(super) retention: u32,
    /// `ReceiveMessageWaitTimeSeconds`.
    pub(super) wait: u32,
    /// `VisibilityTimeout`, in seconds.
    pub(super) visibility: u32,
    /// `RedrivePolicy`.
    pub(super) redrive: Option<Redrive>,
    /// `FifoQueue`.
    pub(super) fifo: bool,
    /// `ContentBasedDeduplication`.
    pub(super) content_based_deduplication: bool,
    /// Attributes that are only kept.
    pub(super) others: BTreeMap<String, String>,
}

/// Where messages go that were received too often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Redrive {
    /// The ARN of the dead-letter queue.
    pub(super) target: String,
    /// `maxReceiveCount`.
    pub(super) max_receive_count: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            delay: 0,
            maximum_size: 1_048_576,
            retention: 345_600,
            wait: 0,
            visibility: 30,
            redrive: None,
            fifo: false,
            content_based_deduplication: false,
            others: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Takes over attributes as the API has them.
    pub(super) fn set(&mut self, attributes: &BTreeMap<String, String>) -> Result<(), ApiError> {
        for (name, value) in attributes {
            let number = |range: std::ops::RangeInclusive<u32>| {
                let number = value.parse().ok().filter(|number| range.contains(number));
                number.ok_or_else(|| invalid(name))
            };
            match name.as_str() {
                "DelaySeconds" => self.delay = number(0..=900)?,
                "MaximumMessageSize" => self.maximum_size = number(1024..=1_048_576)?,
                "MessageRetentionPeriod" => self.retention = number(60..=1_209_600)?,
                "ReceiveMessageWaitTimeSeconds" => self.wait = number(0..=20)?,
                "VisibilityTimeout" => self.visibility = number(0..=43_200)?,
                "RedrivePolicy" => self.redrive = parse_redrive(value)?,
                "FifoQueue" => self.fifo = flag(name, value)?,
                "ContentBasedDeduplication" => self.content_based_deduplication = flag(name, value)?,
                "DeduplicationScope"
                | "FifoThroughputLimit"
                | "KmsDataKeyReusePeriodSeconds"
                | "KmsMasterKeyId"
                | "Policy"
                | "RedriveAllowPolicy"
                | "SqsManagedSseEnabled" => {
                    self.others.insert(name.clone(), value.clone());
                }
                _ => {
                    return Err(ApiError::new(
                        "InvalidAttributeName",
                        format!("Unknown Attribute {name}."),
                    ));
                }
            }
        }
        Ok(())
    }

    /// The attributes as the API has them.
    pub(super) fn all(&self) -> Vec<(String, String)> {
        let mut all = vec![
            ("DelaySeconds", self.delay.to_string()),
            ("MaximumMessageSize", self.maximum_size.to_string()),
            ("MessageRetentionPeriod", self.retention.to_string()),
            ("ReceiveMessageWaitTimeSeconds", self.wait.to_string()),
            ("VisibilityTimeout", self.visibility.to_string()),
        ];
        if let Some(redrive) = &self.redrive {
            let policy = json!({ "deadLetterTargetArn": redrive.target, "maxReceiveCount": redrive.max_receive_count });
            all.push(("RedrivePolicy", policy.to_string()));
        }
        if self.fifo {
            all.push(("FifoQueue", "true".to_owned()));
            all.push((
                "ContentBasedDeduplication",
                self.content_based_deduplication.to_string(),
            ));
            for (name, default) in [("DeduplicationScope", "queue"), ("FifoThroughputLimit", "perQueue")] {
                if !self.others.contains_key(name) {
                    all.push((name, default.to_owned()));
                }
            }
        }
        if !self.others.contains_key("SqsManagedSseEnabled") {
            all.push(("SqsManagedSseEnabled", "true".to_owned()));
        }
        let all = all.into_iter().map(|(name, value)| (name.to_owned(), value));
        all.chain(self.others.clone()).collect()
    }

    /// The first attribute in which others differ.
    pub(super) fn difference(&self, others: &Self) -> Option<String> {
        let others = others.all();
        let mut all = self.all().into_iter();
        all.find(|attribute| !others.contains(attribute)).map(|(name, _)| name)
    }

    /// Whether a deduplication id counts only within its group.
    pub(super) fn deduplicates_by_group(&self) -> bool {
        self.others
            .get("DeduplicationScope")
            .is_some_and(|scope| scope == "messageGroup")
    }
}

fn parse_redrive(value: &str) -> Result<Option<Redrive>, ApiError> {
    if value.is_empty() {
        return Ok(None);
    }
    let reason = |reason: &str| {
        let message = format!("Value {value} for parameter RedrivePolicy is invalid. Reason: {reason}");
        ApiError::new("InvalidParameterValue", message)
    };
    let policy: Value = serde_json::from_str(value).map_err(|_| reason("Redrive policy is not a valid JSON map."))?;
    let target = policy["deadLetterTargetArn"].as_str();
    let count = as_text(&policy["maxReceiveCount"]).and_then(|count| count.parse().ok());
    match (target, count) {
        (Some(target), Some(max_receive_count)) if (1..=1000).contains(&max_receive_count) => Ok(Some(Redrive {
            target: target.to_owned(),
            max_receive_count,
        })),
        (None, _) => Err(reason(
            "Redrive policy does not contain mandatory attribute: deadLetterTargetArn.",
        )),
        (_, None) => Err(reason(
            "Redrive policy does not contain mandatory attribute: maxReceiveCount.",
        )),
        _ => Err(reason(
            "Invalid value for maxReceiveCount: must be between 1 and 1000 both inclusive.",
        )),
    }
}

fn flag(name: &str, value: &str) -> Result<bool, ApiError> {
    value.to_ascii_lowercase().parse().map_err(|_| invalid(name))
}

fn invalid(name: &str) -> ApiError {
    ApiError::new(
        "InvalidAttributeValue",
        format!("Invalid value for the parameter {name}."),
    )
}
