//! The Lambda API over REST-JSON (Lambda API reference, version 2015-03-31): one file for each family of operations.

mod aliases;
mod answer;
mod concurrency;
mod configuration;
mod describe;
mod event_invoke;
mod functions;
mod input;
mod invoke;
mod layers;
mod mappings;
mod paging;
mod policy;
mod settings;
mod snapshots;
mod stream;
mod urls;
mod versions;

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Path, RawQuery, State};
use axum::routing::{MethodFilter, on, post};
use bytes::Bytes;
use http::{HeaderMap, Response};
use serde_json::{Map, Value, json};

use self::answer::{Answer, gone};
use self::input::Input;
use super::signature::pairs;
use crate::cloud::Identity;
use crate::history::Event;
use crate::lambda::registry::Sources;
use crate::lambda::service::WeakLambda;
use crate::lambda::{ApiError, FunctionRef, Lambda};

/// What every operation works on.
#[derive(Debug, Clone)]
struct Api {
    lambda: WeakLambda,
    sources: Sources,
}

/// One call of an operation.
#[derive(Debug)]
struct Call {
    lambda: Lambda,
    sources: Sources,
    caller: Identity,
    /// Parameters from the path, decoded.
    path: BTreeMap<String, String>,
    /// Parameters from the query, decoded.
    query: Vec<(String, String)>,
    /// The host that was asked, with its port.
    host: String,
    /// The body: an object, empty where there was none.
    body: Value,
}

type Operation = fn(&Call) -> Result<Answer, ApiError>;

/// Method, path, name and implementation of every operation but the invocations.
const OPERATIONS: &[(&str, &str, &str, Operation)] = &[
    ("POST", "/2015-03-31/functions", "CreateFunction", functions::create),
    ("GET", "/2015-03-31/functions", "ListFunctions", functions::list),
    (
        "GET",
        "/2015-03-31/functions/{FunctionName}",
        "GetFunction",
        functions::get,
    ),
    (
        "DELETE",
        "/2015-03-31/functions/{FunctionName}",
        "DeleteFunction",
        functions::delete,
    ),
    (
        "PUT",
        "/2015-03-31/functions/{FunctionName}/code",
        "UpdateFunctionCode",
        functions::update_code,
    ),
    (
        "GET",
        "/2015-03-31/functions/{FunctionName}/configuration",
        "GetFunctionConfiguration",
        functions::get_configuration,
    ),
    (
        "PUT",
        "/2015-03-31/functions/{FunctionName}/configuration",
        "UpdateFunctionConfiguration",
        functions::update_configuration,
    ),
    (
        "POST",
        "/2015-03-31/functions/{FunctionName}/versions",
        "PublishVersion",
        versions::publish,
    ),
    (
        "GET",
        "/2015-03-31/functions/{FunctionName}/versions",
        "ListVersionsByFunction",
        versions::list,
    ),
    (
        "POST",
        "/2015-03-31/functions/{FunctionName}/aliases",
        "CreateAlias",
        aliases::create,
    ),
    (
        "GET",
        "/2015-03-31/functions/{FunctionName}/aliases",
        "ListAliases",
        aliases::list,
    ),
    (
        "GET",
        "/2015-03-31/functions/{FunctionName}/aliases/{Name}",
        "GetAlias",
        aliases::get,
    ),
    (
        "PUT",
        "/2015-03-31/functions/{FunctionName}/aliases/{Name}",
        "UpdateAlias",
        aliases::update,
    ),
    (
        "DELETE",
        "/2015-03-31/functions/{FunctionName}/aliases/{Name}",
        "DeleteAlias",
        aliases::delete,
    ),
    (
        "POST",
        "/2015-03-31/functions/{FunctionName}/policy",
        "AddPermission",
        policy::add,
    ),
    (
        "GET",
        "/2015-03-31/functions/{FunctionName}/policy",
        "GetPolicy",
        policy::get,
    ),
    (
        "DELETE",
        "/2015-03-31/functions/{FunctionName}/policy/{StatementId}",
        "RemovePermission",
        policy::remove,
    ),
    (
        "GET",
        "/2016-08-19/account-settings",
        "GetAccountSettings",
        concurrency::account,
    ),
    (
        "PUT",
        "/2017-10-31/functions/{FunctionName}/concurrency",
        "PutFunctionConcurrency",
        concurrency::put,
    ),
    (
        "DELETE",
        "/2017-10-31/functions/{FunctionName}/concurrency",
        "DeleteFunctionConcurrency",
        concurrency::delete,
    ),
    (
        "GET",
        "/2019-09-30/functions/{FunctionName}/concurrency",
        "GetFunctionConcurrency",
        concurrency::get,
    ),
    (
        "PUT",
        "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
        "PutProvisionedConcurrencyConfig",
        concurrency::put_provisioned,
    ),
    (
        "GET",
        "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
        "GetProvisionedConcurrencyConfig",
        concurrency::get_provisioned,
    ),
    (
        "DELETE",
        "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
        "DeleteProvisionedConcurrencyConfig",
        concurrency::delete_provisioned,
    ),
    (
        "PUT",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config",
        "PutFunctionEventInvokeConfig",
        event_invoke::put,
    ),
    (
        "POST",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config",
        "UpdateFunctionEventInvokeConfig",
        event_invoke::update,
    ),
    (
        "GET",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config",
        "GetFunctionEventInvokeConfig",
        event_invoke::get,
    ),
    (
        "DELETE",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config",
        "DeleteFunctionEventInvokeConfig",
        event_invoke::delete,
    ),
    (
        "GET",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config/list",
        "ListFunctionEventInvokeConfigs",
        event_invoke::list,
    ),
    (
        "POST",
        "/2021-10-31/functions/{FunctionName}/url",
        "CreateFunctionUrlConfig",
        urls::create,
    ),
    (
        "GET",
        "/2021-10-31/functions/{FunctionName}/url",
        "GetFunctionUrlConfig",
        urls::get,
    ),
    (
        "PUT",
        "/2021-10-31/functions/{FunctionName}/url",
        "UpdateFunctionUrlConfig",
        urls::update,
    ),
    (
        "DELETE",
        "/2021-10-31/functions/{FunctionName}/url",
        "DeleteFunctionUrlConfig",
        urls::delete,
    ),
    (
        "GET",
        "/2021-10-31/functions/{FunctionName}/urls",
        "ListFunctionUrlConfigs",
        urls::list,
    ),
    (
        "POST",
        "/2015-03-31/event-source-mappings",
        "CreateEventSourceMapping",
        mappings::create,
    ),
    (
        "GET",
        "/2015-03-31/event-source-mappings",
        "ListEventSourceMappings",
        mappings::list,
    ),
    (
        "GET",
        "/2015-03-31/event-source-mappings/{UUID}",
        "GetEventSourceMapping",
        mappings::get,
    ),
    (
        "PUT",
        "/2015-03-31/event-source-mappings/{UUID}",
        "UpdateEventSourceMapping",
        mappings::update,
    ),
    (
        "DELETE",
        "/2015-03-31/event-source-mappings/{UUID}",
        "DeleteEventSourceMapping",
        mappings::delete,
    ),
    ("GET", "/2018-10-31/layers", "ListLayers", layers::list),
    (
        "POST",
        "/2018-10-31/layers/{LayerName}/versions",
        "PublishLayerVersion",
        layers::publish,
    ),
    (
        "GET",
        "/2018-10-31/layers/{LayerName}/versions",
        "ListLayerVersions",
        layers::list_versions,
    ),
    (
        "GET",
        "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}",
        "GetLayerVersion",
        layers::get,
    ),
    (
        "DELETE",
        "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}",
        "DeleteLayerVersion",
        layers::delete,
    ),
    ("GET", "/2017-03-31/tags/{Resource}", "ListTags", settings::list_tags),
    ("POST", "/2017-03-31/tags/{Resource}", "TagResource", settings::tag),
    (
        "DELETE",
        "/2017-03-31/tags/{Resource}",
        "UntagResource",
        settings::untag,
    ),
    (
        "GET",
        "/2021-07-20/functions/{FunctionName}/runtime-management-config",
        "GetRuntimeManagementConfig",
        settings::runtime_management,
    ),
    (
        "GET",
        "/2024-08-31/functions/{FunctionName}/recursion-config",
        "GetFunctionRecursionConfig",
        settings::get_recursion,
    ),
    (
        "PUT",
        "/2024-08-31/functions/{FunctionName}/recursion-config",
        "PutFunctionRecursionConfig",
        settings::put_recursion,
    ),
    ("GET", snapshots::FUNCTION, "GetSnapshot", snapshots::function),
    ("GET", snapshots::LAYER, "GetSnapshot", snapshots::layer),
];

/// The routes of the Lambda API over a service. Packages may come from the buckets of its sources.
pub fn routes(lambda: WeakLambda, sources: Sources) -> Router {
    let mut router = Router::new();
    for (method, path, name, operation) in OPERATIONS {
        let filter = match *method {
            "POST" => MethodFilter::POST,
            "PUT" => MethodFilter::PUT,
            "DELETE" => MethodFilter::DELETE,
            _ => MethodFilter::GET,
        };
        let (name, operation) = (*name, *operation);
        let answer = move |State(api): State<Api>,
                           Extension(caller): Extension<Identity>,
                           Path(path): Path<BTreeMap<String, String>>,
                           RawQuery(query): RawQuery,
                           headers: HeaderMap,
                           body: Bytes| async move {
            let Some(lambda) = api.lambda.upgrade() else {
                return gone();
            };
            let call = Call::read(lambda, api.sources, caller, path, query.as_deref(), &headers);
            call.run(name, operation, &body)
        };
        // Older clients end some paths with a slash.
        router = router
            .route(path, on(filter, answer))
            .route(&format!("{path}/"), on(filter, answer));
    }
    router
        .route("/2015-03-31/functions/{FunctionName}/invocations", post(invoke::invoke))
        .route(
            "/2021-11-15/functions/{FunctionName}/response-streaming-invocations",
            post(stream::invoke),
        )
        .route(
            "/2014-11-13/functions/{FunctionName}/invoke-async",
            post(invoke::invoke_async),
        )
        .route(
            "/2014-11-13/functions/{FunctionName}/invoke-async/",
            post(invoke::invoke_async),
        )
        .fallback(unknown)
        .with_state(Api { lambda, sources })
}

impl Call {
    fn read(
        lambda: Lambda,
        sources: Sources,
        caller: Identity,
        path: BTreeMap<String, String>,
        query: Option<&str>,
        headers: &HeaderMap,
    ) -> Self {
        let host = headers.get("host").and_then(|host| host.to_str().ok());
        Self {
            lambda,
            sources,
            caller,
            path,
            query: pairs(query.unwrap_or_default()).collect(),
            host: host.unwrap_or("localhost").to_owned(),
            body: json!({}),
        }
    }

    /// Runs an operation, and records the call. Virtual time does not jump meanwhile.
    fn run(mut self, name: &str, operation: Operation, body: &[u8]) -> Response<Body> {
        let _busy = self.lambda.platform().clock().busy();
        let result = input::parse(body).and_then(|body| {
            self.body = body;
            operation(&self)
        });
        self.lambda.platform().record(Event::ServiceCall {
            environment: self.caller.caller.environment(),
            service: "lambda".to_owned(),
            operation: name.to_owned(),
            parameters: self.parameters(),
            error: result.as_ref().err().map(|error| error.code().to_owned()),
        });
        let request_id = self.lambda.platform().chance().uuid();
        match result {
            Ok(answer) => answer.response(&request_id),
            Err(error) => answer::refused(&error, &request_id),
        }
    }

    /// The parameters of the body.
    fn input(&self) -> Input<'_> {
        Input::of(&self.body)
    }

    /// A parameter of the path.
    fn part(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// A parameter of the query; nothing where it is empty.
    fn queried(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The function, version or alias that the call is about.
    fn function(&self) -> Result<FunctionRef, ApiError> {
        self.lambda
            .reference(self.part("FunctionName"), self.queried("Qualifier"))
    }

    /// What the history keeps: everything but code.
    fn parameters(&self) -> Value {
        let mut all = Map::new();
        for (key, value) in self
            .path
            .iter()
            .chain(self.query.iter().map(|(key, value)| (key, value)))
        {
            all.insert(key.clone(), json!(value));
        }
        if let Some(body) = self.body.as_object() {
            let kept = body
                .iter()
                .filter(|(key, _)| !matches!(key.as_str(), "ZipFile" | "Code" | "Content"));
            all.extend(kept.map(|(key, value)| (key.clone(), value.clone())));
        }
        Value::Object(all)
    }
}

async fn unknown(State(api): State<Api>, request: axum::extract::Request) -> Response<Body> {
    let Some(lambda) = api.lambda.upgrade() else {
        return gone();
    };
    let what = format!("{} {}", request.method(), request.uri().path());
    let error = ApiError::Unsupported(format!("This mock of Lambda has no operation {what}."));
    answer::refused(&error, &lambda.platform().chance().uuid())
}
