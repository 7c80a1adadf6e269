//! Function URLs: an HTTPS address of a function's own, without an API in front of it.
//!
//! Follows the Lambda Developer Guide, "Creating and managing Lambda function URLs", and recordings of AWS
//! (`tests/golden/aws/function-url.json`).

mod cors;
mod exchange;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

pub use cors::Cors;
pub use exchange::Caller;

use crate::clock::Timestamp;

/// Most bytes of a request's body: 6 MB, as of any synchronous invocation.
pub const MAX_BODY: usize = 6_291_456;

/// The configuration of a function URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionUrl {
    /// The first part of the host name: 32 letters and digits.
    pub id: String,
    /// The function's name.
    pub function: String,
    /// The alias; `None` is the unpublished version.
    pub qualifier: Option<String>,
    /// Who may call it.
    pub auth: AuthType,
    /// How the answer is sent.
    pub invoke_mode: InvokeMode,
    /// What browsers may do; `None` leaves it to the function.
    pub cors: Option<Cors>,
    /// When it was made, in microseconds since the epoch.
    pub created: u64,
    /// When it was changed, in microseconds since the epoch.
    pub modified: u64,
}

/// Who may call a function URL.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthType {
    /// Anybody.
    #[default]
    #[serde(rename = "NONE")]
    None,
    /// Who signs the request.
    #[serde(rename = "AWS_IAM")]
    AwsIam,
}

/// How the answer of a function URL is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum InvokeMode {
    /// When it is complete; it is read as payload format 2.0.
    #[default]
    #[serde(rename = "BUFFERED")]
    Buffered,
    /// As it comes; it is the body itself.
    #[serde(rename = "RESPONSE_STREAM")]
    ResponseStream,
}

impl FunctionUrl {
    /// A public, buffered URL without CORS.
    #[must_use]
    pub fn new(id: String, function: &str, qualifier: Option<&str>, now: Timestamp) -> Self {
        Self {
            id,
            function: function.to_owned(),
            qualifier: qualifier.map(str::to_owned),
            auth: AuthType::None,
            invoke_mode: InvokeMode::Buffered,
            cors: None,
            created: now.as_micros(),
            modified: now.as_micros(),
        }
    }

    /// As `https://ID.lambda-url.us-east-1.on.aws/`: what AWS shows as `FunctionUrl`.
    #[must_use]
    pub fn url(&self, region: &str) -> String {
        format!("https://{}/", self.host(region))
    }

    /// The host name on AWS.
    #[must_use]
    pub fn host(&self, region: &str) -> String {
        format!("{}.lambda-url.{region}.on.aws", self.id)
    }
}

/// The function URLs of a Region; clones share them.
#[derive(Debug, Clone, Default)]
pub struct FunctionUrls {
    /// By id.
    urls: Arc<Mutex<BTreeMap<String, FunctionUrl>>>,
}

impl FunctionUrls {
    /// Adds a URL, or changes the one with its id.
    pub fn put(&self, url: FunctionUrl) {
        self.lock().insert(url.id.clone(), url);
    }

    /// The URL with an id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<FunctionUrl> {
        self.lock().get(id).cloned()
    }

    /// The URL of a function's alias, or of its unpublished version.
    #[must_use]
    pub fn of(&self, function: &str, qualifier: Option<&str>) -> Option<FunctionUrl> {
        let urls = self.lock();
        let found = urls
            .values()
            .find(|url| url.function == function && url.qualifier.as_deref() == qualifier);
        found.cloned()
    }

    /// All URLs, by id.
    #[must_use]
    pub fn all(&self) -> Vec<FunctionUrl> {
        self.lock().values().cloned().collect()
    }

    /// Takes the URL with an id away.
    pub fn remove(&self, id: &str) {
        self.lock().remove(id);
    }

    /// Takes all URLs of a function away, as when it is deleted.
    pub fn remove_function(&self, function: &str) {
        self.lock().retain(|_, url| url.function != function);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, FunctionUrl>> {
        self.urls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
