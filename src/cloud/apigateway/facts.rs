//! What an event tells besides the request itself.

use crate::chance::Chance;
use crate::clock::Timestamp;
use crate::cloud::{Account, Cloud};

/// Ids, time and place of one request.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The account and Region.
    pub account: Account,
    /// When the request came.
    pub at: Timestamp,
    /// The request's id, a UUID.
    pub request_id: String,
    /// The other id: of a REST API's gateway, and of the whole for an HTTP API.
    pub extended_request_id: String,
    /// `Root=1-...`.
    pub trace_id: String,
    /// Where the request came from.
    pub source_ip: String,
}

impl Facts {
    /// Facts with made-up ids.
    #[must_use]
    pub fn new(account: Account, at: Timestamp, chance: &Chance) -> Self {
        Self {
            account,
            at,
            request_id: chance.uuid(),
            extended_request_id: format!("{}=", chance.alphanumeric(15)),
            trace_id: format!("Root=1-{:08x}-{}", at.as_secs(), chance.hex(24)),
            source_ip: "127.0.0.1".to_owned(),
        }
    }

    /// The time as API Gateway writes it, as `09/Apr/2015:12:34:56 +0000`.
    #[must_use]
    pub fn request_time(&self) -> String {
        self.at.format("%d/%b/%Y:%H:%M:%S +0000")
    }
}

impl Cloud {
    /// Facts about a request that comes now.
    #[must_use]
    pub fn request_facts(&self) -> Facts {
        Facts::new(self.account().clone(), self.core.now(), &self.core.chance)
    }
}
