//! Event source mappings: queues and streams that Lambda polls on a function's behalf.

mod batch;
mod filter;
mod mapping;
mod place;
mod queue_settings;
mod request;
mod scaling;
mod sqs;
mod stream;
mod stream_batch;
mod window;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use filter::FilterCriteria;
pub use mapping::{EventSourceMapping, SourceKind, StartingPosition, StreamSettings};
pub use place::Place;
pub use queue_settings::{ProvisionedPollers, QueueSettings};
pub use request::{
    DestinationRequest, FilterRequest, MappingRequest, OnFailureRequest, PatternRequest, PollerRequest, ScalingRequest,
};
pub use window::OpenWindow;

use super::service::{Lambda, WeakLambda};
use crate::clock::Busy;
use crate::cloud::Cloud;
use crate::cloud::dynamodb::StreamPosition;

/// Up to where each lane of a stream was worked off; a mapping that is enabled again goes on there.
type Checkpoint = Arc<Mutex<Vec<Place>>>;

/// The pollers of a Region, by the UUIDs of their mappings.
#[derive(Debug)]
pub struct Pollers {
    lambda: WeakLambda,
    cloud: Arc<Cloud>,
    polled: Mutex<BTreeMap<String, Polled>>,
}

#[derive(Debug)]
struct Polled {
    source: String,
    checkpoint: Checkpoint,
    poller: Option<Poller>,
}

/// Polls for one mapping until it is dropped. Batches that are under way then come to their end.
#[derive(Debug)]
struct Poller {
    /// Wakes it. The token keeps the clock from jumping before it looks.
    wake: mpsc::UnboundedSender<Busy>,
    stopped: CancellationToken,
}

/// What a poller works with.
#[derive(Debug, Clone)]
struct Polling {
    lambda: Lambda,
    cloud: Arc<Cloud>,
    mapping: Arc<EventSourceMapping>,
    /// The mapping's UUID.
    uuid: String,
    checkpoint: Checkpoint,
    stopped: CancellationToken,
}

impl Pollers {
    /// Nothing is polled yet.
    #[must_use]
    pub fn new(lambda: WeakLambda, cloud: Arc<Cloud>) -> Self {
        Self {
            lambda,
            cloud,
            polled: Mutex::default(),
        }
    }

    /// Polls for a mapping from now on, as it now is: one that is disabled is polled no longer. Whatever waits in
    /// the source already is taken at once.
    pub fn set(&self, uuid: &str, mapping: EventSourceMapping) {
        let Some(lambda) = self.lambda.upgrade() else { return };
        let mut all = self.lock();
        let polled = all.entry(uuid.to_owned()).or_insert_with(|| Polled {
            source: mapping.source.clone(),
            checkpoint: Checkpoint::default(),
            poller: None,
        });
        polled.poller = None;
        if let SourceKind::Stream(stream) = &mapping.kind {
            let mut places = polled.checkpoint.lock().unwrap_or_else(PoisonError::into_inner);
            if places.len() != stream.parallelization_factor {
                let first = places.iter().map(Place::position).min();
                let place = first.unwrap_or_else(|| match stream.starting_position {
                    StartingPosition::TrimHorizon => StreamPosition::default(),
                    StartingPosition::Latest => self.cloud.dynamodb.stream_end(&mapping.source),
                });
                *places = vec![Place::At(place); stream.parallelization_factor];
            }
        }
        if !mapping.enabled {
            return;
        }
        let (wake, woken) = mpsc::unbounded_channel();
        let stopped = CancellationToken::new();
        let polling = Polling {
            lambda: lambda.clone(),
            cloud: self.cloud.clone(),
            mapping: Arc::new(mapping),
            uuid: uuid.to_owned(),
            checkpoint: polled.checkpoint.clone(),
            stopped: stopped.clone(),
        };
        // The receiver is about to be given to the poller: it takes this one first.
        let _ = wake.send(self.cloud.clock().busy());
        polled.poller = Some(Poller { wake, stopped });
        match polling.mapping.kind.clone() {
            SourceKind::Queue(settings) => lambda.spawn(sqs::poll(polling, settings, woken)),
            SourceKind::Stream(settings) => lambda.spawn(stream::poll(polling, settings, woken)),
        }
    }

    /// Up to where each lane of a mapping's stream was worked off; nothing for a queue.
    #[must_use]
    pub fn places(&self, uuid: &str) -> Vec<Place> {
        let all = self.lock();
        let polled = all.get(uuid);
        polled.map_or_else(Vec::new, |polled| {
            polled.checkpoint.lock().unwrap_or_else(PoisonError::into_inner).clone()
        })
    }

    /// Polls for a mapping of another run of the program, from where that one was.
    pub fn go_on(&self, uuid: &str, mapping: EventSourceMapping, places: Vec<Place>) {
        let polled = Polled {
            source: mapping.source.clone(),
            checkpoint: Arc::new(Mutex::new(places)),
            poller: None,
        };
        self.lock().insert(uuid.to_owned(), polled);
        self.set(uuid, mapping);
    }

    /// Ends polling for a mapping that is deleted.
    pub fn remove(&self, uuid: &str) {
        let gone = self.lock().remove(uuid);
        drop(gone);
    }

    /// Ends all polling.
    pub fn clear(&self) {
        let gone = std::mem::take(&mut *self.lock());
        drop(gone);
    }

    /// There is something to be had from a source.
    pub fn wake(&self, source: &str, busy: &Busy) {
        for polled in self.lock().values().filter(|polled| polled.source == source) {
            if let Some(poller) = &polled.poller {
                // A poller that is gone has no use for it.
                let _ = poller.wake.send(busy.another());
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Polled>> {
        self.polled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Polling {
    /// Where a lane of a stream goes on.
    fn place(&self, lane: usize) -> Place {
        let places = self.checkpoint.lock().unwrap_or_else(PoisonError::into_inner);
        places.get(lane).cloned().unwrap_or_default()
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.stopped.cancel();
    }
}
