//! The life of execution environments: snapshots, freezing, limits, time, the platform's log.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use lambda_course::history::InvocationStatus;
use lambda_course::lambda::{ApplicationLogLevel, EphemeralStorage, LogFormat, SystemLogLevel};
use serde_json::{Value, json};

use crate::lab::{Lab, block_on, json, limits, text};

/// Waits for something that must come to be.
async fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
#[cfg(target_os = "linux")]
fn threads_stand_still_between_invocations() {
    block_on(async {
        let lab = Lab::new(
            "import os, threading, time\ncount = 0\ndef work():\n    global count\n    while True: count += 1\n\
             started = []\ndef thread(event, context):\n    if not started:\n        \
             started.append(threading.Thread(target=work, daemon=True))\n        started[0].start()\n    \
             before = count\n    while event.get('wait') and count == before: time.sleep(0)\n    return [os.getpid(), count]\n",
        )
        .await;
        lab.function("thread", limits(512, 60));
        let first = json(&lab.invoke("thread", "{}").await);
        let stat = PathBuf::from(format!("/proc/{}/stat", first[0]));
        let state = || {
            let stat = std::fs::read_to_string(&stat).unwrap();
            stat.rsplit_once(')').unwrap().1.trim_start().chars().next().unwrap()
        };
        wait_until("the process is stopped", || state() == 'T').await;
        // It goes on where it was: the next invocation waits for the thread to count on.
        let second = json(&lab.invoke("thread", r#"{"wait": true}"#).await);
        assert_eq!(first[0], second[0]);
        assert!(second[1].as_u64() > first[1].as_u64());
        wait_until("the process is stopped again", || state() == 'T').await;
    });
}

const LIMITS: &str = "\
import errno, os, threading
def fill(event, context):
    written = 0
    try:
        for number in range(event['files']):
            with open(f\"/tmp/{event['name']}{number}\", 'wb') as file:
                for _ in range(event['mb']):
                    written += file.write(b'x' * 1048576)
    except OSError as error:
        return [str(error), error.errno]
    return written // 1048576
def free(event, context):
    for name in os.listdir('/tmp'): os.remove('/tmp/' + name)
    return sum(os.path.getsize('/tmp/' + name) for name in os.listdir('/tmp'))
def descriptors(event, context):
    fd = os.open('/tmp/raw', os.O_WRONLY | os.O_CREAT)
    try:
        while True: os.write(fd, b'x' * 1048576 * 64)
    except OSError as error:
        return [error.errno, os.fstat(fd).st_size]
def modes(event, context):
    with open('/tmp/m', 'w+') as file:
        file.write('a\\nb\\n'); file.seek(0); first = file.readline()
    with open('/tmp/m', 'a', encoding='utf-8', newline='') as file: file.write('c\\r\\n')
    with open('/tmp/m', 'rb+') as file: file.seek(2); file.write(b'B')
    with open('/tmp/m', 'rb') as file: return [first, file.read().decode(), file.name, type(file).__name__]
def many(event, context):
    opened = []
    try:
        while True: opened.append(open('/tmp/one', 'w'))
    except OSError as error:
        return [str(error), 1000 < len(opened) < 1024]
def threads(event, context):
    stop, running = threading.Event(), []
    try:
        while len(running) < 2000:
            thread = threading.Thread(target=stop.wait)
            thread.start()
            running.append(thread)
    except RuntimeError as error:
        stop.set()
        return [str(error), len(running)]
def outside(event, context):
    seen = []
    for path in ('/var/task/x', '/etc/x', '/home/x', '/x', 'x'):
        try: open(path, 'w')
        except OSError as error: seen.append(str(error))
    return seen
";

#[test]
fn tmp_holds_so_much_in_all() {
    block_on(async {
        let lab = Lab::new(LIMITS).await;
        for name in ["fill", "free"] {
            lab.function(name, |config| {
                limits(256, 300)(config);
                config.handler = "handler.fill".to_owned();
            });
        }
        // Many small files count as one large one does, and so does what earlier invocations left.
        assert_eq!(
            json(&lab.invoke("fill", r#"{"name": "a", "files": 4, "mb": 64}"#).await),
            256
        );
        assert_eq!(
            json(&lab.invoke("fill", r#"{"name": "b", "files": 4, "mb": 64}"#).await),
            256
        );
        let full = json(&lab.invoke("fill", r#"{"name": "c", "files": 1, "mb": 1}"#).await);
        assert_eq!(full, json!(["[Errno 28] No space left on device", 28]));
        // Another environment has a /tmp of its own.
        assert_eq!(
            json(&lab.invoke("free", r#"{"name": "a", "files": 1, "mb": 1}"#).await),
            1
        );
    });
}

#[test]
fn what_is_deleted_is_free_again_and_more_may_be_configured() {
    block_on(async {
        let files = [("handler.py", LIMITS)];
        let lab = Lab::with(&files).await;
        lab.function("all", |config| {
            limits(256, 300)(config);
            config.ephemeral_storage = EphemeralStorage::new(600).unwrap();
            config.handler = "both.run".to_owned();
        });
        std::fs::write(
            lab.code().join("both.py"),
            "import handler\ndef run(event, context): return getattr(handler, event['do'])(event, context)\n",
        )
        .unwrap();
        assert_eq!(
            json(
                &lab.invoke("all", r#"{"do": "fill", "name": "a", "files": 1, "mb": 580}"#)
                    .await
            ),
            580
        );
        let full = json(
            &lab.invoke("all", r#"{"do": "fill", "name": "b", "files": 1, "mb": 100}"#)
                .await,
        );
        assert_eq!(full[1], 28);
        assert_eq!(json(&lab.invoke("all", r#"{"do": "free"}"#).await), 0);
        let raw = json(&lab.invoke("all", r#"{"do": "descriptors"}"#).await);
        assert_eq!(raw, json!([28, 600 * 1024 * 1024]));
    });
}

#[test]
fn files_threads_and_places_are_limited_as_on_lambda() {
    block_on(async {
        let lab = Lab::new(LIMITS).await;
        for name in ["many", "threads", "outside", "modes"] {
            lab.function(name, limits(1024, 300));
        }
        assert_eq!(
            json(&lab.invoke("many", "{}").await),
            json!(["[Errno 24] Too many open files: '/tmp/one'", true])
        );
        assert_eq!(
            json(&lab.invoke("threads", "{}").await),
            json!(["can't start new thread", 1023])
        );
        let read_only = |path: &str| format!("[Errno 30] Read-only file system: '{path}'");
        let paths = ["/var/task/x", "/etc/x", "/home/x", "/x", "x"];
        assert_eq!(json(&lab.invoke("outside", "{}").await), json!(paths.map(read_only)));
        assert_eq!(
            json(&lab.invoke("modes", "{}").await),
            json!(["a\n", "a\nB\nc\r\n", "/tmp/m", "BufferedReader"])
        );
    });
}

const WAITS: &str = "\
import asyncio, queue, subprocess, sys, threading, time, datetime
from concurrent.futures import ThreadPoolExecutor, TimeoutError as Late
def waits(event, context):
    began, left = (time.time(), time.monotonic(), datetime.datetime.now()), context.get_remaining_time_in_millis()
    steps = []
    def step(name): steps.append([name, round(time.time() - began[0])])
    threading.Event().wait(10); step('event')
    try: queue.Queue().get(timeout=10)
    except queue.Empty: step('queue')
    sleeper = threading.Thread(target=time.sleep, args=(20,)); sleeper.start()
    sleeper.join(5); step('join in vain'); sleeper.join(); step('join')
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(time.sleep, [10, 20, 30])); step('pool')
        slow = pool.submit(time.sleep, 10)
        try: slow.result(timeout=3)
        except Late: step('future in vain')
    async def both():
        await asyncio.gather(asyncio.sleep(10), asyncio.get_running_loop().run_in_executor(None, time.sleep, 20))
        try: await asyncio.wait_for(asyncio.sleep(60), 5)
        except asyncio.TimeoutError: step('wait_for')
    asyncio.run(both())
    fired = []
    timer = threading.Timer(7, lambda: fired.append(1)); timer.start(); timer.join(); step('timer')
    agree = [time.time() - began[0], time.monotonic() - began[1],
             (datetime.datetime.now() - began[2]).total_seconds(), (left - context.get_remaining_time_in_millis()) / 1000]
    return {'steps': steps, 'agree': max(agree) - min(agree) < 0.5, 'fired': fired}
def child(event, context):
    done = subprocess.run(['/bin/sh', '-c', 'sleep 0.2; echo done'], capture_output=True, text=True, timeout=20)
    return done.stdout
";

#[test]
fn all_ways_to_wait_pass_in_the_regions_time() {
    block_on(async {
        let lab = Lab::new(WAITS).await;
        lab.function("waits", limits(1769, 900))
            .function("child", limits(1769, 60));
        let began = Instant::now();
        let record = lab.invoke("waits", "{}").await;
        let real = began.elapsed();
        let seen = json(&record);
        let expected = [
            ("event", 10),
            ("queue", 20),
            ("join in vain", 25),
            ("join", 40),
            ("pool", 70),
            ("future in vain", 73),
            ("wait_for", 105),
            ("timer", 112),
        ];
        for (step, (name, at)) in seen["steps"].as_array().unwrap().iter().zip(expected) {
            assert_eq!(step[0], name);
            let passed = step[1].as_i64().unwrap();
            assert!((at..at + 8).contains(&passed), "{name} at {passed}: {seen}");
        }
        assert_eq!((&seen["agree"], &seen["fired"]), (&json!(true), &json!([1])), "{seen}");
        assert!(record.duration >= Duration::from_secs(112), "{:?}", record.duration);
        assert!(real < Duration::from_secs(60), "it took {real:?}");
        // A process that was started is waited for in earnest.
        assert_eq!(text(&lab.invoke("child", "{}").await), "\"done\\n\"");
    });
}

const LOGS: &str = "\
import logging, os
def logs(event, context):
    logging.getLogger().info('info')
    logging.getLogger().warning('warning')
    print('plain')
    return [os.environ.get('AWS_LAMBDA_LOG_FORMAT'), os.environ.get('AWS_LAMBDA_LOG_LEVEL'), os.environ['AWS_EXECUTION_ENV']]
def late(event, context):
    while True: pass
";

#[test]
fn the_json_format_filters_by_level() {
    block_on(async {
        let lab = Lab::new(LOGS).await;
        lab.function("logs", |config| config.logging.format = LogFormat::Json);
        let record = lab.invoke("logs", "{}").await;
        assert_eq!(json(&record), json!(["JSON", "INFO", "AWS_Lambda_python3.14"]));
        let kinds = |function: &str| -> Vec<String> {
            let log = lab.log(function).into_iter();
            log.map(|line| match serde_json::from_str::<Value>(&line) {
                Ok(object) => object["type"]
                    .as_str()
                    .or(object["message"].as_str())
                    .unwrap()
                    .to_owned(),
                Err(_) => line,
            })
            .collect()
        };
        let [start, report] = ["platform.start", "platform.report"];
        assert_eq!(
            kinds("logs"),
            ["platform.initStart", start, "info", "warning", "plain", report]
        );
        lab.function("late", |config| {
            config.logging.format = LogFormat::Json;
            config.logging.system_level = Some(SystemLogLevel::Warn);
            config.logging.application_level = Some(ApplicationLogLevel::Error);
            limits(1769, 1)(config);
        });
        lab.invoke("late", "{}").await;
        assert_eq!(kinds("late"), ["platform.runtimeDone", report]);
        lab.function("all", |config| {
            config.handler = "handler.logs".to_owned();
            config.logging.format = LogFormat::Json;
            config.logging.system_level = Some(SystemLogLevel::Debug);
            config.logging.application_level = Some(ApplicationLogLevel::Warn);
        });
        lab.invoke("all", "{}").await;
        let init = ["platform.initStart", "platform.initRuntimeDone", "platform.initReport"];
        let expected: Vec<&str> = init
            .into_iter()
            .chain([start, "warning", "plain", "platform.runtimeDone", report])
            .collect();
        assert_eq!(kinds("all"), expected);
    });
}

#[test]
fn logs_go_to_the_group_that_is_configured_and_traces_are_told() {
    block_on(async {
        let lab = Lab::new("import os\ndef f(event, context): return [os.environ['_X_AMZN_TRACE_ID'], context.log_group_name, context.log_stream_name]\n").await;
        lab.function("f", |config| {
            config.logging.group = Some("shared".to_owned());
            config.tracing = true;
        });
        let seen = json(&lab.invoke("f", "{}").await);
        let stream = lab.region.cloud().logs.streams("shared").remove(0);
        assert_eq!((&seen[1], &seen[2]), (&json!("shared"), &json!(stream)));
        assert!(stream.starts_with("2026/09/01/f[$LATEST]"), "{stream}");
        let trace = seen[0].as_str().unwrap();
        assert!(trace.starts_with("Root=1-") && trace.ends_with(";Sampled=1"), "{trace}");
        let report = lab.region.cloud().logs.messages("shared", &stream).pop().unwrap();
        let root = &trace["Root=".len()..trace.find(';').unwrap()];
        assert!(
            report.contains(&format!("\t\nXRAY TraceId: {root}\tSegmentId: ")),
            "{report}"
        );
        assert!(report.ends_with("\tSampled: true\t"), "{report}");
    });
}

#[test]
fn a_quarter_of_an_hour_of_timeout_comes_at_once() {
    block_on(async {
        let lab = Lab::new("import time\ndef late(event, context):\n    while True: time.sleep(100)\n").await;
        lab.function("late", limits(128, 900));
        let began = Instant::now();
        let record = lab.invoke("late", "{}").await;
        assert_eq!(
            (record.status, record.duration),
            (InvocationStatus::Timeout, Duration::from_secs(900))
        );
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    });
}

/// Computes the same as it is initialised and as it is invoked, and tells how much longer the latter took.
const COMPUTES: &str = r#"
import time

import boto3


def compute():
    began = time.perf_counter()
    total = 0
    for number in range(20_000):
        total += number * number
    return time.perf_counter() - began


compute()
INIT = compute()


def handler(event, context):
    return {"ratio": compute() / INIT, "arn": boto3.client("sts").get_caller_identity()["Arn"]}
"#;

#[test]
fn an_initialisation_on_demand_has_a_whole_cpu_whatever_the_memory() {
    block_on(async {
        let lab = Lab::new(COMPUTES).await;
        let ratio = async |name: &str, memory: u32| {
            lab.function(name, |config| {
                "handler.handler".clone_into(&mut config.handler);
                limits(memory, 60)(config);
            });
            json(&lab.invoke(name, "{}").await)["ratio"].as_f64().unwrap()
        };
        // 1,769 MB are one CPU.
        let (small, large) = (ratio("small", 128).await, ratio("large", 1_769).await);
        assert!(small > 5.0, "{small}");
        assert!(large < 5.0, "{large}");
    });
}

#[test]
fn a_function_calls_as_a_session_of_its_role_under_its_own_name() {
    block_on(async {
        let lab = Lab::new(COMPUTES).await;
        lab.function("who", |config| {
            "handler.handler".clone_into(&mut config.handler);
            "arn:aws:iam::123456789012:role/service-role/reader".clone_into(&mut config.role);
        });
        let answer = json(&lab.invoke("who", "{}").await);
        assert_eq!(answer["arn"], "arn:aws:sts::123456789012:assumed-role/reader/who");
    });
}

#[test]
fn environments_are_kept_half_an_hour_idle_and_a_few_hours_in_all() {
    block_on(async {
        let lab = Lab::new("def kept(event, context): return 'here'\n").await;
        lab.function("kept", |_| {});
        let after = async |minutes: u64| {
            lab.region.wait(Duration::from_secs(minutes * 60)).await;
            lab.invoke("kept", "{}").await.cold_start
        };
        assert!(after(0).await);
        assert!(!after(29).await, "it is kept for a while");
        assert!(after(31).await, "and not for longer");
        let mut starts = Vec::new();
        for _ in 0..8 {
            starts.push(after(20).await);
        }
        assert_eq!(
            starts,
            [false, false, false, false, false, true, false, false],
            "one that is always used is replaced after two hours"
        );
    });
}
