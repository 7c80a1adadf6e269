//! What every service shares: the clock, chance, the history, the account and the way out.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, Weak};

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::{Cloud, Effects};
use crate::chance::Chance;
use crate::clock::{Busy, Clock, Timestamp};
use crate::history::{EntryId, History};

/// The account and the Region that all ARNs name.
#[derive(Debug, Clone)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// As `us-east-1`.
    pub region: String,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            id: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
        }
    }
}

impl Account {
    /// `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.id)
    }
}

/// What the services tell the outside.
#[derive(Debug, Clone)]
pub enum Notification {
    /// A function must be invoked asynchronously.
    Invoke {
        /// The function's ARN, perhaps qualified.
        function_arn: String,
        /// The event.
        event: Bytes,
        /// Who invokes: the ARN of a bucket, topic or rule.
        from_arn: String,
        /// The entry of the delivery.
        cause: Option<EntryId>,
    },
    /// Messages of a queue became visible.
    QueueReady {
        /// The queue's ARN.
        queue_arn: String,
    },
    /// A stream has new records.
    StreamReady {
        /// The stream's ARN.
        stream_arn: String,
    },
}

/// Takes notifications. The token keeps the clock from jumping before the receiver acts.
pub type Sink = Arc<dyn Fn(Notification, Busy) + Send + Sync>;

/// Shared by all services of a Region; clones share it.
#[derive(Clone)]
pub(crate) struct Core {
    pub(crate) clock: Clock,
    pub(crate) chance: Chance,
    pub(crate) history: History,
    pub(crate) account: Arc<Account>,
    sink: Arc<RwLock<Option<Sink>>>,
    cloud: Arc<OnceLock<Weak<Cloud>>>,
    numbers: Arc<AtomicU64>,
    stopped: CancellationToken,
    runtime: Option<Handle>,
}

impl Core {
    pub(crate) fn new(clock: Clock, chance: Chance, history: History, account: Account) -> Self {
        Self {
            clock,
            chance,
            history,
            account: Arc::new(account),
            sink: Arc::default(),
            cloud: Arc::default(),
            numbers: Arc::default(),
            stopped: CancellationToken::new(),
            runtime: Handle::try_current().ok(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        self.account.arn(service, resource)
    }

    /// Tells which cloud this is the core of.
    pub(crate) fn know(&self, cloud: &Arc<Cloud>) {
        let _ = self.cloud.set(Arc::downgrade(cloud));
    }

    /// Lets happen what follows from something that no call led to.
    pub(crate) fn apply(&self, effects: Effects) {
        if let Some(cloud) = self.cloud.get().and_then(Weak::upgrade) {
            cloud.apply(effects, None);
        }
    }

    /// A number that nothing else in this Region has.
    pub(crate) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// From here on all numbers are greater than this one.
    pub(crate) fn continue_after(&self, number: u64) {
        self.numbers.fetch_max(number + 1, Ordering::Relaxed);
    }

    pub(crate) fn set_sink(&self, sink: Sink) {
        *self.sink.write().unwrap_or_else(PoisonError::into_inner) = Some(sink);
    }

    /// Tells the sink, with a token of its own.
    pub(crate) fn notify(&self, notification: Notification) {
        let sink = self.sink.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(sink) = sink {
            sink(notification, self.clock.busy());
        }
    }

    /// Runs a task until it is over or the Region is dropped. Without a Tokio runtime nothing runs.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let Some(runtime) = Handle::try_current().ok().or_else(|| self.runtime.clone()) else {
            return;
        };
        let stopped = self.stopped.clone();
        runtime.spawn(async move {
            tokio::select! {
                () = stopped.cancelled() => {}
                () = task => {}
            }
        });
    }

    /// Ends all tasks.
    pub(crate) fn stop(&self) {
        self.stopped.cancel();
        *self.sink.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}
