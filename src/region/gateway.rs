//! API Gateway's part of a Region: from an HTTP request through a function to an HTTP response.

use std::time::Duration;

use super::{Region, RegionError};
use crate::cloud::apigateway::{Api, Facts, HttpRequest, HttpResponse, Kind, Outcome, Route, integration_timeout};
use crate::course::resources::{Api as ApiResource, ApiKind};
use crate::lambda::{ApiError, Invocation};

impl Region {
    /// Creates an API.
    pub(super) fn create_api(&self, api: &ApiResource) {
        let kind = match api.kind {
            ApiKind::Rest => Kind::Rest,
            ApiKind::Http => Kind::Http,
        };
        let routes = api.routes.iter().map(|route| Route {
            method: route.method.clone(),
            path: route.path.clone(),
            function: route.function.clone(),
        });
        let stage = if kind == Kind::Rest { "prod" } else { "$default" };
        let made = Api {
            id: self.chance.alphanumeric(10).to_lowercase(),
            kind,
            stage: stage.to_owned(),
            routes: routes.collect(),
        };
        self.apis
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .insert(api.name.clone(), made);
    }

    /// Sends an HTTP request to an API, and gives what its client gets.
    ///
    /// # Errors
    ///
    /// If there is no such API.
    pub async fn request(&self, api: &str, request: &HttpRequest) -> Result<HttpResponse, RegionError> {
        let found = self
            .apis
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .get(api)
            .cloned();
        let api = found.ok_or_else(|| RegionError::Resource {
            what: format!("API {api}"),
            message: "there is none".to_owned(),
        })?;
        let path = request.path.clone();
        let Some(found) = api.route(&request.method, &path) else {
            return Ok(api.no_route());
        };
        let facts = Facts::new(self.cloud.account().clone(), self.clock.now(), &self.chance);
        let event = api.event(request, &found, &facts);
        let invocation = Invocation {
            payload: event.to_string().into(),
            client_context: None,
            depth: 0,
        };
        let (result, _busy) = self
            .lambda
            .invoke(&found.route.function, &invocation, self.clock.busy())
            .await;
        let outcome = match result {
            Ok(record) if took(&record) > integration_timeout(api.kind) => Outcome::TimedOut,
            Ok(record) if record.function_error => Outcome::FunctionError,
            Ok(record) => Outcome::Payload(record.payload),
            Err(ApiError::Service(message)) => {
                return Err(RegionError::Resource {
                    what: format!("function {}", found.route.function),
                    message,
                });
            }
            Err(_) => Outcome::Refused,
        };
        Ok(api.response(&outcome))
    }
}

/// What a caller waits for an invocation, a cold start included.
fn took(record: &crate::history::InvocationRecord) -> Duration {
    record.duration + record.init.unwrap_or_default()
}
