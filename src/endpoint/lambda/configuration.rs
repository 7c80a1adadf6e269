//! The settings that `CreateFunction` and `UpdateFunctionConfiguration` have in common, read and checked.

use super::Call;
use super::input::Input;
use crate::clock::Timestamp;
use crate::lambda::{
    ApiError, ApplicationLogLevel, Architecture, EphemeralStorage, FunctionConfig, LogFormat, LoggingConfig,
    MemorySize, Runtime, SystemLogLevel, Timeout,
};

/// Runtimes that AWS creates functions for. Those of Python and the OS-only ones run here.
const RUNTIMES: &[&str] = &[
    "nodejs20.x",
    "nodejs22.x",
    "nodejs24.x",
    "python3.9",
    "python3.10",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
    "java8.al2",
    "java11",
    "java17",
    "java21",
    "java25",
    "dotnet8",
    "dotnet10",
    "ruby3.3",
    "ruby3.4",
    "provided.al2",
    "provided.al2023",
];

/// Runtimes that AWS had, and creates no functions for any more.
const FORMER_RUNTIMES: &[&str] = &[
    "nodejs",
    "nodejs4.3",
    "nodejs6.10",
    "nodejs8.10",
    "nodejs10.x",
    "nodejs12.x",
    "nodejs14.x",
    "nodejs16.x",
    "nodejs18.x",
    "python2.7",
    "python3.6",
    "python3.7",
    "python3.8",
    "java8",
    "go1.x",
    "ruby2.5",
    "ruby2.7",
    "ruby3.2",
    "dotnetcore1.0",
    "dotnetcore2.0",
    "dotnetcore2.1",
    "dotnetcore3.1",
    "dotnet6",
    "provided",
];

/// 2027-02-01: from then on no function is created with python3.9 (developer guide, "Lambda runtimes").
const NO_MORE_PYTHON_3_9: Timestamp = Timestamp::from_micros(1_801_440_000_000_000);

/// What functions on AWS can have and the mock has not.
const LACKING: &[&str] = &[
    "VpcConfig",
    "FileSystemConfigs",
    "ImageConfig",
    "KMSKeyArn",
    "CodeSigningConfigArn",
    "CapacityProviderConfig",
    "DurableConfig",
    "AcceleratorConfig",
    "RuntimeConfig",
    "PublishTo",
];

impl Call {
    /// Puts what the call sets into a configuration.
    pub(super) fn configure(&self, config: &mut FunctionConfig) -> Result<(), ApiError> {
        let input = self.input();
        refuse_lacking(input)?;
        if let Some(role) = input.text("Role")? {
            check_role(role)?;
            role.clone_into(&mut config.role);
        }
        if let Some(runtime) = input.text("Runtime")? {
            config.runtime = self.runtime(runtime)?;
        }
        if let Some(handler) = input.text("Handler")? {
            check_handler(handler)?;
            handler.clone_into(&mut config.handler);
        }
        if let Some(description) = input.text("Description")? {
            check_description(description)?;
            description.clone_into(&mut config.description);
        }
        if let Some(memory) = input.number("MemorySize")? {
            config.memory = MemorySize::new(memory)?;
        }
        if let Some(timeout) = input.number("Timeout")? {
            config.timeout = Timeout::new(timeout)?;
        }
        if let Some(storage) = input.structure("EphemeralStorage")? {
            let size = storage
                .number("Size")?
                .ok_or_else(|| super::input::missing("EphemeralStorage.size"))?;
            config.ephemeral_storage = EphemeralStorage::new(size)?;
        }
        if let Some(environment) = input.structure("Environment")? {
            config.environment = environment.map("Variables")?.unwrap_or_default();
            check_names(config)?;
        }
        if let Some(dead_letters) = input.structure("DeadLetterConfig")? {
            config.asynchronous.dead_letter = dead_letter(dead_letters.text("TargetArn")?)?;
        }
        if let Some(tracing) = input.structure("TracingConfig")? {
            let modes = [("Active", true), ("PassThrough", false)];
            let mode = tracing.one_of("Mode", "tracingConfig.mode", &modes)?;
            config.tracing = mode.unwrap_or(config.tracing);
        }
        if let Some(architectures) = input.texts("Architectures")? {
            config.architecture = architecture(&architectures)?;
        }
        if let Some(logging) = input.structure("LoggingConfig")? {
            config.logging = logging_config(logging, &config.logging)?;
        }
        if let Some(snap_start) = input.structure("SnapStart")? {
            let choices = [("PublishedVersions", true), ("None", false)];
            let apply_on = snap_start.one_of("ApplyOn", "snapStart.applyOn", &choices)?;
            config.snap_start = apply_on.unwrap_or(config.snap_start);
        }
        config.check_tenancy()
    }

    fn runtime(&self, given: &str) -> Result<Runtime, ApiError> {
        let now = self.lambda.platform().clock().now();
        if FORMER_RUNTIMES.contains(&given) || (given == "python3.9" && now >= NO_MORE_PYTHON_3_9) {
            return Err(ApiError::invalid_parameter(format!(
                "The runtime parameter of {given} is no longer supported for creating or updating AWS Lambda \
                 functions. We recommend you use a supported runtime while creating or updating functions."
            )));
        }
        if !RUNTIMES.contains(&given) {
            return Err(ApiError::invalid_parameter(format!(
                "Value {given} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [{}] or \
                 be a valid ARN",
                RUNTIMES.join(", ")
            )));
        }
        let runtime = Runtime::named(given);
        let engine = self.lambda.platform().engine();
        if engine.runs(&runtime) {
            return Ok(runtime);
        }
        let why = if given.starts_with("provided") {
            format!("Functions with the runtime {given} need this mock to run with --engine provided.")
        } else if given.starts_with("python") {
            format!("This mock runs with --engine provided now, which has no runtime {given}.")
        } else {
            format!(
                "This mock of Lambda has no runtime {given}: it runs python3.x, and provided.* with --engine provided."
            )
        };
        Err(ApiError::invalid_parameter(why))
    }
}

/// One of the two architectures, as a list of one.
pub(super) fn architecture(given: &[String]) -> Result<Architecture, ApiError> {
    let shown = given.join(", ");
    let broken = |constraint: &str| {
        ApiError::validation(format!(
            "Value '[{shown}]' at 'architectures' failed to satisfy constraint: Member must {constraint}"
        ))
    };
    let [given] = given else {
        let constraint = if given.is_empty() {
            "have length greater than or equal to 1"
        } else {
            "have length less than or equal to 1"
        };
        return Err(broken(constraint));
    };
    match given.as_str() {
        "x86_64" => Ok(Architecture::X86_64),
        "arm64" => Ok(Architecture::Arm64),
        _ => Err(broken(
            "satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
        )),
    }
}

fn refuse_lacking(input: Input<'_>) -> Result<(), ApiError> {
    for name in LACKING {
        let Some(given) = input.get(name) else { continue };
        // An empty structure, as of a `VpcConfig` without subnets, asks for nothing.
        let asks = match given {
            serde_json::Value::Object(members) => members.values().any(|member| match member {
                serde_json::Value::Array(items) => !items.is_empty(),
                serde_json::Value::Bool(flag) => *flag,
                _ => true,
            }),
            serde_json::Value::Array(items) => !items.is_empty(),
            serde_json::Value::String(text) => !text.is_empty(),
            _ => true,
        };
        if asks {
            return Err(ApiError::Unsupported(format!(
                "This mock of Lambda has no {name}. Leave it out."
            )));
        }
    }
    Ok(())
}

fn check_role(role: &str) -> Result<(), ApiError> {
    let account = role
        .strip_prefix("arn:aws:iam::")
        .and_then(|rest| rest.split_once(":role/"));
    let fits = account.is_some_and(|(account, name)| {
        account.len() == 12
            && account.bytes().all(|byte| byte.is_ascii_digit())
            && !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&byte))
    });
    if fits {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "Value '{role}' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: \
         arn:(aws[a-zA-Z-]*)?:iam::\\d{{12}}:role/?[a-zA-Z_0-9+=,.@\\-_/]+"
    )))
}

fn check_handler(handler: &str) -> Result<(), ApiError> {
    let broken = |constraint: &str| {
        Err(ApiError::validation(format!(
            "Value '{handler}' at 'handler' failed to satisfy constraint: Member must {constraint}"
        )))
    };
    if handler.len() > 128 {
        return broken("have length less than or equal to 128");
    }
    if handler.is_empty() || handler.contains(char::is_whitespace) {
        return broken("satisfy regular expression pattern: [^\\s]+");
    }
    Ok(())
}

fn check_description(description: &str) -> Result<(), ApiError> {
    if description.chars().count() <= 256 {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "Value '{description}' at 'description' failed to satisfy constraint: Member must have length less than or \
         equal to 256"
    )))
}

/// Names of environment variables: a letter, then letters, digits and underscores.
fn check_names(config: &FunctionConfig) -> Result<(), ApiError> {
    for name in config.environment.keys() {
        let mut bytes = name.bytes();
        let fits = name.len() >= 2
            && bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        // Reserved names that begin with an underscore have an error of their own.
        if !fits && !name.starts_with('_') {
            return Err(ApiError::validation(
                "Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: \
                 [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+, Member must not be null]"
                    .to_owned(),
            ));
        }
    }
    Ok(())
}

fn dead_letter(target: Option<&str>) -> Result<Option<String>, ApiError> {
    match target.filter(|target| !target.is_empty()) {
        None => Ok(None),
        Some(target) if target.starts_with("arn:aws:sqs:") || target.starts_with("arn:aws:sns:") => {
            Ok(Some(target.to_owned()))
        }
        Some(target) => Err(ApiError::validation(format!(
            "Value '{target}' at 'deadLetterConfig.targetArn' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: (arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()"
        ))),
    }
}

fn logging_config(input: Input<'_>, before: &LoggingConfig) -> Result<LoggingConfig, ApiError> {
    let formats = [("JSON", LogFormat::Json), ("Text", LogFormat::Text)];
    let application = [
        ("TRACE", ApplicationLogLevel::Trace),
        ("DEBUG", ApplicationLogLevel::Debug),
        ("INFO", ApplicationLogLevel::Info),
        ("WARN", ApplicationLogLevel::Warn),
        ("ERROR", ApplicationLogLevel::Error),
        ("FATAL", ApplicationLogLevel::Fatal),
    ];
    let system = [
        ("DEBUG", SystemLogLevel::Debug),
        ("INFO", SystemLogLevel::Info),
        ("WARN", SystemLogLevel::Warn),
    ];
    let format = input
        .one_of("LogFormat", "loggingConfig.logFormat", &formats)?
        .unwrap_or(before.format);
    let application = input.one_of("ApplicationLogLevel", "loggingConfig.applicationLogLevel", &application)?;
    let system = input.one_of("SystemLogLevel", "loggingConfig.systemLogLevel", &system)?;
    let group = input
        .text("LogGroup")?
        .map(str::to_owned)
        .or_else(|| before.group.clone());
    if format == LogFormat::Text {
        if application.is_some() || system.is_some() {
            return Err(ApiError::invalid_parameter(
                "To set ApplicationLogLevel or SystemLogLevel, LogFormat must be JSON.".to_owned(),
            ));
        }
        return Ok(LoggingConfig {
            format,
            application_level: None,
            system_level: None,
            group,
        });
    }
    Ok(LoggingConfig {
        format,
        application_level: application
            .or(before.application_level)
            .or(Some(ApplicationLogLevel::Info)),
        system_level: system.or(before.system_level).or(Some(SystemLogLevel::Info)),
        group,
    })
}
