//! A whole AWS Region in a box: clock, services, Lambda, cheap to create and to drop.

mod account;
mod code;
mod gateway;
pub mod samples;
mod state;
mod surroundings;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::chance::Chance;
use crate::clock::{Clock, Pace, Timestamp};
use crate::cloud::state::StateError;
use crate::cloud::{Account, Cloud};
use crate::endpoint::front::Front;
use crate::endpoint::{self, Endpoint};
use crate::history::History;
use crate::lambda::engine::EngineError;
use crate::lambda::event_source::Pollers;
use crate::lambda::registry::Sources;
use crate::lambda::{Engine, Lambda, Platform};

pub use account::Content;
pub use gateway::BINARY_MEDIA_TYPE;
pub use state::time_after;
use surroundings::Neighbours;

/// A Region. Dropping it ends every process in it and removes its files.
#[derive(Debug)]
pub struct Region {
    clock: Clock,
    chance: Chance,
    history: History,
    cloud: Arc<Cloud>,
    lambda: Lambda,
    sources: Sources,
    neighbours: Arc<Neighbours>,
    front: Front,
    endpoint: Endpoint,
    home: tempfile::TempDir,
}

/// 2026-01-01T00:00:00Z: when Regions begin that can be made again.
const REPEATED_START: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

/// How a Region is made.
#[derive(Debug, Clone, Copy)]
pub struct RegionConfig {
    /// What all ids and jitter follow from.
    pub seed: u64,
    /// The time at which it begins.
    pub start: Timestamp,
    /// How its time passes.
    pub pace: Pace,
    /// The port of its endpoint; 0 is any that is free.
    pub port: u16,
}

/// Why a Region cannot be had, or cannot hold what it should.
#[derive(Debug, thiserror::Error)]
pub enum RegionError {
    /// Its folder or a file in it.
    #[error("a mock Region cannot be set up in {place}: {source}")]
    Io {
        /// The folder or file.
        place: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The port of its endpoint.
    #[error(
        "port {port} of 127.0.0.1 cannot be used: {source}; choose another with --port, or none for any that is free"
    )]
    Port {
        /// Which one.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A state that cannot be taken up.
    #[error(transparent)]
    State(#[from] StateError),
    /// A service refused a resource.
    #[error("{what}: {message}")]
    Resource {
        /// Which resource.
        what: String,
        /// What the service said.
        message: String,
    },
}

impl RegionConfig {
    /// A Region that does the same again for the same seed: it always begins at the same time, and computing takes
    /// the time of a model. What a handler sleeps or reads off its own clock is real, though.
    #[must_use]
    pub fn repeatable(seed: u64) -> Self {
        Self {
            seed,
            start: REPEATED_START,
            pace: Pace::Modelled,
            ..Self::default()
        }
    }
}

impl Default for RegionConfig {
    /// Seed 1, at the computer's own time, which then is virtual; any port.
    fn default() -> Self {
        Self {
            seed: 1,
            start: Timestamp::system(),
            pace: Pace::Virtual,
            port: 0,
        }
    }
}

impl Region {
    /// An empty Region whose functions run on an engine.
    ///
    /// # Errors
    ///
    /// If its folder cannot be made or its endpoint cannot be opened.
    pub async fn start(engine: &Engine, config: RegionConfig) -> Result<Self, RegionError> {
        let home = tempfile::Builder::new()
            .prefix("lc")
            .tempdir()
            .map_err(|source| RegionError::Io {
                place: std::env::temp_dir(),
                source,
            })?;
        let clock = Clock::paced(config.pace, config.start);
        let chance = Chance::seeded(config.seed);
        let history = History::default();
        let account = Account::default();
        let cloud = Cloud::new(clock.clone(), &chance, history.clone(), account.clone());
        let neighbours = Arc::new(Neighbours::new(cloud.clone()));
        let platform = Platform::new(
            clock.clone(),
            &chance,
            history.clone(),
            engine.clone(),
            account,
            &home.path().join("e"),
            neighbours.clone(),
        )
        .map_err(|source| RegionError::Io {
            place: home.path().to_owned(),
            source,
        })?;
        let lambda = Lambda::new(Arc::new(platform));
        let pollers = Arc::new(Pollers::new(lambda.downgrade(), cloud.clone()));
        let sources = Sources {
            cloud: cloud.clone(),
            pollers: pollers.clone(),
        };
        let front = Front::new(cloud.clone(), lambda.downgrade());
        let routes = endpoint::lambda::routes(lambda.downgrade(), sources.clone());
        let endpoint = Endpoint::start_on(front.clone(), routes, config.port)
            .await
            .map_err(|source| RegionError::Port {
                port: config.port,
                source,
            })?;
        neighbours.open(&lambda, &pollers, endpoint.url());
        Ok(Self {
            clock,
            chance,
            history,
            cloud,
            lambda,
            sources,
            neighbours,
            front,
            endpoint,
            home,
        })
    }

    /// The address that SDKs are given.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.endpoint.url()
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Its record of all that happened.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Its services but Lambda.
    #[must_use]
    pub fn cloud(&self) -> &Arc<Cloud> {
        &self.cloud
    }

    /// Its Lambda service.
    #[must_use]
    pub fn lambda(&self) -> &Lambda {
        &self.lambda
    }

    /// What polls its queues and streams.
    #[must_use]
    pub fn pollers(&self) -> &Arc<Pollers> {
        &self.sources.pollers
    }

    /// Lets virtual time run until nothing is pending.
    pub async fn settle(&self) {
        self.clock.settled().await;
    }

    /// Lets a span of virtual time pass, and then runs on until nothing is pending.
    pub async fn wait(&self, span: Duration) {
        self.clock.advance(span).await;
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        self.neighbours.close();
        self.lambda.shut_down();
    }
}
