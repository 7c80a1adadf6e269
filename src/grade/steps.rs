//! Does the steps of a case or of a lesson's block to a Region, and keeps what came back.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::cloud::apigateway::{HttpRequest, HttpResponse};
use crate::cloud::{Call, Handover};
use crate::course::case::{self, Action, InvocationType, Step, parse_wait};

use crate::course::exercise::Files;
use crate::course::resources::{Function, Resources};
use crate::history::{Entry, Event, InvocationRecord};
use crate::lambda::Invocation;
use crate::region::{BINARY_MEDIA_TYPE, Region};

/// What a step showed.
#[derive(Debug, Default)]
pub struct StepOutcome {
    /// What was done, in words and JSON.
    pub sent: String,
    /// The invocations that the step itself asked for, in order of completion.
    pub invocations: Vec<InvocationRecord>,
    /// What API Gateway answered.
    pub response: Option<HttpResponse>,
    /// Why it could not be done.
    pub problem: Option<String>,
    /// Everything that the Region recorded during it.
    pub entries: Vec<Entry>,
}

/// Does steps to a Region.
#[derive(Debug)]
pub struct Stage<'a> {
    /// The Region.
    pub region: &'a Region,
    /// What it holds: the first function and the first API are meant where a step names none.
    pub resources: &'a Resources,
    /// Sample events by file name.
    pub events: &'a Files,
    /// Data by file name.
    pub data: &'a Files,
}

impl Stage<'_> {
    /// Waits until what the functions need to start is there: environments that are provisioned, and snapshots.
    pub async fn ready(&self) {
        if self.resources.functions.iter().any(Function::is_published) {
            self.region.settle().await;
        }
    }

    /// Does one step; afterwards, unless it says otherwise, everything pending has happened.
    pub async fn run(&self, step: &Step) -> StepOutcome {
        let mark = self.region.history().mark();
        let mut outcome = StepOutcome {
            sent: self.sent(&step.action),
            ..StepOutcome::default()
        };
        if let Err(problem) = self.act(&step.action, &mut outcome).await {
            outcome.problem = Some(problem);
        }
        if step.settle {
            self.region.settle().await;
        }
        outcome.entries = self.region.history().since(mark);
        outcome
    }

    async fn act(&self, action: &Action, outcome: &mut StepOutcome) -> Result<(), String> {
        match action {
            Action::Invoke(invoke) => self.invoke(invoke, outcome).await,
            Action::Request(request) => {
                let api = self.api(request.api.as_deref())?;
                let answer = self.region.request(api, &http_request(request)?).await;
                outcome.response = Some(answer.map_err(|error| error.to_string())?);
                Ok(())
            }
            Action::PutObject(put) => {
                let body = self.content(put)?;
                self.call(|call| self.region.cloud().s3.put(call, &put.bucket, &put.key, body))
            }
            Action::DeleteObject(name) => self.call(|call| {
                self.region
                    .cloud()
                    .s3
                    .delete_object(call, &name.bucket, &name.key, None)
                    .map(drop)
            }),
            Action::PutItem(put) => {
                self.call(|call| self.region.cloud().dynamodb.put_item_plain(call, &put.table, &put.item))
            }
            Action::SendMessage(send) => self.send_message(send),
            Action::Publish(publish) => self.publish(publish),
            Action::PutEvent(event) => self.put_event(event),
            Action::Wait(span) => {
                let span = parse_wait(span).unwrap_or(Duration::ZERO);
                self.region.wait(span).await;
                Ok(())
            }
            Action::Recycle(function) => self.region.lambda().recycle(function).map_err(|error| error.message()),
        }
    }

    async fn invoke(&self, invoke: &case::Invoke, outcome: &mut StepOutcome) -> Result<(), String> {
        let function = self.function(invoke.function.as_deref())?;
        let invocation = Invocation {
            payload: self.event(invoke)?,
            ..Invocation::default()
        };
        let function = &*self.resources.invoked(function);
        let times = invoke.times.unwrap_or(1).max(1);
        let lambda = self.region.lambda();
        if invoke.kind == InvocationType::Event {
            let busy = self.region.clock().busy();
            for _ in 0..times {
                lambda
                    .invoke_async(function, invocation.clone(), &busy)
                    .map_err(|error| error.message())?;
            }
            return Ok(());
        }
        let at_once = invoke.concurrency.unwrap_or(1).max(1);
        let mut left = times;
        while left > 0 {
            let count = left.min(at_once);
            left -= count;
            // All have their tokens before the first begins, so that none waits for another.
            let tokens: Vec<_> = (0..count).map(|_| self.region.clock().busy()).collect();
            let all = tokens
                .into_iter()
                .map(|busy| lambda.invoke(function, &invocation, busy));
            for (result, _busy) in futures::future::join_all(all).await {
                outcome
                    .invocations
                    .push(result.map_err(|error| format!("{}: {}", error.code(), error.message()))?);
            }
        }
        Ok(())
    }

    fn send_message(&self, send: &case::SendMessage) -> Result<(), String> {
        let cloud = self.region.cloud();
        let body = text_or_json(send.body.as_ref(), send.json.as_ref());
        for _ in 0..send.times.unwrap_or(1).max(1) {
            let mut handover = Handover::new("the case", cloud.sqs.arn(&send.queue), "SendMessage", body.clone());
            handover.group.clone_from(&send.group);
            cloud.hand_over(handover, None).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn publish(&self, publish: &case::Publish) -> Result<(), String> {
        let sns = &self.region.cloud().sns;
        let message = text_or_json(publish.message.as_ref(), publish.json.as_ref());
        let mut input = json!({ "TopicArn": sns.arn(&publish.topic), "Message": message });
        if let Some(subject) = &publish.subject {
            input["Subject"] = json!(subject);
        }
        self.call(|call| sns.execute(call, "Publish", &input).map(drop))
    }

    fn put_event(&self, event: &case::PutEvent) -> Result<(), String> {
        let bus = event.bus.as_deref().unwrap_or("default");
        let events = &self.region.cloud().events;
        self.call(|call| {
            events
                .put(call, bus, &event.source, &event.detail_type, event.detail.clone(), &[])
                .map(drop)
        })
    }

    fn call<T, E: std::fmt::Display>(&self, operation: impl FnOnce(&mut Call) -> Result<T, E>) -> Result<T, String> {
        let busy = self.region.clock().busy();
        let mut call = Call::outside();
        let result = operation(&mut call).map_err(|error| error.to_string());
        self.region.cloud().apply(call.effects, None);
        drop(busy);
        result
    }

    fn function<'b>(&'b self, name: Option<&'b str>) -> Result<&'b str, String> {
        name.or_else(|| self.resources.functions.first().map(|function| function.name.as_str()))
            .ok_or_else(|| "there is no function to invoke".to_owned())
    }

    fn api<'b>(&'b self, name: Option<&'b str>) -> Result<&'b str, String> {
        name.or_else(|| self.resources.apis.first().map(|api| api.name.as_str()))
            .ok_or_else(|| "there is no API to send the request to".to_owned())
    }

    fn event(&self, invoke: &case::Invoke) -> Result<Bytes, String> {
        if let Some(text) = &invoke.event_text {
            return Ok(Bytes::from(text.clone()));
        }
        if let Some(file) = &invoke.event_file {
            let content = self
                .events
                .get(file)
                .ok_or_else(|| format!("there is no file events/{file}"))?;
            return Ok(Bytes::from(content.clone()));
        }
        Ok(Bytes::from(
            invoke.event.as_ref().map_or_else(|| "{}".to_owned(), Value::to_string),
        ))
    }

    fn content(&self, put: &case::PutObject) -> Result<Bytes, String> {
        if let Some(base64) = &put.base64 {
            return STANDARD
                .decode(base64)
                .map(Bytes::from)
                .map_err(|error| format!("the base64 is none: {error}"));
        }
        if let Some(file) = &put.file {
            let content = self
                .data
                .get(file)
                .ok_or_else(|| format!("there is no file files/{file}"))?;
            return Ok(Bytes::from(content.clone()));
        }
        Ok(text_or_json(put.text.as_ref(), put.json.as_ref()).into())
    }

    fn sent(&self, action: &Action) -> String {
        match action {
            Action::Invoke(invoke) => {
                let function = self.function(invoke.function.as_deref()).unwrap_or("?");
                let event = self
                    .event(invoke)
                    .map(|event| String::from_utf8_lossy(&event).into_owned());
                let how = if invoke.kind == InvocationType::Event {
                    "invoke (async)"
                } else {
                    "invoke"
                };
                let times = invoke
                    .times
                    .filter(|&times| times > 1)
                    .map_or_else(String::new, |n| format!(" {n} times"));
                format!("{how} {function}{times} {}", event.unwrap_or_default())
            }
            Action::Request(request) => {
                let body = match (&request.body, &request.json, &request.base64) {
                    (Some(text), _, _) => format!(" {text}"),
                    (None, Some(json), _) => format!(" {json}"),
                    (None, None, Some(base64)) => format!(" base64:{base64}"),
                    (None, None, None) => String::new(),
                };
                format!("{} {}{}{body}", request.method, request.path, query_text(request))
            }
            Action::PutObject(put) => format!("put s3://{}/{}", put.bucket, put.key),
            Action::DeleteObject(name) => format!("delete s3://{}/{}", name.bucket, name.key),
            Action::PutItem(put) => format!("put into table {}: {}", put.table, put.item),
            Action::SendMessage(send) => {
                format!(
                    "send to queue {}: {}",
                    send.queue,
                    text_or_json(send.body.as_ref(), send.json.as_ref())
                )
            }
            Action::Publish(publish) => {
                let message = text_or_json(publish.message.as_ref(), publish.json.as_ref());
                format!("publish to topic {}: {message}", publish.topic)
            }
            Action::PutEvent(event) => format!("put event {} {}: {}", event.source, event.detail_type, event.detail),
            Action::Wait(span) => format!("wait {span}"),
            Action::Recycle(function) => format!("shut down the environments of {function}"),
        }
    }
}

impl StepOutcome {
    /// Everything that was logged during the step, in order.
    pub fn log(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|entry| match &entry.event {
            Event::Logged { message, .. } => Some(message.as_str()),
            _ => None,
        })
    }
}

fn http_request(request: &case::Request) -> Result<HttpRequest, String> {
    let mut headers: Vec<(String, String)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let body = match (&request.body, &request.json, &request.base64) {
        (Some(text), _, _) => Bytes::from(text.clone()),
        (None, Some(json), _) => {
            if !headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
            {
                headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
            }
            Bytes::from(json.to_string())
        }
        (None, None, Some(base64)) => {
            if !headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
            {
                headers.push(("Content-Type".to_owned(), BINARY_MEDIA_TYPE.to_owned()));
            }
            STANDARD
                .decode(base64)
                .map_err(|error| format!("the base64 is none: {error}"))?
                .into()
        }
        (None, None, None) => Bytes::new(),
    };
    let query = query_text(request).trim_start_matches('?').to_owned();
    Ok(HttpRequest {
        method: request.method.clone(),
        path: request.path.clone(),
        headers,
        query,
        body,
    })
}

/// The query with its question mark, encoded as in a URL; empty where there is none.
fn query_text(request: &case::Request) -> String {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = request.query.iter().flat_map(|(name, value)| match value {
        Value::Array(values) => values.iter().map(|value| (name, plain_text(value))).collect(),
        value => vec![(name, plain_text(value))],
    });
    let parts: Vec<String> = pairs
        .map(|(name, value)| format!("{}={}", encode(name), encode(&value)))
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!("?{}", parts.join("&"))
    }
}

fn plain_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn text_or_json(text: Option<&String>, json: Option<&Value>) -> String {
    text.cloned().or_else(|| json.map(Value::to_string)).unwrap_or_default()
}
