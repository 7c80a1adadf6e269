use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::chance::Chance;
use crate::clock::{Clock, Timestamp};
use crate::cloud::{Account, Cloud};
use crate::history::History;

fn cloud() -> Arc<Cloud> {
    let clock = Clock::new(Timestamp::from_micros(1_767_225_600_000_000));
    Cloud::new(clock, &Chance::seeded(1), History::default(), Account::default())
}

fn run(cloud: &Cloud, operation: &str, input: &Value) -> Result<Value, ApiError> {
    let mut call = Call::outside();
    let answer = cloud.dynamodb.execute(&mut call, operation, &input.to_string())?;
    Ok(serde_json::from_str(&answer).unwrap())
}

#[test]
fn arns_name_our_account() {
    let cloud = cloud();
    let arn = cloud
        .dynamodb
        .create_table("orders", "id", None, Some("NEW_IMAGE"))
        .unwrap()
        .unwrap();
    assert_eq!(
        arn,
        "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000"
    );
    let table = run(&cloud, "DescribeTable", &json!({ "TableName": "orders" })).unwrap()["Table"].clone();
    assert_eq!(
        table["TableArn"],
        "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
    );
    assert_eq!(table["LatestStreamArn"], json!(arn));
    assert_eq!(table["StreamSpecification"]["StreamViewType"], "NEW_IMAGE");
    let text = run(&cloud, "ListStreams", &json!({})).unwrap().to_string();
    assert!(!text.contains("dynoxide"), "{text}");
}

#[test]
fn writes_show_up_in_the_stream() {
    let cloud = cloud();
    let dynamodb = &cloud.dynamodb;
    let arn = dynamodb
        .create_table("orders", "my_partition_key", None, Some("NEW_IMAGE"))
        .unwrap()
        .unwrap();
    let mut call = Call::outside();
    let item = json!({ "my_partition_key": "hello world" });
    dynamodb.put_item_plain(&mut call, "orders", &item).unwrap();
    assert!(matches!(&call.effects[..], [Effect::StreamReady(ready)] if *ready == arn));
    // The same again changes nothing.
    dynamodb.put_item_plain(&mut call, "orders", &item).unwrap();
    let page = dynamodb.records_since(&arn, StreamPosition::default(), 100).unwrap();
    assert_eq!(page.records.len(), 1);
    let event = &page.records[0].event;
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let names = [
        "eventID",
        "eventName",
        "eventVersion",
        "eventSource",
        "awsRegion",
        "dynamodb",
        "eventSourceARN",
    ];
    assert_eq!(keys(event), names);
    let names = [
        "ApproximateCreationDateTime",
        "Keys",
        "NewImage",
        "SequenceNumber",
        "SizeBytes",
        "StreamViewType",
    ];
    assert_eq!(keys(&event["dynamodb"]), names);
    assert_eq!(event["dynamodb"]["SizeBytes"], 54);
    let again = dynamodb.records_since(&arn, page.records[0].position, 1).unwrap();
    assert_eq!(again.records[0].sequence_number, page.records[0].sequence_number);
    assert!(dynamodb.records_since(&arn, page.next, 100).unwrap().records.is_empty());
    assert_eq!(dynamodb.stream_end(&arn), page.next);
}

#[test]
fn conditions_fail_as_on_aws() {
    let cloud = cloud();
    cloud.dynamodb.create_table("orders", "id", None, None).unwrap();
    let input = json!({
        "TableName": "orders",
        "Item": { "id": { "S": "1" } },
        "ConditionExpression": "attribute_not_exists(id)",
    });
    run(&cloud, "PutItem", &input).unwrap();
    let error = run(&cloud, "PutItem", &input).unwrap_err();
    assert_eq!(error.code, "ConditionalCheckFailedException");
    assert_eq!(error.message, "The conditional request failed");
    assert_eq!(
        error.body.unwrap()["__type"],
        "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
    );
}

#[test]
fn errors_say_nothing_of_the_engine() {
    let cloud = cloud();
    let bad = [
        ("GetItem", json!({})),
        ("GetItem", json!({ "TableName": "none", "Key": { "id": { "S": "1" } } })),
        (
            "PutItem",
            json!({ "TableName": "none", "Item": { "id": { "X": "1" } } }),
        ),
        ("PutItem", json!({ "TableName": "none", "Item": 5 })),
        ("Query", json!({ "TableName": 5 })),
        ("Nonsense", json!({})),
    ];
    for (operation, input) in bad {
        let error = run(&cloud, operation, &input).unwrap_err();
        let text = format!("{error:?}");
        assert!(
            !text.contains("dynoxide") && !text.contains("VALIDATION") && !text.contains(" at line"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn items_expire_when_their_time_has_come() {
    let cloud = cloud();
    let dynamodb = &cloud.dynamodb;
    dynamodb.create_table("orders", "id", None, None).unwrap();
    let specification = json!({ "Enabled": true, "AttributeName": "until" });
    let input = json!({ "TableName": "orders", "TimeToLiveSpecification": specification });
    run(&cloud, "UpdateTimeToLive", &input).unwrap();
    let soon = cloud.clock().now().as_secs() + 60;
    let call = &mut Call::outside();
    dynamodb
        .put_item_plain(call, "orders", &json!({ "id": "1", "until": soon }))
        .unwrap();
    dynamodb
        .put_item_plain(call, "orders", &json!({ "id": "2", "n": 1.5 }))
        .unwrap();
    assert_eq!(dynamodb.scan_all("orders").unwrap().len(), 2);
    cloud.clock().advance(std::time::Duration::from_mins(2)).await;
    assert_eq!(dynamodb.scan_all("orders").unwrap(), [json!({ "id": "2", "n": 1.5 })]);
    assert_eq!(dynamodb.get_item_plain("orders", &json!({ "id": "1" })).unwrap(), None);
}
