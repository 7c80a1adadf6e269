//! The operations of the API: parameters in, answer out.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::message::{Message, md5_of, md5_of_attributes, parse_attributes, size_of};
use super::queue::Outgoing;
use super::{Receiver, Sqs, no_such_queue};
use crate::clock::Busy;
use crate::cloud::input::{Input, missing};
use crate::cloud::{ApiError, Call};

/// Most messages of one receive, and of one batch.
const MAX_BATCH: usize = 10;

impl Sqs {
    /// Answers one operation. A long poll waits in virtual time, giving the token up meanwhile.
    ///
    /// # Errors
    /// The operation's own errors.
    pub async fn execute(
        &self,
        call: &mut Call,
        operation: &str,
        input: &Value,
        busy: Busy,
    ) -> (Result<Value, ApiError>, Busy) {
        if operation == "ReceiveMessage" {
            return self.receive_message(call, Input(input), busy).await;
        }
        (self.execute_at_once(call, operation, Input(input)), busy)
    }

    fn execute_at_once(&self, call: &mut Call, operation: &str, input: Input<'_>) -> Result<Value, ApiError> {
        match operation {
            "SendMessage" => self.send_message(call, input),
            "SendMessageBatch" => batch(operation, input, |entry| {
                self.send_message(call, entry.with_queue(input))
            }),
            "DeleteMessage" => {
                let handle = input.required("ReceiptHandle")?;
                self.shared.delete(queue_name(input)?, handle, &mut call.effects)?;
                Ok(json!({}))
            }
            "DeleteMessageBatch" => {
                let name = queue_name(input)?;
                batch(operation, input, |entry| {
                    let handle = entry.0.required("ReceiptHandle")?;
                    self.shared.delete(name, handle, &mut call.effects)?;
                    Ok(json!({}))
                })
            }
            "ChangeMessageVisibility" => self.change(call, queue_name(input)?, input),
            "ChangeMessageVisibilityBatch" => {
                let name = queue_name(input)?;
                batch(operation, input, |entry| self.change(call, name, entry.0))
            }
            _ => self.manage(call, operation, input),
        }
    }

    fn change(&self, call: &mut Call, name: &str, input: Input<'_>) -> Result<Value, ApiError> {
        let handle = input.required("ReceiptHandle")?;
        let seconds = input
            .int("VisibilityTimeout")?
            .ok_or_else(|| missing("VisibilityTimeout"))?;
        let span = seconds_in(seconds, 43_200, "VisibilityTimeout")?;
        self.shared
            .change_visibility(name, handle, span, Receiver::of(call), &mut call.effects)?;
        Ok(json!({}))
    }

    fn send_message(&self, call: &mut Call, input: Input<'_>) -> Result<Value, ApiError> {
        let name = queue_name(input)?;
        let body = input.required("MessageBody")?;
        if !body.chars().all(is_message_char) {
            let message = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | \
                           #xE000 to #xFFFD | #x10000 to #x10FFFF";
            return Err(ApiError::new("InvalidMessageContents", message));
        }
        let attributes = parse_attributes(input.get("MessageAttributes"))?;
        let group_id = input.text("MessageGroupId").map(str::to_owned);
        let mut deduplication_id = input.text("MessageDeduplicationId").map(str::to_owned);
        let delay = match input.int("DelaySeconds")? {
            Some(seconds) => Some(delay_of(seconds)?),
            None => None,
        };
        let queue_delay = {
            let queues = self.shared.lock();
            let settings = &queues.get(name).ok_or_else(no_such_queue)?.settings;
            let limit = settings.maximum_size as usize;
            if size_of(body, &attributes) > limit {
                let message =
                    format!("One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes.");
                return Err(ApiError::new("InvalidParameterValue", message));
            }
            if settings.fifo {
                group_id.as_ref().ok_or_else(|| missing("MessageGroupId"))?;
                if delay.is_some_and(|delay| !delay.is_zero()) {
                    let message = format!(
                        "Value {} for parameter DelaySeconds is invalid. Reason: The request include parameter that is \
                         not valid for this queue type.",
                        delay.unwrap_or_default().as_secs()
                    );
                    return Err(ApiError::new("InvalidParameterValue", message));
                }
                if deduplication_id.is_none() && settings.content_based_deduplication {
                    deduplication_id = Some(sha256_of(body));
                }
                if deduplication_id.is_none() {
                    let message = "The queue should either have ContentBasedDeduplication enabled or \
                                   MessageDeduplicationId provided explicitly";
                    return Err(ApiError::new("InvalidParameterValue", message));
                }
            } else if deduplication_id.is_some() {
                let message = "The request includes a parameter that is not valid for this queue type.";
                return Err(ApiError::new("InvalidParameterValue", message));
            }
            Duration::from_secs(u64::from(settings.delay))
        };
        let md5_of_attributes = md5_of_attributes(&attributes);
        let system = input
            .get("MessageSystemAttributes")
            .map(|system| &system["AWSTraceHeader"]["StringValue"]);
        let outgoing = Outgoing {
            message_id: self.shared.core.chance.of(name).uuid(),
            body: body.to_owned(),
            attributes,
            sender_id: self.sender(call),
            delay: delay.unwrap_or(queue_delay),
            group_id,
            deduplication_id,
            trace_header: system.and_then(Value::as_str).map(str::to_owned),
        };
        let sent = self.shared.send(name, outgoing, &mut call.effects)?;
        let mut answer = json!({ "MD5OfMessageBody": md5_of(body), "MessageId": sent.message_id });
        if let Some(md5) = md5_of_attributes {
            answer["MD5OfMessageAttributes"] = json!(md5);
        }
        if let Some(sequence_number) = sent.sequence_number {
            answer["SequenceNumber"] = json!(sequence_number);
        }
        Ok(answer)
    }

    fn sender(&self, call: &Call) -> String {
        let account = &self.shared.core.account.id;
        match &call.environment {
            Some(environment) => format!("AROA{account}:{environment}"),
            None => format!("AIDA{account}"),
        }
    }

    async fn receive_message(&self, call: &mut Call, input: Input<'_>, busy: Busy) -> (Result<Value, ApiError>, Busy) {
        let request = match self.receive_request(input) {
            Ok(request) => request,
            Err(error) => return (Err(error), busy),
        };
        let clock = self.shared.core.clock.clone();
        let deadline = clock.now() + request.wait;
        let mut busy = busy;
        let mut suspended = None;
        loop {
            let taken = self.shared.receive(
                &request.name,
                request.max,
                request.visibility,
                Receiver::of(call),
                &mut call.effects,
            );
            let done = match &taken {
                Ok(messages) => !messages.is_empty() || clock.now() >= deadline,
                Err(_) => true,
            };
            if done {
                // The caller goes on before our own token goes.
                drop(suspended);
                let answer = taken.map(|messages| request.answer(&messages));
                return (answer, busy);
            }
            let woken = {
                let mut queues = self.shared.lock();
                let Some(queue) = queues.get_mut(&request.name) else {
                    continue;
                };
                if queue.counts(clock.now()).visible > 0 && !queue.settings.fifo {
                    continue;
                }
                queue.wait()
            };
            if suspended.is_none() {
                suspended = call.suspend();
            }
            tokio::select! {
                biased;
                Ok(awake) = woken => busy = awake,
                awake = clock.sleep_until(busy, deadline) => busy = awake,
            }
        }
    }

    fn receive_request(&self, input: Input<'_>) -> Result<Receive, ApiError> {
        let name = queue_name(input)?.to_owned();
        let max = input.int("MaxNumberOfMessages")?.unwrap_or(1);
        let max = usize::try_from(max).ok().filter(|max| (1..=MAX_BATCH).contains(max)).ok_or_else(|| {
            let message = format!(
                "Value {max} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
            );
            ApiError::new("InvalidParameterValue", message)
        })?;
        let visibility = match input.int("VisibilityTimeout")? {
            Some(seconds) => Some(seconds_in(seconds, 43_200, "VisibilityTimeout")?),
            None => None,
        };
        let wait = match input.int("WaitTimeSeconds")? {
            Some(seconds) => seconds_in(seconds, 20, "WaitTimeSeconds")?,
            None => Duration::from_secs(u64::from(
                self.shared.lock().get(&name).map_or(0, |queue| queue.settings.wait),
            )),
        };
        let texts = |name| input.texts(name).into_iter().map(str::to_owned).collect::<Vec<_>>();
        let mut system_names = texts("AttributeNames");
        system_names.extend(texts("MessageSystemAttributeNames"));
        Ok(Receive {
            name,
            max,
            visibility,
            wait,
            system_names,
            attribute_names: texts("MessageAttributeNames"),
        })
    }
}

/// The parameters of `ReceiveMessage`.
struct Receive {
    name: String,
    max: usize,
    visibility: Option<Duration>,
    wait: Duration,
    system_names: Vec<String>,
    attribute_names: Vec<String>,
}

impl Receive {
    fn answer(&self, messages: &[Message]) -> Value {
        if messages.is_empty() {
            return json!({});
        }
        let messages: Vec<_> = messages.iter().map(|message| self.message(message)).collect();
        json!({ "Messages": messages })
    }

    fn message(&self, message: &Message) -> Value {
        let mut answer = json!({
            "MessageId": message.message_id,
            "ReceiptHandle": message.receipt_handle,
            "MD5OfBody": md5_of(&message.body),
            "Body": message.body,
        });
        let wanted = |name: &str| self.system_names.iter().any(|wanted| wanted == "All" || wanted == name);
        let system = message.system_attributes().into_iter().filter(|(name, _)| wanted(name));
        let system: Map<_, _> = system.map(|(name, value)| (name.to_owned(), json!(value))).collect();
        if !system.is_empty() {
            answer["Attributes"] = Value::Object(system);
        }
        let wanted = |name: &str| {
            self.attribute_names.iter().any(|wanted| {
                let start = wanted.strip_suffix(".*").or_else(|| wanted.strip_suffix('*'));
                wanted == "All" || start.is_some_and(|start| name.starts_with(start)) || wanted == name
            })
        };
        let chosen: Vec<_> = message
            .attributes
            .iter()
            .filter(|(name, _)| wanted(name))
            .cloned()
            .collect();
        if let Some(md5) = md5_of_attributes(&chosen) {
            answer["MD5OfMessageAttributes"] = json!(md5);
            let chosen = chosen.into_iter().map(|(name, attribute)| (name, attribute.to_api()));
            answer["MessageAttributes"] = Value::Object(chosen.collect());
        }
        answer
    }
}

/// One entry of a batch.
struct Entry<'a>(Input<'a>, Value);

impl Entry<'_> {
    fn with_queue(&mut self, batch: Input<'_>) -> Input<'_> {
        self.1 = self.0.0.clone();
        self.1["QueueUrl"] = batch.get("QueueUrl").cloned().unwrap_or_default();
        Input(&self.1)
    }
}

/// Runs a batch entry by entry, and tells what succeeded and what failed.
fn batch(
    operation: &str,
    input: Input<'_>,
    mut each: impl FnMut(&mut Entry<'_>) -> Result<Value, ApiError>,
) -> Result<Value, ApiError> {
    queue_name(input)?;
    let entries = input.list("Entries");
    let ids: Vec<&str> = entries.iter().filter_map(|entry| Input(entry).text("Id")).collect();
    if entries.is_empty() {
        let message = format!("There should be at least one {operation}RequestEntry in the request.");
        return Err(ApiError::new("EmptyBatchRequest", message).query_code("AWS.SimpleQueueService.EmptyBatchRequest"));
    }
    if entries.len() > MAX_BATCH {
        let message = format!(
            "Maximum number of entries per request are 10. You have sent {}.",
            entries.len()
        );
        let error = ApiError::new("TooManyEntriesInBatchRequest", message);
        return Err(error.query_code("AWS.SimpleQueueService.TooManyEntriesInBatchRequest"));
    }
    if ids.len() < entries.len() {
        return Err(missing("Id"));
    }
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if ids
        .iter()
        .any(|id| id.is_empty() || id.len() > 80 || !id.chars().all(letters))
    {
        let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at \
                       most 80 letters long.";
        let error = ApiError::new("InvalidBatchEntryId", message);
        return Err(error.query_code("AWS.SimpleQueueService.InvalidBatchEntryId"));
    }
    let mut distinct = ids.clone();
    distinct.sort_unstable();
    let repeated = distinct
        .iter()
        .zip(distinct.iter().skip(1))
        .find(|(one, next)| one == next);
    if let Some((id, _)) = repeated {
        let error = ApiError::new("BatchEntryIdsNotDistinct", format!("Id {id} repeated."));
        return Err(error.query_code("AWS.SimpleQueueService.BatchEntryIdsNotDistinct"));
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (entry, id) in entries.iter().zip(ids) {
        match each(&mut Entry(Input(entry), Value::Null)) {
            Ok(answer) => {
                let mut success = json!({ "Id": id });
                for (name, value) in answer.as_object().into_iter().flatten() {
                    success[name] = value.clone();
                }
                successful.push(success);
            }
            Err(error) if error.code == "QueueDoesNotExist" => return Err(error),
            Err(error) => failed.push(json!({
                "Id": id,
                "SenderFault": true,
                "Code": error.query_code.unwrap_or(error.code.as_ref()),
                "Message": error.message,
            })),
        }
    }
    let mut answer = json!({});
    for (name, list) in [("Successful", successful), ("Failed", failed)] {
        if !list.is_empty() {
            answer[name] = json!(list);
        }
    }
    Ok(answer)
}

/// Whether a message may hold a character (Amazon SQS API Reference, "`SendMessage`").
fn is_message_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// The name of the queue that `QueueUrl` names.
pub(super) fn queue_name(input: Input<'_>) -> Result<&str, ApiError> {
    Ok(super::name_of(input.required("QueueUrl")?))
}

/// Longest delay of a message, in seconds.
const MAX_DELAY: u64 = 900;

fn delay_of(seconds: i64) -> Result<Duration, ApiError> {
    let valid = u64::try_from(seconds).ok().filter(|seconds| *seconds <= MAX_DELAY);
    valid.map(Duration::from_secs).ok_or_else(|| {
        let message = format!(
            "Value {seconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
        );
        ApiError::new("InvalidParameterValue", message)
    })
}

fn seconds_in(seconds: i64, max: u64, name: &str) -> Result<Duration, ApiError> {
    let valid = u64::try_from(seconds).ok().filter(|seconds| *seconds <= max);
    valid.map(Duration::from_secs).ok_or_else(|| {
        let message = format!(
            "Value {seconds} for parameter {name} is invalid. Reason: Must be between 0 and {max}, if provided."
        );
        ApiError::new("InvalidParameterValue", message)
    })
}

fn sha256_of(text: &str) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(text))
}
