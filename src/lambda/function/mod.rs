//! A function: its configuration, with limits that wrong values cannot pass.

mod logging;
mod name;
mod quantity;
mod runtime;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use logging::{ApplicationLogLevel, LogFormat, LoggingConfig, SystemLogLevel};
pub use name::{FunctionName, Version};
pub use quantity::{EphemeralStorage, MemorySize, Timeout};
pub use runtime::{Architecture, InitializationType, Runtime};

use serde::{Deserialize, Serialize};

use super::error::ApiError;
use super::package::{Folder, Package};
use crate::chance::Probability;
use crate::clock::Timestamp;

/// All that `CreateFunction` and the calls beside it say of a function.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FunctionConfig {
    /// Its name.
    pub name: FunctionName,
    /// `Version`: the one that this is.
    pub version: Version,
    /// `Description`.
    pub description: String,
    /// `Runtime`.
    pub runtime: Runtime,
    /// `Architectures`.
    pub architecture: Architecture,
    /// `Role`: kept and shown; nothing is denied to a handler here.
    pub role: String,
    /// `Handler`, as `handler.lambda_handler`.
    pub handler: String,
    /// `MemorySize`.
    pub memory: MemorySize,
    /// `Timeout`.
    pub timeout: Timeout,
    /// `EphemeralStorage`: how much `/tmp` holds.
    pub ephemeral_storage: EphemeralStorage,
    /// `LoggingConfig`.
    pub logging: LoggingConfig,
    /// `TracingConfig.Mode` is `Active`.
    pub tracing: bool,
    /// `SnapStart.ApplyOn` is `PublishedVersions`.
    pub snap_start: bool,
    /// `TenancyConfig.TenantIsolationMode` is `PER_TENANT`.
    #[serde(default)]
    pub tenant_isolation: bool,
    /// `Environment.Variables`.
    pub environment: BTreeMap<String, String>,
    /// The real folder with the code, seen as `/var/task`.
    #[serde(skip)]
    pub code: PathBuf,
    /// The uploaded package that `code` belongs to; without one, `code` is a folder of somebody else's.
    #[serde(skip)]
    pub package: Option<Arc<Package>>,
    /// The real folder with the layers' content, seen as `/opt`.
    #[serde(skip)]
    pub layers: Option<PathBuf>,
    /// `Layers`: the published layer versions that `layers` was made of, in order.
    #[serde(skip)]
    pub layer_versions: Vec<LayerVersionRef>,
    /// `LastModified`.
    pub last_modified: Timestamp,
    /// What becomes of asynchronous invocations: for `CreateFunction`, the first `EventInvokeConfig` of `$LATEST`.
    /// Afterwards [`super::Lambda::async_config`] has the truth.
    pub asynchronous: AsyncConfig,
    /// For `CreateFunction`, the first `ReservedConcurrentExecutions`. Afterwards
    /// [`super::Lambda::reserved_concurrency`] has the truth.
    pub reserved_concurrency: Option<u32>,
}

/// A layer version that a function has.
#[derive(Debug, Clone)]
pub struct LayerVersionRef {
    /// `arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION`.
    pub arn: String,
    /// The zip's size in bytes.
    pub size: u64,
    /// How large its files are, in bytes.
    pub unzipped: u64,
    /// The merged content that the layer is part of, kept for as long as any version of the function needs it.
    pub content: Arc<Folder>,
}

/// `PutFunctionEventInvokeConfig` and `DeadLetterConfig`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AsyncConfig {
    /// `MaximumRetryAttempts`, 0 to 2.
    pub retries: u8,
    /// `MaximumEventAgeInSeconds`, 60 to 21,600.
    pub event_age: Duration,
    /// The ARN that records of failures go to.
    pub on_failure: Option<String>,
    /// The ARN that records of successes go to.
    pub on_success: Option<String>,
    /// `DeadLetterConfig.TargetArn`: gets the original event.
    pub dead_letter: Option<String>,
    /// How likely an event comes twice. On AWS nobody can set it, and it happens: the queue delivers at least once.
    pub duplicates: Probability,
}

impl Default for AsyncConfig {
    fn default() -> Self {
        const SIX_HOURS: Duration = Duration::from_secs(6 * 3600);
        Self {
            retries: 2,
            event_age: SIX_HOURS,
            on_failure: None,
            on_success: None,
            dead_letter: None,
            duplicates: Probability::default(),
        }
    }
}

impl FunctionConfig {
    /// A function with Lambda's defaults for everything but its name and code.
    #[must_use]
    pub fn new(name: FunctionName, code: PathBuf) -> Self {
        Self {
            name,
            version: Version::Latest,
            description: String::new(),
            runtime: Runtime::python(),
            architecture: Architecture::default(),
            role: "arn:aws:iam::123456789012:role/lambda-role".to_owned(),
            handler: "handler.lambda_handler".to_owned(),
            memory: MemorySize::DEFAULT,
            timeout: Timeout::DEFAULT,
            ephemeral_storage: EphemeralStorage::DEFAULT,
            logging: LoggingConfig::default(),
            tracing: false,
            snap_start: false,
            tenant_isolation: false,
            environment: BTreeMap::new(),
            code,
            package: None,
            layers: None,
            layer_versions: Vec::new(),
            last_modified: Timestamp::from_micros(0),
            asynchronous: AsyncConfig::default(),
            reserved_concurrency: None,
        }
    }

    /// Whether a function that starts from snapshots is one that can: "Python 3.12 and later", and no "ephemeral storage
    /// greater than 512 MB" (developer guide, "Improving startup performance with Lambda `SnapStart`").
    ///
    /// # Errors
    ///
    /// Lambda's validation error. The words for storage follow those for runtimes, which are recorded.
    pub fn check_snap_start(&self) -> Result<(), ApiError> {
        if !self.snap_start {
            return Ok(());
        }
        if !self.runtime.starts_from_snapshots() {
            return Err(ApiError::not_for_snap_start(self.runtime.as_str()));
        }
        if self.ephemeral_storage > EphemeralStorage::DEFAULT {
            return Err(ApiError::not_for_snap_start("Ephemeral storage greater than 512 MB"));
        }
        Ok(())
    }

    /// Whether the environment is one that Lambda takes: no reserved names, at most 4 KB.
    ///
    /// # Errors
    ///
    /// Lambda's validation error.
    pub fn check_environment(&self) -> Result<(), ApiError> {
        let reserved: Vec<&str> = self
            .environment
            .keys()
            .map(String::as_str)
            .filter(|name| is_reserved(name))
            .collect();
        if !reserved.is_empty() {
            return Err(ApiError::invalid_parameter(format!(
                "Lambda was unable to configure your environment variables because the environment variables you \
                 have provided contains reserved keys that are currently not supported for modification. Reserved \
                 keys used in this request: {}",
                reserved.join(", ")
            )));
        }
        let measured = serde_json::to_string(&self.environment).unwrap_or_default();
        if measured.len() > 4096 {
            return Err(ApiError::invalid_parameter(format!(
                "Lambda was unable to configure your environment variables because the environment variables you \
                 have provided exceeded the 4KB limit. String measured: {measured}"
            )));
        }
        Ok(())
    }
}

/// Names that Lambda sets itself (developer guide, "Defined runtime environment variables").
fn is_reserved(name: &str) -> bool {
    const RESERVED: [&str; 17] = [
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
    ];
    RESERVED.contains(&name) || name == "LAMBDA_RUNTIME_DIR"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_checked() {
        let mut config = FunctionConfig::new(FunctionName::new("f").unwrap(), PathBuf::new());
        config.environment.insert("STAGE".into(), "dev".into());
        assert!(config.check_environment().is_ok());
        config.environment.insert("AWS_REGION".into(), "moon".into());
        assert!(
            config
                .check_environment()
                .unwrap_err()
                .message()
                .ends_with("used in this request: AWS_REGION")
        );
        config.environment.remove("AWS_REGION");
        config.environment.insert("BIG".into(), "x".repeat(4096));
        assert!(
            config
                .check_environment()
                .unwrap_err()
                .message()
                .contains("exceeded the 4KB limit")
        );
    }
}
