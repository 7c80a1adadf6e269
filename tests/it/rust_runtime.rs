//! A Rust program on AWS's `lambda_runtime`, run as a function that brings its own executable.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use lambda_course::history::{InvocationRecord, InvocationStatus};
use lambda_course::lambda::{Engine, FunctionConfig, Invocation, Runtime};
use serde_json::json;
use tokio::sync::mpsc;

use crate::lab::{Lab, PROGRAM, block_on, json, limits, text};

/// The program in `tests/rust-function`, built beside this one.
static BOOTSTRAP: LazyLock<PathBuf> = LazyLock::new(|| {
    let target = Path::new(PROGRAM).ancestors().nth(2).unwrap().join("rust-function");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rust-function/Cargo.toml");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--locked", "--quiet", "--manifest-path", manifest]);
    let built = build.arg("--target-dir").arg(&target).status().unwrap();
    assert!(built.success(), "the function in Rust is built");
    target.join("debug/bootstrap")
});

fn engine() -> Engine {
    Engine::provided(Path::new(PROGRAM))
}

/// A function of this program.
pub fn provided(config: &mut FunctionConfig) {
    config.runtime = Runtime::provided();
    limits(256, 5)(config);
}

/// A Region whose code is this program.
pub async fn lab() -> Lab {
    let lab = Lab::on(&engine(), &[]).await;
    std::fs::copy(&*BOOTSTRAP, lab.code().join("bootstrap")).unwrap();
    lab
}

#[test]
fn a_program_on_the_rust_runtime_answers() {
    block_on(async {
        let lab = lab().await;
        lab.function("rust", provided);
        let record = lab.invoke("rust", r#"{"k": 1}"#).await;
        assert_eq!(
            json(&record),
            json!({
                "event": {"k": 1},
                "id": record.request_id,
                "arn": "arn:aws:lambda:us-east-1:123456789012:function:rust",
                "memory": 256,
                "version": "$LATEST",
                "handler": "handler.rust",
                "execution": null,
                "task": true,
            })
        );
        assert!(record.max_memory_used > 0 && record.init.is_some());
        let warm = lab.invoke("rust", "{}").await;
        assert_eq!((warm.cold_start, warm.environment), (false, record.environment));
        assert!(lab.log("rust")[0].starts_with("INIT_START Runtime Version: provided:al2023.v12\t"));
    });
}

#[test]
fn its_errors_panics_and_exits_are_told() {
    block_on(async {
        let lab = lab().await;
        lab.function("rust", provided);
        let failed = lab.invoke("rust", r#"{"do": "fail"}"#).await;
        assert!(failed.function_error);
        assert_eq!(json(&failed)["errorMessage"], "it failed on purpose");
        let panicked = lab.invoke("rust", r#"{"do": "panic"}"#).await;
        assert!(panicked.function_error);
        let message = json(&panicked)["errorMessage"].as_str().unwrap().to_owned();
        assert!(message.contains("it panicked on purpose"), "{message}");
        lab.invoke("rust", r#"{"do": "log"}"#).await;
        let log = lab.own_log("rust");
        for line in ["to the output", "to the error output"] {
            assert!(log.iter().any(|logged| logged == line), "{log:#?}");
        }
        let exited = lab.invoke("rust", r#"{"do": "exit"}"#).await;
        let id = &exited.request_id;
        assert_eq!(
            text(&exited),
            format!(
                r#"{{"errorType":"Runtime.ExitError","errorMessage":"RequestId: {id} Error: Runtime exited with error: exit status 3"}}"#
            )
        );
        let late = lab.invoke("rust", r#"{"do": "sleep"}"#).await;
        assert_eq!(late.status, InvocationStatus::Timeout, "real waiting counts too");
        let after = lab.invoke("rust", "{}").await;
        assert!(!after.function_error, "a new process: {}", text(&after));
    });
}

#[test]
fn a_response_that_is_too_large_is_an_error() {
    block_on(async {
        let lab = lab().await;
        lab.function("rust", provided);
        let record = lab.invoke("rust", r#"{"do": "big"}"#).await;
        assert_eq!(
            text(&record),
            r#"{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}"#
        );
        assert!(record.function_error);
    });
}

async fn streamed(lab: &Lab, event: &str) -> (InvocationRecord, Vec<u8>, usize) {
    let (stream, mut parts) = mpsc::unbounded_channel();
    let invocation = Invocation {
        payload: event.to_owned().into(),
        stream: Some(stream),
        ..Invocation::default()
    };
    let busy = lab.region.clock().busy();
    let (record, _busy) = lab.region.lambda().invoke("stream", &invocation, busy).await;
    drop(invocation);
    let (mut whole, mut count) = (Vec::new(), 0);
    while let Ok(part) = parts.try_recv() {
        whole.extend_from_slice(&part);
        count += 1;
    }
    (record.unwrap(), whole, count)
}

#[test]
fn a_response_may_be_streamed() {
    block_on(async {
        let lab = lab().await;
        lab.function("stream", |config| {
            provided(config);
            config.handler = "stream".to_owned();
        });
        let (record, whole, count) = streamed(&lab, "{}").await;
        let body = String::from_utf8(whole).unwrap();
        // Before the body come the headers of the response, for function URLs, and eight zero bytes.
        assert!(body.ends_with("\0\0one two three"), "{body:?}");
        assert!(count > 1, "it came in parts");
        assert!(!record.function_error);
        assert_eq!(record.payload, body.as_bytes());
        let (record, whole, _) = streamed(&lab, r#"{"fail": true}"#).await;
        // This runtime writes what should be trailers into the body, where the caller reads it.
        let body = String::from_utf8(whole).unwrap();
        assert!(
            body.contains("one two three") && body.contains("Runtime.StreamError"),
            "{body}"
        );
        assert_eq!(record.payload, body.as_bytes());
        // Whoever does not stream gets it whole.
        assert!(text(&lab.invoke("stream", "{}").await).ends_with("one two three"));
    });
}
