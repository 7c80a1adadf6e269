//! The operations of the API: parameters in, answer out.

use serde_json::{Value, json};

use super::{Entry, Events, Rule, Schedule, bus_of};
use crate::cloud::input::Input;
use crate::cloud::{ApiError, Call, pattern};

/// Most entries of one `PutEvents`.
const MAX_ENTRIES: usize = 10;
/// Most targets of a rule.
const MAX_TARGETS: usize = 5;

impl Events {
    /// Answers one operation.
    ///
    /// # Errors
    /// The operation's own errors.
    pub fn execute(&self, call: &mut Call, operation: &str, input: &Value) -> Result<Value, ApiError> {
        let input = Input(input);
        match operation {
            "PutEvents" => self.put_events(call, input),
            "PutRule" => self.put_rule(input),
            "DeleteRule" => self.delete_rule(input),
            "DescribeRule" => self.with_rule(input, "Name", |events, bus, name, rule| {
                let mut answer = events.described(bus, name, rule);
                answer["CreatedBy"] = json!(events.shared.core.account.id);
                answer
            }),
            "EnableRule" | "DisableRule" => self.with_rule(input, "Name", |_, _, _, rule| {
                rule.enabled = operation == "EnableRule";
                json!({})
            }),
            "ListRules" => self.list_rules(input),
            "PutTargets" => self.put_targets(input),
            "RemoveTargets" => {
                let ids = input.texts("Ids");
                self.with_rule(input, "Rule", |_, _, _, rule| {
                    rule.targets
                        .retain(|target| !ids.contains(&target["Id"].as_str().unwrap_or_default()));
                    json!({ "FailedEntryCount": 0, "FailedEntries": [] })
                })
            }
            "ListTargetsByRule" => self.with_rule(input, "Rule", |_, _, _, rule| json!({ "Targets": rule.targets })),
            "ListRuleNamesByTarget" => {
                let (bus, arn) = (bus_in(input), input.required("TargetArn")?);
                let state = self.shared.lock();
                let has = |rule: &Rule| rule.targets.iter().any(|target| target["Arn"] == json!(arn));
                let rules = state
                    .rules
                    .iter()
                    .filter(|((of_bus, _), rule)| of_bus == bus && has(rule));
                Ok(json!({ "RuleNames": rules.map(|((_, name), _)| name).collect::<Vec<_>>() }))
            }
            "TestEventPattern" => {
                let event: Value = serde_json::from_str(input.required("Event")?)
                    .map_err(|_| invalid_pattern("Event is not valid JSON."))?;
                let pattern = parse_pattern(input.required("EventPattern")?)?;
                Ok(json!({ "Result": pattern::matches(&pattern, &event) }))
            }
            "CreateEventBus" | "DeleteEventBus" | "DescribeEventBus" | "ListEventBuses" => self.buses(operation, input),
            "TagResource" | "UntagResource" | "ListTagsForResource" => self.tags(operation, input),
            _ => Err(ApiError::unknown_operation("Amazon EventBridge", operation)),
        }
    }

    fn put_events(&self, call: &mut Call, input: Input<'_>) -> Result<Value, ApiError> {
        let entries = input.list("Entries");
        if entries.is_empty() || entries.len() > MAX_ENTRIES {
            let bound = if entries.is_empty() {
                "greater than or equal to 1"
            } else {
                "less than or equal to 10"
            };
            let message = format!(
                "1 validation error detected: Value '[PutEventsRequestEntry]' at 'entries' failed to satisfy constraint: \
                 Member must have length {bound}"
            );
            return Err(ApiError::new("ValidationException", message));
        }
        let mut failed = 0;
        let answers: Vec<_> = entries
            .iter()
            .map(|entry| {
                let bus = bus_in(Input(entry));
                let put = parse_entry(entry).and_then(|entry| {
                    let put = self.shared.put(bus, entry, &mut call.effects);
                    put.map_err(|error| (error.code.into_owned(), error.message))
                });
                match put {
                    Ok(id) => json!({ "EventId": id }),
                    Err((code, message)) => {
                        failed += 1;
                        json!({ "ErrorCode": code, "ErrorMessage": message })
                    }
                }
            })
            .collect();
        Ok(json!({ "FailedEntryCount": failed, "Entries": answers }))
    }

    fn put_rule(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let name = input.required("Name")?;
        let bus = bus_in(input);
        let pattern = match input.text("EventPattern").filter(|pattern| !pattern.is_empty()) {
            Some(pattern) => Some(parse_pattern(pattern)?),
            None => None,
        };
        let schedule =
            match input.text("ScheduleExpression").filter(|schedule| !schedule.is_empty()) {
                Some(expression) => Some(Schedule::parse(expression).ok_or_else(|| {
                    ApiError::new("ValidationException", "Parameter ScheduleExpression is not valid.")
                })?),
                None => None,
            };
        if pattern.is_none() && schedule.is_none() {
            let message = "Parameter(s) EventPattern or ScheduleExpression must be specified.";
            return Err(ApiError::new("ValidationException", message));
        }
        if schedule.is_some() && bus != "default" {
            let message = "ScheduleExpression is supported only on the default event bus.";
            return Err(ApiError::new("ValidationException", message));
        }
        self.shared.lock().check_bus(bus)?;
        let timer = schedule.map(|schedule| self.shared.start(bus, name, schedule));
        let mut state = self.shared.lock();
        let key = (bus.to_owned(), name.to_owned());
        let targets = state
            .rules
            .get(&key)
            .map(|rule| rule.targets.clone())
            .unwrap_or_default();
        let rule = Rule {
            pattern,
            given: input.0.clone(),
            enabled: input.text("State") != Some("DISABLED"),
            targets,
            _timer: timer,
        };
        let is_new = state.rules.insert(key, rule).is_none();
        drop(state);
        let arn = self.shared.rule_arn(bus, name);
        if is_new {
            self.tag(&arn, input);
        }
        Ok(json!({ "RuleArn": arn }))
    }

    fn delete_rule(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let key = (bus_in(input).to_owned(), input.required("Name")?.to_owned());
        let mut state = self.shared.lock();
        if state.rules.get(&key).is_some_and(|rule| !rule.targets.is_empty()) {
            return Err(ApiError::new(
                "ValidationException",
                "Rule can't be deleted since it has targets.",
            ));
        }
        state.rules.remove(&key);
        state.tags.remove(&self.shared.rule_arn(&key.0, &key.1));
        Ok(json!({}))
    }

    fn put_targets(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let targets = input.list("Targets").to_vec();
        for target in &targets {
            let target = Input(target);
            for name in ["Id", "Arn"] {
                target.text(name).ok_or_else(|| {
                    ApiError::new(
                        "ValidationException",
                        format!("Parameter {name} is not valid. Reason: It is required."),
                    )
                })?;
            }
            if !target.text("Arn").is_some_and(|arn| arn.starts_with("arn:")) {
                let message = format!(
                    "Parameter {} is not valid. Reason: Provided Arn is not in correct format.",
                    target.text("Arn").unwrap_or_default()
                );
                return Err(ApiError::new("ValidationException", message));
            }
        }
        let answer = self.with_rule(input, "Rule", |_, _, _, rule| {
            let mut all = rule.targets.clone();
            for target in targets {
                match all.iter_mut().find(|other| other["Id"] == target["Id"]) {
                    Some(other) => *other = target,
                    None => all.push(target),
                }
            }
            if all.len() > MAX_TARGETS {
                return Value::Null;
            }
            rule.targets = all;
            json!({ "FailedEntryCount": 0, "FailedEntries": [] })
        })?;
        if answer.is_null() {
            return Err(ApiError::new(
                "LimitExceededException",
                "The requested resource exceeds the maximum number allowed.",
            ));
        }
        Ok(answer)
    }

    fn list_rules(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let (bus, prefix) = (bus_in(input), input.text("NamePrefix").unwrap_or_default());
        let state = self.shared.lock();
        state.check_bus(bus)?;
        let rules = state
            .rules
            .iter()
            .filter(|((of_bus, name), _)| of_bus == bus && name.starts_with(prefix));
        let rules = rules.map(|((bus, name), rule)| self.described(bus, name, rule));
        Ok(json!({ "Rules": rules.collect::<Vec<_>>() }))
    }

    fn described(&self, bus: &str, name: &str, rule: &Rule) -> Value {
        let mut answer = json!({
            "Name": name,
            "Arn": self.shared.rule_arn(bus, name),
            "State": if rule.enabled { "ENABLED" } else { "DISABLED" },
            "EventBusName": bus,
        });
        for name in ["EventPattern", "ScheduleExpression", "Description", "RoleArn"] {
            if let Some(given) = rule.given.get(name) {
                answer[name] = given.clone();
            }
        }
        answer
    }

    fn with_rule(
        &self,
        input: Input<'_>,
        parameter: &str,
        act: impl FnOnce(&Self, &str, &str, &mut Rule) -> Value,
    ) -> Result<Value, ApiError> {
        let (bus, name) = (bus_in(input), input.required(parameter)?);
        let mut state = self.shared.lock();
        state.check_bus(bus)?;
        let rule = state.rules.get_mut(&(bus.to_owned(), name.to_owned()));
        let rule = rule.ok_or_else(|| {
            ApiError::new(
                "ResourceNotFoundException",
                format!("Rule {name} does not exist on EventBus {bus}."),
            )
        })?;
        Ok(act(self, bus, name, rule))
    }

    fn buses(&self, operation: &str, input: Input<'_>) -> Result<Value, ApiError> {
        let described = |name: &str| json!({ "Name": name, "Arn": self.bus_arn(name) });
        let mut state = self.shared.lock();
        match operation {
            "CreateEventBus" => {
                let name = input.required("Name")?;
                if state.check_bus(name).is_ok() {
                    let message = format!("Event bus {name} already exists.");
                    return Err(ApiError::new("ResourceAlreadyExistsException", message));
                }
                state.buses.push(name.to_owned());
                drop(state);
                let arn = self.bus_arn(name);
                self.tag(&arn, input);
                Ok(json!({ "EventBusArn": arn }))
            }
            "DeleteEventBus" => {
                let name = input.required("Name")?;
                if name == "default" {
                    return Err(ApiError::new("ValidationException", "Cannot delete event bus default."));
                }
                state.buses.retain(|bus| bus != name);
                state.rules.retain(|(bus, _), _| bus != name);
                Ok(json!({}))
            }
            "DescribeEventBus" => {
                let name = input.text("Name").map_or("default", bus_of);
                state.check_bus(name)?;
                Ok(described(name))
            }
            _ => {
                let prefix = input.text("NamePrefix").unwrap_or_default();
                let buses = state.buses.iter().filter(|name| name.starts_with(prefix));
                Ok(json!({ "EventBuses": buses.map(|name| described(name)).collect::<Vec<_>>() }))
            }
        }
    }
}

/// Reads an entry of `PutEvents`, or says with code and message what is wrong with it.
pub(super) fn parse_entry(entry: &Value) -> Result<Entry, (String, String)> {
    let entry = Input(entry);
    let required = |name: &str| {
        let value = entry.text(name).filter(|value| !value.is_empty());
        value.map(str::to_owned).ok_or_else(|| {
            let message = format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
            ("InvalidArgument".to_owned(), message)
        })
    };
    let malformed = || ("MalformedDetail".to_owned(), "Detail is malformed.".to_owned());
    let (source, detail_type, detail) = (required("Source")?, required("DetailType")?, required("Detail")?);
    let detail: Value = serde_json::from_str(&detail).map_err(|_| malformed())?;
    if !detail.is_object() {
        return Err(malformed());
    }
    let time = entry.get("Time").map(|time| match time.as_f64() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a time in seconds"
        )]
        Some(seconds) => crate::clock::Timestamp::from_micros((seconds * 1e6) as u64).iso_seconds(),
        None => time.as_str().unwrap_or_default().to_owned(),
    });
    Ok(Entry {
        source,
        detail_type,
        detail,
        resources: json!(entry.texts("Resources")),
        time,
    })
}

fn parse_pattern(pattern: &str) -> Result<Value, ApiError> {
    let pattern: Value = serde_json::from_str(pattern).map_err(|error| invalid_pattern(&error.to_string()))?;
    pattern::validate(&pattern).map_err(|reason| invalid_pattern(&reason))?;
    Ok(pattern)
}

fn invalid_pattern(reason: &str) -> ApiError {
    let message = format!("Event pattern is not valid. Reason: {reason}");
    ApiError::new("InvalidEventPatternException", message)
}

fn bus_in(input: Input<'_>) -> &str {
    input
        .text("EventBusName")
        .filter(|bus| !bus.is_empty())
        .map_or("default", bus_of)
}
