//! Presigned URLs of Signature Version 2, which boto3 still makes unless told otherwise.
//!
//! Follows the Amazon S3 User Guide, "Signing and authenticating REST requests (Signature Version 2)".

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use s3s::crypto::{Checksum as _, Sha1};

use super::signature::{Refusal, owner, pairs, text};
use crate::clock::Timestamp;
use crate::cloud::{Callers, Identity};

/// Parameters that are part of the resource, and so are signed.
const SUBRESOURCES: &[&str] = &[
    "acl",
    "cors",
    "delete",
    "lifecycle",
    "location",
    "logging",
    "notification",
    "partNumber",
    "policy",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// Whether a request is signed so.
pub(super) fn is_signed(parts: &Parts) -> bool {
    let query = parts.uri.query().unwrap_or_default();
    query.contains("AWSAccessKeyId=") && query.contains("Signature=") && text(&parts.headers, "authorization").is_none()
}

/// Verifies the signature of a request.
pub(super) fn verify(parts: &Parts, callers: &Callers, now: Timestamp) -> Result<Identity, Refusal> {
    let query: Vec<_> = pairs(parts.uri.query().unwrap_or_default()).collect();
    let parameter = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let key = parameter("AWSAccessKeyId").unwrap_or_default();
    let identity = owner(callers, key, parameter("x-amz-security-token"), now)?;
    let header = |name: &str| {
        parameter(name)
            .or_else(|| text(&parts.headers, name))
            .unwrap_or_default()
    };
    let expires = parameter("Expires").unwrap_or_default();
    let mut amz: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &parts.headers {
        if name.as_str().starts_with("x-amz-") {
            amz.insert(
                name.as_str().to_owned(),
                value.to_str().unwrap_or_default().trim().to_owned(),
            );
        }
    }
    amz.extend(query.iter().filter(|(name, _)| name.starts_with("x-amz-")).cloned());
    let amz: Vec<_> = amz.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let amz = amz.concat();
    let mut signed: Vec<_> = query
        .iter()
        .filter(|(name, _)| SUBRESOURCES.contains(&name.as_str()))
        .collect();
    signed.sort();
    let signed = signed.iter().map(|(name, value)| match value.as_str() {
        "" => name.clone(),
        value => format!("{name}={value}"),
    });
    let signed: Vec<_> = signed.collect();
    let mut resource = parts.uri.path().to_owned();
    if !signed.is_empty() {
        resource.push('?');
        resource.push_str(&signed.join("&"));
    }
    let to_sign = format!(
        "{}\n{}\n{}\n{expires}\n{amz}{resource}",
        parts.method,
        header("content-md5"),
        header("content-type"),
    );
    let expected = STANDARD.encode(hmac_sha1(
        identity.credentials.secret_access_key.as_bytes(),
        to_sign.as_bytes(),
    ));
    if parameter("Signature") != Some(expected.as_str()) {
        return Err(Refusal::Mismatch);
    }
    if expires.parse().map_or(true, |until: u64| now.as_secs() > until) {
        return Err(Refusal::Expired);
    }
    Ok(identity)
}

/// RFC 2104 with SHA-1.
fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
    const BLOCK: usize = 64;
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..20].copy_from_slice(&Sha1::checksum(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let mut inner = Sha1::new();
    inner.update(&block.map(|byte| byte ^ 0x36));
    inner.update(message);
    let mut outer = Sha1::new();
    outer.update(&block.map(|byte| byte ^ 0x5c));
    outer.update(&inner.finalize());
    outer.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keyed_hash_is_the_one_of_rfc_2202() {
        let hash = hmac_sha1(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex::encode(hash), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    }
}
