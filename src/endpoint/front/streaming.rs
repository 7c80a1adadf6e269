//! Function URLs with the invoke mode `RESPONSE_STREAM`: the client gets the parts of the answer as the function sends
//! them, once its head is known.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::Response;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::exchange::{self, Ended};
use super::{Broken, to_http};
use crate::clock::Busy;
use crate::cloud::apigateway::{HttpRequest, HttpResponse, Outcome};
use crate::history::EntryId;
use crate::lambda::Lambda;
use crate::lambda::function_url::FunctionUrl;

/// Most bytes of a head. What is longer is a body.
const MAX_HEAD: usize = 64 * 1024;

/// What is known first: the head of a streamed answer, or how the invocation ended.
enum First {
    Head(HttpResponse),
    Ended(Box<Ended>),
}

/// Invokes the function, and answers as soon as that can be; `finish` completes the response's headers.
pub(super) async fn respond(
    lambda: &Lambda,
    url: &FunctionUrl,
    event: &Value,
    cause: EntryId,
    request: &HttpRequest,
    busy: Busy,
    finish: impl FnOnce(HttpResponse) -> HttpResponse,
) -> Result<Response<Body>, Broken> {
    let (sender, mut parts) = mpsc::unbounded_channel();
    let mut ended = exchange::begin(lambda, &url.target(), event, cause, Some(sender), busy);
    let mut begun = BytesMut::new();
    let first = loop {
        tokio::select! {
            biased;
            Some(part) = parts.recv() => {
                begun.extend_from_slice(&part);
                if let Some(head) = FunctionUrl::streamed_head(&begun, begun.len() > MAX_HEAD) {
                    break First::Head(head);
                }
            }
            done = &mut ended => match done {
                Ok(done) => break First::Ended(Box::new(done)),
                // The service shut down meanwhile.
                Err(_) => return Ok(to_http(url.response(request, &Outcome::Refused))),
            },
        }
    };
    match first {
        First::Ended(ended) => {
            let (result, busy) = *ended;
            let response = url.response(request, &exchange::outcome(result)?);
            drop(busy);
            Ok(to_http(finish(response)))
        }
        First::Head(mut head) => {
            if let Some(cors) = &url.cors {
                cors.add_to(request, &mut head);
            }
            let begun = std::mem::take(&mut head.body);
            Ok(to_http(finish(head)).map(|_| rest(begun, parts, ended)))
        }
    }
}

/// The body: what came with the head, and then all that comes. The invocation's token is held to the end.
fn rest(begun: Bytes, parts: mpsc::UnboundedReceiver<Bytes>, ended: oneshot::Receiver<Ended>) -> Body {
    let state = (Some(begun), parts, ended);
    Body::from_stream(futures::stream::unfold(state, async |(begun, mut parts, ended)| {
        let part = match begun {
            Some(begun) => begun,
            None => parts.recv().await?,
        };
        Some((Ok::<_, std::io::Error>(part), (None, parts, ended)))
    }))
}
