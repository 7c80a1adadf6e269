//! REST APIs: resources, methods, integrations, deployments, stages.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Answer, Managed, bad_request, conflict, function_of, lambda_proxy, new_id, no_part, not_found, timeout};
use crate::cloud::ApiError;
use crate::cloud::apigateway::{Api, Apis, Kind, Route};
use crate::cloud::input::Input;

/// A REST API as it is being made.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::cloud::apigateway) struct RestApi {
    id: String,
    created: u64,
    given: Value,
    resources: Vec<Resource>,
    /// Id, description and when.
    deployments: Vec<(String, Value, u64)>,
    /// Name and what is shown of each.
    stages: BTreeMap<String, Value>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Resource {
    id: String,
    parent: Option<String>,
    path: String,
    methods: BTreeMap<String, Method>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Method {
    shown: Value,
    integration: Option<Value>,
}

impl Apis {
    /// `None` is an operation that is not there.
    pub(super) fn manage_rest(
        &self,
        method: &str,
        parts: &[&str],
        input: Input<'_>,
    ) -> Result<Option<Answer>, ApiError> {
        let mut managed = self.managed();
        if let (verb, []) = (method, parts) {
            return match verb {
                "POST" => self.create_rest(&mut managed, input).map(Some),
                "GET" => Ok(Some(Answer::list(managed.rest.iter().map(RestApi::shown), "item"))),
                _ => Ok(None),
            };
        }
        let Some((id, rest)) = parts.split_first() else {
            return Ok(None);
        };
        let place = managed.rest.iter().position(|api| api.id == *id);
        let place = place.ok_or_else(|| not_found("Invalid API identifier specified"))?;
        if let ("DELETE", []) = (method, rest) {
            managed.rest.remove(place);
            self.remove(id, None);
            return Ok(Some(Answer::new(202, Value::Null)));
        }
        let api = &mut managed.rest[place];
        let answer = match (method, rest) {
            ("GET", []) => Answer::new(200, api.shown()),
            ("GET", ["resources"]) => Answer::list(api.resources.iter().map(Resource::shown), "item"),
            ("GET", ["resources", resource]) => Answer::new(200, api.resource(resource)?.shown()),
            ("POST", ["resources", parent]) => {
                let part = input.required("pathPart")?;
                let new = new_id(&self.core, 6);
                Answer::new(201, api.add_resource(new, parent, part)?)
            }
            ("DELETE", ["resources", resource]) => {
                api.resource(resource)?;
                api.resources
                    .retain(|other| other.id != *resource && other.parent.as_deref() != Some(*resource));
                Answer::new(202, Value::Null)
            }
            (_, ["resources", resource, "methods", verb, rest @ ..]) => {
                let verb = verb.to_ascii_uppercase();
                match api.resource(resource)?.manage(method, &verb, rest, input)? {
                    Some(answer) => answer,
                    None => return Ok(None),
                }
            }
            ("POST", ["deployments"]) => {
                let deployment = new_id(&self.core, 6);
                let now = self.core.now().as_secs();
                let description = input.get("description").cloned().unwrap_or_default();
                api.deployments.push((deployment.clone(), description.clone(), now));
                if let Some(stage) = input.text("stageName") {
                    let deployed = api.stage(stage, &deployment, now, input);
                    self.deploy(deployed?);
                }
                Answer::new(
                    201,
                    json!({ "id": deployment, "description": description, "createdDate": now }),
                )
            }
            ("GET", ["deployments"]) => {
                let all = api.deployments.iter();
                Answer::list(
                    all.map(|(id, description, at)| json!({ "id": id, "description": description, "createdDate": at })),
                    "item",
                )
            }
            ("POST", ["stages"]) => {
                let (stage, deployment) = (input.required("stageName")?, input.required("deploymentId")?);
                if !api.deployments.iter().any(|(id, ..)| id == deployment) {
                    return Err(bad_request("Deployment id does not exist"));
                }
                let deployed = api.stage(stage, deployment, self.core.now().as_secs(), input)?;
                self.deploy(deployed);
                Answer::new(201, api.stages[stage].clone())
            }
            ("GET", ["stages"]) => Answer::list(api.stages.values().cloned(), "item"),
            ("GET", ["stages", stage]) => {
                let found = api.stages.get(*stage).cloned();
                Answer::new(200, found.ok_or_else(|| no_part("stage"))?)
            }
            ("DELETE", ["stages", stage]) => {
                api.stages.remove(*stage).ok_or_else(|| no_part("stage"))?;
                self.remove(id, Some(stage));
                Answer::new(202, Value::Null)
            }
            _ => return Ok(None),
        };
        Ok(Some(answer))
    }

    fn create_rest(&self, managed: &mut Managed, input: Input<'_>) -> Result<Answer, ApiError> {
        input.required("name")?;
        let root = Resource {
            id: new_id(&self.core, 10),
            parent: None,
            path: "/".to_owned(),
            methods: BTreeMap::new(),
        };
        let api = RestApi {
            id: new_id(&self.core, 10),
            created: self.core.now().as_secs(),
            given: input.0.clone(),
            resources: vec![root],
            deployments: Vec::new(),
            stages: BTreeMap::new(),
        };
        let shown = api.shown();
        managed.rest.push(api);
        Ok(Answer::new(201, shown))
    }
}

impl RestApi {
    fn shown(&self) -> Value {
        let mut shown = json!({ "id": self.id, "name": self.given["name"], "createdDate": self.created });
        for name in ["description", "version", "binaryMediaTypes", "tags"] {
            if let Some(value) = self.given.get(name) {
                shown[name] = value.clone();
            }
        }
        shown["apiKeySource"] = json!("HEADER");
        shown["endpointConfiguration"] = json!({ "types": ["REGIONAL"] });
        shown["disableExecuteApiEndpoint"] = json!(false);
        shown["rootResourceId"] = json!(self.resources.first().map(|root| &root.id));
        shown
    }

    fn resource(&mut self, id: &str) -> Result<&mut Resource, ApiError> {
        let found = self.resources.iter_mut().find(|resource| resource.id == id);
        found.ok_or_else(|| no_part("Resource"))
    }

    fn add_resource(&mut self, id: String, parent: &str, part: &str) -> Result<Value, ApiError> {
        let variable = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        let name = variable.map_or(part, |name| name.trim_end_matches('+'));
        let letters = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        if name.is_empty() || !name.chars().all(letters) {
            return Err(bad_request(
                "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the \
                 beginning and the end.",
            ));
        }
        let above = self.resource(parent)?.path.clone();
        let path = format!("{}/{part}", above.trim_end_matches('/'));
        if self.resources.iter().any(|resource| resource.path == path) {
            return Err(conflict(format!(
                "Another resource with the same parent already has this name: {part}"
            )));
        }
        let resource = Resource {
            id,
            parent: Some(parent.to_owned()),
            path,
            methods: BTreeMap::new(),
        };
        let shown = resource.shown();
        self.resources.push(resource);
        Ok(shown)
    }

    /// Puts what there is now on a stage.
    fn stage(&mut self, stage: &str, deployment: &str, now: u64, input: Input<'_>) -> Result<Api, ApiError> {
        let mut routes = Vec::new();
        for resource in &self.resources {
            for (verb, method) in &resource.methods {
                let Some(integration) = &method.integration else {
                    return Err(bad_request("No integration defined for method"));
                };
                let uri = integration["uri"].as_str().unwrap_or_default();
                let millis = integration["timeoutInMillis"].as_u64();
                routes.push(Route {
                    timeout: millis.map(Duration::from_millis),
                    ..Route::new(verb, &resource.path, function_of(uri)?)
                });
            }
        }
        if routes.is_empty() {
            return Err(bad_request("The REST API doesn't contain any methods"));
        }
        let variables = input.text_map("variables");
        let shown = json!({
            "deploymentId": deployment,
            "stageName": stage,
            "variables": variables,
            "cacheClusterEnabled": false,
            "cacheClusterStatus": "NOT_AVAILABLE",
            "methodSettings": {},
            "tracingEnabled": false,
            "createdDate": now,
            "lastUpdatedDate": now,
        });
        self.stages.insert(stage.to_owned(), shown);
        let binary = self.given["binaryMediaTypes"].as_array().into_iter().flatten();
        let binary = binary.filter_map(Value::as_str).map(str::to_owned);
        Ok(Api {
            name: self.given["name"].as_str().unwrap_or_default().to_owned(),
            stage_variables: variables,
            binary_media_types: binary.collect(),
            deployment: deployment.to_owned(),
            ..Api::new(self.id.clone(), Kind::Rest, stage, routes)
        })
    }
}

impl Resource {
    fn shown(&self) -> Value {
        let mut shown = json!({ "id": self.id });
        if let Some(parent) = &self.parent {
            shown["parentId"] = json!(parent);
            shown["pathPart"] = json!(self.path.rsplit('/').next());
        }
        shown["path"] = json!(self.path);
        if !self.methods.is_empty() {
            shown["resourceMethods"] = self.methods.keys().map(|verb| (verb.clone(), json!({}))).collect();
        }
        shown
    }

    fn manage(
        &mut self,
        method: &str,
        verb: &str,
        parts: &[&str],
        input: Input<'_>,
    ) -> Result<Option<Answer>, ApiError> {
        if let ("PUT", []) = (method, parts) {
            let shown = json!({
                "httpMethod": verb,
                "authorizationType": input.text("authorizationType").unwrap_or("NONE"),
                "apiKeyRequired": input.flag("apiKeyRequired"),
            });
            if self.methods.contains_key(verb) {
                return Err(conflict("Method already exists for this resource"));
            }
            let new = Method {
                shown: shown.clone(),
                integration: None,
            };
            self.methods.insert(verb.to_owned(), new);
            return Ok(Some(Answer::new(201, shown)));
        }
        let resource_id = self.id.clone();
        let no_method = || no_part("Method");
        let no_integration = || no_part("Integration");
        if let ("DELETE", []) = (method, parts) {
            self.methods.remove(verb).ok_or_else(no_method)?;
            return Ok(Some(Answer::new(204, Value::Null)));
        }
        let own = self.methods.get_mut(verb).ok_or_else(no_method)?;
        let answer = match (method, parts) {
            ("GET", []) => {
                let mut shown = own.shown.clone();
                if let Some(integration) = &own.integration {
                    shown["methodIntegration"] = integration.clone();
                }
                Answer::new(200, shown)
            }
            ("PUT", ["integration"]) => {
                let shown = integration(&resource_id, input)?;
                own.integration = Some(shown.clone());
                Answer::new(201, shown)
            }
            ("GET", ["integration"]) => Answer::new(200, own.integration.clone().ok_or_else(no_integration)?),
            ("DELETE", ["integration"]) => {
                own.integration.take().ok_or_else(no_integration)?;
                Answer::new(204, Value::Null)
            }
            // A proxy integration hands answers through, whatever is said of them here.
            ("PUT", ["responses" | "integration", .., code]) if *code != "integration" => {
                Answer::new(201, json!({ "statusCode": code }))
            }
            _ => return Ok(None),
        };
        Ok(Some(answer))
    }
}

/// An integration as it is shown.
fn integration(resource: &str, input: Input<'_>) -> Result<Value, ApiError> {
    let kind = lambda_proxy(input.required("type")?)?;
    let uri = input.required("uri")?;
    function_of(uri)?;
    let method = input.text("integrationHttpMethod").or_else(|| input.text("httpMethod"));
    if method != Some("POST") {
        return Err(bad_request(
            "Lambda functions are invoked with POST: integrationHttpMethod must be POST.",
        ));
    }
    Ok(json!({
        "type": kind,
        "httpMethod": "POST",
        "uri": uri,
        "passthroughBehavior": input.text("passthroughBehavior").unwrap_or("WHEN_NO_MATCH"),
        "timeoutInMillis": timeout(input, 29_000)?,
        "cacheNamespace": resource,
        "cacheKeyParameters": [],
    }))
}
