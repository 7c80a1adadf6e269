//! Whatever bytes come, the endpoint's readers answer: nothing panics, and others are answered afterwards.
//!
//! The cases are bounded and run with all other tests. There are no targets for `cargo-fuzz`, since it needs a nightly
//! compiler.

use std::future::Future;
use std::sync::{Arc, LazyLock};

use axum::Router;
use http::Request;
use proptest::prelude::*;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::front::Door;
use super::service::Target;
use super::signature::{Signature, unsigned_query};
use super::tests::client::{Client, start_patiently};
use super::{Endpoint, PATIENCE, presigned_v2, s3};
use crate::cloud::Cloud;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
});

static SERVED: LazyLock<(Arc<Cloud>, Endpoint)> = LazyLock::new(|| {
    RUNTIME.block_on(async {
        let (cloud, endpoint) = start_patiently(Router::new(), PATIENCE).await;
        cloud.s3.create_bucket("bucket").unwrap();
        (cloud, endpoint)
    })
});

/// Pieces that requests are made of, so that more than their first byte is read.
const PIECES: &[&str] = &[
    "GET ",
    "POST ",
    "PUT ",
    "/",
    "bucket",
    "?",
    "&",
    "=",
    " HTTP/1.1\r\n",
    "\r\n",
    "\r\n\r\n",
    "host: ",
    "localhost",
    ":",
    "authorization: ",
    "AWS4-HMAC-SHA256 ",
    "Credential=",
    "SignedHeaders=",
    "Signature=",
    ",",
    ";",
    "%",
    "%00",
    "x-amz-date: 20260101T000000Z\r\n",
    "x-amz-target: ",
    "AmazonSQS.",
    "content-length: ",
    "0",
    "99999999999",
    "transfer-encoding: chunked\r\n",
    "X-Amz-Signature=",
    "X-Amz-Expires=",
    "aws4_request",
    "multipart/form-data",
    "content-type: ",
    "<a>",
    "</a>",
    "<!DOCTYPE",
    "&lt;",
    "\u{0}",
    "é",
    "Action=",
    ".member.1",
    ".entry.1.key",
    "a.b",
];

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(PIECES).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// XML of the shapes that S3 reads, and others.
fn xml() -> impl Strategy<Value = String> {
    let names = [
        "Delete",
        "Object",
        "Key",
        "Quiet",
        "Tagging",
        "TagSet",
        "Tag",
        "Value",
        "Part",
        "PartNumber",
        "ETag",
        "Id",
        "CompleteMultipartUpload",
        "NotificationConfiguration",
        "QueueConfiguration",
        "Queue",
        "Event",
        "Filter",
    ];
    let leaf = prop_oneof!["[a-z0-9:*]{0,9}", Just("&amp;&x;".to_owned()), Just("<".to_owned())];
    leaf.prop_recursive(6, 40, 4, move |inner| {
        (
            proptest::sample::select(names.to_vec()),
            proptest::collection::vec(inner, 0..4),
        )
            .prop_map(|(name, inner)| format!("<{name}>{}</{name}>", inner.concat()))
    })
}

/// Runs against the endpoint, which is there before anything runs.
fn run(steps: impl Future<Output = ()>) {
    LazyLock::force(&SERVED);
    RUNTIME.block_on(steps);
}

async fn is_well() {
    let (cloud, endpoint) = &*SERVED;
    let mut client = Client::new(endpoint, &cloud.callers.outside()).await;
    let answer = client.json("sqs", "AmazonSQS.ListQueues", &json!({})).await;
    assert_eq!(answer.status, 200);
}

/// Sends bytes and then no more; gives what came back.
async fn sent(bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(SERVED.1.address()).await.unwrap();
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

/// A signed S3 request.
async fn signed(method: &str, path: &str, payload: &str, body: &[u8]) -> u16 {
    let (cloud, endpoint) = &*SERVED;
    let mut client = Client::new(endpoint, &cloud.callers.outside()).await;
    let headers = [
        ("x-amz-content-sha256", payload),
        ("x-amz-decoded-content-length", "3"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
    ];
    let head = client.head(method, "s3", path, &headers, body);
    let request = format!("{head}content-length: {}\r\n\r\n", body.len());
    client.send(&[request.as_bytes(), body].concat()).await.status
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_answered_or_refused(head in pieces(), tail in proptest::collection::vec(any::<u8>(), 0..40)) {
        run(async {
            let answer = sent(&[head.as_bytes(), &tail].concat()).await;
            // Nobody signed it.
            assert!(answer.is_empty() || !answer.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&answer));
            is_well().await;
        });
    }

    #[test]
    fn any_xml_is_read_or_refused(
        body in prop_oneof![xml(), pieces()],
        place in proptest::sample::select(vec![
            ("POST", "/bucket?delete"), ("PUT", "/bucket?tagging"), ("PUT", "/bucket?notification"),
            ("PUT", "/bucket?versioning"), ("PUT", "/bucket/k?tagging"), ("POST", "/bucket/k?uploadId=u"), ("PUT", "/new"),
        ]),
    ) {
        run(async {
            let status = signed(place.0, place.1, "UNSIGNED-PAYLOAD", body.as_bytes()).await;
            assert!((200..500).contains(&status), "{place:?} {body}: {status}");
        });
    }

    #[test]
    fn any_chunks_are_read_or_refused(
        lines in proptest::collection::vec(prop_oneof!["[0-9a-f]{0,3}", "[0-9a-f]{1,2};chunk-signature=[0-9a-f]{0,64}",
            "[abc]{0,9}", Just("0".to_owned()), Just("x-amz-checksum-crc32:NSRBwg==".to_owned()), Just(String::new())], 0..9),
        is_signed: bool,
    ) {
        run(async {
            let payload = if is_signed { "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" } else { "STREAMING-UNSIGNED-PAYLOAD-TRAILER" };
            let status = signed("PUT", "/bucket/chunks", payload, lines.join("\r\n").as_bytes()).await;
            assert!((200..500).contains(&status), "{lines:?}: {status}");
        });
    }

    #[test]
    fn any_head_is_understood_or_refused(
        path in "/[a-zA-Z0-9/._%&=?-]{0,60}",
        authorization in pieces(),
        host in "[a-z0-9.:@\\[\\]-]{0,40}",
        kind in pieces(),
    ) {
        let request = Request::builder()
            .uri(&path)
            .header("authorization", authorization.replace(['\r', '\n', '\0'], ""))
            .header("host", &host)
            .header("x-amz-date", &kind.replace(['\r', '\n', '\0'], ""))
            .header("x-amz-copy-source", &path);
        if let Ok(request) = request.body(()) {
            let parts = request.into_parts().0;
            let signature = Signature::of(&parts);
            let cloud = &SERVED.0;
            let now = cloud.clock().now();
            if let Ok(signature) = &signature {
                prop_assert!(signature.verify(&parts, b"", &cloud.callers, now).is_err());
            }
            prop_assert!(presigned_v2::verify(&parts, &cloud.callers, now).is_err());
            let _ = Target::of(&parts, signature.as_ref().ok());
            let _ = Door::of(&host, &parts.uri);
            let subject = s3::Subject::of(&parts);
            let _ = subject.explain(&authorization, cloud, "id");
            let _ = subject.explain(&format!("<Error><Code>NoSuchKey</Code>{kind}</Error>"), cloud, "id");
            let _ = s3::Amendment::of(&parts);
            let _ = unsigned_query(parts.uri.query().unwrap_or_default());
        }
    }
}
