//! Queues.

use lambda_course::cloud::Call;
use lambda_course::lambda::ApiError;
use lambda_course::lambda::event_source::{FilterRequest, MappingRequest, PatternRequest, ScalingRequest};
use lambda_course::lambda::registry::Mapping;
use serde_json::{Value, json};

use super::compare::{Golden, same_config, same_error};
use super::{events, sources};
use crate::lab::{Lab, limits};

const CODE: &str = "\
import json, os
def echo(event, context):
    return None
def unfinished(event):
    def fails(record):
        return int(record['attributes']['ApproximateReceiveCount']) <= json.loads(record['body'])['fail_attempts']
    return [record['messageId'] for record in event['Records'] if fails(record)]
def failing(event, context):
    if unfinished(event):
        raise Exception('failed attempt')
def reporting(event, context):
    return {'batchItemFailures': [{'itemIdentifier': identifier} for identifier in unfinished(event)]}
def answering(event, context):
    return json.loads(os.environ['ANSWER'])
";

/// A queue `q` with a function `f`, ready to be mapped.
async fn lab(handler: &str, attributes: &[(&str, String)]) -> Lab {
    let lab = Lab::new(CODE).await;
    lab.region.cloud().sqs.create_queue("q", attributes).unwrap();
    lab.function("f", |config| config.handler = format!("handler.{handler}"));
    lab
}

fn request(lab: &Lab) -> MappingRequest {
    MappingRequest {
        event_source_arn: Some(lab.region.cloud().sqs.arn("q")),
        function_name: Some("f".to_owned()),
        ..MappingRequest::default()
    }
}

fn map(lab: &Lab, request: MappingRequest) -> Mapping {
    try_map(lab, request).unwrap()
}

fn try_map(lab: &Lab, request: MappingRequest) -> Result<Mapping, ApiError> {
    lab.region.lambda().create_mapping(request, &sources(lab))
}

async fn send(lab: &Lab, queue: &str, message: Value) {
    let cloud = lab.region.cloud();
    let mut input = message;
    input["QueueUrl"] = json!(cloud.sqs.url(queue));
    let mut call = Call::outside();
    let busy = cloud.clock().busy();
    let (answer, busy) = cloud.sqs.execute(&mut call, "SendMessage", &input, busy).await;
    answer.unwrap();
    cloud.finish(call, "sqs", "SendMessage", Value::Null, None);
    drop(busy);
}

async fn send_body(lab: &Lab, body: &str) {
    send(lab, "q", json!({ "MessageBody": body })).await;
}

/// The records of all events, in the order of their bodies.
fn records_by_body(lab: &Lab) -> Value {
    let all = events(lab, "f").into_iter();
    let mut records: Vec<Value> = all
        .flat_map(|mut event| event["Records"].as_array_mut().map(std::mem::take).unwrap())
        .collect();
    records.sort_by_key(|record| record["body"].as_str().unwrap().to_owned());
    json!(records)
}

fn redrive(lab: &Lab, receives: u32) -> (&'static str, String) {
    lab.region.cloud().sqs.create_queue("dead", &[]).unwrap();
    redrive_to(lab, "dead", receives)
}

fn redrive_to(lab: &Lab, queue: &str, receives: u32) -> (&'static str, String) {
    let target = lab.region.cloud().sqs.arn(queue);
    let policy = json!({ "deadLetterTargetArn": target, "maxReceiveCount": receives });
    ("RedrivePolicy", policy.to_string())
}

fn same_dead_letters(golden: &mut Golden, recorded: &Value, lab: &Lab, queue: &str) {
    let dead = lab.region.cloud().sqs.peek_messages(queue);
    let dead: Vec<Value> = dead
        .iter()
        .map(|message| json!({ "Body": message.body, "MessageId": message.message_id }))
        .collect();
    let recorded = recorded.as_array().unwrap().iter();
    let recorded: Vec<Value> = recorded
        .map(|message| json!({ "Body": message["Body"], "MessageId": message["MessageId"] }))
        .collect();
    golden.same(&json!(recorded), &json!(dead));
}

pub async fn filter(content: &Value) {
    let lab = lab("echo", &[]).await;
    let recorded = &content["create_event_source_mapping_response"];
    let patterns = recorded["FilterCriteria"]["Filters"].as_array().unwrap().iter();
    let filters = patterns.map(|filter| PatternRequest {
        pattern: Some(filter["Pattern"].to_string()),
    });
    let mapping = map(
        &lab,
        MappingRequest {
            maximum_batching_window_in_seconds: recorded["MaximumBatchingWindowInSeconds"].as_i64(),
            filter_criteria: Some(FilterRequest {
                filters: Some(filters.collect()),
            }),
            ..request(&lab)
        },
    );
    let mut golden = Golden::default();
    same_config(&mut golden, recorded, mapping.config.describe());
    let matching = content["invocation_events"][0]["Records"][0]["body"].to_string();
    for body in [&matching, "this is a test string", r#"{"unrelated": 1}"#] {
        send_body(&lab, body).await;
    }
    lab.region.settle().await;
    golden.same(&content["invocation_events"], &json!(events(&lab, "f")));
    let left = lab.region.cloud().sqs.peek_all("q");
    assert!(left.is_empty(), "what does not match is deleted: {left:?}");
}

pub async fn bad_filter(content: &Value, pattern: Option<&str>) {
    let lab = lab("echo", &[]).await;
    let filter = PatternRequest {
        pattern: pattern.map(str::to_owned),
    };
    let error = try_map(
        &lab,
        MappingRequest {
            filter_criteria: Some(FilterRequest {
                filters: Some(vec![filter]),
            }),
            ..request(&lab)
        },
    )
    .unwrap_err();
    same_error(
        &mut Golden::default(),
        &content["create_event_source_mapping_exception"],
        &error,
    );
}

fn attempt(content: &Value, name: &str) -> Value {
    content[name]["Messages"][0]["Body"]["event"].clone()
}

/// A body as it was sent: recorded as text with a placeholder, or as JSON.
fn body_of(event: &Value) -> String {
    match &event["Records"][0]["body"] {
        Value::String(text) => text.replace("<queue-url:1>", "https://example"),
        parsed => parsed.to_string(),
    }
}

pub async fn failing(content: &Value) {
    let lab = lab("failing", &[]).await;
    let mapping = map(
        &lab,
        MappingRequest {
            batch_size: Some(1),
            ..request(&lab)
        },
    );
    let mut golden = Golden::default();
    same_config(&mut golden, &content["event_source_mapping"], mapping.config.describe());
    let (first, second) = (attempt(content, "first_attempt"), attempt(content, "second_attempt"));
    send_body(&lab, &body_of(&first)).await;
    lab.region.settle().await;
    golden.same(&json!([first, second]), &json!(events(&lab, "f")));
}

pub async fn redrive_policy(content: &Value, first: Value, second: Value, handler: &str, answer: Option<&str>) {
    let lab = Lab::new(CODE).await;
    let policy = redrive(&lab, 2);
    lab.region.cloud().sqs.create_queue("q", &[policy]).unwrap();
    lab.function("f", |config| {
        config.handler = format!("handler.{handler}");
        let answer = answer.map(|answer| ("ANSWER".to_owned(), answer.to_owned()));
        config.environment.extend(answer);
    });
    map(
        &lab,
        MappingRequest {
            batch_size: Some(1),
            function_response_types: answer.map(|_| vec!["ReportBatchItemFailures".to_owned()]),
            ..request(&lab)
        },
    );
    send_body(&lab, &body_of(&first)).await;
    lab.region.settle().await;
    let mut golden = Golden::default();
    golden.same(&json!([first, second]), &json!(events(&lab, "f")));
    same_dead_letters(&mut golden, &content["dlq_response"]["Messages"], &lab, "dead");
}

pub async fn redriven(content: &Value) {
    let (first, second) = (attempt(content, "first_attempt"), attempt(content, "second_attempt"));
    redrive_policy(content, first, second, "failing", None).await;
}

pub async fn answer(content: &Value, answer: &str) {
    let first = attempt(content, "first_invocation");
    if content["second_invocation"].is_object() {
        let second = attempt(content, "second_invocation");
        redrive_policy(content, first, second, "answering", Some(answer)).await;
        return;
    }
    let lab = Lab::new(CODE).await;
    lab.region.cloud().sqs.create_queue("q", &[]).unwrap();
    lab.function("f", |config| {
        config.handler = "handler.answering".to_owned();
        config.environment.insert("ANSWER".to_owned(), answer.to_owned());
    });
    map(
        &lab,
        MappingRequest {
            function_response_types: Some(vec!["ReportBatchItemFailures".to_owned()]),
            ..request(&lab)
        },
    );
    send_body(&lab, &body_of(&first)).await;
    lab.region.settle().await;
    Golden::default().same(&json!([first]), &json!(events(&lab, "f")));
    assert!(lab.region.cloud().sqs.peek_all("q").is_empty());
}

pub async fn partly(content: &Value) {
    let lab = Lab::new(CODE).await;
    let cloud = lab.region.cloud();
    let fifo = ("FifoQueue", "true".to_owned());
    cloud
        .sqs
        .create_queue("dead.fifo", std::slice::from_ref(&fifo))
        .unwrap();
    let policy = redrive_to(&lab, "dead.fifo", 2);
    cloud.sqs.create_queue("q.fifo", &[fifo, policy]).unwrap();
    lab.function("f", |config| config.handler = "handler.reporting".to_owned());
    let (first, second) = (
        attempt(content, "first_invocation"),
        attempt(content, "second_invocation"),
    );
    for record in first["Records"].as_array().unwrap() {
        let attributes = &record["attributes"];
        let message = json!({
            "MessageBody": record["body"].to_string(),
            "MessageGroupId": attributes["MessageGroupId"],
            "MessageDeduplicationId": attributes["MessageDeduplicationId"],
        });
        send(&lab, "q.fifo", message).await;
    }
    let mapping = map(
        &lab,
        MappingRequest {
            event_source_arn: Some(cloud.sqs.arn("q.fifo")),
            function_response_types: Some(vec!["ReportBatchItemFailures".to_owned()]),
            ..request(&lab)
        },
    );
    let mut golden = Golden::default();
    same_config(
        &mut golden,
        &content["create_event_source_mapping"],
        mapping.config.describe(),
    );
    lab.region.settle().await;
    golden.same(&json!([first, second]), &json!(events(&lab, "f")));
    same_dead_letters(&mut golden, &content["dlq_response"]["Messages"], &lab, "dead.fifo");
}

pub async fn raising(content: &Value) {
    let lab = Lab::new(CODE).await;
    let policy = redrive(&lab, 1);
    lab.region.cloud().sqs.create_queue("q", &[policy]).unwrap();
    lab.function("f", |config| config.handler = "handler.reporting".to_owned());
    for message in content["dlq_messages"].as_array().unwrap() {
        match &message["Body"] {
            Value::String(text) => send_body(&lab, text).await,
            parsed => send_body(&lab, &parsed.to_string()).await,
        }
    }
    map(
        &lab,
        MappingRequest {
            function_response_types: Some(vec!["ReportBatchItemFailures".to_owned()]),
            ..request(&lab)
        },
    );
    lab.region.settle().await;
    same_dead_letters(&mut Golden::default(), &content["dlq_messages"], &lab, "dead");
}

pub async fn defaults(content: &Value) {
    let lab = lab("echo", &[]).await;
    let mapping = map(&lab, request(&lab));
    let mut golden = Golden::default();
    same_config(
        &mut golden,
        &content["create-event-source-mapping"],
        mapping.config.describe(),
    );
    let large = MappingRequest {
        batch_size: Some(11),
        ..MappingRequest::default()
    };
    let error = lab
        .region
        .lambda()
        .update_mapping(&mapping.uuid, &large, &sources(&lab))
        .unwrap_err();
    same_error(&mut golden, &content["invalid-update-event-source-mapping"], &error);
    let error = try_map(
        &lab,
        MappingRequest {
            batch_size: Some(11),
            ..request(&lab)
        },
    )
    .unwrap_err();
    same_error(&mut golden, &content["invalid-create-event-source-mapping"], &error);
}

pub async fn window(content: &Value) {
    let lab = lab("echo", &[]).await;
    let recorded = &content["create-event-source-mapping-response"];
    let mapping = map(
        &lab,
        MappingRequest {
            maximum_batching_window_in_seconds: Some(1),
            ..request(&lab)
        },
    );
    let mut golden = Golden::default();
    same_config(&mut golden, recorded, mapping.config.describe());
    send_body(&lab, &content["events"][0]["Records"][0]["body"].to_string()).await;
    lab.region.settle().await;
    golden.same(&content["events"], &json!(events(&lab, "f")));
}

pub async fn attributes(content: &Value) {
    let lab = lab("echo", &[]).await;
    map(
        &lab,
        MappingRequest {
            batch_size: Some(1),
            ..request(&lab)
        },
    );
    let event = attempt(content, "first_attempt");
    let recorded = event["Records"][0]["messageAttributes"].as_object().unwrap().iter();
    let attributes: serde_json::Map<_, _> = recorded
        .map(|(name, value)| {
            let sent = json!({ "DataType": value["dataType"], "StringValue": value["stringValue"] });
            (name.clone(), sent)
        })
        .collect();
    let message = json!({ "MessageBody": body_of(&event), "MessageAttributes": attributes });
    send(&lab, "q", message).await;
    lab.region.settle().await;
    Golden::default().same(&json!([event]), &json!(events(&lab, "f")));
}

pub async fn update(content: &Value) {
    let lab = lab("echo", &[]).await;
    lab.function("g", |config| config.handler = "handler.echo".to_owned());
    let mapping = map(
        &lab,
        MappingRequest {
            maximum_batching_window_in_seconds: Some(1),
            ..request(&lab)
        },
    );
    let mut golden = Golden::default();
    let created = &content["create-event-source-mapping-response"];
    same_config(&mut golden, created, mapping.config.describe());
    let body = |event: &Value| event["event"]["Records"][0]["body"].to_string();
    send_body(&lab, &body(&content["events"][0])).await;
    lab.region.settle().await;
    let other = MappingRequest {
        function_name: Some("g".to_owned()),
        ..MappingRequest::default()
    };
    let lambda = lab.region.lambda();
    let updated = lambda.update_mapping(&mapping.uuid, &other, &sources(&lab)).unwrap();
    same_config(&mut golden, &content["updated_esm"], updated.config.describe());
    send_body(&lab, &body(&content["events_postupdate"][1])).await;
    lab.region.settle().await;
    let recorded = content["events_postupdate"].as_array().unwrap().iter();
    let recorded: Vec<_> = recorded.map(|told| told["event"].clone()).collect();
    let mut all = events(&lab, "f");
    all.extend(events(&lab, "g"));
    golden.same(&json!(recorded), &json!(all));
}

pub async fn twice(content: &Value) {
    let lab = lab("echo", &[]).await;
    let mapping = map(&lab, request(&lab));
    let mut golden = Golden::default();
    same_config(&mut golden, &content["create"], mapping.config.describe());
    let error = try_map(&lab, request(&lab)).unwrap_err();
    same_error(&mut golden, &content["error"], &error);
    assert!(error.message().ends_with(&mapping.uuid));
}

pub async fn disabled(content: &Value) {
    let lab = Lab::new(CODE).await;
    let fifo = ("FifoQueue", "true".to_owned());
    lab.region.cloud().sqs.create_queue("q.fifo", &[fifo]).unwrap();
    lab.function("f", |config| config.handler = "handler.echo".to_owned());
    let mapping = map(
        &lab,
        MappingRequest {
            event_source_arn: Some(lab.region.cloud().sqs.arn("q.fifo")),
            batch_size: Some(1),
            enabled: Some(false),
            ..request(&lab)
        },
    );
    let mut golden = Golden::default();
    same_config(&mut golden, &content["create_esm_disabled"], mapping.config.describe());
    for group in ["a", "b", "a"] {
        let id = format!("{group}{}", lab.region.cloud().sqs.peek_all("q.fifo").len());
        let message = json!({ "MessageBody": "{}", "MessageGroupId": group, "MessageDeduplicationId": id });
        send(&lab, "q.fifo", message).await;
    }
    lab.region.settle().await;
    assert!(events(&lab, "f").is_empty(), "nobody polls");
    let enable = MappingRequest {
        enabled: Some(true),
        ..MappingRequest::default()
    };
    let lambda = lab.region.lambda();
    let enabled = lambda.update_mapping(&mapping.uuid, &enable, &sources(&lab)).unwrap();
    for step in ["update_esm_enabling", "get_esm_enabled"] {
        same_config(&mut golden, &content[step], enabled.config.describe());
    }
    lab.region.settle().await;
    assert_eq!(events(&lab, "f").len(), 3);
}

pub async fn large(content: &Value, size: i64) {
    let lab = lab("echo", &[]).await;
    let mapping = map(
        &lab,
        MappingRequest {
            batch_size: Some(size),
            maximum_batching_window_in_seconds: Some(10),
            ..request(&lab)
        },
    );
    let mut golden = Golden::default();
    let created = &content["create-event-source-mapping-response"];
    same_config(&mut golden, created, mapping.config.describe());
    for record in content["Records"].as_array().unwrap() {
        send_body(&lab, record["body"].as_str().unwrap()).await;
    }
    lab.region.settle().await;
    golden.same(&content["Records"], &records_by_body(&lab));
}

pub async fn concurrency(content: &Value) {
    let lab = Lab::new(CODE).await;
    lab.region.cloud().sqs.create_queue("q", &[]).unwrap();
    lab.function("f", |config| {
        limits(128, 10)(config);
        config.handler = "handler.echo".to_owned();
        config.reserved_concurrency = content["put_concurrency_resp"]["ReservedConcurrentExecutions"]
            .as_u64()
            .and_then(|reserved| u32::try_from(reserved).ok());
    });
    let hold = lab.region.clock().busy();
    for record in content["Records"].as_array().unwrap() {
        send_body(&lab, record["body"].as_str().unwrap()).await;
    }
    let created = &content["create-event-source-mapping-response"];
    let mapping = map(
        &lab,
        MappingRequest {
            batch_size: created["BatchSize"].as_i64(),
            maximum_batching_window_in_seconds: created["MaximumBatchingWindowInSeconds"].as_i64(),
            scaling_config: Some(ScalingRequest {
                maximum_concurrency: created["ScalingConfig"]["MaximumConcurrency"].as_i64(),
            }),
            ..request(&lab)
        },
    );
    drop(hold);
    let mut golden = Golden::default();
    same_config(&mut golden, created, mapping.config.describe());
    lab.region.settle().await;
    let batches = events(&lab, "f").len();
    assert_eq!(json!({ "total_batches_received": batches }), content["batch_info"]);
    golden.same(&content["Records"], &records_by_body(&lab));
}

pub async fn missing(content: &Value) {
    let lab = Lab::new(CODE).await;
    lab.function("f", |_| {});
    let error = try_map(&lab, request(&lab)).unwrap_err();
    same_error(&mut Golden::default(), &content["error"], &error);
}
