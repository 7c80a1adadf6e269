use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::chance::Chance;
use crate::clock::{Clock, Timestamp};
use crate::cloud::{Account, Cloud, Effect};
use crate::history::History;

fn cloud() -> Arc<Cloud> {
    let clock = Clock::new(Timestamp::from_micros(1_767_225_600_000_000));
    Cloud::new(clock, &Chance::seeded(1), History::default(), Account::default())
}

fn bodies(call: &Call) -> Vec<Value> {
    let bodies = call.effects.iter().filter_map(|effect| match effect {
        Effect::HandOver(handover) => serde_json::from_slice(&handover.body).ok(),
        _ => None,
    });
    bodies.collect()
}

#[test]
fn keys_in_events_are_encoded_as_form_data() {
    assert_eq!(event_key("a b+c@d.txt"), "a+b%2Bc%40d.txt");
    assert_eq!(event_key("in/é~.csv"), "in/%C3%A9%7E.csv");
}

#[test]
fn pages_follow_each_other_without_gap_or_overlap() {
    let cloud = cloud();
    cloud.s3.create_bucket("bucket").unwrap();
    for key in ["a", "dir/1", "dir/2", "dir2/x", "z"] {
        cloud.s3.seed("bucket", key, Upload::new(key.to_owned())).unwrap();
    }
    let mut query = Query {
        delimiter: "/".to_owned(),
        max_keys: 1,
        ..Query::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = cloud.s3.list_objects("bucket", &query).unwrap();
        seen.extend(page.objects.iter().map(|object| object.key.clone()));
        seen.extend(page.prefixes);
        match page.next {
            Some(next) => query.after = next,
            None => break,
        }
    }
    assert_eq!(seen, ["a", "dir/", "dir2/", "z"]);
}

#[test]
fn versions_are_kept_and_a_marker_hides_them() {
    let cloud = cloud();
    let s3 = &cloud.s3;
    s3.create_bucket("bucket").unwrap();
    s3.set_versioning("bucket", Versioning::Enabled).unwrap();
    let call = &mut Call::outside();
    let one = s3.put_object(call, "bucket", "k", Upload::new("1")).unwrap();
    s3.put_object(call, "bucket", "k", Upload::new("2")).unwrap();
    let deleted = s3.delete_object(call, "bucket", "k", None).unwrap();
    assert!(deleted.delete_marker);
    assert_eq!(s3.get_object("bucket", "k", None).unwrap_err().code, "NoSuchKey");
    let old = s3.get_object("bucket", "k", one.version_id.as_deref()).unwrap();
    assert_eq!(old.body, "1");
    s3.delete_object(call, "bucket", "k", deleted.version_id.as_deref())
        .unwrap();
    assert_eq!(s3.get("bucket", "k").unwrap(), "2");
    assert_eq!(s3.delete_bucket("bucket").unwrap_err().code, "BucketNotEmpty");
}

#[test]
fn conditional_writes_compare_with_what_is_there() {
    let cloud = cloud();
    let s3 = &cloud.s3;
    s3.create_bucket("bucket").unwrap();
    let call = &mut Call::outside();
    let with = |condition| Upload {
        condition,
        ..Upload::new("x")
    };
    s3.put_object(call, "bucket", "k", with(Condition::Absent)).unwrap();
    let again = s3.put_object(call, "bucket", "k", with(Condition::Absent));
    assert_eq!(again.unwrap_err().status, 412);
    let right = Condition::Matches(etag_of(b"x"));
    s3.put_object(call, "bucket", "k", with(right)).unwrap();
    let wrong = Condition::Matches("0".to_owned());
    assert_eq!(
        s3.put_object(call, "bucket", "k", with(wrong)).unwrap_err().code,
        "PreconditionFailed"
    );
}

#[test]
fn only_matching_changes_are_told() {
    let cloud = cloud();
    let s3 = &cloud.s3;
    s3.create_bucket("bucket").unwrap();
    let events = ["s3:ObjectCreated:*".to_owned()];
    s3.add_notification(
        "bucket",
        "arn:aws:lambda:us-east-1:123456789012:function:f",
        &events,
        Some("in/"),
        Some(".csv"),
    )
    .unwrap();
    let call = &mut Call::outside();
    s3.put(call, "bucket", "out/a.csv", "x").unwrap();
    s3.put(call, "bucket", "in/a.txt", "x").unwrap();
    s3.delete_object(call, "bucket", "in/a.csv", None).unwrap();
    assert!(call.effects.is_empty());
    s3.put(call, "bucket", "in/a b.csv", "x").unwrap();
    let bodies = bodies(call);
    assert_eq!(bodies.len(), 1);
    assert_eq!(bodies[0]["Records"][0]["s3"]["object"]["key"], json!("in/a+b.csv"));
    assert_eq!(bodies[0]["Records"][0]["eventName"], json!("ObjectCreated:Put"));
}

#[test]
fn a_multipart_upload_has_an_etag_of_its_own() {
    let cloud = cloud();
    let s3 = &cloud.s3;
    s3.create_bucket("bucket").unwrap();
    let id = s3.create_upload("bucket", "k", Upload::default()).unwrap();
    let big = Bytes::from(vec![b'a'; 5 * 1024 * 1024]);
    let one = s3.upload_part("bucket", &id, 1, big, Vec::new()).unwrap();
    let two = s3
        .upload_part("bucket", &id, 2, Bytes::from_static(b"b"), Vec::new())
        .unwrap();
    let choice = |part: &Part| PartChoice {
        number: part.number,
        etag: part.etag.clone(),
    };
    let call = &mut Call::outside();
    let wrong = s3.complete_upload(call, "bucket", &id, &[choice(&two), choice(&one)], Condition::None);
    assert_eq!(wrong.unwrap_err().code, "InvalidPartOrder");
    let object = s3
        .complete_upload(call, "bucket", &id, &[choice(&one), choice(&two)], Condition::None)
        .unwrap();
    assert!(object.etag.ends_with("-2"));
    assert_eq!(object.body.len(), 5 * 1024 * 1024 + 1);
    assert!(s3.list_uploads("bucket").unwrap().is_empty());
}

/// `test_create_object_put_via_dynamodb`, recorded 2025-01-21: a handler stored the record as it came.
#[test]
fn a_record_has_the_fields_that_were_recorded() {
    fn plain(value: &Value) -> Value {
        crate::cloud::dynamodb::to_plain(value)
    }
    fn names(value: &Value, path: &str, out: &mut Vec<String>) {
        for (name, value) in value.as_object().into_iter().flatten() {
            out.push(format!("{path}.{name}"));
            names(value, &format!("{path}.{name}"), out);
        }
        out.sort();
    }
    let golden: Value = serde_json::from_str(include_str!("../../../tests/golden/aws/s3-notifications.json")).unwrap();
    let golden = golden
        .as_object()
        .unwrap()
        .iter()
        .find(|(name, _)| name.ends_with("::test_create_object_put_via_dynamodb"));
    let golden = plain(&golden.unwrap().1["recorded-content"]["table_content"]);
    let cloud = cloud();
    cloud.s3.create_bucket("bucket").unwrap();
    let events = ["s3:ObjectCreated:Put".to_owned()];
    cloud
        .s3
        .add_notification(
            "bucket",
            "arn:aws:lambda:us-east-1:123456789012:function:f",
            &events,
            None,
            None,
        )
        .unwrap();
    let call = &mut Call::outside();
    cloud.s3.put(call, "bucket", "key", "something..").unwrap();
    let record = &bodies(call)[0]["Records"][0];
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    names(record, "", &mut ours);
    names(&golden, "", &mut theirs);
    assert_eq!(ours, theirs);
    assert_eq!(record["eventVersion"], golden["eventVersion"]);
    assert_eq!(record["s3"]["object"]["size"], golden["s3"]["object"]["size"]);
}
