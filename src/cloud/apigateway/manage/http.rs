//! HTTP APIs: integrations, routes, stages. A stage deploys by itself (`AutoDeploy`), as the quick create's does, or when
//! a deployment is made for it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Answer, Managed, bad_request, conflict, function_of, lambda_proxy, new_id, no_part, not_found, timeout};
use crate::cloud::ApiError;
use crate::cloud::apigateway::{Api, Apis, Kind, Route};
use crate::cloud::core::Core;
use crate::cloud::input::Input;

/// An HTTP API as it is being made.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::cloud::apigateway) struct HttpApi {
    id: String,
    created: String,
    name: String,
    endpoint: String,
    /// As they are shown, by id.
    integrations: BTreeMap<String, Value>,
    /// As they are shown, by id.
    routes: BTreeMap<String, Value>,
    /// As they are shown, by name.
    stages: BTreeMap<String, Value>,
}

impl Apis {
    /// `None` is an operation that is not there.
    pub(super) fn manage_http(
        &self,
        method: &str,
        parts: &[&str],
        input: Input<'_>,
    ) -> Result<Option<Answer>, ApiError> {
        let mut managed = self.managed();
        if let (verb, []) = (method, parts) {
            return match verb {
                "POST" => self.create_http(&mut managed, input).map(Some),
                "GET" => Ok(Some(Answer::list(managed.http.iter().map(HttpApi::shown), "items"))),
                _ => Ok(None),
            };
        }
        let Some((id, rest)) = parts.split_first() else {
            return Ok(None);
        };
        let place = managed.http.iter().position(|api| api.id == *id);
        let place = place.ok_or_else(|| not_found(&format!("Invalid API identifier specified {id}")))?;
        if let ("DELETE", []) = (method, rest) {
            managed.http.remove(place);
            self.remove(id, None);
            return Ok(Some(Answer::new(204, Value::Null)));
        }
        let api = &mut managed.http[place];
        let answer = match (method, rest) {
            ("GET", []) => Answer::new(200, api.shown()),
            ("POST", ["integrations"]) => Answer::new(201, api.add_integration(&self.core, input)?),
            ("GET", ["integrations"]) => Answer::list(api.integrations.values().cloned(), "items"),
            ("POST", ["routes"]) => Answer::new(201, api.add_route(&self.core, input)?),
            ("GET", ["routes"]) => Answer::list(api.routes.values().cloned(), "items"),
            ("POST", ["stages"]) => Answer::new(201, api.add_stage(&self.core, input)?),
            ("GET", ["stages"]) => Answer::list(api.stages.values().cloned(), "items"),
            ("GET", [what @ ("integrations" | "routes" | "stages"), one]) => {
                let found = api.part(what).get(*one).cloned();
                Answer::new(200, found.ok_or_else(|| none_of(what))?)
            }
            ("DELETE", [what @ ("integrations" | "routes" | "stages"), one]) => {
                api.part(what).remove(*one).ok_or_else(|| none_of(what))?;
                if *what == "stages" {
                    self.remove(id, Some(one));
                }
                Answer::new(204, Value::Null)
            }
            ("POST", ["deployments"]) => {
                if let Some(stage) = input.text("stageName") {
                    api.stages.get(stage).ok_or_else(|| no_part("stage"))?;
                    self.deploy(api.deployed(stage));
                }
                let now = self.core.now().iso_seconds();
                let shown = json!({ "deploymentId": new_id(&self.core, 6), "deploymentStatus": "DEPLOYED", "createdDate": now, "autoDeployed": false });
                Answer::new(201, shown)
            }
            _ => return Ok(None),
        };
        if method != "GET" {
            let stages = api.stages.iter();
            let own: Vec<_> = stages
                .filter(|(_, shown)| shown["autoDeploy"] == json!(true))
                .map(|(name, _)| name.clone())
                .collect();
            for stage in own {
                self.deploy(api.deployed(&stage));
            }
        }
        Ok(Some(answer))
    }

    fn create_http(&self, managed: &mut Managed, input: Input<'_>) -> Result<Answer, ApiError> {
        let name = input.required("name")?;
        let protocol = input.required("protocolType")?;
        if protocol != "HTTP" {
            let message =
                format!("This mock of API Gateway has HTTP and REST APIs; there are none of protocol {protocol}.");
            return Err(bad_request(message));
        }
        let id = new_id(&self.core, 10);
        let mut api = HttpApi {
            endpoint: format!("https://{id}.execute-api.{}.amazonaws.com", self.core.account.region),
            id,
            created: self.core.now().iso_seconds(),
            name: name.to_owned(),
            integrations: BTreeMap::new(),
            routes: BTreeMap::new(),
            stages: BTreeMap::new(),
        };
        if let Some(target) = input.text("target") {
            // The quick create: a route for everything, and a stage that deploys by itself.
            let given =
                json!({ "integrationType": "AWS_PROXY", "integrationUri": target, "payloadFormatVersion": "2.0" });
            let integration = api.add_integration(&self.core, Input(&given))?;
            let key = input.text("routeKey").unwrap_or("$default");
            let target = format!(
                "integrations/{}",
                integration["integrationId"].as_str().unwrap_or_default()
            );
            api.add_route(&self.core, Input(&json!({ "routeKey": key, "target": target })))?;
            let stage = json!({ "stageName": "$default", "autoDeploy": true });
            api.add_stage(&self.core, Input(&stage))?;
            self.deploy(api.deployed("$default"));
        }
        let shown = api.shown();
        managed.http.push(api);
        Ok(Answer::new(201, shown))
    }
}

impl HttpApi {
    fn shown(&self) -> Value {
        json!({
            "apiEndpoint": self.endpoint,
            "apiId": self.id,
            "apiKeySelectionExpression": "$request.header.x-api-key",
            "createdDate": self.created,
            "disableExecuteApiEndpoint": false,
            "name": self.name,
            "protocolType": "HTTP",
            "routeSelectionExpression": "$request.method $request.path",
        })
    }

    fn part(&mut self, what: &str) -> &mut BTreeMap<String, Value> {
        match what {
            "integrations" => &mut self.integrations,
            "routes" => &mut self.routes,
            _ => &mut self.stages,
        }
    }

    fn add_integration(&mut self, core: &Core, input: Input<'_>) -> Result<Value, ApiError> {
        let kind = lambda_proxy(input.required("integrationType")?)?;
        let uri = input.required("integrationUri")?;
        function_in(uri)?;
        match input.text("payloadFormatVersion") {
            Some("2.0") => {}
            Some(other) => {
                let message = format!("This mock of API Gateway sends payload format 2.0 from HTTP APIs, not {other}.");
                return Err(bad_request(message));
            }
            None => {
                return Err(bad_request(
                    "PayloadFormatVersion is a required parameter for integration",
                ));
            }
        }
        let id = new_id(core, 7);
        let shown = json!({
            "connectionType": "INTERNET",
            "integrationId": id,
            "integrationMethod": "POST",
            "integrationType": kind,
            "integrationUri": uri,
            "payloadFormatVersion": "2.0",
            "timeoutInMillis": timeout(input, 30_000)?,
        });
        self.integrations.insert(id, shown.clone());
        Ok(shown)
    }

    fn add_route(&mut self, core: &Core, input: Input<'_>) -> Result<Value, ApiError> {
        let key = input.required("routeKey")?;
        let valid = key == "$default"
            || key
                .split_once(' ')
                .is_some_and(|(method, path)| !method.is_empty() && path.starts_with('/'));
        if !valid {
            return Err(bad_request(format!(
                "The provided route key is not formatted properly for HTTP protocol. Format should be \"<HTTP METHOD> \
                 /<RESOURCE PATH>\" or \"$default\": {key}"
            )));
        }
        if self.routes.values().any(|route| route["routeKey"] == json!(key)) {
            return Err(conflict(format!("Route with key {key} already exists for this API")));
        }
        let target = input.text("target");
        if let Some(target) = target {
            let integration = target.strip_prefix("integrations/").unwrap_or(target);
            if !self.integrations.contains_key(integration) {
                return Err(bad_request(format!("Unable to find Integration with ID {integration}")));
            }
        }
        let id = new_id(core, 7);
        let mut shown = json!({
            "apiKeyRequired": false,
            "authorizationType": "NONE",
            "routeId": id,
            "routeKey": key,
        });
        if let Some(target) = target {
            shown["target"] = json!(target);
        }
        self.routes.insert(id, shown.clone());
        Ok(shown)
    }

    fn add_stage(&mut self, core: &Core, input: Input<'_>) -> Result<Value, ApiError> {
        let name = input.required("stageName")?;
        if self.stages.contains_key(name) {
            return Err(conflict("Stage already exists"));
        }
        let now = core.now().iso_seconds();
        let shown = json!({
            "autoDeploy": input.flag("autoDeploy"),
            "createdDate": now,
            "lastUpdatedDate": now,
            "defaultRouteSettings": { "detailedMetricsEnabled": false },
            "routeSettings": {},
            "stageName": name,
            "stageVariables": input.text_map("stageVariables"),
            "tags": {},
        });
        self.stages.insert(name.to_owned(), shown.clone());
        Ok(shown)
    }

    /// The routes that have an integration, on a stage.
    fn deployed(&self, stage: &str) -> Api {
        let routes = self.routes.values().filter_map(|route| {
            let integration = self
                .integrations
                .get(route["target"].as_str()?.strip_prefix("integrations/")?)?;
            let function = function_in(integration["integrationUri"].as_str()?).ok()?;
            let key = route["routeKey"].as_str()?;
            let (method, path) = key.split_once(' ').unwrap_or(("ANY", key));
            Some(Route {
                timeout: integration["timeoutInMillis"].as_u64().map(Duration::from_millis),
                ..Route::new(method, path, function)
            })
        });
        let variables = self
            .stages
            .get(stage)
            .map(|shown| Input(shown).text_map("stageVariables"));
        Api {
            name: self.name.clone(),
            stage_variables: variables.unwrap_or_default(),
            ..Api::new(self.id.clone(), Kind::Http, stage, routes.collect())
        }
    }
}

/// An HTTP API takes the function's ARN itself, too.
fn function_in(uri: &str) -> Result<&str, ApiError> {
    if uri.starts_with("arn:aws:lambda:") {
        return Ok(uri);
    }
    function_of(uri)
}

/// That there is none of these.
fn none_of(parts: &str) -> ApiError {
    no_part(match parts {
        "integrations" => "Integration",
        "routes" => "Route",
        _ => "stage",
    })
}
