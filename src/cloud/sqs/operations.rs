//! Managing queues: creating, describing, tagging and deleting them.

use serde_json::{Map, Value, json};

use super::api::queue_name;
use super::queue::Queue;
use super::settings::Settings;
use super::{Sqs, name_of, no_such_queue};
use crate::cloud::input::{Input, as_text};
use crate::cloud::{ApiError, Call};

impl Sqs {
    /// Creates a queue with attributes as the API has them; again is no error if they are the same.
    ///
    /// # Errors
    /// `InvalidParameterValue` for the name, `InvalidAttributeName`, `InvalidAttributeValue`, `QueueNameExists`.
    pub fn create_queue(&self, name: &str, attributes: &[(&str, String)]) -> Result<String, ApiError> {
        let attributes: Map<_, _> = attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        let input = json!({ "QueueName": name, "Attributes": attributes });
        self.create(Input(&input))?;
        Ok(self.url(name))
    }

    pub(super) fn manage(&self, call: &mut Call, operation: &str, input: Input<'_>) -> Result<Value, ApiError> {
        match operation {
            "CreateQueue" => self.create(input),
            "DeleteQueue" => {
                let gone = self.shared.lock().remove(queue_name(input)?);
                gone.map(|_| json!({})).ok_or_else(no_such_queue)
            }
            "GetQueueUrl" => {
                let name = input.required("QueueName")?;
                self.shared.lock().get(name).ok_or_else(no_such_queue)?;
                Ok(json!({ "QueueUrl": self.url(name) }))
            }
            "ListQueues" => {
                let prefix = input.text("QueueNamePrefix").unwrap_or_default();
                let queues = self.shared.lock();
                let names = queues.keys().filter(|name| name.starts_with(prefix));
                self.listed("QueueUrls", names.cloned().collect(), input)
            }
            "ListDeadLetterSourceQueues" => self.sources(input),
            "StartMessageMoveTask" | "ListMessageMoveTasks" | "CancelMessageMoveTask" => {
                self.moves(call, operation, input)
            }
            "GetQueueAttributes" => self.attributes(input),
            "SetQueueAttributes" => {
                let mut queues = self.shared.lock();
                let queue = queues.get_mut(queue_name(input)?).ok_or_else(no_such_queue)?;
                let mut settings = queue.settings.clone();
                settings.set(&input.text_map("Attributes"))?;
                queue.settings = settings;
                queue.modified = self.shared.core.now();
                Ok(json!({}))
            }
            "PurgeQueue" => self.purge(input),
            "TagQueue" | "UntagQueue" | "ListQueueTags" => self.tags(operation, input),
            "AddPermission" | "RemovePermission" => {
                let queues = self.shared.lock();
                queues
                    .get(queue_name(input)?)
                    .map(|_| json!({}))
                    .ok_or_else(no_such_queue)
            }
            _ => {
                call.effects.clear();
                Err(ApiError::unknown_operation("Amazon SQS", operation))
            }
        }
    }

    fn create(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let name = input.required("QueueName")?;
        let mut settings = Settings::default();
        settings.set(&input.text_map("Attributes"))?;
        let fifo_stem = name.strip_suffix(".fifo");
        let stem = fifo_stem.unwrap_or(name);
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if stem.is_empty() || name.len() > 80 || !stem.chars().all(letters) || fifo_stem.is_some() != settings.fifo {
            let message = if settings.fifo && stem == name {
                "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end \
                 with .fifo suffix and be 1 to 80 in length."
            } else {
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
            };
            return Err(ApiError::new("InvalidParameterValue", message));
        }
        if settings.content_based_deduplication && !settings.fifo {
            return Err(ApiError::new(
                "InvalidAttributeName",
                "Unknown Attribute ContentBasedDeduplication.",
            ));
        }
        let mut queues = self.shared.lock();
        if let Some(queue) = queues.get(name) {
            // What the caller does not give need not be the default.
            let mut wanted = queue.settings.clone();
            wanted.set(&input.text_map("Attributes"))?;
            if let Some(name) = wanted.difference(&queue.settings) {
                let message =
                    format!("A queue already exists with the same name and a different value for attribute {name}");
                return Err(ApiError::new("QueueNameExists", message).query_code("QueueAlreadyExists"));
            }
        } else {
            let mut tags = input.text_map("tags");
            tags.extend(input.text_map("Tags"));
            let queue = Queue::new(self.arn(name), settings, tags, self.shared.core.now());
            queues.insert(name.to_owned(), queue);
        }
        Ok(json!({ "QueueUrl": self.url(name) }))
    }

    fn attributes(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let queues = self.shared.lock();
        let queue = queues.get(queue_name(input)?).ok_or_else(no_such_queue)?;
        let counts = queue.counts(self.shared.core.now());
        let mut all = vec![
            ("QueueArn".to_owned(), queue.arn.clone()),
            ("ApproximateNumberOfMessages".to_owned(), counts.visible.to_string()),
            (
                "ApproximateNumberOfMessagesNotVisible".to_owned(),
                counts.in_flight.to_string(),
            ),
            (
                "ApproximateNumberOfMessagesDelayed".to_owned(),
                counts.delayed.to_string(),
            ),
            ("CreatedTimestamp".to_owned(), queue.created.as_secs().to_string()),
            ("LastModifiedTimestamp".to_owned(), queue.modified.as_secs().to_string()),
        ];
        all.extend(queue.settings.all());
        let wanted = input.texts("AttributeNames");
        let chosen = all
            .into_iter()
            .filter(|(name, _)| wanted.iter().any(|wanted| *wanted == "All" || wanted == name));
        let chosen: Map<_, _> = chosen.map(|(name, value)| (name, json!(value))).collect();
        Ok(if chosen.is_empty() {
            json!({})
        } else {
            json!({ "Attributes": chosen })
        })
    }

    fn sources(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let target = queue_name(input)?;
        let queues = self.shared.lock();
        queues.get(target).ok_or_else(no_such_queue)?;
        let feeds = |queue: &Queue| {
            let redrive = queue.settings.redrive.as_ref();
            redrive.is_some_and(|redrive| name_of(&redrive.target) == target)
        };
        let sources = queues.iter().filter(|(_, queue)| feeds(queue));
        let mut answer = self.listed("queueUrls", sources.map(|(name, _)| name.clone()).collect(), input)?;
        if answer.get("queueUrls").is_none() {
            answer["queueUrls"] = json!([]);
        }
        Ok(answer)
    }

    /// One page of queues, by name. There are pages only for a caller who says how long they are.
    fn listed(&self, label: &str, names: Vec<String>, input: Input<'_>) -> Result<Value, ApiError> {
        let most = match input.int("MaxResults")? {
            None => usize::MAX,
            Some(most) => usize::try_from(most)
                .ok()
                .filter(|most| (1..=1000).contains(most))
                .ok_or_else(|| {
                    let message = "Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer \
                                   between 1 and 1000.";
                    ApiError::new("InvalidParameterValue", message)
                })?,
        };
        // The token is the last name of the page before.
        let after = input.text("NextToken").unwrap_or_default();
        let mut rest = names.into_iter().filter(|name| name.as_str() > after);
        let shown: Vec<_> = rest.by_ref().take(most).collect();
        let mut answer = json!({});
        if !shown.is_empty() {
            answer[label] = shown.iter().map(|name| self.url(name)).collect();
        }
        if let (Some(_), Some(last)) = (rest.next(), shown.last()) {
            answer["NextToken"] = json!(last);
        }
        Ok(answer)
    }

    fn purge(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let now = self.shared.core.now();
        let name = queue_name(input)?;
        let mut queues = self.shared.lock();
        let queue = queues.get_mut(name).ok_or_else(no_such_queue)?;
        if queue.purged.is_some_and(|at| (now - at).as_secs() < 60) {
            let message = format!("Only one PurgeQueue operation on {name} is allowed every 60 seconds.");
            let error = ApiError::new("PurgeQueueInProgress", message).status(403);
            return Err(error.query_code("AWS.SimpleQueueService.PurgeQueueInProgress"));
        }
        queue.purge();
        queue.purged = Some(now);
        Ok(json!({}))
    }

    fn tags(&self, operation: &str, input: Input<'_>) -> Result<Value, ApiError> {
        let mut queues = self.shared.lock();
        let queue = queues.get_mut(queue_name(input)?).ok_or_else(no_such_queue)?;
        match operation {
            "TagQueue" => queue.tags.extend(input.text_map("Tags")),
            "UntagQueue" => {
                for key in input.list("TagKeys").iter().filter_map(as_text) {
                    queue.tags.remove(&key);
                }
            }
            _ if queue.tags.is_empty() => {}
            _ => return Ok(json!({ "Tags": queue.tags })),
        }
        Ok(json!({}))
    }
}
