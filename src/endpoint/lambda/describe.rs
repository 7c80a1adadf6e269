//! `FunctionConfiguration`: a version as the API shows it.

use serde_json::{Value, json};

use super::Call;
use crate::clock::Timestamp;
use crate::lambda::registry::FunctionView;
use crate::lambda::{ApiError, LogFormat, Version};

/// What the call that an answer belongs to has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// The version was made by this call.
    Created,
    /// `$LATEST` was changed by this call.
    Updated,
    /// It was there before.
    Settled,
    /// It is one of a list, which shows no states.
    Listed,
}

/// As `2026-01-01T00:00:00.000+0000`.
pub(super) fn date(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%S.%3f+0000")
}

/// Seconds since the epoch, as some families write their dates.
pub(super) fn seconds(at: Timestamp) -> Value {
    let millis = at.as_millis();
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since the epoch are far below 2^53"
    )]
    let seconds = millis as f64 / 1000.0;
    json!(seconds)
}

impl Call {
    /// A version with its state. The states of a call that changes something are told once: whoever asks again finds
    /// the change done.
    pub(super) fn shown(&self, view: &FunctionView, moment: Moment) -> Result<Value, ApiError> {
        let (config, code) = (&view.config, view.code()?);
        let mut shown = json!({
            "FunctionName": config.name.as_str(),
            "FunctionArn": view.arn,
            "Runtime": config.runtime.as_str(),
            "Role": config.role,
            "Handler": config.handler,
            "CodeSize": code.size,
            "Description": config.description,
            "Timeout": config.timeout.seconds(),
            "MemorySize": config.memory.mb(),
            "LastModified": date(config.last_modified),
            "CodeSha256": code.sha256,
            "Version": config.version.to_string(),
            "TracingConfig": { "Mode": if config.tracing { "Active" } else { "PassThrough" } },
            "RevisionId": view.revision,
            "PackageType": "Zip",
            "Architectures": [config.architecture.as_str()],
            "EphemeralStorage": { "Size": config.ephemeral_storage.mb() },
            "SnapStart": snap_start(view),
            "LoggingConfig": logging(view),
        });
        if !config.environment.is_empty() {
            shown["Environment"] = json!({ "Variables": config.environment });
        }
        if let Some(target) = &config.asynchronous.dead_letter {
            shown["DeadLetterConfig"] = json!({ "TargetArn": target });
        }
        if config.tenant_isolation {
            shown["TenancyConfig"] = json!({ "TenantIsolationMode": "PER_TENANT" });
        }
        if !config.layer_versions.is_empty() {
            let layers = config.layer_versions.iter();
            shown["Layers"] = layers
                .map(|layer| json!({"Arn": layer.arn, "CodeSize": layer.size}))
                .collect();
        }
        let (_, runtime_version) = self.lambda.platform().runtime_version(&config.runtime);
        match moment {
            Moment::Listed => return Ok(shown),
            Moment::Created => {
                shown["State"] = json!("Pending");
                shown["StateReason"] = json!("The function is being created.");
                shown["StateReasonCode"] = json!("Creating");
            }
            Moment::Updated => {
                shown["State"] = json!("Active");
                shown["LastUpdateStatus"] = json!("InProgress");
                shown["LastUpdateStatusReason"] = json!("The function is being created.");
                shown["LastUpdateStatusReasonCode"] = json!("Creating");
            }
            Moment::Settled => {
                shown["State"] = json!("Active");
                shown["LastUpdateStatus"] = json!("Successful");
            }
        }
        shown["RuntimeVersionConfig"] = json!({ "RuntimeVersionArn": runtime_version });
        Ok(shown)
    }
}

fn snap_start(view: &FunctionView) -> Value {
    let on = view.config.snap_start;
    json!({
        "ApplyOn": if on { "PublishedVersions" } else { "None" },
        "OptimizationStatus": if on && view.config.version != Version::Latest { "On" } else { "Off" },
    })
}

fn logging(view: &FunctionView) -> Value {
    let logging = &view.config.logging;
    let group = logging.group.clone();
    let mut shown = json!({
        "LogFormat": logging.format.as_str(),
        "LogGroup": group.unwrap_or_else(|| format!("/aws/lambda/{}", view.config.name)),
    });
    if logging.format == LogFormat::Json {
        if let Some(level) = logging.application_level {
            shown["ApplicationLogLevel"] = json!(level.as_str());
        }
        if let Some(level) = logging.system_level {
            shown["SystemLogLevel"] = json!(level.as_str());
        }
    }
    shown
}
