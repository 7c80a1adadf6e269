//! Provisioned concurrency and `SnapStart` as the resources of a course ask for them.

use std::collections::BTreeMap;
use std::time::Duration;

use lambda_course::course::case::Step;
use lambda_course::course::exercise::Files;
use lambda_course::course::resources::Resources;
use lambda_course::grade::steps::Stage;
use lambda_course::history::Event;
use lambda_course::lambda::{FunctionConfig, FunctionName, Runtime};
use lambda_course::price::GbSeconds;
use lambda_course::region::{Content, RegionError};
use serde_json::{Value, json};

use crate::lab::{Lab, block_on, json, text};

const CODE: &str = "\
import os, time
time.sleep(0.25)
def handler(event, context):
    if 'fail' in str(event):
        raise ValueError('no')
    kind = os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']
    return {'kind': kind, 'arn': context.invoked_function_arn, 'version': context.function_version}
";

/// Resources as they are written in a course, whose functions have the code that is given.
struct Course {
    lab: Lab,
    resources: Resources,
}

impl Course {
    async fn new(resources: Value) -> Result<Self, RegionError> {
        let course = Self {
            lab: Lab::new("").await,
            resources: serde_json::from_value(resources).unwrap(),
        };
        let content = Content {
            code: &code(CODE),
            layers: &BTreeMap::new(),
            data: &Files::new(),
        };
        course.lab.region.create(&course.resources, content)?;
        course.stage().ready().await;
        Ok(course)
    }

    fn stage(&self) -> Stage<'_> {
        static NONE: Files = Files::new();
        Stage {
            region: &self.lab.region,
            resources: &self.resources,
            events: &NONE,
            data: &NONE,
        }
    }

    /// Does a step, as it is written in a case.
    async fn step(&self, step: Value) {
        let step: Step = serde_json::from_value(step).unwrap();
        let outcome = self.stage().run(&step).await;
        assert_eq!(outcome.problem, None, "{}", outcome.sent);
    }

    /// The last REPORT of a function.
    fn report(&self, function: &str) -> String {
        let log = self.lab.log(function);
        log.into_iter().rev().find(|line| line.starts_with("REPORT ")).unwrap()
    }
}

fn code(text: &str) -> Files {
    Files::from([("handler.py".to_owned(), text.as_bytes().to_vec())])
}

/// What the initialisations of a function's environments took, each a quarter of a second at least, at 128 MB.
fn initialised(lab: &Lab, function: &str) -> GbSeconds {
    let entries = lab.region.history().all();
    let made = |wanted: &str| {
        entries.iter().any(|entry| match &entry.event {
            Event::EnvironmentCreated {
                environment,
                function: of,
                ..
            } => environment == wanted && of == function,
            _ => false,
        })
    };
    let mut sum = GbSeconds::default();
    for entry in &entries {
        if let Event::Initialised {
            environment, duration, ..
        } = &entry.event
            && made(environment)
        {
            assert!(*duration >= Duration::from_millis(250), "{duration:?}");
            sum += GbSeconds::new(128, duration.as_micros().div_ceil(1_000).try_into().unwrap());
        }
    }
    sum
}

#[test]
fn a_course_chooses_how_functions_start() {
    block_on(async {
        let course = Course::new(json!({ "functions": [
            { "name": "plain", "handler": "handler.handler" },
            { "name": "ready", "handler": "handler.handler", "provisioned_concurrency": 1 },
            { "name": "frozen", "handler": "handler.handler", "snap_start": true },
        ] }));
        let course = course.await.unwrap();
        let region = &course.lab.region;
        // One of both was initialised, before anybody has invoked anything.
        let begun = region.history().usage(region.clock().now());
        assert_eq!((begun.requests, begun.provisioned_requests), (0, 0));
        let both = [begun.duration.x86_64, begun.provisioned_duration.x86_64];
        let expected = ["frozen", "ready"].map(|function| initialised(&course.lab, function));
        assert_eq!(both, expected);
        for name in ["plain", "ready", "frozen"] {
            course.step(json!({ "invoke": { "function": name } })).await;
        }
        let of = |name: &str| {
            let record = course.lab.invocations(name).remove(0);
            ((json(&record), record.cold_start), record, course.report(name))
        };
        let arn = |name: &str| format!("arn:aws:lambda:us-east-1:123456789012:function:{name}");
        let (got, plain, report) = of("plain");
        let expected = json!({ "kind": "on-demand", "arn": arn("plain"), "version": "$LATEST" });
        assert_eq!(got, (expected, true));
        assert!(plain.init_waited_for() >= Some(Duration::from_millis(250)));
        assert!(report.contains("\tInit Duration: "), "{report}");
        let (got, ready, report) = of("ready");
        let expected = json!({ "kind": "provisioned-concurrency", "arn": arn("ready:live"), "version": "1" });
        assert_eq!(got, (expected, false));
        // Its log tells of the initialisation, which is no part of what is billed here.
        assert_eq!(ready.init_waited_for(), None);
        assert!(ready.init.unwrap() >= Duration::from_millis(250));
        assert_eq!(u128::from(ready.billed_ms), ready.duration.as_micros().div_ceil(1_000));
        assert!(report.contains("\tInit Duration: "), "{report}");
        let (got, _, report) = of("frozen");
        let expected = json!({ "kind": "snap-start", "arn": arn("frozen:live"), "version": "1" });
        assert_eq!(got, (expected, true));
        assert!(
            !report.contains("Init Duration") && report.contains("\tBilled Restore Duration: "),
            "{report}"
        );
        // What is provisioned is there again after it was shut down, and its initialisation is paid for again.
        course.step(json!({ "recycle": "ready" })).await;
        course.step(json!({ "invoke": { "function": "ready" } })).await;
        let again = course.lab.invocations("ready").remove(1);
        assert!(!again.cold_start && again.init.is_some());
        course.step(json!({ "invoke": { "function": "ready" } })).await;
        let used_before = course.lab.invocations("ready").remove(2);
        assert!(!used_before.cold_start && used_before.init.is_none());
        let mut expected = initialised(&course.lab, "ready");
        for record in course.lab.invocations("ready") {
            expected += GbSeconds::new(128, record.billed_ms);
        }
        let used = region.history().usage(region.clock().now());
        assert_eq!(used.provisioned_duration.x86_64, expected);
    });
}

#[test]
fn whatever_names_such_a_function_reaches_its_published_version() {
    block_on(async {
        let course = Course::new(json!({
            "functions": [
                {
                    "name": "ready", "handler": "handler.handler", "provisioned_concurrency": 1,
                    "retries": 0, "on_failure": "sqs:failed",
                },
                { "name": "first", "handler": "handler.handler", "on_success": "lambda:ready" },
            ],
            "buckets": [
                { "name": "photos", "notifications": [{ "function": "ready", "events": ["s3:ObjectCreated:*"] }] },
            ],
            "queues": [{ "name": "failed" }, { "name": "orders" }],
            "event_sources": [{ "source": "sqs:orders", "function": "ready" }],
            "topics": [{ "name": "news", "subscriptions": ["lambda:ready"] }],
            "rules": [{ "name": "hourly", "schedule": "rate(1 hour)", "targets": ["lambda:ready"] }],
            "apis": [{ "name": "shop", "routes": [{ "method": "GET", "path": "/", "function": "ready" }] }],
        }));
        let course = course.await.unwrap();
        for step in [
            json!({ "send_message": { "queue": "orders", "body": "{}" } }),
            json!({ "publish": { "topic": "news", "message": "fail" } }),
            json!({ "put_object": { "bucket": "photos", "key": "cat.jpg", "text": "meow" } }),
            json!({ "invoke": { "function": "first", "type": "Event" } }),
            json!({ "request": { "method": "GET", "path": "/" } }),
            json!({ "wait": "1h" }),
        ] {
            course.step(step).await;
        }
        let records = course.lab.invocations("ready");
        assert_eq!(records.len(), 6, "{records:#?}");
        assert!(records.iter().all(|record| record.version == "1" && record.provisioned));
        let letter = course.lab.region.cloud().sqs.peek_all("failed").remove(0);
        let letter: Value = serde_json::from_str(&letter).unwrap();
        assert_eq!(
            letter["requestContext"]["functionArn"],
            "arn:aws:lambda:us-east-1:123456789012:function:ready:live"
        );
        assert_eq!(letter["requestContext"]["approximateInvokeCount"], 1, "no retries");
    });
}

#[test]
fn new_code_is_published_under_the_alias() {
    block_on(async {
        let course = Course::new(json!({ "functions": [
            { "name": "ready", "handler": "handler.handler", "provisioned_concurrency": 1 },
            { "name": "frozen", "handler": "handler.handler", "snap_start": true },
        ] }));
        let course = course.await.unwrap();
        let newer = code("def handler(event, context):\n    return context.function_version\n");
        course.lab.region.deploy(&["ready", "frozen"], &newer).unwrap();
        course.stage().ready().await;
        for name in ["ready", "frozen"] {
            course.step(json!({ "invoke": { "function": name } })).await;
            let record = course.lab.invocations(name).remove(0);
            assert_eq!((text(&record).as_str(), record.cold_start), ("\"2\"", name == "frozen"));
            let lambda = course.lab.region.lambda();
            let function = lambda.reference(name, None).unwrap();
            let versions = lambda.versions(&function).unwrap();
            assert_eq!(versions.len(), 2, "$LATEST and the newest");
        }
    });
}

#[test]
fn what_does_not_go_together_is_refused() {
    block_on(async {
        let refusal = async |mut function: Value| {
            function["name"] = json!("f");
            let refused = Course::new(json!({ "functions": [function] })).await;
            refused.err().unwrap().to_string()
        };
        let words = "is not supported for SnapStart enabled functions.";
        assert_eq!(
            refusal(json!({ "snap_start": true, "storage": 1024 })).await,
            format!("function f: Ephemeral storage greater than 512 MB {words}")
        );
        assert_eq!(
            refusal(json!({ "snap_start": true, "provisioned_concurrency": 1 })).await,
            format!("function f: Provisioned Concurrency {words}")
        );
        let lab = Lab::new(CODE).await;
        let mut config = FunctionConfig::new(FunctionName::new("old").unwrap(), lab.code().to_owned());
        config.runtime = Runtime::named("python3.11");
        config.snap_start = true;
        let refused = lab.region.lambda().create_function(config).unwrap_err();
        assert_eq!(refused.message(), format!("python3.11 {words}"));
    });
}

#[test]
fn a_provisioned_environment_is_replaced_after_a_few_hours() {
    block_on(async {
        let course = Course::new(json!({ "functions": [
            { "name": "ready", "handler": "handler.handler", "provisioned_concurrency": 1 },
        ] }));
        let course = course.await.unwrap();
        for minutes in [0, 90, 90, 1] {
            course.lab.region.wait(Duration::from_secs(minutes * 60)).await;
            course.step(json!({ "invoke": { "function": "ready" } })).await;
        }
        let records = course.lab.invocations("ready");
        assert!(records.iter().all(|record| !record.cold_start), "nobody waits for it");
        let environments: Vec<&str> = records.iter().map(|record| record.environment.as_str()).collect();
        assert_eq!(environments[0], environments[1]);
        assert_eq!(environments[1], environments[2], "it is replaced once it was used");
        assert_ne!(environments[2], environments[3]);
    });
}
