//! How queues and streams are polled beyond what is recorded: order, concurrency, throttles, bisection, age; loops and
//! duplicates of asynchronous events.

use std::collections::{BTreeMap, BTreeSet};

use lambda_course::chance::Probability;
use lambda_course::cloud::Call;
use lambda_course::history::Event;
use lambda_course::lambda::event_source::{
    DestinationRequest, MappingRequest, OnFailureRequest, PollerRequest, ScalingRequest,
};
use lambda_course::lambda::registry::{RecursiveLoop, Sources};
use lambda_course::region::RegionConfig;
use serde_json::{Value, json};

use crate::lab::{Lab, block_on, invocation, limits};

const CODE: &str = "\
import json, time
def bodies(event):
    return [record['body'] for record in event['Records']]
def slow(event, context):
    time.sleep(8)
    print(*bodies(event), event['Records'][0]['attributes']['ApproximateReceiveCount'])
def picky(event, context):
    for record in event['Records']:
        if record['body'] == 'a1' and record['attributes']['ApproximateReceiveCount'] == '1':
            raise Exception('not yet')
    print(*bodies(event))
def poisoned(event, context):
    ids = [record['dynamodb']['Keys']['id']['S'] for record in event['Records']]
    if 'poison' in ids:
        raise Exception('poison')
    print(*ids)
def mixed(event, context):
    records = event['Records']
    ids = [record['dynamodb']['Keys']['id']['S'] for record in records]
    if 'soft' in ids[1:]:
        at = ids.index('soft')
        print(*ids[:at])
        return {'batchItemFailures': [{'itemIdentifier': records[at]['dynamodb']['SequenceNumber']}]}
    if 'poison' in ids:
        raise Exception('poison')
    print(*ids)
def fails(event, context):
    raise Exception('always')
def ordered(event, context):
    for record in event['Records']:
        image = record['dynamodb']['NewImage']
        print(image['id']['S'], image['n']['N'])
    time.sleep(1)
def again(event, context):
    import boto3
    n = int(json.loads(event['Records'][0]['body'])['n'])
    print(n)
    if n < 30:
        sqs = boto3.client('sqs')
        url = sqs.get_queue_url(QueueName='q')['QueueUrl']
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({'n': n + 1}))
def told(event, context):
    import boto3
    n = int(event['Records'][0]['Sns']['Message'])
    print(n)
    topic = event['Records'][0]['Sns']['TopicArn']
    boto3.client('sns').publish(TopicArn=topic, Message=str(n + 1))
def stored(event, context):
    import boto3
    key = event['Records'][0]['s3']['object']['key']
    print(key)
    boto3.client('s3').put_object(Bucket='objects', Key=str(int(key) + 1), Body=b'')
";

pub fn sources(lab: &Lab) -> Sources {
    Sources {
        cloud: lab.region.cloud().clone(),
        pollers: lab.region.pollers().clone(),
    }
}

pub fn map(lab: &Lab, source: String, function: &str, request: MappingRequest) {
    let request = MappingRequest {
        event_source_arn: Some(source),
        function_name: Some(function.to_owned()),
        ..request
    };
    lab.region.lambda().create_mapping(request, &sources(lab)).unwrap();
}

pub fn queue(lab: &Lab, name: &str, attributes: &[(&str, String)]) -> String {
    lab.region.cloud().sqs.create_queue(name, attributes).unwrap();
    lab.region.cloud().sqs.arn(name)
}

async fn send(lab: &Lab, queue: &str, body: &str, group: Option<&str>) {
    let cloud = lab.region.cloud();
    let mut input = json!({ "QueueUrl": cloud.sqs.url(queue), "MessageBody": body });
    if let Some(group) = group {
        input["MessageGroupId"] = json!(group);
        input["MessageDeduplicationId"] = json!(body);
    }
    let mut call = Call::outside();
    let (answer, busy) = cloud
        .sqs
        .execute(&mut call, "SendMessage", &input, cloud.clock().busy())
        .await;
    answer.unwrap();
    cloud.finish(call, "sqs", "SendMessage", Value::Null, None);
    drop(busy);
}

pub fn put(lab: &Lab, item: &Value) {
    let cloud = lab.region.cloud();
    let mut call = Call::outside();
    cloud.dynamodb.put_item_plain(&mut call, "items", item).unwrap();
    cloud.finish(call, "dynamodb", "PutItem", Value::Null, None);
}

pub fn stream(lab: &Lab) -> String {
    let created = lab
        .region
        .cloud()
        .dynamodb
        .create_table("items", "id", None, Some("NEW_IMAGE"));
    created.unwrap().unwrap()
}

pub fn from_the_start(request: MappingRequest) -> MappingRequest {
    MappingRequest {
        starting_position: Some("TRIM_HORIZON".to_owned()),
        ..request
    }
}

pub fn on_failure(arn: String) -> Option<DestinationRequest> {
    Some(DestinationRequest {
        on_success: None,
        on_failure: Some(OnFailureRequest { destination: Some(arn) }),
    })
}

/// The most environments of a function that ran at the same time.
fn most_at_once(lab: &Lab, function: &str) -> usize {
    let (mut running, mut most) = (BTreeSet::new(), 0);
    for entry in lab.region.history().all() {
        match entry.event {
            Event::InvocationStarted {
                function: of,
                environment,
                ..
            } if of == function => {
                running.insert(environment);
                most = most.max(running.len());
            }
            Event::InvocationEnded(record) => drop(running.remove(&record.environment)),
            _ => {}
        }
    }
    most
}

fn throttles(lab: &Lab) -> usize {
    let all = lab
        .region
        .history()
        .choose(|entry| matches!(entry.event, Event::Throttled { .. }).then_some(()));
    all.len()
}

#[test]
fn a_group_waits_for_its_failed_message_and_others_do_not() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let arn = queue(&lab, "q.fifo", &[("FifoQueue", "true".to_owned())]);
        lab.function("picky", |_| {});
        let hold = lab.region.clock().busy();
        for (body, group) in [("a1", "a"), ("b1", "b"), ("a2", "a"), ("b2", "b"), ("a3", "a")] {
            send(&lab, "q.fifo", body, Some(group)).await;
        }
        let one = MappingRequest {
            batch_size: Some(1),
            ..MappingRequest::default()
        };
        map(&lab, arn, "picky", one);
        drop(hold);
        lab.region.settle().await;
        let log = lab.own_log("picky");
        let printed: Vec<&str> = log.iter().map(String::as_str).filter(|line| line.len() == 2).collect();
        let group =
            |name: &str| -> Vec<&str> { printed.iter().copied().filter(|body| body.starts_with(name)).collect() };
        assert_eq!(group("a"), ["a1", "a2", "a3"]);
        assert_eq!(group("b"), ["b1", "b2"]);
        assert!(lab.region.cloud().sqs.peek_all("q.fifo").is_empty());
        let attempts = lab.invocations("picky").len();
        assert_eq!(attempts, 6, "only the first message came again");
    });
}

fn pollers(minimum: i64, maximum: i64) -> MappingRequest {
    MappingRequest {
        provisioned_poller_config: Some(PollerRequest {
            minimum_pollers: Some(minimum),
            maximum_pollers: Some(maximum),
            poller_group_name: None,
        }),
        ..MappingRequest::default()
    }
}

#[test]
fn so_many_batches_run_at_once_and_no_more() {
    let most = |most| MappingRequest {
        scaling_config: Some(ScalingRequest {
            maximum_concurrency: Some(most),
        }),
        ..MappingRequest::default()
    };
    for (request, expected) in [(most(2), 2), (MappingRequest::default(), 5), (pollers(2, 200), 8)] {
        block_on(async {
            let lab = Lab::new(CODE).await;
            let arn = queue(&lab, "q", &[]);
            lab.function("slow", limits(128, 20));
            let hold = lab.region.clock().busy();
            for n in 0..8 {
                send(&lab, "q", &n.to_string(), None).await;
            }
            let request = MappingRequest {
                batch_size: Some(1),
                ..request
            };
            map(&lab, arn, "slow", request);
            drop(hold);
            lab.region.settle().await;
            assert_eq!(most_at_once(&lab, "slow"), expected);
            assert_eq!(lab.invocations("slow").len(), 8);
        });
    }
}

#[test]
fn a_throttled_batch_is_tried_until_its_messages_are_visible_again() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let arn = queue(&lab, "q", &[]);
        lab.function("slow", |config| {
            limits(128, 20)(config);
            config.reserved_concurrency = Some(1);
        });
        let hold = lab.region.clock().busy();
        for body in ["one", "two"] {
            send(&lab, "q", body, None).await;
        }
        let one = MappingRequest {
            batch_size: Some(1),
            ..MappingRequest::default()
        };
        map(&lab, arn, "slow", one);
        drop(hold);
        lab.region.settle().await;
        let mut log = lab.own_log("slow");
        log.sort();
        assert_eq!(log, ["one 1", "two 1"], "received once each");
        assert!(throttles(&lab) >= 1);
    });
}

#[test]
fn halving_finds_the_poison() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let source = stream(&lab);
        let failed = queue(&lab, "failed", &[]);
        lab.function("poisoned", |_| {});
        for id in ["a", "b", "c", "d", "e", "poison", "f", "g"] {
            put(&lab, &json!({ "id": id }));
        }
        let request = MappingRequest {
            bisect_batch_on_function_error: Some(true),
            maximum_retry_attempts: Some(0),
            destination_config: on_failure(failed),
            ..MappingRequest::default()
        };
        map(&lab, source, "poisoned", from_the_start(request));
        lab.region.settle().await;
        let log = lab.own_log("poisoned");
        let printed: Vec<&str> = log
            .iter()
            .map(String::as_str)
            .filter(|line| !line.contains("poison"))
            .collect();
        assert_eq!(printed, ["a b c d", "e", "f g"]);
        let record: Value = serde_json::from_str(&lab.region.cloud().sqs.peek_all("failed")[0]).unwrap();
        assert_eq!(record["DDBStreamBatchInfo"]["batchSize"], 1);
        assert_eq!(
            record["requestContext"]["approximateInvokeCount"], 1,
            "halving does not count"
        );
        assert_eq!(lab.region.cloud().sqs.peek_all("failed").len(), 1);
    });
}

#[test]
fn what_is_left_of_a_batch_is_halved_too() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let source = stream(&lab);
        let failed = queue(&lab, "failed", &[]);
        lab.function("mixed", |_| {});
        for id in ["a", "soft", "b", "poison", "c"] {
            put(&lab, &json!({ "id": id }));
        }
        let request = MappingRequest {
            bisect_batch_on_function_error: Some(true),
            function_response_types: Some(vec!["ReportBatchItemFailures".to_owned()]),
            maximum_retry_attempts: Some(0),
            destination_config: on_failure(failed),
            ..MappingRequest::default()
        };
        map(&lab, source, "mixed", from_the_start(request));
        lab.region.settle().await;
        let log = lab.own_log("mixed");
        let printed: Vec<&str> = log
            .iter()
            .map(String::as_str)
            .filter(|line| !line.contains("poison"))
            .collect();
        assert_eq!(printed, ["a", "soft b", "c"]);
        let given_up = lab.region.cloud().sqs.peek_all("failed");
        assert_eq!(given_up.len(), 1);
        let record: Value = serde_json::from_str(&given_up[0]).unwrap();
        assert_eq!(record["DDBStreamBatchInfo"]["batchSize"], 1);
        assert_eq!(record["requestContext"]["approximateInvokeCount"], 1);
    });
}

#[test]
fn records_that_are_too_old_are_given_up() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let source = stream(&lab);
        let failed = queue(&lab, "failed", &[]);
        lab.function("fails", |_| {});
        put(&lab, &json!({ "id": "a" }));
        let request = MappingRequest {
            maximum_record_age_in_seconds: Some(60),
            destination_config: on_failure(failed),
            ..MappingRequest::default()
        };
        map(&lab, source, "fails", from_the_start(request));
        lab.region.settle().await;
        let record: Value = serde_json::from_str(&lab.region.cloud().sqs.peek_all("failed")[0]).unwrap();
        assert_eq!(record["requestContext"]["condition"], "RecordAgeExceeded");
        let attempts = lab.invocations("fails").len();
        // After 1, 3, 7, 15 and 31 seconds, and not after 63.
        assert_eq!(attempts, 6);
        assert_eq!(record["requestContext"]["approximateInvokeCount"], 6);
    });
}

#[test]
fn items_keep_their_order_in_parallel_lanes() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let source = stream(&lab);
        lab.function("ordered", |_| {});
        for n in 0..4 {
            for id in ["a", "b", "c", "d", "e", "f", "g", "h"] {
                put(&lab, &json!({ "id": id, "n": n }));
            }
        }
        let request = MappingRequest {
            batch_size: Some(2),
            parallelization_factor: Some(4),
            ..MappingRequest::default()
        };
        map(&lab, source, "ordered", from_the_start(request));
        lab.region.settle().await;
        let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for record in lab.invocations("ordered") {
            let event: Value = serde_json::from_slice(&record.event).unwrap();
            for record in event["Records"].as_array().unwrap() {
                let image = &record["dynamodb"]["NewImage"];
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                seen.entry(text(&image["id"]["S"]))
                    .or_default()
                    .push(text(&image["n"]["N"]));
            }
        }
        assert_eq!(seen.len(), 8);
        assert!(
            seen.values().all(|numbers| numbers == &["0", "1", "2", "3"]),
            "{seen:?}"
        );
        let at_once = most_at_once(&lab, "ordered");
        assert!((2..=4).contains(&at_once), "{at_once}");
    });
}

#[test]
fn a_loop_through_a_queue_is_stopped() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let dead = queue(&lab, "dead", &[]);
        let policy = json!({ "deadLetterTargetArn": dead, "maxReceiveCount": 1 });
        let arn = queue(&lab, "q", &[("RedrivePolicy", policy.to_string())]);
        lab.function("again", limits(512, 20));
        map(&lab, arn, "again", MappingRequest::default());
        send(&lab, "q", r#"{"n": 1}"#, None).await;
        lab.region.settle().await;
        assert_eq!(lab.invocations("again").len(), 16);
        assert_eq!(lab.region.cloud().sqs.peek_all("dead"), [r#"{"n": 17}"#]);
    });
}

#[test]
fn a_loop_that_is_allowed_goes_on() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let arn = queue(&lab, "q", &[]);
        lab.function("again", limits(512, 20));
        let lambda = lab.region.lambda();
        let reference = lambda.reference("again", None).unwrap();
        lambda.put_recursive_loop(&reference, RecursiveLoop::Allow).unwrap();
        map(&lab, arn, "again", MappingRequest::default());
        send(&lab, "q", r#"{"n": 1}"#, None).await;
        lab.region.settle().await;
        assert_eq!(lab.invocations("again").len(), 30);
    });
}

#[test]
fn loops_through_a_topic_and_a_bucket_are_stopped() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let stopped = queue(&lab, "stopped", &[]);
        for name in ["told", "stored"] {
            lab.function(name, |config| {
                limits(512, 20)(config);
                config.asynchronous.on_failure = Some(stopped.clone());
            });
        }
        let cloud = lab.region.cloud();
        let function = |name: &str| cloud.account().arn("lambda", &format!("function:{name}"));
        let topic = cloud.sns.create_topic("loop").unwrap();
        cloud.sns.subscribe(&topic, &function("told")).unwrap();
        let mut call = Call::outside();
        let message = json!({ "TopicArn": topic, "Message": "1" });
        cloud.sns.execute(&mut call, "Publish", &message).unwrap();
        cloud.finish(call, "sns", "Publish", Value::Null, None);
        lab.region.settle().await;
        assert_eq!(lab.invocations("told").len(), 16);
        cloud.s3.create_bucket("objects").unwrap();
        let created = ["s3:ObjectCreated:*".to_owned()];
        cloud
            .s3
            .add_notification("objects", &function("stored"), &created, None, None)
            .unwrap();
        let mut call = Call::outside();
        cloud.s3.put(&mut call, "objects", "1", "").unwrap();
        cloud.finish(call, "s3", "PutObject", Value::Null, None);
        lab.region.settle().await;
        assert_eq!(lab.invocations("stored").len(), 16);
        assert_eq!(
            lab.region.cloud().sqs.peek_all("stopped").len(),
            2,
            "what they would have gone on with"
        );
    });
}

#[test]
fn an_event_may_come_twice() {
    block_on(async {
        let lab = Lab::new("def f(event, context): return 1\n").await;
        lab.function("f", |config| config.asynchronous.duplicates = Probability::ALWAYS);
        let id = lab.invoke_async("f", "{}").await;
        let all = lab.invocations("f");
        assert_eq!(all.len(), 2);
        assert!(all.iter().all(|record| record.request_id == id && record.attempt == 1));
    });
}

#[test]
fn a_share_of_events_comes_twice_and_the_seed_says_which() {
    let twice = async |seed: u64| {
        let config = RegionConfig::repeatable(seed);
        let lab = Lab::configured(&[("handler.py", "def f(event, context): return 1\n")], config).await;
        lab.function("f", |config| {
            config.asynchronous.duplicates = Probability::new(0.3).unwrap();
        });
        let mut times = BTreeMap::new();
        for _ in 0..60 {
            lab.invoke_async("f", "{}").await;
        }
        for record in lab.invocations("f") {
            *times.entry(record.request_id).or_insert(0) += 1;
        }
        assert_eq!(times.len(), 60, "each at least once");
        assert!(times.values().all(|&times| times <= 2));
        times
            .into_iter()
            .filter(|(_, times)| *times == 2)
            .map(|(id, _)| id)
            .collect::<Vec<String>>()
    };
    block_on(async {
        let first = twice(1).await;
        assert!((6..32).contains(&first.len()), "{}", first.len());
        assert_eq!(twice(1).await, first);
        assert_ne!(twice(2).await, first);
    });
}

#[test]
fn the_queue_is_read_no_faster_than_there_is_concurrency() {
    block_on(async {
        let lab = Lab::new("import time\ndef f(event, context): time.sleep(5)\n").await;
        lab.function("f", |config| {
            limits(128, 10)(config);
            config.reserved_concurrency = Some(2);
        });
        let busy = lab.region.clock().busy();
        for n in 0..20 {
            let event = invocation(&n.to_string());
            lab.region.lambda().invoke_async("f", event, &busy).unwrap();
        }
        drop(busy);
        lab.region.settle().await;
        let all = lab.invocations("f");
        assert_eq!(all.len(), 20);
        assert_eq!(most_at_once(&lab, "f"), 2);
        let events: BTreeSet<_> = all.iter().map(|record| record.event.clone()).collect();
        assert_eq!(events.len(), 20);
        assert!(throttles(&lab) < 60, "{}", throttles(&lab));
    });
}

#[test]
fn wrong_parameters_are_refused_as_by_lambda() {
    block_on(async {
        let lab = Lab::new(CODE).await;
        let (standard, fifo) = (
            queue(&lab, "q", &[]),
            queue(&lab, "q.fifo", &[("FifoQueue", "true".to_owned())]),
        );
        lab.function("slow", limits(128, 60));
        lab.function("fails", |_| {});
        let refused = |source: &str, function: &str, request: MappingRequest| {
            let request = MappingRequest {
                event_source_arn: Some(source.to_owned()),
                function_name: Some(function.to_owned()),
                ..request
            };
            let refused = lab.region.lambda().create_mapping(request, &sources(&lab));
            refused.unwrap_err().message()
        };
        let none = MappingRequest::default;
        assert_eq!(
            refused(&standard, "slow", none()),
            "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds"
        );
        let window = MappingRequest {
            maximum_batching_window_in_seconds: Some(5),
            ..none()
        };
        assert_eq!(
            refused(&fifo, "fails", window),
            "Batching window is not supported for FIFO queues"
        );
        let large = MappingRequest {
            batch_size: Some(10_001),
            ..none()
        };
        assert_eq!(
            refused(&standard, "fails", large),
            "1 validation error detected: Value '10001' at 'batchSize' failed to satisfy constraint: Member must have \
             value less than or equal to 10000"
        );
        assert_eq!(refused(&standard, "gone", none()), "Function does not exist");
        assert_eq!(
            refused(&standard, "fails", pollers(1, 200)),
            "1 validation error detected: Value '1' at 'provisionedPollerConfig.minimumPollers' failed to satisfy \
             constraint: Member must have value greater than or equal to 2"
        );
        assert_eq!(
            refused(&standard, "fails", pollers(20, 10)),
            "MinimumPollers (20) must not be greater than MaximumPollers (10)."
        );
        let both = MappingRequest {
            scaling_config: Some(ScalingRequest {
                maximum_concurrency: Some(2),
            }),
            ..pollers(2, 200)
        };
        assert_eq!(
            refused(&standard, "fails", both),
            "ProvisionedPollerConfig and ScalingConfig.MaximumConcurrency cannot be used together: leave one of them out."
        );
        let stream = stream(&lab);
        let tumbling = |seconds| MappingRequest {
            tumbling_window_in_seconds: Some(seconds),
            ..none()
        };
        assert_eq!(
            refused(&stream, "fails", from_the_start(tumbling(901))),
            "1 validation error detected: Value '901' at 'tumblingWindowInSeconds' failed to satisfy constraint: \
             Member must have value less than or equal to 900"
        );
        assert_eq!(
            refused(&standard, "fails", tumbling(10)),
            "Unsupported TumblingWindowInSeconds parameter for given event source mapping type."
        );
        assert_eq!(
            refused(&stream, "fails", from_the_start(pollers(2, 200))),
            "Unsupported ProvisionedPollerConfig parameter for given event source mapping type."
        );
    });
}
