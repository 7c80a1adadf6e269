//! Tenant isolation (developer guide, "Tenant isolation"): environments of their own for those whom a function serves.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lambda_course::cloud::Call;
use serde_json::{Value, json};

use crate::curl::Reply;
use crate::lab::{Lab, block_on};
use crate::lambda_control::{FUNCTIONS, done, new_function, refused, told, zip};
use crate::signed::send_with;

const CODE: &str = "\
import json, logging, os
seen = []
def handler(event, context):
    if event.get('fail'):
        raise ValueError('no')
    seen.append(context.tenant_id)
    logging.getLogger().error('here')
    with open('/tmp/who', 'a') as file:
        file.write(context.tenant_id or '-')
    with open('/tmp/who') as file:
        return {'tenant': context.tenant_id, 'seen': seen, 'file': file.read(),
                'client': context.client_context and context.client_context.custom}
";

fn isolated(name: &str) -> Value {
    let mut function = new_function(name);
    function["Code"] = json!({ "ZipFile": zip(&[("app.py", CODE)]) });
    function["TenancyConfig"] = json!({"TenantIsolationMode": "PER_TENANT"});
    function
}

async fn invoke(lab: &Lab, function: &str, headers: &[(&str, &str)], event: &Value) -> Reply {
    let path = format!("{FUNCTIONS}/{function}/invocations");
    send_with(&lab.region, "POST", &path, headers, event.to_string().as_bytes()).await
}

fn of(tenant: &str) -> [(&'static str, &str); 1] {
    [("X-Amz-Tenant-Id", tenant)]
}

#[test]
fn each_tenant_has_environments_of_its_own() {
    block_on(async {
        let lab = Lab::new("").await;
        let created = done(&lab, "POST", FUNCTIONS, isolated("f")).await;
        assert_eq!(created["TenancyConfig"], json!({"TenantIsolationMode": "PER_TENANT"}));
        let found = done(&lab, "GET", &format!("{FUNCTIONS}/f/configuration"), Value::Null).await;
        assert_eq!(found["TenancyConfig"], json!({"TenantIsolationMode": "PER_TENANT"}));
        let mut last = Value::Null;
        for tenant in ["blue", "green", "blue", "green", "blue"] {
            last = invoke(&lab, "f", &of(tenant), &json!({})).await.json();
            assert_eq!(last["tenant"], tenant);
        }
        assert_eq!(last["seen"], json!(["blue", "blue", "blue"]), "its memory is its own");
        assert_eq!(last["file"], "blueblueblue", "and its files are");
        assert_eq!(lab.streams("f").len(), 2);
        let starts: Vec<bool> = lab.invocations("f").iter().map(|record| record.cold_start).collect();
        assert_eq!(starts, [true, true, false, false, false]);
    });
}

#[test]
fn a_tenant_is_wanted_where_there_is_isolation_and_nowhere_else() {
    block_on(async {
        let lab = Lab::new("").await;
        done(&lab, "POST", FUNCTIONS, isolated("f")).await;
        done(&lab, "POST", FUNCTIONS, new_function("shared")).await;
        let wants = "The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request \
                     and try again.";
        for kind in ["RequestResponse", "Event", "DryRun"] {
            let headers = [("X-Amz-Invocation-Type", kind)];
            let (status, code, message) = told(&invoke(&lab, "f", &headers, &json!({})).await);
            assert_eq!(
                (status, code.as_str()),
                (400, "InvalidParameterValueException"),
                "{kind}"
            );
            assert_eq!(message, wants);
            let headers = [headers[0], ("X-Amz-Tenant-Id", "blue")];
            let (status, code, _) = told(&invoke(&lab, "shared", &headers, &json!({})).await);
            assert_eq!(
                (status, code.as_str()),
                (400, "InvalidParameterValueException"),
                "{kind}"
            );
        }
        let path = "/2021-11-15/functions/f/response-streaming-invocations";
        let (status, _, message) = told(&send_with(&lab.region, "POST", path, &[], b"{}").await);
        assert_eq!((status, message.as_str()), (400, wants));
        let (status, code, message) = told(&invoke(&lab, "f", &of("a;b"), &json!({})).await);
        assert_eq!((status, code.as_str()), (400, "ValidationException"));
        assert!(message.contains("Value 'a;b' at 'tenantId' failed"), "{message}");
        assert!(lab.invocations("f").is_empty() && lab.invocations("shared").is_empty());
    });
}

#[test]
fn retries_of_an_event_keep_its_tenant() {
    block_on(async {
        let lab = Lab::new("").await;
        done(&lab, "POST", FUNCTIONS, isolated("f")).await;
        let context = STANDARD.encode(r#"{"custom": {"k": "v"}}"#);
        let headers = |kind| {
            let context = ("X-Amz-Client-Context", context.as_str());
            [("X-Amz-Invocation-Type", kind), ("X-Amz-Tenant-Id", "blue"), context]
        };
        let reply = invoke(&lab, "f", &headers("RequestResponse"), &json!({})).await;
        assert_eq!(reply.json()["client"], json!({"k": "v"}));
        let reply = invoke(&lab, "f", &headers("Event"), &json!({"fail": true})).await;
        assert_eq!(reply.status, 202);
        lab.region.settle().await;
        let invocations = lab.invocations("f");
        assert_eq!(invocations.len(), 4, "three attempts");
        let first = &invocations[0].environment;
        assert!(
            invocations.iter().all(|record| record.environment == *first),
            "one environment"
        );
        invoke(&lab, "f", &headers("Event"), &json!({})).await;
        lab.region.settle().await;
        let last: Value = serde_json::from_slice(&lab.invocations("f")[4].payload).unwrap();
        assert_eq!(
            (&last["tenant"], &last["client"]),
            (&json!("blue"), &Value::Null),
            "no client context for events"
        );
    });
}

#[test]
fn logs_in_json_name_the_tenant() {
    block_on(async {
        let lab = Lab::new("").await;
        let mut function = isolated("f");
        function["LoggingConfig"] = json!({"LogFormat": "JSON", "SystemLogLevel": "DEBUG"});
        done(&lab, "POST", FUNCTIONS, function).await;
        done(&lab, "POST", FUNCTIONS, isolated("text")).await;
        invoke(&lab, "f", &of("blue"), &json!({})).await;
        invoke(&lab, "text", &of("blue"), &json!({})).await;
        let log: Vec<Value> = lab
            .log("f")
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        for kind in ["platform.start", "platform.runtimeDone", "platform.report"] {
            let event = log.iter().find(|event| event["type"] == kind).unwrap();
            assert_eq!(event["record"]["tenantId"], "blue", "{event}");
        }
        let init = log.iter().find(|event| event["type"] == "platform.initStart").unwrap();
        assert_eq!(
            init["record"].get("tenantId"),
            None,
            "it is not known before the invocation"
        );
        let own = log.iter().find(|event| event["message"] == "here").unwrap();
        assert_eq!(own["tenantId"], "blue");
        assert!(!lab.log("text").iter().any(|line| line.contains("blue")));
    });
}

#[test]
fn what_does_not_go_with_isolation_is_refused() {
    block_on(async {
        let lab = Lab::new("").await;
        let mut snap = isolated("snap");
        snap["SnapStart"] = json!({"ApplyOn": "PublishedVersions"});
        let mut other = isolated("other");
        other["TenancyConfig"]["TenantIsolationMode"] = json!("SHARED");
        done(&lab, "POST", FUNCTIONS, isolated("f")).await;
        done(&lab, "POST", &format!("{FUNCTIONS}/f/versions"), json!({})).await;
        let mut call = Call::outside();
        let input = json!({"QueueName": "q", "Attributes": {"VisibilityTimeout": "60"}});
        let cloud = lab.region.cloud();
        cloud
            .sqs
            .execute(&mut call, "CreateQueue", &input, cloud.clock().busy())
            .await
            .0
            .unwrap();
        let queue = "arn:aws:sqs:us-east-1:123456789012:q";
        let concurrency = "/2019-09-30/functions/f/provisioned-concurrency?Qualifier=1";
        let calls = [
            ("POST", FUNCTIONS, snap, "SnapStart cannot be used"),
            (
                "POST",
                FUNCTIONS,
                other,
                "Value 'SHARED' at 'tenancyConfig.tenantIsolationMode' failed",
            ),
            (
                "PUT",
                &format!("{FUNCTIONS}/f/configuration"),
                json!({"SnapStart": {"ApplyOn": "PublishedVersions"}}),
                "SnapStart",
            ),
            (
                "PUT",
                concurrency,
                json!({"ProvisionedConcurrentExecutions": 1}),
                "Provisioned concurrency cannot",
            ),
            (
                "POST",
                "/2021-10-31/functions/f/url",
                json!({"AuthType": "NONE"}),
                "A function URL cannot be used",
            ),
            (
                "POST",
                "/2015-03-31/event-source-mappings",
                json!({"EventSourceArn": queue, "FunctionName": "f"}),
                "An event source mapping cannot be used",
            ),
        ];
        for (method, path, body, expected) in calls {
            let (status, _, message) = refused(&lab, method, path, body).await;
            assert!(
                status == 400 && message.contains(expected),
                "{method} {path}: {status} {message}"
            );
        }
    });
}
