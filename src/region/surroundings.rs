//! How Lambda and the other services reach each other.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::{Value, json};

use crate::clock::{Busy, Timestamp};
use crate::cloud::{Call, Caller, Cloud, Handover, Notification};
use crate::history::Event;
use crate::lambda::event_source::Pollers;
use crate::lambda::function::FunctionConfig;
use crate::lambda::{Hold, Invocation, Lambda, Outgoing, Surroundings};

/// What stands between Lambda and the other services of a Region.
#[derive(Debug)]
pub(super) struct Neighbours {
    cloud: Arc<Cloud>,
    pollers: OnceLock<Arc<Pollers>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    endpoint: String,
    /// Access keys by environment.
    keys: HashMap<String, String>,
}

impl Neighbours {
    pub(super) fn new(cloud: Arc<Cloud>) -> Self {
        Self {
            cloud,
            pollers: OnceLock::new(),
            state: Mutex::default(),
        }
    }

    /// Joins the services: from now on notifications reach functions.
    pub(super) fn open(self: &Arc<Self>, lambda: &Lambda, pollers: &Arc<Pollers>, endpoint: &str) {
        endpoint.clone_into(&mut self.lock().endpoint);
        // Opened once for each Region.
        let _ = self.pollers.set(pollers.clone());
        let weak = lambda.downgrade();
        self.cloud.permissions.ask(Arc::new(move |function, service, source| {
            weak.upgrade()
                .is_some_and(|lambda| lambda.permits(function, service, source))
        }));
        let (weak, neighbours) = (lambda.downgrade(), Arc::downgrade(self));
        self.cloud.on_notification(Arc::new(move |notification, busy| {
            let (Some(lambda), Some(neighbours)) = (weak.upgrade(), neighbours.upgrade()) else {
                return;
            };
            neighbours.notified(&lambda, notification, &busy);
        }));
    }

    /// Parts the services again.
    pub(super) fn close(&self) {
        self.cloud.on_notification(Arc::new(|_, _| {}));
        if let Some(pollers) = self.pollers.get() {
            pollers.clear();
        }
    }

    fn notified(&self, lambda: &Lambda, notification: Notification, busy: &Busy) {
        match notification {
            Notification::Invoke {
                function_arn,
                event,
                cause,
                ..
            } => {
                let invocation = Invocation {
                    payload: event,
                    cause,
                    ..Invocation::default()
                };
                // A function that is gone gets nothing; the delivery is on record.
                let _ = lambda.invoke_async(&function_arn, invocation, busy);
            }
            Notification::QueueReady { queue_arn: source } | Notification::StreamReady { stream_arn: source } => {
                if let Some(pollers) = self.pollers.get() {
                    pollers.wake(&source, busy);
                }
            }
        }
    }

    /// The record as an event of Lambda's own (recorded from AWS: `tests/golden/aws/destinations.json`).
    fn send_to_bus(&self, message: &Outgoing) {
        let bus = message.to.rsplit('/').next().unwrap_or("default");
        let result = if message.success { "Success" } else { "Failure" };
        let detail_type = format!("Lambda Function Invocation Result - {result}");
        let detail: Value = serde_json::from_str(&message.body).unwrap_or_default();
        let resources = [message.to.clone(), message.from.clone()];
        let mut call = Call::outside();
        let _ = self
            .cloud
            .events
            .put(&mut call, bus, "lambda", &detail_type, detail, &resources);
        self.delivered(message, call);
    }

    /// The record as an object, under the key that the developer guide gives.
    fn send_to_bucket(&self, message: &Outgoing) {
        let bucket = message.to.rsplit(':').next().unwrap_or_default();
        let key = message.key.clone().unwrap_or_else(|| {
            let function = Lambda::name_of(&message.from);
            let now = self.cloud.clock().now();
            let (day, second) = (now.format("%Y/%m/%d"), now.format("%Y-%m-%dT%H.%M.%S"));
            format!("aws/lambda/async/{function}/{day}/{second}-{}", self.cloud.request_id())
        });
        let mut call = Call::outside();
        let _ = self.cloud.s3.put(&mut call, bucket, &key, message.body.clone());
        self.delivered(message, call);
    }

    fn delivered(&self, message: &Outgoing, call: Call) {
        let event = Event::Delivered {
            from: message.from.clone(),
            to: message.to.clone(),
            records: 1,
            what: message.what.clone(),
        };
        let now = self.cloud.clock().now();
        let id = self.cloud.history().record(now, message.cause, event);
        self.cloud.apply(call.effects, Some(id));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Surroundings for Neighbours {
    fn enter(&self, function: &FunctionConfig, environment: &str, hold: &Arc<Hold>) -> BTreeMap<String, String> {
        let caller = Arc::new(EnvironmentCaller {
            environment: environment.to_owned(),
            hold: hold.clone(),
        });
        // `arn:aws:iam::ACCOUNT:role/PATH/NAME`
        let role = function.role.rsplit('/').next().unwrap_or_default();
        let name = function.name.as_str();
        let credentials = self.cloud.callers.issue(role, name, environment, caller);
        let endpoint = {
            let mut state = self.lock();
            state
                .keys
                .insert(environment.to_owned(), credentials.access_key_id.clone());
            state.endpoint.clone()
        };
        let mut variables = BTreeMap::from([
            ("AWS_ENDPOINT_URL".to_owned(), endpoint),
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
            self.cloud.callers.dismiss(environment, &key);
        }
    }

    fn send_out(&self, message: Outgoing, _busy: &Busy) {
        // A target that is gone gets nothing, as on AWS.
        match message.to.split(':').nth(2) {
            Some("events") => self.send_to_bus(&message),
            Some("s3") => self.send_to_bucket(&message),
            _ => {
                let cause = message.cause;
                let _ = self.cloud.hand_over(handover(message), cause);
            }
        }
    }

    fn logged(&self, group: &str, stream: &str, at: Timestamp, message: &str) {
        self.cloud.logs.append(group, stream, at, message);
    }
}

/// A message for a queue or a topic, with a dead letter's attributes.
fn handover(message: Outgoing) -> Handover {
    let attributes: serde_json::Map<String, Value> = message
        .attributes
        .iter()
        .map(|(name, kind, value)| (name.clone(), json!({"DataType": kind, "StringValue": value})))
        .collect();
    let mut handover = Handover::new(message.from, message.to, message.what, message.body);
    if !attributes.is_empty() {
        handover.attributes = Value::Object(attributes);
    }
    handover
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
