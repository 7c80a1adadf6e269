//! A small client that signs its requests with Signature Version 4, as SDKs do.

use hmac::{Hmac, Mac};
use lambda_course::region::Region;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::curl::{Reply, curl, port};

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Calls Lambda's API with a JSON body; `Value::Null` is none.
pub async fn lambda(region: &Region, method: &str, path: &str, body: &Value) -> Reply {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    send(region, "lambda", method, path, body.as_bytes()).await
}

/// Sends a signed request to a service.
pub async fn send(region: &Region, service: &str, method: &str, target: &str, body: &[u8]) -> Reply {
    send_to(region, "127.0.0.1:{}", service, method, target, body).await
}

/// Sends a signed request to Lambda with headers that are not signed.
pub async fn send_with(region: &Region, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    signed(region, "127.0.0.1:{}", "lambda", method, target, headers, body).await
}

/// Sends a signed request to a host name; `{}` in it becomes the port.
pub async fn send_to(region: &Region, host: &str, service: &str, method: &str, target: &str, body: &[u8]) -> Reply {
    signed(region, host, service, method, target, &[], body).await
}

async fn signed(
    region: &Region,
    host: &str,
    service: &str,
    method: &str,
    target: &str,
    more: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let credentials = region.cloud().callers.outside();
    let timestamp = region.clock().now().format("%Y%m%dT%H%M%SZ");
    let (day, host) = (&timestamp[..8], host.replace("{}", port(region)));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = if service == "s3" {
        path.to_owned()
    } else {
        path.split('/').map(encoded).collect::<Vec<_>>().join("/")
    };
    let mut query: Vec<String> = query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect();
    query.sort();
    let digest = hex::encode(Sha256::digest(body));
    let names = "host;x-amz-content-sha256;x-amz-date";
    let canonical = format!(
        "{method}\n{path}\n{}\nhost:{host}\nx-amz-content-sha256:{digest}\nx-amz-date:{timestamp}\n\n{names}\n{digest}",
        query.join("&")
    );
    let scope = format!("{day}/us-east-1/{service}/aws4_request");
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{}",
        hex::encode(Sha256::digest(canonical))
    );
    let mut key = hmac(format!("AWS4{}", credentials.secret_access_key).as_bytes(), day);
    for part in ["us-east-1", service, "aws4_request"] {
        key = hmac(&key, part);
    }
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
        credentials.access_key_id,
        hex::encode(hmac(&key, &to_sign))
    );
    let headers = [
        ("Authorization", authorization.as_str()),
        ("X-Amz-Date", &timestamp),
        ("X-Amz-Content-Sha256", &digest),
    ];
    curl(region, method, &host, target, &[&headers, more].concat(), body).await
}

/// Percent signs of the path are signed once more.
fn encoded(segment: &str) -> String {
    utf8_percent_encode(segment, RESERVED).to_string()
}

fn pair(pair: &str) -> String {
    if pair.contains('=') {
        pair.to_owned()
    } else {
        format!("{pair}=")
    }
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
