#![expect(clippy::needless_pass_by_value, reason = "literals read better")]

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::chance::Chance;
use crate::clock::{Clock, Timestamp};
use crate::cloud::{Account, Cloud};
use crate::history::History;

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

fn cloud() -> Arc<Cloud> {
    let clock = Clock::new(Timestamp::from_micros(1_767_225_600_000_000));
    Cloud::new(clock, &Chance::seeded(1), History::default(), Account::default())
}

fn uri() -> String {
    format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations")
}

#[track_caller]
fn done(cloud: &Cloud, method: &str, path: &str, input: Value) -> Value {
    let answer = cloud.apis.manage(method, path, &input);
    answer.unwrap_or_else(|error| panic!("{method} {path}: {error}")).body
}

fn refused(cloud: &Cloud, method: &str, path: &str, input: Value) -> (u16, String) {
    let error = cloud.apis.manage(method, path, &input).unwrap_err();
    (error.status, error.message)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn a_rest_api_is_made_and_deployed() {
    let cloud = cloud();
    let api = done(
        &cloud,
        "POST",
        "/restapis",
        json!({ "name": "shop", "binaryMediaTypes": ["image/png"] }),
    );
    let (id, root) = (text(&api["id"]), text(&api["rootResourceId"]));
    let orders = done(
        &cloud,
        "POST",
        &format!("/restapis/{id}/resources/{root}"),
        json!({ "pathPart": "orders" }),
    );
    let one = format!("/restapis/{id}/resources/{}", text(&orders["id"]));
    let one = done(&cloud, "POST", &one, json!({ "pathPart": "{id}" }));
    assert_eq!(
        (&one["path"], &one["parentId"]),
        (&json!("/orders/{id}"), &orders["id"])
    );
    let method = format!("/restapis/{id}/resources/{}/methods/GET", text(&one["id"]));
    done(&cloud, "PUT", &method, json!({ "authorizationType": "NONE" }));
    let deployments = format!("/restapis/{id}/deployments");
    let early = refused(&cloud, "POST", &deployments, json!({ "stageName": "prod" }));
    assert_eq!(early, (400, "No integration defined for method".to_owned()));
    let integration = format!("{method}/integration");
    let unknown = refused(&cloud, "GET", &integration, json!({}));
    assert_eq!(unknown, (404, "Invalid Integration identifier specified".to_owned()));
    let input = json!({ "type": "AWS_PROXY", "httpMethod": "POST", "uri": uri(), "timeoutInMillis": 500 });
    let shown = done(&cloud, "PUT", &integration, input);
    assert_eq!(shown["passthroughBehavior"], "WHEN_NO_MATCH");
    done(
        &cloud,
        "POST",
        &deployments,
        json!({ "stageName": "prod", "variables": { "table": "orders" } }),
    );
    let (deployed, path) = cloud.apis.find(id, "/prod/orders/7").unwrap();
    let found = deployed.route("GET", &path).unwrap();
    assert_eq!(
        (found.route.function.as_str(), found.route.timeout.unwrap().as_millis()),
        (FUNCTION, 500)
    );
    assert_eq!(deployed.stage_variables["table"], "orders");
    assert_eq!(deployed.binary_media_types, ["image/png"]);
    done(&cloud, "DELETE", &format!("/restapis/{id}/stages/prod"), json!({}));
    assert!(cloud.apis.find(id, "/prod/orders/7").is_none());
    done(&cloud, "DELETE", &format!("/restapis/{id}"), json!({}));
    assert_eq!(done(&cloud, "GET", "/restapis", json!({})), json!({ "item": [] }));
}

#[test]
fn an_http_api_is_made_at_once_or_bit_by_bit() {
    let cloud = cloud();
    let quick = json!({ "name": "q", "protocolType": "HTTP", "target": FUNCTION });
    let api = done(&cloud, "POST", "/v2/apis", quick);
    let id = text(&api["apiId"]);
    let (deployed, path) = cloud.apis.find(id, "/any/thing").unwrap();
    assert_eq!(deployed.route("PUT", &path).unwrap().route.key(), "$default");
    let integrations = done(&cloud, "GET", &format!("/v2/apis/{id}/integrations"), json!({}));
    let target = format!("integrations/{}", text(&integrations["items"][0]["integrationId"]));
    let routes = format!("/v2/apis/{id}/routes");
    let route = json!({ "routeKey": "GET /orders/{id}", "target": target });
    done(&cloud, "POST", &routes, route.clone());
    assert_eq!(refused(&cloud, "POST", &routes, route).0, 409);
    // The stage of the quick create deploys by itself.
    let (deployed, _) = cloud.apis.find(id, "/orders/7").unwrap();
    assert_eq!(
        deployed.route("GET", "/orders/7").unwrap().route.key(),
        "GET /orders/{id}"
    );
    let stage = json!({ "stageName": "dev", "autoDeploy": false });
    done(&cloud, "POST", &format!("/v2/apis/{id}/stages"), stage);
    assert_eq!(cloud.apis.find(id, "/dev/x").unwrap().0.stage, "$default");
    done(
        &cloud,
        "POST",
        &format!("/v2/apis/{id}/deployments"),
        json!({ "stageName": "dev" }),
    );
    assert_eq!(cloud.apis.find(id, "/dev/x").unwrap().0.stage, "dev");
    let key = refused(&cloud, "POST", &routes, json!({ "routeKey": "orders" }));
    assert!(key.0 == 400 && key.1.contains("not formatted properly"), "{key:?}");
    assert_eq!(
        refused(
            &cloud,
            "POST",
            "/v2/apis",
            json!({ "name": "w", "protocolType": "WEBSOCKET" })
        )
        .0,
        400
    );
}

/// `test_put_integration_aws_proxy_uri`.
#[test]
fn integrations_are_refused_as_recorded() {
    let golden = include_str!("../../../../tests/golden/aws/api-gateway.json");
    let golden: Value = serde_json::from_str(golden).unwrap();
    let mut all = golden.as_object().unwrap().iter();
    let recorded = all.find(|(name, _)| name.ends_with("::test_put_integration_aws_proxy_uri"));
    let recorded = &recorded.unwrap().1["recorded-content"];
    let functions = format!("2015-03-31/functions/{FUNCTION}/invocations");
    let rows = [
        ("put-integration-lambda-uri", FUNCTION.to_owned()),
        ("put-integration-wrong-arn", format!("lambda:path/{functions}")),
        (
            "put-integration-wrong-type",
            format!("arn:aws:apigateway:us-east-1:lambda:test/{functions}"),
        ),
        (
            "put-integration-wrong-firehose",
            format!("arn:aws:apigateway:us-east-1:firehose:path/{functions}"),
        ),
        (
            "put-integration-bad-lambda-arn",
            "arn:aws:apigateway:us-east-1:lambda:path/random/value/invocations".to_owned(),
        ),
    ];
    assert_eq!(rows.len(), recorded.as_object().unwrap().len());
    for (name, uri) in rows {
        let error = function_of(&uri).unwrap_err();
        assert_eq!(json!(error.message), recorded[name]["message"], "{name}");
        assert_eq!(json!(error.code), recorded[name]["Error"]["Code"], "{name}");
        assert_eq!(
            json!(error.status),
            recorded[name]["ResponseMetadata"]["HTTPStatusCode"],
            "{name}"
        );
    }
    assert_eq!(function_of(&uri()).unwrap(), FUNCTION);
}

#[test]
fn what_is_not_there_says_so() {
    let cloud = cloud();
    let (status, message) = refused(&cloud, "GET", "/apikeys", json!({}));
    assert!(
        status == 501 && message.contains("has no operation GET /apikeys"),
        "{message}"
    );
    assert_eq!(refused(&cloud, "GET", "/restapis/nothing", json!({})).0, 404);
    let api = done(&cloud, "POST", "/restapis", json!({ "name": "a" }));
    let (id, root) = (text(&api["id"]), text(&api["rootResourceId"]));
    let method = format!("/restapis/{id}/resources/{root}/methods/GET");
    done(&cloud, "PUT", &method, json!({}));
    let mock = json!({ "type": "MOCK" });
    assert!(
        refused(&cloud, "PUT", &format!("{method}/integration"), mock)
            .1
            .contains("AWS_PROXY")
    );
    assert_eq!(refused(&cloud, "PATCH", &method, json!({})).0, 501);
}
