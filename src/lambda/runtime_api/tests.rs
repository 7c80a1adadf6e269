//! A runtime by hand: bytes over a socket, as any runtime may send them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

impl NextInvocation {
    pub(super) fn example(id: &str) -> Self {
        Self {
            request_id: id.to_owned(),
            deadline_ms: 1_790_000_003_000,
            function_arn: "arn:aws:lambda:us-east-1:123456789012:function:f".to_owned(),
            trace_id: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0".to_owned(),
            client_context: None,
            tenant_id: None,
            event: Bytes::from_static(b"{}"),
            now: 0,
            stream: None,
        }
    }
}

struct Runtime {
    api: RuntimeApi,
}

impl Runtime {
    async fn start() -> Self {
        Self {
            api: RuntimeApi::start().await.unwrap(),
        }
    }

    /// One that has the invocation `r`.
    async fn running() -> Self {
        let mut runtime = Self::start().await;
        runtime.api.hand_out(NextInvocation::example("r"));
        assert!(runtime.get("invocation/next").await.starts_with("HTTP/1.1 200 "));
        assert!(matches!(runtime.api.event().await, RuntimeEvent::Next(None)));
        runtime
    }

    async fn send(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.api.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    }

    async fn get(&self, path: &str) -> String {
        let request = format!("GET /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        let mut stream = TcpStream::connect(self.api.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    }

    async fn post(&self, path: &str, headers: &str, body: &[u8]) -> String {
        let length = body.len();
        let head = format!(
            "POST /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{headers}Content-Length: \
             {length}\r\n\r\n"
        );
        let mut stream = TcpStream::connect(self.api.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        // A server that has read enough may close before all is sent.
        let _ = stream.write_all(body).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }
}

fn status(answer: &str) -> &str {
    &answer[9..12]
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test]
async fn an_invocation_goes_round() {
    let mut runtime = Runtime::start().await;
    let mut invocation = NextInvocation::example("r");
    invocation.client_context = Some(r#"{"custom":{}}"#.to_owned());
    invocation.tenant_id = Some("t".to_owned());
    runtime.api.hand_out(invocation);
    let next = runtime.get("invocation/next").await;
    for header in [
        "content-type: application/json",
        "lambda-runtime-aws-request-id: r",
        "lambda-runtime-deadline-ms: 1790000003000",
        "lambda-runtime-client-context: {\"custom\":{}}",
        "lambda-runtime-aws-tenant-id: t",
    ] {
        assert!(next.contains(header), "{next}");
    }
    assert_eq!(body(&next), "{}");
    assert!(matches!(runtime.api.event().await, RuntimeEvent::Next(None)));
    // Who asks again without an answer gets the same again.
    assert_eq!(body(&runtime.get("invocation/next").await), "{}");
    let answer = runtime.post("invocation/r/response", "", b"\"done\"").await;
    assert_eq!((status(&answer), body(&answer)), ("202", "{\"status\":\"OK\"}\n"));
    let RuntimeEvent::Response(posted) = runtime.api.event().await else {
        panic!("a response");
    };
    assert_eq!(&posted.payload[..], b"\"done\"");
    let again = runtime.post("invocation/r/error", "", b"{}").await;
    assert_eq!(status(&again), "403");
    assert_eq!(
        body(&again),
        "{\"errorMessage\":\"State transition from RuntimeResponseSentState to InvocationErrorResponse failed for \
         runtime. Error: State transition is not allowed\",\"errorType\":\"InvalidStateTransition\"}\n"
    );
}

#[tokio::test]
async fn errors_have_types_of_one_form() {
    let mut runtime = Runtime::running().await;
    let cause = "x".repeat(900_000);
    let headers = format!(
        "Lambda-Runtime-Function-Error-Type: ValueError\r\nLambda-Runtime-Function-XRay-Error-Cause: {cause}\r\n"
    );
    let answer = runtime
        .post("invocation/r/error", &headers, b"{\"errorType\":\"E\"}")
        .await;
    assert_eq!(status(&answer), "202");
    let RuntimeEvent::Error(posted) = runtime.api.event().await else {
        panic!("an error");
    };
    assert_eq!(posted.error_type.as_deref(), Some("Runtime.Unknown"));
    assert_eq!(&posted.payload[..], b"{\"errorType\":\"E\"}");
}

#[tokio::test]
async fn what_does_not_belong_is_refused() {
    let runtime = Runtime::running().await;
    let wrong = runtime.post("invocation/other/response", "", b"1").await;
    assert_eq!(
        (status(&wrong), body(&wrong)),
        (
            "400",
            "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}\n"
        )
    );
    let late = runtime.post("init/error", "", b"{}").await;
    assert!(body(&late).contains("from Running to InitError failed"), "{late}");
    let restored = runtime.get("restore/next").await;
    assert!(body(&restored).contains("from Running to Ready failed"), "{restored}");
    assert_eq!(status(&runtime.get("nothing").await), "404");
    assert_eq!(status(&runtime.post("invocation/next", "", b"").await), "404");
    let early = Runtime::start().await;
    assert_eq!(status(&early.post("invocation/r/response", "", b"1").await), "400");
}

#[tokio::test]
async fn a_response_that_is_too_large_is_none() {
    let mut runtime = Runtime::running().await;
    let answer = runtime
        .post("invocation/r/response", "", &vec![b'1'; MAX_RESPONSE + 1])
        .await;
    // The answer may be lost with the connection, since the body wasn't read to its end.
    assert!(answer.is_empty() || status(&answer) == "413", "{answer}");
    let event = runtime.api.event().await;
    assert!(
        matches!(event, RuntimeEvent::Unfit(Unfit::TooLarge(MAX_RESPONSE))),
        "{event:?}"
    );
    let mut runtime = Runtime::running().await;
    let answer = runtime
        .post("invocation/r/response", "", &vec![b'1'; MAX_RESPONSE])
        .await;
    assert_eq!(status(&answer), "202");
    assert!(matches!(runtime.api.event().await, RuntimeEvent::Response(_)));
}

const STREAMED: &str = "POST /2018-06-01/runtime/invocation/r/response HTTP/1.1\r\nHost: h\r\nConnection: \
                        close\r\nLambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\
                        Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n\
                        3\r\none\r\n3\r\ntwo\r\n";

#[tokio::test]
async fn a_response_is_streamed_part_by_part() {
    let mut runtime = Runtime::start().await;
    let (stream, mut parts) = mpsc::unbounded_channel();
    let mut invocation = NextInvocation::example("r");
    invocation.stream = Some(stream);
    runtime.api.hand_out(invocation);
    runtime.get("invocation/next").await;
    let answer = runtime.send(format!("{STREAMED}0\r\n\r\n").as_bytes()).await;
    assert_eq!(status(&answer), "202");
    runtime.api.event().await;
    let RuntimeEvent::Response(posted) = runtime.api.event().await else {
        panic!("a response");
    };
    assert_eq!(&posted.payload[..], b"onetwo");
    assert_eq!(parts.recv().await.unwrap(), "one");
    assert_eq!(parts.recv().await.unwrap(), "two");
}

#[tokio::test]
async fn trailers_tell_of_an_error_in_the_middle() {
    let mut runtime = Runtime::running().await;
    let trailers = "0\r\nLambda-Runtime-Function-Error-Type: Runtime.StreamError\r\n\
                    Lambda-Runtime-Function-Error-Body: eyJlcnJvclR5cGUiOiJFIn0=\r\n\r\n";
    let answer = runtime.send(format!("{STREAMED}{trailers}").as_bytes()).await;
    assert_eq!(status(&answer), "202");
    let RuntimeEvent::Error(posted) = runtime.api.event().await else {
        panic!("an error");
    };
    assert_eq!(posted.error_type.as_deref(), Some("Runtime.StreamError"));
    assert_eq!(&posted.payload[..], b"{\"errorType\":\"E\"}");
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_truncated() {
    let mut runtime = Runtime::running().await;
    runtime.send(STREAMED.as_bytes()).await;
    let event = runtime.api.event().await;
    assert!(matches!(event, RuntimeEvent::Unfit(Unfit::Truncated)), "{event:?}");
}

#[tokio::test]
async fn there_is_one_response_mode() {
    let mut runtime = Runtime::running().await;
    let header = "Lambda-Runtime-Function-Response-Mode: fast\r\n";
    let answer = runtime.post("invocation/r/response", header, b"1").await;
    assert_eq!(status(&answer), "400");
    assert!(
        body(&answer).contains("\"errorType\":\"InvalidFunctionResponseMode\""),
        "{answer}"
    );
    let event = runtime.api.event().await;
    assert!(matches!(event, RuntimeEvent::Unfit(Unfit::ResponseMode)), "{event:?}");
}

#[tokio::test]
async fn a_runtime_waits_to_be_restored() {
    let mut runtime = Runtime::start().await;
    let address = runtime.api.address;
    let mut waiting = TcpStream::connect(address).await.unwrap();
    let call = b"GET /2018-06-01/runtime/restore/next HTTP/1.1\r\nHost: h\r\n\r\n";
    waiting.write_all(call).await.unwrap();
    assert!(matches!(runtime.api.event().await, RuntimeEvent::RestoreNext(None)));
}

#[tokio::test]
async fn hooks_may_fail_after_a_restoration() {
    let mut runtime = Runtime::start().await;
    runtime.api.mark_restoring();
    let header = "Lambda-Runtime-Function-Error-Type: Runtime.AfterRestoreError\r\n";
    assert_eq!(status(&runtime.post("restore/error", header, b"{}").await), "202");
    let RuntimeEvent::RestoreError(posted) = runtime.api.event().await else {
        panic!("an error");
    };
    assert_eq!(posted.error_type.as_deref(), Some("Runtime.AfterRestoreError"));
    let late = runtime.get("invocation/next").await;
    assert!(
        body(&late).contains("from RuntimeRestoreErrorState to Ready failed"),
        "{late}"
    );
}
