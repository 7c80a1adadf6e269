//! Our runtime against AWS's: the same handlers, the same answers, the same log (`tests/golden/ric`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lambda_course::clock::Busy;
use lambda_course::history::InvocationRecord;
use lambda_course::lambda::environment::{Environment, Work};
use lambda_course::lambda::{ApiError, Engine, Invocation, TenantId};
use regex::Regex;
use serde::Deserialize;

use crate::lab::{Lab, PROGRAM, block_on, invocation, shared_engine};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/ric");

/// The newest Python that AWS's client was recorded on, which the embedded engine is held to.
const NEWEST: &str = "3.13";

/// One handler and what it is called with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    code: String,
    handler: String,
    #[serde(default = "one_empty_event")]
    events: Vec<String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    layers: Option<String>,
    client_context: Option<String>,
    tenant: Option<String>,
    /// Whether the log was recorded on plain standard output too.
    #[serde(default)]
    plain: bool,
}

/// What AWS's client did with it.
#[derive(Debug, Deserialize)]
struct Recording {
    /// How many it took.
    invocations: usize,
    posts: Vec<Post>,
    log: Vec<String>,
    /// Without Lambda's channel for the log.
    plain: Option<Vec<String>>,
    /// `waits` for more, `status N` or `signal N`.
    end: String,
}

#[derive(Debug, Deserialize)]
struct Post {
    kind: String,
    body: String,
}

/// A difference that is known, and what ours is instead.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    case: String,
    engine: String,
    part: String,
    reason: String,
    ours: String,
}

/// A Python to compare.
struct Subject {
    name: &'static str,
    engine: Engine,
    recordings: BTreeMap<String, Recording>,
    /// Where its own library lies.
    library: Option<String>,
}

/// What came of a case, as text, by part.
type Outcome = BTreeMap<&'static str, String>;

macro_rules! groups {
    ($engine:ident, $subject:ident) => {
        mod $engine {
            #[test]
            fn marshal() {
                super::compare(super::$subject(), "results");
            }
            #[test]
            fn errors() {
                super::compare(super::$subject(), "errors");
            }
            #[test]
            fn exit_codes() {
                super::compare(super::$subject(), "exits");
            }
            #[test]
            fn handler_faults() {
                super::compare(super::$subject(), "resolution");
            }
            #[test]
            fn imports() {
                super::compare(super::$subject(), "imports");
            }
            #[test]
            fn logging() {
                super::compare(super::$subject(), "logs");
            }
            #[test]
            fn ctx_fields() {
                super::compare(super::$subject(), "context");
            }
            #[test]
            fn event_types() {
                super::compare(super::$subject(), "events");
            }
            #[test]
            fn surroundings() {
                super::compare(super::$subject(), "surroundings");
            }
            #[test]
            fn layers() {
                super::compare(super::$subject(), "layers");
            }
        }
    };
}

groups!(embedded, embedded);
groups!(cpython, cpython);

#[allow(clippy::unnecessary_wraps)] // As the other, which may be missing.
fn embedded() -> Option<Subject> {
    Some(Subject {
        name: "embedded",
        engine: shared_engine().clone(),
        recordings: recordings(NEWEST),
        library: None,
    })
}

/// The `python3` of this machine, if there is one of a version that was recorded.
fn cpython() -> Option<Subject> {
    let probe = "import json, sys; print(sys.executable, '%d.%d' % sys.version_info[:2], json.__path__[0], sep='\\n')";
    let output = Command::new("python3").args(["-c", probe]).output().ok()?;
    let output = String::from_utf8(output.stdout).unwrap();
    let [python, version, json] = output.lines().collect::<Vec<_>>()[..] else {
        eprintln!("skipped: there is no python3");
        return None;
    };
    if !recording_file(version).exists() {
        eprintln!("skipped: AWS's client was not recorded on Python {version}");
        return None;
    }
    Some(Subject {
        name: "cpython",
        engine: Engine::cpython(Path::new(PROGRAM), Path::new(python)).unwrap(),
        recordings: recordings(version),
        library: Some(json.trim_end_matches("/json").to_owned()),
    })
}

#[test]
fn enough_is_recorded_and_every_known_difference_is_of_a_case() {
    let cases = cases();
    assert!(cases.len() > 400, "{}", cases.len());
    let recordings = recordings(NEWEST);
    for (name, case) in &cases {
        let recording = &recordings[name];
        assert_eq!(case.plain, recording.plain.is_some(), "{name}: record again");
    }
    for known in known() {
        assert!(cases.contains_key(&known.case), "{}", known.case);
    }
}

/// Runs the cases of a group, and fails with all that differs and isn't listed.
fn compare(subject: Option<Subject>, group: &str) {
    let Some(subject) = subject else { return };
    let known = known();
    let mut wrong = String::new();
    for (name, case) in cases()
        .iter()
        .filter(|(name, _)| name.starts_with(&format!("{group}.")))
    {
        let theirs = expected(&subject.recordings[name], case);
        let ours = block_on(run(&subject, case));
        for (part, theirs) in &theirs {
            let ours = ours.get(part).map_or("", String::as_str);
            let known = known
                .iter()
                .find(|known| known.case == *name && known.engine == subject.name && known.part == *part);
            match known {
                None if ours == theirs => {}
                Some(known) if ours == known.ours && ours != theirs => {}
                // What the runtimes of other Pythons say differs from one to the next.
                Some(_) if ours == theirs && subject.name == "cpython" => {}
                Some(known) if ours == theirs => {
                    let _ = writeln!(wrong, "{name} ({part}) does not differ any more: {}", known.reason);
                }
                _ => {
                    let line = serde_json::json!({
                        "case": name, "engine": subject.name, "part": part, "reason": "", "ours": ours,
                    });
                    let _ = writeln!(wrong, "{name} ({part})\n  AWS:  {theirs:?}\n  ours: {ours:?}\n  {line}");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What the recording says that a caller and the log must show.
fn expected(recording: &Recording, case: &Case) -> Outcome {
    let mut answers: Vec<String> = recording
        .posts
        .iter()
        .map(|post| {
            let error = if post.kind == "response" { "" } else { "Unhandled " };
            format!("{error}{}", post.body)
        })
        .collect();
    if answers.len() < case.events.len() {
        answers.push(format!("Unhandled {}", platform_answer(&recording.end)));
    }
    // An initialisation that fails is tried again, and logged again.
    let attempts = if recording.invocations == 0 { 2 } else { 1 };
    let mut outcome = Outcome::from([
        ("answers", answers.join("\n")),
        ("log", repeated(&recording.log, attempts)),
    ]);
    if let Some(plain) = &recording.plain {
        outcome.insert("plain", repeated(plain, attempts));
    }
    outcome
}

fn repeated(events: &[String], times: usize) -> String {
    vec![events; times].concat().join("\n")
}

/// What Lambda answers for a process that ended (`internal/lambda-managed-instances/rapid/shutdown.go` of AWS's
/// interface emulator).
fn platform_answer(end: &str) -> String {
    let reason = match end.split_once(' ').unwrap() {
        ("status", "0") => "Runtime exited without providing a reason".to_owned(),
        ("status", status) => format!("Runtime exited with error: exit status {status}"),
        (_, signal) => {
            let names = BTreeMap::from([
                ("2", "interrupt"),
                ("6", "aborted"),
                ("9", "killed"),
                ("11", "segmentation fault"),
                ("15", "terminated"),
            ]);
            format!("Runtime exited with error: signal: {}", names[signal])
        }
    };
    format!(r#"{{"errorType":"Runtime.ExitError","errorMessage":"RequestId: <id> Error: {reason}"}}"#)
}

async fn run(subject: &Subject, case: &Case) -> Outcome {
    let lab = Lab::on(&subject.engine, &[]).await;
    let code = Path::new(FOLDER).join("code");
    copy_folder(&code.join(&case.code), lab.code());
    lab.function("demo", |config| {
        case.handler.clone_into(&mut config.handler);
        case.environment.clone_into(&mut config.environment);
        config.tenant_isolation = case.tenant.is_some();
        config.layers = case.layers.as_ref().map(|layers| code.join(layers));
    });
    let (mut answers, mut environment) = (Vec::new(), None);
    for event in &case.events {
        let request = Invocation {
            client_context: case.client_context.clone(),
            tenant_id: case.tenant.as_deref().map(|tenant| TenantId::new(tenant).unwrap()),
            ..invocation(event)
        };
        let busy = lab.region.clock().busy();
        let (record, busy) = lab.region.lambda().invoke("demo", &request, busy).await;
        let record = match record {
            // The service refuses what is no JSON. The runtime gets it all the same.
            Err(ApiError::InvalidRequestContent(_)) => {
                beneath_the_service(&lab, &mut environment, request, answers.len(), busy).await
            }
            record => record.unwrap(),
        };
        let error = if record.function_error { "Unhandled " } else { "" };
        answers.push(format!("{error}{}", String::from_utf8_lossy(&record.payload)));
    }
    let log = lab.own_log("demo");
    Outcome::from([
        ("answers", subject.normal(&answers.join("\n"))),
        ("plain", subject.normal(&plain(&log).join("\n"))),
        ("log", subject.normal(&log.join("\n"))),
    ])
}

/// Invokes an environment of the function's itself, as the service would.
async fn beneath_the_service(
    lab: &Lab,
    environment: &mut Option<Environment>,
    invocation: Invocation,
    number: usize,
    busy: Busy,
) -> InvocationRecord {
    let lambda = lab.region.lambda();
    let view = lambda.look_up(&lambda.reference("demo", None).unwrap()).unwrap();
    let environment =
        environment.get_or_insert_with(|| Environment::create(lambda.platform(), &view.config, None).unwrap());
    let work = Work {
        request_id: format!("8476a536-e9f4-11e8-9739-2dfe598c3fc{number}"),
        attempt: 1,
        event: invocation.payload,
        client_context: invocation.client_context,
        tenant_id: None,
        function_arn: view.arn,
        asynchronous: false,
        cause: None,
        stream: None,
    };
    environment.invoke(&work, busy).await.0.unwrap()
}

/// What AWS's client would have written where there is no channel for the log: an error's traceback is joined to it by
/// carriage returns, and all else ends where its lines do.
fn plain(log: &[String]) -> Vec<String> {
    const TRACEBACK: &str = "\nTraceback (most recent call last):";
    let lines = log.iter().flat_map(|event| {
        let joined = match event.split_once(TRACEBACK) {
            Some((error, frames)) if error.starts_with("[ERROR] ") => {
                format!("{error}{}", format!("{TRACEBACK}{frames}").replace('\n', "\r"))
            }
            _ => event.clone(),
        };
        joined.split('\n').map(str::to_owned).collect::<Vec<_>>()
    });
    lines.collect()
}

impl Subject {
    /// Without what differs from run to run, as `record.py` has it.
    fn normal(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if let Some(library) = &self.library {
            text = text.replace(library, "/var/lang/lib/python3.x");
        }
        for (pattern, name) in [
            (r"/var/lang/lib/python3\.\d+", "/var/lang/lib/python3.x"),
            // The lines of the library differ from version to version, those of AWS's client don't.
            (r"/var/lang/lib/python3\.x/site-packages", "<site-packages>"),
            (
                r#"(File \\?"/var/lang/lib/python3\.x/[^"]*", line |File \\?"<frozen [^"]*", line )\d+"#,
                "${1}<n>",
            ),
            (r"<site-packages>", "/var/lang/lib/python3.x/site-packages"),
            (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>"),
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "<time>"),
            (r#"("timestamp": ")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"#, "${1}<second>"),
            (r"0x[0-9a-f]{6,}", "0x<address>"),
            (r#"Root=1-[0-9a-f]{8}-[0-9a-f]{24}[^"']*"#, "<trace>"),
            (r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", "<stream>"),
            (r"(Previous line repeated )\d+", "${1}<n>"),
            (
                r"LAMBDA_WARNING: Unhandled exception\. .*?runtimes-update\.html",
                "<LAMBDA_WARNING>",
            ),
        ] {
            text = Regex::new(pattern).unwrap().replace_all(&text, name).into_owned();
        }
        text
    }
}

fn cases() -> BTreeMap<String, Case> {
    read(&Path::new(FOLDER).join("cases.json"))
}

fn known() -> Vec<Known> {
    read(&Path::new(FOLDER).join("differences.json"))
}

fn recording_file(version: &str) -> PathBuf {
    Path::new(FOLDER).join(format!("recorded/python{version}.json"))
}

/// What was recorded on a version: its own, and where it says nothing, the newest's.
fn recordings(version: &str) -> BTreeMap<String, Recording> {
    let mut all: BTreeMap<String, Recording> = read(&recording_file(NEWEST));
    all.extend(read::<BTreeMap<String, Recording>>(&recording_file(version)));
    all
}

fn read<T: serde::de::DeserializeOwned>(file: &Path) -> T {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn one_empty_event() -> Vec<String> {
    vec!["{}".to_owned()]
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&to).unwrap();
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
