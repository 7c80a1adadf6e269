//! Requests that mean no good: each gets an error, as far as possible in AWS's own form, and the endpoint goes on
//! answering others. What is no HTTP at all is refused by the HTTP reader, with a bare status.

mod content;
mod http;
mod signing;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::tests::client::{Answer, Client, start_patiently};
use super::{Endpoint, PATIENCE};
use crate::cloud::Cloud;

/// What S3 signs in place of the body of an upload in chunks.
const CHUNKS: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const CHUNKS_AND_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const JSON: (&str, &str) = ("x-amz-target", "AmazonSQS.ListQueues");

/// An endpoint with the bucket `b`.
async fn start() -> (Arc<Cloud>, Endpoint) {
    let (cloud, endpoint) = start_patiently(Router::new(), PATIENCE).await;
    cloud.s3.create_bucket("bucket").unwrap();
    (cloud, endpoint)
}

async fn client(cloud: &Cloud, endpoint: &Endpoint) -> Client {
    Client::new(endpoint, &cloud.callers.outside()).await
}

/// Sends bytes on a connection of their own, and gives what comes back until the connection is closed.
async fn raw(endpoint: &Endpoint, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(endpoint.address()).await.unwrap();
    // A refusal may come, and the connection go, before all is sent.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> u16 {
    let status = answer.get(9..12).and_then(|status| status.parse().ok());
    status.unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

/// Holds that the endpoint still answers.
async fn is_well(cloud: &Cloud, endpoint: &Endpoint) {
    let mut client = client(cloud, endpoint).await;
    let answer = client.json("sqs", "AmazonSQS.ListQueues", &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// Holds that an answer is an error in the form of the JSON protocols or of S3, with this code.
fn assert_error(answer: &Answer, status: u16, code: &str) {
    let json = format!("#{code}\"");
    let bare = format!("\"__type\":\"{code}\"");
    let xml = format!("<Code>{code}</Code>");
    assert!(
        answer.status == status && [json, bare, xml].iter().any(|form| answer.body.contains(form)),
        "wanted {status} {code}, got {} {}",
        answer.status,
        answer.body
    );
}

/// An S3 request with a hash of its body, or with what stands for it.
fn s3_head(client: &Client, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> String {
    use sha2::Digest as _;
    let hash = hex::encode(sha2::Sha256::digest(body));
    let mut headers = headers.to_vec();
    if !headers.iter().any(|(name, _)| *name == "x-amz-content-sha256") {
        headers.push(("x-amz-content-sha256", &hash));
    }
    client.head(method, "s3", path, &headers, body)
}

async fn s3(client: &mut Client, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let head = s3_head(client, method, path, headers, body);
    let length = format!("content-length: {}\r\n\r\n", body.len());
    client.send(&[head.as_bytes(), length.as_bytes(), body].concat()).await
}
