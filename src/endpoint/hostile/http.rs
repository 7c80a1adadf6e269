//! What is broken, too large, too slow or meant for another host already as HTTP.

use super::*;

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
