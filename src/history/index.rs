//! Ways into the record that do not read all of it, and the causes that follow from it.

use std::collections::HashMap;

use super::{EntryId, Event};

/// Where the entries of a request or of an environment stand.
#[derive(Debug, Default)]
pub(super) struct Index {
    requests: HashMap<String, Request>,
    environments: HashMap<String, Environment>,
}

#[derive(Debug, Default)]
struct Request {
    entries: Vec<EntryId>,
    started: Option<EntryId>,
    ended: Option<EntryId>,
    retried: Option<EntryId>,
}

#[derive(Debug, Default)]
struct Environment {
    entries: Vec<EntryId>,
    born: Option<EntryId>,
    running: Option<EntryId>,
}

impl Index {
    /// The retry that an invocation is, if it is one.
    pub(super) fn retry_of(&self, event: &Event) -> Option<EntryId> {
        match event {
            Event::InvocationStarted { request_id, .. } => self.requests.get(request_id)?.retried,
            _ => None,
        }
    }

    /// What led to an event, as far as the record itself tells.
    pub(super) fn cause_of(&self, event: &Event) -> Option<EntryId> {
        match event {
            Event::InvocationEnded(record) => self.requests.get(&record.request_id)?.started,
            Event::RetryScheduled { request_id, .. } => self.requests.get(request_id)?.ended,
            Event::Logged { .. }
            | Event::ServiceCall { .. }
            | Event::Initialised { .. }
            | Event::SnapshotTaken { .. }
            | Event::EnvironmentEnded { .. } => {
                let environment = self.environments.get(environment_of(event)?)?;
                environment.running.or(environment.born)
            }
            Event::InvocationStarted { .. }
            | Event::EnvironmentCreated { .. }
            | Event::Throttled { .. }
            | Event::Delivered { .. } => None,
        }
    }

    /// Notes an entry.
    pub(super) fn add(&mut self, id: EntryId, event: &Event) {
        if let Some(name) = request_of(event) {
            change(&mut self.requests, name, |request| request.add(id, event));
        }
        if let Some(name) = environment_of(event) {
            change(&mut self.environments, name, |environment| environment.add(id, event));
        }
    }

    pub(super) fn request(&self, request_id: &str) -> &[EntryId] {
        self.requests.get(request_id).map_or(&[], |request| &request.entries)
    }

    pub(super) fn ended(&self, request_id: &str) -> Option<EntryId> {
        self.requests.get(request_id)?.ended
    }

    pub(super) fn environment(&self, environment: &str) -> &[EntryId] {
        self.environments
            .get(environment)
            .map_or(&[], |environment| &environment.entries)
    }

    pub(super) fn running(&self, environment: &str) -> Option<EntryId> {
        self.environments.get(environment)?.running
    }
}

impl Request {
    fn add(&mut self, id: EntryId, event: &Event) {
        self.entries.push(id);
        match event {
            Event::InvocationStarted { .. } => self.started = Some(id),
            Event::InvocationEnded(_) => self.ended = Some(id),
            Event::RetryScheduled { .. } => self.retried = Some(id),
            _ => {}
        }
    }
}

impl Environment {
    fn add(&mut self, id: EntryId, event: &Event) {
        self.entries.push(id);
        match event {
            Event::EnvironmentCreated { .. } => self.born = Some(id),
            Event::InvocationStarted { .. } => self.running = Some(id),
            Event::InvocationEnded(_) | Event::EnvironmentEnded { .. } => self.running = None,
            _ => {}
        }
    }
}

/// Changes the value of a key. The key is copied only the first time.
fn change<T: Default>(map: &mut HashMap<String, T>, key: &str, change: impl FnOnce(&mut T)) {
    match map.get_mut(key) {
        Some(value) => change(value),
        None => change(map.entry(key.to_owned()).or_default()),
    }
}

fn request_of(event: &Event) -> Option<&str> {
    match event {
        Event::InvocationStarted { request_id, .. } | Event::RetryScheduled { request_id, .. } => Some(request_id),
        Event::InvocationEnded(record) => Some(&record.request_id),
        Event::Logged { request_id, .. } => request_id.as_deref(),
        _ => None,
    }
}

fn environment_of(event: &Event) -> Option<&str> {
    match event {
        Event::EnvironmentCreated { environment, .. }
        | Event::EnvironmentEnded { environment, .. }
        | Event::Initialised { environment, .. }
        | Event::SnapshotTaken { environment, .. }
        | Event::InvocationStarted { environment, .. } => Some(environment),
        Event::InvocationEnded(record) => Some(&record.environment),
        Event::ServiceCall { environment, .. } => environment.as_deref(),
        // A function's stream is named `2026/01/01/[$LATEST]` and the environment.
        Event::Logged { stream, .. } => stream.rsplit_once(']').map(|(_, environment)| environment),
        Event::Throttled { .. } | Event::RetryScheduled { .. } | Event::Delivered { .. } => None,
    }
}
