//! The APIs of an account, by id and stage.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::manage::Managed;
use super::{Api, Kind};
use crate::cloud::core::Core;

/// What is deployed, and what its operations made.
#[derive(Debug)]
pub struct Apis {
    pub(super) core: Core,
    pub(super) managed: Mutex<Managed>,
    /// By id and stage.
    deployed: Mutex<BTreeMap<(String, String), Arc<Api>>>,
}

impl Apis {
    pub(in crate::cloud) fn new(core: &Core) -> Self {
        Self {
            core: core.clone(),
            managed: Mutex::default(),
            deployed: Mutex::default(),
        }
    }

    /// Deploys an API to its stage, over what was there.
    pub fn deploy(&self, api: Api) {
        let key = (api.id.clone(), api.stage.clone());
        self.lock().insert(key, Arc::new(api));
    }

    /// Takes a stage away; every one of the API's with `None`.
    pub fn remove(&self, id: &str, stage: Option<&str>) {
        self.lock()
            .retain(|(of, name), _| of != id || stage.is_some_and(|stage| stage != name));
    }

    /// What is deployed to a stage.
    #[must_use]
    pub fn get(&self, id: &str, stage: &str) -> Option<Arc<Api>> {
        self.lock().get(&(id.to_owned(), stage.to_owned())).cloned()
    }

    /// The first deployed API with a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Arc<Api>> {
        self.lock().values().find(|api| api.name == name).cloned()
    }

    /// All that is deployed, by id and stage.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Api>> {
        self.lock().values().cloned().collect()
    }

    /// The deployed API that a path under an API's host means, and the path without the stage.
    #[must_use]
    pub fn find(&self, id: &str, path: &str) -> Option<(Arc<Api>, String)> {
        let trimmed = path.strip_prefix('/').unwrap_or(path);
        // A slash too many before the stage is passed over (recorded: `with-prepended-slash-to-stage`).
        let trimmed = trimmed.trim_start_matches('/');
        let (stage, rest) = match trimmed.split_once('/') {
            Some((stage, rest)) => (stage, format!("/{rest}")),
            None => (trimmed, "/".to_owned()),
        };
        if let Some(api) = self.get(id, stage).filter(|_| stage != "$default") {
            return Some((api, rest));
        }
        let api = self.get(id, "$default").filter(|api| api.kind == Kind::Http)?;
        Some((api, path.to_owned()))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(String, String), Arc<Api>>> {
        self.deployed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
