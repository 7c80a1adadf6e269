//! `PublishVersion`, `ListVersionsByFunction`, and deleting versions (developer guide, "Manage Lambda function versions").

use std::sync::Arc;

use super::FunctionView;
use crate::lambda::error::ApiError;
use crate::lambda::function::{AsyncConfig, Version};
use crate::lambda::pool::Pool;
use crate::lambda::reference::{FunctionRef, Qualifier};
use crate::lambda::service::Lambda;

impl Lambda {
    /// `PublishVersion`: freezes `$LATEST` under the next number. Nothing new where nothing has changed since.
    ///
    /// # Errors
    ///
    /// Lambda's own: no such function, other code or another revision than the caller expects.
    pub fn publish_version(
        &self,
        reference: &FunctionRef,
        description: Option<String>,
        code_sha256: Option<&str>,
        revision: Option<&str>,
    ) -> Result<FunctionView, ApiError> {
        let latest = FunctionRef {
            name: reference.name.clone(),
            qualifier: None,
        };
        if let Some(expected) = code_sha256 {
            let current = self.look_up(&latest)?.code()?.sha256;
            if expected != current {
                return Err(ApiError::invalid_parameter(format!(
                    "CodeSHA256 ({expected}) is different from current CodeSHA256 in $LATEST ({current}). Please try \
                     again with the CodeSHA256 in $LATEST."
                )));
            }
        }
        let (revision_of_version, revision_of_latest) = (self.new_revision(), self.new_revision());
        let number = self.with_function(&latest, |function| {
            function.check_revision(&Qualifier::LATEST, revision)?;
            let same = function
                .published_from
                .as_ref()
                .is_some_and(|from| Arc::ptr_eq(from, &function.latest));
            if same && function.published.contains_key(&function.last_published) {
                return Ok(function.last_published);
            }
            function.last_published += 1;
            let number = function.last_published;
            let mut config = (*function.latest).clone();
            config.version = Version::Published(number);
            // The dead-letter queue is part of a version; the rest is configured for each version anew, and how often
            // events come twice is no setting of AWS's.
            config.asynchronous = AsyncConfig {
                dead_letter: config.asynchronous.dead_letter.take(),
                duplicates: config.asynchronous.duplicates,
                ..AsyncConfig::default()
            };
            if let Some(description) = description {
                config.description = description;
            }
            function.published.insert(number, Arc::new(config));
            function.published_from = Some(function.latest.clone());
            let version = Qualifier::Version(Version::Published(number));
            function.revisions.insert(version, revision_of_version);
            function.revisions.insert(Qualifier::LATEST, revision_of_latest);
            Ok(number)
        })?;
        let published = self.look_up(&FunctionRef {
            name: latest.name,
            qualifier: Some(Qualifier::Version(Version::Published(number))),
        })?;
        if published.config.snap_start {
            // An invocation that comes before the snapshot is there waits for it.
            let (platform, busy) = (self.platform().clone(), self.platform().clock().busy());
            let config = published.config.clone();
            self.spawn(async move { drop(platform.take_snapshot(&config, busy).await) });
        }
        Ok(published)
    }

    /// `ListVersionsByFunction`: `$LATEST`, then the published ones in order.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn versions(&self, reference: &FunctionRef) -> Result<Vec<FunctionView>, ApiError> {
        let versions = self.with_function(reference, |function| {
            Ok(function.all_versions().map(|config| config.version).collect::<Vec<_>>())
        })?;
        let of = |version| FunctionRef {
            name: reference.name.clone(),
            qualifier: Some(Qualifier::Version(version)),
        };
        versions.into_iter().map(|version| self.look_up(&of(version))).collect()
    }

    pub(super) fn delete_version(&self, reference: &FunctionRef, number: u64) -> Result<(), ApiError> {
        let version = Version::Published(number);
        let ended = self.with_function(reference, |function| {
            let pointing: Vec<&str> = function
                .aliases
                .values()
                .filter(|alias| alias.points_to(version))
                .map(|alias| alias.name.as_str())
                .collect();
            if !pointing.is_empty() {
                return Err(ApiError::Conflict(format!(
                    "Unable to delete version because the following aliases reference it: [{}]",
                    pointing.join(", ")
                )));
            }
            // A version that is not there is as gone as one that is deleted.
            let qualifier = Qualifier::Version(version);
            function.published.remove(&number);
            function.revisions.remove(&qualifier);
            function.event_invoke.remove(&qualifier);
            function.policies.remove(&qualifier);
            function.provisioned.remove(&qualifier);
            Ok(function.pools.remove(&version).map(|mut pool| Pool::end(&mut pool)))
        })?;
        drop(ended);
        let name = &reference.name;
        self.platform()
            .keep_snapshots(|function, of| function.as_str() != name || of != version);
        Ok(())
    }
}
