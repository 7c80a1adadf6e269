//! The Lambda API over REST-JSON (Lambda API reference, version 2015-03-31): one file for each family of operations.

mod aliases;
mod answer;
mod call;
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

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::routing::{MethodFilter, on, post};
use http::Response;

use self::answer::{Answer, gone};
use self::call::{Call, Received};
use crate::lambda::ApiError;
use crate::lambda::registry::Sources;
use crate::lambda::service::WeakLambda;

/// What every operation works on.
#[derive(Debug, Clone)]
struct Api {
    lambda: WeakLambda,
    sources: Sources,
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
        let answer = move |received: Received| async move { received.call.run(name, operation, &received.body) };
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

async fn unknown(State(api): State<Api>, request: Request) -> Response<Body> {
    let Some(lambda) = api.lambda.upgrade() else {
        return gone();
    };
    let what = format!("{} {}", request.method(), request.uri().path());
    let error = ApiError::Unsupported(format!("This mock of Lambda has no operation {what}."));
    answer::refused(&error, &lambda.platform().chance().uuid())
}
