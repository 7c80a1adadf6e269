//! DynamoDB streams.

use lambda_course::cloud::Call;
use lambda_course::lambda::ApiError;
use lambda_course::lambda::event_source::{
    DestinationRequest, FilterRequest, MappingRequest, OnFailureRequest, PatternRequest,
};
use lambda_course::lambda::registry::Mapping;
use serde_json::{Map, Value, json};

use super::compare::{Golden, same_config, same_error};
use super::sources;
use crate::lab::Lab;

const CODE: &str = "\
import json, os
def echo(event, context):
    return None
def raising(event, context):
    raise Exception('failed')
def answering(event, context):
    return json.loads(os.environ['ANSWER'])
def reporting(event, context):
    def fails(record):
        return record['dynamodb']['NewImage'].get('should_fail', {}).get('BOOL', False)
    failed = [record['dynamodb']['SequenceNumber'] for record in event['Records'] if fails(record)]
    return {'batchItemFailures': [{'itemIdentifier': number} for number in failed]}
";

/// A table `items` with a stream, and a function `f`.
async fn lab(key: &str, view: &str, handler: &str, answer: Option<&str>) -> Lab {
    let lab = Lab::new(CODE).await;
    lab.region
        .cloud()
        .dynamodb
        .create_table("items", key, None, Some(view))
        .unwrap();
    lab.function("f", |config| {
        config.handler = format!("handler.{handler}");
        let answer = answer.map(|answer| ("ANSWER".to_owned(), answer.to_owned()));
        config.environment.extend(answer);
    });
    lab
}

fn request(lab: &Lab) -> MappingRequest {
    MappingRequest {
        event_source_arn: lab.region.cloud().dynamodb.stream_arn("items"),
        function_name: Some("f".to_owned()),
        starting_position: Some("TRIM_HORIZON".to_owned()),
        maximum_batching_window_in_seconds: Some(1),
        ..MappingRequest::default()
    }
}

/// The request that a recorded answer came from, but for the source, the function and the destination.
fn request_of(lab: &Lab, recorded: &Value) -> MappingRequest {
    let number = |name: &str| recorded[name].as_i64();
    MappingRequest {
        batch_size: number("BatchSize"),
        maximum_batching_window_in_seconds: number("MaximumBatchingWindowInSeconds"),
        maximum_retry_attempts: number("MaximumRetryAttempts"),
        function_response_types: serde_json::from_value(recorded["FunctionResponseTypes"].clone()).unwrap(),
        ..request(lab)
    }
}

fn map(lab: &Lab, request: MappingRequest) -> Mapping {
    try_map(lab, request).unwrap()
}

fn try_map(lab: &Lab, request: MappingRequest) -> Result<Mapping, ApiError> {
    lab.region.lambda().create_mapping(request, &sources(lab))
}

/// Puts an item, as plain JSON, and waits for all that follows.
async fn put(lab: &Lab, item: &Value) {
    let cloud = lab.region.cloud();
    let mut call = Call::outside();
    cloud.dynamodb.put_item_plain(&mut call, "items", item).unwrap();
    cloud.finish(call, "dynamodb", "PutItem", Value::Null, None);
    lab.region.settle().await;
}

/// An image in DynamoDB's own JSON, put as it is.
fn put_image(lab: &Lab, image: &Value) {
    let cloud = lab.region.cloud();
    let mut call = Call::outside();
    let input = json!({ "TableName": "items", "Item": image });
    cloud
        .dynamodb
        .execute(&mut call, "PutItem", &input.to_string())
        .unwrap();
    cloud.finish(call, "dynamodb", "PutItem", Value::Null, None);
}

fn image(event: &Value) -> Value {
    event["Records"][0]["dynamodb"]["NewImage"].clone()
}

fn events(lab: &Lab) -> Value {
    json!(super::events(lab, "f"))
}

/// Where records of failures go.
fn on_failure(arn: String) -> Option<DestinationRequest> {
    Some(DestinationRequest {
        on_success: None,
        on_failure: Some(OnFailureRequest { destination: Some(arn) }),
    })
}

fn queue(lab: &Lab, name: &str) -> String {
    lab.region.cloud().sqs.create_queue(name, &[]).unwrap();
    lab.region.cloud().sqs.arn(name)
}

fn same_messages(golden: &mut Golden, recorded: &Value, lab: &Lab) {
    let bodies = lab.region.cloud().sqs.peek_all("failed");
    let recorded = recorded["Messages"].as_array().unwrap().iter();
    let recorded: Vec<_> = recorded.map(|message| message["Body"].clone()).collect();
    golden.same(&json!(recorded), &json!(bodies));
}

pub async fn stream(content: &Value) {
    let lab = lab("my_partition_key", "NEW_IMAGE", "echo", None).await;
    let recorded = &content["create_event_source_mapping_response"];
    let mapping = map(&lab, request_of(&lab, recorded));
    let mut golden = Golden::default();
    same_config(&mut golden, recorded, mapping.config.describe());
    put_image(&lab, &image(&content["event_logs"][0]));
    lab.region.settle().await;
    golden.same(&content["event_logs"], &events(&lab));
}

pub async fn config(content: &Value) {
    let lab = lab("id", "NEW_IMAGE", "echo", None).await;
    let recorded = &content["create_event_source_mapping_result"];
    let mapping = map(&lab, request_of(&lab, recorded));
    let mut golden = Golden::default();
    same_config(&mut golden, recorded, mapping.config.describe());
    let (lambda, all) = (lab.region.lambda(), sources(&lab));
    if content["list_event_source_mapping_result"].is_object() {
        let listed = lambda.mappings(Some(&mapping.config.source), None).unwrap();
        let recorded = &content["list_event_source_mapping_result"]["EventSourceMappings"];
        assert_eq!(listed.len(), recorded.as_array().unwrap().len());
        same_config(&mut golden, &recorded[0], listed[0].config.describe());
        lambda.delete_mapping(&mapping.uuid, &all).unwrap();
        put(&lab, &json!({ "id": "after" })).await;
        assert_eq!(events(&lab), json!([]), "deleted");
        return;
    }
    put(&lab, &json!({ "id": "before" })).await;
    assert_eq!(events(&lab).as_array().unwrap().len(), 1);
    let change = |enabled| MappingRequest {
        enabled: Some(enabled),
        ..MappingRequest::default()
    };
    let disabled = lambda.update_mapping(&mapping.uuid, &change(false), &all).unwrap();
    let recorded = &content["update_event_source_mapping_result"];
    same_config(&mut golden, recorded, disabled.config.describe());
    put(&lab, &json!({ "id": "meanwhile" })).await;
    assert_eq!(events(&lab).as_array().unwrap().len(), 1, "disabled");
    lambda.update_mapping(&mapping.uuid, &change(true), &all).unwrap();
    lab.region.settle().await;
    let seen = events(&lab);
    assert_eq!(seen.as_array().unwrap().len(), 2, "it goes on where it was");
    assert_eq!(seen[1]["Records"][0]["dynamodb"]["Keys"]["id"]["S"], "meanwhile");
}

pub async fn filter(content: &Value, other: Option<&str>) {
    let lab = lab("id", "NEW_AND_OLD_IMAGES", "echo", None).await;
    let recorded = &content["create_event_source_mapping_response"];
    let filters = recorded["FilterCriteria"]["Filters"].as_array().unwrap().iter();
    let filters = filters.map(|filter| PatternRequest {
        pattern: Some(filter["Pattern"].to_string()),
    });
    let mapping = map(
        &lab,
        MappingRequest {
            filter_criteria: Some(FilterRequest {
                filters: Some(filters.collect()),
            }),
            ..request_of(&lab, recorded)
        },
    );
    let mut golden = Golden::default();
    same_config(&mut golden, recorded, mapping.config.describe());
    put_image(&lab, &image(&content["lambda-log-events"][0]));
    lab.region.settle().await;
    golden.same(&content["lambda-log-events"], &events(&lab));
    let all = &content["lambda-multiple-log-events"];
    match other {
        Some(other) => put(&lab, &serde_json::from_str(other).unwrap()).await,
        None => put_image(&lab, &image(&all[1])),
    }
    lab.region.settle().await;
    golden.same(all, &events(&lab));
}

pub async fn bad_filter(content: &Value, pattern: &str) {
    let lab = lab("id", "NEW_IMAGE", "echo", None).await;
    let filter = PatternRequest {
        pattern: Some(pattern.to_owned()),
    };
    let filters = FilterRequest {
        filters: Some(vec![filter]),
    };
    let error = try_map(
        &lab,
        MappingRequest {
            filter_criteria: Some(filters),
            ..request(&lab)
        },
    )
    .unwrap_err();
    same_error(
        &mut Golden::default(),
        &content["exception_event_source_creation"],
        &error,
    );
}

pub async fn twice(content: &Value) {
    let lab = lab("id", "NEW_IMAGE", "echo", None).await;
    let mapping = map(&lab, request_of(&lab, &content["create"]));
    let mut golden = Golden::default();
    same_config(&mut golden, &content["create"], mapping.config.describe());
    let error = try_map(&lab, request(&lab)).unwrap_err();
    same_error(&mut golden, &content["error"], &error);
}

pub async fn missing(content: &Value) {
    let lab = lab("id", "NEW_IMAGE", "echo", None).await;
    let account = lab.region.cloud().account();
    let recorded = content["error"]["message"].as_str().unwrap();
    let resource = recorded.split_once(":table/").unwrap().1;
    let error = try_map(
        &lab,
        MappingRequest {
            event_source_arn: Some(account.arn("dynamodb", &format!("table/{resource}"))),
            ..request(&lab)
        },
    )
    .unwrap_err();
    same_error(&mut Golden::default(), &content["error"], &error);
}

/// A record that is given up after the retries of the recording.
async fn given_up(content: &Value, target: impl FnOnce(&Lab) -> String) -> (Lab, Mapping, Golden) {
    let lab = lab("my_partition_key", "NEW_IMAGE", "raising", None).await;
    let recorded = &content["create_event_source_mapping_response"];
    let target = target(&lab);
    let mapping = map(
        &lab,
        MappingRequest {
            destination_config: on_failure(target),
            ..request_of(&lab, recorded)
        },
    );
    let mut golden = Golden::default();
    same_config(&mut golden, recorded, mapping.config.describe());
    put(&lab, &json!({ "my_partition_key": "hello world" })).await;
    (lab, mapping, golden)
}

pub async fn failure(content: &Value) {
    let (lab, _, mut golden) = given_up(content, |lab| queue(lab, "failed")).await;
    same_messages(&mut golden, &content["destination_queue_messages"], &lab);
}

pub async fn failure_topic(content: &Value) {
    let (lab, _, mut golden) = given_up(content, |lab| {
        let sns = &lab.region.cloud().sns;
        let topic = sns.create_topic("failures").unwrap();
        sns.subscribe(&topic, &queue(lab, "failed")).unwrap();
        topic
    })
    .await;
    let envelope: Value = serde_json::from_str(&lab.region.cloud().sqs.peek_all("failed")[0]).unwrap();
    let recorded = content["failure_sns_message"].as_object().unwrap();
    let keys = |value: &Map<String, Value>| {
        let mut keys: Vec<_> = value.keys().cloned().collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(envelope.as_object().unwrap()), keys(recorded));
    golden.same(&recorded["Message"], &envelope["Message"]);
    golden.same(&recorded["TopicArn"], &envelope["TopicArn"]);
}

pub async fn failure_bucket(content: &Value) {
    let (lab, mapping, mut golden) = given_up(content, |lab| {
        lab.region.cloud().s3.create_bucket("failures").unwrap();
        "arn:aws:s3:::failures".to_owned()
    })
    .await;
    let s3 = &lab.region.cloud().s3;
    let keys = s3.list("failures", &format!("aws/lambda/{}/shardId-", mapping.uuid));
    assert_eq!(keys.len(), 1, "{:?}", s3.list("failures", ""));
    let body = s3.get("failures", &keys[0]).unwrap();
    golden.same(&content["record_body"], &serde_json::from_slice(&body).unwrap());
}

pub async fn partly(content: &Value) {
    let lab = lab("my_partition_key", "NEW_IMAGE", "reporting", None).await;
    let recorded = &content["create_event_source_mapping_response"];
    let target = queue(&lab, "failed");
    let mapping = map(
        &lab,
        MappingRequest {
            destination_config: on_failure(target),
            ..request_of(&lab, recorded)
        },
    );
    let mut golden = Golden::default();
    same_config(&mut golden, recorded, mapping.config.describe());
    let records = content["dynamodb_records"]["Records"].as_array().unwrap();
    let hold = lab.region.clock().busy();
    let mut images: Vec<&Value> = records.iter().map(|record| &record["dynamodb"]["NewImage"]).collect();
    images.dedup();
    for image in images {
        put_image(&lab, image);
    }
    drop(hold);
    lab.region.settle().await;
    let all = super::events(&lab, "f").into_iter();
    let seen: Vec<Value> = all
        .flat_map(|mut event| event["Records"].as_array_mut().map(std::mem::take).unwrap())
        .collect();
    golden.same(&json!(records), &json!(seen));
    same_messages(&mut golden, &content["destination_queue_messages"], &lab);
}

/// A record whose batch ends as the recording says: after one event, or given up after four.
async fn ends(content: &Value, handler: &str, answer: Option<&str>) {
    let lab = lab("my_partition_key", "NEW_IMAGE", handler, answer).await;
    let target = queue(&lab, "failed");
    map(
        &lab,
        MappingRequest {
            batch_size: Some(3),
            maximum_retry_attempts: Some(3),
            function_response_types: Some(vec!["ReportBatchItemFailures".to_owned()]),
            destination_config: on_failure(target),
            ..request(&lab)
        },
    );
    let item = match &content["dynamodb_events"][0] {
        Value::Null => json!({ "my_partition_key": { "S": "hello world" } }),
        first => image(first),
    };
    put_image(&lab, &item);
    lab.region.settle().await;
    let mut golden = Golden::default();
    if content["dynamodb_events"].is_array() {
        golden.same(&content["dynamodb_events"], &events(&lab));
    }
    if content["destination_queue_messages"].is_object() {
        same_messages(&mut golden, &content["destination_queue_messages"], &lab);
    } else {
        assert!(lab.region.cloud().sqs.peek_all("failed").is_empty());
    }
}

pub async fn answer(content: &Value, answer: &str) {
    ends(content, "answering", Some(answer)).await;
}

pub async fn raising(content: &Value) {
    ends(content, "raising", None).await;
}
