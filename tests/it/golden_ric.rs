//! Our runtime against AWS's: the same handlers, the same payloads, the same log (`tests/golden/ric`).

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::lab::{Lab, block_on, text};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/ric");

/// What is compared of a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Payload,
    Log,
}

/// A difference that is known: the lines that only ours has.
struct Accepted {
    handler: &'static str,
    part: Part,
    ours: &'static str,
    reason: &'static str,
}

const PLATFORM: &str = "the client posts nothing, and the recording has no platform that answers in its place";
const NO_WARNING: &str = "the embedded interpreter does not warn of a coroutine that was never awaited";
const SYNTAX: &str = "the embedded interpreter says more precisely what is wrong";
const FRAMES: &str = "3.14 has other lines than 3.11, and no source where the module is frozen; files and names agree";
const OWN_FRAMES: &str = "the runtime's own frames; the handler's are the same";

const fn known(handler: &'static str, part: Part, reason: &'static str, ours: &'static str) -> Accepted {
    Accepted {
        handler,
        part,
        ours,
        reason,
    }
}

const ACCEPTED: &[Accepted] = &[
    known(
        "ok.exitx",
        Part::Payload,
        PLATFORM,
        r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: <id> Error: Runtime exited with error: exit status 3"}"#,
    ),
    known("ok.aco", Part::Log, NO_WARNING, ""),
    known(
        "syn.handler",
        Part::Payload,
        SYNTAX,
        r#"{"errorMessage": "Syntax error in module 'syn': expected a parameter or the end of the parameter list (syn.py, line 1)", "errorType": "Runtime.UserCodeSyntaxError", "requestId": "", "stackTrace": ["  File \"/var/task/syn.py\" Line 1\n    def handler(:\n"]}"#,
    ),
    known(
        "syn.handler",
        Part::Log,
        SYNTAX,
        "[ERROR] Runtime.UserCodeSyntaxError: Syntax error in module 'syn': expected a parameter or the end of the \
         parameter list (syn.py, line 1)",
    ),
    known(
        "zde.handler",
        Part::Payload,
        FRAMES,
        r#"{"errorMessage": "division by zero", "errorType": "ZeroDivisionError", "requestId": "", "stackTrace": ["  File \"/var/lang/lib/python3.14/importlib/__init__.py\", line 88, in import_module\n", "  File \"<frozen importlib._bootstrap>\", line 1398, in _gcd_import\n", "  File \"<frozen importlib._bootstrap>\", line 1371, in _find_and_load\n", "  File \"<frozen importlib._bootstrap>\", line 1342, in _find_and_load_unlocked\n", "  File \"<frozen importlib._bootstrap>\", line 938, in _load_unlocked\n", "  File \"<frozen importlib._bootstrap_external>\", line 759, in exec_module\n", "  File \"<frozen importlib._bootstrap>\", line 491, in _call_with_frames_removed\n", "  File \"/var/task/zde.py\", line 1, in <module>\n    1/0\n"]}"#,
    ),
    known(
        "zde.handler",
        Part::Log,
        FRAMES,
        "\u{a0}\u{a0}File \"/var/lang/lib/python3.14/importlib/__init__.py\", line 88, in import_module\n\
         \u{a0}\u{a0}File \"<frozen importlib._bootstrap>\", line 1398, in _gcd_import\n\
         \u{a0}\u{a0}File \"<frozen importlib._bootstrap>\", line 1371, in _find_and_load\n\
         \u{a0}\u{a0}File \"<frozen importlib._bootstrap>\", line 1342, in _find_and_load_unlocked\n\
         \u{a0}\u{a0}File \"<frozen importlib._bootstrap>\", line 938, in _load_unlocked\n\
         \u{a0}\u{a0}File \"<frozen importlib._bootstrap_external>\", line 759, in exec_module\n\
         \u{a0}\u{a0}File \"<frozen importlib._bootstrap>\", line 491, in _call_with_frames_removed",
    ),
    known(
        "j.kb",
        Part::Payload,
        PLATFORM,
        r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: <id> Error: Runtime exited with error: exit status 130"}"#,
    ),
    known("j.kb", Part::Log, OWN_FRAMES, OWN_FRAMES_LINES),
    known(
        "j.base",
        Part::Payload,
        PLATFORM,
        r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: <id> Error: Runtime exited with error: exit status 1"}"#,
    ),
    known("j.base", Part::Log, OWN_FRAMES, OWN_FRAMES_LINES),
];

const OWN_FRAMES_LINES: &str = "  File \"/var/runtime/awslambdaric/bootstrap.py\", line 30, in run\n  File \
                                \"/var/runtime/awslambdaric/bootstrap.py\", line 75, in invoke";

#[test]
fn handlers_end_as_on_aws() {
    let recordings = recordings();
    assert_eq!(recordings.len(), 28, "sections of the recording");
    let mut wrong = Vec::new();
    let mut used = Vec::new();
    for recording in &recordings {
        let ours = block_on(run(&recording.handler));
        for (part, theirs, ours) in [
            (Part::Payload, &recording.payload, &ours.payload),
            (Part::Log, &recording.log, &ours.log),
        ] {
            if theirs == ours {
                continue;
            }
            let only_ours: Vec<&str> = ours
                .lines()
                .filter(|line| !theirs.lines().any(|their| their == *line))
                .collect();
            let only_ours = only_ours.join("\n");
            let known = ACCEPTED
                .iter()
                .position(|known| known.handler == recording.handler && known.part == part && known.ours == only_ours);
            match known {
                Some(place) => used.push(place),
                None => wrong.push(format!(
                    "{} ({part:?})\n  AWS:  {theirs:?}\n  ours: {ours:?}",
                    recording.handler
                )),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (place, known) in ACCEPTED.iter().enumerate() {
        assert!(
            used.contains(&place),
            "{} ({:?}) does not differ any more; it was: {}",
            known.handler,
            known.part,
            known.reason
        );
    }
}

/// What a handler gives: with ids, times and streams replaced.
struct Result {
    handler: String,
    payload: String,
    log: String,
}

/// Runs a handler on the engine that is built in.
async fn run(handler: &str) -> Result {
    let lab = Lab::with(&[]).await;
    for file in python_files() {
        fs::copy(&file, lab.code().join(file.file_name().unwrap())).unwrap();
    }
    lab.function("demo", |config| handler.clone_into(&mut config.handler));
    let record = lab.invoke("demo", "{}").await;
    let mut log = lab.own_log("demo");
    // A failed initialisation is tried twice, and logged twice.
    if log.len().is_multiple_of(2) && log.iter().any(|line| line.contains("LAMBDA_WARNING")) {
        let (first, second) = log.split_at(log.len() / 2);
        assert_eq!(
            normal(&first.join("\n")),
            normal(&second.join("\n")),
            "{handler}: both attempts log the same"
        );
        log.truncate(log.len() / 2);
    }
    for line in &log {
        assert_eq!(
            line.contains("Traceback"),
            line.starts_with("[ERROR] ") || line.starts_with("Traceback"),
            "{handler}: an error's traceback is not in its event: {log:?}"
        );
    }
    Result {
        handler: handler.to_owned(),
        payload: normal(&text(&record)),
        log: normal(&log.join("\n")),
    }
}

fn python_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "py"))
        .collect();
    files.sort();
    files
}

/// The sections of the recording.
fn recordings() -> Vec<Result> {
    let all = fs::read_to_string(Path::new(FOLDER).join("recorded.txt")).unwrap();
    let sections = all.split("=== ").skip(1);
    sections.map(section).collect()
}

fn section(text: &str) -> Result {
    let (handler, rest) = text.split_once('\n').unwrap();
    let rest = rest.trim_end().strip_suffix("rc=0").unwrap().trim_end();
    let posted = Regex::new(r#"(?m)(?:RESP \S+ b|INITERR |ERR )(?<literal>'.*'|".*")$"#).unwrap();
    let (log, payload) = match posted.captures(rest) {
        Some(found) => {
            let range = found.get(0).unwrap().range();
            let log = rest[..range.start].to_owned() + rest[range.end..].trim_start();
            (log, unquoted(&found["literal"]))
        }
        None => (rest.to_owned(), String::new()),
    };
    Result {
        handler: handler.to_owned(),
        payload: normal(&payload),
        log: normal(&log),
    }
}

/// The text of a Python literal of text or bytes.
fn unquoted(literal: &str) -> String {
    let mut bytes = Vec::new();
    let inner = &literal[1..literal.len() - 1];
    let mut rest = inner.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            bytes.extend(character.to_string().bytes());
            continue;
        }
        match rest.next().unwrap() {
            'n' => bytes.push(b'\n'),
            'x' => {
                let digits: String = rest.by_ref().take(2).collect();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap());
            }
            other => bytes.extend(other.to_string().bytes()),
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn normal(text: &str) -> String {
    let mut text = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .trim_end_matches('\n')
        .to_owned();
    for (pattern, name) in [
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "<time>"),
        (r"log_stream_name=[^,]*", "log_stream_name=<stream>"),
    ] {
        text = Regex::new(pattern).unwrap().replace_all(&text, name).into_owned();
    }
    text
}
