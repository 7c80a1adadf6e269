//! The operations of the API: parameters in, answer out.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Sns, Subscription, Topic, invalid, no_such_subscription, no_such_topic};
use crate::cloud::input::{Input, as_text};
use crate::cloud::{ApiError, Call, pattern};

/// How SNS tries deliveries over HTTP unless told otherwise.
const DELIVERY_POLICY: &str = r#"{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}"#;

impl Sns {
    /// Answers one operation.
    ///
    /// # Errors
    /// The operation's own errors.
    pub fn execute(&self, call: &mut Call, operation: &str, input: &Value) -> Result<Value, ApiError> {
        let input = Input(input);
        match operation {
            "Publish" => self.publish(call, input),
            "PublishBatch" => self.publish_batch(call, input),
            "CreateTopic" => self.create(input),
            "DeleteTopic" => {
                let arn = input.required("TopicArn")?;
                let mut state = self.lock();
                state.topics.remove(arn);
                state
                    .subscriptions
                    .retain(|_, subscription| subscription.topic_arn != arn);
                Ok(json!({}))
            }
            "ListTopics" => {
                let topics: Vec<_> = self
                    .lock()
                    .topics
                    .keys()
                    .map(|arn| json!({ "TopicArn": arn }))
                    .collect();
                Ok(json!({ "Topics": topics }))
            }
            "GetTopicAttributes" => self.topic_attributes(input),
            "SetTopicAttributes" => {
                let mut state = self.lock();
                let topic = state
                    .topics
                    .get_mut(input.required("TopicArn")?)
                    .ok_or_else(no_such_topic)?;
                let value = input.get("AttributeValue").and_then(as_text).unwrap_or_default();
                topic
                    .attributes
                    .insert(input.required("AttributeName")?.to_owned(), value);
                Ok(json!({}))
            }
            "Subscribe" => self.subscribe_endpoint(input),
            "ConfirmSubscription" => Err(invalid("Token")),
            "Unsubscribe" => {
                self.lock().subscriptions.remove(input.required("SubscriptionArn")?);
                Ok(json!({}))
            }
            "ListSubscriptions" => Ok(self.subscriptions(None)),
            "ListSubscriptionsByTopic" => {
                let arn = input.required("TopicArn")?;
                self.lock().topics.get(arn).ok_or_else(no_such_topic)?;
                Ok(self.subscriptions(Some(arn)))
            }
            "GetSubscriptionAttributes" => self.subscription_attributes(input),
            "SetSubscriptionAttributes" => {
                let name = input.required("AttributeName")?;
                let value = input.get("AttributeValue").and_then(as_text).unwrap_or_default();
                check_attribute(name, &value)?;
                let mut state = self.lock();
                let subscription = state.subscriptions.get_mut(input.required("SubscriptionArn")?);
                let attributes = &mut subscription.ok_or_else(no_such_subscription)?.attributes;
                if value.is_empty() {
                    attributes.remove(name);
                } else {
                    attributes.insert(name.to_owned(), value);
                }
                Ok(json!({}))
            }
            "TagResource" | "UntagResource" | "ListTagsForResource" => self.tags(operation, input),
            // Nothing here checks permissions.
            "AddPermission" | "RemovePermission" => {
                let state = self.lock();
                let topic = state.topics.get(input.required("TopicArn")?);
                topic.map(|_| json!({})).ok_or_else(no_such_topic)
            }
            _ => Err(ApiError::unknown_operation("Amazon SNS", operation).query_code("InvalidAction")),
        }
    }

    fn create(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let name = input.required("Name")?;
        let stem = name.strip_suffix(".fifo").unwrap_or(name);
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if stem.is_empty() || name.len() > 256 || !stem.chars().all(letters) {
            return Err(invalid("Topic Name"));
        }
        let mut attributes = input.text_map("Attributes");
        if (stem != name) != (attributes.get("FifoTopic").is_some_and(|fifo| fifo == "true")) {
            return Err(invalid(
                "Fifo topic names must end with .fifo and must be made up of only uppercase and lowercase \
                                ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.",
            ));
        }
        attributes.retain(|_, value| !value.is_empty());
        let arn = self.arn(name);
        let tags = tags_in(input);
        self.lock().topics.entry(arn.clone()).or_insert_with(|| Topic {
            attributes,
            tags,
            ..Topic::default()
        });
        Ok(json!({ "TopicArn": arn }))
    }

    fn topic_attributes(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let arn = input.required("TopicArn")?;
        let state = self.lock();
        let topic = state.topics.get(arn).ok_or_else(no_such_topic)?;
        let confirmed = state
            .subscriptions
            .values()
            .filter(|subscription| subscription.topic_arn == arn)
            .count();
        let mut attributes = BTreeMap::from([
            ("TopicArn".to_owned(), arn.to_owned()),
            ("Owner".to_owned(), self.core.account.id.clone()),
            ("DisplayName".to_owned(), String::new()),
            ("SubscriptionsConfirmed".to_owned(), confirmed.to_string()),
            ("SubscriptionsPending".to_owned(), "0".to_owned()),
            ("SubscriptionsDeleted".to_owned(), "0".to_owned()),
            ("Policy".to_owned(), self.policy(arn)),
            ("EffectiveDeliveryPolicy".to_owned(), DELIVERY_POLICY.to_owned()),
        ]);
        attributes.extend(topic.attributes.clone());
        Ok(json!({ "Attributes": attributes }))
    }

    /// The policy of a topic that nobody gave one: its owner may do all.
    fn policy(&self, arn: &str) -> String {
        let actions = [
            "SNS:GetTopicAttributes",
            "SNS:SetTopicAttributes",
            "SNS:AddPermission",
            "SNS:RemovePermission",
            "SNS:DeleteTopic",
            "SNS:Subscribe",
            "SNS:ListSubscriptionsByTopic",
            "SNS:Publish",
        ];
        let policy = json!({
            "Version": "2008-10-17",
            "Id": "__default_policy_ID",
            "Statement": [{
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": { "AWS": "*" },
                "Action": actions,
                "Resource": arn,
                "Condition": { "StringEquals": { "AWS:SourceOwner": self.core.account.id } },
            }],
        });
        policy.to_string()
    }

    fn subscribe_endpoint(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let topic_arn = input.required("TopicArn")?;
        let protocol = input.required("Protocol")?;
        let endpoint = input.text("Endpoint").unwrap_or_default();
        let known = [
            "application",
            "email",
            "email-json",
            "firehose",
            "http",
            "https",
            "lambda",
            "sms",
            "sqs",
        ];
        if !known.contains(&protocol) {
            return Err(invalid(&format!(
                "Amazon SNS does not support this protocol string: {protocol}"
            )));
        }
        let expected = format!("arn:aws:{protocol}:");
        if matches!(protocol, "lambda" | "sqs") && !endpoint.starts_with(&expected) {
            let kind = if protocol == "sqs" { "SQS" } else { "Lambda" };
            return Err(invalid(&format!("{kind} endpoint ARN")));
        }
        let attributes = input.text_map("Attributes");
        for (name, value) in &attributes {
            check_attribute(name, value)?;
        }
        let mut state = self.lock();
        state.topics.get(topic_arn).ok_or_else(no_such_topic)?;
        let same = |subscription: &Subscription| {
            (
                subscription.topic_arn.as_str(),
                subscription.protocol.as_str(),
                subscription.endpoint.as_str(),
            ) == (topic_arn, protocol, endpoint)
        };
        let before = state.subscriptions.iter().find(|(_, subscription)| same(subscription));
        let arn = match before {
            Some((arn, _)) => arn.clone(),
            None => format!("{topic_arn}:{}", self.core.chance.uuid()),
        };
        let subscription = Subscription {
            topic_arn: topic_arn.to_owned(),
            protocol: protocol.to_owned(),
            endpoint: endpoint.to_owned(),
            attributes,
        };
        state.subscriptions.entry(arn.clone()).or_insert(subscription);
        let confirmed = matches!(protocol, "lambda" | "sqs" | "sms" | "application" | "firehose");
        let told = if confirmed || input.flag("ReturnSubscriptionArn") {
            arn
        } else {
            "pending confirmation".to_owned()
        };
        Ok(json!({ "SubscriptionArn": told }))
    }

    fn subscriptions(&self, topic_arn: Option<&str>) -> Value {
        let state = self.lock();
        let chosen = state
            .subscriptions
            .iter()
            .filter(|(_, one)| topic_arn.is_none_or(|arn| one.topic_arn == arn));
        let chosen = chosen.map(|(arn, subscription)| {
            json!({
                "SubscriptionArn": arn,
                "Owner": self.core.account.id,
                "Protocol": subscription.protocol,
                "Endpoint": subscription.endpoint,
                "TopicArn": subscription.topic_arn,
            })
        });
        json!({ "Subscriptions": chosen.collect::<Vec<_>>() })
    }

    fn subscription_attributes(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let arn = input.required("SubscriptionArn")?;
        let state = self.lock();
        let subscription = state.subscriptions.get(arn).ok_or_else(no_such_subscription)?;
        let mut attributes = BTreeMap::from([
            ("SubscriptionArn".to_owned(), arn.to_owned()),
            ("TopicArn".to_owned(), subscription.topic_arn.clone()),
            ("Protocol".to_owned(), subscription.protocol.clone()),
            ("Endpoint".to_owned(), subscription.endpoint.clone()),
            ("Owner".to_owned(), self.core.account.id.clone()),
            ("ConfirmationWasAuthenticated".to_owned(), "true".to_owned()),
            ("PendingConfirmation".to_owned(), "false".to_owned()),
            ("RawMessageDelivery".to_owned(), "false".to_owned()),
        ]);
        attributes.extend(subscription.attributes.clone());
        Ok(json!({ "Attributes": attributes }))
    }

    fn tags(&self, operation: &str, input: Input<'_>) -> Result<Value, ApiError> {
        let mut state = self.lock();
        let no_resource = || ApiError::new("ResourceNotFound", "Resource does not exist").status(404);
        let topic = state
            .topics
            .get_mut(input.required("ResourceArn")?)
            .ok_or_else(no_resource)?;
        match operation {
            "TagResource" => topic.tags.extend(tags_in(input)),
            "UntagResource" => {
                for key in input.texts("TagKeys") {
                    topic.tags.remove(key);
                }
            }
            _ => {
                let tags = topic
                    .tags
                    .iter()
                    .map(|(key, value)| json!({ "Key": key, "Value": value }));
                return Ok(json!({ "Tags": tags.collect::<Vec<_>>() }));
            }
        }
        Ok(json!({}))
    }
}

/// Tags, sent as a list of pairs; the reader of the query protocol makes a map of them.
fn tags_in(input: Input<'_>) -> BTreeMap<String, String> {
    let mut tags = input.text_map("Tags");
    for tag in input.list("Tags") {
        let tag = Input(tag);
        tags.extend(
            tag.text("Key")
                .map(|key| (key.to_owned(), tag.text("Value").unwrap_or_default().to_owned())),
        );
    }
    tags
}

fn check_attribute(name: &str, value: &str) -> Result<(), ApiError> {
    match name {
        "FilterPolicy" if !value.is_empty() && value != "{}" => {
            let policy: Value =
                serde_json::from_str(value).map_err(|_| invalid("FilterPolicy: failed to parse JSON."))?;
            pattern::validate(&policy).map_err(|reason| invalid(&format!("FilterPolicy: {reason}")))
        }
        "FilterPolicyScope" if !matches!(value, "MessageAttributes" | "MessageBody") => {
            Err(invalid("FilterPolicyScope: Invalid value"))
        }
        "RawMessageDelivery" if !matches!(value, "true" | "false" | "True" | "False") => {
            Err(invalid("RawMessageDelivery"))
        }
        "FilterPolicy"
        | "FilterPolicyScope"
        | "RawMessageDelivery"
        | "RedrivePolicy"
        | "DeliveryPolicy"
        | "SubscriptionRoleArn" => Ok(()),
        _ => Err(invalid("AttributeName")),
    }
}
