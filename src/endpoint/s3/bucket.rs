//! Buckets and their settings.

use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::backend::Backend;
use super::convert::{failed, from_tags, tags, timestamp};
use crate::cloud::Call;
use crate::cloud::s3::Versioning;

impl Backend {
    pub(super) async fn create_bucket(
        &self,
        _call: &mut Call,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        let name = request.input.bucket;
        self.cloud.s3.create_bucket(&name).map_err(failed)?;
        Ok(S3Response::new(CreateBucketOutput {
            location: Some(format!("/{name}")),
        }))
    }

    pub(super) async fn delete_bucket(
        &self,
        _call: &mut Call,
        request: S3Request<DeleteBucketInput>,
    ) -> S3Result<S3Response<DeleteBucketOutput>> {
        self.cloud.s3.delete_bucket(&request.input.bucket).map_err(failed)?;
        let mut response = S3Response::new(DeleteBucketOutput {});
        response.status = Some(http::StatusCode::NO_CONTENT);
        Ok(response)
    }

    pub(super) async fn head_bucket(
        &self,
        _call: &mut Call,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        self.cloud.s3.head_bucket(&request.input.bucket).map_err(failed)?;
        Ok(S3Response::new(HeadBucketOutput {
            bucket_region: Some(self.cloud.account().region.clone()),
            ..HeadBucketOutput::default()
        }))
    }

    pub(super) async fn list_buckets(
        &self,
        _call: &mut Call,
        request: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        let prefix = request.input.prefix.unwrap_or_default();
        let buckets = self
            .cloud
            .s3
            .list_buckets()
            .into_iter()
            .filter(|(name, _)| name.starts_with(&prefix));
        let buckets = buckets.map(|(name, created)| Bucket {
            name: Some(name),
            creation_date: Some(timestamp(created)),
            bucket_region: None,
        });
        Ok(S3Response::new(ListBucketsOutput {
            buckets: Some(buckets.collect()),
            owner: Some(self.owner()),
            ..ListBucketsOutput::default()
        }))
    }

    pub(super) async fn get_bucket_location(
        &self,
        _call: &mut Call,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.cloud.s3.head_bucket(&request.input.bucket).map_err(failed)?;
        let region = self.cloud.account().region.clone();
        Ok(S3Response::new(GetBucketLocationOutput {
            location_constraint: (region != "us-east-1").then(|| BucketLocationConstraint::from(region)),
        }))
    }

    pub(super) async fn get_bucket_versioning(
        &self,
        _call: &mut Call,
        request: S3Request<GetBucketVersioningInput>,
    ) -> S3Result<S3Response<GetBucketVersioningOutput>> {
        let status = match self.cloud.s3.versioning(&request.input.bucket).map_err(failed)? {
            Versioning::Off => None,
            Versioning::Enabled => Some(BucketVersioningStatus::ENABLED),
            Versioning::Suspended => Some(BucketVersioningStatus::SUSPENDED),
        };
        Ok(S3Response::new(GetBucketVersioningOutput {
            status: status.map(BucketVersioningStatus::from_static),
            ..GetBucketVersioningOutput::default()
        }))
    }

    pub(super) async fn put_bucket_versioning(
        &self,
        _call: &mut Call,
        request: S3Request<PutBucketVersioningInput>,
    ) -> S3Result<S3Response<PutBucketVersioningOutput>> {
        let status = request.input.versioning_configuration.status;
        let versioning = match status.as_ref().map(BucketVersioningStatus::as_str) {
            Some("Enabled") => Versioning::Enabled,
            Some("Suspended") => Versioning::Suspended,
            _ => {
                return Err(s3_error!(
                    MalformedXML,
                    "The XML you provided was not well-formed or did not validate against our published schema"
                ));
            }
        };
        self.cloud
            .s3
            .set_versioning(&request.input.bucket, versioning)
            .map_err(failed)?;
        Ok(S3Response::new(PutBucketVersioningOutput {}))
    }

    pub(super) async fn get_bucket_tagging(
        &self,
        _call: &mut Call,
        request: S3Request<GetBucketTaggingInput>,
    ) -> S3Result<S3Response<GetBucketTaggingOutput>> {
        let found = self.cloud.s3.bucket_tags(&request.input.bucket).map_err(failed)?;
        Ok(S3Response::new(GetBucketTaggingOutput { tag_set: tags(&found) }))
    }

    pub(super) async fn put_bucket_tagging(
        &self,
        _call: &mut Call,
        request: S3Request<PutBucketTaggingInput>,
    ) -> S3Result<S3Response<PutBucketTaggingOutput>> {
        let tags = from_tags(request.input.tagging.tag_set, 50)?;
        self.cloud
            .s3
            .set_bucket_tags(&request.input.bucket, tags)
            .map_err(failed)?;
        Ok(S3Response::new(PutBucketTaggingOutput {}))
    }

    pub(super) async fn delete_bucket_tagging(
        &self,
        _call: &mut Call,
        request: S3Request<DeleteBucketTaggingInput>,
    ) -> S3Result<S3Response<DeleteBucketTaggingOutput>> {
        self.cloud
            .s3
            .set_bucket_tags(&request.input.bucket, Vec::new())
            .map_err(failed)?;
        Ok(S3Response::new(DeleteBucketTaggingOutput {}))
    }

    pub(super) async fn get_bucket_policy(
        &self,
        _call: &mut Call,
        request: S3Request<GetBucketPolicyInput>,
    ) -> S3Result<S3Response<GetBucketPolicyOutput>> {
        let policy = self.cloud.s3.bucket_policy(&request.input.bucket).map_err(failed)?;
        Ok(S3Response::new(GetBucketPolicyOutput { policy: Some(policy) }))
    }

    pub(super) async fn put_bucket_policy(
        &self,
        _call: &mut Call,
        request: S3Request<PutBucketPolicyInput>,
    ) -> S3Result<S3Response<PutBucketPolicyOutput>> {
        let policy = Some(request.input.policy);
        self.cloud
            .s3
            .set_bucket_policy(&request.input.bucket, policy)
            .map_err(failed)?;
        Ok(S3Response::new(PutBucketPolicyOutput {}))
    }

    pub(super) async fn delete_bucket_policy(
        &self,
        _call: &mut Call,
        request: S3Request<DeleteBucketPolicyInput>,
    ) -> S3Result<S3Response<DeleteBucketPolicyOutput>> {
        self.cloud
            .s3
            .set_bucket_policy(&request.input.bucket, None)
            .map_err(failed)?;
        Ok(S3Response::new(DeleteBucketPolicyOutput {}))
    }

    pub(super) fn owner(&self) -> Owner {
        Owner {
            display_name: None,
            id: Some(self.cloud.s3.owner().to_owned()),
        }
    }
}
