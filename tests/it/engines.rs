//! The learner's own `python3` as engine: what handlers do there is what they do on the one that is built in.

use std::path::{Path, PathBuf};
use std::process::Command;

use lambda_course::history::InvocationStatus;
use lambda_course::lambda::Engine;
use serde_json::{Value, json};

use crate::lab::{Lab, PROGRAM, block_on, limits, own_engine, text};

const HANDLER: &str = "\
import decimal, json, logging, os, sys, time
from collections import namedtuple
P = namedtuple('P', 'x y')
started = time.time()
def values(event, context):
    return {'p': P(1, 2), 'd': decimal.Decimal('1.10'), 'u': 'é', 'event': event, 'none': None}
def raises(event, context):
    return json.loads('{bad')
def unknown(event, context):
    return {1}
def logs(event, context):
    logging.info('hidden')
    logging.warning('shown\\nin two lines')
    print('plain')
def exits(event, context):
    sys.exit(3)
def sleeps(event, context):
    time.sleep(2)
    return round(time.time() - started)
def late(event, context):
    while True:
        try:
            time.sleep(1)
        except BaseException:
            pass
def binds(event, context):
    class Slotted:
        __slots__ = ('x',)
    thing, letters = Slotted(), []
    # As attrs does it: the class of the thing is not said.
    object.__setattr__.__get__(thing)('x', 1)
    list.append.__get__(letters)('a')
    try:
        str.upper.__get__(None)
    except TypeError as error:
        no_class = str(error)
    made = dict.__dict__['fromkeys'].__get__(None, dict)('k')
    return [thing.x, letters, str.upper.__get__('b', str)(), made, no_class]
def files(event, context):
    open('/tmp/kept', 'a').write('x')
    try:
        open('/var/task/no', 'w')
    except OSError as error:
        return [open('/tmp/kept').read(), error.errno, sorted(os.listdir('/var/task')), os.getcwd()]
";

/// A `python3` that is new enough, if there is one.
pub fn python() -> Option<PathBuf> {
    let probe = "import sys; assert sys.version_info >= (3, 10); print(sys.executable)";
    let output = Command::new("python3").args(["-c", probe]).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !path.trim().is_empty()).then(|| PathBuf::from(path.trim()))
}

/// What a function gives on an engine: payload, status, own log, without ids and times.
async fn outcome(engine: &Engine, name: &str) -> (String, InvocationStatus, Vec<String>) {
    let lab = Lab::on(engine, &[("handler.py", HANDLER)]).await;
    lab.function(name, limits(512, 20));
    let record = lab.invoke(name, r#"{"k": [1, "x"]}"#).await;
    let own = lab.own_log(name).into_iter();
    let log = own.map(|line| line.replace(&record.request_id, "<id>"));
    let log = log.map(|line| match line.split_once('\t') {
        Some((level, rest)) if level.starts_with('[') => {
            format!("{level} {}", &rest["2026-09-01T10:00:00.000Z".len()..])
        }
        _ => line,
    });
    (
        text(&record).replace(&record.request_id, "<id>"),
        record.status,
        log.collect(),
    )
}

#[test]
fn a_python_of_ones_own_gives_the_same() {
    let Some(python) = python() else {
        eprintln!("skipped: there is no python3 of version 3.10 or later");
        return;
    };
    block_on(async {
        let (builtin, own) = (own_engine(), Engine::cpython(Path::new(PROGRAM), &python).unwrap());
        for name in ["values", "unknown", "logs", "exits", "sleeps", "late", "binds", "files"] {
            assert_eq!(outcome(&own, name).await, outcome(&builtin, name).await, "{name}");
        }
        // The frames within the standard library are of different versions; all else is the same.
        let (own, builtin) = (outcome(&own, "raises").await, outcome(&builtin, "raises").await);
        let (own, builtin): (Value, Value) = (parsed(&own.0), parsed(&builtin.0));
        for key in ["errorMessage", "errorType", "requestId"] {
            assert_eq!(own[key], builtin[key], "{key}");
        }
        assert_eq!(own["stackTrace"][0], builtin["stackTrace"][0]);
    });
}

#[test]
fn methods_are_bound_as_cpython_binds_them() {
    block_on(async {
        let (payload, ..) = outcome(&own_engine(), "binds").await;
        // What CPython 3.13 answers.
        assert_eq!(
            parsed(&payload),
            json!([1, ["a"], "B", { "k": null }, "__get__(None, None) is invalid"])
        );
    });
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

const IMPORTS: &str = "\
import os, sys
import of_the_learner
def handler(event, context):
    try:
        open(of_the_learner.__file__, 'w')
    except OSError as error:
        return [of_the_learner.ANSWER, of_the_learner.__file__.startswith(sys.prefix), error.errno, os.listdir('/tmp')]
";

/// A virtual environment in a folder: its `python` and where its packages lie.
fn virtual_environment(folder: &Path) -> Option<(PathBuf, PathBuf)> {
    let made = Command::new(python()?)
        .args(["-m", "venv", "--without-pip"])
        .arg(folder)
        .status()
        .unwrap();
    if !made.success() {
        eprintln!("skipped: this python3 makes no virtual environments");
        return None;
    }
    let python = folder.join("bin/python");
    let asked = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let site = Command::new(&python).args(["-c", asked]).output().unwrap();
    let site = PathBuf::from(String::from_utf8(site.stdout).unwrap().trim());
    Some((python, site))
}

#[test]
fn doctor_says_whose_runtime_client_would_run() {
    let folder = tempfile::tempdir().unwrap();
    let Some((python, site)) = virtual_environment(&folder.path().join("venv")) else {
        return;
    };
    let doctor = || {
        let mut doctor = Command::new(PROGRAM);
        doctor.arg("doctor").env("LAMBDA_COURSE_PYTHON", &python);
        doctor.env("LAMBDA_COURSE_DIR", folder.path().join("dir"));
        doctor.env("LAMBDA_COURSE_DATA", folder.path().join("data"));
        let said = String::from_utf8(doctor.output().unwrap().stdout).unwrap();
        let line = said
            .lines()
            .find(|line| line.starts_with("engine "))
            .unwrap()
            .to_owned();
        let (_, own) = line.split_once("; --engine cpython: ").unwrap();
        let (path, client) = own.split_once(" (Python 3.").unwrap();
        assert!(path.ends_with("/venv/bin/python"), "{line}");
        client.split_once("), ").unwrap().1.to_owned()
    };
    assert_eq!(doctor(), "with this program's own runtime client");
    let (package, facts) = (site.join("awslambdaric"), site.join("awslambdaric-3.9.dist-info"));
    for folder in [&package, &facts] {
        std::fs::create_dir(folder).unwrap();
    }
    std::fs::write(package.join("__init__.py"), "raise Exception('nobody imports it')\n").unwrap();
    std::fs::write(
        facts.join("METADATA"),
        "Metadata-Version: 2.1\nName: awslambdaric\nVersion: 3.9\n",
    )
    .unwrap();
    assert_eq!(
        doctor(),
        "with this program's own runtime client (awslambdaric 3.9 is not used: 4.0 or later is)"
    );
    std::fs::write(package.join("lambda_config.py"), "").unwrap();
    assert_eq!(doctor(), "with the awslambdaric 3.9 installed there");
}

#[test]
fn a_virtual_environment_may_lie_in_a_folder_that_lambda_hides() {
    let folder = tempfile::tempdir().unwrap();
    let Some((python, site)) = virtual_environment(folder.path()) else {
        return;
    };
    std::fs::write(site.join("of_the_learner.py"), "ANSWER = 42\n").unwrap();
    block_on(async {
        let engine = Engine::cpython(Path::new(PROGRAM), &python).unwrap();
        let lab = Lab::on(&engine, &[("handler.py", IMPORTS)]).await;
        lab.function("handler", limits(512, 20));
        // 30: a read-only file system.
        assert_eq!(text(&lab.invoke("handler", "{}").await), "[42, true, 30, []]");
    });
}

#[test]
fn a_save_within_the_same_second_runs_the_new_code() {
    let Some(python) = python() else {
        eprintln!("skipped: there is no python3 of version 3.10 or later");
        return;
    };
    block_on(async {
        let engine = Engine::cpython(Path::new(PROGRAM), &python).unwrap();
        let source = |word: &str| format!("import helper\ndef run(event, context): return ['{word}', helper.WORD]\n");
        let lab = Lab::on(
            &engine,
            &[("handler.py", &source("one")), ("helper.py", "WORD = 'one'\n")],
        )
        .await;
        lab.function("run", limits(512, 10));
        let stamp = std::fs::metadata(lab.code().join("handler.py"))
            .unwrap()
            .modified()
            .unwrap();
        assert_eq!(text(&lab.invoke("run", "{}").await), r#"["one", "one"]"#);
        // The same length and the same time: what a cache of bytecode goes by.
        for (name, content) in [
            ("handler.py", source("two")),
            ("helper.py", "WORD = 'two'\n".to_owned()),
        ] {
            std::fs::write(lab.code().join(name), content).unwrap();
            let file = std::fs::File::options()
                .write(true)
                .open(lab.code().join(name))
                .unwrap();
            file.set_modified(stamp).unwrap();
        }
        lab.region.lambda().recycle("run").unwrap();
        assert_eq!(text(&lab.invoke("run", "{}").await), r#"["two", "two"]"#);
        assert!(
            !lab.code().join("__pycache__").exists(),
            "nothing is written beside the code"
        );
    });
}

#[test]
fn memory_is_sampled_from_the_system() {
    let Some(python) = python() else {
        eprintln!("skipped: there is no python3 of version 3.10 or later");
        return;
    };
    block_on(async {
        let engine = Engine::cpython(Path::new(PROGRAM), &python).unwrap();
        let handler =
            "def some(event, context):\n    kept = b'x' * (event['mb'] * 1024 * 1024)\n    return len(kept)\n";
        let lab = Lab::on(&engine, &[("handler.py", handler)]).await;
        lab.function("some", limits(256, 20));
        let little = lab.invoke("some", r#"{"mb": 0}"#).await;
        let much = lab.invoke("some", r#"{"mb": 64}"#).await;
        let raised = f64::from(much.max_memory_used - little.max_memory_used);
        assert!(
            (raised - 64.0).abs() <= 6.4,
            "64 MB raise Max Memory Used by {raised} MB"
        );
        let over = lab.invoke("some", r#"{"mb": 300}"#).await;
        assert_eq!(over.error_type.as_deref(), Some("Runtime.OutOfMemory"));
        assert_eq!(over.max_memory_used, 256);
    });
}
