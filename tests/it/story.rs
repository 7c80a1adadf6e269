//! What `invoke` reads from the record once all is over: the timeline and the bill.

use std::fs;
use std::process::{Command, Output};
use std::time::Duration;

use lambda_course::lambda::MemorySize;
use lambda_course::price::GbSeconds;
use serde_json::Value;
use tempfile::TempDir;

use crate::lab::{Lab, PROGRAM, block_on};

const HANDLER: &str = "\
import boto3
s3 = boto3.client('s3')
def fails(event, context):
    print('trying')
    raise ValueError('no')
def stores(event, context):
    s3.create_bucket(Bucket='photos')
    s3.put_object(Bucket='photos', Key='cat.jpg', Body=b'meow')
";

fn invoke(function: &str, arguments: &[&str]) -> (TempDir, Output) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.py"), HANDLER).unwrap();
    let output = Command::new(PROGRAM)
        .args(["invoke", &format!("app.py:{function}")])
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .unwrap();
    (folder, output)
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8(output.stdout.clone())
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

fn objects(output: &Output) -> Vec<Value> {
    lines(output)
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The seconds and the text of the lines of a timeline.
fn story(lines: &[String]) -> Vec<(f64, String)> {
    lines
        .iter()
        .filter_map(|line| {
            let (time, text) = line.split_once(" s  ")?;
            Some((time.trim().parse().ok()?, text.to_owned()))
        })
        .collect()
}

#[test]
fn retries_are_told_in_virtual_time() {
    let (_folder, output) = invoke("fails", &["--async", "--timeline"]);
    let told = story(&lines(&output));
    let at = |part: &str| -> f64 {
        let found = told.iter().find(|(_, text)| text.contains(part));
        found.unwrap_or_else(|| panic!("{part} in {told:#?}")).0
    };
    assert!(at("environment ") < 1.0);
    assert!(at("(cold)") < 10.0);
    // One minute, and two more.
    assert!((60.0..70.0).contains(&at("attempt 2)")), "{told:#?}");
    assert!((180.0..200.0).contains(&at("attempt 3)")), "{told:#?}");
    let count = |part: &str| told.iter().filter(|(_, text)| text.contains(part)).count();
    assert_eq!(count("log: trying"), 3);
    assert_eq!(count("ValueError after "), 3);
    assert_eq!(count("comes in "), 2);
    assert!(told.is_sorted_by(|a, b| a.0 <= b.0), "{told:#?}");
}

#[test]
fn calls_stand_below_the_invocation_that_made_them() {
    let (_folder, output) = invoke("stores", &["--timeline", "--timeout", "30"]);
    let told = story(&lines(&output));
    let depth = |part: &str| -> usize {
        let text = told.iter().map(|(_, text)| text).find(|text| text.contains(part));
        let text = text.unwrap_or_else(|| panic!("{part} in {told:#?}"));
        text.len() - text.trim_start().len()
    };
    assert_eq!(depth("s3 PutObject photos/cat.jpg"), depth("invoke app ") + 2);
    assert_eq!(depth("ok after "), depth("invoke app ") + 2);
}

#[test]
fn the_bill_is_the_sum_of_all_invocations() {
    let (_folder, output) = invoke("fails", &["--async", "--bill", "--timeline", "--json"]);
    let objects = objects(&output);
    assert_eq!(objects.len(), 5, "three attempts, the timeline and the bill");
    let sum: f64 = objects[..3]
        .iter()
        .map(|object| object["costUsd"].as_f64().unwrap())
        .sum();
    let (timeline, bill) = (&objects[3]["timeline"], &objects[4]);
    assert!((bill["totalUsd"].as_f64().unwrap() - sum).abs() < 1e-15, "{bill}");
    assert_eq!(bill["bill"][0]["used"], 3.0, "each attempt is a request");
    // Whatever has a cause has one that was told of before.
    let mut caused = 0;
    for moment in timeline.as_array().unwrap() {
        if let Some(cause) = moment["cause"].as_u64() {
            caused += 1;
            assert!(cause < moment["id"].as_u64().unwrap(), "{moment}");
        }
    }
    assert!(caused >= 10, "{timeline}");
}

#[test]
fn each_invocation_says_what_it_costs() {
    let (_folder, output) = invoke("stores", &["--bill", "--timeout", "30"]);
    let lines = lines(&output);
    let cost = lines.iter().find(|line| line.starts_with("cost: $0.0000")).unwrap();
    assert!(cost.ends_with(" ms billed"), "{cost}");
    let total = lines.last().unwrap();
    assert!(total.starts_with("Total") && total.contains("$0.0000"), "{total}");
}

#[test]
fn what_is_kept_ready_is_on_the_bill_until_it_ends() {
    block_on(async {
        let lab = Lab::new("def ready(event, context):\n    return 1\nfrozen = ready\n").await;
        let gigabyte = MemorySize::new(1_024).unwrap();
        lab.function("ready", |config| config.memory = gigabyte);
        lab.function("frozen", |config| {
            config.memory = gigabyte;
            config.snap_start = true;
        });
        let (region, lambda) = (&lab.region, lab.region.lambda());
        for name in ["ready", "frozen"] {
            let function = lambda.reference(name, None).unwrap();
            lambda.publish_version(&function, None, None, None).unwrap();
        }
        let version = lambda.reference("ready", Some("1")).unwrap();
        lambda.put_provisioned(&version, 2).unwrap();
        region.settle().await;
        region.wait(Duration::from_secs(6 * 60)).await;
        lambda.delete_provisioned(&version).unwrap();
        region.wait(Duration::from_secs(3_600)).await;
        let used = region.history().usage(region.clock().now());
        // Two environments for six minutes count as ten minutes each; a snapshot counts as three hours.
        assert_eq!(used.provisioned.x86_64, GbSeconds::whole(2 * 600));
        assert_eq!(used.snapshots, GbSeconds::whole(3 * 3_600));
        assert_eq!(used.requests, 0);
    });
}
