//! Tumbling windows of DynamoDB streams (developer guide, "Implementing stateful DynamoDB stream processing in Lambda").

use std::time::Duration;

use lambda_course::clock::Busy;
use lambda_course::lambda::event_source::MappingRequest;
use serde_json::{Value, json};

use crate::lab::{Lab, block_on};
use crate::lambda_sources::{from_the_start, map, on_failure, put, queue, sources, stream};

/// `counts` does as the guide's example does.
const CODE: &str = "\
import json
def numbers(event):
    return [int(record['dynamodb']['NewImage']['n']['N']) for record in event['Records']]
def counts(event, context):
    print(json.dumps({key: event[key] for key in event if key != 'Records'} | {'numbers': numbers(event)}))
    state = event['state']
    state['sum'] = state.get('sum', 0) + sum(numbers(event))
    return {'state': state}
def forgets(event, context):
    return {'batchItemFailures': []}
def partly(event, context):
    state, done = event['state'], []
    for record in event['Records']:
        n = int(record['dynamodb']['NewImage']['n']['N'])
        if n == 3 and not state.get('seen'):
            print('stops before', n)
            number = record['dynamodb']['SequenceNumber']
            return {'state': {'seen': done}, 'batchItemFailures': [{'itemIdentifier': number}]}
        done.append(n)
    print(json.dumps([state, done, event['isFinalInvokeForWindow']]))
    return {'state': state | {'more': done}}
def grows(event, context):
    print(json.dumps([len(event['state'].get('text', '')), numbers(event), event['isFinalInvokeForWindow'],
                      event['isWindowTerminatedEarly']]))
    return {'state': {'text': event['state'].get('text', '') + 'x' * 700_000}}
def last_fails(event, context):
    if event['isFinalInvokeForWindow'] and event['window']['end'].endswith('10:05:00Z'):
        raise Exception('not now')
    return counts(event, context)
";

fn windows(seconds: i64) -> MappingRequest {
    from_the_start(MappingRequest {
        tumbling_window_in_seconds: Some(seconds),
        ..MappingRequest::default()
    })
}

fn item(n: u32) -> Value {
    json!({ "id": n.to_string(), "n": n })
}

/// Lets time pass, which then stands until the token is gone.
async fn wait(lab: &Lab, seconds: u64) -> Busy {
    let clock = lab.region.clock();
    clock.sleep(clock.busy(), Duration::from_secs(seconds)).await
}

/// What the function printed as JSON; of its errors the log tells otherwise.
fn logged(lab: &Lab, function: &str) -> Vec<Value> {
    let lines = lab.own_log(function);
    lines
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

#[test]
fn a_state_goes_from_batch_to_batch_until_its_window_is_over() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let source = stream(&lab);
        lab.function("counts", |_| {});
        for n in 1..=3 {
            put(&lab, &item(n));
        }
        let request = MappingRequest {
            batch_size: Some(2),
            ..windows(300)
        };
        map(&lab, source.clone(), "counts", request);
        // Six minutes later: the next window.
        let busy = wait(&lab, 360).await;
        put(&lab, &item(10));
        drop(busy);
        lab.region.settle().await;
        let shard = lab.region.cloud().dynamodb.shard_id(&source).unwrap();
        let event = |start: &str, end: &str, state: Value, last: bool, numbers: Value| {
            json!({
                "window": {"start": format!("2026-09-01T{start}:00Z"), "end": format!("2026-09-01T{end}:00Z")},
                "state": state, "shardId": shard, "eventSourceARN": source,
                "isFinalInvokeForWindow": last, "isWindowTerminatedEarly": false, "numbers": numbers,
            })
        };
        let expected = [
            event("10:00", "10:05", json!({}), false, json!([1, 2])),
            event("10:00", "10:05", json!({"sum": 3}), false, json!([3])),
            event("10:00", "10:05", json!({"sum": 6}), true, json!([])),
            event("10:05", "10:10", json!({}), false, json!([10])),
            event("10:05", "10:10", json!({"sum": 10}), true, json!([])),
        ];
        assert_eq!(
            json!(logged(&lab, "counts")).to_string(),
            json!(expected).to_string(),
            "keys in order too"
        );
        // The first was over when the record of the next one came, the second two minutes after its end.
        assert_eq!(lab.region.clock().now().iso_seconds(), "2026-09-01T10:12:00Z");
    });
}

#[test]
fn a_batch_never_reaches_into_the_next_window() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let source = stream(&lab);
        lab.function("counts", |_| {});
        for n in [1, 2, 3, 4] {
            put(&lab, &item(n));
            drop(wait(&lab, 40).await);
        }
        map(&lab, source, "counts", windows(60));
        lab.region.settle().await;
        let seen: Vec<Value> = logged(&lab, "counts")
            .into_iter()
            .map(|event| json!([event["numbers"], event["state"], event["isFinalInvokeForWindow"]]))
            .collect();
        // At 0 and 40 seconds, at 80, at 120.
        assert_eq!(
            json!(seen),
            json!([
                [[1, 2], {}, false],
                [[], {"sum": 3}, true],
                [[3], {}, false],
                [[], {"sum": 3}, true],
                [[4], {}, false],
                [[], {"sum": 4}, true],
            ])
        );
    });
}

#[test]
fn an_answer_without_a_state_is_a_failure() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let source = stream(&lab);
        let failed = queue(&lab, "failed", &[]);
        lab.function("forgets", |_| {});
        put(&lab, &item(1));
        let request = MappingRequest {
            maximum_retry_attempts: Some(1),
            destination_config: on_failure(failed),
            ..windows(60)
        };
        map(&lab, source, "forgets", request);
        lab.region.settle().await;
        let given_up = lab.region.cloud().sqs.peek_all("failed");
        assert_eq!(
            given_up.len(),
            1,
            "of the end of a window there is no record to tell of"
        );
        let record: Value = serde_json::from_str(&given_up[0]).unwrap();
        assert_eq!(record["requestContext"]["condition"], "RetryAttemptsExhausted");
        assert_eq!(record["requestContext"]["approximateInvokeCount"], 2);
        assert_eq!(
            lab.invocations("forgets").len(),
            4,
            "twice the record, twice the end of its window"
        );
    });
}

#[test]
fn the_state_goes_with_the_part_of_a_batch_that_is_done() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let source = stream(&lab);
        lab.function("partly", |_| {});
        for n in 1..=4 {
            put(&lab, &item(n));
        }
        let request = MappingRequest {
            function_response_types: Some(vec!["ReportBatchItemFailures".to_owned()]),
            ..windows(60)
        };
        map(&lab, source, "partly", request);
        lab.region.settle().await;
        assert_eq!(
            lab.own_log("partly"),
            [
                "stops before 3",
                r#"[{"seen": [1, 2]}, [3, 4], false]"#,
                r#"[{"seen": [1, 2], "more": [3, 4]}, [], true]"#
            ]
        );
    });
}

#[test]
fn a_state_beyond_a_megabyte_ends_the_window_early() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let source = stream(&lab);
        lab.function("grows", |_| {});
        for n in 1..=3 {
            put(&lab, &item(n));
        }
        let request = MappingRequest {
            batch_size: Some(1),
            ..windows(60)
        };
        map(&lab, source, "grows", request);
        lab.region.settle().await;
        assert_eq!(
            json!(logged(&lab, "grows")),
            json!([
                [0, [1], false, false],
                [700_000, [2], false, false],
                [1_400_000, [], false, true],
                [0, [3], false, false],
                [700_000, [], true, false],
            ])
        );
    });
}

#[test]
fn the_end_of_a_window_blocks_its_shard_until_it_succeeds_or_is_given_up() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let source = stream(&lab);
        lab.function("last_fails", |_| {});
        put(&lab, &item(1));
        let request = MappingRequest {
            maximum_retry_attempts: Some(2),
            ..windows(300)
        };
        map(&lab, source, "last_fails", request);
        let busy = wait(&lab, 300).await;
        put(&lab, &item(2));
        drop(busy);
        lab.region.settle().await;
        let sums: Vec<Value> = logged(&lab, "last_fails")
            .into_iter()
            .map(|event| event["numbers"].clone())
            .collect();
        assert_eq!(json!(sums), json!([[1], [2], []]));
        let errors: Vec<bool> = lab
            .invocations("last_fails")
            .iter()
            .map(|record| record.function_error)
            .collect();
        assert_eq!(errors, [false, true, true, true, false, false]);
    });
}

#[test]
fn a_mapping_that_is_enabled_again_goes_on_with_its_window() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let source = stream(&lab);
        lab.function("counts", |_| {});
        map(&lab, source.clone(), "counts", windows(300));
        let mapping = lab.region.lambda().mappings(Some(&source), None).unwrap().remove(0);
        let set = |enabled| {
            let update = MappingRequest {
                enabled: Some(enabled),
                ..MappingRequest::default()
            };
            lab.region
                .lambda()
                .update_mapping(&mapping.uuid, &update, &sources(&lab))
                .unwrap();
        };
        put(&lab, &item(5));
        // Long enough for the record, and not for the end of its window.
        let busy = wait(&lab, 60).await;
        set(false);
        put(&lab, &item(7));
        set(true);
        drop(busy);
        lab.region.settle().await;
        let states: Vec<Value> = logged(&lab, "counts")
            .into_iter()
            .map(|event| event["state"].clone())
            .collect();
        assert_eq!(json!(states), json!([{}, {"sum": 5}, {"sum": 12}]));
    });
}
