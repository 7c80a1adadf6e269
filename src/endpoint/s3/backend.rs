//! All operations of S3 that the mock has, and what the history keeps of each.

use std::sync::Arc;

use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result};
use serde_json::{Map, Value, json};

use super::RequestId;
use crate::cloud::{Call, Cloud, Identity};

/// Answers S3's operations from a cloud.
pub(super) struct Backend {
    pub(super) cloud: Arc<Cloud>,
}

/// Defines the operations: method, input, output, API name, and the parameters that the history keeps.
macro_rules! operations {
    ($($method:ident $Input:ident $Output:ident $name:literal [$($field:ident $label:literal),*];)*) => {
        #[async_trait::async_trait]
        impl S3 for Backend {
            $(
                async fn $method(&self, request: S3Request<$Input>) -> S3Result<S3Response<$Output>> {
                    #[allow(unused_mut, reason = "some operations have no parameters that matter")]
                    let mut parameters = Map::new();
                    $(keep(&mut parameters, $label, json!(request.input.$field));)*
                    let mut call = request.extensions.get::<Identity>().map(Call::by).unwrap_or_default();
                    let request_id = request.extensions.get::<RequestId>().cloned();
                    let answer = self.$method(&mut call, request).await;
                    let code = answer.as_ref().err().map(|error| error.code().as_str().to_owned());
                    self.cloud.finish(call, "s3", $name, Value::Object(parameters), code.as_deref());
                    answer.map_err(|mut error| {
                        if let Some(RequestId(id)) = request_id {
                            error.set_request_id(id);
                        }
                        error
                    })
                }
            )*
        }
    };
}

operations! {
    abort_multipart_upload AbortMultipartUploadInput AbortMultipartUploadOutput "AbortMultipartUpload"
        [bucket "Bucket", key "Key", upload_id "UploadId"];
    complete_multipart_upload CompleteMultipartUploadInput CompleteMultipartUploadOutput "CompleteMultipartUpload"
        [bucket "Bucket", key "Key", upload_id "UploadId"];
    copy_object CopyObjectInput CopyObjectOutput "CopyObject" [bucket "Bucket", key "Key"];
    create_bucket CreateBucketInput CreateBucketOutput "CreateBucket" [bucket "Bucket"];
    create_multipart_upload CreateMultipartUploadInput CreateMultipartUploadOutput "CreateMultipartUpload"
        [bucket "Bucket", key "Key"];
    delete_bucket DeleteBucketInput DeleteBucketOutput "DeleteBucket" [bucket "Bucket"];
    delete_bucket_policy DeleteBucketPolicyInput DeleteBucketPolicyOutput "DeleteBucketPolicy" [bucket "Bucket"];
    delete_bucket_tagging DeleteBucketTaggingInput DeleteBucketTaggingOutput "DeleteBucketTagging" [bucket "Bucket"];
    delete_object DeleteObjectInput DeleteObjectOutput "DeleteObject"
        [bucket "Bucket", key "Key", version_id "VersionId"];
    delete_object_tagging DeleteObjectTaggingInput DeleteObjectTaggingOutput "DeleteObjectTagging"
        [bucket "Bucket", key "Key"];
    delete_objects DeleteObjectsInput DeleteObjectsOutput "DeleteObjects" [bucket "Bucket"];
    get_bucket_location GetBucketLocationInput GetBucketLocationOutput "GetBucketLocation" [bucket "Bucket"];
    get_bucket_notification_configuration GetBucketNotificationConfigurationInput
        GetBucketNotificationConfigurationOutput "GetBucketNotificationConfiguration" [bucket "Bucket"];
    get_bucket_policy GetBucketPolicyInput GetBucketPolicyOutput "GetBucketPolicy" [bucket "Bucket"];
    get_bucket_tagging GetBucketTaggingInput GetBucketTaggingOutput "GetBucketTagging" [bucket "Bucket"];
    get_bucket_versioning GetBucketVersioningInput GetBucketVersioningOutput "GetBucketVersioning" [bucket "Bucket"];
    get_object GetObjectInput GetObjectOutput "GetObject" [bucket "Bucket", key "Key", version_id "VersionId"];
    get_object_attributes GetObjectAttributesInput GetObjectAttributesOutput "GetObjectAttributes"
        [bucket "Bucket", key "Key"];
    get_object_tagging GetObjectTaggingInput GetObjectTaggingOutput "GetObjectTagging" [bucket "Bucket", key "Key"];
    head_bucket HeadBucketInput HeadBucketOutput "HeadBucket" [bucket "Bucket"];
    head_object HeadObjectInput HeadObjectOutput "HeadObject" [bucket "Bucket", key "Key", version_id "VersionId"];
    list_buckets ListBucketsInput ListBucketsOutput "ListBuckets" [];
    list_multipart_uploads ListMultipartUploadsInput ListMultipartUploadsOutput "ListMultipartUploads"
        [bucket "Bucket"];
    list_object_versions ListObjectVersionsInput ListObjectVersionsOutput "ListObjectVersions"
        [bucket "Bucket", prefix "Prefix"];
    list_objects ListObjectsInput ListObjectsOutput "ListObjects" [bucket "Bucket", prefix "Prefix"];
    list_objects_v2 ListObjectsV2Input ListObjectsV2Output "ListObjectsV2" [bucket "Bucket", prefix "Prefix"];
    list_parts ListPartsInput ListPartsOutput "ListParts" [bucket "Bucket", key "Key", upload_id "UploadId"];
    put_bucket_notification_configuration PutBucketNotificationConfigurationInput
        PutBucketNotificationConfigurationOutput "PutBucketNotificationConfiguration" [bucket "Bucket"];
    put_bucket_policy PutBucketPolicyInput PutBucketPolicyOutput "PutBucketPolicy" [bucket "Bucket"];
    put_bucket_tagging PutBucketTaggingInput PutBucketTaggingOutput "PutBucketTagging" [bucket "Bucket"];
    put_bucket_versioning PutBucketVersioningInput PutBucketVersioningOutput "PutBucketVersioning" [bucket "Bucket"];
    put_object PutObjectInput PutObjectOutput "PutObject" [bucket "Bucket", key "Key", content_type "ContentType"];
    put_object_tagging PutObjectTaggingInput PutObjectTaggingOutput "PutObjectTagging" [bucket "Bucket", key "Key"];
    upload_part UploadPartInput UploadPartOutput "UploadPart"
        [bucket "Bucket", key "Key", part_number "PartNumber", upload_id "UploadId"];
    upload_part_copy UploadPartCopyInput UploadPartCopyOutput "UploadPartCopy"
        [bucket "Bucket", key "Key", part_number "PartNumber", upload_id "UploadId"];
}

fn keep(parameters: &mut Map<String, Value>, label: &str, value: Value) {
    if !value.is_null() {
        parameters.insert(label.to_owned(), value);
    }
}
