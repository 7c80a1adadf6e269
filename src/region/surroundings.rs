//! How Lambda and the other services reach each other.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::clock::{Busy, Timestamp};
use crate::cloud::{Caller, Cloud, Handover, Notification};
use crate::lambda::event_source::Poller;
use crate::lambda::{Hold, Invocation, Lambda, Outgoing, Surroundings};

/// What stands between Lambda and the other services of a Region.
#[derive(Debug)]
pub(super) struct Neighbours {
    cloud: Arc<Cloud>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    endpoint: String,
    pollers: Vec<Poller>,
    /// Access keys by environment.
    keys: HashMap<String, String>,
}

impl Neighbours {
    pub(super) fn new(cloud: Arc<Cloud>) -> Self {
        Self {
            cloud,
            state: Mutex::default(),
        }
    }

    /// Joins the services: from now on notifications reach functions.
    pub(super) fn open(self: &Arc<Self>, lambda: &Lambda, endpoint: &str) {
        self.lock().endpoint = endpoint.to_owned();
        let (weak, neighbours) = (lambda.downgrade(), Arc::downgrade(self));
        self.cloud.on_notification(Arc::new(move |notification, busy| {
            let (Some(lambda), Some(neighbours)) = (weak.upgrade(), neighbours.upgrade()) else {
                return;
            };
            neighbours.notified(&lambda, notification, busy);
        }));
    }

    /// Parts the services again.
    pub(super) fn close(&self) {
        self.cloud.on_notification(Arc::new(|_, _| {}));
        self.lock().pollers.clear();
    }

    /// Adds a poller, and wakes it for what is there already.
    pub(super) fn add_poller(&self, poller: Poller) {
        poller.wake(self.cloud.clock().busy());
        self.lock().pollers.push(poller);
    }

    fn notified(&self, lambda: &Lambda, notification: Notification, busy: Busy) {
        match notification {
            Notification::Invoke {
                function_arn, event, ..
            } => {
                let invocation = Invocation {
                    payload: event,
                    client_context: None,
                };
                // A function that is gone gets nothing; the delivery is on record.
                let _ = lambda.invoke_async(Lambda::name_of(&function_arn), invocation, &busy);
            }
            Notification::QueueReady { queue_arn: source } | Notification::StreamReady { stream_arn: source } => {
                let pollers: Vec<Poller> = self
                    .lock()
                    .pollers
                    .iter()
                    .filter(|poller| poller.source() == source)
                    .cloned()
                    .collect();
                for poller in pollers {
                    poller.wake(busy.another());
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Surroundings for Neighbours {
    fn enter(&self, environment: &str, hold: &Arc<Hold>) -> BTreeMap<String, String> {
        let caller = Arc::new(EnvironmentCaller {
            environment: environment.to_owned(),
            hold: hold.clone(),
        });
        let credentials = self.cloud.callers.issue(environment, caller);
        self.lock()
            .keys
            .insert(environment.to_owned(), credentials.access_key_id.clone());
        let mut variables = BTreeMap::from([
            ("AWS_ACCESS_KEY_ID".to_owned(), credentials.access_key_id),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), credentials.secret_access_key),
        ]);
        variables.extend(
            credentials
                .session_token
                .map(|token| ("AWS_SESSION_TOKEN".to_owned(), token)),
        );
        variables
    }

    fn leave(&self, environment: &str) {
        let key = self.lock().keys.remove(environment);
        if let Some(key) = key {
            self.cloud.callers.revoke(&key);
        }
    }

    fn send_out(&self, message: Outgoing, _busy: &Busy) {
        let attributes: serde_json::Map<String, Value> = message
            .attributes
            .iter()
            .map(|(name, kind, value)| (name.clone(), json!({"DataType": kind, "StringValue": value})))
            .collect();
        let mut handover = Handover::new(message.from, message.to, message.what, message.body);
        if !attributes.is_empty() {
            handover.attributes = Value::Object(attributes);
        }
        // A target that is gone gets nothing, as on AWS.
        let _ = self.cloud.hand_over(handover, None);
    }

    fn logged(&self, _group: &str, _stream: &str, _at: Timestamp, _message: &str) {}
}

/// An execution environment that calls services.
struct EnvironmentCaller {
    environment: String,
    hold: Arc<Hold>,
}

impl Caller for EnvironmentCaller {
    fn environment(&self) -> Option<String> {
        Some(self.environment.clone())
    }

    fn suspend(&self) -> Box<dyn Send> {
        Box::new(self.hold.suspend())
    }
}
