//! A function as deployment tools make it: with `SnapStart` or provisioned concurrency it needs a published version, and
//! an alias that event sources invoke follows the newest (AWS SAM, `AutoPublishAlias` of `AWS::Serverless::Function`).

use super::{AliasChange, EventInvokeConfig, Function};
use crate::lambda::error::ApiError;
use crate::lambda::function::{FunctionConfig, Version};
use crate::lambda::reference::{FunctionRef, Qualifier};
use crate::lambda::service::Lambda;

impl Lambda {
    /// Creates a function, and where it starts from snapshots or has environments provisioned, publishes its first
    /// version under an alias, with the same settings for asynchronous invocations as `$LATEST`. Gives what to invoke.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn deploy(
        &self,
        config: FunctionConfig,
        alias: &str,
        provisioned: Option<u32>,
    ) -> Result<FunctionRef, ApiError> {
        let (snap_start, asynchronous) = (config.snap_start, config.asynchronous.clone());
        let latest = FunctionRef {
            name: config.name.to_string(),
            qualifier: None,
        };
        self.create_function(config)?;
        if !snap_start && provisioned.is_none() {
            return Ok(latest);
        }
        let published = FunctionRef {
            name: latest.name.clone(),
            qualifier: Some(Qualifier::Alias(alias.to_owned())),
        };
        self.create_alias(&latest, alias, self.newest(&latest)?)?;
        self.with_qualified(&published, |function, qualifier| {
            let first = EventInvokeConfig::of(&asynchronous, function.latest.last_modified);
            function
                .event_invoke
                .extend(first.map(|first| (qualifier.clone(), first)));
            Ok(())
        })?;
        if let Some(requested) = provisioned {
            self.put_provisioned(&published, requested)?;
        }
        Ok(published)
    }

    /// Publishes what `$LATEST` is now, and lets an alias point to it if the function has that alias. The version before
    /// is deleted, so that nothing is kept ready for it.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn republish(&self, function: &FunctionRef, alias: &str) -> Result<(), ApiError> {
        let alias_of = |function: &mut Function| Ok(function.aliases.get(alias).cloned());
        let Some(before) = self.with_function(function, alias_of)? else {
            return Ok(());
        };
        let after = self.update_alias(function, alias, self.newest(function)?)?;
        match before.version {
            Version::Published(_) if after.version != before.version => {
                self.delete_function(&function.name, Some(&before.version.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// A version of what `$LATEST` is now, for an alias to point to.
    fn newest(&self, function: &FunctionRef) -> Result<AliasChange, ApiError> {
        let version = self.publish_version(function, None, None, None)?.config.version;
        Ok(AliasChange {
            version: Some(version.to_string()),
            ..AliasChange::default()
        })
    }
}
