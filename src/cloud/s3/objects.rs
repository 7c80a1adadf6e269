//! Writing, reading and deleting objects.

use std::sync::Arc;

use md5::{Digest, Md5};

use super::bucket::{Bucket, Versioning};
use super::notify::Change;
use super::object::{Condition, Deleted, Object, Upload};
use super::{ApiError, S3, State, no_such_key, no_such_version};
use crate::cloud::Call;

/// Most bytes of a key.
const MAX_KEY: usize = 1024;

/// The entity tag of content that is uploaded at once: its MD5, without quotation marks.
#[must_use]
pub fn etag_of(body: &[u8]) -> String {
    hex::encode(Md5::digest(body))
}

impl S3 {
    /// `PutObject`.
    ///
    /// # Errors
    /// `NoSuchBucket`, `KeyTooLongError`, `PreconditionFailed`.
    pub fn put_object(
        &self,
        call: &mut Call,
        bucket: &str,
        key: &str,
        upload: Upload,
    ) -> Result<Arc<Object>, ApiError> {
        let etag = etag_of(&upload.body);
        self.write(call, bucket, key, upload, etag, Vec::new(), "Put")
    }

    /// `CopyObject` of what [`S3::get_object`] gave; headers, metadata and tags are those of `upload`.
    ///
    /// # Errors
    /// As [`S3::put_object`].
    pub fn copy_object(
        &self,
        call: &mut Call,
        bucket: &str,
        key: &str,
        upload: Upload,
    ) -> Result<Arc<Object>, ApiError> {
        let etag = etag_of(&upload.body);
        self.write(call, bucket, key, upload, etag, Vec::new(), "Copy")
    }

    /// `PostObject`: an upload by an HTML form.
    ///
    /// # Errors
    /// As [`S3::put_object`].
    pub fn post_object(
        &self,
        call: &mut Call,
        bucket: &str,
        key: &str,
        upload: Upload,
    ) -> Result<Arc<Object>, ApiError> {
        let etag = etag_of(&upload.body);
        self.write(call, bucket, key, upload, etag, Vec::new(), "Post")
    }

    #[expect(clippy::too_many_arguments, reason = "the ways to write differ in just these")]
    pub(super) fn write(
        &self,
        call: &mut Call,
        bucket: &str,
        key: &str,
        upload: Upload,
        etag: String,
        parts: Vec<usize>,
        how: &str,
    ) -> Result<Arc<Object>, ApiError> {
        if key.len() > MAX_KEY {
            return Err(ApiError::new("KeyTooLongError", "Your key is too long"));
        }
        let now = self.core.now();
        let mut state = self.lock();
        let home = state.bucket_mut(bucket)?;
        check(&upload.condition, home.current(key))?;
        let object = Arc::new(Object {
            key: key.to_owned(),
            version_id: self.version_id(home.versioning),
            modified: now,
            etag,
            body: upload.body,
            headers: upload.headers,
            metadata: upload.metadata,
            tags: upload.tags,
            checksums: upload.checksums,
            parts,
            delete_marker: false,
        });
        place(home, Arc::clone(&object));
        let change = Change::created(how, &object);
        self.notify(call, &mut state, bucket, &change);
        Ok(object)
    }

    /// `GetObject` and `HeadObject`; `version` is a version id or `null`.
    ///
    /// # Errors
    /// `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`, and `MethodNotAllowed` for a delete marker.
    pub fn get_object(&self, bucket: &str, key: &str, version: Option<&str>) -> Result<Arc<Object>, ApiError> {
        let state = self.lock();
        let bucket = state.bucket(bucket)?;
        let Some(version) = version else {
            return bucket.current(key).cloned().ok_or_else(no_such_key);
        };
        let object = find(bucket, key, version).ok_or_else(no_such_version)?;
        if object.delete_marker {
            return Err(ApiError::new(
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.",
            )
            .status(405));
        }
        Ok(object)
    }

    /// `DeleteObject`: no error if there is nothing to delete.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn delete_object(
        &self,
        call: &mut Call,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Deleted, ApiError> {
        let mut state = self.lock();
        let home = state.bucket_mut(bucket)?;
        if let Some(version) = version {
            let Some(object) = find(home, key, version) else {
                return Ok(Deleted {
                    version_id: Some(version.to_owned()),
                    delete_marker: false,
                });
            };
            remove(home, &object);
            let change = Change::deleted("Delete", key, Some(version.to_owned()));
            self.notify(call, &mut state, bucket, &change);
            return Ok(Deleted {
                version_id: Some(version.to_owned()),
                delete_marker: object.delete_marker,
            });
        }
        if home.versioning == Versioning::Off {
            // S3 answers alike, and sends the event, whether or not there was something.
            home.objects.remove(key);
            let change = Change::deleted("Delete", key, None);
            self.notify(call, &mut state, bucket, &change);
            return Ok(Deleted::default());
        }
        let version_id = self.version_id(home.versioning);
        let marker = Object {
            key: key.to_owned(),
            version_id: version_id.clone(),
            modified: self.core.now(),
            etag: String::new(),
            body: bytes::Bytes::new(),
            headers: super::Headers::default(),
            metadata: std::collections::BTreeMap::new(),
            tags: Vec::new(),
            checksums: Vec::new(),
            parts: Vec::new(),
            delete_marker: true,
        };
        place(home, Arc::new(marker));
        let version_id = version_id.or_else(|| Some("null".to_owned()));
        let change = Change::deleted("DeleteMarkerCreated", key, version_id.clone());
        self.notify(call, &mut state, bucket, &change);
        Ok(Deleted {
            version_id,
            delete_marker: true,
        })
    }

    /// Replaces an object's tags, or deletes them.
    ///
    /// # Errors
    /// As [`S3::get_object`].
    pub fn set_object_tags(
        &self,
        call: &mut Call,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        tags: Option<Vec<(String, String)>>,
    ) -> Result<Arc<Object>, ApiError> {
        let how = if tags.is_some() { "Put" } else { "Delete" };
        let tags = tags.unwrap_or_default();
        let old = self.get_object(bucket, key, version)?;
        let mut state = self.lock();
        let versions = state.bucket_mut(bucket)?.objects.get_mut(key).ok_or_else(no_such_key)?;
        let slot = versions
            .iter_mut()
            .find(|object| Arc::ptr_eq(object, &old))
            .ok_or_else(no_such_key)?;
        let new = Arc::new(Object { tags, ..(*old).clone() });
        *slot = Arc::clone(&new);
        self.notify(call, &mut state, bucket, &Change::tagged(how, &new));
        Ok(new)
    }

    fn version_id(&self, versioning: Versioning) -> Option<String> {
        (versioning == Versioning::Enabled).then(|| self.core.chance.hex(32))
    }

    fn notify(&self, call: &mut Call, state: &mut State, bucket: &str, change: &Change) {
        state.sequence += 1;
        let sequence = state.sequence;
        if let Ok(home) = state.bucket(bucket) {
            let effects = home
                .notifications
                .effects(&self.core, &self.owner, bucket, change, sequence);
            call.effects.extend(effects);
        }
    }
}

fn check(condition: &Condition, current: Option<&Arc<Object>>) -> Result<(), ApiError> {
    let holds = match (condition, current) {
        (Condition::None, _) | (Condition::Absent, None) => true,
        (Condition::Absent, Some(_)) => false,
        (Condition::Matches(_), None) => return Err(no_such_key()),
        (Condition::Matches(etag), Some(object)) => object.etag == *etag,
    };
    if holds {
        return Ok(());
    }
    Err(ApiError::new(
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
    )
    .status(412))
}

/// Makes an object the current version: beside the others if it has an id, else in place of the null version.
fn place(bucket: &mut Bucket, object: Arc<Object>) {
    let versions = bucket.objects.entry(object.key.clone()).or_default();
    if object.version_id.is_none() {
        versions.retain(|old| old.version_id.is_some());
    }
    versions.push(object);
}

fn find(bucket: &Bucket, key: &str, version: &str) -> Option<Arc<Object>> {
    let versions = bucket.objects.get(key)?;
    versions
        .iter()
        .find(|object| object.version_id.as_deref().unwrap_or("null") == version)
        .cloned()
}

fn remove(bucket: &mut Bucket, object: &Arc<Object>) {
    if let Some(versions) = bucket.objects.get_mut(&object.key) {
        versions.retain(|other| !Arc::ptr_eq(other, object));
        if versions.is_empty() {
            bucket.objects.remove(&object.key);
        }
    }
}
