//! `invoke`, through the real program.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cloud::zip_of;
use crate::lab::PROGRAM;

const HANDLER: &str = "\
import os, time
count = 0
def echo(event, context):
    global count
    count += 1
    print('got', event)
    return {'event': event, 'count': count}
def fails(event, context):
    raise ValueError('no')
def control(event, context):
    print('\\x1b[2J\\x1b]0;title\\x07\\u202edone')
    return '\\x1b[31m'
def waits(event, context):
    time.sleep(2)
def settings(event, context):
    import extra
    return [os.environ['STAGE'], context.memory_limit_in_mb, context.get_remaining_time_in_millis() > 50_000, extra.NAME]
def bytes_(event, context):
    return b'\\xff{'
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

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Invokes a function of the handler's.
    fn run(&self, function: &str, arguments: &[&str]) -> Output {
        self.run_with(function, arguments, "")
    }

    fn run_with(&self, function: &str, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(PROGRAM)
            .arg("invoke")
            .arg(format!("{}:{function}", self.path("app.py").display()))
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It need not read it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// The objects that `--json` prints.
    fn objects(&self, function: &str, arguments: &[&str]) -> Vec<Value> {
        let output = self.run(function, &[&["--json"], arguments].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn events_come_as_text_from_files_and_from_standard_input() {
    let bench = Bench::new();
    fs::write(bench.path("event.json"), "{\"from\": \"file\"}").unwrap();
    for (event, input, got) in [
        (r#"{"from": "text"}"#, "", r#"{"from": "text"}"#),
        ("event.json", "", r#"{"from": "file"}"#),
        ("-", r#"{"from": "stdin"}"#, r#"{"from": "stdin"}"#),
        ("[1, 2]", "", "[1, 2]"),
    ] {
        let output = bench.run_with("echo", &["--event", event], input);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        let text = out(&output);
        assert!(
            text.contains(&format!("response: {{\"event\": {got}, \"count\": 1}}")),
            "{text}"
        );
        assert!(
            text.contains("START RequestId: ") && text.contains("REPORT RequestId: "),
            "{text}"
        );
    }
    assert!(
        out(&bench.run("echo", &[])).contains("response: {\"event\": {}, \"count\": 1}"),
        "{{}} by default"
    );
}

#[test]
fn what_cannot_be_run_ends_with_2_and_says_why() {
    let bench = Bench::new();
    fs::write(bench.path("bad.json"), "{\n  \"a\": 1,\n  \"b\" 2\n}").unwrap();
    let bad_in_file = "the event is not JSON (bad.json, line 3, column 7)";
    for (arguments, said) in [
        (&["--event", "bad.json"][..], bad_in_file),
        (
            &["--event", "{\"a\": }"],
            "the event is not JSON (--event, line 1, column 7)",
        ),
        (
            &["--event", "missing.json"],
            "the event missing.json is neither JSON nor a file that can be read",
        ),
        (&["--memory", "64"], "64 is not in 128..=10240"),
        (&["--timeout", "901"], "901 is not in 1..=900"),
        (&["--env", "STAGE"], "write it as NAME=value"),
        (&["--env", "AWS_REGION=x"], "reserved keys"),
    ] {
        let output = bench.run("echo", arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(err(&output).contains(said), "{arguments:?}: {}", err(&output));
        assert_eq!(out(&output), "");
    }
    let output = bench.run_with("echo", &["--event", "-"], "nope");
    assert!(
        err(&output).contains("the event is not JSON (standard input, line 1, column 2)"),
        "{}",
        err(&output)
    );
    let missing = Command::new(PROGRAM).args(["invoke", "nowhere.py:f"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(2));
    assert!(
        err(&missing).contains("there is no file or folder nowhere.py"),
        "{}",
        err(&missing)
    );
}

#[test]
fn a_function_that_fails_ends_with_1() {
    let bench = Bench::new();
    let output = bench.run("fails", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        out(&output).contains("error: {\"errorMessage\": \"no\", \"errorType\": \"ValueError\""),
        "{}",
        out(&output)
    );
    let missing = bench.run("not_there", &[]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        out(&missing).contains("Handler 'not_there' missing on module 'app'"),
        "{}",
        out(&missing)
    );
}

#[test]
fn objects_have_the_promised_shape() {
    let bench = Bench::new();
    let object = bench.objects("echo", &["--event", r#"{"n": 1}"#]).remove(0);
    let keys: Vec<&String> = object.as_object().unwrap().keys().collect();
    let promised = [
        "statusCode",
        "functionError",
        "payload",
        "requestId",
        "log",
        "report",
        "environment",
        "coldStart",
        "costUsd",
    ];
    assert_eq!(keys, promised);
    assert_eq!(object["statusCode"], 200);
    assert_eq!(object["functionError"], Value::Null);
    assert_eq!(object["payload"], json!({"event": {"n": 1}, "count": 1}));
    assert_eq!(object["coldStart"], true);
    assert!(object["costUsd"].as_f64().unwrap() > 2e-7);
    let log: Vec<&str> = object["log"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect();
    assert!(
        log[0].starts_with("INIT_START ") && log[2] == "got {'n': 1}" && log[4].starts_with("REPORT "),
        "{log:?}"
    );
    let report = &object["report"];
    for key in ["durationMs", "billedDurationMs", "maxMemoryUsedMB", "initDurationMs"] {
        assert!(report[key].as_f64().unwrap() > 0.0, "{key}");
    }
    assert_eq!(
        (&report["memorySizeMB"], &report["status"], &report["errorType"]),
        (&json!(128), &json!("success"), &Value::Null)
    );
    let failed = bench.objects("fails", &[]).remove(0);
    assert_eq!(failed["functionError"], "Unhandled");
    assert_eq!(failed["payload"]["errorType"], "ValueError");
    let timed_out = bench.objects("waits", &["--timeout", "1"]).remove(0);
    assert_eq!(timed_out["report"]["status"], "timeout");
    assert_eq!(timed_out["report"]["durationMs"], 1000.0);
    let raw = bench.objects("bytes_", &[]).remove(0);
    assert_eq!(
        (&raw["payload"], &raw["payloadText"]),
        (&Value::Null, &json!("\u{fffd}{"))
    );
}

#[test]
fn repeated_and_concurrent_invocations_share_or_need_environments() {
    let bench = Bench::new();
    let objects = bench.objects("echo", &["--repeat", "3"]);
    let counts: Vec<&Value> = objects.iter().map(|object| &object["payload"]["count"]).collect();
    assert_eq!(counts, [1, 2, 3]);
    let cold: Vec<&Value> = objects.iter().map(|object| &object["coldStart"]).collect();
    assert_eq!(cold, [true, false, false]);
    assert!(objects[1]["report"].get("initDurationMs").is_none());
    let objects = bench.objects("waits", &["--repeat", "4", "--concurrency", "2"]);
    let mut environments: Vec<&str> = objects
        .iter()
        .map(|object| object["environment"].as_str().unwrap())
        .collect();
    environments.sort_unstable();
    environments.dedup();
    assert_eq!((objects.len(), environments.len()), (4, 2));
}

#[test]
fn asynchronous_failures_are_tried_three_times() {
    let bench = Bench::new();
    let objects = bench.objects("fails", &["--async"]);
    assert_eq!(objects.len(), 3);
    assert!(
        objects
            .iter()
            .all(|object| object["requestId"] == objects[0]["requestId"])
    );
    assert_eq!(bench.run("fails", &["--async"]).status.code(), Some(1));
    assert_eq!(bench.objects("echo", &["--async"]).len(), 1);
}

#[test]
fn settings_and_layers_reach_the_function() {
    let bench = Bench::new();
    let layer = bench.path("layer/python");
    fs::create_dir_all(&layer).unwrap();
    fs::write(layer.join("extra.py"), "NAME = 'layered'\n").unwrap();
    let arguments = [
        "--env",
        "STAGE=test",
        "--memory",
        "512",
        "--timeout",
        "60",
        "--layer",
        "layer",
    ];
    let object = bench.objects("settings", &arguments).remove(0);
    assert_eq!(object["payload"], json!(["test", "512", true, "layered"]));
}

#[test]
fn control_codes_are_shown_and_not_obeyed() {
    let output = Bench::new().run("control", &[]);
    let text = out(&output);
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
    assert!(text.contains("\\u{1b}[2J\\u{1b}]0;title\\u{7}\\u{202e}done"), "{text}");
}

#[test]
fn a_layer_can_be_a_zip() {
    let bench = Bench::new();
    fs::write(bench.path("layer.zip"), zip_of("python/extra.py", "NAME = 'zipped'\n")).unwrap();
    let arguments = [
        "--layer",
        "layer.zip",
        "--env",
        "STAGE=test",
        "--timeout",
        "60",
        "--json",
    ];
    let output = bench.run("settings", &arguments);
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(object["payload"][3], "zipped", "{object}");
}

#[test]
fn a_layer_that_leads_out_of_its_folder_is_refused() {
    let bench = Bench::new();
    for (name, bytes) in [
        ("evil.zip", zip_of("../../evil.py", "x")),
        ("no.zip", b"no zip".to_vec()),
    ] {
        fs::write(bench.path(name), bytes).unwrap();
        let output = bench.run("echo", &["--layer", name]);
        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(name) && error.contains("Could not unzip"), "{error}");
    }
}

#[test]
fn a_snapshot_and_provisioned_environments_change_the_cold_start() {
    let bench = Bench::new();
    let records = |arguments: &[&str]| -> Vec<Value> {
        let output = bench.run("echo", &[arguments, &["--json"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap();
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let on_demand = records(&[]).remove(0);
    assert!(on_demand["coldStart"] == true && on_demand["report"]["initDurationMs"].is_number());
    let restored = records(&["--snap-start"]).remove(0);
    let report = &restored["report"];
    assert!(
        restored["coldStart"] == true && report["initDurationMs"].is_null(),
        "{restored}"
    );
    assert!(
        report["restoreDurationMs"].is_number() && report["billedRestoreDurationMs"].is_number(),
        "{restored}"
    );
    // Two are ready; the third of three at once has to be made.
    let provisioned = records(&["--provisioned", "2", "--repeat", "3", "--concurrency", "3"]);
    let cold = provisioned.iter().filter(|record| record["coldStart"] == true).count();
    assert_eq!((provisioned.len(), cold), (3, 1), "{provisioned:?}");
    // All three were the first of their environments, but only one waited for its initialisation and pays for it.
    for record in &provisioned {
        let of = |key: &str| record["report"][key].as_f64().unwrap();
        let init = if record["coldStart"] == true {
            of("initDurationMs")
        } else {
            0.0
        };
        let billed = (of("durationMs") + init).ceil();
        assert!(
            of("initDurationMs") > 0.0 && (of("billedDurationMs") - billed).abs() <= 1.0,
            "{record}"
        );
    }
    let log = records(&["--log-format", "json", "--storage", "1024", "--arch", "arm64"]).remove(0);
    let first = log["log"][0].as_str().unwrap();
    assert!(
        first.starts_with(r#"{"time":"#) && first.contains(r#""type":"platform.initStart""#),
        "{log}"
    );
    let x86 = on_demand["costUsd"].as_f64().unwrap() / on_demand["report"]["billedDurationMs"].as_f64().unwrap();
    let arm = log["costUsd"].as_f64().unwrap() / log["report"]["billedDurationMs"].as_f64().unwrap();
    assert!(x86 > 0.0 && arm > 0.0);
}
