//! Recordings of AWS's event sources and destinations (`tests/golden/aws`), each one played again.

mod compare;
mod destinations;
mod queues;
mod streams;

use std::collections::{BTreeMap, BTreeSet};

use lambda_course::lambda::registry::Sources;
use serde_json::Value;

use crate::lab::{Lab, block_on};

/// What becomes of one recording.
#[derive(Debug, Clone, Copy)]
enum Row {
    /// Messages that a filter lets through, and others.
    QueueFilter,
    /// A pattern that is none.
    QueueBadFilter(Option<&'static str>),
    /// A function that fails so often for a message.
    QueueFailing,
    /// A failing function and a dead-letter queue.
    QueueRedrive,
    /// The dead letter of an asynchronous invocation.
    DeadLetter,
    /// Part of a batch of a FIFO queue fails, twice.
    QueuePartly,
    /// The function raises although it could report failures.
    QueueRaising,
    /// A wrong answer, or an empty one.
    QueueAnswer(&'static str),
    /// The defaults, and what they refuse.
    QueueDefaults,
    /// One message in a window.
    QueueWindow,
    /// Message attributes.
    QueueAttributes,
    /// The mapping is given another function.
    QueueUpdate,
    /// A second mapping of the same source and function.
    QueueTwice,
    /// Disabled, and enabled later.
    QueueDisabled,
    /// Fifteen messages in large batches.
    QueueLarge(i64),
    /// Thirty messages, two batches at once.
    QueueConcurrency,
    /// No such queue.
    QueueMissing,
    /// A stream's records reach the function.
    Stream,
    /// The mapping is created, and perhaps updated and listed.
    StreamConfig,
    /// Records that a filter lets through, and one that it does not.
    StreamFilter(Option<&'static str>),
    /// A pattern that is none.
    StreamBadFilter(&'static str),
    /// A second mapping of the same source and function.
    StreamTwice,
    /// The record of a failed batch in a queue.
    StreamFailure,
    /// The same through a topic.
    StreamFailureTopic,
    /// The same, with the event, in a bucket.
    StreamFailureBucket,
    /// Part of a batch fails until it is given up.
    StreamPartly,
    /// An answer about a batch, and how it ends.
    StreamAnswer(&'static str),
    /// The function raises.
    StreamRaising,
    /// No such stream.
    StreamMissing,
    /// The record of an event with so many retries.
    Destination(u8),
    /// Three attempts.
    DestinationRetries,
    /// An event that grows too old.
    DestinationAge,
    /// A record on a bus.
    DestinationBus,
    /// Not played, for a reason.
    NotCovered(&'static str),
}

const EMPTY: Row = Row::NotCovered("the recording holds nothing");

/// Every recording, by the end of its name.
#[rustfmt::skip]
const TABLE: &[(&str, Row)] = &[
    ("sqs.py::test_failing_lambda_retries_after_visibility_timeout", Row::QueueFailing),
    ("sqs.py::test_redrive_policy_with_failing_lambda", Row::QueueRedrive),
    ("sqs.py::test_sqs_queue_as_lambda_dead_letter_queue", Row::DeadLetter),
    ("sqs.py::test_report_batch_item_failures", Row::QueuePartly),
    ("sqs.py::test_report_batch_item_failures_on_lambda_error", Row::QueueRaising),
    ("sqs.py::test_report_batch_item_failures_invalid_result_json_batch_fails", Row::QueueAnswer(r#"{"batchItemFailures": [{"foo": "notvalid"}]}"#)),
    ("sqs.py::test_report_batch_item_failures_empty_json_batch_succeeds", Row::QueueAnswer("{}")),
    ("sqs.py::test_message_body_and_attributes_passed_correctly", Row::QueueAttributes),
    ("sqs.py::test_fifo_message_group_parallelism", Row::QueueDisabled),
    ("sqs.py::test_esm_with_not_existing_sqs_queue", Row::QueueMissing),
    ("TestSQSEventSourceMapping::test_event_source_mapping_default_batch_size", Row::QueueDefaults),
    ("TestSQSEventSourceMapping::test_sqs_event_source_mapping", Row::QueueWindow),
    ("TestSQSEventSourceMapping::test_sqs_event_source_mapping_update", Row::QueueUpdate),
    ("TestSQSEventSourceMapping::test_duplicate_event_source_mappings", Row::QueueTwice),
    ("test_sqs_event_source_mapping_batch_size[15]", Row::QueueLarge(15)),
    ("test_sqs_event_source_mapping_batch_size[100]", Row::QueueLarge(100)),
    ("test_sqs_event_source_mapping_batch_size[1000]", Row::QueueLarge(1_000)),
    ("test_sqs_event_source_mapping_batch_size[10000]", Row::QueueLarge(10_000)),
    ("test_sqs_event_source_mapping_batching_reserved_concurrency", Row::QueueConcurrency),
    ("test_sqs_event_source_mapping_batching_behaviour[100]", EMPTY),
    ("test_sqs_event_filter[plain-string-matching]", EMPTY),
    ("test_sqs_event_filter[plain-string-filter]", EMPTY),
    ("test_sqs_event_filter[filter0-item_matching0-item_not_matching0]", Row::QueueFilter),
    ("test_sqs_event_filter[filter1-item_matching1-item_not_matching1]", Row::QueueFilter),
    ("test_sqs_event_filter[filter2-item_matching2-item_not_matching2]", Row::QueueFilter),
    ("test_sqs_event_filter[filter3-item_matching3-item_not_matching3]", Row::QueueFilter),
    ("test_sqs_event_filter[filter4-item_matching4-this is a test string]", Row::QueueFilter),
    ("test_sqs_event_filter[filter5-item_matching5-item_not_matching5]", Row::QueueFilter),
    ("test_sqs_event_filter[filter6-item_matching6-item_not_matching6]", Row::QueueFilter),
    ("test_sqs_event_filter[filter7-item_matching7-item_not_matching7]", Row::QueueFilter),
    ("test_sqs_event_filter[single-filter]", Row::QueueFilter),
    ("test_sqs_event_filter[or-filter]", Row::QueueFilter),
    ("test_sqs_event_filter[and-filter]", Row::QueueFilter),
    ("test_sqs_event_filter[exists-filter]", Row::QueueFilter),
    ("test_sqs_event_filter[numeric-bigger]", Row::QueueFilter),
    ("test_sqs_event_filter[numeric-smaller]", Row::QueueFilter),
    ("test_sqs_event_filter[numeric-range]", Row::QueueFilter),
    ("test_sqs_event_filter[numeric-prefix]", Row::QueueFilter),
    ("test_sqs_event_filter[single]", Row::QueueFilter),
    ("test_sqs_event_filter[or]", Row::QueueFilter),
    ("test_sqs_event_filter[and]", Row::QueueFilter),
    ("test_sqs_event_filter[exists]", Row::QueueFilter),
    ("test_sqs_event_filter[valid-json-filter]", Row::QueueFilter),
    ("test_sqs_event_filter[prefix]", Row::QueueFilter),
    ("test_sqs_invalid_event_filter[None]", Row::QueueBadFilter(None)),
    ("test_sqs_invalid_event_filter[simple string]", Row::QueueBadFilter(Some("simple string"))),
    ("test_sqs_invalid_event_filter[invalid_filter2]", Row::QueueBadFilter(Some(r#"{"eventSource": "aws:sqs"}"#))),
    ("test_sqs_invalid_event_filter[invalid_filter3]", Row::QueueBadFilter(Some(r#"{"eventSource": []}"#))),
    ("test_dynamodb_event_source_mapping", Row::Stream),
    ("test_disabled_dynamodb_event_source_mapping", Row::StreamConfig),
    ("test_deletion_event_source_mapping_with_dynamodb", Row::StreamConfig),
    ("TestDynamoDBEventSourceMapping::test_duplicate_event_source_mappings", Row::StreamTwice),
    ("test_esm_with_not_existing_dynamodb_stream", Row::StreamMissing),
    ("test_dynamodb_event_source_mapping_with_on_failure_destination_config", Row::StreamFailure),
    ("test_dynamodb_event_source_mapping_with_sns_on_failure_destination_config", Row::StreamFailureTopic),
    ("test_dynamodb_event_source_mapping_with_s3_on_failure_destination", Row::StreamFailureBucket),
    ("test_dynamodb_report_batch_item_failures", Row::StreamPartly),
    ("test_dynamodb_report_batch_item_failures_with_on_failure_destination_config", Row::StreamAnswer(r#"{"batchItemFailures": [{"itemIdentifier": "123"}]}"#)),
    ("test_dynamodb_invalid_event_filter[single-string]", Row::StreamBadFilter("single-string")),
    (r#"test_dynamodb_invalid_event_filter[[{"eventName": ["INSERT"=123}]]"#, Row::StreamBadFilter(r#"[{"eventName": ["INSERT"=123}]"#)),
    ("test_dynamodb_event_filter[insert_same_entry_twice]", Row::StreamFilter(Some(r#"{"id": "id_value", "id2": "other"}"#))),
    ("test_dynamodb_event_filter[content_or_filter]", Row::StreamFilter(None)),
    ("test_dynamodb_event_filter[content_multiple_filters]", Row::StreamFilter(Some(r#"{"id": "id_value", "id2": "other"}"#))),
    ("test_dynamodb_event_filter[content_filter_type]", Row::StreamFilter(Some(r#"{"id": "id_value_2", "presentKey": "other"}"#))),
    ("test_dynamodb_event_filter[exists_filter_type]", Row::StreamFilter(Some(r#"{"id": "id_value_2"}"#))),
    ("test_dynamodb_event_filter[exists_false_filter]", Row::StreamFilter(None)),
    ("test_dynamodb_event_filter[numeric_filter]", Row::StreamFilter(Some(r#"{"id": "id_value_2", "numericFilter": 101}"#))),
    ("test_dynamodb_event_filter[prefix_filter]", Row::StreamFilter(Some(r#"{"id": "id_value_2", "prefix": "eu-1"}"#))),
    ("test_dynamodb_event_filter[date_time_conversion]", Row::NotCovered("its pattern is a placeholder")),
    ("test_dynamodb_report_batch_item_failure_scenarios[empty_string_item_identifier_failure]", Row::StreamAnswer(r#"{"batchItemFailures": [{"itemIdentifier": ""}]}"#)),
    ("test_dynamodb_report_batch_item_failure_scenarios[null_item_identifier_failure]", Row::StreamAnswer(r#"{"batchItemFailures": [{"itemIdentifier": null}]}"#)),
    ("test_dynamodb_report_batch_item_failure_scenarios[invalid_key_foo_failure]", Row::StreamAnswer(r#"{"batchItemFailures": [{"foo": 123}]}"#)),
    ("test_dynamodb_report_batch_item_failure_scenarios[invalid_key_foo_null_value_failure]", Row::StreamAnswer(r#"{"batchItemFailures": [{"foo": null}]}"#)),
    ("test_dynamodb_report_batch_item_failure_scenarios[item_identifier_not_present_failure]", Row::StreamAnswer(r#"{"batchItemFailures": [{"itemIdentifier": "123"}]}"#)),
    ("test_dynamodb_report_batch_item_failure_scenarios[unhandled_exception_in_function]", Row::StreamRaising),
    ("test_dynamodb_report_batch_item_success_scenarios[empty_list_success]", Row::StreamAnswer("[]")),
    ("test_dynamodb_report_batch_item_success_scenarios[null_success]", Row::StreamAnswer("null")),
    ("test_dynamodb_report_batch_item_success_scenarios[empty_dict_success]", Row::StreamAnswer("{}")),
    ("test_dynamodb_report_batch_item_success_scenarios[empty_batch_item_failure_success]", Row::StreamAnswer(r#"{"batchItemFailures": []}"#)),
    ("test_dynamodb_report_batch_item_success_scenarios[null_batch_item_failure_success]", Row::StreamAnswer(r#"{"batchItemFailures": null}"#)),
    ("test_assess_lambda_destination_invocation[Success-payload0]", Row::Destination(2)),
    ("test_assess_lambda_destination_invocation[payload0]", Row::Destination(0)),
    ("test_assess_lambda_destination_invocation[payload1]", Row::Destination(0)),
    ("TestLambdaDLQ::test_dead_letter_queue", Row::DeadLetter),
    ("TestLambdaDestinationSqs::test_retries", Row::DestinationRetries),
    ("TestLambdaDestinationSqs::test_maxeventage", Row::DestinationAge),
    ("TestLambdaDestinationSqs::test_lambda_destination_default_retries", Row::Destination(2)),
    ("TestLambdaDestinationEventbridge::test_invoke_lambda_eventbridge", Row::DestinationBus),
];

#[test]
fn queues_are_polled_as_recorded() {
    play("event-source-sqs.json");
}

#[test]
fn streams_are_polled_as_recorded() {
    play("event-source-dynamodb-streams.json");
}

#[test]
fn destinations_get_what_was_recorded() {
    play("destinations.json");
}

#[test]
fn every_row_belongs_to_one_recording() {
    let files = [
        "event-source-sqs.json",
        "event-source-dynamodb-streams.json",
        "destinations.json",
    ];
    let names: BTreeSet<String> = files.iter().flat_map(|file| recordings(file).into_keys()).collect();
    for (end, _) in TABLE {
        let found = names.iter().filter(|name| row_of(name).0 == *end).count();
        assert_eq!(found, 1, "{end}");
    }
}

fn recordings(file: &str) -> BTreeMap<String, Value> {
    let path = format!("{}/tests/golden/aws/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The row whose name is the longest end of a recording's.
fn row_of(name: &str) -> &'static (&'static str, Row) {
    let rows = TABLE.iter().filter(|(end, _)| name.ends_with(end));
    let row = rows.max_by_key(|(end, _)| end.len());
    row.unwrap_or_else(|| panic!("no row for the recording {name}"))
}

/// Plays all recordings of a file.
fn play(file: &str) {
    for (name, recording) in recordings(file) {
        let (_, row) = row_of(&name);
        let content = &recording["recorded-content"];
        println!("{name}: {row:?}");
        block_on(async {
            match *row {
                Row::QueueFilter => queues::filter(content).await,
                Row::QueueBadFilter(pattern) => queues::bad_filter(content, pattern).await,
                Row::QueueFailing => queues::failing(content).await,
                Row::QueueRedrive => queues::redriven(content).await,
                Row::DeadLetter => destinations::dead_letter(content).await,
                Row::QueuePartly => queues::partly(content).await,
                Row::QueueRaising => queues::raising(content).await,
                Row::QueueAnswer(answer) => queues::answer(content, answer).await,
                Row::QueueDefaults => queues::defaults(content).await,
                Row::QueueWindow => queues::window(content).await,
                Row::QueueAttributes => queues::attributes(content).await,
                Row::QueueUpdate => queues::update(content).await,
                Row::QueueTwice => queues::twice(content).await,
                Row::QueueDisabled => queues::disabled(content).await,
                Row::QueueLarge(size) => queues::large(content, size).await,
                Row::QueueConcurrency => queues::concurrency(content).await,
                Row::QueueMissing => queues::missing(content).await,
                Row::Stream => streams::stream(content).await,
                Row::StreamConfig => streams::config(content).await,
                Row::StreamFilter(other) => streams::filter(content, other).await,
                Row::StreamBadFilter(pattern) => streams::bad_filter(content, pattern).await,
                Row::StreamTwice => streams::twice(content).await,
                Row::StreamFailure => streams::failure(content).await,
                Row::StreamFailureTopic => streams::failure_topic(content).await,
                Row::StreamFailureBucket => streams::failure_bucket(content).await,
                Row::StreamPartly => streams::partly(content).await,
                Row::StreamAnswer(answer) => streams::answer(content, answer).await,
                Row::StreamRaising => streams::raising(content).await,
                Row::StreamMissing => streams::missing(content).await,
                Row::Destination(retries) => destinations::record(content, retries).await,
                Row::DestinationRetries => destinations::retries(content).await,
                Row::DestinationAge => destinations::age(content).await,
                Row::DestinationBus => destinations::bus(content).await,
                Row::NotCovered(reason) => assert!(!reason.is_empty()),
            }
        });
    }
}

/// What mappings of a laboratory's Region work with.
fn sources(lab: &Lab) -> Sources {
    Sources {
        cloud: lab.region.cloud().clone(),
        pollers: lab.region.pollers().clone(),
    }
}

/// The events that a function got, in the order in which it was done with them.
fn events(lab: &Lab, function: &str) -> Vec<Value> {
    let all = lab.invocations(function).into_iter();
    all.map(|record| serde_json::from_slice(&record.event).unwrap())
        .collect()
}
