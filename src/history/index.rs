//! Ways into the record that do not read all of it, and the causes that follow from it.

use std::collections::{HashMap, VecDeque};

use super::{EntryId, Event};

/// Where the entries of a request or of an environment stand.
#[derive(Debug, Default)]
pub(super) struct Index {
    requests: HashMap<String, Request>,
    environments: HashMap<String, Environment>,
}

#[derive(Debug, Default)]
struct Request {
    entries: VecDeque<EntryId>,
    /// Whether an attempt runs or comes, which has a cause here.
    open: bool,
    started: Option<EntryId>,
    ended: Option<EntryId>,
    retried: Option<EntryId>,
}

#[derive(Debug, Default)]
struct Environment {
    entries: VecDeque<EntryId>,
    gone: bool,
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

    /// Forgets the oldest entry, which is the first wherever it stands. What causes what may still come stays known.
    pub(super) fn remove_oldest(&mut self, event: &Event) {
        if let Some(name) = request_of(event)
            && let Some(request) = self.requests.get_mut(name)
        {
            request.entries.pop_front();
            if request.entries.is_empty() && !request.open {
                self.requests.remove(name);
            }
        }
        if let Some(name) = environment_of(event)
            && let Some(environment) = self.environments.get_mut(name)
        {
            environment.entries.pop_front();
            if environment.entries.is_empty() && environment.gone {
                self.environments.remove(name);
            }
        }
    }

    pub(super) fn request(&self, request_id: &str) -> impl Iterator<Item = &EntryId> {
        let request = self.requests.get(request_id).into_iter();
        request.flat_map(|request| &request.entries)
    }

    /// How many requests and environments it knows.
    #[cfg(test)]
    pub(super) fn size(&self) -> (usize, usize) {
        (self.requests.len(), self.environments.len())
    }

    pub(super) fn ended(&self, request_id: &str) -> Option<EntryId> {
        self.requests.get(request_id)?.ended
    }

    pub(super) fn environment(&self, environment: &str) -> impl Iterator<Item = &EntryId> {
        let environment = self.environments.get(environment).into_iter();
        environment.flat_map(|environment| &environment.entries)
    }

    pub(super) fn running(&self, environment: &str) -> Option<EntryId> {
        self.environments.get(environment)?.running
    }
}

impl Request {
    fn add(&mut self, id: EntryId, event: &Event) {
        self.entries.push_back(id);
        match event {
            Event::InvocationStarted { .. } => (self.started, self.open) = (Some(id), true),
            Event::InvocationEnded(_) => (self.ended, self.open) = (Some(id), false),
            Event::RetryScheduled { .. } => (self.retried, self.open) = (Some(id), true),
            _ => {}
        }
    }
}

impl Environment {
    fn add(&mut self, id: EntryId, event: &Event) {
        self.entries.push_back(id);
        match event {
            Event::EnvironmentCreated { .. } => self.born = Some(id),
            Event::InvocationStarted { .. } => self.running = Some(id),
            Event::InvocationEnded(_) => self.running = None,
            Event::EnvironmentEnded { .. } => (self.running, self.gone) = (None, true),
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
