use http::Request;

use super::canonical::canonical_query;
use super::url::unsigned_query;
use super::*;

fn parts(authorization: &str) -> Parts {
    let request = Request::builder()
        .header("authorization", authorization)
        .header("x-amz-date", "20260101T000000Z");
    request.body(()).unwrap().into_parts().0
}

#[test]
fn the_scope_names_the_service() {
    let parts = parts(
        "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host;x-amz-date, Signature=00",
    );
    assert_eq!(Signature::of(&parts).unwrap().service, "sqs");
}

/// `get-vanilla` of AWS's Signature Version 4 test suite.
#[test]
fn the_signature_is_the_one_of_the_test_suite() {
    let request = Request::builder()
        .uri("/")
        .header("host", "example.amazonaws.com")
        .header("x-amz-date", "20150830T123600Z");
    let parts = request.body(()).unwrap().into_parts().0;
    let header = authorization(
        &parts,
        b"",
        "AKIDEXAMPLE",
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "service",
    );
    assert!(
        header.ends_with("Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        "{header}"
    );
}

#[test]
fn malformed_headers_are_refused() {
    for authorization in [
        "Basic x",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=h, Signature=s",
    ] {
        assert!(
            matches!(Signature::of(&parts(authorization)), Err(Refusal::Incomplete(_))),
            "{authorization}"
        );
    }
}

#[test]
fn the_query_is_sorted_and_encoded() {
    assert_eq!(canonical_query("b=2&a=x%20y&a=/&c"), "a=%2F&a=x%20y&b=2&c=");
    assert_eq!(
        unsigned_query("x-id=GetObject&X-Amz-Date=1&versionId=2"),
        "x-id=GetObject&versionId=2"
    );
}
