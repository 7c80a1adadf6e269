//! The APIs of an account, by id and stage.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Api, Kind};

/// What is deployed.
#[derive(Debug, Default)]
pub struct Apis {
    /// By id and stage.
    deployed: Mutex<BTreeMap<(String, String), Arc<Api>>>,
}

impl Apis {
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

    /// Whether there is such an API, deployed or not to the stage that is asked for.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.lock().keys().any(|(of, _)| of == id)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(String, String), Arc<Api>>> {
        self.deployed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
