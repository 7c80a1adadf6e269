//! Lambda's control plane as SDKs call it, and what follows from it for invocations.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lambda_course::history::Event;
use lambda_course::lambda::{ApiError, ThrottleReason};
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::curl::{Reply, curl};
use crate::lab::{Lab, block_on, invocation, json as payload, limits};
use crate::signed::{lambda, send};

const ROLE: &str = "arn:aws:iam::123456789012:role/course";
pub const FUNCTIONS: &str = "/2015-03-31/functions";

/// Says which of its code, version and ARN runs.
const TELLS: &str = "def handler(event, context):\n    \
                     return [CODE, context.function_version, context.invoked_function_arn]\n";

pub fn zip(files: &[(&str, &str)]) -> String {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    STANDARD.encode(writer.finish().unwrap().into_inner())
}

fn code(text: &str) -> String {
    zip(&[("app.py", &format!("CODE = '{text}'\n{TELLS}"))])
}

pub fn new_function(name: &str) -> Value {
    json!({
        "FunctionName": name, "Runtime": "python3.13", "Role": ROLE, "Handler": "app.handler",
        "Code": { "ZipFile": code("one") },
    })
}

/// A call that is done.
pub async fn done(lab: &Lab, method: &str, path: &str, body: Value) -> Value {
    let reply = lambda(&lab.region, method, path, &body).await;
    assert!(reply.status < 300, "{method} {path}: {} {}", reply.status, reply.text());
    if reply.body.is_empty() {
        Value::Null
    } else {
        reply.json()
    }
}

/// A call that is refused: status, code and message.
pub async fn refused(lab: &Lab, method: &str, path: &str, body: Value) -> (u16, String, String) {
    let reply = lambda(&lab.region, method, path, &body).await;
    assert!(reply.status >= 400, "{method} {path}: {}", reply.text());
    told(&reply)
}

pub fn told(reply: &Reply) -> (u16, String, String) {
    let body = reply.json();
    let message = body.get("Message").or_else(|| body.get("message"));
    let message = message.and_then(Value::as_str).unwrap_or_default().to_owned();
    let code = reply.header("x-amzn-errortype").unwrap_or_default().to_owned();
    (reply.status, code, message)
}

async fn invoke(lab: &Lab, target: &str) -> (Value, String) {
    let reply = lambda(&lab.region, "POST", &format!("{FUNCTIONS}/{target}"), &json!({})).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    (reply.json(), reply.header("x-amz-executed-version").unwrap().to_owned())
}

#[test]
fn a_function_lives_from_its_zip_to_its_end() {
    block_on(async {
        let lab = Lab::new("").await;
        let created = done(&lab, "POST", FUNCTIONS, new_function("f")).await;
        assert_eq!(created["State"], "Pending");
        assert_eq!(created["Version"], "$LATEST");
        assert_eq!(
            created["LoggingConfig"],
            json!({"LogFormat": "Text", "LogGroup": "/aws/lambda/f"})
        );
        let found = done(&lab, "GET", &format!("{FUNCTIONS}/f"), Value::Null).await;
        let configuration = &found["Configuration"];
        assert_eq!(
            (&configuration["State"], &configuration["LastUpdateStatus"]),
            (&json!("Active"), &json!("Successful"))
        );
        let uploaded = STANDARD.decode(code("one")).unwrap();
        assert_eq!(configuration["CodeSize"], uploaded.len());
        let location = found["Code"]["Location"].as_str().unwrap();
        let path = &location[location.find("/snapshots").unwrap()..];
        assert_eq!(
            curl(&lab.region, "GET", "127.0.0.1:{}", path, &[], b"").await.body,
            uploaded
        );
        let changed = path.replace("functions/f", "functions/g");
        let reply = curl(&lab.region, "GET", "127.0.0.1:{}", &changed, &[], b"").await;
        assert!(reply.text().contains("signature"), "{}", reply.text());

        let arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
        assert_eq!(
            invoke(&lab, "f/invocations").await,
            (json!(["one", "$LATEST", arn]), "$LATEST".to_owned())
        );
        let update = json!({ "ZipFile": code("two") });
        let updated = done(&lab, "PUT", &format!("{FUNCTIONS}/f/code"), update).await;
        assert_eq!(updated["LastUpdateStatus"], "InProgress");
        assert_ne!(updated["RevisionId"], configuration["RevisionId"]);
        assert_eq!(invoke(&lab, "f/invocations").await.0[0], "two");
        let stale = json!({"Timeout": 9, "RevisionId": configuration["RevisionId"]});
        let (status, kind, _) = refused(&lab, "PUT", &format!("{FUNCTIONS}/f/configuration"), stale).await;
        assert_eq!((status, kind.as_str()), (412, "PreconditionFailedException"));

        done(&lab, "DELETE", &format!("{FUNCTIONS}/f"), Value::Null).await;
        let (status, kind, message) = refused(&lab, "GET", &format!("{FUNCTIONS}/f"), Value::Null).await;
        assert_eq!((status, kind.as_str()), (404, "ResourceNotFoundException"));
        assert_eq!(message, format!("Function not found: {arn}"));
        let (_, _, message) = refused(&lab, "POST", &format!("{FUNCTIONS}/f/invocations"), Value::Null).await;
        assert_eq!(message, format!("Function not found: {arn}:$LATEST"));
    });
}

#[test]
fn versions_stay_and_aliases_move() {
    block_on(async {
        let lab = Lab::new("").await;
        done(&lab, "POST", FUNCTIONS, new_function("f")).await;
        let versions = format!("{FUNCTIONS}/f/versions");
        assert_eq!(done(&lab, "POST", &versions, json!({})).await["Version"], "1");
        assert_eq!(
            done(&lab, "POST", &versions, json!({})).await["Version"],
            "1",
            "nothing changed"
        );
        let update = json!({"ZipFile": code("two"), "Publish": true});
        let second = done(&lab, "PUT", &format!("{FUNCTIONS}/f/code"), update).await;
        assert_eq!(second["Version"], "2");
        let aliases = format!("{FUNCTIONS}/f/aliases");
        let weights = json!({ "AdditionalVersionWeights": { "2": 0.5 } });
        let alias = json!({"Name": "live", "FunctionVersion": "1", "RoutingConfig": weights});
        let made = done(&lab, "POST", &aliases, alias).await;
        assert_eq!(made["RoutingConfig"], weights);

        let mut executed = BTreeSet::new();
        for _ in 0..24 {
            let (told, version) = invoke(&lab, "f/invocations?Qualifier=live").await;
            assert_eq!(told[0], if version == "1" { "one" } else { "two" });
            assert_eq!(told[1], version.as_str());
            assert_eq!(told[2], "arn:aws:lambda:us-east-1:123456789012:function:f:live");
            executed.insert(version);
        }
        assert_eq!(executed.len(), 2, "both versions get their share");
        let streams = lab.streams("f");
        assert!(streams.iter().any(|stream| stream.contains("/[1]")), "{streams:?}");

        let path = format!("{FUNCTIONS}/f?Qualifier=2");
        let (status, kind, message) = refused(&lab, "DELETE", &path, Value::Null).await;
        assert_eq!((status, kind.as_str()), (409, "ResourceConflictException"));
        assert!(message.ends_with("[live]"), "{message}");
        let moved = json!({"FunctionVersion": "2", "RoutingConfig": { "AdditionalVersionWeights": {} }});
        done(&lab, "PUT", &format!("{aliases}/live"), moved).await;
        done(&lab, "DELETE", &format!("{FUNCTIONS}/f?Qualifier=1"), Value::Null).await;
        assert_eq!(invoke(&lab, "f:live/invocations").await.1, "2");
        let listed = done(&lab, "GET", &versions, Value::Null).await;
        let numbers: Vec<&Value> = listed["Versions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["Version"])
            .collect();
        assert_eq!(numbers, ["$LATEST", "2"]);
    });
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn wrong_values_get_lambdas_own_texts() {
    block_on(async {
        let lab = Lab::new("").await;
        done(&lab, "POST", FUNCTIONS, new_function("f")).await;
        let big = "x".repeat(4096);
        let cases = [
            (json!({"FunctionName": "f"}), 409, "Function already exist: f"),
            (
                json!({"MemorySize": 64}),
                400,
                "at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128",
            ),
            (
                json!({"Timeout": 901}),
                400,
                "at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
            ),
            (
                json!({"EphemeralStorage": {"Size": 1}}),
                400,
                "at 'ephemeralStorage.size'",
            ),
            (
                json!({"Handler": "a b"}),
                400,
                "at 'handler' failed to satisfy constraint: Member must satisfy regular expression pattern: [^\\s]+",
            ),
            (json!({"Role": "me"}), 400, "at 'role' failed"),
            (
                json!({"Role": null}),
                400,
                "Value null at 'role' failed to satisfy constraint: Member must not be null",
            ),
            (json!({"FunctionName": "a b"}), 400, "at 'functionName' failed"),
            (
                json!({"Runtime": "python3.8"}),
                400,
                "The runtime parameter of python3.8 is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.",
            ),
            (
                json!({"Runtime": "python4"}),
                400,
                "Value python4 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [",
            ),
            (json!({"Runtime": "provided.al2023"}), 400, "--engine provided"),
            (
                json!({"Runtime": "nodejs22.x"}),
                400,
                "This mock of Lambda has no runtime nodejs22.x",
            ),
            (
                json!({"Architectures": ["x86_64", "arm64"]}),
                400,
                "Member must have length less than or equal to 1",
            ),
            (
                json!({"Environment": {"Variables": {"AWS_REGION": "moon"}}}),
                400,
                "Reserved keys used in this request: AWS_REGION",
            ),
            (
                json!({"Environment": {"Variables": {"BIG": big}}}),
                400,
                "exceeded the 4KB limit. String measured: {\"BIG\":",
            ),
            (
                json!({"Layers": vec!["x"; 6]}),
                400,
                "Cannot reference more than 5 layers.",
            ),
            (
                json!({"Code": {"ZipFile": STANDARD.encode("no zip")}}),
                400,
                "Could not unzip uploaded file. Please check your file, then try to upload again.",
            ),
            (
                json!({"Code": {"S3Bucket": "none", "S3Key": "k"}}),
                400,
                "Error occurred while GetObject. S3 Error Code: NoSuchBucket.",
            ),
            (json!({"Code": {}}), 400, "Please provide a source for function code."),
            (
                json!({"MemorySize": "much"}),
                400,
                "STRING_VALUE cannot be converted to Integer",
            ),
            (json!({"PackageType": "Image"}), 501, "no container images"),
            (
                json!({"VpcConfig": {"SubnetIds": ["subnet-1"]}}),
                501,
                "This mock of Lambda has no VpcConfig.",
            ),
            (
                json!({"SnapStart": {"ApplyOn": "PublishedVersions"}, "Runtime": "python3.11"}),
                400,
                "python3.11 is not supported for SnapStart enabled functions.",
            ),
        ];
        for (change, status, text) in cases {
            let mut request = new_function("g");
            for (key, value) in change.as_object().unwrap() {
                request[key] = value.clone();
            }
            let (found, _, message) = refused(&lab, "POST", FUNCTIONS, request).await;
            assert_eq!(found, status, "{change}: {message}");
            assert!(message.contains(text), "{change}: {message}");
        }
        let (status, kind, message) = refused(&lab, "GET", "/2020-04-22/code-signing-configs", Value::Null).await;
        assert_eq!((status, kind.as_str()), (501, "UnknownOperationException"));
        assert_eq!(
            message,
            "This mock of Lambda has no operation GET /2020-04-22/code-signing-configs."
        );
    });
}

#[test]
fn layers_are_shared_and_outlive_their_deletion() {
    block_on(async {
        let lab = Lab::new("").await;
        let content = json!({ "ZipFile": zip(&[("python/words.py", "WORD = 'layer'\n")]) });
        let versions = "/2018-10-31/layers/words/versions";
        let first = done(&lab, "POST", versions, json!({ "Content": content })).await;
        let second = done(&lab, "POST", versions, json!({ "Content": content })).await;
        let arn = first["LayerVersionArn"].as_str().unwrap();
        assert_eq!(arn, "arn:aws:lambda:us-east-1:123456789012:layer:words:1");
        let mut function = new_function("f");
        function["Code"]["ZipFile"] = json!(zip(&[(
            "app.py",
            "import words\ndef handler(event, context): return words.WORD\n"
        )]));
        function["Layers"] = json!([arn, second["LayerVersionArn"]]);
        let (_, _, message) = refused(&lab, "POST", FUNCTIONS, function.clone()).await;
        assert!(
            message.starts_with("Two different versions of the same layer"),
            "{message}"
        );
        function["Layers"] = json!([arn]);
        let made = done(&lab, "POST", FUNCTIONS, function).await;
        assert_eq!(made["Layers"][0]["Arn"], arn);
        done(&lab, "DELETE", &format!("{versions}/1"), Value::Null).await;
        assert_eq!(invoke(&lab, "f/invocations").await.0, "layer");
        let listed = done(&lab, "GET", "/2018-10-31/layers", Value::Null).await;
        assert_eq!(listed["Layers"][0]["LatestMatchingVersion"]["Version"], 2);
        let (status, ..) = refused(&lab, "GET", &format!("{versions}/1"), Value::Null).await;
        assert_eq!(status, 404);
    });
}

#[test]
fn long_lists_come_in_pages() {
    block_on(async {
        let lab = Lab::new("").await;
        for number in 0..7 {
            lab.function(&format!("f{number}"), |_| {});
        }
        let (mut names, mut marker, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let path = format!("{FUNCTIONS}?{marker}MaxItems=3");
            let page = done(&lab, "GET", &path, Value::Null).await;
            let functions = page["Functions"].as_array().unwrap();
            names.extend(
                functions
                    .iter()
                    .map(|one| one["FunctionName"].as_str().unwrap().to_owned()),
            );
            pages += 1;
            match page["NextMarker"].as_str() {
                Some(next) => marker = format!("Marker={}&", next.replace('=', "%3D")),
                None => break,
            }
        }
        assert_eq!(pages, 3);
        assert_eq!(names, ["f0", "f1", "f2", "f3", "f4", "f5", "f6"]);
    });
}

#[test]
fn each_qualifier_has_its_own_configuration_of_asynchronous_invocations() {
    block_on(async {
        let lab = Lab::new("").await;
        done(&lab, "POST", FUNCTIONS, new_function("f")).await;
        done(&lab, "POST", &format!("{FUNCTIONS}/f/versions"), json!({})).await;
        let path = "/2019-09-25/functions/f/event-invoke-config";
        let queue = "arn:aws:sqs:us-east-1:123456789012:q";
        let destination = json!({ "OnSuccess": { "Destination": queue } });
        done(&lab, "PUT", path, json!({ "MaximumRetryAttempts": 0 })).await;
        let of_version = format!("{path}?Qualifier=1");
        done(&lab, "PUT", &of_version, json!({ "DestinationConfig": destination })).await;
        done(&lab, "POST", &of_version, json!({ "MaximumEventAgeInSeconds": 60 })).await;
        let kept = done(&lab, "GET", &of_version, Value::Null).await;
        assert_eq!(kept["DestinationConfig"]["OnSuccess"]["Destination"], queue);
        assert_eq!(kept["MaximumEventAgeInSeconds"], 60);
        let lambda = lab.region.lambda();
        let config = |identifier: &str| {
            lambda
                .async_config(&lambda.reference(identifier, None).unwrap())
                .unwrap()
        };
        assert_eq!((config("f").retries, config("f").on_success), (0, None));
        assert_eq!(
            (config("f:1").retries, config("f:1").on_success.as_deref()),
            (2, Some(queue))
        );
        let itself = json!({ "OnFailure": { "Destination": "arn:aws:lambda:us-east-1:123456789012:function:f" } });
        let (_, _, message) = refused(&lab, "PUT", path, json!({ "DestinationConfig": itself })).await;
        assert_eq!(message, "You can't specify the function as a destination for itself.");
    });
}

#[test]
fn versions_share_what_is_reserved() {
    block_on(async {
        let lab = Lab::new("import time\ndef waits(event, context): time.sleep(5)\n").await;
        lab.function("waits", limits(128, 10));
        let lambda_ = lab.region.lambda();
        let reference = lambda_.reference("waits", None).unwrap();
        lambda_.publish_version(&reference, None, None, None).unwrap();
        lambda_.put_concurrency(&reference, 2).unwrap();
        let call = invocation("{}");
        let busy = || lab.region.clock().busy();
        let (first, second, third) = tokio::join!(
            lambda_.invoke("waits", &call, busy()),
            lambda_.invoke("waits:1", &call, busy()),
            lambda_.invoke("waits:1", &call, busy()),
        );
        assert!(first.0.is_ok() && second.0.is_ok());
        let reason = ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded;
        assert_eq!(third.0.unwrap_err(), ApiError::TooManyRequests { reason });
    });
}

#[test]
fn the_accounts_limit_holds_for_all_functions_together() {
    block_on(async {
        let lab =
            Lab::new("import time\ndef a(event, context): time.sleep(5)\ndef b(event, context): time.sleep(5)\n").await;
        lab.function("a", limits(128, 10)).function("b", limits(128, 10));
        let lambda_ = lab.region.lambda();
        lambda_.set_account_concurrency(1);
        let call = invocation("{}");
        let busy = || lab.region.clock().busy();
        let (first, second) = tokio::join!(lambda_.invoke("a", &call, busy()), lambda_.invoke("b", &call, busy()));
        assert!(first.0.is_ok());
        let reason = ThrottleReason::ConcurrentInvocationLimitExceeded;
        assert_eq!(second.0.unwrap_err(), ApiError::TooManyRequests { reason });
    });
}

#[test]
fn requests_are_limited_to_ten_a_second_for_each_environment() {
    block_on(async {
        let lab = Lab::new("def quick(event, context): return 1\n").await;
        lab.function("quick", |config| config.reserved_concurrency = Some(1));
        // A clock that stands still: what is counted is requests, not time.
        let mut throttled = 0;
        for _ in 0..200 {
            if lab.try_invoke("quick", "{}").await.is_err() {
                throttled += 1;
            }
        }
        assert!(throttled > 0);
        let reason = "ReservedFunctionInvocationRateLimitExceeded";
        let told = lab
            .region
            .history()
            .all()
            .into_iter()
            .any(|entry| matches!(&entry.event, Event::Throttled { reason: found, .. } if found == reason));
        assert!(told);
        lab.region.wait(std::time::Duration::from_secs(1)).await;
        assert_eq!(payload(&lab.invoke("quick", "{}").await), 1);
    });
}

#[test]
fn provisioned_environments_are_there_before_any_invocation() {
    block_on(async {
        let lab = Lab::new("").await;
        done(&lab, "POST", FUNCTIONS, new_function("f")).await;
        done(&lab, "POST", &format!("{FUNCTIONS}/f/versions"), json!({})).await;
        let path = "/2019-09-30/functions/f/provisioned-concurrency";
        let two = json!({ "ProvisionedConcurrentExecutions": 2 });
        let (_, _, message) = refused(&lab, "PUT", &format!("{path}?Qualifier=%24LATEST"), two.clone()).await;
        assert_eq!(
            message,
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
        );
        let asked = done(&lab, "PUT", &format!("{path}?Qualifier=1"), two).await;
        assert_eq!(asked["Status"], "IN_PROGRESS");
        lab.region.settle().await;
        let state = done(&lab, "GET", &format!("{path}?Qualifier=1"), Value::Null).await;
        assert_eq!(
            (&state["Status"], &state["AvailableProvisionedConcurrentExecutions"]),
            (&json!("READY"), &json!(2))
        );
        let settings = done(&lab, "GET", "/2016-08-19/account-settings", Value::Null).await;
        assert_eq!(settings["AccountLimit"]["UnreservedConcurrentExecutions"], 998);
        let made = lab.region.history().all().into_iter();
        let made = made
            .filter(|entry| matches!(entry.event, Event::EnvironmentCreated { .. }))
            .count();
        assert_eq!(made, 2);
        invoke(&lab, "f:1/invocations").await;
        done(&lab, "DELETE", &format!("{path}?Qualifier=1"), Value::Null).await;
        let (status, kind, _) = refused(&lab, "GET", &format!("{path}?Qualifier=1"), Value::Null).await;
        assert_eq!(
            (status, kind.as_str()),
            (404, "ProvisionedConcurrencyConfigNotFoundException")
        );
    });
}

#[test]
fn a_bucket_notifies_only_functions_that_permit_it() {
    block_on(async {
        let lab = Lab::new("def f(event, context): return 1\n").await;
        lab.function("f", |_| {});
        lab.region.cloud().s3.create_bucket("photos").unwrap();
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
        let xml = format!(
            "<NotificationConfiguration><CloudFunctionConfiguration><CloudFunction>{arn}</CloudFunction>\
             <Event>s3:ObjectCreated:*</Event></CloudFunctionConfiguration></NotificationConfiguration>"
        );
        let put = || send(&lab.region, "s3", "PUT", "/photos?notification", xml.as_bytes());
        let reply = put().await;
        assert_eq!(reply.status, 400, "{}", reply.text());
        assert!(
            reply
                .text()
                .contains("Unable to validate the following destination configurations"),
            "{}",
            reply.text()
        );
        let statement = json!({
            "StatementId": "s3", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com",
            "SourceArn": "arn:aws:s3:::photos",
        });
        done(&lab, "POST", &format!("{FUNCTIONS}/f/policy"), statement.clone()).await;
        assert_eq!(put().await.status, 200);
        let (status, ..) = refused(&lab, "POST", &format!("{FUNCTIONS}/f/policy"), statement).await;
        assert_eq!(status, 409);
        let policy = done(&lab, "GET", &format!("{FUNCTIONS}/f/policy"), Value::Null).await;
        let policy: Value = serde_json::from_str(policy["Policy"].as_str().unwrap()).unwrap();
        assert_eq!(policy["Statement"][0]["Resource"], arn);
        done(&lab, "DELETE", &format!("{FUNCTIONS}/f/policy/s3"), Value::Null).await;
        let (status, ..) = refused(&lab, "GET", &format!("{FUNCTIONS}/f/policy"), Value::Null).await;
        assert_eq!(status, 404);
    });
}

#[test]
fn mappings_urls_tags_and_loops_are_kept() {
    block_on(async {
        let lab = Lab::new("def f(event, context): return 1\n").await;
        lab.function("f", |_| {});
        lab.region.cloud().sqs.create_queue("q", &[]).unwrap();
        let (source, path) = (
            "arn:aws:sqs:us-east-1:123456789012:q",
            "/2015-03-31/event-source-mappings",
        );
        let request = json!({"EventSourceArn": source, "FunctionName": "f"});
        let made = done(&lab, "POST", path, request.clone()).await;
        assert_eq!((&made["State"], &made["BatchSize"]), (&json!("Creating"), &json!(10)));
        let one = format!("{path}/{}", made["UUID"].as_str().unwrap());
        assert_eq!(done(&lab, "GET", &one, Value::Null).await["State"], "Enabled");
        let (status, _, message) = refused(&lab, "POST", path, request).await;
        assert_eq!(status, 409);
        assert!(message.starts_with("An event source mapping with SQS arn"), "{message}");
        let pollers = json!({"MinimumPollers": 4, "MaximumPollers": 200});
        let update = json!({"ProvisionedPollerConfig": {"MinimumPollers": 4}});
        let updated = done(&lab, "PUT", &one, update).await;
        assert_eq!(
            updated["ProvisionedPollerConfig"], pollers,
            "what was left out is the default"
        );
        done(&lab, "PUT", &one, json!({ "Enabled": false })).await;
        assert_eq!(done(&lab, "GET", &one, Value::Null).await["State"], "Disabled");
        let listed = done(&lab, "GET", &format!("{path}?FunctionName=f"), Value::Null).await;
        assert_eq!(listed["EventSourceMappings"].as_array().unwrap().len(), 1);
        done(&lab, "DELETE", &one, Value::Null).await;
        assert_eq!(refused(&lab, "GET", &one, Value::Null).await.0, 404);
        let table = lab
            .region
            .cloud()
            .dynamodb
            .create_table("items", "id", None, Some("NEW_IMAGE"));
        let request = json!({
            "EventSourceArn": table.unwrap(), "FunctionName": "f", "StartingPosition": "LATEST",
            "TumblingWindowInSeconds": 900,
        });
        let made = done(&lab, "POST", path, request).await;
        assert_eq!(made["TumblingWindowInSeconds"], 900);
        let one = format!("{path}/{}", made["UUID"].as_str().unwrap());
        done(&lab, "PUT", &one, json!({ "TumblingWindowInSeconds": 0 })).await;
        assert_eq!(done(&lab, "GET", &one, Value::Null).await["TumblingWindowInSeconds"], 0);

        let path = "/2021-10-31/functions/f/url";
        let url = done(&lab, "POST", path, json!({ "AuthType": "NONE" })).await;
        let host = url["FunctionUrl"]
            .as_str()
            .unwrap()
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        assert_eq!(curl(&lab.region, "GET", &host, "/", &[], b"").await.text(), "1");
        assert_eq!(refused(&lab, "POST", path, json!({ "AuthType": "NONE" })).await.0, 409);
        done(&lab, "DELETE", path, Value::Null).await;

        let tags = "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af";
        done(&lab, "POST", tags, json!({ "Tags": { "a": "1", "b": "2" } })).await;
        done(&lab, "DELETE", &format!("{tags}?tagKeys=a"), Value::Null).await;
        assert_eq!(done(&lab, "GET", tags, Value::Null).await["Tags"], json!({ "b": "2" }));
        let path = "/2024-08-31/functions/f/recursion-config";
        assert_eq!(done(&lab, "GET", path, Value::Null).await["RecursiveLoop"], "Terminate");
        done(&lab, "PUT", path, json!({ "RecursiveLoop": "Allow" })).await;
        assert_eq!(done(&lab, "GET", path, Value::Null).await["RecursiveLoop"], "Allow");
    });
}
