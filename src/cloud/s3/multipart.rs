//! Multipart uploads.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use md5::{Digest, Md5};

use serde::{Deserialize, Serialize};

use super::object::{Condition, Object, Upload};
use super::{ApiError, S3, etag_of};
use crate::clock::Timestamp;
use crate::cloud::Call;

/// Least bytes of a part other than the last.
const MIN_PART: usize = 5 * 1024 * 1024;
/// What S3 says of a list without parts.
const MALFORMED: &str = "The XML you provided was not well-formed or did not validate against our published schema";
/// The highest part number.
const MAX_PART_NUMBER: u32 = 10_000;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Pending {
    key: String,
    begun: Timestamp,
    upload: Upload,
    pub(super) parts: BTreeMap<u32, Part>,
}

/// A part that was uploaded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    /// From 1 to 10,000.
    pub number: u32,
    /// The MD5 of the content, without quotation marks.
    pub etag: String,
    /// The content.
    #[serde(skip)]
    pub body: Bytes,
    /// When it was uploaded.
    pub modified: Timestamp,
    /// Checksums in base64, by algorithm.
    pub checksums: Vec<(String, String)>,
}

/// A part as `CompleteMultipartUpload` names it.
#[derive(Debug, Clone)]
pub struct PartChoice {
    /// The part's number.
    pub number: u32,
    /// Its entity tag, without quotation marks.
    pub etag: String,
}

/// An upload that is not complete.
#[derive(Debug, Clone)]
pub struct UploadInfo {
    /// The upload's id.
    pub upload_id: String,
    /// The key to be.
    pub key: String,
    /// When it was begun.
    pub begun: Timestamp,
}

impl S3 {
    /// `CreateMultipartUpload`; the content of `upload` is ignored. Answers the upload's id.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn create_upload(&self, bucket: &str, key: &str, upload: Upload) -> Result<String, ApiError> {
        let upload_id = self.core.chance.hex(64);
        let begun = self.core.now();
        let pending = Pending {
            key: key.to_owned(),
            begun,
            upload,
            parts: BTreeMap::new(),
        };
        let mut state = self.lock();
        state.bucket_mut(bucket)?.uploads.insert(upload_id.clone(), pending);
        Ok(upload_id)
    }

    /// `UploadPart`.
    ///
    /// # Errors
    /// `NoSuchBucket`, `NoSuchUpload`, `InvalidArgument` for the number.
    pub fn upload_part(
        &self,
        bucket: &str,
        upload_id: &str,
        number: u32,
        body: Bytes,
        checksums: Vec<(String, String)>,
    ) -> Result<Part, ApiError> {
        if !(1..=MAX_PART_NUMBER).contains(&number) {
            return Err(ApiError::new(
                "InvalidArgument",
                "Part number must be an integer between 1 and 10000, inclusive",
            ));
        }
        let part = Part {
            number,
            etag: etag_of(&body),
            body,
            modified: self.core.now(),
            checksums,
        };
        let mut state = self.lock();
        let pending = state
            .bucket_mut(bucket)?
            .uploads
            .get_mut(upload_id)
            .ok_or_else(no_such_upload)?;
        pending.parts.insert(number, part.clone());
        Ok(part)
    }

    /// `ListParts`, by number.
    ///
    /// # Errors
    /// `NoSuchBucket`, `NoSuchUpload`.
    pub fn list_parts(&self, bucket: &str, upload_id: &str) -> Result<Vec<Part>, ApiError> {
        let state = self.lock();
        let pending = state
            .bucket(bucket)?
            .uploads
            .get(upload_id)
            .ok_or_else(no_such_upload)?;
        Ok(pending.parts.values().cloned().collect())
    }

    /// `ListMultipartUploads`, by key.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn list_uploads(&self, bucket: &str) -> Result<Vec<UploadInfo>, ApiError> {
        let state = self.lock();
        let uploads = state.bucket(bucket)?.uploads.iter();
        let mut uploads: Vec<_> = uploads
            .map(|(upload_id, pending)| UploadInfo {
                upload_id: upload_id.clone(),
                key: pending.key.clone(),
                begun: pending.begun,
            })
            .collect();
        uploads.sort_by(|one, other| (&one.key, one.begun).cmp(&(&other.key, other.begun)));
        Ok(uploads)
    }

    /// `AbortMultipartUpload`.
    ///
    /// # Errors
    /// `NoSuchBucket`, `NoSuchUpload`.
    pub fn abort_upload(&self, bucket: &str, upload_id: &str) -> Result<(), ApiError> {
        let mut state = self.lock();
        let gone = state.bucket_mut(bucket)?.uploads.remove(upload_id);
        gone.map(drop).ok_or_else(no_such_upload)
    }

    /// `CompleteMultipartUpload`.
    ///
    /// # Errors
    /// `NoSuchBucket`, `NoSuchUpload`, `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`, `PreconditionFailed`.
    pub fn complete_upload(
        &self,
        call: &mut Call,
        bucket: &str,
        upload_id: &str,
        choices: &[PartChoice],
        condition: Condition,
    ) -> Result<Arc<Object>, ApiError> {
        let (key, mut upload, parts) = {
            let state = self.lock();
            let pending = state
                .bucket(bucket)?
                .uploads
                .get(upload_id)
                .ok_or_else(no_such_upload)?;
            (
                pending.key.clone(),
                pending.upload.clone(),
                choose(&pending.parts, choices)?,
            )
        };
        let mut body = BytesMut::with_capacity(parts.iter().map(|part| part.body.len()).sum());
        let mut digests = Md5::new();
        for part in &parts {
            body.extend_from_slice(&part.body);
            digests.update(hex::decode(&part.etag).unwrap_or_default());
        }
        upload.body = body.freeze();
        upload.condition = condition;
        let etag = format!("{}-{}", hex::encode(digests.finalize()), parts.len());
        let sizes = parts.iter().map(|part| part.body.len()).collect();
        let object = self.write(call, bucket, &key, upload, etag, sizes, "CompleteMultipartUpload")?;
        self.lock().bucket_mut(bucket)?.uploads.remove(upload_id);
        Ok(object)
    }
}

fn choose(parts: &BTreeMap<u32, Part>, choices: &[PartChoice]) -> Result<Vec<Part>, ApiError> {
    if choices.is_empty() {
        return Err(ApiError::new("MalformedXML", MALFORMED));
    }
    if choices.windows(2).any(|pair| pair[0].number >= pair[1].number) {
        return Err(ApiError::new(
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        ));
    }
    let mut chosen = Vec::with_capacity(choices.len());
    for choice in choices {
        let part = parts.get(&choice.number).filter(|part| part.etag == choice.etag);
        let part = part.ok_or_else(|| {
            ApiError::new(
                "InvalidPart",
                "One or more of the specified parts could not be found.  The part may not have been uploaded, or the \
                 specified entity tag may not match the part's entity tag.",
            )
        })?;
        chosen.push(part.clone());
    }
    let small = |part: &Part| part.body.len() < MIN_PART;
    if chosen.split_last().is_some_and(|(_, others)| others.iter().any(small)) {
        return Err(ApiError::new(
            "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed size",
        ));
    }
    Ok(chosen)
}

fn no_such_upload() -> ApiError {
    ApiError::new(
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or \
         completed.",
    )
    .status(404)
}
