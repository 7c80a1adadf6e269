//! boto3's public interface, three ways: the bundled boto3 on the embedded engine and the real one, both at a
//! Region's endpoint, and the real one at moto. `tests/boto3/README.md` says how the recordings are made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use lambda_course::clock::Timestamp;
use lambda_course::course::{Source, validate};
use lambda_course::grade::{RegionRunner, Runner};
use lambda_course::lambda::Engine;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::lab::{Lab, PROGRAM, block_on, json, own_engine};

/// The real boto3 at moto.
const MOTO: &str = "golden.json";
/// The real boto3 at a Region's endpoint.
const REAL: &str = "endpoint.json";
const DIFFERENCES: &str = "differences.toml";

/// Where the calls are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/boto3")
}

/// What all calls gave on an engine, with the version of its boto3.
async fn calls(engine: &Engine) -> (String, Map<String, Value>) {
    // The policies of forms expire by the computer's clock.
    let lab = Lab::at(engine, &[], Timestamp::system()).await;
    lab.function("calls", |config| {
        config.code = folder();
        config.handler = "handler.handler".to_owned();
        crate::lab::limits(1769, 900)(config);
    });
    let mut answer = json(&lab.invoke("calls", "{}").await);
    let version = answer["boto3"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
        .to_owned();
    let Value::Object(calls) = answer["calls"].take() else {
        panic!("{answer}")
    };
    (version, calls)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

fn recorded(name: &str) -> (Value, Map<String, Value>) {
    let mut recording: Value = serde_json::from_str(&read(name)).unwrap();
    let Value::Object(calls) = recording["calls"].take() else {
        panic!("no calls")
    };
    (recording["source"].take(), calls)
}

/// The calls that may differ in one comparison, each with its reason.
fn accepted(comparison: &str) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(&read(DIFFERENCES)).unwrap();
    all.remove(comparison).unwrap_or_else(|| panic!("no [{comparison}]"))
}

/// Holds that two sets of results are the same but for what is accepted, and that what is accepted does differ.
fn assert_same(comparison: &str, one: &Map<String, Value>, other: &Map<String, Value>) {
    let accepted = accepted(comparison);
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    assert!(names.len() >= 150, "only {} calls", names.len());
    let mut wrong = Vec::new();
    for name in &names {
        let same = one.get(*name) == other.get(*name);
        if !same && !accepted.contains_key(*name) {
            let shown = |side: &Map<String, Value>| side.get(*name).map_or("nothing".to_owned(), Value::to_string);
            wrong.push(format!("{name} differs:\n  {}\n  {}", shown(one), shown(other)));
        }
        if same && accepted.contains_key(*name) {
            wrong.push(format!("{name} no longer differs: take it out of [{comparison}]"));
        }
    }
    let unknown = accepted.keys().filter(|name| !names.contains(name));
    wrong.extend(unknown.map(|name| format!("[{comparison}] names {name}, which is no call")));
    let unreasoned = accepted.iter().filter(|(_, reason)| reason.trim().is_empty());
    wrong.extend(unreasoned.map(|(name, _)| format!("[{comparison}] gives no reason for {name}")));
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        names.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_bundled_boto3_gives_what_the_real_one_gives() {
    let (_, real) = recorded(REAL);
    let (_, bundled) = block_on(calls(&own_engine()));
    assert_same("bundled", &real, &bundled);
}

#[test]
fn the_endpoint_gives_what_moto_gives() {
    assert_same("moto", &recorded(MOTO).1, &recorded(REAL).1);
}

/// A `python3` of version 3.10 or later with boto3, and what it is, if there is one.
fn python_with_boto3() -> Option<(PathBuf, String)> {
    let named = std::env::var_os("LAMBDA_COURSE_PYTHON").unwrap_or_else(|| "python3".into());
    let probe = "import sys, boto3; assert sys.version_info >= (3, 10); \
                 print(sys.executable); print('boto3 %s, CPython %d.%d' % (boto3.__version__, *sys.version_info[:2]))";
    let output = Command::new(named).args(["-c", probe]).output().ok()?;
    let text = String::from_utf8(output.stdout)
        .ok()
        .filter(|_| output.status.success())?;
    let (path, what) = text.trim().split_once('\n')?;
    Some((PathBuf::from(path), what.trim().to_owned()))
}

/// Says why a test that needs the real boto3 does not run.
fn real_boto3() -> Option<(PathBuf, String)> {
    let found = python_with_boto3();
    if found.is_none() {
        eprintln!("skipped: no python3 with boto3 (name one in LAMBDA_COURSE_PYTHON)");
    }
    found
}

#[test]
fn the_real_boto3_gives_what_was_recorded() {
    let Some((python, what)) = real_boto3() else { return };
    let source = format!("{what}, at a Region's endpoint");
    let record = std::env::var_os("LAMBDA_COURSE_RECORD").is_some();
    if !record && recorded(REAL).0 != source {
        eprintln!("skipped: recorded with another version than {what}");
        return;
    }
    let engine = Engine::cpython(Path::new(PROGRAM), &python).unwrap();
    let (_, found) = block_on(calls(&engine));
    if record {
        let recording = serde_json::json!({ "source": source, "calls": found });
        let text = serde_json::to_string_pretty(&recording).unwrap();
        std::fs::write(folder().join(REAL), text + "\n").unwrap();
        return;
    }
    assert_same("real", &recorded(REAL).1, &found);
}

/// The embedded engine does the same in `verify`.
#[test]
fn what_the_course_does_with_boto3_works_with_the_real_one() {
    // It takes minutes: only for whoever names a Python.
    if std::env::var_os("LAMBDA_COURSE_PYTHON").is_none() {
        eprintln!("skipped: LAMBDA_COURSE_PYTHON names no python3 with boto3");
        return;
    }
    let Some((python, _)) = real_boto3() else { return };
    let loaded = validate::check(&Source::embedded());
    let blocks = loaded.course.lessons.iter().flat_map(|lesson| {
        let blocks = lesson
            .code_blocks()
            .into_iter()
            .filter(|block| block.text.contains("boto3"));
        blocks.filter_map(|block| Some((lesson.id.clone(), lesson.scenario(block.run.as_deref()?)?, block)))
    });
    block_on(async {
        let runner = RegionRunner::new(Engine::cpython(Path::new(PROGRAM), &python).unwrap());
        let (mut count, mut wrong) = (0, Vec::new());
        for (lesson, scenario, block) in blocks {
            let report = runner.run_block(scenario, block.text, CancellationToken::new()).await;
            wrong.extend(
                report
                    .problem
                    .map(|problem| format!("lessons/{lesson}.md:{}: {problem:?}", block.line)),
            );
            count += 1;
        }
        assert!(count > 0, "no block uses boto3");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
    let folder = tempfile::tempdir().unwrap();
    let graded = Command::new(PROGRAM)
        .args(["test", "--all", "--solutions", "--engine", "cpython"])
        .env("LAMBDA_COURSE_PYTHON", python)
        .env("LAMBDA_COURSE_DIR", folder.path().join("dir"))
        .env("LAMBDA_COURSE_DATA", folder.path().join("data"))
        .output()
        .unwrap();
    assert!(graded.status.success(), "{}", String::from_utf8_lossy(&graded.stdout));
}
