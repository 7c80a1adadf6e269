//! Which route takes a request.

use std::time::Duration;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use super::{Api, Kind};

/// A route of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// An HTTP method or `ANY`.
    pub method: String,
    /// As `/orders/{id}` or `/{proxy+}`; `$default` takes all requests of an HTTP API.
    pub path: String,
    /// The function behind it: a name or an ARN, perhaps qualified.
    pub function: String,
    /// For how long the API waits for the function; `None` is as long as it can.
    pub timeout: Option<Duration>,
}

impl Route {
    /// A route to a function, with the longest timeout.
    #[must_use]
    pub fn new(method: &str, path: &str, function: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            function: function.to_owned(),
            timeout: None,
        }
    }

    /// As an HTTP API names it: `GET /orders/{id}`, or `$default`.
    #[must_use]
    pub fn key(&self) -> String {
        match self.path.as_str() {
            "$default" => "$default".to_owned(),
            path => format!("{} {path}", self.method.to_ascii_uppercase()),
        }
    }

    /// The id of a REST API's resource: six letters and digits.
    #[must_use]
    pub fn resource_id(&self) -> String {
        let digest = crc32fast::hash(self.path.as_bytes());
        format!("{digest:08x}").chars().take(6).collect()
    }
}

/// A route with what its path's variables stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'a> {
    /// The route.
    pub route: &'a Route,
    /// The variables, in order.
    pub parameters: Vec<(String, String)>,
}

/// How well a route's path fits, part by part (lower is better), and its variables.
type Fit = (Vec<u8>, Vec<(String, String)>);

impl Api {
    /// The most specific route that takes a request: fixed parts before variables before `{proxy+}`, a method before
    /// `ANY`.
    #[must_use]
    pub fn route(&self, method: &str, path: &str) -> Option<Match<'_>> {
        let candidates = self.routes.iter().filter_map(|route| {
            let any = route.method.eq_ignore_ascii_case("ANY");
            if !any && !route.method.eq_ignore_ascii_case(method) {
                return None;
            }
            let (rank, parameters) = self.take(route, path)?;
            Some(((rank, any), Match { route, parameters }))
        });
        candidates
            .min_by(|one, other| one.0.cmp(&other.0))
            .map(|(_, found)| found)
    }

    fn take(&self, route: &Route, path: &str) -> Option<Fit> {
        if route.path == "$default" {
            return (self.kind == Kind::Http).then(|| (vec![3], Vec::new()));
        }
        let trimmed = path.trim_start_matches('/');
        let mut rest: Option<&str> = Some(match self.kind {
            Kind::Rest => trimmed.strip_suffix('/').unwrap_or(trimmed),
            Kind::Http => trimmed,
        });
        let (mut rank, mut parameters) = (Vec::new(), Vec::new());
        let pattern = route.path.trim_matches('/');
        if pattern.is_empty() {
            return (rest == Some("")).then_some((rank, parameters));
        }
        for part in pattern.split('/') {
            let left = rest?;
            let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            if let Some(name) = name.and_then(|name| name.strip_suffix('+')) {
                if left.is_empty() {
                    return None;
                }
                rank.push(2);
                parameters.push((name.to_owned(), self.decoded(left)));
                return Some((rank, parameters));
            }
            let (here, after) = match left.split_once('/') {
                Some((here, after)) => (here, Some(after)),
                None => (left, None),
            };
            match name {
                Some(_) if here.is_empty() => return None,
                Some(name) => {
                    rank.push(1);
                    parameters.push((name.to_owned(), self.decoded(here)));
                }
                None if part == here => rank.push(0),
                None => return None,
            }
            rest = after;
        }
        rest.is_none().then_some((rank, parameters))
    }

    /// A REST API hands the path's parts on as they came.
    fn decoded(&self, part: &str) -> String {
        match self.kind {
            Kind::Rest => part.to_owned(),
            Kind::Http => percent_decode_str(part).decode_utf8_lossy().into_owned(),
        }
    }
}
