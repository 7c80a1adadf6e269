//! Amazon SNS: topics, subscriptions of functions and queues, filter policies.
//!
//! Shapes and errors follow the Amazon SNS API Reference and Developer Guide.

mod api;
mod publish;
mod state;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::core::Core;
use super::{ApiError, Call, Effects, Handover, pattern};
use crate::clock::Timestamp;

/// The topics of the account.
#[derive(Debug)]
pub struct Sns {
    core: Core,
    state: Mutex<State>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    /// By ARN.
    topics: BTreeMap<String, Topic>,
    /// By ARN.
    subscriptions: BTreeMap<String, Subscription>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Topic {
    attributes: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    published: u64,
    /// What a FIFO topic answered to each deduplication id, and when.
    seen: BTreeMap<String, (Timestamp, Value)>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Subscription {
    topic_arn: String,
    protocol: String,
    endpoint: String,
    attributes: BTreeMap<String, String>,
}

impl Topic {
    fn is_fifo(&self) -> bool {
        self.attributes.get("FifoTopic").is_some_and(|fifo| fifo == "true")
    }

    fn deduplicates_by_content(&self) -> bool {
        self.attributes
            .get("ContentBasedDeduplication")
            .is_some_and(|flag| flag.eq_ignore_ascii_case("true"))
    }
}

impl Subscription {
    fn is_raw(&self) -> bool {
        self.attributes
            .get("RawMessageDelivery")
            .is_some_and(|raw| raw.eq_ignore_ascii_case("true"))
    }

    fn filter(&self) -> Option<Value> {
        serde_json::from_str(self.attributes.get("FilterPolicy")?).ok()
    }

    fn filters_body(&self) -> bool {
        self.attributes
            .get("FilterPolicyScope")
            .is_some_and(|scope| scope == "MessageBody")
    }
}

impl Sns {
    pub(super) fn new(core: &Core) -> Self {
        Self {
            core: core.clone(),
            state: Mutex::default(),
        }
    }

    /// The ARN of a topic.
    #[must_use]
    pub fn arn(&self, name: &str) -> String {
        self.core.arn("sns", name)
    }

    /// Whether there is a topic with this ARN.
    #[must_use]
    pub fn exists(&self, topic_arn: &str) -> bool {
        self.lock().topics.contains_key(topic_arn)
    }

    /// Creates a topic; again is no error. Answers its ARN.
    ///
    /// # Errors
    /// `InvalidParameter` for the name.
    pub fn create_topic(&self, name: &str) -> Result<String, ApiError> {
        self.execute(&mut Call::outside(), "CreateTopic", &json!({ "Name": name }))?;
        Ok(self.arn(name))
    }

    /// Subscribes the function or queue with an ARN. Answers the subscription's ARN.
    ///
    /// # Errors
    /// `NotFound`, `InvalidParameter`.
    pub fn subscribe(&self, topic_arn: &str, endpoint_arn: &str) -> Result<String, ApiError> {
        let protocol = endpoint_arn.split(':').nth(2).unwrap_or_default();
        let input = json!({ "TopicArn": topic_arn, "Protocol": protocol, "Endpoint": endpoint_arn });
        let answer = self.execute(&mut Call::outside(), "Subscribe", &input)?;
        Ok(answer["SubscriptionArn"].as_str().unwrap_or_default().to_owned())
    }

    /// Publishes what another resource hands on.
    pub(super) fn take_over(&self, handover: &Handover, effects: &mut Effects) -> Result<(), ApiError> {
        let mut call = Call::outside();
        let mut input = json!({
            "TopicArn": handover.to,
            "Message": String::from_utf8_lossy(&handover.body),
            "MessageAttributes": handover.attributes,
        });
        if handover.from.starts_with("arn:aws:s3") {
            input["Subject"] = json!("Amazon S3 Notification");
        }
        if let Some(group) = &handover.group {
            input["MessageGroupId"] = json!(group);
            input["MessageDeduplicationId"] = json!(self.core.chance.of(&handover.to).uuid());
        }
        self.execute(&mut call, "Publish", &input)?;
        effects.append(&mut call.effects);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn no_such_topic() -> ApiError {
    ApiError::new("NotFound", "Topic does not exist").status(404)
}

fn no_such_subscription() -> ApiError {
    ApiError::new("NotFound", "Subscription does not exist").status(404)
}

fn invalid(reason: &str) -> ApiError {
    ApiError::new("InvalidParameter", format!("Invalid parameter: {reason}"))
}

/// Attributes as a filter policy sees them.
fn filterable(attributes: &Value) -> Value {
    let entries = attributes.as_object().into_iter().flatten();
    let entries = entries.map(|(name, attribute)| {
        let text = attribute["StringValue"].as_str().unwrap_or_default();
        let value = match attribute["DataType"].as_str().unwrap_or_default() {
            kind if kind.starts_with("Number") => serde_json::from_str(text).unwrap_or_default(),
            "String.Array" => serde_json::from_str(text).unwrap_or_default(),
            _ => json!(text),
        };
        (name.clone(), value)
    });
    Value::Object(entries.collect())
}

/// Whether a subscription wants a message.
fn wants(subscription: &Subscription, message: &str, attributes: &Value) -> bool {
    let Some(policy) = subscription.filter() else {
        return true;
    };
    if policy.as_object().is_some_and(serde_json::Map::is_empty) {
        return true;
    }
    if subscription.filters_body() {
        let body = serde_json::from_str::<Value>(message);
        return body.is_ok_and(|body| pattern::matches(&policy, &body));
    }
    pattern::matches(&policy, &filterable(attributes))
}

#[cfg(test)]
mod tests;
