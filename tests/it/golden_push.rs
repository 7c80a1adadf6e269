//! What pushes events to functions, compared with recordings of AWS: API Gateway, function URLs, S3 and EventBridge.

use std::collections::BTreeSet;

use lambda_course::cloud::apigateway::{Api, HttpRequest, Kind, Route};
use lambda_course::cloud::s3::{Condition, NotificationConfiguration, PartChoice, Upload};
use lambda_course::cloud::{ApiError, Call};
use lambda_course::endpoint::front::Front;
use lambda_course::lambda::function_url::FunctionUrl;
use serde_json::{Value, json};

use crate::curl::curl;
use crate::lab::{Lab, START, block_on};
use crate::recording::{Likeness, plain, recording, recordings};

/// A file, a recording in it, and the test here that compares with it, or why there is none.
type Row = (&'static str, &'static str, Result<fn(), &'static str>);

const TABLE: &[Row] = &[
    ("api-gateway", "test_lambda_aws_proxy_integration", Ok(rest_events)),
    (
        "api-gateway",
        "test_aws_proxy_response_payload_format_validation",
        Ok(rest_answers),
    ),
    ("api-gateway", "test_lambda_aws_integration", Err(NON_PROXY)),
    (
        "api-gateway",
        "test_lambda_aws_integration_with_request_template",
        Err(NON_PROXY),
    ),
    ("api-gateway", "test_lambda_selection_patterns", Err(NON_PROXY)),
    (
        "api-gateway",
        "test_lambda_aws_integration_response_with_mapping_templates",
        Err(NON_PROXY),
    ),
    (
        "api-gateway",
        "test_lambda_aws_proxy_integration_request_data_mapping",
        Err("request parameters are not mapped: the integration is a plain proxy"),
    ),
    (
        "api-gateway",
        "test_lambda_aws_proxy_integration_non_post_method",
        Err("PutIntegration refuses at once what AWS lets fail at each request"),
    ),
    (
        "api-gateway",
        "test_put_integration_aws_proxy_uri",
        Err("compared beside the code: cloud::apigateway::manage::tests"),
    ),
    ("s3-notifications", "test_create_object_put_via_dynamodb", Ok(s3_put)),
    (
        "s3-notifications",
        "test_create_object_by_presigned_request_via_dynamodb",
        Ok(s3_post_and_put),
    ),
    (
        "s3-notifications",
        "test_invalid_lambda_arn",
        Err("needs the functions' policies, which the control plane's tests look at"),
    ),
    ("s3-eventbridge", "test_object_created_put", Ok(s3_to_bus)),
    (
        "s3-eventbridge",
        "test_object_created_put_versioned",
        Ok(s3_to_bus_versioned),
    ),
    ("s3-eventbridge", "test_object_put_acl", Err(NO_ACL)),
    (
        "s3-eventbridge",
        "test_restore_object",
        Err("no storage class of the mock needs restoring"),
    ),
    (
        "s3-eventbridge",
        "test_object_created_put_in_different_region",
        Err("a mock Region stands alone; the event is that of test_object_created_put"),
    ),
    ("s3-queues", "test_object_created_put", Ok(s3_to_queue)),
    ("s3-queues", "test_object_created_copy", Ok(s3_to_queue)),
    ("s3-queues", "test_object_created_and_object_removed", Ok(s3_to_queue)),
    ("s3-queues", "test_delete_objects", Ok(s3_to_queue)),
    (
        "s3-queues",
        "test_object_created_complete_multipart_upload",
        Ok(s3_to_queue),
    ),
    ("s3-queues", "test_key_encoding", Ok(s3_to_queue)),
    ("s3-queues", "test_object_tagging_put_event", Ok(s3_to_queue)),
    ("s3-queues", "test_object_tagging_delete_event", Ok(s3_to_queue)),
    ("s3-queues", "test_object_put_acl", Err(NO_ACL)),
    ("s3-queues", "test_notifications_with_filter", Ok(s3_to_queue)),
    ("s3-queues", "test_bucket_notifications_with_filter", Ok(s3_to_topic)),
    ("function-url", "test_lambda_url_invocation[dict]", Ok(url_answers)),
    (
        "function-url",
        "test_lambda_url_invocation[http-response]",
        Ok(url_answers),
    ),
    (
        "function-url",
        "test_lambda_url_invocation[http-response-json]",
        Ok(url_answers),
    ),
    (
        "function-url",
        "test_lambda_url_invocation[list-mixed]",
        Ok(url_answers),
    ),
    ("function-url", "test_lambda_url_invocation[string]", Ok(url_answers)),
    ("function-url", "test_lambda_url_invocation[integer]", Ok(url_answers)),
    ("function-url", "test_lambda_url_invocation[float]", Ok(url_answers)),
    ("function-url", "test_lambda_url_invocation[boolean]", Ok(url_answers)),
    (
        "function-url",
        "test_lambda_url_echo_http_fixture_default",
        Ok(url_events),
    ),
    ("function-url", "test_lambda_url_form_payload", Ok(url_events)),
    (
        "function-url",
        "test_lambda_permission_url_invocation",
        Ok(url_refusals),
    ),
    (
        "function-url",
        "test_lambda_url_persists_after_alias_delete",
        Ok(url_refusals),
    ),
    (
        "function-url",
        "test_function_url_with_response_streaming",
        Err("the recorded function is one for Node.js, whose handlers stream"),
    ),
];

const NON_PROXY: &str = "only proxy integrations are there: mapping templates belong to none of the course's lessons";
const NO_ACL: &str = "the mock has no access control lists";

#[test]
fn every_recording_is_compared_or_says_why_not() {
    let files: BTreeSet<&str> = TABLE.iter().map(|(file, ..)| *file).collect();
    let recorded: BTreeSet<(String, String)> = files
        .iter()
        .flat_map(|file| {
            recordings(file)
                .keys()
                .map(|name| ((*file).to_owned(), short(name)))
                .collect::<Vec<_>>()
        })
        .collect();
    let listed: BTreeSet<(String, String)> = TABLE
        .iter()
        .map(|(file, name, _)| ((*file).to_owned(), (*name).to_owned()))
        .collect();
    assert_eq!(recorded, listed);
    assert_eq!(listed.len(), TABLE.len(), "none is listed twice");
    for (_, name, how) in TABLE {
        assert!(
            how.as_ref().err().is_none_or(|reason| reason.len() > 20),
            "{name} says why"
        );
    }
}

fn short(name: &str) -> String {
    name.rsplit("::").next().unwrap().to_owned()
}

const HANDLERS: &str = r#"
import json
def echo(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
def answer(event, context):
    return json.loads(event["body"])
def keep(event, context):
    return None
"#;

async fn lab() -> Lab {
    let lab = Lab::new(HANDLERS).await;
    for name in ["echo", "answer", "keep"] {
        lab.function(name, |_| {});
    }
    lab
}

/// What a client gets from a REST API with the stage `stage`.
async fn rest(
    lab: &Lab,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, Value, Vec<String>) {
    let apis = &lab.region.cloud().apis;
    let routes = vec![
        Route::new("ANY", "/{proxy+}", "echo"),
        Route::new("ANY", "/hardcoded", "echo"),
        Route::new("ANY", "/answer", "answer"),
    ];
    apis.deploy(Api::new("abcde12345".to_owned(), Kind::Rest, "stage", routes));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (api, path) = apis.find("abcde12345", path).unwrap();
    let request = HttpRequest {
        method: method.to_owned(),
        path,
        query: query.to_owned(),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: body.to_owned().into(),
    };
    let front = Front::new(lab.region.cloud().clone(), lab.region.lambda().downgrade());
    let busy = lab.region.clock().busy();
    let response = front.request(lab.region.lambda(), &api, &request, busy).await.unwrap();
    let headers = response.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    let text = String::from_utf8(response.body.to_vec()).unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (response.status, body, headers.collect())
}

#[test]
fn rest_events() {
    let recorded = recording("api-gateway", "test_lambda_aws_proxy_integration");
    let encoded = "dateTimeOffset=2023-06-12T18:05:10.123456+00:00&email=test%2Balias@gmail.com&plus=test+alias@gmail.com\
                   &url=https://www.google.com/&whitespace=foo%20bar&zhash=abort/";
    let requests = [
        (
            "invocation-payload-without-trailing-slash",
            "/stage/proxy-value".to_owned(),
        ),
        (
            "invocation-payload-with-trailing-slash",
            "/stage/proxy-value/".to_owned(),
        ),
        (
            "invocation-payload-with-double-slash",
            "/stage/proxy-value//double-slash".to_owned(),
        ),
        (
            "invocation-payload-with-prepended-slash-to-stage",
            "//stage/proxy-value".to_owned(),
        ),
        (
            "invocation-payload-with-prepended-slash",
            "/stage//proxy-value".to_owned(),
        ),
        (
            "invocation-payload-without-trailing-slash-and-query-params",
            "/stage/proxy-value?urlparam=test".to_owned(),
        ),
        (
            "invocation-payload-with-trailing-slash-and-query-params",
            "/stage/proxy-value/?urlparam=test".to_owned(),
        ),
        (
            "invocation-payload-with-path-encoded-email",
            "/stage/proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com".to_owned(),
        ),
        (
            "invocation-payload-with-params-encoding",
            format!("/stage/proxy-value/api?{encoded}"),
        ),
        (
            "invocation-payload-with-params-encoding-multi",
            "/stage/proxy-value?category=electronics&category=books&price=10&price=20&price=30".to_owned(),
        ),
        ("invocation-hardcoded", "/stage//hardcoded".to_owned()),
    ];
    assert_eq!(requests.len(), recorded.as_object().unwrap().len());
    block_on(async {
        let lab = lab().await;
        for (name, target) in &requests {
            let multi = name.ends_with("multi");
            let mut headers = vec![
                ("Accept", "*/*"),
                ("Accept-Encoding", "gzip, deflate"),
                ("User-Agent", "python-requests/testing"),
                ("Connection", "keep-alive"),
                ("Host", "abcde12345.execute-api.us-east-1.localhost"),
            ];
            let own = [
                ("Authorization", "Bearer token123;API key456"),
                ("Content-Type", "application/json;charset=utf-8"),
                ("Content-Length", "26"),
            ];
            let plain = [("Authorization", "random-value"), ("tEsT-HEADeR", "aValUE")];
            headers.extend(if multi { &own[..] } else { &plain[..] });
            let (method, body) = if multi {
                ("POST", r#"{"message": "hello world"}"#)
            } else {
                ("GET", "")
            };
            let (status, event, _) = rest(&lab, method, target, &headers, body).await;
            assert_eq!(status, 200, "{name}");
            // Ours is a Regional endpoint: no CloudFront stands before it.
            let mut likeness = Likeness::without(&["CloudFront-", "Via", "X-Amz-Cf-Id"]);
            likeness.check(&recorded[*name], &event, name);
        }
    });
}

#[test]
fn rest_answers() {
    let recorded = recording("api-gateway", "test_aws_proxy_response_payload_format_validation");
    let encoded = "dGVzdC1kYXRh";
    let rows = [
        ("invoke-api-no-body", 200, json!({ "statusCode": 200 })),
        (
            "invoke-api-with-headers",
            200,
            json!({ "statusCode": 200, "headers": { "test-header": "value", "header-bool": true } }),
        ),
        (
            "invoke-api-with-headers-null",
            200,
            json!({ "statusCode": 200, "headers": null }),
        ),
        (
            "invoke-api-wrong-format",
            502,
            json!({ "statusCode": 200, "wrongValue": "value" }),
        ),
        ("invoke-api-empty-response", 502, json!({})),
        (
            "invoke-api-b64-encoded-true",
            200,
            json!({ "statusCode": 200, "body": encoded, "isBase64Encoded": true }),
        ),
        (
            "invoke-api-b64-encoded-false",
            200,
            json!({ "statusCode": 200, "body": encoded, "isBase64Encoded": false }),
        ),
        (
            "invoke-api-multi-headers-valid",
            200,
            json!({ "statusCode": 200, "multiValueHeaders": { "test-multi": ["value1", "value2"] } }),
        ),
        (
            "invoke-api-multi-headers-overwrite",
            200,
            json!({ "statusCode": 200, "headers": { "test-multi": "value-solo" }, "multiValueHeaders": { "test-multi": ["value-multi"] } }),
        ),
        (
            "invoke-api-multi-headers-overwrite-casing",
            200,
            json!({ "statusCode": 200, "headers": { "test-multi": "value-solo" }, "multiValueHeaders": { "tesT-Multi": ["value-multi"] } }),
        ),
        (
            "invoke-api-multi-headers-invalid",
            502,
            json!({ "statusCode": 200, "multiValueHeaders": { "test-multi": "value-multi" } }),
        ),
        ("invoke-api-invalid-status-code", 502, json!({ "statusCode": "test" })),
        ("invoke-api-status-code-str", 201, json!({ "statusCode": "201" })),
        ("invoke-api-just-string", 502, json!("just a string")),
        (
            "invoke-api-only-headers",
            200,
            json!({ "headers": { "test-header": "value" } }),
        ),
    ];
    assert_eq!(rows.len(), recorded.as_object().unwrap().len());
    block_on(async {
        let lab = lab().await;
        for (name, expected, answer) in rows {
            let (status, content, headers) = rest(&lab, "POST", "/stage/answer", &[], &answer.to_string()).await;
            assert_eq!(status, expected, "{name}");
            assert_eq!(content, recorded[name]["content"], "{name}");
            // Of the connection and of CloudFront.
            let others = [
                "Connection",
                "Content-Length",
                "Date",
                "Via",
                "X-Amz-Cf-Id",
                "X-Amz-Cf-Pop",
                "X-Cache",
            ];
            if let Some(wanted) = recorded[name]["headers"].as_object() {
                let wanted = wanted.iter().filter(|(name, _)| !others.contains(&name.as_str()));
                let wanted: BTreeSet<String> = wanted
                    .map(|(name, value)| match value.as_str().unwrap() {
                        varying if varying.starts_with('<') => format!("{name}: ..."),
                        fixed => format!("{name}: {fixed}"),
                    })
                    .collect();
                let found: BTreeSet<String> = headers
                    .iter()
                    .map(|line| match line.split_once(": ").unwrap().0 {
                        own @ ("x-amz-apigw-id" | "x-amzn-RequestId" | "X-Amzn-Trace-Id") => format!("{own}: ..."),
                        _ => line.clone(),
                    })
                    .collect();
                assert_eq!(found, wanted, "{name}");
            }
        }
    });
}

/// The events that the function `keep` got, in the order of the changes: they may have run beside each other.
fn kept(lab: &Lab) -> Vec<Value> {
    let records = lab.invocations("keep").into_iter();
    let mut events: Vec<Value> = records
        .map(|record| serde_json::from_slice(&record.event).unwrap())
        .collect();
    events.sort_by_key(|event| {
        let places = ["/Records/0/s3/object/sequencer", "/detail/object/sequencer"];
        let found = places.iter().find_map(|place| event.pointer(place)?.as_str());
        found.unwrap().to_owned()
    });
    events
}

/// Uses a bucket whose changes are told to `target`, and lets all happen that follows.
async fn use_bucket(lab: &Lab, target: &str, act: impl FnOnce(&mut Call) -> Result<(), ApiError>) {
    let s3 = &lab.region.cloud().s3;
    s3.create_bucket("bucket").unwrap();
    let all = ["ObjectCreated", "ObjectRemoved", "ObjectTagging"].map(|kind| format!("s3:{kind}:*"));
    if target == "bus" {
        let to_bus = NotificationConfiguration {
            event_bridge: true,
            ..NotificationConfiguration::default()
        };
        s3.set_notifications("bucket", to_bus).unwrap();
        let pattern = json!({ "source": ["aws.s3"] });
        let targets = [KEEP.to_owned()];
        let events = &lab.region.cloud().events;
        events
            .create_rule("default", "r", Some(&pattern), None, &targets)
            .unwrap();
    } else {
        s3.add_notification("bucket", target, &all, None, None).unwrap();
    }
    let mut call = Call::outside();
    act(&mut call).unwrap();
    lab.region.cloud().finish(call, "s3", "Test", json!({}), None);
    lab.region.settle().await;
}

const KEEP: &str = "arn:aws:lambda:us-east-1:123456789012:function:keep";
const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:queue";

#[test]
fn s3_put() {
    let recorded = plain(&recording("s3-notifications", "test_create_object_put_via_dynamodb")["table_content"]);
    block_on(async {
        let lab = lab().await;
        let s3 = &lab.region.cloud().s3;
        use_bucket(&lab, KEEP, |call| s3.put(call, "bucket", "key", "something..")).await;
        let events = kept(&lab);
        assert_eq!(
            events[0]["Records"][0]["s3"]["object"]["eTag"],
            recorded["s3"]["object"]["eTag"]
        );
        Likeness::default().check(&recorded, &events[0]["Records"][0], "record");
    });
}

#[test]
fn s3_post_and_put() {
    let recorded = recording(
        "s3-notifications",
        "test_create_object_by_presigned_request_via_dynamodb",
    );
    block_on(async {
        let lab = lab().await;
        let s3 = &lab.region.cloud().s3;
        use_bucket(&lab, KEEP, |call| {
            s3.post_object(call, "bucket", "key", Upload::new("x".repeat(16)))?;
            s3.put(call, "bucket", "key", "y".repeat(16))
        })
        .await;
        let events = kept(&lab);
        let mut likeness = Likeness::default();
        for (number, item) in recorded["items"].as_array().unwrap().iter().enumerate() {
            likeness.check(
                &plain(&item["data"]),
                &events[number]["Records"][0],
                &format!("item {number}"),
            );
        }
    });
}

#[test]
fn s3_to_bus() {
    let recorded = recording("s3-eventbridge", "test_object_created_put");
    block_on(async {
        let lab = lab().await;
        let s3 = &lab.region.cloud().s3;
        use_bucket(&lab, "bus", |call| {
            s3.put(call, "bucket", "a key", "data")?;
            s3.delete_object(call, "bucket", "a key", None).map(drop)
        })
        .await;
        let events = kept(&lab);
        assert_eq!(
            events[0]["detail"]["object"]["etag"],
            recorded["object_created"]["detail"]["object"]["etag"]
        );
        let mut likeness = Likeness::default();
        likeness.check(&recorded["object_created"], &events[0], "created");
        likeness.check(&recorded["object_deleted"], &events[1], "deleted");
    });
}

#[test]
fn s3_to_bus_versioned() {
    use lambda_course::cloud::s3::Versioning;
    let recorded = recording("s3-eventbridge", "test_object_created_put_versioned");
    block_on(async {
        let lab = lab().await;
        let s3 = &lab.region.cloud().s3;
        s3.create_bucket("bucket").unwrap();
        s3.set_versioning("bucket", Versioning::Enabled).unwrap();
        let call = &mut Call::outside();
        s3.put(call, "bucket", "key", "one").unwrap();
        let marker = s3.delete_object(call, "bucket", "key", None).unwrap().version_id;
        s3.set_versioning("bucket", Versioning::Suspended).unwrap();
        use_bucket(&lab, "bus", |call| {
            s3.put(call, "bucket", "key", "x".repeat(13))?;
            s3.delete_object(call, "bucket", "key", marker.as_deref()).map(drop)
        })
        .await;
        // These recordings keep the order of the keys.
        let mut likeness = Likeness::ordered();
        let expected = &recorded["message-versioning-suspended"];
        likeness.check(expected, &Value::Array(kept(&lab)), "messages");
    });
}

/// Compares what a queue got with a recording, keys in order.
async fn compare_queue(test: &str, act: impl FnOnce(&Lab, &mut Call) -> Result<(), ApiError>) {
    let recorded = recording("s3-queues", test);
    let lab = lab().await;
    lab.region.cloud().sqs.create_queue("queue", &[]).unwrap();
    use_bucket(&lab, QUEUE, |call| act(&lab, call)).await;
    let bodies = lab.region.cloud().sqs.peek_all("queue");
    let records: Vec<Value> = bodies
        .iter()
        .map(|body| serde_json::from_str::<Value>(body).unwrap()["Records"][0].clone())
        .collect();
    let expected = match recorded.get("message") {
        Some(message) => vec![message.clone()],
        None => recorded["receive_messages"]["messages"].as_array().unwrap().clone(),
    };
    let mut likeness = Likeness::ordered();
    likeness.check(&Value::Array(expected), &Value::Array(records), test);
}

#[test]
fn s3_to_queue() {
    use lambda_course::cloud::s3::Versioning;
    block_on(async {
        compare_queue("test_object_created_put", |lab, call| {
            let s3 = &lab.region.cloud().s3;
            s3.set_versioning("bucket", Versioning::Enabled)?;
            s3.put(call, "bucket", "my_key_0", "something")?;
            s3.put(call, "bucket", "my_key_1", "something else")
        })
        .await;
        compare_queue("test_object_created_copy", |lab, call| {
            let s3 = &lab.region.cloud().s3;
            s3.copy_object(call, "bucket", "copy", Upload::new("something"))
                .map(drop)
        })
        .await;
        compare_queue("test_object_created_and_object_removed", |lab, call| {
            let s3 = &lab.region.cloud().s3;
            s3.copy_object(call, "bucket", "copy", Upload::new("something"))?;
            s3.put(call, "bucket", "source", "something")?;
            s3.delete_object(call, "bucket", "source", None).map(drop)
        })
        .await;
        compare_queue("test_delete_objects", |lab, call| {
            let s3 = &lab.region.cloud().s3;
            ["a", "b", "c"]
                .into_iter()
                .try_for_each(|key| s3.delete_object(call, "bucket", key, None).map(drop))
        })
        .await;
        compare_queue("test_key_encoding", |lab, call| {
            lab.region.cloud().s3.put(call, "bucket", "a@b", "something")
        })
        .await;
        compare_queue("test_notifications_with_filter", |lab, call| {
            let s3 = &lab.region.cloud().s3;
            let mut only = s3.notifications("bucket")?;
            only.rules[0].prefix = Some("testupload/".to_owned());
            only.rules[0].suffix = Some("testfile.txt".to_owned());
            s3.set_notifications("bucket", only)?;
            s3.put(call, "bucket", "testupload/dir1/testfile.txt", "x".repeat(32))?;
            s3.put(call, "bucket", "testupload/other.txt", "x")
        })
        .await;
        for (test, tags) in [
            (
                "test_object_tagging_put_event",
                Some(vec![("k".to_owned(), "v".to_owned())]),
            ),
            ("test_object_tagging_delete_event", None),
        ] {
            compare_queue(test, |lab, call| {
                let s3 = &lab.region.cloud().s3;
                s3.seed("bucket", "key", Upload::new("x"))?;
                s3.set_object_tags(call, "bucket", "key", None, tags).map(drop)
            })
            .await;
        }
        compare_queue("test_object_created_complete_multipart_upload", |lab, call| {
            let s3 = &lab.region.cloud().s3;
            let id = s3.create_upload("bucket", "test-key", Upload::new(""))?;
            let part = s3.upload_part("bucket", &id, 1, "x".repeat(6144).into(), Vec::new())?;
            let choice = PartChoice {
                number: 1,
                etag: part.etag,
            };
            s3.complete_upload(call, "bucket", &id, &[choice], Condition::None)
                .map(drop)
        })
        .await;
    });
}

#[test]
fn s3_to_topic() {
    let recorded = recording("s3-queues", "test_bucket_notifications_with_filter");
    block_on(async {
        let lab = lab().await;
        let cloud = lab.region.cloud();
        cloud.sqs.create_queue("queue", &[]).unwrap();
        let topic = cloud.sns.create_topic("topic").unwrap();
        cloud.sns.subscribe(&topic, QUEUE).unwrap();
        use_bucket(&lab, &topic, |call| {
            cloud
                .s3
                .put(call, "bucket", "testupload/dir1/testfile.txt", "x".repeat(35))
        })
        .await;
        let body: Value = serde_json::from_str(&cloud.sqs.peek_all("queue")[0]).unwrap();
        Likeness::default().check(&recorded["message"], &body, "envelope");
    });
}

const URL: &str = "0123456789abcdefghijklmnopqrstuv";

fn url_of(lab: &Lab, function: &str) -> String {
    let urls = lab.region.lambda().function_urls();
    urls.put(FunctionUrl::new(URL.to_owned(), function, None, START));
    format!("{URL}.lambda-url.us-east-1.localhost:{{}}")
}

#[test]
fn url_answers() {
    let returns = [
        ("dict", r#"{"hello": "world"}"#),
        ("http-response", r#"{"statusCode": 200, "body": "body123"}"#),
        (
            "http-response-json",
            r#"{"statusCode": 200, "body": "{\"hello\": \"world\"}"}"#,
        ),
        ("list-mixed", r#"["hello", 3, true]"#),
        ("string", r#""hello""#),
        ("integer", "3"),
        ("float", "3.1"),
        ("boolean", "true"),
    ];
    block_on(async {
        let lab = lab().await;
        let host = url_of(&lab, "answer");
        for (name, answer) in returns {
            let recorded = recording("function-url", &format!("test_lambda_url_invocation[{name}]"));
            let recorded = &recorded["lambda_url_invocation"];
            let path = "/custom_path/extend?test_param=test_value";
            let headers = [("Content-Type", "application/json")];
            let reply = curl(&lab.region, "POST", &host, path, &headers, answer.as_bytes()).await;
            assert_eq!(json!(reply.status), recorded["statuscode"], "{name}");
            for header in ["Content-Type", "Content-Length"] {
                let found = reply.header(&header.to_ascii_lowercase());
                assert_eq!(found, recorded["headers"][header].as_str(), "{name}: {header}");
            }
            Likeness::default().check(&recorded["content"], &json!(reply.text()), name);
        }
    });
}

/// The event in the form in which the recording's function told it.
fn told(event: &Value) -> Value {
    let body = event["body"].as_str().unwrap_or_default();
    json!({
        "args": event.get("queryStringParameters").cloned().unwrap_or_else(|| json!({})),
        "data": body,
        "domain": event["requestContext"]["domainName"],
        "headers": event["headers"],
        "method": event["requestContext"]["http"]["method"],
        "origin": event["requestContext"]["http"]["sourceIp"],
        "path": event["rawPath"],
    })
}

#[test]
fn url_events() {
    use base64::Engine as _;
    block_on(async {
        let lab = lab().await;
        let host = url_of(&lab, "echo");
        let recorded = recording("function-url", "test_lambda_url_echo_http_fixture_default");
        let headers = [
            ("Accept", "*/*"),
            ("Accept-Encoding", "gzip, deflate"),
            ("Content-Type", "application/json"),
            ("ExTrA-HeadErs", "With WeiRd CapS"),
            ("User-Agent", "test/echo"),
        ];
        let path = "/pa2%Fth/1?q=query&multiQuery=foo&multiQuery=%2Fbar";
        let event = curl(&lab.region, "POST", &host, path, &headers, br#"{"foo": "bar"}"#)
            .await
            .json();
        assert_eq!(event["isBase64Encoded"], false);
        Likeness::default().check(&recorded["url_response"], &told(&event), "event");
        let recorded = recording("function-url", "test_lambda_url_form_payload");
        let form = recorded["url_response"]["data"].as_str().unwrap();
        let form = base64::engine::general_purpose::STANDARD.decode(form).unwrap();
        let kind = recorded["url_response"]["headers"]["content-type"].as_str().unwrap();
        let headers = [
            ("Accept", "*/*"),
            ("Accept-Encoding", "gzip, deflate"),
            ("Content-Type", kind),
            ("User-Agent", "python/test-request"),
        ];
        let event = curl(&lab.region, "POST", &host, "/test/value", &headers, &form)
            .await
            .json();
        assert_eq!(event["isBase64Encoded"], true);
        let mut likeness = Likeness::default();
        let mut told = told(&event);
        // The recorded function left out what AWS adds.
        let headers = told["headers"].as_object_mut().unwrap();
        headers.retain(|name, _| !name.starts_with("x-"));
        likeness.check(&recorded["url_response"], &told, "event");
    });
}

#[test]
fn url_refusals() {
    let forbidden = recording("function-url", "test_lambda_permission_url_invocation");
    let gone = recording("function-url", "test_lambda_url_persists_after_alias_delete");
    let gone = &gone["invoke_deleted_alias_url_response_delayed"];
    block_on(async {
        let lab = lab().await;
        let host = url_of(&lab, "nobody");
        let reply = curl(&lab.region, "GET", &host, "/", &[], b"").await;
        assert_eq!(reply.json(), forbidden["lambda_url_invocation_missing_permission"]);
        assert_eq!(json!(reply.status), gone["status_code"]);
        assert_eq!(reply.json(), gone["content"]);
        assert_eq!(
            reply.header("x-amzn-errortype"),
            gone["headers"]["x-amzn-ErrorType"].as_str()
        );
    });
}
