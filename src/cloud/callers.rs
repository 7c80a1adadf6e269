//! Who may call the endpoint: one set of credentials per execution environment, one for the outside, and sessions that
//! either of them asked for.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::core::Core;
use crate::chance::Chance;
use crate::clock::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

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
    /// When they expire, if they do by themselves.
    pub expires: Option<Timestamp>,
    /// Who calls.
    pub caller: Arc<dyn Caller>,
}

impl Identity {
    /// Whether its credentials held only until now.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("name", &self.name)
            .field("role", &self.role)
            .field("credentials", &self.credentials)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// The access keys of a Region.
pub struct Callers {
    core: Core,
    outside: RwLock<Credentials>,
    issued: Mutex<Issued>,
}

#[derive(Default)]
struct Issued {
    /// By access key.
    identities: HashMap<String, Identity>,
    /// The sessions, by when they are forgotten and their access key: the name of the source that the key is from.
    sessions: BTreeMap<(Timestamp, String), String>,
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
            expires: None,
            caller: Arc::new(Outside),
        };
        self.revoke(&self.outside().access_key_id);
        let mut issued = self.lock();
        issued.identities.insert(credentials.access_key_id.clone(), identity);
        drop(issued);
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
        let identity = Identity {
            name: function.to_owned(),
            role: Some(role.to_owned()),
            credentials: temporary(&self.core.chance.of(environment)),
            expires: None,
            caller,
        };
        let credentials = identity.credentials.clone();
        let mut issued = self.lock();
        issued.identities.insert(credentials.access_key_id.clone(), identity);
        credentials
    }

    /// Ends what an environment was issued.
    pub fn dismiss(&self, environment: &str, access_key_id: &str) {
        self.revoke(access_key_id);
        self.core.chance.forget(environment);
    }

    /// A session of a role, or of a user's own if there is no role, whose credentials last for so long. For a day more
    /// they are known as expired.
    #[must_use]
    pub fn assume(&self, role: Option<String>, session: &str, lasting: Duration, caller: Arc<dyn Caller>) -> Identity {
        let now = self.core.now();
        self.forget_sessions(now);
        // No source is asked after its day, so that none has to be kept for longer than its sessions.
        let source = format!("session {session} on day {}", now.as_secs() / DAY.as_secs());
        let expires = now + lasting;
        let identity = Identity {
            name: session.to_owned(),
            role,
            credentials: temporary(&self.core.chance.of(&source)),
            expires: Some(expires),
            caller,
        };
        let key = &identity.credentials.access_key_id;
        let mut issued = self.lock();
        issued.identities.insert(key.clone(), identity.clone());
        issued.sessions.insert((expires + DAY, key.clone()), source);
        drop(issued);
        identity
    }

    /// Forgets what expired long ago.
    fn forget_sessions(&self, now: Timestamp) {
        let mut issued = self.lock();
        let later = issued.sessions.split_off(&(now, String::new()));
        let over = std::mem::replace(&mut issued.sessions, later);
        let gone: Vec<_> = over.keys().map(|(_, key)| issued.identities.remove(key)).collect();
        drop(issued);
        drop(gone);
        for source in over.values() {
            self.core.chance.forget(source);
        }
    }

    /// The owner of an access key.
    #[must_use]
    pub fn lookup(&self, access_key_id: &str) -> Option<Identity> {
        self.lock().identities.get(access_key_id).cloned()
    }

    /// Makes an access key invalid.
    pub fn revoke(&self, access_key_id: &str) {
        let gone = self.lock().identities.remove(access_key_id);
        drop(gone);
    }

    fn lock(&self) -> MutexGuard<'_, Issued> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// New temporary credentials.
fn temporary(chance: &Chance) -> Credentials {
    Credentials {
        access_key_id: format!("ASIA{}", chance.alphanumeric(16)),
        secret_access_key: chance.hex(40),
        session_token: Some(format!("IQoJb3JpZ2luX2VjE{}", chance.hex(128))),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::cloud::{Account, Cloud};
    use crate::history::History;

    #[tokio::test]
    async fn sessions_are_forgotten_a_day_after_they_expired() {
        let clock = Clock::new(Timestamp::from_micros(1_767_225_600_000_000));
        let cloud = Cloud::new(
            clock.clone(),
            &Chance::seeded(1),
            History::default(),
            Account::default(),
        );
        let callers = &cloud.callers;
        let assume = |session: &str| {
            let role = Some("role".to_owned());
            callers.assume(role, session, Duration::from_secs(900), Arc::new(Outside))
        };
        let known = |identity: &Identity| callers.lookup(&identity.credentials.access_key_id).is_some();
        let (first, second) = (assume("one"), assume("two"));
        assert_ne!(first.credentials, second.credentials);
        drop(clock.sleep(clock.busy(), Duration::from_secs(900)).await);
        let third = assume("one");
        assert!(first.has_expired(clock.now()) && !third.has_expired(clock.now()));
        drop(clock.sleep(clock.busy(), DAY + Duration::from_secs(1)).await);
        let again = assume("one");
        assert_eq!([&first, &second, &third, &again].map(known), [false, false, true, true]);
        // What is forgotten does not come back.
        assert_ne!(again.credentials, first.credentials);
        let issued = callers.lock();
        assert_eq!(issued.sessions.len(), 2);
        assert_eq!(issued.identities.len(), 3, "and the outside");
    }
}
