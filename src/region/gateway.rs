//! API Gateway's part of a Region: from an HTTP request through a function to an HTTP response.

use std::sync::PoisonError;

use super::{Region, RegionError};
use crate::cloud::apigateway::{Api, HttpRequest, HttpResponse, Kind, Route};
use crate::course::resources::{Api as ApiResource, ApiKind};

/// The media type that the course's REST APIs treat as binary.
pub const BINARY_MEDIA_TYPE: &str = "application/octet-stream";

impl Region {
    /// Creates an API, deployed to the stage `prod` (REST) or `$default` (HTTP).
    pub(super) fn create_api(&self, api: &ApiResource) {
        let (kind, stage) = match api.kind {
            ApiKind::Rest => (Kind::Rest, "prod"),
            ApiKind::Http => (Kind::Http, "$default"),
        };
        let routes = api.routes.iter();
        let routes = routes.map(|route| Route::new(&route.method, &route.path, &route.function));
        let id = self.chance.alphanumeric(10).to_lowercase();
        let mut made = Api::new(id.clone(), kind, stage, routes.collect());
        made.binary_media_types.push(BINARY_MEDIA_TYPE.to_owned());
        self.cloud.apis.deploy(made);
        let mut names = self.apis.lock().unwrap_or_else(PoisonError::into_inner);
        names.insert(api.name.clone(), (id, stage.to_owned()));
    }

    /// Sends an HTTP request to an API that was created by name, and gives what its client gets.
    ///
    /// # Errors
    ///
    /// If there is no such API, or the mock itself fails.
    pub async fn request(&self, api: &str, request: &HttpRequest) -> Result<HttpResponse, RegionError> {
        let resource = |message: String| RegionError::Resource {
            what: format!("API {api}"),
            message,
        };
        let names = self.apis.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let found = names.get(api).and_then(|(id, stage)| self.cloud.apis.get(id, stage));
        let found = found.ok_or_else(|| resource("there is none".to_owned()))?;
        self.front
            .request(&self.lambda, &found, request, self.clock.busy())
            .await
            .map_err(|error| resource(error.to_string()))
    }

    /// The addresses of the APIs that were created by name, as `curl` takes them, by name.
    #[must_use]
    pub fn api_urls(&self) -> Vec<(String, String)> {
        let names = self.apis.lock().unwrap_or_else(PoisonError::into_inner);
        let urls = names.iter().map(|(name, (id, stage))| {
            let stage = if stage == "$default" {
                String::new()
            } else {
                format!("/{stage}")
            };
            (
                name.clone(),
                format!("{}/_aws/execute-api/{id}{stage}", self.endpoint()),
            )
        });
        urls.collect()
    }
}
