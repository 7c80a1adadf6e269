//! One HTTP endpoint on the loopback interface that speaks the protocols of all mocked services.
//!
//! It tells the services apart as AWS does, by what the request was signed for; verifies every signature; and
//! answers errors in the service's own form. Nothing but signed requests to a loopback name reach a service, so no
//! web page in the learner's browser can. Only APIs and public function URLs are open to all, as they are on AWS.

mod apigateway;
pub mod front;
mod heard;
pub mod lambda;
mod patience;
mod presigned_v2;
mod query;
mod reply;
mod s3;
mod server;
mod service;
mod signature;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::front::Front;
use self::heard::{Head, Heard};
use self::patience::PATIENCE;
use self::server::Server;

/// A running endpoint. Dropping it closes its port and its connections.
#[derive(Debug)]
pub struct Endpoint {
    url: String,
    address: SocketAddr,
    stopped: CancellationToken,
}

impl Endpoint {
    /// Serves a cloud, and the front of its APIs and function URLs, on a free port of 127.0.0.1. Requests that were
    /// signed for Lambda go to `lambda`, verified, with the caller's [`crate::cloud::Identity`] as an extension.
    ///
    /// # Errors
    /// Where no port can be had.
    pub async fn start(front: Front, lambda: Router) -> io::Result<Self> {
        Self::start_on(front, lambda, 0).await
    }

    /// The same on a port of the caller's choice; 0 is any free one.
    ///
    /// # Errors
    /// Where the port is taken.
    pub async fn start_on(front: Front, lambda: Router, port: u16) -> io::Result<Self> {
        Self::start_patiently(front, lambda, port, PATIENCE).await
    }

    /// The same with another patience for clients that stop sending.
    async fn start_patiently(front: Front, lambda: Router, port: u16, patience: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let stopped = CancellationToken::new();
        let server = Arc::new(Server::new(front, lambda, address, patience));
        tokio::spawn(accept(listener, server, patience, stopped.clone()));
        Ok(Self {
            url: format!("http://{address}"),
            address,
            stopped,
        })
    }

    /// As `http://127.0.0.1:4566`: what `AWS_ENDPOINT_URL` is set to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.stopped.cancel();
    }
}

async fn accept(listener: TcpListener, server: Arc<Server>, patience: Duration, stopped: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stopped.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // Too many open files, perhaps: others may close some.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Only a matter of speed.
        let _ = stream.set_nodelay(true);
        let (server, stopped) = (Arc::clone(&server), stopped.clone());
        tokio::spawn(async move {
            let head = Head::default();
            head.listen();
            let stream = Heard::new(stream, head.clone());
            let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
                let (server, head) = (Arc::clone(&server), head.clone());
                request.extensions_mut().insert(head.clone());
                async move {
                    let answer = server.answer(request).await;
                    head.listen();
                    Ok::<_, std::convert::Infallible>(answer)
                }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(patience)
                .serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                () = stopped.cancelled() => {}
                // A client that breaks off harms nobody else.
                _ = connection => {}
            }
        });
    }
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
