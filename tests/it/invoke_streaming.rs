//! `InvokeWithResponseStream` over HTTP: the event stream taken apart message by message, as an SDK does it
//! (Smithy, "Amazon Event Stream specification").

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lambda_course::lambda::FunctionConfig;
use serde_json::{Value, json};

use crate::curl::Reply;
use crate::lab::{Lab, block_on};
use crate::rust_runtime;
use crate::signed::{send, send_with};

fn path(function: &str) -> String {
    format!("/2021-11-15/functions/{function}/response-streaming-invocations")
}

/// One message of an event stream.
#[derive(Debug)]
struct Message {
    headers: BTreeMap<String, String>,
    payload: Vec<u8>,
}

impl Message {
    fn kind(&self) -> &str {
        &self.headers[":event-type"]
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.payload).unwrap()
    }
}

/// The body of an answer whose length nobody knew before: chunk by chunk.
fn unchunked(reply: &Reply) -> Vec<u8> {
    assert_eq!(reply.header("transfer-encoding"), Some("chunked"), "{reply:?}");
    let (mut whole, mut rest) = (Vec::new(), &reply.body[..]);
    loop {
        let line = rest
            .windows(2)
            .position(|two| two == b"\r\n")
            .expect("a chunk's length");
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        let start = line + 2;
        assert_eq!(&rest[start + size..start + size + 2], b"\r\n", "a chunk's end");
        if size == 0 {
            return whole;
        }
        whole.extend_from_slice(&rest[start..start + size]);
        rest = &rest[start + size + 2..];
    }
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes[..4].try_into().unwrap())
}

/// Takes a stream apart, and holds every length and checksum against what they are about.
fn messages(mut stream: &[u8]) -> Vec<Message> {
    let mut all = Vec::new();
    while !stream.is_empty() {
        let (total, head) = (number(stream) as usize, number(&stream[4..]) as usize);
        assert_eq!(
            number(&stream[8..]),
            crc32fast::hash(&stream[..8]),
            "the prelude's checksum"
        );
        let (message, rest) = stream.split_at(total);
        let end = total - 4;
        assert_eq!(
            number(&message[end..]),
            crc32fast::hash(&message[..end]),
            "the message's checksum"
        );
        all.push(Message {
            headers: headers(&message[12..12 + head]),
            payload: message[12 + head..end].to_vec(),
        });
        stream = rest;
    }
    all
}

fn headers(mut bytes: &[u8]) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    while let Some((&length, rest)) = bytes.split_first() {
        let (name, rest) = rest.split_at(usize::from(length));
        assert_eq!(rest[0], 7, "the value is a string");
        let length = usize::from(u16::from_be_bytes([rest[1], rest[2]]));
        let (value, rest) = rest[3..].split_at(length);
        assert!(all.insert(text(name), text(value)).is_none(), "a header comes once");
        bytes = rest;
    }
    all
}

/// The parts of the payload put together, and the end. There is nothing else in a stream that was begun.
fn taken_apart(reply: &Reply) -> (Vec<u8>, Value) {
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("content-type"), Some("application/vnd.amazon.eventstream"));
    assert_eq!(reply.header("x-amz-executed-version"), Some("$LATEST"));
    let mut all = messages(&unchunked(reply));
    let end = all.pop().expect("an end");
    assert_eq!(
        (end.kind(), end.headers[":message-type"].as_str()),
        ("InvokeComplete", "event")
    );
    let mut payload = Vec::new();
    for part in all {
        assert_eq!(
            (part.kind(), part.headers[":message-type"].as_str()),
            ("PayloadChunk", "event")
        );
        assert_eq!(part.headers[":content-type"], "application/octet-stream");
        assert!(!part.payload.is_empty());
        payload.extend(part.payload);
    }
    (payload, end.json())
}

async fn streamed(lab: &Lab, function: &str, event: &Value) -> (Vec<u8>, Value) {
    taken_apart(
        &send(
            &lab.region,
            "lambda",
            "POST",
            &path(function),
            event.to_string().as_bytes(),
        )
        .await,
    )
}

fn streaming(handler: &str) -> impl FnOnce(&mut FunctionConfig) {
    move |config| {
        rust_runtime::provided(config);
        config.handler = handler.to_owned();
    }
}

#[test]
fn a_streamed_response_comes_in_chunks_and_is_completed() {
    block_on(async {
        let lab = rust_runtime::lab().await;
        lab.function("stream", streaming("stream"));
        let reply = send(&lab.region, "lambda", "POST", &path("stream"), b"{}").await;
        let chunks = messages(&unchunked(&reply)).len() - 1;
        assert!(chunks > 1, "it came in parts: {chunks}");
        let (payload, end) = taken_apart(&reply);
        assert!(payload.ends_with(b"\0\0one two three"), "{payload:?}");
        assert_eq!(end, json!({}));
    });
}

#[test]
fn an_error_after_some_chunks_is_told_at_the_end() {
    block_on(async {
        let lab = rust_runtime::lab().await;
        lab.function("late", streaming("late_error"));
        let (payload, end) = streamed(&lab, "late", &json!({})).await;
        assert_eq!(payload, b"one two ");
        assert_eq!(end["ErrorCode"], "Unhandled");
        let details: Value = serde_json::from_str(end["ErrorDetails"].as_str().unwrap()).unwrap();
        assert_eq!(
            details,
            json!({"errorMessage": "too late", "errorType": "Function.Late"})
        );
        assert!(lab.invocations("late")[0].function_error);
    });
}

const BUFFERED: &str = "def answers(event, context):\n    print('seen')\n    return {'got': event}\n\
                        def fails(event, context):\n    raise ValueError('no')\n\
                        def hangs(event, context):\n    import time\n    time.sleep(60)\n";

#[test]
fn a_handler_that_does_not_stream_is_answered_as_a_stream_too() {
    block_on(async {
        let lab = Lab::new(BUFFERED).await;
        for name in ["answers", "fails", "hangs"] {
            lab.function(name, |_| {});
        }
        let (payload, end) = streamed(&lab, "answers", &json!({"a": 1})).await;
        assert_eq!((&payload[..], end), (&br#"{"got": {"a": 1}}"#[..], json!({})));

        let (payload, end) = streamed(&lab, "fails", &json!({})).await;
        assert!(payload.is_empty(), "an error is no payload: {payload:?}");
        assert_eq!(end["ErrorCode"], "Unhandled");
        let details: Value = serde_json::from_str(end["ErrorDetails"].as_str().unwrap()).unwrap();
        assert_eq!(
            (&details["errorType"], &details["errorMessage"]),
            (&json!("ValueError"), &json!("no"))
        );

        let (payload, end) = streamed(&lab, "hangs", &json!({})).await;
        assert!(payload.is_empty());
        assert_eq!(end["ErrorCode"], "Sandbox.Timedout");
        assert!(
            end["ErrorDetails"]
                .as_str()
                .unwrap()
                .contains("Task timed out after 3.00 seconds")
        );
    });
}

#[test]
fn the_log_comes_with_the_end_when_it_is_asked_for() {
    block_on(async {
        let lab = Lab::new(BUFFERED).await;
        lab.function("answers", |_| {});
        let tail = [("X-Amz-Log-Type", "Tail")];
        let reply = send_with(&lab.region, "POST", &path("answers"), &tail, b"{}").await;
        let (_, end) = taken_apart(&reply);
        let log = STANDARD.decode(end["LogResult"].as_str().unwrap()).unwrap();
        let log = String::from_utf8(log).unwrap();
        assert!(log.starts_with("START RequestId: ") && log.contains("seen\n"), "{log}");
    });
}

#[test]
fn what_cannot_be_streamed_is_refused_before_the_stream() {
    block_on(async {
        let lab = Lab::new(BUFFERED).await;
        lab.function("answers", |_| {});
        let missing = send(&lab.region, "lambda", "POST", &path("nobody"), b"{}").await;
        assert_eq!(missing.status, 404);
        assert_eq!(missing.header("x-amzn-errortype"), Some("ResourceNotFoundException"));
        let kind = |kind| [("X-Amz-Invocation-Type", kind)];
        let event = send_with(&lab.region, "POST", &path("answers"), &kind("Event"), b"{}").await;
        assert_eq!(
            (event.status, event.header("x-amzn-errortype")),
            (400, Some("ValidationException"))
        );
        let dry = send_with(&lab.region, "POST", &path("answers"), &kind("DryRun"), b"{}").await;
        assert_eq!((dry.status, dry.body.len()), (204, 0));
        assert_eq!(lab.invocations("answers").len(), 0);
    });
}
