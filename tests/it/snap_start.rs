//! `SnapStart`: environments are forks of an initialised process, on the engine that is built in and on a `python3` of
//! one's own.

use std::path::Path;
use std::time::Duration;

use lambda_course::lambda::{Engine, FunctionRef};
use serde_json::{Value, json};

use crate::engines::python;
use crate::lab::{Lab, PROGRAM, block_on, json, limits, shared_engine};

/// Does a test's steps on every engine.
fn on_all(mut steps: impl AsyncFnMut(&Engine)) {
    for engine in engines() {
        block_on(steps(&engine));
    }
}

const SNAPSHOT: &str = "\
import os, random, time, uuid
from snapshot_restore_py import register_after_restore, register_before_snapshot
print('initialised')
time.sleep(3)
made, order = random.random(), []
open('/tmp/made', 'w').write('before')
@register_before_snapshot
def close():
    order.append('before snapshot')
def reopen(name):
    time.sleep(0.5)
    order.append(name)
register_after_restore(reopen, 'after restore')
def snap(event, context):
    time.sleep(event.get('sleep', 0))
    seen = {'made': made, 'next': random.random(), 'id': str(uuid.uuid4()), 'order': order,
            'tmp': open('/tmp/made').read(), 'type': os.environ['AWS_LAMBDA_INITIALIZATION_TYPE'],
            'stream': os.environ.get('AWS_LAMBDA_LOG_STREAM_NAME'), 'version': context.function_version}
    open('/tmp/made', 'w').write(context.aws_request_id)
    return seen
";

/// The engines that there are here: the one that is built in, and a `python3` of one's own.
fn engines() -> Vec<Engine> {
    let own = python().map(|python| Engine::cpython(Path::new(PROGRAM), &python).unwrap());
    std::iter::once(shared_engine().clone()).chain(own).collect()
}

/// A Region with `handler.snap` with `SnapStart`, whose first version is published.
async fn published(engine: &Engine, code: &str) -> Lab {
    let lab = Lab::on(engine, &[("handler.py", code)]).await;
    lab.function("snap", |config| {
        config.snap_start = true;
        limits(256, 10)(config);
    });
    let function = FunctionRef {
        name: "snap".to_owned(),
        qualifier: None,
    };
    lab.region
        .lambda()
        .publish_version(&function, None, None, None)
        .unwrap();
    lab
}

#[test]
fn environments_are_restored_from_one_snapshot() {
    on_all(async |engine| {
        let lab = published(engine, SNAPSHOT).await;
        let (one, two) = tokio::join!(
            lab.invoke("snap:1", r#"{"sleep": 1}"#),
            lab.invoke("snap:1", r#"{"sleep": 1}"#)
        );
        assert_ne!(one.environment, two.environment);
        let (first, second) = (json(&one), json(&two));
        for seen in [&first, &second] {
            assert_eq!(seen["order"], json!(["before snapshot", "after restore"]));
            assert_eq!(
                seen["tmp"], "before",
                "each has the snapshot's /tmp, and its own from then on"
            );
            assert_eq!((&seen["type"], &seen["version"]), (&json!("snap-start"), &json!("1")));
            assert_eq!(seen["stream"], Value::Null, "a snapshot knows no log stream");
        }
        // What was made before the snapshot is everybody's, and so is what a seeded generator gives next.
        assert_eq!((&first["made"], &first["next"]), (&second["made"], &second["next"]));
        assert_ne!(first["id"], second["id"], "what comes from the system is not cloned");
        for record in [&one, &two] {
            let restore = record.restore.unwrap();
            assert!(record.cold_start && record.init.is_none());
            assert!(restore.billed_ms >= 520 && restore.billed_ms < 3_000, "{restore:?}");
            assert!(restore.duration > Duration::from_millis(620) && restore.duration < Duration::from_secs(3));
            let whole = record.duration + Duration::from_millis(restore.billed_ms);
            assert_eq!(u128::from(record.billed_ms), whole.as_nanos().div_ceil(1_000_000));
        }
        let warm = lab.invoke("snap:1", "{}").await;
        assert_eq!((warm.cold_start, warm.restore), (false, None));
        assert_ne!(json(&warm)["tmp"], "before");
    });
}

#[test]
fn the_log_tells_of_a_snapshot_and_its_restorations() {
    on_all(async |engine| {
        let lab = published(engine, SNAPSHOT).await;
        let record = lab.invoke("snap:1", "{}").await;
        let streams = lab.streams("snap");
        assert_eq!(
            streams.len(),
            2,
            "the snapshot's own, and the environment's: {streams:?}"
        );
        let log = |restored: bool| {
            let stream = streams
                .iter()
                .find(|stream| stream.ends_with(&record.environment) == restored);
            lab.region.cloud().logs.messages("/aws/lambda/snap", stream.unwrap())
        };
        let starts: Vec<String> = log(false)
            .iter()
            .map(|line| line.split([' ', '\t']).take(3).collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            starts,
            [
                "INIT_START Runtime Version:",
                "initialised",
                "INIT_REPORT Init Duration:"
            ]
        );
        let log = log(true);
        assert!(
            log[0].starts_with("RESTORE_START Runtime Version: python:3.14.v12\tRuntime Version ARN: arn:aws:lambda:")
        );
        assert!(
            log[1].starts_with("RESTORE_REPORT Restore Duration: ") && log[1].ends_with(" ms"),
            "{log:#?}"
        );
        assert_eq!(log[2], format!("START RequestId: {} Version: 1", record.request_id));
        let report = log.last().unwrap();
        assert!(
            report.contains("\tRestore Duration: ") && report.ends_with(" ms\t"),
            "{report}"
        );
        assert!(
            report.contains("\tBilled Restore Duration: ") && !report.contains("Init Duration"),
            "{report}"
        );
        assert!(streams.iter().all(|stream| stream.contains("/[1]")), "{streams:?}");
    });
}

#[test]
fn hooks_that_fail_after_a_restoration_are_the_functions_error() {
    on_all(async |engine| {
        let code = "from snapshot_restore_py import register_after_restore\n@register_after_restore\ndef hook():\n    \
             raise ValueError('no connection')\ndef snap(event, context): return 1\n";
        let lab = published(engine, code).await;
        let record = lab.invoke("snap:1", "{}").await;
        let error = json(&record);
        assert_eq!(
            (&error["errorType"], &error["errorMessage"]),
            (&json!("ValueError"), &json!("no connection"))
        );
        assert_eq!(record.error_type.as_deref(), Some("Runtime.AfterRestoreError"));
        let log = lab.log("snap");
        assert!(
            log.iter().any(|line| line.starts_with("RESTORE_REPORT ")
                && line.ends_with("\tStatus: error\tError Type: Runtime.AfterRestoreError")),
            "{log:#?}"
        );
    });
}

#[test]
fn a_version_without_a_snapshot_says_why() {
    on_all(async |engine| {
        let code = "from snapshot_restore_py import register_before_snapshot\n@register_before_snapshot\ndef hook():\n    \
             raise ValueError('not now')\ndef snap(event, context): return 1\n";
        let lab = published(engine, code).await;
        lab.invoke("snap:1", "{}").await;
        let log = lab.log("snap");
        assert!(
            log.iter().any(|line| line.starts_with("INIT_REPORT ")
                && line.ends_with("\tPhase: init\tStatus: error\tError Type: Runtime.BeforeSnapshotError")),
            "{log:#?}"
        );
    });
}

const STATE: &str = "\
import os, signal, threading
from snapshot_restore_py import register_after_restore
table = {n: str(n) for n in range(100_000)}
opened = open('/tmp/log', 'w')
opened.write('snapshot ')
children, cleared = [], []
signal.signal(signal.SIGCHLD, lambda *_: children.append(1))
@register_after_restore
def clear():
    cleared.append(os.getpid())
def snap(event, context):
    if event.get('exit'):
        os._exit(7)
    if event.get('grow'):
        table[0] = 'x' * (event['grow'] * 1024 * 1024)
    if event.get('child'):
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        while not children: pass
    with open('/tmp/own', 'a') as file:
        file.write('x')
    thread = threading.Thread(target=lambda: cleared.append('thread'))
    thread.start()
    thread.join()
    return {'items': len(table), 'cleared': len(cleared), 'own': os.path.getsize('/tmp/own'), 'pid': os.getpid(),
            'group': os.getpgrp() == os.getpid(), 'children': len(children)}
";

#[test]
fn restored_environments_share_memory_and_nothing_else() {
    on_all(async |engine| {
        let lab = published(engine, STATE).await;
        let first = json(&lab.invoke("snap:1", "{}").await);
        assert_eq!(
            (&first["items"], &first["cleared"], &first["own"]),
            (&json!(100_000), &json!(2), &json!(1))
        );
        assert_eq!(first["group"], true, "a process group of its own: {first}");
        let exited = lab.invoke("snap:1", r#"{"exit": true}"#).await;
        assert_eq!(exited.error_type.as_deref(), Some("Runtime.ExitError"));
        // It is restored once more: the snapshot is as it was.
        let restored = lab.invoke("snap:1", r#"{"child": true}"#).await;
        assert!(restored.restore.is_some() && restored.environment == exited.environment);
        let again = json(&restored);
        assert_ne!(again["pid"], first["pid"]);
        assert_eq!(
            (&again["items"], &again["children"]),
            (&json!(100_000), &json!(1)),
            "its own handler is told"
        );
    });
}

const TRESPASS: &str = "\
import subprocess
def snap(event, context):
    # A shell knows the real folders: its standard error leads to this environment's own.
    script = 'own=$(dirname \"$(readlink /proc/self/fd/2)\"); echo x > \"$own/' + event['to'] + '/trespass\"'
    with open('/tmp/errors', 'w') as errors:
        return subprocess.run(['sh', '-c', script], stderr=errors).returncode
";

#[test]
#[cfg(target_os = "linux")]
fn a_restored_environment_writes_into_no_other() {
    on_all(async |engine| {
        let lab = published(engine, TRESPASS).await;
        lab.function("plain", |config| {
            config.handler = "handler.snap".to_owned();
        });
        assert_eq!(json(&lab.invoke("snap:1", r#"{"to": "."}"#).await), 0, "its own folder");
        let refused = async |function: &str, to: &str| {
            let event = json!({ "to": to }).to_string();
            json(&lab.invoke(function, &event).await) != 0
        };
        // A system without Landlock refuses nothing.
        let fences = refused("plain", "..").await;
        assert_eq!(
            refused("snap:1", "../../tmp").await,
            fences,
            "into the snapshot's own folder"
        );
        assert_eq!(refused("snap:1", "..").await, fences);
    });
}

#[test]
fn the_memory_of_a_restored_environment_is_its_own() {
    let Some(python) = python() else { return };
    block_on(async {
        let engine = Engine::cpython(Path::new(PROGRAM), &python).unwrap();
        let lab = published(&engine, STATE).await;
        let little = lab.invoke("snap:1", "{}").await;
        let much = lab.invoke("snap:1", r#"{"grow": 64}"#).await;
        let raised = f64::from(much.max_memory_used - little.max_memory_used);
        assert!(
            (raised - 64.0).abs() <= 6.4,
            "64 MB raise Max Memory Used by {raised} MB"
        );
        let over = lab.invoke("snap:1", r#"{"grow": 300}"#).await;
        assert_eq!(over.error_type.as_deref(), Some("Runtime.OutOfMemory"));
    });
}
