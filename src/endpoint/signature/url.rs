//! URLs that are signed, and the parameters in them.

use percent_encoding::{percent_decode_str, utf8_percent_encode};

use super::canonical::RESERVED;
use super::{ALGORITHM, Signature};
use crate::clock::Timestamp;
use crate::cloud::Credentials;

/// A URL that anybody who has it can get, for some seconds.
pub(in crate::endpoint) fn presigned(
    service: &str,
    region: &str,
    host: &str,
    path: &str,
    credentials: &Credentials,
    now: Timestamp,
    seconds: u64,
) -> String {
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let timestamp = now.format("%Y%m%dT%H%M%SZ");
    let day = timestamp.split('T').next().unwrap_or_default().to_owned();
    let key = &credentials.access_key_id;
    let mut query = format!(
        "X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential={}&X-Amz-Date={timestamp}&X-Amz-Expires={seconds}\
         &X-Amz-SignedHeaders=host",
        encode(&format!("{key}/{day}/{region}/{service}/aws4_request"))
    );
    if let Some(token) = &credentials.session_token {
        query.push_str("&X-Amz-Security-Token=");
        query.push_str(&encode(token));
    }
    let signature = Signature {
        access_key_id: key.clone(),
        date: day,
        region: region.to_owned(),
        service: service.to_owned(),
        signed_headers: vec!["host".to_owned()],
        digest: String::new(),
        timestamp,
        token: credentials.session_token.clone(),
        presigned: Some(seconds),
    };
    let request = http::Request::builder()
        .uri(format!("{path}?{query}"))
        .header("host", host)
        .body(());
    // A host that is no header value was not asked for either: such an address leads nowhere.
    let digest = request.map_or_else(
        |_| String::new(),
        |request| {
            let parts = request.into_parts().0;
            let canonical = signature.canonical_request(&parts, &signature.payload(&parts, b""));
            signature.sign(&canonical, &credentials.secret_access_key)
        },
    );
    format!("http://{host}{path}?{query}&X-Amz-Signature={digest}")
}

/// The parameters of a query, decoded.
pub(in crate::endpoint) fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    query.split('&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key), decode(value))
    })
}

/// A request's query without what the signature added.
pub(in crate::endpoint) fn unsigned_query(query: &str) -> String {
    let signing = [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
        "X-Amz-Security-Token",
        "AWSAccessKeyId",
        "Expires",
        "Signature",
        "x-amz-security-token",
    ];
    let kept = query.split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !signing.contains(&name)
    });
    kept.collect::<Vec<_>>().join("&")
}
