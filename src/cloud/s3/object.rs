//! What a bucket holds.

use std::collections::BTreeMap;

use bytes::Bytes;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// One version of an object, or a delete marker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Object {
    /// The key, not encoded.
    pub key: String,
    /// The version's id; `None` is the null version of a bucket without versioning.
    pub version_id: Option<String>,
    /// When it was written.
    pub modified: Timestamp,
    /// The entity tag, without quotation marks.
    pub etag: String,
    /// The content.
    #[serde(skip)]
    pub body: Bytes,
    /// The headers that come back with the content.
    pub headers: Headers,
    /// The `x-amz-meta-` headers, without that prefix.
    pub metadata: BTreeMap<String, String>,
    /// The object's tags, in order.
    pub tags: Vec<(String, String)>,
    /// Checksums in base64, by the name of the algorithm, as `CRC32`.
    pub checksums: Vec<(String, String)>,
    /// The sizes of the parts in bytes, if it was uploaded in parts.
    pub parts: Vec<usize>,
    /// Whether this says that the object is deleted.
    pub delete_marker: bool,
}

/// Headers kept with an object, as the uploader gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headers {
    /// `Content-Type`; `binary/octet-stream` if none was given.
    pub content_type: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Expires`.
    pub expires: Option<String>,
    /// `x-amz-storage-class`; `STANDARD` if none was given.
    pub storage_class: Option<String>,
}

/// What is written by one upload.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Upload {
    /// The content.
    #[serde(skip)]
    pub body: Bytes,
    /// The headers to keep.
    pub headers: Headers,
    /// The metadata.
    pub metadata: BTreeMap<String, String>,
    /// The tags.
    pub tags: Vec<(String, String)>,
    /// Checksums in base64, by algorithm.
    pub checksums: Vec<(String, String)>,
    /// What must hold of the object that is there.
    pub condition: Condition,
}

impl Upload {
    /// Content without anything else.
    #[must_use]
    pub fn new(body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            ..Self::default()
        }
    }
}

/// A conditional write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// Write in any case.
    #[default]
    None,
    /// `If-None-Match: *`: only if there is no object.
    Absent,
    /// `If-Match`: only over the object with this entity tag (without quotation marks).
    Matches(String),
}

/// What became of a delete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deleted {
    /// The version that was deleted, or the delete marker's.
    pub version_id: Option<String>,
    /// Whether a delete marker was made or deleted.
    pub delete_marker: bool,
}
