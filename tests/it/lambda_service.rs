//! One invocation, as the caller, the log and the bill show it.

use std::time::{Duration, Instant};

use lambda_course::history::InvocationStatus;
use serde_json::{Value, json};

use crate::lab::{Lab, block_on, json, limits, text};

#[test]
fn the_context_has_lambdas_fields() {
    block_on(async {
        let lab = Lab::new(
            "def shown(event, context):\n    return repr(context)\n\
             def kinds(event, context):\n    return [context.memory_limit_in_mb, hasattr(context, 'request_id'), \
             context.identity.cognito_identity_id, context.client_context, context.function_version]\n",
        )
        .await;
        let record = lab.call("shown").await;
        let stream = lab.streams("shown").remove(0);
        let expected = format!(
            "LambdaContext([aws_request_id={},log_group_name=/aws/lambda/shown,log_stream_name={stream},\
             function_name=shown,memory_limit_in_mb=128,function_version=$LATEST,\
             invoked_function_arn=arn:aws:lambda:us-east-1:123456789012:function:shown,client_context=None,\
             identity=CognitoIdentity([cognito_identity_id=None,cognito_identity_pool_id=None]),tenant_id=None])",
            record.request_id
        );
        assert_eq!(json(&record), Value::String(expected));
        assert_eq!(
            json(&lab.call("kinds").await),
            json!(["128", false, null, null, "$LATEST"])
        );
    });
}

#[test]
fn faults_of_initialisation_are_reported_twice_and_the_environment_starts_anew() {
    block_on(async {
        let files = [
            ("handler.py", "x = 1\n"),
            ("nothing.py", "import not_there\n"),
            ("broken.py", "def f(:\n"),
            ("raises.py", "raise ValueError('at import')\n"),
        ];
        let lab = Lab::with(&files).await;
        let faults = [
            (
                "nodot",
                "nodot",
                "Runtime.MalformedHandlerName",
                "Bad handler 'nodot': not enough values to unpack (expected 2, got 1)",
            ),
            (
                "conflict",
                "sys.f",
                "Runtime.BuiltInModuleConflict",
                "Cannot use built-in module sys as a handler module",
            ),
            (
                "import",
                "nothing.f",
                "Runtime.ImportModuleError",
                "Unable to import module 'nothing': No module named 'not_there'",
            ),
            (
                "folder",
                "a/b.f",
                "Runtime.ImportModuleError",
                "Unable to import module 'a/b': No module named 'a'",
            ),
            (
                "syntax",
                "broken.f",
                "Runtime.UserCodeSyntaxError",
                "Syntax error in module 'broken'",
            ),
            (
                "missing",
                "handler.f",
                "Runtime.HandlerNotFound",
                "Handler 'f' missing on module 'handler'",
            ),
            ("raises", "raises.f", "ValueError", "at import"),
        ];
        for (name, handler, kind, message) in faults {
            lab.function(name, |config| config.handler = handler.to_owned());
            let record = lab.invoke(name, "{}").await;
            let error = json(&record);
            assert!(record.function_error, "{name}");
            assert_eq!(error["errorType"], kind, "{name}");
            assert!(
                error["errorMessage"].as_str().unwrap().starts_with(message),
                "{name}: {error}"
            );
            assert_eq!(error["requestId"], "", "{name}");
            // What has not the form of an error type is told as this one (recorded from AWS, 2026-02).
            let kind = if kind.starts_with("Runtime.") {
                kind
            } else {
                "Runtime.Unknown"
            };
            let log = lab.log(name);
            let reports: Vec<&String> = log.iter().filter(|line| line.starts_with("INIT_REPORT ")).collect();
            assert_eq!(reports.len(), 2, "{name}: {log:#?}");
            assert!(
                reports[0].ends_with(&format!("\tPhase: init\tStatus: error\tError Type: {kind}")),
                "{reports:?}"
            );
            assert!(
                reports[1].ends_with(&format!("\tPhase: invoke\tStatus: error\tError Type: {kind}")),
                "{reports:?}"
            );
            assert!(
                log.last()
                    .unwrap()
                    .ends_with(&format!("\tStatus: error\tError Type: {kind}")),
                "{log:#?}"
            );
        }
    });
}

#[test]
fn slow_initialisation_is_stopped_after_ten_seconds_and_tried_in_the_invocation() {
    block_on(async {
        let lab = Lab::new("import time\ntime.sleep(11)\ndef slow(event, context):\n    return 'ready'\n").await;
        lab.function("slow", limits(128, 30));
        let record = lab.invoke("slow", "{}").await;
        assert_eq!(text(&record), "\"ready\"");
        assert!(record.duration >= Duration::from_secs(11), "{:?}", record.duration);
        assert_eq!(record.init, None, "its time counts in the duration");
        let log = lab.log("slow");
        assert!(
            log[1].starts_with("INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout"),
            "{log:#?}"
        );
    });
}

#[test]
fn an_exit_is_told_as_lambda_tells_it() {
    block_on(async {
        let lab = Lab::new(
            "import os, signal, sys\n\
             def zero(event, context): sys.exit(0)\n\
             def three(event, context): sys.exit(3)\n\
             def hard(event, context): os._exit(1)\n\
             def segv(event, context): os.kill(os.getpid(), signal.SIGSEGV)\n\
             def term(event, context): os.kill(os.getpid(), signal.SIGTERM)\n\
             def base(event, context): raise BaseException('b')\n\
             def surrogate(event, context): return '\\ud800'\n",
        )
        .await;
        for (name, reason) in [
            ("zero", "Runtime exited without providing a reason"),
            ("three", "Runtime exited with error: exit status 3"),
            ("hard", "Runtime exited with error: exit status 1"),
            ("segv", "Runtime exited with error: signal: segmentation fault"),
            ("term", "Runtime exited with error: signal: terminated"),
            ("base", "Runtime exited with error: exit status 1"),
            ("surrogate", "Runtime exited with error: exit status 1"),
        ] {
            let record = lab.call(name).await;
            let id = &record.request_id;
            let expected =
                format!(r#"{{"errorType":"Runtime.ExitError","errorMessage":"RequestId: {id} Error: {reason}"}}"#);
            assert_eq!(text(&record), expected, "{name}");
            assert_eq!(record.status, InvocationStatus::Error);
            let log = lab.log(name);
            assert!(
                log.last()
                    .unwrap()
                    .ends_with("\tStatus: error\tError Type: Runtime.ExitError"),
                "{name}: {log:#?}"
            );
        }
    });
}

const UNCATCHABLE: &str = "\
import time
count = 0
def sleeps(event, context):
    global count
    count += 1
    if event.get('look'):
        return [count, open('/tmp/kept').read()]
    open('/tmp/kept', 'w').write('still here')
    while True:
        try:
            time.sleep(0.3)
        except BaseException:
            pass
def computes(event, context):
    while True:
        try:
            pass
        except BaseException:
            pass
";

#[test]
fn a_timeout_cannot_be_caught_and_resets_all_but_tmp() {
    block_on(async {
        let lab = Lab::new(UNCATCHABLE).await;
        lab.function("sleeps", limits(128, 60));
        let record = lab.invoke("sleeps", "{}").await;
        let id = &record.request_id;
        assert_eq!(
            text(&record),
            format!(
                r#"{{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: {id} Error: Task timed out after 60.00 seconds"}}"#
            )
        );
        let report = lab.log("sleeps").pop().unwrap();
        assert!(
            report.contains("\tDuration: 60000.00 ms\t") && report.ends_with("\tStatus: timeout"),
            "{report}"
        );
        let billed = (Duration::from_secs(60) + record.init.unwrap())
            .as_nanos()
            .div_ceil(1_000_000);
        assert_eq!(u128::from(record.billed_ms), billed);
        let next = lab.invoke("sleeps", r#"{"look": true}"#).await;
        assert_eq!(text(&next), r#"[1, "still here"]"#);
        assert_eq!(
            next.environment, record.environment,
            "the environment is the same, its process another"
        );
    });
}

#[test]
fn a_busy_loop_is_stopped() {
    block_on(async {
        let lab = Lab::new(UNCATCHABLE).await;
        lab.function("computes", limits(128, 1));
        let record = lab.invoke("computes", "{}").await;
        assert_eq!(
            (record.status, record.duration),
            (InvocationStatus::Timeout, Duration::from_secs(1))
        );
    });
}

#[test]
fn a_quarter_of_an_hour_passes_at_once() {
    block_on(async {
        let lab =
            Lab::new("import time\ndef long(event, context):\n    time.sleep(899)\n    return time.time()\n").await;
        lab.function("long", limits(128, 900));
        let began = Instant::now();
        let record = lab.invoke("long", "{}").await;
        assert!(!record.function_error, "{}", text(&record));
        assert!(record.duration >= Duration::from_secs(899) && record.duration < Duration::from_secs(900));
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "it took {:?}",
            began.elapsed()
        );
        let told = Duration::from_secs_f64(json(&record).as_f64().unwrap()).as_secs();
        let now = lab.region.clock().now().as_secs();
        assert!(
            (now - 1..=now).contains(&told),
            "{told} in the handler, {now} in the Region"
        );
    });
}

#[test]
fn memory_is_counted_and_limited() {
    block_on(async {
        let lab = Lab::new(
            "def much(event, context):\n    kept = bytearray(300_000_000)\n    return len(kept)\n\
             def little(event, context): return 1\n\
             def some(event, context):\n    kept = bytearray(64 * 1024 * 1024)\n    return len(kept)\n",
        )
        .await;
        let record = lab.call("much").await;
        let id = &record.request_id;
        assert_eq!(
            text(&record),
            format!(
                r#"{{"errorType":"Runtime.OutOfMemory","errorMessage":"RequestId: {id} Error: Runtime exited with error: signal: killed"}}"#
            )
        );
        let report = lab.log("much").pop().unwrap();
        let end = "\tMemory Size: 128 MB\tMax Memory Used: 128 MB";
        assert!(
            report.contains(end) && report.ends_with("\tStatus: error\tError Type: Runtime.OutOfMemory"),
            "{report}"
        );
        for name in ["little", "some"] {
            lab.function(name, limits(256, 3));
        }
        let little = lab.invoke("little", "{}").await.max_memory_used;
        let some = lab.invoke("some", "{}").await.max_memory_used;
        let raised = f64::from(some - little);
        assert!(
            (raised - 64.0).abs() <= 6.4,
            "64 MB raise Max Memory Used by {raised} MB"
        );
    });
}

#[test]
fn remaining_time_goes_down_to_nothing() {
    block_on(async {
        let lab = Lab::new(
            "import time\ndef left(event, context):\n    seen = []\n    for _ in range(4):\n        \
             seen.append(context.get_remaining_time_in_millis())\n        time.sleep(2)\n    return seen\n",
        )
        .await;
        lab.function("left", limits(128, 10));
        let seen: Vec<i64> = serde_json::from_value(json(&lab.invoke("left", "{}").await)).unwrap();
        assert!(seen[0] <= 10_000 && seen[0] > 8_000, "{seen:?}");
        assert!(seen.windows(2).all(|pair| pair[0] - pair[1] >= 2_000), "{seen:?}");
    });
}

#[test]
fn a_cold_start_is_billed_with_its_initialisation() {
    block_on(async {
        let lab = Lab::new("import time\ntime.sleep(2)\ndef bill(event, context): time.sleep(0.5)\n").await;
        let cold = lab.call("bill").await;
        let init = cold.init.unwrap();
        assert!(cold.cold_start && init >= Duration::from_secs(2), "{init:?}");
        let whole = |span: Duration| u64::try_from(span.as_nanos().div_ceil(1_000_000)).unwrap();
        assert_eq!(cold.billed_ms, whole(cold.duration + init));
        let warm = lab.invoke("bill", "{}").await;
        assert_eq!(
            (warm.cold_start, warm.init, warm.billed_ms),
            (false, None, whole(warm.duration))
        );
        assert!(warm.billed_ms >= 500 && warm.billed_ms < 2_000, "{}", warm.billed_ms);
    });
}

const BURNS: &str = "\
import time
def burns(event, context):
    began = time.time()
    if event.get('naps'):
        time.sleep(0.05)
    until = context.get_remaining_time_in_millis() * event['share']
    while (time.time() - began) * 1000 < until:
        pass
    if event.get('naps'):
        time.sleep(0.001)
    return 'done'
";

#[test]
fn computing_counts_against_the_timeout_as_it_is_reported() {
    block_on(async {
        let lab = Lab::new(BURNS).await;
        for memory in [128, 512, 1_769] {
            let name = format!("f{memory}");
            lab.function(&name, |config| {
                limits(memory, 1)(config);
                config.handler = "handler.burns".to_owned();
            });
            // Less than the timeout by the handler's own clock, though up to four times as much by the computer's.
            for event in [r#"{"share": 0.8}"#, r#"{"share": 0.7, "naps": true}"#] {
                let record = lab.invoke(&name, event).await;
                assert_eq!(text(&record), "\"done\"", "{memory} MB, {event}");
                assert!(
                    (600..1_000).contains(&record.duration.as_millis()),
                    "{memory} MB, {event}: {:?}",
                    record.duration
                );
                assert!(
                    !lab.invoke(&name, r#"{"share": 0}"#).await.cold_start,
                    "{memory} MB: it was kept"
                );
            }
            let record = lab.invoke(&name, r#"{"share": 100}"#).await;
            assert_eq!(record.status, InvocationStatus::Timeout, "{memory} MB");
            assert_eq!(record.duration, Duration::from_secs(1));
        }
    });
}
