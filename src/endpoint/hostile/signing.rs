//! Requests that are not what somebody signed.

use super::*;

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
