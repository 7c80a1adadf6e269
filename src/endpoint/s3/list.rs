//! Listing objects and versions.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::backend::Backend;
use super::convert::{etag, failed, timestamp};
use super::object::{full_object, size};
use crate::cloud::Call;
use crate::cloud::s3::{Object as Stored, Query};

/// Most keys of one page.
const MAX_KEYS: i32 = 1000;
/// What `encoding-type=url` leaves as it is.
const IN_LISTING: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'/');

impl Backend {
    pub(super) async fn list_objects(
        &self,
        _call: &mut Call,
        request: S3Request<ListObjectsInput>,
    ) -> S3Result<S3Response<ListObjectsOutput>> {
        let input = request.input;
        let encoded = input.encoding_type.is_some();
        let max_keys = page_size(input.max_keys)?;
        let query = Query {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone().unwrap_or_default(),
            after: input.marker.clone().unwrap_or_default(),
            max_keys: usize::try_from(max_keys).unwrap_or_default(),
        };
        let page = self.cloud.s3.list_objects(&input.bucket, &query).map_err(failed)?;
        let owner = Some(self.owner());
        Ok(S3Response::new(ListObjectsOutput {
            name: Some(input.bucket),
            prefix: Some(encode(input.prefix.unwrap_or_default(), encoded)),
            marker: Some(encode(input.marker.unwrap_or_default(), encoded)),
            max_keys: Some(max_keys),
            is_truncated: Some(page.next.is_some()),
            contents: Some(
                page.objects
                    .iter()
                    .map(|object| listed(object, owner.clone(), encoded))
                    .collect(),
            ),
            common_prefixes: common_prefixes(page.prefixes, encoded),
            // S3 tells the next marker only where a delimiter is given.
            next_marker: page
                .next
                .filter(|_| !query.delimiter.is_empty())
                .map(|next| encode(next, encoded)),
            delimiter: input.delimiter.map(|delimiter| encode(delimiter, encoded)),
            encoding_type: input.encoding_type,
            ..ListObjectsOutput::default()
        }))
    }

    pub(super) async fn list_objects_v2(
        &self,
        _call: &mut Call,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        let encoded = input.encoding_type.is_some();
        let max_keys = page_size(input.max_keys)?;
        let after = match &input.continuation_token {
            Some(token) => {
                let key = hex::decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                key.ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))?
            }
            None => input.start_after.clone().unwrap_or_default(),
        };
        let query = Query {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone().unwrap_or_default(),
            after,
            max_keys: usize::try_from(max_keys).unwrap_or_default(),
        };
        let page = self.cloud.s3.list_objects(&input.bucket, &query).map_err(failed)?;
        let owner = input.fetch_owner.unwrap_or(false).then(|| self.owner());
        let count = page.objects.len() + page.prefixes.len();
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: Some(encode(input.prefix.unwrap_or_default(), encoded)),
            max_keys: Some(max_keys),
            key_count: i32::try_from(count).ok(),
            continuation_token: input.continuation_token,
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next.map(hex::encode),
            contents: (!page.objects.is_empty()).then(|| {
                page.objects
                    .iter()
                    .map(|object| listed(object, owner.clone(), encoded))
                    .collect()
            }),
            common_prefixes: common_prefixes(page.prefixes, encoded),
            delimiter: input.delimiter.map(|delimiter| encode(delimiter, encoded)),
            encoding_type: input.encoding_type,
            start_after: input.start_after.map(|start| encode(start, encoded)),
            ..ListObjectsV2Output::default()
        }))
    }

    pub(super) async fn list_object_versions(
        &self,
        _call: &mut Call,
        request: S3Request<ListObjectVersionsInput>,
    ) -> S3Result<S3Response<ListObjectVersionsOutput>> {
        let input = request.input;
        let encoded = input.encoding_type.is_some();
        let max_keys = page_size(input.max_keys)?;
        let query = Query {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone().unwrap_or_default(),
            after: input.key_marker.clone().unwrap_or_default(),
            max_keys: usize::try_from(max_keys).unwrap_or_default(),
        };
        let page = self.cloud.s3.list_versions(&input.bucket, &query).map_err(failed)?;
        let (mut versions, mut delete_markers) = (Vec::new(), Vec::new());
        for (object, latest) in &page.versions {
            let version_id = Some(object.version_id.clone().unwrap_or_else(|| "null".to_owned()));
            let key = Some(encode(object.key.clone(), encoded));
            if object.delete_marker {
                delete_markers.push(DeleteMarkerEntry {
                    is_latest: Some(*latest),
                    key,
                    last_modified: Some(timestamp(object.modified)),
                    owner: Some(self.owner()),
                    version_id,
                });
            } else {
                versions.push(ObjectVersion {
                    e_tag: Some(etag(&object.etag)),
                    is_latest: Some(*latest),
                    key,
                    last_modified: Some(timestamp(object.modified)),
                    owner: Some(self.owner()),
                    size: Some(size(object)),
                    storage_class: Some(ObjectVersionStorageClass::from_static(
                        ObjectVersionStorageClass::STANDARD,
                    )),
                    version_id,
                    checksum_algorithm: algorithms(object),
                    checksum_type: full_object(object),
                    ..ObjectVersion::default()
                });
            }
        }
        Ok(S3Response::new(ListObjectVersionsOutput {
            name: Some(input.bucket),
            prefix: Some(encode(input.prefix.unwrap_or_default(), encoded)),
            key_marker: Some(input.key_marker.unwrap_or_default()),
            version_id_marker: Some(input.version_id_marker.unwrap_or_default()),
            max_keys: Some(max_keys),
            is_truncated: Some(page.next.is_some()),
            next_key_marker: page.next,
            versions: (!versions.is_empty()).then_some(versions),
            delete_markers: (!delete_markers.is_empty()).then_some(delete_markers),
            common_prefixes: common_prefixes(page.prefixes, encoded),
            delimiter: input.delimiter,
            encoding_type: input.encoding_type,
            ..ListObjectVersionsOutput::default()
        }))
    }
}

fn page_size(max_keys: Option<i32>) -> S3Result<i32> {
    match max_keys {
        Some(max_keys) if max_keys < 0 => Err(s3_error!(
            InvalidArgument,
            "Argument maxKeys must be an integer between 0 and 2147483647"
        )),
        Some(max_keys) => Ok(max_keys.min(MAX_KEYS)),
        None => Ok(MAX_KEYS),
    }
}

fn encode(text: String, encoded: bool) -> String {
    if encoded {
        utf8_percent_encode(&text, IN_LISTING).to_string()
    } else {
        text
    }
}

fn listed(object: &Stored, owner: Option<Owner>, encoded: bool) -> Object {
    Object {
        e_tag: Some(etag(&object.etag)),
        key: Some(encode(object.key.clone(), encoded)),
        last_modified: Some(timestamp(object.modified)),
        owner,
        size: Some(size(object)),
        storage_class: Some(ObjectStorageClass::from(
            object
                .headers
                .storage_class
                .clone()
                .unwrap_or_else(|| "STANDARD".to_owned()),
        )),
        checksum_algorithm: algorithms(object),
        checksum_type: full_object(object),
        ..Object::default()
    }
}

fn algorithms(object: &Stored) -> Option<Vec<ChecksumAlgorithm>> {
    let all = object
        .checksums
        .iter()
        .map(|(kind, _)| ChecksumAlgorithm::from(kind.clone()));
    let all: Vec<_> = all.collect();
    (!all.is_empty()).then_some(all)
}

fn common_prefixes(prefixes: Vec<String>, encoded: bool) -> Option<Vec<CommonPrefix>> {
    let all = prefixes.into_iter().map(|prefix| CommonPrefix {
        prefix: Some(encode(prefix, encoded)),
    });
    let all: Vec<_> = all.collect();
    (!all.is_empty()).then_some(all)
}
