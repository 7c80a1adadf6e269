//! What the service knows of functions: versions, aliases and what is configured beside them.

mod aliases;
mod concurrency;
mod deploy;
mod event_invoke;
mod functions;
mod layers;
mod mappings;
mod policy;
mod settings;
mod state;
mod url;
mod versions;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use aliases::{Alias, AliasChange};
pub use concurrency::{AccountSettings, ProvisionedState};
pub use event_invoke::{EventInvokeChange, EventInvokeConfig};
pub use functions::{Code, FunctionView, NewFunction};
pub use layers::{Layer, LayerVersion, NewLayerVersion};
pub use mappings::{Mapping, Sources};
pub use policy::Statement;
pub use settings::RecursiveLoop;
pub use url::UrlChange;

use self::concurrency::Provisioned;
use super::error::ApiError;
use super::function::{FunctionConfig, Version};
use super::pool::{Pool, Requests};
use super::reference::{FunctionRef, Qualifier};
use super::service::Lambda;

/// Environments of an account that run at once, unless raised.
const ACCOUNT_CONCURRENCY: u32 = 1_000;

/// Everything that the service keeps.
#[derive(Debug)]
pub(super) struct State {
    pub(super) functions: BTreeMap<String, Function>,
    pub(super) layers: BTreeMap<String, Layer>,
    /// By UUID.
    pub(super) mappings: BTreeMap<String, Mapping>,
    /// `ConcurrentExecutions` of the account in this Region.
    pub(super) account_concurrency: u32,
}

impl Default for State {
    fn default() -> Self {
        Self {
            functions: BTreeMap::new(),
            layers: BTreeMap::new(),
            mappings: BTreeMap::new(),
            account_concurrency: ACCOUNT_CONCURRENCY,
        }
    }
}

/// One function with all that belongs to it.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) latest: Arc<FunctionConfig>,
    pub(super) published: BTreeMap<u64, Arc<FunctionConfig>>,
    /// The number of the version that was published last, deleted or not.
    pub(super) last_published: u64,
    /// What `$LATEST` was when it was published last.
    pub(super) published_from: Option<Arc<FunctionConfig>>,
    pub(super) aliases: BTreeMap<String, Alias>,
    /// `RevisionId` of versions and aliases.
    pub(super) revisions: BTreeMap<Qualifier, String>,
    pub(super) event_invoke: BTreeMap<Qualifier, EventInvokeConfig>,
    pub(super) policies: BTreeMap<Qualifier, Vec<Statement>>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) recursive_loop: RecursiveLoop,
    pub(super) reserved: Option<u32>,
    pub(super) provisioned: BTreeMap<Qualifier, Provisioned>,
    /// Environments by version.
    pub(super) pools: BTreeMap<Version, Pool>,
    pub(super) requests: Requests,
}

impl Function {
    /// The configuration of a version.
    pub(super) fn version(&self, version: Version) -> Option<&Arc<FunctionConfig>> {
        match version {
            Version::Latest => Some(&self.latest),
            Version::Published(number) => self.published.get(&number),
        }
    }

    /// The version that a qualifier means; of an alias the one that gets most.
    pub(super) fn resolve(&self, qualifier: &Qualifier) -> Option<&Arc<FunctionConfig>> {
        match qualifier {
            Qualifier::Version(version) => self.version(*version),
            Qualifier::Alias(name) => self.version(self.aliases.get(name)?.version),
        }
    }

    /// The version that gets the next invocation: an alias with weights draws lots.
    pub(super) fn draw(&self, qualifier: &Qualifier, lot: impl FnOnce() -> f64) -> Option<&Arc<FunctionConfig>> {
        if let Qualifier::Alias(name) = qualifier
            && let Some((version, weight)) = self.aliases.get(name)?.additional
            && lot() < weight
        {
            return self.version(version);
        }
        self.resolve(qualifier)
    }

    /// All versions, `$LATEST` first.
    pub(super) fn all_versions(&self) -> impl Iterator<Item = &Arc<FunctionConfig>> {
        std::iter::once(&self.latest).chain(self.published.values())
    }

    /// Whether there is such a version or alias.
    pub(super) fn has(&self, qualifier: &Qualifier) -> bool {
        match qualifier {
            Qualifier::Version(version) => self.version(*version).is_some(),
            Qualifier::Alias(name) => self.aliases.contains_key(name),
        }
    }

    /// Its `RevisionId`.
    pub(super) fn revision(&self, qualifier: &Qualifier) -> String {
        self.revisions.get(qualifier).cloned().unwrap_or_default()
    }

    /// Refuses a change of something that has changed meanwhile.
    pub(super) fn check_revision(&self, qualifier: &Qualifier, given: Option<&str>) -> Result<(), ApiError> {
        match given {
            Some(given) if given != self.revision(qualifier) => {
                Err(ApiError::PreconditionFailed("GetFunction/GetAlias"))
            }
            _ => Ok(()),
        }
    }
}

impl Lambda {
    /// Reads how a caller names a function.
    ///
    /// # Errors
    ///
    /// Lambda's own, see [`FunctionRef::parse`].
    pub fn reference(&self, identifier: &str, qualifier: Option<&str>) -> Result<FunctionRef, ApiError> {
        FunctionRef::parse(identifier, qualifier, self.platform().account())
    }

    /// The error for a function, version or alias that is not there.
    pub(super) fn no_such(&self, reference: &FunctionRef) -> ApiError {
        ApiError::FunctionNotFound(reference.arn(self.platform().account()))
    }

    /// Does something with a function.
    pub(super) fn with_function<T>(
        &self,
        reference: &FunctionRef,
        work: impl FnOnce(&mut Function) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let mut state = self.state();
        let function = state.functions.get_mut(&reference.name);
        work(function.ok_or_else(|| self.no_such(reference))?)
    }

    /// Does something with a function that has the version or alias that was named.
    pub(super) fn with_qualified<T>(
        &self,
        reference: &FunctionRef,
        work: impl FnOnce(&mut Function, &Qualifier) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let qualifier = reference.qualifier();
        self.with_function(reference, |function| {
            if function.has(&qualifier) {
                work(function, &qualifier)
            } else {
                Err(self.no_such(reference))
            }
        })
    }

    /// A new `RevisionId`.
    pub(super) fn new_revision(&self) -> String {
        self.platform().chance().uuid()
    }
}
