pub(super) mod client;
mod sessions;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::routing::post;
use axum::{Extension, Router};
use proptest::prelude::*;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use self::client::{Client, start};
use super::*;
use crate::clock::{Busy, Clock};
use crate::cloud::{Caller, Cloud, Credentials, Identity};
use crate::history::Event;

/// An execution environment: busy, unless it waits for an answer.
struct Environment {
    clock: Clock,
    busy: Arc<Mutex<Option<Busy>>>,
    was_suspended: AtomicBool,
}

struct Resume {
    clock: Clock,
    busy: Arc<Mutex<Option<Busy>>>,
}

impl Drop for Resume {
    fn drop(&mut self) {
        *self.busy.lock().unwrap() = Some(self.clock.busy());
    }
}

impl Caller for Environment {
    fn environment(&self) -> Option<String> {
        Some("env-1".to_owned())
    }

    fn suspend(&self) -> Box<dyn Send> {
        self.was_suspended.store(true, Ordering::Relaxed);
        let taken = self.busy.lock().unwrap().take();
        drop(taken);
        Box::new(Resume {
            clock: self.clock.clone(),
            busy: Arc::clone(&self.busy),
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_environment_that_waits_lets_time_pass() {
    let (cloud, endpoint) = start(Router::new()).await;
    let environment = Arc::new(Environment {
        clock: cloud.clock().clone(),
        busy: Arc::new(Mutex::new(Some(cloud.clock().busy()))),
        was_suspended: AtomicBool::new(false),
    });
    let owner = Arc::clone(&environment) as Arc<dyn Caller>;
    let credentials = cloud.callers.issue("role", "f", "env-1", owner);
    let mut client = Client::new(&endpoint, &credentials).await;
    let url = cloud.sqs.create_queue("q", &[]).unwrap();
    let (began, start) = (Instant::now(), cloud.clock().now());
    let input = json!({ "QueueUrl": url, "WaitTimeSeconds": 20 });
    assert_eq!(
        client.json("sqs", "AmazonSQS.ReceiveMessage", &input).await.json(),
        json!({})
    );
    assert!(began.elapsed() < Duration::from_secs(10));
    assert!(cloud.clock().now() - start >= Duration::from_secs(20));
    assert!(environment.was_suspended.load(Ordering::Relaxed));
    assert!(environment.busy.lock().unwrap().is_some());
    let calls = cloud.history().all();
    let called = calls.iter().any(|entry| {
        matches!(&entry.event, Event::ServiceCall { environment: Some(environment), operation, parameters, .. }
            if environment == "env-1" && operation == "ReceiveMessage" && parameters["QueueUrl"] == json!(url))
    });
    assert!(called, "{calls:?}");
    cloud.callers.revoke(&credentials.access_key_id);
    let refused = client.json("sqs", "AmazonSQS.ListQueues", &json!({})).await;
    assert_eq!(
        refused.json()["__type"],
        "com.amazon.coral.service#UnrecognizedClientException"
    );
}

#[tokio::test]
async fn requests_that_are_not_signed_right_are_refused() {
    let (cloud, endpoint) = start(Router::new()).await;
    let outside = cloud.callers.outside();
    let mut client = Client::new(&endpoint, &outside).await;
    assert_eq!(client.json("sqs", "AmazonSQS.ListQueues", &json!({})).await.status, 200);
    client.secret = "wrong".to_owned();
    let answer = client
        .json("dynamodb", "DynamoDB_20120810.ListTables", &json!({}))
        .await;
    assert_eq!(
        (answer.status, &answer.json()["__type"]),
        (400, &json!("com.amazon.coral.service#InvalidSignatureException"))
    );
    let answer = client.signed("lambda", "/2015-03-31/functions", &[], b"").await;
    assert_eq!(answer.status, 403);
    let code = "x-amzn-errortype: InvalidSignatureException";
    assert!(answer.head.contains(code), "{}", answer.head);
    assert!(
        answer.body.starts_with("{\"message\":\"The request signature"),
        "{}",
        answer.body
    );
    client.secret = outside.secret_access_key;
    client.token = Some("stolen".to_owned());
    let answer = client.json("sqs", "AmazonSQS.ListQueues", &json!({})).await;
    assert_eq!(
        answer.json()["__type"],
        "com.amazon.coral.service#UnrecognizedClientException"
    );
    client.token = None;
    let answer = client
        .signed(
            "sts",
            "/",
            &[("content-type", "application/x-www-form-urlencoded")],
            b"Action=GetCallerIdentity",
        )
        .await;
    assert!(
        answer.body.contains("<Account>123456789012</Account>"),
        "{}",
        answer.body
    );
    let answer = client
        .signed("kinesis", "/", &[("x-amz-target", "Kinesis.ListStreams")], b"{}")
        .await;
    assert_eq!(answer.status, 501);
    let plain = format!(
        "POST / HTTP/1.1\r\nhost: {}\r\nx-amz-target: AmazonSQS.ListQueues\r\ncontent-length: 2\r\n\r\n{{}}",
        client.host
    );
    let answer = client.send(plain.as_bytes()).await;
    assert_eq!(
        answer.json()["__type"],
        "com.amazon.coral.service#MissingAuthenticationTokenException"
    );
    let answer = client
        .send(format!("GET /bucket/key HTTP/1.1\r\nhost: {}\r\n\r\n", client.host).as_bytes())
        .await;
    assert!(
        answer.status == 403 && answer.body.contains("<Code>AccessDenied</Code>"),
        "{}",
        answer.body
    );
    let answer = client.send(b"GET / HTTP/1.1\r\nhost: evil.example:80\r\n\r\n").await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn sqs_still_speaks_the_query_protocol() {
    let (cloud, endpoint) = start(Router::new()).await;
    let mut client = Client::new(&endpoint, &cloud.callers.outside()).await;
    let form = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    let body = b"Action=CreateQueue&QueueName=q&Attribute.1.Name=DelaySeconds&Attribute.1.Value=0&Version=2012-11-05";
    let answer = client.signed("sqs", "/", &form, body).await;
    assert!(
        answer
            .body
            .contains("<CreateQueueResult><QueueUrl>https://sqs.us-east-1.amazonaws.com/123456789012/q<")
    );
    let body = b"Action=SendMessage&QueueUrl=x%2Fq&MessageBody=a%26b&MessageAttribute.1.Name=n&\
                 MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringValue=v";
    let answer = client.signed("sqs", "/", &form, body).await;
    assert!(answer.body.contains("<MD5OfMessageAttributes>"), "{}", answer.body);
    let body = b"Action=ReceiveMessage&QueueUrl=x%2Fq&AttributeName.1=All&MessageAttributeName.1=All";
    let answer = client.signed("sqs", "/", &form, body).await;
    for part in [
        "<ReceiveMessageResult><Message><MessageId>",
        "<Body>a&amp;b</Body>",
        "<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>",
        "<MessageAttribute><Name>n</Name><Value><StringValue>v</StringValue><DataType>String</DataType></Value></MessageAttribute>",
    ] {
        assert!(answer.body.contains(part), "{part} in {}", answer.body);
    }
    let answer = client
        .signed("sqs", "/", &form, b"Action=GetQueueUrl&QueueName=none")
        .await;
    assert!(
        answer
            .body
            .contains("<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"),
        "{}",
        answer.body
    );
    let answer = client.signed("sqs", "/", &form, b"Nothing=1").await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn lambda_gets_verified_requests_and_who_called() {
    let handler = async |Extension(identity): Extension<Identity>, body: String| format!("{}: {body}", identity.name);
    let router = Router::new().route("/2015-03-31/functions/{name}/invocations", post(handler));
    let (cloud, endpoint) = start(router).await;
    let mut client = Client::new(&endpoint, &cloud.callers.outside()).await;
    let answer = client
        .signed("lambda", "/2015-03-31/functions/f%3A1/invocations", &[], b"{}")
        .await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "learner: {}"));
    client.secret.clear();
    let answer = client
        .signed("lambda", "/2015-03-31/functions/f/invocations", &[], b"{}")
        .await;
    assert_eq!(answer.status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_call_takes_well_below_a_millisecond() {
    let (cloud, endpoint) = start(Router::new()).await;
    cloud.dynamodb.create_table("orders", "id", None, None).unwrap();
    let mut client = Client::new(&endpoint, &cloud.callers.outside()).await;
    let input = json!({ "TableName": "orders", "Key": { "id": { "S": "1" } } });
    let mut times = Vec::new();
    for _ in 0..300 {
        let began = Instant::now();
        let answer = client.json("dynamodb", "DynamoDB_20120810.GetItem", &input).await;
        assert!(answer.status == 200 && answer.head.contains("x-amz-crc32"));
        times.push(began.elapsed());
    }
    times.sort();
    println!("GetItem over the endpoint: p50 {:?}, p99 {:?}", times[150], times[297]);
    // Generous: other work may share the machine.
    assert!(times[150] < Duration::from_millis(20), "{:?}", times[150]);
}

#[tokio::test]
async fn garbage_harms_nothing() {
    let (cloud, endpoint) = start(Router::new()).await;
    let mut client = Client::new(&endpoint, &cloud.callers.outside()).await;
    let bodies: [&[u8]; 6] = [b"", b"{", b"[]", b"\xff\xfe", b"null", &[b'['; 5000]];
    for (service, target) in [
        ("dynamodb", "DynamoDB_20120810.PutItem"),
        ("sqs", "AmazonSQS.SendMessage"),
        ("events", "AWSEvents.PutEvents"),
        ("logs", "Logs_20140328.PutLogEvents"),
        ("monitoring", "GraniteServiceVersion20100801.PutMetricData"),
        ("sns", ""),
    ] {
        for body in bodies {
            let answer = client.signed(service, "/", &[("x-amz-target", target)], body).await;
            assert!(
                (400..=501).contains(&answer.status),
                "{service} {body:?}: {} {}",
                answer.status,
                answer.body
            );
        }
    }
    for garbage in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(endpoint.address()).await.unwrap();
        stream.write_all(garbage).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
    }
    assert_eq!(client.json("sqs", "AmazonSQS.ListQueues", &json!({})).await.status, 200);
}

#[tokio::test]
async fn dropping_the_endpoint_closes_its_port() {
    let (_cloud, endpoint) = start(Router::new()).await;
    let address = endpoint.address();
    drop(endpoint);
    let mut gone = false;
    for _ in 0..100 {
        gone = TcpStream::connect(address).await.is_err();
        if gone {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(gone);
}

proptest! {
    #[test]
    fn any_form_is_read(form in "[a-zA-Z.0-9&=%+]{0,80}") {
        let mut input = query::parse(&form);
        query::pairs_to_maps(&mut input);
    }
}
