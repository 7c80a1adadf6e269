//! Writing, reading, copying and deleting objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use s3s::dto::*;
use s3s::{Body, S3Error, S3Request, S3Response, S3Result, s3_error};

use super::backend::Backend;
use super::convert::{
    Promised, checksum, condition, content, etag, failed, from_tags, tags, tags_in_header, timestamp,
};
use crate::cloud::Call;
use crate::cloud::s3::{Deleted, Headers, Object as Stored, Upload};

/// Most bytes of all metadata of an object, names and values.
const MAX_METADATA: usize = 2048;

impl Backend {
    pub(super) async fn put_object(
        &self,
        call: &mut Call,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let input = request.input;
        let promised = Promised {
            crc32: input.checksum_crc32,
            crc32c: input.checksum_crc32c,
            crc64nvme: input.checksum_crc64nvme,
            sha1: input.checksum_sha1,
            sha256: input.checksum_sha256,
            md5: input.content_md5,
        };
        let (body, checksums) = content(input.body, promised, request.trailing_headers).await?;
        let upload = Upload {
            body,
            headers: Headers {
                content_type: input.content_type.as_ref().map(ToString::to_string),
                content_encoding: input.content_encoding.as_deref().and_then(real_encoding),
                content_disposition: input.content_disposition,
                content_language: input.content_language,
                cache_control: input.cache_control,
                expires: input.expires.as_ref().map(http_date),
                storage_class: input.storage_class.map(|class| class.as_str().to_owned()),
            },
            metadata: metadata(input.metadata)?,
            tags: tags_in_header(input.tagging.as_deref())?,
            checksums,
            condition: condition(input.if_match.as_ref(), input.if_none_match.as_ref())?,
        };
        let object = self
            .cloud
            .s3
            .put_object(call, &input.bucket, &input.key, upload)
            .map_err(failed)?;
        let sums = checksum(&object.checksums);
        Ok(S3Response::new(PutObjectOutput {
            e_tag: Some(etag(&object.etag)),
            version_id: object.version_id.clone(),
            checksum_crc32: sums.checksum_crc32,
            checksum_crc32c: sums.checksum_crc32c,
            checksum_crc64nvme: sums.checksum_crc64nvme,
            checksum_sha1: sums.checksum_sha1,
            checksum_sha256: sums.checksum_sha256,
            checksum_type: full_object(&object),
            server_side_encryption: Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256)),
            ..PutObjectOutput::default()
        }))
    }

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

    pub(super) async fn copy_object(
        &self,
        call: &mut Call,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        let input = request.input;
        let (from_bucket, from_key, version) = source(&input.copy_source)?;
        let from = self.find(&from_bucket, &from_key, version.as_deref())?;
        Conditions {
            if_match: input.copy_source_if_match.as_ref(),
            if_none_match: input.copy_source_if_none_match.as_ref(),
            if_modified_since: input.copy_source_if_modified_since.as_ref(),
            if_unmodified_since: input.copy_source_if_unmodified_since.as_ref(),
        }
        .check_copy(&from)?;
        let replaces = |directive: Option<&str>| directive == Some("REPLACE");
        let new_metadata = replaces(input.metadata_directive.as_ref().map(MetadataDirective::as_str));
        let new_tags = replaces(input.tagging_directive.as_ref().map(TaggingDirective::as_str));
        let same = from_bucket == input.bucket && from_key == input.key && version.is_none();
        if same && !new_metadata && input.storage_class.is_none() {
            return Err(s3_error!(
                InvalidRequest,
                "This copy request is illegal because it is trying to copy an object to itself without changing the \
                 object's metadata, storage class, website redirect location or encryption attributes."
            ));
        }
        let headers = if new_metadata {
            Headers {
                content_type: input.content_type.as_ref().map(ToString::to_string),
                content_encoding: input.content_encoding,
                content_disposition: input.content_disposition,
                content_language: input.content_language,
                cache_control: input.cache_control,
                expires: input.expires.as_ref().map(http_date),
                storage_class: input.storage_class.map(|class| class.as_str().to_owned()),
            }
        } else {
            from.headers.clone()
        };
        let upload = Upload {
            body: from.body.clone(),
            headers,
            metadata: if new_metadata {
                metadata(input.metadata)?
            } else {
                from.metadata.clone()
            },
            tags: if new_tags {
                tags_in_header(input.tagging.as_deref())?
            } else {
                from.tags.clone()
            },
            checksums: from.checksums.clone(),
            ..Upload::default()
        };
        let object = self
            .cloud
            .s3
            .copy_object(call, &input.bucket, &input.key, upload)
            .map_err(failed)?;
        Ok(S3Response::new(CopyObjectOutput {
            copy_object_result: Some(CopyObjectResult {
                e_tag: Some(etag(&object.etag)),
                last_modified: Some(timestamp(object.modified)),
                ..CopyObjectResult::default()
            }),
            copy_source_version_id: from.version_id.clone(),
            version_id: object.version_id.clone(),
            server_side_encryption: Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256)),
            ..CopyObjectOutput::default()
        }))
    }

    pub(super) async fn delete_object(
        &self,
        call: &mut Call,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let input = request.input;
        let version = input.version_id.as_deref();
        let deleted = self
            .cloud
            .s3
            .delete_object(call, &input.bucket, &input.key, version)
            .map_err(failed)?;
        Ok(S3Response::new(DeleteObjectOutput {
            delete_marker: deleted.delete_marker.then_some(true),
            version_id: deleted.version_id,
            ..DeleteObjectOutput::default()
        }))
    }

    pub(super) async fn delete_objects(
        &self,
        call: &mut Call,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let input = request.input;
        self.cloud.s3.head_bucket(&input.bucket).map_err(failed)?;
        if input.delete.objects.is_empty() || input.delete.objects.len() > 1000 {
            return Err(s3_error!(
                MalformedXML,
                "The XML you provided was not well-formed or did not validate against our published schema"
            ));
        }
        let quiet = input.delete.quiet.unwrap_or(false);
        let mut all = Vec::new();
        for object in input.delete.objects {
            let version = object.version_id.as_deref();
            let deleted = self
                .cloud
                .s3
                .delete_object(call, &input.bucket, &object.key, version)
                .map_err(failed)?;
            if !quiet {
                all.push(deleted_object(object.key, object.version_id, deleted));
            }
        }
        Ok(S3Response::new(DeleteObjectsOutput {
            deleted: Some(all),
            ..DeleteObjectsOutput::default()
        }))
    }

    pub(super) async fn get_object_attributes(
        &self,
        _call: &mut Call,
        request: S3Request<GetObjectAttributesInput>,
    ) -> S3Result<S3Response<GetObjectAttributesOutput>> {
        let input = request.input;
        let object = self.find(&input.bucket, &input.key, input.version_id.as_deref())?;
        let wants = |name: &str| input.object_attributes.iter().any(|wanted| wanted.as_str() == name);
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

    pub(super) async fn get_object_tagging(
        &self,
        _call: &mut Call,
        request: S3Request<GetObjectTaggingInput>,
    ) -> S3Result<S3Response<GetObjectTaggingOutput>> {
        let input = request.input;
        let object = self.find(&input.bucket, &input.key, input.version_id.as_deref())?;
        Ok(S3Response::new(GetObjectTaggingOutput {
            tag_set: tags(&object.tags),
            version_id: object.version_id.clone(),
        }))
    }

    pub(super) async fn put_object_tagging(
        &self,
        _call: &mut Call,
        request: S3Request<PutObjectTaggingInput>,
    ) -> S3Result<S3Response<PutObjectTaggingOutput>> {
        let input = request.input;
        let tags = from_tags(input.tagging.tag_set, 10)?;
        let version = input.version_id.as_deref();
        let object = self
            .cloud
            .s3
            .set_object_tags(&input.bucket, &input.key, version, tags)
            .map_err(failed)?;
        Ok(S3Response::new(PutObjectTaggingOutput {
            version_id: object.version_id.clone(),
        }))
    }

    pub(super) async fn delete_object_tagging(
        &self,
        _call: &mut Call,
        request: S3Request<DeleteObjectTaggingInput>,
    ) -> S3Result<S3Response<DeleteObjectTaggingOutput>> {
        let input = request.input;
        let version = input.version_id.as_deref();
        let object = self
            .cloud
            .s3
            .set_object_tags(&input.bucket, &input.key, version, Vec::new())
            .map_err(failed)?;
        Ok(S3Response::new(DeleteObjectTaggingOutput {
            version_id: object.version_id.clone(),
        }))
    }

    pub(super) fn find(&self, bucket: &str, key: &str, version: Option<&str>) -> S3Result<Arc<Stored>> {
        self.cloud.s3.get_object(bucket, key, version).map_err(failed)
    }
}

/// The bucket, key and version that a copy comes from.
pub(super) fn source(from: &CopySource) -> S3Result<(String, String, Option<String>)> {
    match from {
        CopySource::Bucket {
            bucket,
            key,
            version_id,
        } => Ok((
            bucket.to_string(),
            key.to_string(),
            version_id.as_ref().map(ToString::to_string),
        )),
        _ => Err(s3_error!(NotImplemented, "This mock has no access points.")),
    }
}

/// The metadata of an upload, its names in lower case as S3 keeps them.
pub(super) fn metadata(metadata: Option<Metadata>) -> S3Result<BTreeMap<String, String>> {
    let metadata: BTreeMap<_, _> = metadata
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect();
    if metadata
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum::<usize>()
        > MAX_METADATA
    {
        return Err(s3_error!(
            MetadataTooLarge,
            "Your metadata headers exceed the maximum allowed metadata size"
        ));
    }
    Ok(metadata)
}

pub(super) fn size(object: &Stored) -> i64 {
    i64::try_from(object.body.len()).unwrap_or(i64::MAX)
}

/// The encoding without what only concerns the transfer.
pub(super) fn real_encoding(encoding: &str) -> Option<String> {
    let real: Vec<_> = encoding
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty() && *part != "aws-chunked")
        .collect();
    (!real.is_empty()).then(|| real.join(","))
}

pub(super) fn http_date(at: &Timestamp) -> String {
    let mut text = Vec::new();
    let _ = at.format(TimestampFormat::HttpDate, &mut text);
    String::from_utf8(text).unwrap_or_default()
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

fn full_object(object: &Stored) -> Option<ChecksumType> {
    (!object.checksums.is_empty()).then(|| ChecksumType::from_static(ChecksumType::FULL_OBJECT))
}

fn sums_type(sums: &Checksum, object: &Stored) -> Option<ChecksumType> {
    (*sums != Checksum::default()).then(|| full_object(object)).flatten()
}

fn deleted_object(key: String, version_id: Option<String>, deleted: Deleted) -> DeletedObject {
    DeletedObject {
        key: Some(key),
        delete_marker: deleted.delete_marker.then_some(true),
        delete_marker_version_id: deleted.version_id.filter(|_| deleted.delete_marker),
        version_id,
    }
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
struct Conditions<'a> {
    if_match: Option<&'a ETagCondition>,
    if_none_match: Option<&'a ETagCondition>,
    if_modified_since: Option<&'a Timestamp>,
    if_unmodified_since: Option<&'a Timestamp>,
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
    fn check_copy(&self, object: &Stored) -> S3Result<()> {
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
