//! Between the types of the protocol and ours.

use std::time::{Duration, UNIX_EPOCH};

use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use md5::{Digest, Md5};
use s3s::checksum::ChecksumHasher;
use s3s::crypto::Checksum as _;
use s3s::dto::{Checksum, ETag, ETagCondition, StreamingBlob, Tag, Timestamp};
use s3s::{S3Error, S3ErrorCode, S3Result, TrailingHeaders, s3_error};

use crate::cloud::ApiError;
use crate::cloud::s3::Condition;
use crate::endpoint::patience::Idle;

/// Most bytes of an object or a part.
const MAX_CONTENT: usize = 1024 * 1024 * 1024;

pub(super) fn failed(error: ApiError) -> S3Error {
    let code = S3ErrorCode::from_bytes(error.code.as_bytes())
        .unwrap_or_else(|| S3ErrorCode::Custom(error.code.as_ref().into()));
    let mut answer = S3Error::with_message(code, error.message);
    if let Ok(status) = http::StatusCode::from_u16(error.status) {
        answer.set_status_code(status);
    }
    answer
}

pub(super) fn timestamp(at: crate::clock::Timestamp) -> Timestamp {
    Timestamp::from(UNIX_EPOCH + Duration::from_micros(at.as_micros()))
}

pub(super) fn etag(value: &str) -> ETag {
    ETag::Strong(value.to_owned())
}

pub(super) fn tags(tags: &[(String, String)]) -> Vec<Tag> {
    let tags = tags.iter().map(|(key, value)| Tag {
        key: Some(key.clone()),
        value: Some(value.clone()),
    });
    tags.collect()
}

/// Tags as a client sends them: at most `max`, no key twice.
pub(super) fn from_tags(tags: Vec<Tag>, max: usize) -> S3Result<Vec<(String, String)>> {
    let mut all: Vec<(String, String)> = Vec::with_capacity(tags.len());
    for tag in tags {
        let key = tag.key.unwrap_or_default();
        if key.is_empty() || key.len() > 128 {
            return Err(s3_error!(InvalidTag, "The TagKey you have provided is invalid"));
        }
        if all.iter().any(|(other, _)| *other == key) {
            return Err(s3_error!(InvalidTag, "Cannot provide multiple Tags with the same key"));
        }
        all.push((key, tag.value.unwrap_or_default()));
    }
    if all.len() > max {
        let code = S3ErrorCode::Custom("BadRequest".into());
        let mut error = S3Error::with_message(code, format!("Object tags cannot be greater than {max}"));
        error.set_status_code(http::StatusCode::BAD_REQUEST);
        return Err(error);
    }
    Ok(all)
}

/// Tags from the `x-amz-tagging` header, a query string.
pub(super) fn tags_in_header(header: Option<&str>) -> S3Result<Vec<(String, String)>> {
    let pairs = crate::endpoint::signature::pairs(header.unwrap_or_default());
    let tags = pairs.map(|(key, value)| Tag {
        key: Some(key.replace('+', " ")),
        value: Some(value.replace('+', " ")),
    });
    from_tags(tags.collect(), 10)
}

/// The condition of a write.
pub(super) fn condition(
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<Condition> {
    match (if_match.and_then(ETagCondition::as_etag), if_none_match) {
        (Some(etag), _) => Ok(Condition::Matches(etag.value().to_owned())),
        (None, Some(ETagCondition::Any)) => Ok(Condition::Absent),
        (None, Some(_)) => Err(s3_error!(
            NotImplemented,
            "A header you provided implies functionality that is not implemented"
        )),
        (None, None) => Ok(Condition::None),
    }
}

/// The checksums that a client sent with content, and its MD5.
#[derive(Debug, Default)]
pub(super) struct Promised {
    pub(super) crc32: Option<String>,
    pub(super) crc32c: Option<String>,
    pub(super) crc64nvme: Option<String>,
    pub(super) sha1: Option<String>,
    pub(super) sha256: Option<String>,
    pub(super) md5: Option<String>,
}

/// Takes in the whole content and verifies what was promised of it, in the headers or after it.
pub(super) async fn content(
    body: Option<StreamingBlob>,
    mut promised: Promised,
    headers: &http::HeaderMap,
    trailers: Option<TrailingHeaders>,
) -> S3Result<(Bytes, Vec<(String, String)>)> {
    let mut content = BytesMut::new();
    if let Some(mut body) = body {
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| {
                if Idle::caused(error.as_ref()) {
                    return S3Error::with_message(S3ErrorCode::RequestTimeout, Idle.to_string());
                }
                let message = error.to_string();
                if message.to_ascii_lowercase().contains("checksum") || message.contains("hash") {
                    let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
                    return S3Error::with_message(S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into()), message);
                }
                s3_error!(
                    IncompleteBody,
                    "You did not provide the number of bytes specified by the Content-Length HTTP header"
                )
            })?;
            if content.len() + chunk.len() > MAX_CONTENT {
                return Err(s3_error!(
                    EntityTooLarge,
                    "Your proposed upload exceeds the maximum allowed size"
                ));
            }
            content.extend_from_slice(&chunk);
        }
    }
    // Of content that comes in chunks.
    let length = headers.get("x-amz-decoded-content-length");
    let length = length.map(|length| length.to_str().ok().and_then(|length| length.parse().ok()));
    if length.is_some_and(|length| length != Some(content.len())) {
        return Err(s3_error!(
            IncompleteBody,
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        ));
    }
    if let Some(trailers) = trailers.and_then(|trailers| trailers.take()) {
        let trailer = |name: &str| {
            trailers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        promised.crc32 = promised.crc32.or_else(|| trailer("x-amz-checksum-crc32"));
        promised.crc32c = promised.crc32c.or_else(|| trailer("x-amz-checksum-crc32c"));
        promised.crc64nvme = promised.crc64nvme.or_else(|| trailer("x-amz-checksum-crc64nvme"));
        promised.sha1 = promised.sha1.or_else(|| trailer("x-amz-checksum-sha1"));
        promised.sha256 = promised.sha256.or_else(|| trailer("x-amz-checksum-sha256"));
    }
    let content = content.freeze();
    let checksums = promised.verify(&content)?;
    Ok((content, checksums))
}

impl Promised {
    fn verify(self, content: &[u8]) -> S3Result<Vec<(String, String)>> {
        use base64::Engine as _;
        let found = |kind: &str, promised: &Option<String>, computed: &Option<String>| match (promised, computed) {
            (Some(promised), Some(computed)) if promised != computed => Err(S3Error::with_message(
                S3ErrorCode::BadDigest,
                format!("The {kind} you specified did not match the calculated checksum."),
            )),
            _ => Ok(()),
        };
        if self.md5.is_some() {
            let computed = base64::engine::general_purpose::STANDARD.encode(Md5::digest(content));
            if self.md5.as_ref() != Some(&computed) {
                return Err(s3_error!(
                    BadDigest,
                    "The Content-MD5 you specified did not match what we received."
                ));
            }
        }
        let mut hasher = ChecksumHasher {
            crc32: self.crc32.is_some().then(s3s::crypto::Crc32::new),
            crc32c: self.crc32c.is_some().then(s3s::crypto::Crc32c::new),
            sha1: self.sha1.is_some().then(s3s::crypto::Sha1::new),
            sha256: self.sha256.is_some().then(s3s::crypto::Sha256::new),
            crc64nvme: self.crc64nvme.is_some().then(s3s::crypto::Crc64Nvme::new),
        };
        hasher.update(content);
        let computed = hasher.finalize();
        found("CRC32", &self.crc32, &computed.checksum_crc32)?;
        found("CRC32C", &self.crc32c, &computed.checksum_crc32c)?;
        found("CRC64NVME", &self.crc64nvme, &computed.checksum_crc64nvme)?;
        found("SHA1", &self.sha1, &computed.checksum_sha1)?;
        found("SHA256", &self.sha256, &computed.checksum_sha256)?;
        let all = [
            ("CRC32", computed.checksum_crc32),
            ("CRC32C", computed.checksum_crc32c),
            ("CRC64NVME", computed.checksum_crc64nvme),
            ("SHA1", computed.checksum_sha1),
            ("SHA256", computed.checksum_sha256),
        ];
        let all = all.into_iter().filter_map(|(kind, sum)| Some((kind.to_owned(), sum?)));
        Ok(all.collect())
    }
}

/// Checksums as the protocol has them.
pub(super) fn checksum(checksums: &[(String, String)]) -> Checksum {
    let sum = |kind: &str| {
        let found = checksums.iter().find(|(name, _)| name == kind);
        found.map(|(_, sum)| sum.clone())
    };
    Checksum {
        checksum_crc32: sum("CRC32"),
        checksum_crc32c: sum("CRC32C"),
        checksum_crc64nvme: sum("CRC64NVME"),
        checksum_sha1: sum("SHA1"),
        checksum_sha256: sum("SHA256"),
        checksum_type: None,
    }
}
