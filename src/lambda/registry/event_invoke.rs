//! `EventInvokeConfig`: what becomes of asynchronous invocations of a version or an alias
//! (developer guide, "Retain records of asynchronous invocations").

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::State;
use crate::clock::Timestamp;
use crate::lambda::error::ApiError;
use crate::lambda::function::AsyncConfig;
use crate::lambda::reference::FunctionRef;
use crate::lambda::service::Lambda;

/// What was configured; nothing where the default holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventInvokeConfig {
    /// `MaximumRetryAttempts`.
    pub retries: Option<u8>,
    /// `MaximumEventAgeInSeconds`.
    pub event_age: Option<Duration>,
    /// `DestinationConfig.OnSuccess`.
    pub on_success: Option<String>,
    /// `DestinationConfig.OnFailure`.
    pub on_failure: Option<String>,
    /// `LastModified`.
    pub last_modified: Timestamp,
}

/// What a call sets.
#[derive(Debug, Clone, Default)]
pub struct EventInvokeChange {
    /// `MaximumRetryAttempts`.
    pub retries: Option<u64>,
    /// `MaximumEventAgeInSeconds`.
    pub event_age: Option<u64>,
    /// `DestinationConfig`: on success, on failure.
    pub destinations: Option<(Option<String>, Option<String>)>,
}

impl EventInvokeConfig {
    /// What a function that is created with an [`AsyncConfig`] has; nothing for the defaults.
    pub(super) fn of(config: &AsyncConfig, at: Timestamp) -> Option<Self> {
        let default = AsyncConfig::default();
        let first = Self {
            retries: (config.retries != default.retries).then_some(config.retries),
            event_age: (config.event_age != default.event_age).then_some(config.event_age),
            on_success: config.on_success.clone(),
            on_failure: config.on_failure.clone(),
            last_modified: at,
        };
        let configured = first.retries.is_some()
            || first.event_age.is_some()
            || first.on_success.is_some()
            || first.on_failure.is_some();
        configured.then_some(first)
    }
}

impl Lambda {
    /// What becomes of asynchronous invocations of a function, a version or an alias: its `EventInvokeConfig`, and the
    /// dead-letter queue of the version.
    ///
    /// # Errors
    ///
    /// If there is no such function, version or alias.
    pub fn async_config(&self, reference: &FunctionRef) -> Result<AsyncConfig, ApiError> {
        self.with_qualified(reference, |function, qualifier| {
            let version = function.resolve(qualifier).ok_or_else(|| self.no_such(reference))?;
            let mut config = AsyncConfig {
                dead_letter: version.asynchronous.dead_letter.clone(),
                duplicates: version.asynchronous.duplicates,
                ..AsyncConfig::default()
            };
            if let Some(own) = function.event_invoke.get(qualifier) {
                config.retries = own.retries.unwrap_or(config.retries);
                config.event_age = own.event_age.unwrap_or(config.event_age);
                config.on_success.clone_from(&own.on_success);
                config.on_failure.clone_from(&own.on_failure);
            }
            Ok(config)
        })
    }

    /// `PutFunctionEventInvokeConfig`, or with `keep` `UpdateFunctionEventInvokeConfig`.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn put_event_invoke(
        &self,
        reference: &FunctionRef,
        change: EventInvokeChange,
        keep: bool,
    ) -> Result<EventInvokeConfig, ApiError> {
        if change.retries.is_none() && change.event_age.is_none() && change.destinations.is_none() {
            return Err(ApiError::invalid_parameter(
                "You must specify at least one of error handling or destination setting.".to_owned(),
            ));
        }
        let retries = change.retries.map(retries).transpose()?;
        let event_age = change.event_age.map(event_age).transpose()?;
        let now = self.platform().clock().now();
        let qualifier = reference.qualifier();
        let mut state = self.state();
        if let Some((on_success, on_failure)) = &change.destinations {
            check_destinations(&state, &reference.name, on_success.as_deref(), on_failure.as_deref())?;
        }
        let function = state.functions.get_mut(&reference.name);
        let function = function
            .filter(|function| function.has(&qualifier))
            .ok_or_else(|| ApiError::ResourceNotFound("The function doesn't exist.".to_owned()))?;
        let before = function.event_invoke.get(&qualifier);
        if keep && before.is_none() {
            return Err(self.no_event_invoke(reference));
        }
        let before = before.filter(|_| keep);
        let (on_success, on_failure) = change.destinations.unwrap_or_else(|| {
            before.map_or((None, None), |before| {
                (before.on_success.clone(), before.on_failure.clone())
            })
        });
        let config = EventInvokeConfig {
            retries: retries.or_else(|| before?.retries),
            event_age: event_age.or_else(|| before?.event_age),
            on_success,
            on_failure,
            last_modified: now,
        };
        function.event_invoke.insert(qualifier, config.clone());
        Ok(config)
    }

    /// `GetFunctionEventInvokeConfig`.
    ///
    /// # Errors
    ///
    /// If nothing is configured.
    pub fn event_invoke(&self, reference: &FunctionRef) -> Result<EventInvokeConfig, ApiError> {
        let found = self.with_function(reference, |function| {
            Ok(function.event_invoke.get(&reference.qualifier()).cloned())
        });
        found.ok().flatten().ok_or_else(|| self.no_event_invoke(reference))
    }

    /// `ListFunctionEventInvokeConfigs`: each with its qualified ARN.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn all_event_invoke(&self, reference: &FunctionRef) -> Result<Vec<(String, EventInvokeConfig)>, ApiError> {
        let arn = self.platform().function_arn(&reference.name);
        self.with_function(reference, |function| {
            let all = function.event_invoke.iter();
            Ok(all
                .map(|(qualifier, config)| (format!("{arn}:{qualifier}"), config.clone()))
                .collect())
        })
        .map_err(|_| ApiError::ResourceNotFound("The function doesn't exist.".to_owned()))
    }

    /// `DeleteFunctionEventInvokeConfig`.
    ///
    /// # Errors
    ///
    /// If nothing is configured.
    pub fn delete_event_invoke(&self, reference: &FunctionRef) -> Result<(), ApiError> {
        let removed = self.with_function(reference, |function| {
            Ok(function.event_invoke.remove(&reference.qualifier()))
        });
        removed
            .ok()
            .flatten()
            .map(drop)
            .ok_or_else(|| self.no_event_invoke(reference))
    }

    fn no_event_invoke(&self, reference: &FunctionRef) -> ApiError {
        ApiError::ResourceNotFound(format!(
            "The function {} doesn't have an EventInvokeConfig",
            reference.qualified_arn(self.platform().account())
        ))
    }
}

fn retries(given: u64) -> Result<u8, ApiError> {
    match u8::try_from(given) {
        Ok(retries @ 0..=2) => Ok(retries),
        _ => Err(out_of_range("maximumRetryAttempts", given, "less than or equal to 2")),
    }
}

fn event_age(given: u64) -> Result<Duration, ApiError> {
    match given {
        0..60 => Err(out_of_range(
            "maximumEventAgeInSeconds",
            given,
            "greater than or equal to 60",
        )),
        60..=21_600 => Ok(Duration::from_secs(given)),
        _ => Err(out_of_range(
            "maximumEventAgeInSeconds",
            given,
            "less than or equal to 21600",
        )),
    }
}

fn out_of_range(field: &str, given: u64, constraint: &str) -> ApiError {
    ApiError::validation(format!(
        "Value '{given}' at '{field}' failed to satisfy constraint: Member must have value {constraint}"
    ))
}

/// Refuses destinations that Lambda doesn't send to: queues, topics, buses, other functions, and buckets for failures.
fn check_destinations(
    state: &State,
    function: &str,
    on_success: Option<&str>,
    on_failure: Option<&str>,
) -> Result<(), ApiError> {
    let shown = |name: &str, arn: Option<&str>| match arn {
        Some(arn) => format!("{name}(destination={arn})"),
        None => "null".to_owned(),
    };
    for (arn, is_failure) in [(on_success, false), (on_failure, true)] {
        let Some(arn) = arn.filter(|arn| !arn.is_empty()) else {
            continue;
        };
        match arn.split(':').nth(2) {
            _ if !arn.starts_with("arn:") || arn.split(':').count() < 6 => {
                let field = if is_failure { "onFailure" } else { "onSuccess" };
                return Err(ApiError::validation(format!(
                    "Value '{arn}' at 'destinationConfig.{field}.destination' failed to satisfy constraint: Member \
                     must satisfy regular expression pattern: \
                     ^$|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{{2}}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{{1}})?:(\\d{{12}})?:(.*)"
                )));
            }
            Some("lambda") => {
                let name = arn.split(':').nth(6).unwrap_or_default();
                if name == function {
                    return Err(ApiError::invalid_parameter(
                        "You can't specify the function as a destination for itself.".to_owned(),
                    ));
                }
                if !state.functions.contains_key(name) {
                    return Err(ApiError::invalid_parameter(format!(
                        "The destination ARN {arn} is invalid."
                    )));
                }
            }
            Some("sqs" | "sns" | "events") => {}
            Some("s3") if is_failure => {}
            _ => {
                return Err(ApiError::invalid_parameter(format!(
                    "The provided destination config DestinationConfig(onSuccess={}, onFailure={}) is invalid.",
                    shown("OnSuccess", on_success),
                    shown("OnFailure", on_failure)
                )));
            }
        }
    }
    Ok(())
}
