//! Multipart uploads.

use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::backend::Backend;
use super::convert::{Promised, checksum, condition, content, etag, failed, tags_in_header, timestamp};
use super::object::{http_date, metadata, real_encoding, source};
use crate::cloud::Call;
use crate::cloud::s3::{Headers, PartChoice, Upload};

impl Backend {
    pub(super) async fn create_multipart_upload(
        &self,
        _call: &mut Call,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let input = request.input;
        let upload = Upload {
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
            ..Upload::default()
        };
        let upload_id = self
            .cloud
            .s3
            .create_upload(&input.bucket, &input.key, upload)
            .map_err(failed)?;
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(upload_id),
            checksum_algorithm: input.checksum_algorithm,
            checksum_type: input.checksum_type,
            server_side_encryption: Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256)),
            ..CreateMultipartUploadOutput::default()
        }))
    }

    pub(super) async fn upload_part(
        &self,
        _call: &mut Call,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
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
        let number = u32::try_from(input.part_number).unwrap_or_default();
        let s3 = &self.cloud.s3;
        let part = s3
            .upload_part(&input.bucket, &input.upload_id, number, body, checksums)
            .map_err(failed)?;
        let sums = checksum(&part.checksums);
        Ok(S3Response::new(UploadPartOutput {
            e_tag: Some(etag(&part.etag)),
            checksum_crc32: sums.checksum_crc32,
            checksum_crc32c: sums.checksum_crc32c,
            checksum_crc64nvme: sums.checksum_crc64nvme,
            checksum_sha1: sums.checksum_sha1,
            checksum_sha256: sums.checksum_sha256,
            server_side_encryption: Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256)),
            ..UploadPartOutput::default()
        }))
    }

    pub(super) async fn upload_part_copy(
        &self,
        _call: &mut Call,
        request: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        let input = request.input;
        let (bucket, key, version) = source(&input.copy_source)?;
        let from = self.find(&bucket, &key, version.as_deref())?;
        let body = match &input.copy_source_range {
            Some(range) => {
                let range = Range::parse(range)
                    .ok()
                    .and_then(|range| range.check(from.body.len() as u64).ok());
                let range = range.ok_or_else(|| {
                    s3_error!(
                        InvalidArgument,
                        "The x-amz-copy-source-range value must be of the form bytes=first-last"
                    )
                })?;
                let at = |place: u64| usize::try_from(place).unwrap_or(from.body.len());
                from.body.slice(at(range.start)..at(range.end))
            }
            None => from.body.clone(),
        };
        let number = u32::try_from(input.part_number).unwrap_or_default();
        let s3 = &self.cloud.s3;
        let part = s3
            .upload_part(&input.bucket, &input.upload_id, number, body, Vec::new())
            .map_err(failed)?;
        Ok(S3Response::new(UploadPartCopyOutput {
            copy_part_result: Some(CopyPartResult {
                e_tag: Some(etag(&part.etag)),
                last_modified: Some(timestamp(part.modified)),
                ..CopyPartResult::default()
            }),
            copy_source_version_id: from.version_id.clone(),
            ..UploadPartCopyOutput::default()
        }))
    }

    pub(super) async fn list_parts(
        &self,
        _call: &mut Call,
        request: S3Request<ListPartsInput>,
    ) -> S3Result<S3Response<ListPartsOutput>> {
        let input = request.input;
        let parts = self
            .cloud
            .s3
            .list_parts(&input.bucket, &input.upload_id)
            .map_err(failed)?;
        let marker = input
            .part_number_marker
            .as_ref()
            .and_then(|marker| u32::try_from(*marker).ok())
            .unwrap_or(0);
        let max = usize::try_from(input.max_parts.unwrap_or(1000))
            .unwrap_or(1000)
            .min(1000);
        let mut rest = parts.into_iter().filter(|part| part.number > marker).peekable();
        let mut page = Vec::new();
        let mut last = None;
        while page.len() < max {
            let Some(part) = rest.next() else {
                break;
            };
            last = i32::try_from(part.number).ok();
            let sums = checksum(&part.checksums);
            page.push(Part {
                e_tag: Some(etag(&part.etag)),
                last_modified: Some(timestamp(part.modified)),
                part_number: i32::try_from(part.number).ok(),
                size: i64::try_from(part.body.len()).ok(),
                checksum_crc32: sums.checksum_crc32,
                checksum_crc32c: sums.checksum_crc32c,
                checksum_crc64nvme: sums.checksum_crc64nvme,
                checksum_sha1: sums.checksum_sha1,
                checksum_sha256: sums.checksum_sha256,
            });
        }
        let more = rest.peek().is_some();
        Ok(S3Response::new(ListPartsOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            is_truncated: Some(more),
            part_number_marker: i32::try_from(marker).ok(),
            next_part_number_marker: last.or(Some(0)),
            max_parts: i32::try_from(max).ok(),
            initiator: Some(Initiator {
                display_name: None,
                id: self.owner().id,
            }),
            owner: Some(self.owner()),
            parts: Some(page),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            ..ListPartsOutput::default()
        }))
    }

    pub(super) async fn list_multipart_uploads(
        &self,
        _call: &mut Call,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        let input = request.input;
        let prefix = input.prefix.clone().unwrap_or_default();
        let uploads = self.cloud.s3.list_uploads(&input.bucket).map_err(failed)?;
        let uploads = uploads.into_iter().filter(|upload| upload.key.starts_with(&prefix));
        let uploads = uploads.map(|upload| MultipartUpload {
            initiated: Some(timestamp(upload.begun)),
            key: Some(upload.key),
            owner: Some(self.owner()),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            upload_id: Some(upload.upload_id),
            ..MultipartUpload::default()
        });
        Ok(S3Response::new(ListMultipartUploadsOutput {
            bucket: Some(input.bucket),
            prefix: input.prefix,
            is_truncated: Some(false),
            max_uploads: Some(1000),
            uploads: Some(uploads.collect()),
            ..ListMultipartUploadsOutput::default()
        }))
    }

    pub(super) async fn abort_multipart_upload(
        &self,
        _call: &mut Call,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let input = request.input;
        self.cloud
            .s3
            .abort_upload(&input.bucket, &input.upload_id)
            .map_err(failed)?;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }

    pub(super) async fn complete_multipart_upload(
        &self,
        call: &mut Call,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = request.input;
        let given = input
            .multipart_upload
            .and_then(|upload| upload.parts)
            .unwrap_or_default();
        let choices = given.into_iter().map(|part| PartChoice {
            number: part
                .part_number
                .and_then(|number| u32::try_from(number).ok())
                .unwrap_or_default(),
            etag: part.e_tag.map(|etag| etag.value().to_owned()).unwrap_or_default(),
        });
        let choices: Vec<_> = choices.collect();
        let condition = condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
        let s3 = &self.cloud.s3;
        let object = s3
            .complete_upload(call, &input.bucket, &input.upload_id, &choices, condition)
            .map_err(failed)?;
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            location: Some(format!("http://{}.s3.amazonaws.com/{}", input.bucket, input.key)),
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: Some(etag(&object.etag)),
            version_id: object.version_id.clone(),
            server_side_encryption: Some(ServerSideEncryption::from_static(ServerSideEncryption::AES256)),
            ..CompleteMultipartUploadOutput::default()
        }))
    }
}
