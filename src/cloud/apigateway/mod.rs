//! Amazon API Gateway in front of functions: routes, the events that functions get, and what becomes of their answers.
//!
//! Pure: who invokes the function, and over what the request came, is the caller's matter. APIs are Regional: an
//! edge-optimised one would add the headers of `CloudFront`.

mod apis;
mod facts;
mod http_api;
mod manage;
mod request;
mod response;
mod rest_api;
mod route;
mod state;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::apis::Apis;
pub use self::facts::Facts;
pub use self::http_api::Envelope;
pub use self::manage::Answer;
pub use self::request::HttpRequest;
pub use self::response::{HttpResponse, Outcome, infer, of_format_2};
pub use self::route::{Match, Route};

/// Most bytes of a request's body: 10 MB (API Gateway quotas).
pub const MAX_BODY: usize = 10 * 1024 * 1024;

/// For how long an API waits for its function: 29 seconds for a REST API, 30 for an HTTP API.
#[must_use]
pub fn integration_timeout(kind: Kind) -> Duration {
    Duration::from_secs(match kind {
        Kind::Rest => 29,
        Kind::Http => 30,
    })
}

/// The two kinds of APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// REST API with Lambda proxy integration: payload format 1.0.
    Rest,
    /// HTTP API: payload format 2.0.
    Http,
}

/// An API as it is deployed to one stage.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Api {
    /// Ten letters and digits.
    pub id: String,
    /// What its maker calls it; empty if nothing.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// The stage, as `prod`; an HTTP API may have `$default`, which is in no path.
    pub stage: String,
    /// Its routes, in any order.
    pub routes: Vec<Route>,
    /// What `stageVariables` holds.
    pub stage_variables: BTreeMap<String, String>,
    /// The media types that a REST API treats as binary, as `image/png` or `*/*`.
    pub binary_media_types: Vec<String>,
    /// The id of the deployment, six letters and digits.
    pub deployment: String,
}

impl Api {
    /// An API with routes and nothing else.
    #[must_use]
    pub fn new(id: String, kind: Kind, stage: &str, routes: Vec<Route>) -> Self {
        Self {
            deployment: id.chars().rev().take(6).collect(),
            id,
            name: String::new(),
            kind,
            stage: stage.to_owned(),
            routes,
            stage_variables: BTreeMap::new(),
            binary_media_types: Vec::new(),
        }
    }

    /// The API's own host name.
    #[must_use]
    pub fn host(&self, region: &str) -> String {
        format!("{}.execute-api.{region}.amazonaws.com", self.id)
    }

    /// The event for a request that a route takes.
    #[must_use]
    pub fn event(&self, request: &HttpRequest, found: &Match<'_>, facts: &Facts) -> serde_json::Value {
        match self.kind {
            Kind::Rest => self.rest_event(request, found, facts),
            Kind::Http => self.http_event(request, found, facts),
        }
    }

    /// What a request gets that no route takes.
    #[must_use]
    pub fn no_route(&self) -> HttpResponse {
        match self.kind {
            Kind::Rest => HttpResponse::message(403, "Missing Authentication Token")
                .with("x-amzn-ErrorType", "MissingAuthenticationTokenException"),
            Kind::Http => HttpResponse::message(404, "Not Found"),
        }
    }
}

#[cfg(test)]
mod tests;
