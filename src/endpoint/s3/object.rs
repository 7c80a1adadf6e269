//! Writing, copying and deleting objects, and their tags.

use std::collections::BTreeMap;
use std::sync::Arc;

use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::ByForm;
use super::backend::Backend;
use super::convert::{
    Promised, checksum, condition, content, etag, failed, from_tags, tags, tags_in_header, timestamp,
};
use super::read::Conditions;
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
        let by_form = request.extensions.get::<ByForm>().is_some();
        let input = request.input;
        let promised = Promised {
            crc32: input.checksum_crc32,
            crc32c: input.checksum_crc32c,
            crc64nvme: input.checksum_crc64nvme,
            sha1: input.checksum_sha1,
            sha256: input.checksum_sha256,
            md5: input.content_md5,
        };
        let (body, checksums) = content(input.body, promised, &request.headers, request.trailing_headers).await?;
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
        let s3 = &self.cloud.s3;
        let object = if by_form {
            s3.post_object(call, &input.bucket, &input.key, upload)
        } else {
            s3.put_object(call, &input.bucket, &input.key, upload)
        };
        let object = object.map_err(failed)?;
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
        let sums = checksum(&object.checksums);
        Ok(S3Response::new(CopyObjectOutput {
            copy_object_result: Some(CopyObjectResult {
                e_tag: Some(etag(&object.etag)),
                last_modified: Some(timestamp(object.modified)),
                checksum_crc32: sums.checksum_crc32,
                checksum_crc32c: sums.checksum_crc32c,
                checksum_crc64nvme: sums.checksum_crc64nvme,
                checksum_sha1: sums.checksum_sha1,
                checksum_sha256: sums.checksum_sha256,
                checksum_type: full_object(&object),
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
        call: &mut Call,
        request: S3Request<PutObjectTaggingInput>,
    ) -> S3Result<S3Response<PutObjectTaggingOutput>> {
        let input = request.input;
        let tags = from_tags(input.tagging.tag_set, 10)?;
        let version = input.version_id.as_deref();
        let object = self
            .cloud
            .s3
            .set_object_tags(call, &input.bucket, &input.key, version, Some(tags))
            .map_err(failed)?;
        Ok(S3Response::new(PutObjectTaggingOutput {
            version_id: object.version_id.clone(),
        }))
    }

    pub(super) async fn delete_object_tagging(
        &self,
        call: &mut Call,
        request: S3Request<DeleteObjectTaggingInput>,
    ) -> S3Result<S3Response<DeleteObjectTaggingOutput>> {
        let input = request.input;
        let version = input.version_id.as_deref();
        let object = self
            .cloud
            .s3
            .set_object_tags(call, &input.bucket, &input.key, version, None)
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

pub(super) fn full_object(object: &Stored) -> Option<ChecksumType> {
    (!object.checksums.is_empty()).then(|| ChecksumType::from_static(ChecksumType::FULL_OBJECT))
}

fn deleted_object(key: String, version_id: Option<String>, deleted: Deleted) -> DeletedObject {
    DeletedObject {
        key: Some(key),
        delete_marker: deleted.delete_marker.then_some(true),
        delete_marker_version_id: deleted.version_id.filter(|_| deleted.delete_marker),
        version_id,
    }
}
