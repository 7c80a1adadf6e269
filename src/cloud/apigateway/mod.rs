//! Amazon API Gateway in front of functions: routes, the events that functions get, and what becomes of their answers.
//!
//! Pure: who invokes the function, and over what the request came, is the caller's matter.

mod event;
mod response;
mod route;

use bytes::Bytes;

pub use self::event::Facts;
pub use self::response::{HttpResponse, Outcome};
pub use self::route::{Match, Route};

/// For how long an API waits for its function: 29 seconds for a REST API, 30 for an HTTP API.
#[must_use]
pub fn integration_timeout(kind: Kind) -> std::time::Duration {
    std::time::Duration::from_secs(match kind {
        Kind::Rest => 29,
        Kind::Http => 30,
    })
}

/// The two kinds of APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// REST API with Lambda proxy integration: payload format 1.0.
    Rest,
    /// HTTP API: payload format 2.0.
    Http,
}

/// An API.
#[derive(Debug, Clone)]
pub struct Api {
    /// Ten letters and digits.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// The stage, as `prod`; an HTTP API has `$default`, which is in no path.
    pub stage: String,
    /// Its routes, in any order.
    pub routes: Vec<Route>,
}

/// A request to an API, without the stage in its path.
#[derive(Debug, Clone, Default)]
pub struct HttpRequest {
    /// As `GET`.
    pub method: String,
    /// As `/orders/7`, still percent-encoded.
    pub path: String,
    /// What comes after the question mark, still percent-encoded.
    pub query: String,
    /// The headers as they were sent.
    pub headers: Vec<(String, String)>,
    /// The body; empty if there is none.
    pub body: Bytes,
    /// Whether its content type is one of the API's `binaryMediaTypes`: then a REST API hands it on in base64.
    pub binary: bool,
}

impl Api {
    /// The API's own host name.
    #[must_use]
    pub fn host(&self, region: &str) -> String {
        format!("{}.execute-api.{region}.amazonaws.com", self.id)
    }

    /// What a request gets that no route takes.
    #[must_use]
    pub fn no_route(&self) -> HttpResponse {
        match self.kind {
            Kind::Rest => HttpResponse::message(403, "Missing Authentication Token"),
            Kind::Http => HttpResponse::message(404, "Not Found"),
        }
    }
}

#[cfg(test)]
mod tests;
