//! Reading objects: whole, in ranges, on conditions.

use s3s::dto::*;
use s3s::{Body, S3Error, S3Request, S3Response, S3Result, s3_error};

use super::backend::Backend;
use super::convert::{checksum, etag, timestamp};
use super::object::{full_object, size};
use crate::cloud::Call;
use crate::cloud::s3::{Headers, Object as Stored};

impl Backend {
    pub(super) async fn get_object(
        &self,
        _call: &mut Call,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        let input = request.input;
        let object = self.find(&input.bucket, &input.key, input.version_id.as_deref())?;
        Conditions {
            if_match: input.if_match.as_ref(),
            if_none_match: input.if_none_match.as_ref(),
            if_modified_since: input.if_modified_since.as_ref(),
            if_unmodified_since: input.if_unmodified_since.as_ref(),
        }
        .check(&object)?;
        let slice = slice(&object, input.range.as_ref(), input.part_number)?;
        let body = object.body.slice(slice.start..slice.end);
        let sums = if input.checksum_mode.is_some() && slice.range.is_none() {
            checksum(&object.checksums)
        } else {
            Checksum::default()
        };
        let headers = &object.headers;
        let content_type = input.response_content_type.or_else(|| headers.content_type.clone());
        let mut response = S3Response::new(GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: i64::try_from(body.len()).ok(),
            body: Some(StreamingBlob::from(Body::from(body))),
            content_range: slice.range.clone(),
            content_type: content_type_of(content_type.as_deref()),
            content_encoding: input
                .response_content_encoding
                .or_else(|| headers.content_encoding.clone()),
            content_disposition: input
                .response_content_disposition
                .or_else(|| headers.content_disposition.clone()),
            content_language: input
                .response_content_language
                .or_else(|| headers.content_language.clone()),
            cache_control: input.response_cache_control.or_else(|| headers.cache_control.clone()),
            e_tag: Some(etag(&object.etag)),
            last_modified: Some(timestamp(object.modified)),
            metadata: to_metadata(&object),
            version_id: object.version_id.clone(),
            storage_class: storage_class(headers),
            tag_count: tag_count(&object),
            parts_count: slice.parts,
            checksum_type: sums_type(&sums, &object),
            checksum_crc32: sums.checksum_crc32,
            checksum_crc32c: sums.checksum_crc32c,
            checksum_crc64nvme: sums.checksum_crc64nvme,
            checksum_sha1: sums.checksum_sha1,
            checksum_sha256: sums.checksum_sha256,
            server_side_encryption: Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256)),
            ..GetObjectOutput::default()
        });
        if slice.range.is_some() {
            response.status = Some(http::StatusCode::PARTIAL_CONTENT);
        }
        Ok(response)
    }

    pub(super) async fn head_object(
        &self,
        _call: &mut Call,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = request.input;
        let object = self.find(&input.bucket, &input.key, input.version_id.as_deref())?;
        Conditions {
            if_match: input.if_match.as_ref(),
            if_none_match: input.if_none_match.as_ref(),
            if_modified_since: input.if_modified_since.as_ref(),
            if_unmodified_since: input.if_unmodified_since.as_ref(),
        }
        .check(&object)?;
        let slice = slice(&object, input.range.as_ref(), input.part_number)?;
        let sums = if input.checksum_mode.is_some() {
            checksum(&object.checksums)
        } else {
            Checksum::default()
        };
        let headers = &object.headers;
        let mut response = S3Response::new(HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: i64::try_from(slice.end - slice.start).ok(),
            content_type: content_type_of(headers.content_type.as_deref()),
            content_encoding: headers.content_encoding.clone(),
            content_disposition: headers.content_disposition.clone(),
            content_language: headers.content_language.clone(),
            cache_control: headers.cache_control.clone(),
            e_tag: Some(etag(&object.etag)),
            last_modified: Some(timestamp(object.modified)),
            metadata: to_metadata(&object),
            version_id: object.version_id.clone(),
            storage_class: storage_class(headers),
            parts_count: slice.parts,
            checksum_type: sums_type(&sums, &object),
            checksum_crc32: sums.checksum_crc32,
            checksum_crc32c: sums.checksum_crc32c,
            checksum_crc64nvme: sums.checksum_crc64nvme,
            checksum_sha1: sums.checksum_sha1,
            checksum_sha256: sums.checksum_sha256,
            server_side_encryption: Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256)),
            ..HeadObjectOutput::default()
        });
        if slice.range.is_some() {
            response.status = Some(http::StatusCode::PARTIAL_CONTENT);
        }
        Ok(response)
    }

    pub(super) async fn get_object_attributes(
        &self,
        _call: &mut Call,
        request: S3Request<GetObjectAttributesInput>,
    ) -> S3Result<S3Response<GetObjectAttributesOutput>> {
        let input = request.input;
        let object = self.find(&input.bucket, &input.key, input.version_id.as_deref())?;
        // Clients name them all in one header, or each in a header of its own.
        let wanted: Vec<_> = input
            .object_attributes
            .iter()
            .flat_map(|one| one.as_str().split(','))
            .collect();
        let wants = |name: &str| wanted.iter().any(|wanted| wanted.trim() == name);
        Ok(S3Response::new(GetObjectAttributesOutput {
            e_tag: wants("ETag").then(|| etag(&object.etag)),
            checksum: wants("Checksum").then(|| checksum(&object.checksums)),
            object_size: wants("ObjectSize").then(|| size(&object)),
            storage_class: wants("StorageClass").then(|| {
                StorageClass::from(
                    object
                        .headers
                        .storage_class
                        .clone()
                        .unwrap_or_else(|| "STANDARD".to_owned()),
                )
            }),
            last_modified: Some(timestamp(object.modified)),
            version_id: object.version_id.clone(),
            ..GetObjectAttributesOutput::default()
        }))
    }
}

fn content_type_of(kind: Option<&str>) -> Option<ContentType> {
    kind.unwrap_or("binary/octet-stream").parse().ok()
}

fn to_metadata(object: &Stored) -> Option<Metadata> {
    (!object.metadata.is_empty()).then(|| object.metadata.clone().into_iter().collect())
}

fn storage_class(headers: &Headers) -> Option<StorageClass> {
    headers
        .storage_class
        .clone()
        .filter(|class| class != "STANDARD")
        .map(StorageClass::from)
}

fn tag_count(object: &Stored) -> Option<i32> {
    i32::try_from(object.tags.len()).ok().filter(|count| *count > 0)
}

fn sums_type(sums: &Checksum, object: &Stored) -> Option<ChecksumType> {
    (*sums != Checksum::default()).then(|| full_object(object)).flatten()
}

/// A part of an object's content.
struct Slice {
    start: usize,
    end: usize,
    /// `Content-Range`, if it is not the whole.
    range: Option<String>,
    parts: Option<i32>,
}

fn slice(object: &Stored, range: Option<&Range>, part: Option<i32>) -> S3Result<Slice> {
    let length = object.body.len();
    let some = |start: usize, end: usize, parts| Slice {
        start,
        end,
        range: Some(format!("bytes {start}-{}/{length}", end.saturating_sub(1))),
        parts,
    };
    if let Some(range) = range {
        let found = range.check(length as u64).map_err(|_| {
            let mut error = s3_error!(InvalidRange, "The requested range is not satisfiable");
            error.set_status_code(http::StatusCode::RANGE_NOT_SATISFIABLE);
            error
        })?;
        let at = |place: u64| usize::try_from(place).unwrap_or(length);
        return Ok(some(at(found.start), at(found.end), None));
    }
    if let Some(number) = part {
        let number = usize::try_from(number).unwrap_or_default();
        let one = [length];
        let parts = if object.parts.is_empty() {
            &one[..]
        } else {
            &object.parts
        };
        if number == 0 || number > parts.len() {
            return Err(s3_error!(InvalidPart, "The requested partnumber is not satisfiable"));
        }
        let start = parts[..number - 1].iter().sum();
        let count = i32::try_from(object.parts.len()).ok().filter(|count| *count > 0);
        return Ok(some(start, start + parts[number - 1], count));
    }
    Ok(Slice {
        start: 0,
        end: length,
        range: None,
        parts: None,
    })
}

/// The conditions of a read.
#[expect(clippy::struct_field_names, reason = "the names of the headers")]
pub(super) struct Conditions<'a> {
    pub(super) if_match: Option<&'a ETagCondition>,
    pub(super) if_none_match: Option<&'a ETagCondition>,
    pub(super) if_modified_since: Option<&'a Timestamp>,
    pub(super) if_unmodified_since: Option<&'a Timestamp>,
}

impl Conditions<'_> {
    fn check(&self, object: &Stored) -> S3Result<()> {
        if self.fails(object) {
            return Err(precondition_failed());
        }
        if self.is_unchanged(object) {
            let mut error = s3_error!(NotModified, "Not Modified");
            error.set_status_code(http::StatusCode::NOT_MODIFIED);
            return Err(error);
        }
        Ok(())
    }

    /// For the source of a copy, where "not modified" is a failure too.
    pub(super) fn check_copy(&self, object: &Stored) -> S3Result<()> {
        if self.fails(object) || self.is_unchanged(object) {
            return Err(precondition_failed());
        }
        Ok(())
    }

    fn fails(&self, object: &Stored) -> bool {
        let tag_differs = self.if_match.is_some_and(|condition| !matches(condition, object));
        let modified = seconds_after(object, self.if_unmodified_since);
        tag_differs || self.if_match.is_none() && modified == Some(true)
    }

    fn is_unchanged(&self, object: &Stored) -> bool {
        match self.if_none_match {
            Some(condition) => matches(condition, object),
            None => seconds_after(object, self.if_modified_since) == Some(false),
        }
    }
}

/// Whether the object was modified after a time, in whole seconds.
fn seconds_after(object: &Stored, since: Option<&Timestamp>) -> Option<bool> {
    let mut text = Vec::new();
    since?.format(TimestampFormat::EpochSeconds, &mut text).ok()?;
    let since: f64 = String::from_utf8(text).ok()?.parse().ok()?;
    #[expect(clippy::cast_precision_loss, reason = "seconds of this age fit")]
    let modified = object.modified.as_secs() as f64;
    Some(modified > since)
}

fn matches(condition: &ETagCondition, object: &Stored) -> bool {
    condition.is_any() || condition.as_etag().is_some_and(|etag| etag.value() == object.etag)
}

fn precondition_failed() -> S3Error {
    s3_error!(
        PreconditionFailed,
        "At least one of the pre-conditions you specified did not hold"
    )
}
