//! Requests that mean no good: each gets an error, as far as possible in AWS's own form, and the endpoint goes on
//! answering others. What is no HTTP at all is refused by the HTTP reader, with a bare status.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::tests::{Answer, Client, start_patiently};
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

#[tokio::test]
async fn dates_that_cannot_be_right_are_refused() {
    let (cloud, endpoint) = start().await;
    let mut client = client(&cloud, &endpoint).await;
    for (date, text) in [
        (
            "20200101T000000Z",
            "Signature expired: 20200101T000000Z is now earlier than ",
        ),
        (
            "20990101T000000Z",
            "Signature not yet current: 20990101T000000Z is still later than ",
        ),
    ] {
        let answer = client.signed("sqs", "/", &[JSON, ("x-amz-date", date)], b"{}").await;
        assert_error(&answer, 400, "InvalidSignatureException");
        assert!(answer.body.contains(text), "{}", answer.body);
        let answer = s3(&mut client, "GET", "/bucket", &[("x-amz-date", date)], b"").await;
        assert_error(&answer, 403, "RequestTimeTooSkewed");
    }
    let answer = client
        .signed("sqs", "/", &[JSON, ("x-amz-date", "yesterday")], b"{}")
        .await;
    assert_error(&answer, 400, "IncompleteSignatureException");
    // The scope names another day than the date.
    let head = client.head("POST", "sqs", "/", &[JSON], b"{}");
    let head = head.replace("/20260101/us-east-1", "/20251231/us-east-1");
    let answer = client
        .send(format!("{head}content-length: 2\r\n\r\n{{}}").as_bytes())
        .await;
    assert_error(&answer, 400, "InvalidSignatureException");
    assert!(
        answer.body.contains("Date in Credential scope does not match"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn a_signature_holds_for_one_request_alone() {
    let (cloud, endpoint) = start().await;
    let mut client = client(&cloud, &endpoint).await;
    let head = client.head("POST", "sqs", "/", &[JSON], b"{}");
    let tampered = [
        (head.clone(), "{\"a\":1}"),
        (head.replace("POST / ", "POST /other "), "{}"),
        (head.replace("POST / ", "POST /?a=b "), "{}"),
        (head.replace("ListQueues", "PurgeQueue"), "{}"),
        (head.replace("POST / ", "PUT / "), "{}"),
    ];
    for (head, body) in tampered {
        let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        let answer = client.send(request.as_bytes()).await;
        assert_error(&answer, 400, "InvalidSignatureException");
    }
    let hostless = head.replace("SignedHeaders=host;", "SignedHeaders=");
    let answer = client
        .send(format!("{hostless}content-length: 2\r\n\r\n{{}}").as_bytes())
        .await;
    assert_error(&answer, 400, "InvalidSignatureException");
    let twice = head.replace("authorization:", "authorization: AWS4-HMAC-SHA256 x\r\nauthorization:");
    let answer = client
        .send(format!("{twice}content-length: 2\r\n\r\n{{}}").as_bytes())
        .await;
    assert_error(&answer, 400, "IncompleteSignatureException");
    let unsigned_too = client.head("POST", "sqs", "/?X-Amz-Signature=00", &[JSON], b"{}");
    let answer = client
        .send(format!("{unsigned_too}content-length: 2\r\n\r\n{{}}").as_bytes())
        .await;
    assert_error(&answer, 400, "IncompleteSignatureException");
}

#[tokio::test]
async fn presigned_urls_that_are_no_urls_of_ours_are_refused() {
    let (cloud, endpoint) = start().await;
    let mut client = client(&cloud, &endpoint).await;
    let key = cloud.callers.outside().access_key_id;
    let url = |expires: &str, date: &str| {
        format!(
            "/bucket/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={key}%2F20260101%2Fus-east-1%2Fs3%2F\
             aws4_request&X-Amz-Date={date}&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
        )
    };
    for (url, status, code) in [
        (url("60", "20260101T000000Z"), 403, "SignatureDoesNotMatch"),
        (url("-1", "20260101T000000Z"), 400, "AuthorizationQueryParametersError"),
        (
            url("soon", "20260101T000000Z"),
            400,
            "AuthorizationQueryParametersError",
        ),
        (
            url("604801", "20260101T000000Z"),
            400,
            "AuthorizationQueryParametersError",
        ),
        (url("60", "20250101T000000Z"), 403, "SignatureDoesNotMatch"),
        (
            "/bucket/key?X-Amz-Signature=00".to_owned(),
            400,
            "AuthorizationQueryParametersError",
        ),
        (
            "/bucket/key?AWSAccessKeyId=x&Signature=y&Expires=1".to_owned(),
            403,
            "InvalidAccessKeyId",
        ),
    ] {
        let request = format!("GET {url} HTTP/1.1\r\nhost: {}\r\n\r\n", client.host);
        let answer = client.send(request.as_bytes()).await;
        assert_error(&answer, status, code);
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_comes() {
    let (cloud, endpoint) = start().await;
    let host = endpoint.address().to_string();
    // Nothing of the body is sent, nor waited for.
    let length = "content-length: 99999999999\r\nconnection: close\r\n\r\n";
    let signer = client(&cloud, &endpoint).await;
    let head = signer.head(
        "POST",
        "dynamodb",
        "/",
        &[("x-amz-target", "DynamoDB_20120810.PutItem")],
        b"",
    );
    let answer = raw(&endpoint, format!("{head}{length}").as_bytes()).await;
    assert!(
        status(&answer) == 413 && answer.contains("RequestEntityTooLarge"),
        "{answer}"
    );
    let head = signer.head("POST", "lambda", "/2015-03-31/functions", &[], b"");
    let answer = raw(&endpoint, format!("{head}{length}").as_bytes()).await;
    assert_eq!(status(&answer), 413, "{answer}");
    let unsigned = format!("POST / HTTP/1.1\r\nhost: {host}\r\nx-amz-target: AmazonSQS.ListQueues\r\n{length}");
    let answer = raw(&endpoint, unsigned.as_bytes()).await;
    assert!(answer.contains("MissingAuthenticationTokenException"), "{answer}");
    let mut many = format!("GET / HTTP/1.1\r\nhost: {host}\r\n");
    for number in 0..10_000 {
        many.push_str(&format!("x-{number}: y\r\n"));
    }
    assert_eq!(status(&raw(&endpoint, format!("{many}\r\n").as_bytes()).await), 431);
    let long = format!("GET / HTTP/1.1\r\nhost: {host}\r\nx: {}\r\n\r\n", "y".repeat(2_000_000));
    assert_eq!(status(&raw(&endpoint, long.as_bytes()).await), 431);
    let long = format!("GET /bucket/{} HTTP/1.1\r\nhost: {host}\r\n\r\n", "k".repeat(100_000));
    assert_eq!(status(&raw(&endpoint, long.as_bytes()).await), 414);
    is_well(&cloud, &endpoint).await;
}

#[tokio::test]
async fn a_body_in_chunks_may_not_be_too_large_either() {
    let (cloud, endpoint) = start().await;
    let signer = client(&cloud, &endpoint).await;
    let head = signer.head("POST", "sqs", "/", &[JSON], b"");
    let mut stream = TcpStream::connect(endpoint.address()).await.unwrap();
    let head = format!("{head}transfer-encoding: chunked\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut answers, mut requests) = stream.split();
    let megabyte = [b"100000\r\n".as_slice(), &vec![b' '; 0x10_0000], b"\r\n"].concat();
    let mut taken = 0;
    let flood = async {
        // Until it is refused, or nobody takes it any more.
        while requests.write_all(&megabyte).await.is_ok() {
            taken += 1;
        }
    };
    let mut answer = vec![0; 12];
    tokio::select! {
        () = flood => {}
        _ = answers.read_exact(&mut answer) => assert_eq!(answer, b"HTTP/1.1 413"),
    }
    // The limit, and what was on its way.
    assert!(taken < 64, "{taken} MB were taken");
    is_well(&cloud, &endpoint).await;
}

#[tokio::test]
async fn broken_framing_is_refused() {
    let (cloud, endpoint) = start().await;
    let signer = client(&cloud, &endpoint).await;
    let head = signer.head("POST", "sqs", "/", &[JSON], b"{}");
    for rest in [
        "transfer-encoding: chunked\r\nconnection: close\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\nconnection: close\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\nconnection: close\r\n\r\nffffffffffffffffff\r\n{}\r\n",
        "transfer-encoding: gzip\r\nconnection: close\r\n\r\n{}",
        "content-length: 2\r\ncontent-length: 3\r\nconnection: close\r\n\r\n{}}",
        "content-length: -2\r\nconnection: close\r\n\r\n{}",
        "content-length: 2, 2\r\nconnection: close\r\n\r\n{}",
    ] {
        let answer = raw(&endpoint, format!("{head}{rest}").as_bytes()).await;
        assert!((400..=501).contains(&status(&answer)), "{rest}: {answer}");
    }
    // What follows a request on its connection is a request of its own, and signed or refused.
    let two = format!("{head}content-length: 2\r\n\r\n{{}}GARBAGE\r\n\r\n");
    let answer = raw(&endpoint, two.as_bytes()).await;
    assert!(status(&answer) == 200 && answer.contains("HTTP/1.1 400"), "{answer}");
    let smuggled = format!(
        "{head}content-length: 2\r\n\r\n{{}}POST / HTTP/1.1\r\nhost: {}\r\nx-amz-target: AmazonSQS.ListQueues\r\n\
         content-length: 2\r\nconnection: close\r\n\r\n{{}}",
        signer.host
    );
    let answer = raw(&endpoint, smuggled.as_bytes()).await;
    assert!(answer.contains("MissingAuthenticationTokenException"), "{answer}");
    is_well(&cloud, &endpoint).await;
}

#[tokio::test]
async fn whoever_names_another_host_is_refused() {
    let (cloud, endpoint) = start().await;
    let port = endpoint.address().port();
    for head in [
        "GET / HTTP/1.1".to_owned(),
        "GET / HTTP/1.0".to_owned(),
        "GET / HTTP/1.1\r\nhost: evil.example".to_owned(),
        format!("GET / HTTP/1.1\r\nhost: evil.example:{port}"),
        format!("GET / HTTP/1.1\r\nhost: 127.0.0.1.evil.example:{port}"),
        format!("GET / HTTP/1.1\r\nhost: 127.0.0.1@evil.example:{port}"),
        format!("GET / HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nhost: evil.example"),
        format!("GET http://evil.example/ HTTP/1.1\r\nhost: 127.0.0.1:{port}"),
        format!("GET http://127.0.0.1:{port}/ HTTP/1.1\r\nhost: evil.example"),
        format!("CONNECT evil.example:443 HTTP/1.1\r\nhost: 127.0.0.1:{port}"),
        format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\nhost: 127.0.0.1:{port}"),
        format!("OPTIONS * HTTP/1.1\r\nhost: 127.0.0.1:{port}"),
        format!(
            "GET / HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA=="
        ),
    ] {
        let answer = raw(&endpoint, format!("{head}\r\nconnection: close\r\n\r\n").as_bytes()).await;
        assert!(matches!(status(&answer), 400 | 403), "{head}: {answer}");
    }
    is_well(&cloud, &endpoint).await;
}

#[tokio::test]
async fn bytes_that_are_no_http_close_the_connection() {
    let (cloud, endpoint) = start().await;
    let host = endpoint.address().to_string();
    for bytes in [
        b"\0\0\0\0\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(20),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        format!("GET /a\0b HTTP/1.1\r\nhost: {host}\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\nhost: {host}\r\nx: a\0b\r\n\r\n").into_bytes(),
        format!("GET / HTTP/9.9\r\nhost: {host}\r\n\r\n").into_bytes(),
        [b"GET / HTTP/1.1\r\nhost: ", host.as_bytes(), b"\r\nx\xff: y\r\n\r\n"].concat(),
        [b"GET / HTTP/1.1\r\nhost: ", host.as_bytes(), b"\r\nx : y\r\n\r\n"].concat(),
    ] {
        let answer = raw(&endpoint, &bytes).await;
        assert!(answer.is_empty() || status(&answer) >= 400, "{bytes:?}: {answer}");
    }
    // Bytes that HTTP allows and no text holds.
    let odd = [
        b"GET /bucket HTTP/1.1\r\nauthorization: \xff\xfe\r\nconnection: close\r\nhost: ",
        host.as_bytes(),
        b"\r\n\r\n",
    ];
    let answer = raw(&endpoint, &odd.concat()).await;
    assert!(answer.contains("<Code>AuthorizationHeaderMalformed</Code>"), "{answer}");
    is_well(&cloud, &endpoint).await;
}

#[tokio::test]
async fn keys_are_names_and_no_paths() {
    let (cloud, endpoint) = start().await;
    let mut client = client(&cloud, &endpoint).await;
    for (path, key) in [
        ("/bucket/../../etc/passwd", "../../etc/passwd"),
        ("/bucket/%2e%2e/%2e%2e/x", "../../x"),
        ("/bucket//double//", "/double//"),
        ("/bucket/..%5c..%5cx", "..\\..\\x"),
        ("/bucket/~root/%2Fabsolute", "~root//absolute"),
    ] {
        let answer = s3(&mut client, "PUT", path, &[], b"kept").await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        let object = cloud.s3.get_object("bucket", key, None).unwrap();
        assert_eq!(object.body.as_ref(), b"kept", "{path}");
    }
    for path in ["/bucket/%ff%fe", "/%2e%2e/x", "/BUCKET!/x", "//x"] {
        let answer = s3(&mut client, "PUT", path, &[], b"").await;
        assert!(
            (400..500).contains(&answer.status) && answer.body.contains("<Code>"),
            "{path}: {} {}",
            answer.status,
            answer.body
        );
    }
    is_well(&cloud, &endpoint).await;
}

#[tokio::test]
async fn xml_that_would_grow_or_read_files_is_refused() {
    let (cloud, endpoint) = start().await;
    let mut client = client(&cloud, &endpoint).await;
    let bomb = "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \
                \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><Delete><Object><Key>&c;</Key></Object></Delete>";
    let file =
        "<!DOCTYPE d [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><Delete><Object><Key>&f;</Key></Object></Delete>";
    let deep = format!("<Delete>{}", "<Object>".repeat(200_000));
    let unclosed = format!("<Delete><Object><Key>{}", "k".repeat(1_000_000));
    for body in [
        bomb.as_bytes(),
        file.as_bytes(),
        deep.as_bytes(),
        unclosed.as_bytes(),
        b"<Delete><Object><Key>\xff\xfe</Key></Object></Delete>",
        b"<Delete><Object><Key>a</Object></Key></Delete>",
        b"{\"not\": \"xml\"}",
        b"",
    ] {
        let answer = s3(&mut client, "POST", "/bucket?delete", &[], body).await;
        assert!(
            (400..500).contains(&answer.status) && answer.body.contains("<Code>"),
            "{} {}",
            answer.status,
            answer.body
        );
        assert!(!answer.body.contains("root:"), "{}", answer.body);
    }
    is_well(&cloud, &endpoint).await;
}

#[tokio::test]
async fn json_and_forms_without_end_are_refused() {
    let (cloud, endpoint) = start().await;
    let mut client = client(&cloud, &endpoint).await;
    let arrays = vec![b'['; 1_000_000];
    let objects = "{\"a\":".repeat(300_000);
    let typed = format!(
        "{{\"TableName\":\"t\",\"Item\":{{\"a\":{}",
        "{\"M\":{\"a\":".repeat(10_000)
    );
    for body in [
        arrays.as_slice(),
        objects.as_bytes(),
        typed.as_bytes(),
        b"{\"a\":\"\xff\"}",
        b"1e999999",
    ] {
        for (service, target) in [
            ("dynamodb", "DynamoDB_20120810.PutItem"),
            ("sqs", "AmazonSQS.SendMessage"),
        ] {
            let answer = client.signed(service, "/", &[("x-amz-target", target)], body).await;
            assert_error(&answer, 400, "SerializationException");
        }
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let deep = format!("Action=CreateTopic&{}=1", "a.".repeat(100_000));
    let far = "Action=CreateTopic&Name=t&Tags.member.4294967295.Key=k&Tags.member.99999999999999999999.Key=k";
    let many = format!("Action=CreateTopic&{}", "a=b&".repeat(200_000));
    for body in [
        deep.as_str(),
        far,
        &many,
        "Action=%ff%00&Name=%ff",
        "&&&=&=",
        "Action=CreateTopic&Name=%F0%9F",
    ] {
        let answer = client.signed("sns", "/", &form, body.as_bytes()).await;
        assert!(answer.status < 500, "{} {}", answer.status, answer.body);
    }
    is_well(&cloud, &endpoint).await;
}

#[tokio::test]
async fn chunks_that_are_not_what_was_signed_are_refused() {
    let (cloud, endpoint) = start().await;
    let mut client = client(&cloud, &endpoint).await;
    let zeros = "0".repeat(64);
    let trailer = |body: &str| (CHUNKS_AND_TRAILER, body.to_owned(), "3");
    let cases = [
        (
            CHUNKS,
            format!("3;chunk-signature={zeros}\r\nabc\r\n0;chunk-signature={zeros}\r\n\r\n"),
            "3",
        ),
        (CHUNKS, "3\r\nabc\r\n0\r\n\r\n".to_owned(), "3"),
        (CHUNKS, format!("zz;chunk-signature={zeros}\r\nabc\r\n"), "3"),
        (
            CHUNKS,
            format!("ffffffffffffffff;chunk-signature={zeros}\r\nabc\r\n"),
            "3",
        ),
        (CHUNKS, String::new(), "3"),
        trailer("3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"),
        trailer("3\r\nabc\r\n0\r\nx-amz-checksum-crc32\r\n\r\n"),
        trailer("5\r\nabc\r\n0\r\n\r\n"),
        trailer("3\r\nabc"),
        trailer("\r\n\r\n\r\n"),
    ];
    let mut wrong = Vec::new();
    for (payload, body, length) in cases {
        let headers = [
            ("content-encoding", "aws-chunked"),
            ("x-amz-content-sha256", payload),
            ("x-amz-decoded-content-length", length),
            ("x-amz-trailer", "x-amz-checksum-crc32"),
        ];
        let answer = s3(&mut client, "PUT", "/bucket/chunked", &headers, body.as_bytes()).await;
        if !(400..500).contains(&answer.status) || !answer.body.contains("<Code>") {
            wrong.push(format!("{payload} {body:?}: {} {}", answer.status, answer.body));
        }
        if cloud.s3.get_object("bucket", "chunked", None).is_ok() {
            wrong.push(format!("{payload} {body:?} was stored"));
        }
        let _ = cloud
            .s3
            .delete_object(&mut crate::cloud::Call::outside(), "bucket", "chunked", None);
        client = self::client(&cloud, &endpoint).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The hash of the whole, and a checksum, wrong.
    for headers in [
        [("x-amz-content-sha256", zeros.as_str())],
        [("x-amz-checksum-sha256", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")],
        [("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")],
    ] {
        let answer = s3(&mut client, "PUT", "/bucket/chunked", &headers, b"abc").await;
        assert!(
            (400..500).contains(&answer.status),
            "{headers:?}: {} {}",
            answer.status,
            answer.body
        );
        assert!(cloud.s3.get_object("bucket", "chunked", None).is_err());
    }
    is_well(&cloud, &endpoint).await;
}

#[tokio::test]
async fn forms_that_nobody_signed_are_refused() {
    let (cloud, endpoint) = start().await;
    let host = endpoint.address().to_string();
    let part = |name: &str, value: &str| {
        format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let file = "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nx\r\n--edge--\r\n";
    let key = part("key", "k");
    let v4 = [
        "x-amz-credential",
        "x-amz-date",
        "x-amz-algorithm",
        "x-amz-signature",
        "policy",
    ]
    .map(|name| part(name, "x"));
    let bodies = [
        format!("{key}{file}"),
        format!(
            "{key}{}{}{}{file}",
            part("AWSAccessKeyId", "x"),
            part("policy", "e30="),
            part("signature", "x")
        ),
        format!("{key}{}{file}", v4.concat()),
        part("key", &"k".repeat(2_000_000)) + file,
        key.repeat(2000) + file,
        "--edge--\r\n".to_owned(),
        "no form".to_owned(),
    ];
    for body in bodies {
        let request = format!(
            "POST /bucket HTTP/1.1\r\nhost: {host}\r\ncontent-type: multipart/form-data; boundary=edge\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = raw(&endpoint, request.as_bytes()).await;
        assert!(
            (400..500).contains(&status(&answer)) && answer.contains("<Code>"),
            "{answer}"
        );
    }
    assert!(cloud.s3.get_object("bucket", "k", None).is_err());
    is_well(&cloud, &endpoint).await;
}

/// Each connection is given up when its time is over; until then others are answered.
#[tokio::test]
async fn clients_that_stop_sending_are_given_up() {
    let (cloud, endpoint) = start_patiently(Router::new(), Duration::from_millis(300)).await;
    cloud.s3.create_bucket("bucket").unwrap();
    let signer = client(&cloud, &endpoint).await;
    let json = signer.head("POST", "sqs", "/", &[JSON], b"{}");
    let put = s3_head(
        &signer,
        "PUT",
        "/bucket/slow",
        &[("x-amz-content-sha256", "UNSIGNED-PAYLOAD")],
        b"",
    );
    let mut slow = Vec::new();
    for _ in 0..30 {
        for (sent, expected) in [
            ("POST / HTTP/1.1\r\nhost: ".to_owned(), ""),
            (format!("{json}content-length: 2\r\n\r\n{{"), "RequestTimeout"),
            (
                format!("{put}content-length: 9\r\n\r\nx"),
                "<Code>RequestTimeout</Code>",
            ),
        ] {
            let mut stream = TcpStream::connect(endpoint.address()).await.unwrap();
            stream.write_all(sent.as_bytes()).await.unwrap();
            slow.push((stream, expected));
        }
    }
    is_well(&cloud, &endpoint).await;
    for (mut stream, expected) in slow {
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.contains(expected), "{expected}: {answer}");
    }
    assert!(cloud.s3.get_object("bucket", "slow", None).is_err());
    is_well(&cloud, &endpoint).await;
}
