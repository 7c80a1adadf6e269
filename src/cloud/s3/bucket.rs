//! Buckets and their settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::multipart::Pending;
use super::notify::NotificationConfiguration;
use super::object::Object;
use super::{ApiError, S3};
use crate::clock::Timestamp;

/// Whether a bucket keeps old versions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Versioning {
    /// Never switched on.
    #[default]
    Off,
    /// Every write makes a version.
    Enabled,
    /// Writes replace the null version; old versions stay.
    Suspended,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Bucket {
    pub(super) created: Timestamp,
    pub(super) versioning: Versioning,
    /// All versions of each key, the current one last.
    #[serde(skip)]
    pub(super) objects: BTreeMap<String, Vec<Arc<Object>>>,
    #[serde(skip)]
    pub(super) uploads: BTreeMap<String, Pending>,
    pub(super) notifications: NotificationConfiguration,
    pub(super) tags: Vec<(String, String)>,
    pub(super) policy: Option<String>,
}

impl Bucket {
    fn new(created: Timestamp) -> Self {
        Self {
            created,
            versioning: Versioning::Off,
            objects: BTreeMap::new(),
            uploads: BTreeMap::new(),
            notifications: NotificationConfiguration::default(),
            tags: Vec::new(),
            policy: None,
        }
    }

    /// The current version of a key, unless it is a delete marker.
    pub(super) fn current(&self, key: &str) -> Option<&Arc<Object>> {
        self.objects
            .get(key)
            .and_then(|versions| versions.last())
            .filter(|object| !object.delete_marker)
    }
}

impl S3 {
    /// Creates a bucket; again is no error, as in us-east-1.
    ///
    /// # Errors
    /// `InvalidBucketName`.
    pub fn create_bucket(&self, name: &str) -> Result<(), ApiError> {
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let valid = (3..=63).contains(&name.len())
            && name.chars().all(letters)
            && ends(name.chars().next())
            && ends(name.chars().last())
            && !name.contains("..");
        if !valid {
            return Err(ApiError::new("InvalidBucketName", "The specified bucket is not valid."));
        }
        let now = self.core.now();
        self.lock()
            .buckets
            .entry(name.to_owned())
            .or_insert_with(|| Bucket::new(now));
        Ok(())
    }

    /// Deletes an empty bucket.
    ///
    /// # Errors
    /// `NoSuchBucket`, `BucketNotEmpty`.
    pub fn delete_bucket(&self, name: &str) -> Result<(), ApiError> {
        let mut state = self.lock();
        if !state.bucket(name)?.objects.is_empty() {
            return Err(ApiError::new("BucketNotEmpty", "The bucket you tried to delete is not empty").status(409));
        }
        state.buckets.remove(name);
        Ok(())
    }

    /// All buckets with the time of their creation, by name.
    #[must_use]
    pub fn list_buckets(&self) -> Vec<(String, Timestamp)> {
        let state = self.lock();
        state
            .buckets
            .iter()
            .map(|(name, bucket)| (name.clone(), bucket.created))
            .collect()
    }

    /// That a bucket exists.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn head_bucket(&self, name: &str) -> Result<(), ApiError> {
        self.lock().bucket(name).map(drop)
    }

    /// Whether a bucket keeps old versions.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn versioning(&self, name: &str) -> Result<Versioning, ApiError> {
        Ok(self.lock().bucket(name)?.versioning)
    }

    /// Switches versioning on or off.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn set_versioning(&self, name: &str, versioning: Versioning) -> Result<(), ApiError> {
        self.lock().bucket_mut(name)?.versioning = versioning;
        Ok(())
    }

    /// The bucket's tags.
    ///
    /// # Errors
    /// `NoSuchBucket`, and `NoSuchTagSet` if there are none.
    pub fn bucket_tags(&self, name: &str) -> Result<Vec<(String, String)>, ApiError> {
        let tags = self.lock().bucket(name)?.tags.clone();
        if tags.is_empty() {
            return Err(ApiError::new("NoSuchTagSet", "The TagSet does not exist").status(404));
        }
        Ok(tags)
    }

    /// Replaces the bucket's tags.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn set_bucket_tags(&self, name: &str, tags: Vec<(String, String)>) -> Result<(), ApiError> {
        self.lock().bucket_mut(name)?.tags = tags;
        Ok(())
    }

    /// The bucket's policy, which is kept but not enforced.
    ///
    /// # Errors
    /// `NoSuchBucket`, `NoSuchBucketPolicy`.
    pub fn bucket_policy(&self, name: &str) -> Result<String, ApiError> {
        let policy = self.lock().bucket(name)?.policy.clone();
        policy.ok_or_else(|| ApiError::new("NoSuchBucketPolicy", "The bucket policy does not exist").status(404))
    }

    /// Replaces or removes the bucket's policy.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn set_bucket_policy(&self, name: &str, policy: Option<String>) -> Result<(), ApiError> {
        self.lock().bucket_mut(name)?.policy = policy;
        Ok(())
    }
}
