//! `cost`, through the real program.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::lab::PROGRAM;

const HANDLER: &str = "\
import time
def lambda_handler(event, context):
    return event
def computes(event, context):
    total = 0
    for number in range(100_000):
        total += number * number
    return total
def waits(event, context):
    time.sleep(0.2)
def fails(event, context):
    raise ValueError('no')
def hangs(event, context):
    time.sleep(100)
";

struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("app.py"), HANDLER).unwrap();
        Self { folder }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(PROGRAM)
            .arg("cost")
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn cents(value: &Value) -> f64 {
    (value.as_f64().unwrap() * 100.0).round() / 100.0
}

fn close(value: f64, wanted: f64) -> bool {
    (value - wanted).abs() < 1e-9
}

#[test]
fn a_month_is_priced_item_by_item() {
    let bench = Bench::new();
    let month = bench.json(&[
        "--requests",
        "10M",
        "--duration",
        "250ms",
        "--memory",
        "1GB",
        "--storage",
        "2048",
    ]);
    assert_eq!(month["region"], "us-east-1");
    let items: Vec<(&str, f64, f64)> = month["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                item["item"].as_str().unwrap(),
                item["used"].as_f64().unwrap(),
                cents(&item["costUsd"]),
            )
        })
        .collect();
    assert_eq!(
        items,
        [
            ("Requests", 10_000_000.0, 1.8),
            ("Duration", 2_500_000.0, 35.0),
            ("Storage over 512 MB", 3_750_000.0, 0.12),
        ]
    );
    assert!(close(cents(&month["totalUsd"]), 36.92), "{month}");
    assert!(close(cents(&month["withoutFreeTierUsd"]), 43.78), "{month}");
    assert_eq!(month["otherArchitecture"]["architecture"], "arm64");
}

#[test]
fn the_table_is_plain_text_without_a_terminal() {
    let output = Bench::new().run(&["--duration", "200ms", "--memory", "512"]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("A month in us-east-1: 1,000,000 requests of 200 ms with 512 MB, x86_64\n"));
    assert!(
        text.contains("Without the free tier                                             $1.87\n"),
        "{text}"
    );
    assert!(!text.contains('\x1b'));
}

#[test]
fn what_cannot_be_priced_ends_with_2_and_says_why() {
    let bench = Bench::new();
    for (arguments, said) in [
        (&[][..], "Say it with --duration 200ms"),
        (&["--duration", "soon"], "write it as 200ms, 1.5s or 2m"),
        (&["--duration", "901s"], "longer than Lambda's 15 minutes"),
        (
            &["--duration", "1s", "--requests", "many"],
            "write it as 1000000, 1M or 250k",
        ),
        (
            &["--duration", "1s", "--memory", "64"],
            "MemorySize is from 128 to 10240 MB",
        ),
        (&["--duration", "1s", "--arch", "mips"], "x86_64 or arm64"),
        (&["--duration", "1s", "--cold", "1%"], "add --init 300ms"),
        (&["--duration", "1s", "--init", "1s"], "add their share"),
        (&["--duration", "1s", "--async"], "--payload"),
        (
            &["--duration", "1s", "--async", "--payload", "2MB"],
            "larger than an asynchronous event",
        ),
        (
            &["--duration", "1s", "--provisioned", "1", "--snap-start"],
            "cannot be used with",
        ),
        (&["--duration", "1s", "--tune"], "--tune runs a handler"),
        (&["nowhere.py"], "there is no file or folder nowhere.py"),
        (&["app.py:fails"], "the handler fails"),
        (&["app.py:hangs", "--timeout", "1"], "longer than its timeout of 1 s"),
        (&["app.py:hangs", "--timeout", "1", "--tune=128"], "at every size"),
    ] {
        let output = bench.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(err(&output).contains(said), "{arguments:?}: {}", err(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_handler_is_measured_and_priced() {
    let month = Bench::new().json(&["app.py:waits", "--requests", "1M", "--memory", "256", "--event", "[1]"]);
    let measured = &month["measured"];
    let (warm, init) = (&measured["warmDurationMs"], &measured["initDurationMs"]);
    assert!((200.0..300.0).contains(&warm.as_f64().unwrap()), "{measured}");
    assert!(init.as_f64().unwrap() > 50.0, "{measured}");
    assert_eq!(measured["memorySizeMB"], 256);
    // One in a hundred is a cold start, unless told otherwise.
    assert_eq!(month["coldStarts"], 10_000);
    let gb_seconds = month["items"][1]["used"].as_f64().unwrap();
    assert!(gb_seconds > 50_000.0 && gb_seconds < 80_000.0, "{gb_seconds}");
    assert_eq!(month["items"][0]["costUsd"], json!(0.0));
}

/// Durations follow CPU time, which is the same on a busy machine, so proportions can be tested.
#[test]
fn what_computes_follows_memory_and_what_waits_does_not() {
    let bench = Bench::new();
    let sweep = |handler: &str| {
        let result = bench.json(&[handler, "--tune=128,1769,3008", "--runs", "5", "--timeout", "60"]);
        let durations: Vec<f64> = result["sizes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|size| size["durationMs"].as_f64().unwrap())
            .collect();
        (result, durations)
    };
    let (result, durations) = sweep("app.py:computes");
    let (small, whole, large) = (durations[0], durations[1], durations[2]);
    // 1,769 / 128 is 13.8.
    assert!((9.0..21.0).contains(&(small / whole)), "{durations:?}");
    assert!((0.6..1.7).contains(&(large / whole)), "{durations:?}");
    assert_ne!(result["fastest"], 128);
    let (result, durations) = sweep("app.py:waits");
    assert!((0.8..1.3).contains(&(durations[0] / durations[1])), "{durations:?}");
    assert_eq!(result["cheapest"], 128);
}
