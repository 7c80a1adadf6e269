//! What goes in and what comes out: events, responses, the log.

use lambda_course::history::{InvocationRecord, InvocationStatus};
use serde_json::json;

use crate::lab::{Lab, block_on, json, text};

#[test]
fn values_are_written_as_lambda_writes_them() {
    block_on(async {
        let lab = Lab::new(
            "import datetime, decimal\nfrom collections import namedtuple\nP = namedtuple('P', 'x y')\n\
             VALUES = {'none': lambda: None, 'tuple': lambda: (1, 2), 'named': lambda: P(1, 2),\n\
             'numbers': lambda: {'p': decimal.Decimal('1.10'), 'nan': float('nan')},\n\
             'keys': lambda: {1: 'a', None: 'b', True: 'c'}, 'bytes': lambda: b'abc', 'umlaut': lambda: 'é',\n\
             'set': lambda: {1}, 'time': lambda: datetime.datetime(2026, 1, 1), 'gen': lambda: (i for i in [])}\n\
             def value(event, context): return VALUES[event]()\n\
             async def later(event, context): return 1\n",
        )
        .await;
        lab.function("value", |_| {});
        for (name, payload) in [
            ("none", "null"),
            ("tuple", "[1, 2]"),
            ("named", r#"{"x": 1, "y": 2}"#),
            ("numbers", r#"{"p": 1.10, "nan": NaN}"#),
            ("keys", r#"{"1": "c", "null": "b"}"#),
            ("bytes", "abc"),
            ("umlaut", "\"é\""),
        ] {
            let record = lab.invoke("value", &format!("\"{name}\"")).await;
            assert_eq!(
                (text(&record).as_str(), record.function_error),
                (payload, false),
                "{name}"
            );
        }
        for (name, kind) in [("set", "set"), ("time", "datetime"), ("gen", "generator")] {
            assert_cannot_be_written(&lab.invoke("value", &format!("\"{name}\"")).await, kind);
        }
        assert_cannot_be_written(&lab.call("later").await, "coroutine");
    });
}

fn assert_cannot_be_written(record: &InvocationRecord, kind: &str) {
    let error = json(record);
    let message = format!("Unable to marshal response: Object of type {kind} is not JSON serializable");
    assert_eq!(error["errorType"], "Runtime.MarshalError");
    assert_eq!(error["errorMessage"], message);
    assert_eq!(error["stackTrace"], json!([]));
}

#[test]
fn the_log_follows_lambdas_rules() {
    block_on(async {
        let lab = Lab::new(
            "import logging\nlogging.getLogger('app').warning('at import')\n\
             def logs(event, context):\n    logging.info('hidden')\n    logging.basicConfig(level=logging.INFO)\n    \
             logging.info('still hidden')\n    logging.warning('shown\\nin two lines')\n    print('plain')\n    \
             raise ValueError('the end')\n",
        )
        .await;
        let record = lab.call("logs").await;
        let log = lab.own_log("logs");
        let id = &record.request_id;
        assert!(
            log[0].starts_with("[WARNING]\t2026-09-01T10:00:00.") && log[0].ends_with("Z\t\tat import"),
            "{log:#?}"
        );
        assert!(
            log[1].starts_with("[WARNING]\t") && log[1].ends_with(&format!("Z\t{id}\tshown\nin two lines")),
            "{log:#?}"
        );
        assert_eq!(log[2], "plain");
        assert_eq!(
            log[3],
            "[ERROR] ValueError: the end\nTraceback (most recent call last):\n\
             \u{a0}\u{a0}File \"/var/task/handler.py\", line 9, in logs\n\u{a0}\u{a0}\u{a0}\u{a0}raise ValueError('the end')"
        );
        assert_eq!(log.len(), 4, "{log:#?}");
        let all = lab.log("logs");
        assert!(
            all[0].starts_with("INIT_START Runtime Version: python:3.14.v"),
            "{all:#?}"
        );
        assert!(all[2] == format!("START RequestId: {id} Version: $LATEST"), "{all:#?}");
        assert_eq!(all[all.len() - 2], format!("END RequestId: {id}"));
        let report = all.last().unwrap();
        assert!(
            report.starts_with(&format!("REPORT RequestId: {id}\tDuration: ")) && report.ends_with(" ms\t"),
            "{report}"
        );
    });
}

#[test]
fn events_of_every_type_arrive_unchanged() {
    block_on(async {
        let lab = Lab::new("def echo(event, context): return [type(event).__name__, event]\n").await;
        lab.function("echo", |_| {});
        for (event, kind) in [
            ("[1, 2]", "list"),
            ("\"text\"", "str"),
            ("null", "NoneType"),
            ("7", "int"),
            ("1.5", "float"),
            ("true", "bool"),
            (r#"{"a": {"b": [null]}}"#, "dict"),
        ] {
            let record = lab.invoke("echo", event).await;
            assert_eq!(text(&record), format!("[\"{kind}\", {event}]"));
        }
        let error = lab.try_invoke("echo", "{not json").await.unwrap_err();
        assert_eq!((error.status(), error.code()), (400, "InvalidRequestContentException"));
    });
}

#[test]
fn what_a_handler_prints_is_never_taken_for_an_answer() {
    block_on(async {
        let lab = Lab::new(
            "import json, os, sys\n\
             def prints(event, context):\n    for line in ('sleep 1', json.dumps({'forked': 1, 'pid': 1}), \
             json.dumps({'ended': os.getpid(), 'exit': 3}), 'HTTP/1.1 200 OK', 'END RequestId: ' + context.aws_request_id, \
             'REPORT RequestId: x'):\n        print(line)\n        print(line, file=sys.stderr)\n        \
             os.write(1, line.encode() + b'\\n')\n    return 'mine'\n",
        )
        .await;
        let record = lab.call("prints").await;
        assert_eq!(
            (text(&record).as_str(), record.status),
            ("\"mine\"", InvocationStatus::Success)
        );
        let log = lab.log("prints");
        assert_eq!(
            log.iter().filter(|line| line.as_str() == "sleep 1").count(),
            3,
            "{log:#?}"
        );
        assert_eq!(text(&lab.invoke("prints", "{}").await), "\"mine\"");
    });
}
