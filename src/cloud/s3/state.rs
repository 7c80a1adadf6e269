//! The buckets as they are kept from one run to the next.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::bucket::Bucket;
use super::multipart::Pending;
use super::{Object, Part, S3};
use crate::cloud::state::{Contents, StateError, read, write};

impl S3 {
    pub(in crate::cloud) fn save(&self, contents: &mut Contents) -> Value {
        let state = self.lock();
        let buckets: BTreeMap<&String, Value> = state
            .buckets
            .iter()
            .map(|(name, bucket)| (name, saved_bucket(bucket, contents)))
            .collect();
        json!({ "buckets": buckets, "sequence": state.sequence })
    }

    pub(in crate::cloud) fn restore(&self, mut saved: Value, contents: &Contents) -> Result<(), StateError> {
        let buckets: BTreeMap<String, Value> = read("s3", saved["buckets"].take())?;
        let mut state = self.lock();
        state.sequence = read("s3", saved["sequence"].take())?;
        for (name, saved) in buckets {
            state.buckets.insert(name, read_bucket(saved, contents)?);
        }
        Ok(())
    }
}

fn saved_bucket(bucket: &Bucket, contents: &mut Contents) -> Value {
    let versions = bucket.objects.values().flatten();
    let objects: Vec<Value> = versions
        .map(|object| with_body(write(&**object), &object.body, contents))
        .collect();
    let uploads: BTreeMap<&String, Value> = bucket
        .uploads
        .iter()
        .map(|(id, upload)| {
            let mut saved = write(upload);
            let parts = upload.parts.values();
            let parts: Vec<Value> = parts.map(|part| with_body(write(part), &part.body, contents)).collect();
            saved["parts"] = json!(parts);
            (id, saved)
        })
        .collect();
    let mut saved = write(bucket);
    saved["objects"] = json!(objects);
    saved["uploads"] = json!(uploads);
    saved
}

fn read_bucket(mut saved: Value, contents: &Contents) -> Result<Bucket, StateError> {
    let objects: Vec<Value> = read("s3", saved["objects"].take())?;
    let uploads: BTreeMap<String, Value> = read("s3", saved["uploads"].take())?;
    let mut bucket: Bucket = read("s3", saved)?;
    for mut saved in objects {
        let body = body_of(&mut saved, contents)?;
        let object = Object {
            body,
            ..read("s3", saved)?
        };
        // All versions of a key follow each other, the current one last, as they were written.
        let versions = bucket.objects.entry(object.key.clone()).or_default();
        versions.push(Arc::new(object));
    }
    for (id, mut saved) in uploads {
        let parts: Vec<Value> = read("s3", saved["parts"].take())?;
        saved["parts"] = json!({});
        let mut upload: Pending = read("s3", saved)?;
        for mut saved in parts {
            let body = body_of(&mut saved, contents)?;
            let part = Part {
                body,
                ..read("s3", saved)?
            };
            upload.parts.insert(part.number, part);
        }
        bucket.uploads.insert(id, upload);
    }
    Ok(bucket)
}

fn with_body(mut saved: Value, body: &Bytes, contents: &mut Contents) -> Value {
    saved["body"] = json!(contents.put(body));
    saved
}

fn body_of(saved: &mut Value, contents: &Contents) -> Result<Bytes, StateError> {
    let digest: String = read("s3", saved["body"].take())?;
    contents.get(&digest).cloned()
}
