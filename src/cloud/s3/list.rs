//! Listing objects and versions page by page.

use std::sync::Arc;

use super::object::Object;
use super::{ApiError, S3};

/// Which objects of a bucket.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Only keys that begin so.
    pub prefix: String,
    /// Keys with this after the prefix are rolled up into common prefixes; none if empty.
    pub delimiter: String,
    /// Only keys after this one.
    pub after: String,
    /// At most so many keys and common prefixes together.
    pub max_keys: usize,
}

/// One page of a listing.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The objects, by key.
    pub objects: Vec<Arc<Object>>,
    /// The common prefixes, in order.
    pub prefixes: Vec<String>,
    /// Where the next page begins, for [`Query::after`]; `None` on the last page.
    pub next: Option<String>,
}

/// One page of a listing of versions.
#[derive(Debug, Clone, Default)]
pub struct VersionPage {
    /// Versions and delete markers, by key and then from new to old, each with whether it is the latest.
    pub versions: Vec<(Arc<Object>, bool)>,
    /// The common prefixes, in order.
    pub prefixes: Vec<String>,
    /// The last key of this page; `None` on the last page. A key's versions are never split.
    pub next: Option<String>,
}

impl S3 {
    /// `ListObjects` and `ListObjectsV2`.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn list_objects(&self, bucket: &str, query: &Query) -> Result<Page, ApiError> {
        let state = self.lock();
        let bucket = state.bucket(bucket)?;
        let mut page = Page::default();
        let keys = bucket.objects.keys().filter(|key| bucket.current(key).is_some());
        walk(query, keys, |found| match found {
            Found::Key(key) => {
                page.objects.extend(bucket.current(key).cloned());
                1
            }
            Found::Prefix(prefix) => {
                page.prefixes.push(prefix);
                1
            }
            Found::More(last) => {
                page.next = Some(last);
                0
            }
        });
        Ok(page)
    }

    /// `ListObjectVersions`.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn list_versions(&self, bucket: &str, query: &Query) -> Result<VersionPage, ApiError> {
        let state = self.lock();
        let bucket = state.bucket(bucket)?;
        let mut page = VersionPage::default();
        walk(query, bucket.objects.keys(), |found| match found {
            Found::Key(key) => {
                let versions = bucket.objects.get(key).map(Vec::as_slice).unwrap_or_default();
                let newest_first = versions.iter().rev().enumerate();
                page.versions
                    .extend(newest_first.map(|(place, object)| (Arc::clone(object), place == 0)));
                versions.len()
            }
            Found::Prefix(prefix) => {
                page.prefixes.push(prefix);
                1
            }
            Found::More(last) => {
                page.next = Some(last);
                0
            }
        });
        Ok(page)
    }
}

enum Found<'a> {
    Key(&'a String),
    Prefix(String),
    /// The page is full; where the next one begins.
    More(String),
}

/// Goes through sorted keys, rolling up common prefixes, until the page is full. `take` says how many it took.
fn walk<'a>(query: &Query, keys: impl Iterator<Item = &'a String>, mut take: impl FnMut(Found<'a>) -> usize) {
    let mut room = query.max_keys;
    let mut last = String::new();
    let mut prefix_seen: Option<String> = None;
    for key in keys.filter(|key| query.after.is_empty() || **key > query.after) {
        let Some(rest) = key.strip_prefix(&query.prefix) else {
            continue;
        };
        let common = (!query.delimiter.is_empty())
            .then(|| rest.find(&query.delimiter))
            .flatten()
            .map(|at| format!("{}{}", query.prefix, &rest[..at + query.delimiter.len()]));
        if let Some(common) = &common {
            let told_before = !query.after.is_empty() && query.after.starts_with(common.as_str());
            if prefix_seen.as_ref() == Some(common) || told_before {
                continue;
            }
        }
        if room == 0 {
            if query.max_keys > 0 {
                take(Found::More(last));
            }
            return;
        }
        let taken = if let Some(common) = common {
            last.clone_from(&common);
            prefix_seen = Some(common.clone());
            take(Found::Prefix(common))
        } else {
            last.clone_from(key);
            take(Found::Key(key))
        };
        room = room.saturating_sub(taken);
    }
}
