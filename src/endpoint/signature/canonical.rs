//! What is signed: a request in the one form that both sides can make of it.

use hmac::{Hmac, Mac};
use http::HeaderMap;
use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::url::pairs;
use super::{ALGORITHM, Signature, text};

/// What RFC 3986 leaves as it is.
pub(super) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');
const PRESIGNED_BODY: &str = "UNSIGNED-PAYLOAD";

impl Signature {
    /// What stands for the body in what is signed.
    pub(super) fn payload(&self, parts: &Parts, body: &[u8]) -> String {
        let presigned_s3 = self.is_presigned() && self.service == "s3";
        if presigned_s3 || text(&parts.headers, "x-amz-content-sha256") == Some(PRESIGNED_BODY) {
            PRESIGNED_BODY.to_owned()
        } else {
            hex::encode(Sha256::digest(body))
        }
    }

    pub(super) fn canonical_request(&self, parts: &Parts, payload: &str) -> String {
        let raw = parts.uri.path();
        let path = if self.service == "s3" {
            let decoded = percent_decode_str(raw).collect::<Vec<u8>>();
            percent_encoding::percent_encode(&decoded, RESERVED_IN_PATH).to_string()
        } else {
            utf8_percent_encode(raw, RESERVED_IN_PATH).to_string()
        };
        let query = canonical_query(parts.uri.query().unwrap_or_default());
        let headers = self.canonical_headers(&parts.headers);
        let names = self.signed_headers.join(";");
        format!("{}\n{path}\n{query}\n{headers}\n{names}\n{payload}", parts.method)
    }

    pub(super) fn sign(&self, canonical: &str, secret: &str) -> String {
        let scope = format!("{}/{}/{}/aws4_request", self.date, self.region, self.service);
        let digest = hex::encode(Sha256::digest(canonical));
        let to_sign = format!("{ALGORITHM}\n{}\n{scope}\n{digest}", self.timestamp);
        let mut key = hmac(format!("AWS4{secret}").as_bytes(), &self.date);
        for part in [self.region.as_str(), self.service.as_str(), "aws4_request"] {
            key = hmac(&key, part);
        }
        hex::encode(hmac(&key, &to_sign))
    }

    fn canonical_headers(&self, headers: &HeaderMap) -> String {
        let mut canonical = String::new();
        for name in &self.signed_headers {
            let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
            let values: Vec<_> = values
                .map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
                .collect();
            canonical.push_str(name);
            canonical.push(':');
            canonical.push_str(&values.join(","));
            canonical.push('\n');
        }
        canonical
    }
}

pub(super) fn canonical_query(query: &str) -> String {
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let mut all: Vec<_> = pairs(query)
        .filter(|(key, _)| key != "X-Amz-Signature")
        .map(|(key, value)| (encode(&key), encode(&value)))
        .collect();
    all.sort();
    let all: Vec<_> = all.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    all.join("&")
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    // A key of any length is valid.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
