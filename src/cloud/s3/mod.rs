//! Amazon S3: buckets, objects in memory, versions, multipart uploads and event notifications.
//!
//! Errors and shapes follow the Amazon S3 API Reference.

mod bucket;
mod list;
mod multipart;
mod notify;
mod object;
mod objects;
mod state;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

pub use self::bucket::Versioning;
pub use self::list::{Page, Query, VersionPage};
pub use self::multipart::{Part, PartChoice, UploadInfo};
pub use self::notify::{NotificationConfiguration, NotificationRule, event_key};
pub use self::object::{Condition, Deleted, Headers, Object, Upload};
pub use self::objects::etag_of;

use self::bucket::Bucket;
use super::core::Core;
use super::{ApiError, Call};

/// The buckets of the account.
#[derive(Debug)]
pub struct S3 {
    core: Core,
    /// Stands for the account in events and listings.
    owner: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    buckets: BTreeMap<String, Bucket>,
    sequence: u64,
}

impl S3 {
    pub(super) fn new(core: &Core) -> Self {
        Self {
            core: core.clone(),
            owner: format!("A{}", core.chance.alphanumeric(13)),
            state: Mutex::default(),
        }
    }

    /// The canonical user id of the account.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Puts an object, as a client outside would: notifications follow. For seeding use [`S3::seed`].
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn put(&self, call: &mut Call, bucket: &str, key: &str, body: impl Into<Bytes>) -> Result<(), ApiError> {
        self.put_object(call, bucket, key, Upload::new(body)).map(drop)
    }

    /// Puts an object without telling anybody.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn seed(&self, bucket: &str, key: &str, upload: Upload) -> Result<(), ApiError> {
        self.put_object(&mut Call::outside(), bucket, key, upload).map(drop)
    }

    /// The content of an object.
    #[must_use]
    pub fn get(&self, bucket: &str, key: &str) -> Option<Bytes> {
        self.get_object(bucket, key, None)
            .ok()
            .map(|object| object.body.clone())
    }

    /// All keys of a bucket that begin so, in order.
    #[must_use]
    pub fn list(&self, bucket: &str, prefix: &str) -> Vec<String> {
        let query = Query {
            prefix: prefix.to_owned(),
            max_keys: usize::MAX,
            ..Query::default()
        };
        self.list_objects(bucket, &query)
            .map(|page| page.objects.iter().map(|object| object.key.clone()).collect())
            .unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn bucket(&self, name: &str) -> Result<&Bucket, ApiError> {
        self.buckets.get(name).ok_or_else(no_such_bucket)
    }

    fn bucket_mut(&mut self, name: &str) -> Result<&mut Bucket, ApiError> {
        self.buckets.get_mut(name).ok_or_else(no_such_bucket)
    }
}

fn no_such_bucket() -> ApiError {
    ApiError::new("NoSuchBucket", "The specified bucket does not exist").status(404)
}

fn no_such_key() -> ApiError {
    ApiError::new("NoSuchKey", "The specified key does not exist.").status(404)
}

fn no_such_version() -> ApiError {
    ApiError::new("NoSuchVersion", "The specified version does not exist.").status(404)
}

#[cfg(test)]
mod tests;
