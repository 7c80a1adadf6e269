//! API Gateway's part of a Region: from an HTTP request through a function to an HTTP response.

use super::{Region, RegionError};
use crate::cloud::apigateway::{Api, HttpRequest, HttpResponse, Kind, Route};
use crate::course::resources::{Api as ApiResource, ApiKind, Resources};

/// The media type that the course's REST APIs treat as binary.
pub const BINARY_MEDIA_TYPE: &str = "application/octet-stream";

impl Region {
    /// Creates an API, deployed to the stage `prod` (REST) or `$default` (HTTP).
    pub(super) fn create_api(&self, resources: &Resources, api: &ApiResource) {
        let (kind, stage) = match api.kind {
            ApiKind::Rest => (Kind::Rest, "prod"),
            ApiKind::Http => (Kind::Http, "$default"),
        };
        let routes = api.routes.iter();
        let routes = routes.map(|route| Route::new(&route.method, &route.path, &resources.invoked(&route.function)));
        // What was kept from another run keeps its id.
        let before = self.cloud.apis.named(&api.name);
        let id = before.map_or_else(
            || self.chance.alphanumeric(10).to_lowercase(),
            |before| before.id.clone(),
        );
        let mut made = Api::new(id, kind, stage, routes.collect());
        made.name.clone_from(&api.name);
        made.binary_media_types.push(BINARY_MEDIA_TYPE.to_owned());
        self.cloud.apis.deploy(made);
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
        let found = self.cloud.apis.named(api);
        let found = found.ok_or_else(|| resource("there is none".to_owned()))?;
        self.front
            .request(&self.lambda, &found, request, self.clock.busy())
            .await
            .map_err(|error| resource(error.to_string()))
    }

    /// The addresses of all APIs, as `curl` takes them, with their names.
    #[must_use]
    pub fn api_urls(&self) -> Vec<(String, String)> {
        let apis = self.cloud.apis.all().into_iter();
        let urls = apis.map(|api| {
            let stage = if api.stage == "$default" {
                String::new()
            } else {
                format!("/{}", api.stage)
            };
            let url = format!("{}/_aws/execute-api/{}{stage}", self.endpoint(), api.id);
            (api.name.clone(), url)
        });
        urls.collect()
    }
}
