//! Publishing: one message to all subscriptions that want it, each in its form.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{Sns, Subscription, Topic, invalid, no_such_topic, wants};
use crate::clock::Timestamp;
use crate::cloud::input::Input;
use crate::cloud::{ApiError, Call, Effect, Handover};

/// Most bytes of a message.
const MAX_MESSAGE: usize = 262_144;
/// For how long a FIFO topic remembers a deduplication id.
const DEDUPLICATION: Duration = Duration::from_mins(5);
/// Most entries of a batch.
const MAX_BATCH: usize = 10;

/// What a message carries, whatever the form.
struct Publication<'a> {
    message_id: String,
    topic_arn: &'a str,
    subject: Option<&'a str>,
    timestamp: String,
    attributes: Value,
    signature: String,
    host: String,
}

impl Sns {
    pub(super) fn publish(&self, call: &mut Call, input: Input<'_>) -> Result<Value, ApiError> {
        let topic_arn = input.text("TopicArn").or_else(|| input.text("TargetArn"));
        let topic_arn =
            topic_arn.ok_or_else(|| invalid("TopicArn or TargetArn Reason: no value for required parameter"))?;
        self.publish_one(call, topic_arn, input)
    }

    pub(super) fn publish_batch(&self, call: &mut Call, input: Input<'_>) -> Result<Value, ApiError> {
        let topic_arn = input.required("TopicArn")?;
        let entries = input.list("PublishBatchRequestEntries");
        if entries.is_empty() {
            return Err(ApiError::new(
                "EmptyBatchRequest",
                "The batch request doesn't contain any entries.",
            ));
        }
        if entries.len() > MAX_BATCH {
            let message = "The batch request contains more entries than permissible.";
            return Err(ApiError::new("TooManyEntriesInBatchRequest", message));
        }
        let mut ids: Vec<_> = entries.iter().filter_map(|entry| Input(entry).text("Id")).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() < entries.len() {
            let message = "Two or more batch entries in the request have the same Id.";
            return Err(ApiError::new("BatchEntryIdsNotDistinct", message));
        }
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for entry in entries {
            let entry = Input(entry);
            let id = entry.text("Id").unwrap_or_default();
            match self.publish_one(call, topic_arn, entry) {
                Ok(mut answer) => {
                    answer["Id"] = json!(id);
                    successful.push(answer);
                }
                Err(error) if error.code == "NotFound" => return Err(error),
                Err(error) => failed.push(json!({
                    "Id": id,
                    "Code": error.code,
                    "Message": error.message,
                    "SenderFault": true,
                })),
            }
        }
        Ok(json!({ "Successful": successful, "Failed": failed }))
    }

    fn publish_one(&self, call: &mut Call, topic_arn: &str, input: Input<'_>) -> Result<Value, ApiError> {
        let message = input.text("Message").filter(|message| !message.is_empty());
        let message = message.ok_or_else(|| invalid("Empty message"))?;
        if message.len() > MAX_MESSAGE {
            return Err(invalid("Message too long"));
        }
        let subject = input.text("Subject");
        if subject.is_some_and(|subject| subject.is_empty() || subject.len() > 100 || subject.contains('\n')) {
            return Err(invalid("Subject"));
        }
        let by_protocol = by_protocol(message, input.text("MessageStructure"))?;
        let group = input.text("MessageGroupId").map(str::to_owned);
        let mut answer = json!({ "MessageId": self.core.chance.of(topic_arn).uuid() });
        let (subscriptions, deduplication) = {
            let mut state = self.lock();
            let topic = state.topics.get_mut(topic_arn).ok_or_else(no_such_topic)?;
            let deduplication = match topic.number(&mut answer, message, input, self.core.now())? {
                Numbered::Before(answer) => return Ok(answer),
                Numbered::Now(deduplication) => deduplication,
            };
            let subscriptions = state.subscriptions.iter().filter(|(_, one)| one.topic_arn == topic_arn);
            let subscriptions: Vec<_> = subscriptions.map(|(arn, one)| (arn.clone(), one.clone())).collect();
            (subscriptions, deduplication)
        };
        let publication = Publication {
            message_id: answer["MessageId"].as_str().unwrap_or_default().to_owned(),
            topic_arn,
            subject,
            timestamp: self.core.now().iso_millis(),
            attributes: input.get("MessageAttributes").cloned().unwrap_or_else(|| json!({})),
            signature: format!("EXAMPLE{}==", self.core.chance.of(topic_arn).hex(32)),
            host: format!("https://sns.{}.amazonaws.com", self.core.account.region),
        };
        for (arn, subscription) in subscriptions {
            if !wants(&subscription, message, &publication.attributes) {
                continue;
            }
            let text = by_protocol(&subscription.protocol);
            let handover = match subscription.protocol.as_str() {
                "lambda" => publication.to_function(&arn, &subscription, &text),
                "sqs" => publication.to_queue(&arn, &subscription, &text),
                // Nothing leaves this computer: no mail, no call of a web address.
                _ => continue,
            };
            call.effects.push(Effect::HandOver(Box::new(Handover {
                group: group.clone(),
                deduplication: deduplication.clone(),
                ..handover
            })));
        }
        Ok(answer)
    }
}

/// What a topic makes of a message.
enum Numbered {
    /// It was published before: what was answered then.
    Before(Value),
    /// It is new; its deduplication id, on a FIFO topic.
    Now(Option<String>),
}

impl Topic {
    /// Counts a message, and on a FIFO topic gives it its sequence number, unless it is a duplicate.
    fn number(
        &mut self,
        answer: &mut Value,
        message: &str,
        input: Input<'_>,
        now: Timestamp,
    ) -> Result<Numbered, ApiError> {
        self.published += 1;
        if !self.is_fifo() {
            return Ok(Numbered::Now(None));
        }
        if input.text("MessageGroupId").is_none() {
            return Err(invalid("The MessageGroupId parameter is required for FIFO topics"));
        }
        let by_content = || {
            self.deduplicates_by_content()
                .then(|| hex::encode(Sha256::digest(message)))
        };
        let id = input
            .text("MessageDeduplicationId")
            .map(str::to_owned)
            .or_else(by_content);
        let id = id.ok_or_else(|| {
            invalid(
                "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided \
                 explicitly",
            )
        })?;
        self.seen.retain(|_, (at, _)| now - *at < DEDUPLICATION);
        if let Some((_, before)) = self.seen.get(&id) {
            return Ok(Numbered::Before(before.clone()));
        }
        answer["SequenceNumber"] = json!(format!(
            "{:020}",
            10_000_000_000_000_000_000 + u128::from(self.published)
        ));
        self.seen.insert(id.clone(), (now, answer.clone()));
        Ok(Numbered::Now(Some(id)))
    }
}

/// With `MessageStructure` `json` each protocol may get a text of its own.
fn by_protocol(message: &str, structure: Option<&str>) -> Result<impl Fn(&str) -> String, ApiError> {
    let texts = match structure {
        Some("json") => {
            let texts: Map<String, Value> = serde_json::from_str(message)
                .map_err(|_| invalid("Message Structure - JSON message body failed to parse"))?;
            if !texts.get("default").is_some_and(Value::is_string) {
                return Err(invalid("Message Structure - No default entry in JSON message body"));
            }
            Some(texts)
        }
        _ => None,
    };
    let message = message.to_owned();
    Ok(move |protocol: &str| {
        let texts = texts.as_ref();
        let own = texts.and_then(|texts| texts.get(protocol).or_else(|| texts.get("default"))?.as_str());
        own.unwrap_or(&message).to_owned()
    })
}

impl Publication<'_> {
    fn unsubscribe_url(&self, subscription_arn: &str) -> String {
        format!("{}/?Action=Unsubscribe&SubscriptionArn={subscription_arn}", self.host)
    }

    fn certificate_url(&self) -> String {
        format!("{}/SimpleNotificationService-mock.pem", self.host)
    }

    /// The event of a Lambda function.
    fn to_function(&self, arn: &str, subscription: &Subscription, text: &str) -> Handover {
        let event = json!({
            "Records": [{
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": arn,
                "Sns": {
                    "Type": "Notification",
                    "MessageId": self.message_id,
                    "TopicArn": self.topic_arn,
                    "Subject": self.subject,
                    "Message": text,
                    "Timestamp": self.timestamp,
                    "SignatureVersion": "1",
                    "Signature": self.signature,
                    "SigningCertUrl": self.certificate_url(),
                    "UnsubscribeUrl": self.unsubscribe_url(arn),
                    "MessageAttributes": self.typed_attributes(),
                },
            }],
        });
        Handover::new(
            self.topic_arn,
            &subscription.endpoint,
            "Notification",
            event.to_string(),
        )
    }

    /// The message body of a queue: the bare message, or an envelope laid out as SNS does.
    fn to_queue(&self, arn: &str, subscription: &Subscription, text: &str) -> Handover {
        if subscription.is_raw() {
            let mut handover = Handover::new(self.topic_arn, &subscription.endpoint, "Notification", text.to_owned());
            handover.attributes = self.attributes.clone();
            return handover;
        }
        let fields = [
            ("Type", Some("Notification".to_owned())),
            ("MessageId", Some(self.message_id.clone())),
            ("TopicArn", Some(self.topic_arn.to_owned())),
            ("Subject", self.subject.map(str::to_owned)),
            ("Message", Some(text.to_owned())),
            ("Timestamp", Some(self.timestamp.clone())),
            ("SignatureVersion", Some("1".to_owned())),
            ("Signature", Some(self.signature.clone())),
            ("SigningCertURL", Some(self.certificate_url())),
            ("UnsubscribeURL", Some(self.unsubscribe_url(arn))),
        ];
        let fields = fields
            .into_iter()
            .filter_map(|(name, value)| Some(format!("  \"{name}\" : {}", json!(value?))));
        let mut body = format!("{{\n{}", fields.collect::<Vec<_>>().join(",\n"));
        let attributes = self.typed_attributes();
        if let Some(attributes) = attributes.as_object().filter(|attributes| !attributes.is_empty()) {
            let lines = attributes
                .iter()
                .map(|(name, attribute)| format!("    {} : {attribute}", json!(name)));
            let lines: Vec<_> = lines.collect();
            let _ = write!(body, ",\n  \"MessageAttributes\" : {{\n{}\n  }}", lines.join(",\n"));
        }
        body.push_str("\n}");
        Handover::new(self.topic_arn, &subscription.endpoint, "Notification", body)
    }

    /// Each attribute as `{"Type", "Value"}`.
    fn typed_attributes(&self) -> Value {
        let entries = self.attributes.as_object().into_iter().flatten();
        let entries = entries.map(|(name, attribute)| {
            let value = attribute.get("StringValue").or_else(|| attribute.get("BinaryValue"));
            (name.clone(), json!({ "Type": attribute["DataType"], "Value": value }))
        });
        Value::Object(entries.collect())
    }
}
