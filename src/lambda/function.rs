//! A function: its configuration, with limits that wrong values cannot pass.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::error::ApiError;

/// `MemorySize`: 128 to 10,240 MB in steps of 1 MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemorySize(u32);

/// `Timeout`: 1 to 900 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timeout(u32);

/// `FunctionName`: 1 to 64 letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionName(String);

impl MemorySize {
    /// 128 MB, the default.
    pub const DEFAULT: Self = Self(128);

    /// A size in MB.
    ///
    /// # Errors
    ///
    /// Lambda's validation error where it is out of range.
    pub fn new(mb: u32) -> Result<Self, ApiError> {
        match mb {
            128..=10_240 => Ok(Self(mb)),
            0..128 => Err(out_of_range("memorySize", mb, "greater than or equal to 128")),
            _ => Err(out_of_range("memorySize", mb, "less than or equal to 10240")),
        }
    }

    /// In MB.
    #[must_use]
    pub const fn mb(self) -> u32 {
        self.0
    }

    /// The share of a CPU that comes with it: 1 at 1,769 MB. A single thread gains nothing beyond that.
    #[must_use]
    pub fn cpu_share(self) -> f64 {
        const ONE_CPU_MB: f64 = 1_769.0;
        (f64::from(self.0) / ONE_CPU_MB).min(1.0)
    }
}

impl Timeout {
    /// 3 seconds, the default.
    pub const DEFAULT: Self = Self(3);

    /// A timeout in seconds.
    ///
    /// # Errors
    ///
    /// Lambda's validation error where it is out of range.
    pub fn new(seconds: u32) -> Result<Self, ApiError> {
        match seconds {
            1..=900 => Ok(Self(seconds)),
            0 => Err(out_of_range("timeout", seconds, "greater than or equal to 1")),
            _ => Err(out_of_range("timeout", seconds, "less than or equal to 900")),
        }
    }

    /// In seconds.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0
    }

    /// As a span of time.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0))
    }
}

impl FunctionName {
    /// A name.
    ///
    /// # Errors
    ///
    /// Lambda's validation error where it isn't one.
    pub fn new(name: &str) -> Result<Self, ApiError> {
        let fits = (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if fits {
            return Ok(Self(name.to_owned()));
        }
        Err(ApiError::validation(format!(
            "Value '{name}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression \
             pattern: [a-zA-Z0-9-_]{{1,64}}"
        )))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn out_of_range(field: &str, value: u32, constraint: &str) -> ApiError {
    ApiError::validation(format!(
        "Value '{value}' at '{field}' failed to satisfy constraint: Member must have value {constraint}"
    ))
}

/// All that `CreateFunction` and the calls beside it say of a function.
#[derive(Debug, Clone)]
pub struct FunctionConfig {
    /// Its name.
    pub name: FunctionName,
    /// `Handler`, as `handler.lambda_handler`.
    pub handler: String,
    /// `MemorySize`.
    pub memory: MemorySize,
    /// `Timeout`.
    pub timeout: Timeout,
    /// `Environment.Variables`.
    pub environment: BTreeMap<String, String>,
    /// The real folder with the code, seen as `/var/task`.
    pub code: PathBuf,
    /// The real folder with the layers' content, seen as `/opt`.
    pub layers: Option<PathBuf>,
    /// `EventInvokeConfig`: what becomes of asynchronous invocations.
    pub asynchronous: AsyncConfig,
    /// `ReservedConcurrentExecutions`.
    pub reserved_concurrency: Option<u32>,
}

/// `PutFunctionEventInvokeConfig` and `DeadLetterConfig`.
#[derive(Debug, Clone)]
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
        }
    }
}

impl FunctionConfig {
    /// A function with Lambda's defaults for everything but its name and code.
    #[must_use]
    pub fn new(name: FunctionName, code: PathBuf) -> Self {
        Self {
            name,
            handler: "handler.lambda_handler".to_owned(),
            memory: MemorySize::DEFAULT,
            timeout: Timeout::DEFAULT,
            environment: BTreeMap::new(),
            code,
            layers: None,
            asynchronous: AsyncConfig::default(),
            reserved_concurrency: None,
        }
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
    fn sizes_and_timeouts_keep_their_range() {
        assert_eq!(MemorySize::new(128).unwrap().mb(), 128);
        assert_eq!(Timeout::new(900).unwrap().seconds(), 900);
        let error = MemorySize::new(64).unwrap_err();
        assert_eq!(
            error.message(),
            "1 validation error detected: Value '64' at 'memorySize' failed to satisfy constraint: Member must have \
             value greater than or equal to 128"
        );
        assert!(MemorySize::new(10_241).is_err());
        assert!(Timeout::new(0).is_err());
        assert!(Timeout::new(901).is_err());
    }

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

    #[test]
    fn cpu_follows_memory_up_to_one() {
        assert!((MemorySize::new(1769).unwrap().cpu_share() - 1.0).abs() < 1e-9);
        assert!((MemorySize::new(10_240).unwrap().cpu_share() - 1.0).abs() < 1e-9);
        assert!(MemorySize::DEFAULT.cpu_share() < 0.08);
    }
}
