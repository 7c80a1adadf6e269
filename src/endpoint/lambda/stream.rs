//! `InvokeWithResponseStream`: the response part by part, as an event stream (Lambda API reference; Smithy,
//! "Amazon Event Stream").

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, Response};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::answer::{Answer, insert, status};
use super::call::{Call, Received};
use super::invoke::{header, invocation, log_of};
use crate::history::{InvocationRecord, InvocationStatus};
use crate::lambda::ApiError;

/// `InvokeWithResponseStream`.
pub(super) async fn invoke(received: Received) -> Response<Body> {
    let Received { call, headers, body } = received;
    let kind = header(&headers, "x-amz-invocation-type").unwrap_or("RequestResponse");
    call.stream(kind, &headers, body)
        .unwrap_or_else(|error| call.refused(&error))
}

impl Call {
    fn stream(&self, kind: &str, headers: &HeaderMap, body: Bytes) -> Result<Response<Body>, ApiError> {
        let (reference, called) = self.begin("InvokeWithResponseStream", kind)?;
        self.lambda.invocable(&reference)?;
        let mut invocation = invocation(headers, body, called)?;
        self.lambda.check_tenant(&reference, invocation.tenant_id.as_ref())?;
        let request_id = self.lambda.platform().chance().uuid();
        match kind {
            "RequestResponse" => {}
            "DryRun" => return Ok(Answer::empty(204).response(&request_id)),
            other => {
                return Err(ApiError::validation(format!(
                    "Value '{other}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value \
                     set: [RequestResponse, DryRun]"
                )));
            }
        }
        let (parts, received) = mpsc::unbounded_channel();
        invocation.stream = Some(parts);
        let tail = header(headers, "x-amz-log-type") == Some("Tail");
        let (events, sent) = mpsc::unbounded_channel();
        let (lambda, busy) = (self.lambda.clone(), self.lambda.platform().clock().busy());
        // The caller only waits now: the time that this invocation takes passes for it too.
        let suspended = self.caller.caller.suspend();
        let function = reference.to_string();
        self.lambda.spawn(async move {
            let parts = pass_on(received, events.clone());
            let invoked = async {
                let (result, busy) = lambda.invoke(&function, &invocation, busy).await;
                // The last sender of parts goes with it.
                drop(invocation);
                (result, busy)
            };
            let ((), (result, busy)) = tokio::join!(parts, invoked);
            drop((suspended, busy));
            let end = match &result {
                Ok(record) => {
                    let log = tail.then(|| STANDARD.encode(log_of(&lambda, &record.request_id)));
                    complete(record, log.as_deref())
                }
                Err(error) => exception(error),
            };
            // Nobody reads any more if the caller went away.
            let _ = events.send(end);
        });
        let body = futures::stream::unfold(sent, |mut sent| async {
            let event = sent.recv().await?;
            Some((Ok::<_, std::convert::Infallible>(event), sent))
        });
        let mut response = Response::new(Body::from_stream(body));
        *response.status_mut() = status(200);
        let headers = response.headers_mut();
        insert(headers, "content-type", "application/vnd.amazon.eventstream");
        insert(headers, "x-amzn-requestid", &request_id);
        insert(headers, "x-amz-executed-version", &self.executed_version(&reference)?);
        Ok(response)
    }

    /// The version that a reference means now.
    fn executed_version(&self, reference: &crate::lambda::FunctionRef) -> Result<String, ApiError> {
        Ok(self.lambda.look_up(reference)?.config.version.to_string())
    }
}

/// Passes the parts of a response on.
async fn pass_on(mut parts: mpsc::UnboundedReceiver<Bytes>, events: mpsc::UnboundedSender<Bytes>) {
    while let Some(part) = parts.recv().await {
        // As above.
        let _ = events.send(chunk(&part));
    }
}

/// An exception of the API, for which it was too late to answer otherwise.
fn exception(error: &ApiError) -> Bytes {
    let headers = [
        (":message-type", "exception"),
        (":exception-type", error.code()),
        (":content-type", "application/json"),
    ];
    message(&headers, error.body().to_string().as_bytes())
}

fn chunk(payload: &[u8]) -> Bytes {
    let headers = [
        (":message-type", "event"),
        (":event-type", "PayloadChunk"),
        (":content-type", "application/octet-stream"),
    ];
    message(&headers, payload)
}

/// The end. Errors are told here: parts of the response may have gone out already.
fn complete(record: &InvocationRecord, log: Option<&str>) -> Bytes {
    let mut end = Map::new();
    if record.function_error {
        let platform = record.status != InvocationStatus::Success;
        let code = record.error_type.as_deref().filter(|_| platform).unwrap_or("Unhandled");
        end.insert("ErrorCode".to_owned(), json!(code));
        let details = String::from_utf8_lossy(&record.payload);
        end.insert("ErrorDetails".to_owned(), json!(details));
    }
    if let Some(log) = log {
        end.insert("LogResult".to_owned(), json!(log));
    }
    let headers = [
        (":message-type", "event"),
        (":event-type", "InvokeComplete"),
        (":content-type", "application/json"),
    ];
    message(&headers, Value::Object(end).to_string().as_bytes())
}

/// One message of an event stream: lengths, their checksum, headers, payload, the checksum of all.
fn message(headers: &[(&str, &str)], payload: &[u8]) -> Bytes {
    const STRING: u8 = 7;
    let mut head = BytesMut::new();
    for (name, value) in headers {
        // Names and values are ours, and short.
        head.put_u8(u8::try_from(name.len()).unwrap_or(u8::MAX));
        head.put_slice(name.as_bytes());
        head.put_u8(STRING);
        head.put_u16(u16::try_from(value.len()).unwrap_or(u16::MAX));
        head.put_slice(value.as_bytes());
    }
    let total = 16 + head.len() + payload.len();
    let mut message = BytesMut::with_capacity(total);
    // A part is as large as what a connection's buffer holds, far below 4 GB.
    message.put_u32(u32::try_from(total).unwrap_or(u32::MAX));
    message.put_u32(u32::try_from(head.len()).unwrap_or(u32::MAX));
    message.put_u32(crc32fast::hash(&message));
    message.put_slice(&head);
    message.put_slice(payload);
    message.put_u32(crc32fast::hash(&message));
    message.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_framed() {
        // The example of an empty payload without headers, from the test vectors of the protocol (awslabs, aws-c-event-stream).
        assert_eq!(
            &message(&[], b"")[..],
            [0, 0, 0, 16, 0, 0, 0, 0, 0x05, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff]
        );
        let framed = chunk(b"one");
        assert_eq!(&framed[..4], u32::try_from(framed.len()).unwrap().to_be_bytes());
        assert_eq!(&framed[framed.len() - 7..framed.len() - 4], b"one");
        assert_eq!(framed[12], 13, "the length of the first header's name");
    }
}
