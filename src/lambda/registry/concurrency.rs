//! Reserved and provisioned concurrency, and the account's limits (developer guide, "Understanding Lambda function
//! scaling").

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::lambda::error::ApiError;
use crate::lambda::function::Version;
use crate::lambda::reference::{FunctionRef, Qualifier};
use crate::lambda::service::Lambda;

use super::{Function, State};

/// Concurrency that must stay for functions without any of their own.
const MINIMUM_UNRESERVED: u32 = 100;

/// `ProvisionedConcurrencyConfig` of a version or an alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::lambda) struct Provisioned {
    pub(in crate::lambda) requested: u32,
    pub(in crate::lambda) last_modified: Timestamp,
}

/// What `GetProvisionedConcurrencyConfig` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisionedState {
    /// The version's or the alias's ARN.
    pub arn: String,
    /// `RequestedProvisionedConcurrentExecutions`.
    pub requested: u32,
    /// `AllocatedProvisionedConcurrentExecutions`: environments that are ready.
    pub allocated: u32,
    /// `AvailableProvisionedConcurrentExecutions`: those of them that are idle.
    pub available: u32,
    /// `LastModified`.
    pub last_modified: Timestamp,
}

/// What `GetAccountSettings` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountSettings {
    /// `ConcurrentExecutions`.
    pub concurrent: u32,
    /// `UnreservedConcurrentExecutions`.
    pub unreserved: u32,
    /// `AccountUsage.TotalCodeSize`, in bytes.
    pub code_size: u64,
    /// `AccountUsage.FunctionCount`.
    pub functions: usize,
}

impl Function {
    /// All provisioned concurrency of its versions and aliases.
    pub(in crate::lambda) fn provisioned_sum(&self) -> u32 {
        self.provisioned.values().map(|provisioned| provisioned.requested).sum()
    }

    /// How many provisioned environments a version should have.
    pub(in crate::lambda) fn provisioned_of(&self, version: Version) -> u32 {
        let all = self.provisioned.iter();
        let own = all.filter(|(qualifier, _)| self.resolve(qualifier).is_some_and(|config| config.version == version));
        own.map(|(_, provisioned)| provisioned.requested).sum()
    }
}

impl State {
    /// Concurrency that no function has for itself.
    pub(in crate::lambda) fn unreserved(&self) -> u32 {
        let own = self
            .functions
            .values()
            .map(|function| function.reserved.unwrap_or_else(|| function.provisioned_sum()));
        self.account_concurrency.saturating_sub(own.sum())
    }
}

impl Lambda {
    /// `ReservedConcurrentExecutions` of a function.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn reserved_concurrency(&self, reference: &FunctionRef) -> Result<Option<u32>, ApiError> {
        self.with_function(reference, |function| Ok(function.reserved))
    }

    /// `PutFunctionConcurrency`.
    ///
    /// # Errors
    ///
    /// Lambda's own: too little would be left for others, or for what is provisioned.
    pub fn put_concurrency(&self, reference: &FunctionRef, reserved: u32) -> Result<(), ApiError> {
        if reference.qualifier.is_some() {
            return Err(ApiError::invalid_parameter(
                "This operation is permitted on Lambda functions only. Aliases and versions do not support this \
                 operation. Please specify either a function name or an unqualified function ARN."
                    .to_owned(),
            ));
        }
        let mut state = self.state();
        let unreserved = state.unreserved();
        let function = state
            .functions
            .get_mut(&reference.name)
            .ok_or_else(|| ApiError::FunctionNotFound(reference.qualified_arn(self.platform().account())))?;
        let provisioned = function.provisioned_sum();
        let own = function.reserved.unwrap_or(provisioned);
        if (unreserved + own).saturating_sub(reserved) < MINIMUM_UNRESERVED {
            return Err(ApiError::invalid_parameter(format!(
                "Specified ReservedConcurrentExecutions for function decreases account's \
                 UnreservedConcurrentExecution below its minimum value of [{MINIMUM_UNRESERVED}]."
            )));
        }
        if provisioned > reserved {
            return Err(ApiError::invalid_parameter(format!(
                " ReservedConcurrentExecutions  {reserved} should not be lower than function's total provisioned \
                 concurrency [{provisioned}]."
            )));
        }
        function.reserved = Some(reserved);
        Ok(())
    }

    /// `DeleteFunctionConcurrency`.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn delete_concurrency(&self, reference: &FunctionRef) -> Result<(), ApiError> {
        self.with_function(reference, |function| {
            function.reserved = None;
            Ok(())
        })
    }

    /// Changes the account's limit of environments that run at once.
    pub fn set_account_concurrency(&self, limit: u32) {
        self.state().account_concurrency = limit;
    }

    /// `GetAccountSettings`.
    ///
    /// # Errors
    ///
    /// If a folder of code cannot be read.
    pub fn account_settings(&self) -> Result<AccountSettings, ApiError> {
        let (concurrent, unreserved, functions, layers) = {
            let state = self.state();
            let layers: u64 = state.layers.values().map(super::Layer::size).sum();
            (
                state.account_concurrency,
                state.unreserved(),
                state.functions.len(),
                layers,
            )
        };
        let mut code = 0;
        for view in self.list(true)? {
            code += view.code()?.size;
        }
        Ok(AccountSettings {
            concurrent,
            unreserved,
            code_size: code + layers,
            functions,
        })
    }

    /// `PutProvisionedConcurrencyConfig`: environments are made at once.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn put_provisioned(&self, reference: &FunctionRef, requested: u32) -> Result<ProvisionedState, ApiError> {
        let qualifier = reference.qualifier();
        if requested == 0 {
            return Err(ApiError::validation(
                "Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value \
                 greater than or equal to 1"
                    .to_owned(),
            ));
        }
        if qualifier == Qualifier::LATEST {
            return Err(ApiError::invalid_parameter(
                "Provisioned Concurrency Configs cannot be applied to unpublished function versions.".to_owned(),
            ));
        }
        self.check_provisionable(reference, &qualifier)?;
        self.refuse_isolated(reference, "Provisioned concurrency")?;
        let now = self.platform().clock().now();
        {
            let mut state = self.state();
            let unreserved = state.unreserved();
            let function = state.functions.get_mut(&reference.name);
            let function = function.ok_or_else(|| self.no_such(reference))?;
            let before = function
                .provisioned
                .get(&qualifier)
                .map_or(0, |before| before.requested);
            match function.reserved {
                Some(reserved) if function.provisioned_sum() - before + requested > reserved => {
                    return Err(ApiError::invalid_parameter(
                        "Requested Provisioned Concurrency should not be greater than the \
                         reservedConcurrentExecution for function"
                            .to_owned(),
                    ));
                }
                None if requested > unreserved + before => {
                    return Err(ApiError::invalid_parameter(format!(
                        "Specified ConcurrentExecutions for function is greater than account's unreserved \
                         concurrency [{}].",
                        unreserved + before
                    )));
                }
                None if unreserved + before - requested < MINIMUM_UNRESERVED => {
                    return Err(ApiError::invalid_parameter(format!(
                        "Specified ConcurrentExecutions for function decreases account's \
                         UnreservedConcurrentExecution below its minimum value of [{MINIMUM_UNRESERVED}]."
                    )));
                }
                _ => {}
            }
            let provisioned = Provisioned {
                requested,
                last_modified: now,
            };
            function.provisioned.insert(qualifier, provisioned);
        }
        let state = self.provisioned(reference)?;
        self.provision(&reference.name);
        Ok(state)
    }

    /// A version is provisioned for itself or for one alias, not for both; and not where it starts from a snapshot.
    fn check_provisionable(&self, reference: &FunctionRef, qualifier: &Qualifier) -> Result<(), ApiError> {
        self.with_provisionable(reference, |function| {
            // "SnapStart does not support provisioned concurrency" (developer guide); the words follow those for runtimes.
            if function.resolve(qualifier).is_some_and(|version| version.snap_start) {
                return Err(ApiError::not_for_snap_start("Provisioned Concurrency"));
            }
            let conflict = match qualifier {
                Qualifier::Alias(name) => {
                    let version = function.aliases.get(name).map(|alias| Qualifier::Version(alias.version));
                    version
                        .filter(|version| function.provisioned.contains_key(version))
                        .map(|_| "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")
                }
                Qualifier::Version(version) => function
                    .aliases
                    .values()
                    .find(|alias| {
                        let provisioned = &function.provisioned;
                        alias.version == *version && provisioned.contains_key(&Qualifier::Alias(alias.name.clone()))
                    })
                    .map(|_| "Version is pointed by a Provisioned Concurrency alias"),
            };
            conflict.map_or(Ok(()), |message| Err(ApiError::Conflict(message.to_owned())))
        })
    }

    /// A version or an alias that can have provisioned concurrency.
    fn with_provisionable<T>(
        &self,
        reference: &FunctionRef,
        work: impl FnOnce(&mut Function) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let qualifier = reference.qualifier();
        if qualifier == Qualifier::LATEST {
            return Err(ApiError::invalid_parameter(
                "The function resource provided must be an alias or a published version.".to_owned(),
            ));
        }
        self.with_function(reference, |function| match &qualifier {
            Qualifier::Alias(name) if !function.has(&qualifier) => Err(self.no_such_alias(reference, name)),
            Qualifier::Version(_) if !function.has(&qualifier) => Err(self.no_such(reference)),
            _ => work(function),
        })
    }

    /// `GetProvisionedConcurrencyConfig`.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn provisioned(&self, reference: &FunctionRef) -> Result<ProvisionedState, ApiError> {
        let qualifier = reference.qualifier();
        let arn = reference.arn(self.platform().account());
        self.with_provisionable(reference, |function| {
            function
                .provisioned_state(&qualifier, arn)
                .ok_or(ApiError::NoProvisionedConcurrency)
        })
    }

    /// `ListProvisionedConcurrencyConfigs`.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn all_provisioned(&self, reference: &FunctionRef) -> Result<Vec<ProvisionedState>, ApiError> {
        let arn = self.platform().function_arn(&reference.name);
        self.with_function(reference, |function| {
            let all = function.provisioned.keys();
            Ok(all
                .filter_map(|qualifier| function.provisioned_state(qualifier, format!("{arn}:{qualifier}")))
                .collect())
        })
    }

    /// `DeleteProvisionedConcurrencyConfig`: also where there is none.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn delete_provisioned(&self, reference: &FunctionRef) -> Result<(), ApiError> {
        let qualifier = reference.qualifier();
        self.with_provisionable(reference, |function| {
            function.provisioned.remove(&qualifier);
            Ok(())
        })?;
        self.provision(&reference.name);
        Ok(())
    }
}

impl Function {
    fn provisioned_state(&self, qualifier: &Qualifier, arn: String) -> Option<ProvisionedState> {
        let provisioned = self.provisioned.get(qualifier)?;
        let pool = self
            .resolve(qualifier)
            .and_then(|config| self.pools.get(&config.version));
        let (allocated, available) = pool.map_or((0, 0), super::Pool::provisioned);
        Some(ProvisionedState {
            arn,
            requested: provisioned.requested,
            allocated: allocated.min(provisioned.requested),
            available: available.min(provisioned.requested),
            last_modified: provisioned.last_modified,
        })
    }
}
