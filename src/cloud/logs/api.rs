//! The operations of the API: parameters in, answer out.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Filter, Group, LogEvent, Logs, Stream};
use crate::cloud::input::Input;
use crate::cloud::{ApiError, Call};

/// Most events of one page.
const MAX_EVENTS: usize = 10_000;
/// Most groups or streams of one page.
const MAX_NAMES: usize = 50;

/// For how many days events can be kept.
const RETENTIONS: &[i64] = &[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

impl Logs {
    /// Answers one operation.
    ///
    /// # Errors
    /// The operation's own errors.
    pub fn execute(&self, _call: &mut Call, operation: &str, input: &Value) -> Result<Value, ApiError> {
        let input = Input(input);
        match operation {
            "CreateLogGroup" => self.create_group(input),
            "DeleteLogGroup" => {
                let gone = self.lock().remove(group_name(input)?);
                gone.map(|_| json!({})).ok_or_else(no_such_group)
            }
            "DescribeLogGroups" => self.describe_groups(input),
            "CreateLogStream" => self.create_stream(input),
            "DeleteLogStream" => {
                let mut groups = self.lock();
                let group = groups.get_mut(group_name(input)?).ok_or_else(no_such_group)?;
                let gone = group.streams.remove(required(input, "logStreamName")?);
                gone.map(|_| json!({})).ok_or_else(no_such_stream)
            }
            "DescribeLogStreams" => self.describe_streams(input),
            "PutLogEvents" => self.put_events(input),
            "GetLogEvents" => self.get_events(input),
            "FilterLogEvents" => self.filter_events(input),
            "PutRetentionPolicy" | "DeleteRetentionPolicy" => {
                let days = input.int("retentionInDays")?;
                if days.is_some_and(|days| !RETENTIONS.contains(&days)) {
                    return Err(invalid(&format!(
                        "1 validation error detected: Value '{}' at 'retentionInDays' failed to satisfy constraint: \
                         Member must satisfy enum value set: {RETENTIONS:?}",
                        days.unwrap_or_default()
                    )));
                }
                let mut groups = self.lock();
                let group = groups.get_mut(group_name(input)?).ok_or_else(no_such_group)?;
                group.retention_days = days;
                Ok(json!({}))
            }
            "TagResource"
            | "UntagResource"
            | "ListTagsForResource"
            | "TagLogGroup"
            | "UntagLogGroup"
            | "ListTagsLogGroup" => self.tags(operation, input),
            _ => Err(ApiError::unknown_operation("Amazon CloudWatch Logs", operation)),
        }
    }

    fn create_group(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let name = required(input, "logGroupName")?;
        let letters = |c: char| c.is_ascii_alphanumeric() || "._-/#".contains(c);
        if name.len() > 512 || !name.chars().all(letters) {
            let message = format!(
                "1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: Member must \
                 satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
            );
            return Err(ApiError::new("InvalidParameterException", message));
        }
        let mut groups = self.lock();
        if groups.contains_key(name) {
            return Err(already_exists("log group"));
        }
        let mut group = Group::new(self.core.now());
        group.tags = input.text_map("tags");
        groups.insert(name.to_owned(), group);
        Ok(json!({}))
    }

    fn describe_groups(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let prefix = input.text("logGroupNamePrefix").unwrap_or_default();
        let part = input.text("logGroupNamePattern").unwrap_or_default();
        let groups = self.lock();
        let chosen = groups
            .iter()
            .filter(|(name, _)| name.starts_with(prefix) && name.contains(part));
        let described = chosen.map(|(name, group)| {
            let arn = self.core.arn("logs", &format!("log-group:{name}"));
            let mut described = json!({
                "logGroupName": name,
                "creationTime": group.created.as_millis(),
                "metricFilterCount": 0,
                "arn": format!("{arn}:*"),
                "storedBytes": group.streams.values().map(Stream::bytes).sum::<usize>(),
                "logGroupClass": "STANDARD",
                "logGroupArn": arn,
            });
            if let Some(days) = group.retention_days {
                described["retentionInDays"] = json!(days);
            }
            (name.clone(), described)
        });
        page("logGroups", described.collect(), input)
    }

    fn create_stream(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let name = required(input, "logStreamName")?;
        let now = self.core.now();
        let mut groups = self.lock();
        let group = groups.get_mut(group_name(input)?).ok_or_else(no_such_group)?;
        if group.streams.contains_key(name) {
            return Err(already_exists("log stream"));
        }
        group.streams.insert(name.to_owned(), Stream::new(now));
        Ok(json!({}))
    }

    fn describe_streams(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let group_name = group_name(input)?;
        let prefix = input.text("logStreamNamePrefix").unwrap_or_default();
        let groups = self.lock();
        let group = groups.get(group_name).ok_or_else(no_such_group)?;
        let mut chosen: Vec<_> = group
            .streams
            .iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .collect();
        if input.text("orderBy") == Some("LastEventTime") {
            chosen.sort_by_key(|(_, stream)| stream.events.last().map(|event| event.timestamp));
        }
        if input.flag("descending") {
            chosen.reverse();
        }
        let described = chosen.into_iter().map(|(name, stream)| {
            let arn = self
                .core
                .arn("logs", &format!("log-group:{group_name}:log-stream:{name}"));
            let mut described = json!({ "logStreamName": name, "creationTime": stream.created.as_millis() });
            if let (Some(first), Some(last)) = (stream.events.first(), stream.events.last()) {
                described["firstEventTimestamp"] = json!(first.timestamp);
                described["lastEventTimestamp"] = json!(last.timestamp);
                described["lastIngestionTime"] = json!(last.ingested);
            }
            described["uploadSequenceToken"] = json!("49039859627179872880000000000000000000000000000000000000");
            described["arn"] = json!(arn);
            described["storedBytes"] = json!(0);
            (name.clone(), described)
        });
        page("logStreams", described.collect(), input)
    }

    fn put_events(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let now = self.core.now();
        let events = input.list("logEvents");
        if events.is_empty() {
            return Err(invalid(
                "1 validation error detected: Value '[]' at 'logEvents' failed to satisfy constraint: Member must have length greater than or equal to 1",
            ));
        }
        let mut parsed = Vec::with_capacity(events.len());
        for event in events {
            let event = Input(event);
            let at = event.int("timestamp")?.and_then(|at| u64::try_from(at).ok());
            let at = at.ok_or_else(|| invalid("timestamp is required"))?;
            parsed.push((at, required(event, "message")?));
        }
        if parsed.windows(2).any(|pair| pair[0].0 > pair[1].0) {
            return Err(invalid(
                "Log events in a single PutLogEvents request must be in chronological order.",
            ));
        }
        {
            let mut groups = self.lock();
            let group = groups.get_mut(group_name(input)?).ok_or_else(no_such_group)?;
            let stream = group
                .streams
                .get_mut(required(input, "logStreamName")?)
                .ok_or_else(no_such_stream)?;
            for (at, message) in &parsed {
                stream.push(*at, now, message, &self.core);
            }
        }
        for (_, message) in parsed {
            self.metrics.extract(message);
        }
        Ok(json!({ "nextSequenceToken": "49039859627179872880000000000000000000000000000000000000" }))
    }

    fn get_events(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let span = Span::of(input)?;
        let groups = self.lock();
        let group = groups.get(group_name(input)?).ok_or_else(no_such_group)?;
        let stream = group
            .streams
            .get(required(input, "logStreamName")?)
            .ok_or_else(no_such_stream)?;
        let events: Vec<_> = stream.events.iter().filter(|event| span.holds(event)).collect();
        let limit = limit(input, MAX_EVENTS)?;
        // Tokens are `f/PLACE` and `b/PLACE`: the page after and the page before a place.
        let token = input.text("nextToken").and_then(|token| {
            let (direction, place) = token.split_once('/')?;
            Some((direction == "f", place.parse::<usize>().ok()?.min(events.len())))
        });
        let (start, end) = match token {
            Some((true, place)) => (place, (place + limit).min(events.len())),
            Some((false, place)) => (place.saturating_sub(limit), place),
            None if input.flag("startFromHead") => (0, limit.min(events.len())),
            None => (events.len().saturating_sub(limit), events.len()),
        };
        let shown = events[start..end].iter().map(
            |event| json!({ "timestamp": event.timestamp, "message": event.message, "ingestionTime": event.ingested }),
        );
        Ok(json!({
            "events": shown.collect::<Vec<_>>(),
            "nextForwardToken": format!("f/{end:056}"),
            "nextBackwardToken": format!("b/{start:056}"),
        }))
    }

    fn filter_events(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let span = Span::of(input)?;
        let filter =
            Filter::parse(input.text("filterPattern").unwrap_or_default()).map_err(|reason| invalid(&reason))?;
        let (names, prefix) = (
            input.texts("logStreamNames"),
            input.text("logStreamNamePrefix").unwrap_or_default(),
        );
        let groups = self.lock();
        let group = groups.get(group_name(input)?).ok_or_else(no_such_group)?;
        let chosen = group
            .streams
            .iter()
            .filter(|(name, _)| (names.is_empty() || names.contains(&name.as_str())) && name.starts_with(prefix));
        let mut found: Vec<(&String, &LogEvent)> = chosen
            .flat_map(|(name, stream)| stream.events.iter().map(move |event| (name, event)))
            .filter(|(_, event)| span.holds(event) && filter.matches(&event.message))
            .collect();
        found.sort_by_key(|(_, event)| (event.timestamp, event.number));
        let start = input
            .text("nextToken")
            .and_then(|token| token.parse().ok())
            .unwrap_or(0)
            .min(found.len());
        let end = (start + limit(input, MAX_EVENTS)?).min(found.len());
        let shown = found[start..end].iter().map(|(name, event)| {
            json!({
                "logStreamName": name,
                "timestamp": event.timestamp,
                "message": event.message,
                "ingestionTime": event.ingested,
                "eventId": format!("{:056}", u128::from(event.timestamp) << 32 | u128::from(event.number)),
            })
        });
        let mut answer = json!({ "events": shown.collect::<Vec<_>>(), "searchedLogStreams": [] });
        if end < found.len() {
            answer["nextToken"] = json!(end.to_string());
        }
        Ok(answer)
    }

    fn tags(&self, operation: &str, input: Input<'_>) -> Result<Value, ApiError> {
        let arn = input.text("resourceArn").and_then(|arn| arn.split_once(":log-group:"));
        let name = match arn {
            Some((_, rest)) => rest.trim_end_matches(":*"),
            None => group_name(input)?,
        };
        let mut groups = self.lock();
        let group = groups.get_mut(name).ok_or_else(no_such_group)?;
        match operation {
            "TagResource" | "TagLogGroup" => group.tags.extend(input.text_map("tags")),
            "UntagResource" | "UntagLogGroup" => {
                for key in input.texts("tagKeys").into_iter().chain(input.texts("tags")) {
                    group.tags.remove(key);
                }
            }
            _ => return Ok(json!({ "tags": group.tags })),
        }
        Ok(json!({}))
    }
}

impl Stream {
    fn bytes(&self) -> usize {
        self.events.iter().map(|event| event.message.len() + 26).sum()
    }
}

/// From when to when, in milliseconds.
struct Span {
    from: u64,
    /// Without this one.
    until: u64,
}

impl Span {
    fn of(input: Input<'_>) -> Result<Self, ApiError> {
        let time = |name: &str, default: u64| -> Result<u64, ApiError> {
            Ok(input
                .int(name)?
                .map_or(default, |time| u64::try_from(time).unwrap_or_default()))
        };
        Ok(Self {
            from: time("startTime", 0)?,
            until: time("endTime", u64::MAX)?,
        })
    }

    fn holds(&self, event: &LogEvent) -> bool {
        (self.from..self.until).contains(&event.timestamp)
    }
}

/// One page of described things, by name; the token is the last name of the page before.
fn page(name: &str, described: Vec<(String, Value)>, input: Input<'_>) -> Result<Value, ApiError> {
    let limit = limit(input, MAX_NAMES)?;
    let after = input.text("nextToken");
    let start = match after {
        Some(token) => described
            .iter()
            .position(|(name, _)| name == token)
            .map_or(0, |place| place + 1),
        None => 0,
    };
    let end = (start + limit).min(described.len());
    let more = (end < described.len()).then(|| described[end - 1].0.clone());
    let shown: Vec<_> = described
        .into_iter()
        .skip(start)
        .take(limit)
        .map(|(_, one)| one)
        .collect();
    let mut answer = BTreeMap::from([(name, json!(shown))]);
    if let Some(more) = more {
        answer.insert("nextToken", json!(more));
    }
    Ok(json!(answer))
}

fn limit(input: Input<'_>, most: usize) -> Result<usize, ApiError> {
    match input.int("limit")? {
        None => Ok(most),
        Some(limit) => {
            let limit = usize::try_from(limit).ok().filter(|limit| (1..=most).contains(limit));
            limit.ok_or_else(|| invalid(&format!("limit must be between 1 and {most}")))
        }
    }
}

/// The group that the name, the identifier or the ARN names.
fn group_name(input: Input<'_>) -> Result<&str, ApiError> {
    let name = input.text("logGroupName").or_else(|| input.text("logGroupIdentifier"));
    let name = name.ok_or_else(|| invalid("Either logGroupName or logGroupIdentifier is required"))?;
    let in_arn = name
        .split_once(":log-group:")
        .map(|(_, rest)| rest.trim_end_matches(":*"));
    Ok(in_arn.unwrap_or(name))
}

fn required<'a>(input: Input<'a>, name: &str) -> Result<&'a str, ApiError> {
    let value = input.text(name).filter(|value| !value.is_empty());
    value.ok_or_else(|| {
        invalid(&format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

fn invalid(message: &str) -> ApiError {
    ApiError::new("InvalidParameterException", message)
}

fn already_exists(what: &str) -> ApiError {
    ApiError::new(
        "ResourceAlreadyExistsException",
        format!("The specified {what} already exists"),
    )
}

fn no_such_group() -> ApiError {
    ApiError::new("ResourceNotFoundException", "The specified log group does not exist.")
}

fn no_such_stream() -> ApiError {
    ApiError::new("ResourceNotFoundException", "The specified log stream does not exist.")
}
