//! Who may call the endpoint: one set of credentials per execution environment, and one for the outside.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use super::core::Core;
use crate::chance::Chance;

/// Somebody who calls with credentials of their own.
pub trait Caller: Send + Sync {
    /// The execution environment that calls; `None` for the outside.
    fn environment(&self) -> Option<String>;

    /// Says that the caller only waits for an answer, until the guard is dropped: its own [`crate::clock::Busy`]
    /// token is put aside meanwhile, so that virtual time can pass.
    fn suspend(&self) -> Box<dyn Send>;
}

/// What a client signs its requests with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: String,
    /// `AWS_SESSION_TOKEN`; the outside has none.
    pub session_token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// What is known of the owner of an access key.
#[derive(Clone)]
pub struct Identity {
    /// The function's name for an execution environment, else the session's or the user's.
    pub name: String,
    /// The role of a session; `None` for a user.
    pub role: Option<String>,
    /// The credentials.
    pub credentials: Credentials,
    /// Who calls.
    pub caller: Arc<dyn Caller>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("name", &self.name)
            .field("role", &self.role)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

/// The access keys of a Region.
pub struct Callers {
    core: Core,
    outside: RwLock<Credentials>,
    issued: Mutex<HashMap<String, Identity>>,
}

impl Callers {
    pub(super) fn new(core: &Core) -> Self {
        let outside = Credentials {
            access_key_id: format!("AKIA{}", core.chance.alphanumeric(16)),
            secret_access_key: core.chance.hex(40),
            session_token: None,
        };
        let callers = Self {
            core: core.clone(),
            issued: Mutex::default(),
            outside: RwLock::new(outside.clone()),
        };
        callers.set_outside(outside);
        callers
    }

    /// Lets the outside call with these credentials from now on, and no others.
    pub(super) fn set_outside(&self, credentials: Credentials) {
        let identity = Identity {
            name: "learner".to_owned(),
            role: None,
            credentials: credentials.clone(),
            caller: Arc::new(Outside),
        };
        self.revoke(&self.outside().access_key_id);
        self.lock().insert(credentials.access_key_id.clone(), identity);
        *self.outside.write().unwrap_or_else(PoisonError::into_inner) = credentials;
    }

    /// The credentials for calls from the outside.
    #[must_use]
    pub fn outside(&self) -> Credentials {
        self.outside.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Temporary credentials of an execution environment: a session of the function's role under the function's name.
    #[must_use]
    pub fn issue(&self, role: &str, function: &str, environment: &str, caller: Arc<dyn Caller>) -> Credentials {
        let chance = self.core.chance.of(environment);
        self.grant(&chance, Some(role.to_owned()), function, caller)
    }

    /// Ends what an environment was issued.
    pub fn dismiss(&self, environment: &str, access_key_id: &str) {
        self.revoke(access_key_id);
        self.core.chance.forget(environment);
    }

    /// Temporary credentials of a role's session, or of a user's own if there is no role. Nothing here ends them.
    #[must_use]
    pub fn assume(&self, role: Option<String>, session: &str, caller: Arc<dyn Caller>) -> Credentials {
        self.grant(&self.core.chance.of(session), role, session, caller)
    }

    fn grant(&self, chance: &Chance, role: Option<String>, session: &str, caller: Arc<dyn Caller>) -> Credentials {
        let credentials = Credentials {
            access_key_id: format!("ASIA{}", chance.alphanumeric(16)),
            secret_access_key: chance.hex(40),
            session_token: Some(format!("IQoJb3JpZ2luX2VjE{}", chance.hex(128))),
        };
        let identity = Identity {
            name: session.to_owned(),
            role,
            credentials: credentials.clone(),
            caller,
        };
        self.lock().insert(credentials.access_key_id.clone(), identity);
        credentials
    }

    /// The owner of an access key.
    #[must_use]
    pub fn lookup(&self, access_key_id: &str) -> Option<Identity> {
        self.lock().get(access_key_id).cloned()
    }

    /// Makes an access key invalid.
    pub fn revoke(&self, access_key_id: &str) {
        let gone = self.lock().remove(access_key_id);
        drop(gone);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Identity>> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callers")
            .field("outside", &self.outside)
            .finish_non_exhaustive()
    }
}

struct Outside;

impl Caller for Outside {
    fn environment(&self) -> Option<String> {
        None
    }

    fn suspend(&self) -> Box<dyn Send> {
        Box::new(())
    }
}
