//! A small client of the endpoint, and an endpoint for it.

#![expect(clippy::format_push_string, reason = "a small client")]

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http::Request;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::super::{Endpoint, PATIENCE, front, signature};
use crate::chance::Chance;
use crate::clock::{Clock, Timestamp};
use crate::cloud::{Account, Cloud, Credentials};
use crate::history::History;

/// A client with one connection.
pub(in crate::endpoint) struct Client {
    stream: TcpStream,
    pub(in crate::endpoint) host: String,
    key: String,
    pub(in crate::endpoint) secret: String,
    pub(in crate::endpoint) token: Option<String>,
}

pub(in crate::endpoint) struct Answer {
    pub(in crate::endpoint) status: u16,
    pub(in crate::endpoint) head: String,
    pub(in crate::endpoint) body: String,
}

impl Client {
    pub(in crate::endpoint) async fn new(endpoint: &Endpoint, credentials: &Credentials) -> Self {
        let stream = TcpStream::connect(endpoint.address()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            host: endpoint.address().to_string(),
            key: credentials.access_key_id.clone(),
            secret: credentials.secret_access_key.clone(),
            token: credentials.session_token.clone(),
        }
    }

    pub(in crate::endpoint) async fn json(&mut self, service: &str, target: &str, input: &Value) -> Answer {
        self.signed(service, "/", &[("x-amz-target", target)], input.to_string().as_bytes())
            .await
    }

    pub(in crate::endpoint) async fn signed(
        &mut self,
        service: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let head = self.head("POST", service, path, headers, body);
        let length = format!("content-length: {}\r\n\r\n", body.len());
        self.send([head.as_bytes(), length.as_bytes(), body].concat().as_slice())
            .await
    }

    /// The head of a signed request but for the empty line at its end and the length. A date among the headers
    /// replaces that of the Region's beginning.
    pub(in crate::endpoint) fn head(
        &self,
        method: &str,
        service: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> String {
        let mut request = Request::builder().method(method).uri(path).header("host", &self.host);
        if !headers.iter().any(|(name, _)| *name == "x-amz-date") {
            request = request.header("x-amz-date", "20260101T000000Z");
        }
        for (name, value) in headers
            .iter()
            .copied()
            .chain(self.token.as_deref().map(|token| ("x-amz-security-token", token)))
        {
            request = request.header(name, value);
        }
        let parts = request.body(()).unwrap().into_parts().0;
        let authorization = signature::authorization(&parts, body, &self.key, &self.secret, service);
        let mut text = format!("{method} {path} HTTP/1.1\r\nauthorization: {authorization}\r\n");
        for (name, value) in &parts.headers {
            text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
        text
    }

    pub(in crate::endpoint) async fn send(&mut self, bytes: &[u8]) -> Answer {
        self.stream.write_all(bytes).await.unwrap();
        let mut received = Vec::new();
        loop {
            let mut chunk = vec![0; 65_536];
            let count = self.stream.read(&mut chunk).await.unwrap_or(0);
            received.extend_from_slice(&chunk[..count]);
            let text = String::from_utf8_lossy(&received).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                assert_ne!(count, 0, "closed after {text:?}");
                continue;
            };
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            if body.len() >= length.unwrap_or(0) || count == 0 {
                return Answer {
                    status: head[9..12].parse().unwrap(),
                    head: head.to_owned(),
                    body: body.to_owned(),
                };
            }
        }
    }
}

impl Answer {
    pub(in crate::endpoint) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub(in crate::endpoint) async fn start(lambda: Router) -> (Arc<Cloud>, Endpoint) {
    start_patiently(lambda, PATIENCE).await
}

/// An endpoint that waits for so long for clients that stop sending.
pub(in crate::endpoint) async fn start_patiently(lambda: Router, patience: Duration) -> (Arc<Cloud>, Endpoint) {
    let clock = Clock::new(Timestamp::from_micros(1_767_225_600_000_000));
    let cloud = Cloud::new(clock, &Chance::seeded(1), History::default(), Account::default());
    let front = front::Front::new(Arc::clone(&cloud), crate::lambda::service::WeakLambda::default());
    let endpoint = Endpoint::start_patiently(front, lambda, 0, patience).await.unwrap();
    (cloud, endpoint)
}
