//! Amazon EventBridge: buses, rules with event patterns or schedules, targets.
//!
//! Shapes and errors follow the Amazon EventBridge API Reference and User Guide.

mod api;
mod input;
mod schedule;
mod state;
mod tags;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::schedule::Schedule;

use super::core::Core;
use super::{ApiError, Call, Effect, Effects, Handover, pattern};
use crate::clock::Timestamp;

/// The buses and rules of the account.
#[derive(Debug)]
pub struct Events {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    core: Core,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Names.
    buses: Vec<String>,
    /// By bus and name.
    rules: BTreeMap<(String, String), Rule>,
    /// By the ARN of a rule or a bus.
    tags: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Rule {
    pattern: Option<Value>,
    /// The pattern or the schedule as it was given, and what else was.
    given: Value,
    enabled: bool,
    targets: Vec<Value>,
    /// Ends the schedule's timer with the rule.
    #[serde(skip)]
    _timer: Option<DropGuard>,
}

/// An event before it has its envelope.
#[derive(Debug, Clone)]
struct Entry {
    source: String,
    detail_type: String,
    detail: Value,
    resources: Value,
    time: Option<String>,
}

impl Events {
    pub(super) fn new(core: &Core) -> Self {
        Self {
            shared: Arc::new(Shared {
                core: core.clone(),
                state: Mutex::new(State {
                    buses: vec!["default".to_owned()],
                    rules: BTreeMap::new(),
                    tags: BTreeMap::new(),
                }),
            }),
        }
    }

    /// The ARN of a bus.
    #[must_use]
    pub fn bus_arn(&self, name: &str) -> String {
        self.shared.core.arn("events", &format!("event-bus/{name}"))
    }

    /// The ARN of a rule.
    #[must_use]
    pub fn rule_arn(&self, bus: &str, name: &str) -> String {
        self.shared.rule_arn(bus, name)
    }

    /// Creates a bus; again is no error.
    pub fn create_bus(&self, name: &str) {
        let mut state = self.shared.lock();
        if !state.buses.iter().any(|bus| bus == name) {
            state.buses.push(name.to_owned());
        }
    }

    /// Creates a rule with a pattern or a schedule and with targets given as ARNs.
    ///
    /// # Errors
    /// `ResourceNotFoundException`, `InvalidEventPatternException`, `ValidationException`.
    pub fn create_rule(
        &self,
        bus: &str,
        name: &str,
        pattern: Option<&Value>,
        schedule: Option<&str>,
        targets: &[String],
    ) -> Result<(), ApiError> {
        let mut input = json!({ "Name": name, "EventBusName": bus });
        if let Some(pattern) = pattern {
            input["EventPattern"] = json!(pattern.to_string());
        }
        if let Some(schedule) = schedule {
            input["ScheduleExpression"] = json!(schedule);
        }
        let call = &mut Call::outside();
        self.execute(call, "PutRule", &input)?;
        let targets = targets
            .iter()
            .enumerate()
            .map(|(place, arn)| json!({ "Id": place.to_string(), "Arn": arn }));
        let input = json!({ "Rule": name, "EventBusName": bus, "Targets": targets.collect::<Vec<_>>() });
        self.execute(call, "PutTargets", &input).map(drop)
    }

    /// Puts an event on a bus, as another service does (with a source of its own, as `lambda`).
    ///
    /// # Errors
    /// `ResourceNotFoundException` if there is no such bus.
    pub fn put(
        &self,
        call: &mut Call,
        bus: &str,
        source: &str,
        detail_type: &str,
        detail: Value,
        resources: &[String],
    ) -> Result<String, ApiError> {
        let entry = Entry {
            source: source.to_owned(),
            detail_type: detail_type.to_owned(),
            detail,
            resources: json!(resources),
            time: None,
        };
        self.shared.put(bus, entry, &mut call.effects)
    }

    /// Takes in an event that another resource hands on: an entry of `PutEvents`, or a whole event of another bus.
    pub(super) fn take_over(&self, handover: &Handover, effects: &mut Effects) -> Result<(), ApiError> {
        let bus = bus_of(&handover.to);
        let body: Value = serde_json::from_slice(&handover.body).map_err(|error| ApiError::serialization(&error))?;
        if body.get("detail-type").is_some() {
            self.shared.lock().check_bus(bus)?;
            self.shared.route(bus, &body, effects);
            return Ok(());
        }
        let entry = api::parse_entry(&body).map_err(|(code, message)| ApiError::new(code, message))?;
        self.shared.put(bus, entry, effects).map(drop)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rule_arn(&self, bus: &str, name: &str) -> String {
        let resource = if bus == "default" {
            format!("rule/{name}")
        } else {
            format!("rule/{bus}/{name}")
        };
        self.core.arn("events", &resource)
    }

    /// Puts an event on a bus and hands it to the targets of all rules that match; answers its id.
    fn put(&self, bus: &str, entry: Entry, effects: &mut Effects) -> Result<String, ApiError> {
        self.lock().check_bus(bus)?;
        let id = self.core.chance.of(bus).uuid();
        let event = json!({
            "version": "0",
            "id": id,
            "detail-type": entry.detail_type,
            "source": entry.source,
            "account": self.core.account.id,
            "time": entry.time.unwrap_or_else(|| self.core.now().iso_seconds()),
            "region": self.core.account.region,
            "resources": entry.resources,
            "detail": entry.detail,
        });
        self.route(bus, &event, effects);
        Ok(id)
    }

    fn route(&self, bus: &str, event: &Value, effects: &mut Effects) {
        let state = self.lock();
        for ((of_bus, name), rule) in &state.rules {
            let takes = rule
                .pattern
                .as_ref()
                .is_some_and(|pattern| pattern::matches(pattern, event));
            if of_bus == bus && rule.enabled && takes {
                let arn = self.rule_arn(bus, name);
                effects.extend(rule.hand_over(&arn, name, event, self.core.now()));
            }
        }
    }

    /// Sets the timer of a rule's schedule. It ends when the guard is dropped.
    fn start(self: &Arc<Self>, bus: &str, name: &str, schedule: Schedule) -> DropGuard {
        let stopped = CancellationToken::new();
        let guard = stopped.clone().drop_guard();
        let shared = Arc::downgrade(self);
        let (core, bus, name) = (self.core.clone(), bus.to_owned(), name.to_owned());
        let clock = core.clock.clone();
        let Some(first) = schedule.next(clock.now()) else {
            return guard;
        };
        let mut timer = Box::pin(clock.background(first));
        core.clone().spawn(async move {
            let mut at = first;
            loop {
                let busy = tokio::select! {
                    () = stopped.cancelled() => return,
                    busy = &mut timer => busy,
                };
                let Some(shared) = shared.upgrade() else {
                    return;
                };
                let effects = shared.fire(&bus, &name, at);
                core.apply(effects);
                let Some(next) = schedule.next(at) else {
                    return;
                };
                at = next;
                // The next timer is set before the token goes, so that an advance of time cannot pass it.
                timer = Box::pin(clock.background(next));
                drop(busy);
            }
        });
        guard
    }

    /// What a rule's schedule does at its time.
    fn fire(&self, bus: &str, name: &str, at: Timestamp) -> Effects {
        let state = self.lock();
        let Some(rule) = state
            .rules
            .get(&(bus.to_owned(), name.to_owned()))
            .filter(|rule| rule.enabled)
        else {
            return Vec::new();
        };
        let arn = self.rule_arn(bus, name);
        let event = json!({
            "version": "0",
            "id": self.core.chance.of(&arn).uuid(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": self.core.account.id,
            "time": at.iso_seconds(),
            "region": self.core.account.region,
            "resources": [arn],
            "detail": {},
        });
        rule.hand_over(&arn, name, &event, at)
    }
}

impl State {
    fn check_bus(&self, bus: &str) -> Result<(), ApiError> {
        if self.buses.iter().any(|name| name == bus) {
            return Ok(());
        }
        Err(ApiError::new(
            "ResourceNotFoundException",
            format!("Event bus {bus} does not exist."),
        ))
    }
}

impl Rule {
    fn hand_over(&self, arn: &str, name: &str, event: &Value, at: Timestamp) -> Effects {
        let targets = self.targets.iter().map(|target| {
            let to = target["Arn"].as_str().unwrap_or_default();
            let body = if to.contains(":event-bus/") {
                event.to_string()
            } else {
                input::for_target(target, event, arn, name, at)
            };
            let what = event["detail-type"].as_str().unwrap_or_default();
            let mut handover = Handover::new(arn, to, what, body);
            handover.group = target["SqsParameters"]["MessageGroupId"].as_str().map(str::to_owned);
            Effect::HandOver(Box::new(handover))
        });
        targets.collect()
    }
}

/// The name of a bus from its name or ARN.
fn bus_of(bus: &str) -> &str {
    bus.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
