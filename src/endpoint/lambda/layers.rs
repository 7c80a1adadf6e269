//! Layers.

use serde_json::{Value, json};

use super::Call;
use super::answer::Answer;
use super::describe::date;
use super::input::missing;
use crate::lambda::ApiError;
use crate::lambda::package::MAX_ZIPPED;
use crate::lambda::registry::{Code, LayerVersion, NewLayerVersion};

pub(super) fn publish(call: &Call) -> Result<Answer, ApiError> {
    let input = call.input();
    let content = input.structure("Content")?.ok_or_else(|| missing("Content"))?;
    let zip = match call.code(content)? {
        Some(Code::Zip(zip)) if zip.len() > MAX_ZIPPED => {
            return Err(ApiError::EntityTooLarge(format!(
                "Zipped size must be smaller than {MAX_ZIPPED} bytes"
            )));
        }
        Some(Code::Zip(zip) | Code::Fetched(zip)) => zip,
        Some(Code::Folder(_)) | None => {
            return Err(ApiError::invalid_parameter(
                "Please provide a source for layer content.".to_owned(),
            ));
        }
    };
    let new = NewLayerVersion {
        zip,
        description: input.text("Description")?.unwrap_or_default().to_owned(),
        runtimes: input.texts("CompatibleRuntimes")?.unwrap_or_default(),
        architectures: input.texts("CompatibleArchitectures")?.unwrap_or_default(),
        licence: input.text("LicenseInfo")?.map(str::to_owned),
    };
    let version = call.lambda.publish_layer_version(call.part("LayerName"), new)?;
    Ok(Answer::json(201, &call.layer(&version)))
}

pub(super) fn get(call: &Call) -> Result<Answer, ApiError> {
    let version = call
        .lambda
        .layer_version(call.part("LayerName"), call.version_number()?)?;
    Ok(Answer::json(200, &call.layer(&version)))
}

pub(super) fn delete(call: &Call) -> Result<Answer, ApiError> {
    call.lambda
        .delete_layer_version(call.part("LayerName"), call.version_number()?)?;
    Ok(Answer::empty(204))
}

pub(super) fn list_versions(call: &Call) -> Result<Answer, ApiError> {
    let versions = call.lambda.layer_versions(call.part("LayerName"))?;
    let wanted = versions.iter().filter(|version| call.wants(version));
    let shown = wanted.map(|version| (version.arn(), item(version)));
    call.page("LayerVersions", shown.collect())
}

/// `ListLayers`, and with `find=LayerVersion` `GetLayerVersionByArn`.
pub(super) fn list(call: &Call) -> Result<Answer, ApiError> {
    if call.queried("find") == Some("LayerVersion") {
        let arn = call.queried("Arn").ok_or_else(|| missing("Arn"))?;
        let version = call.lambda.layer_version_by_arn(arn)?;
        return Ok(Answer::json(200, &call.layer(&version)));
    }
    let layers = call.lambda.layers();
    let wanted = layers.iter().filter(|version| call.wants(version));
    let shown = wanted.map(|version| {
        let shown = json!({
            "LayerName": version.layer_name(),
            "LayerArn": version.layer_arn,
            "LatestMatchingVersion": item(version),
        });
        (version.layer_arn.clone(), shown)
    });
    call.page("Layers", shown.collect())
}

/// A layer version without its content, as lists show it.
fn item(version: &LayerVersion) -> Value {
    let mut shown = json!({
        "LayerVersionArn": version.arn(),
        "Version": version.version,
        "Description": version.description,
        "CreatedDate": date(version.created),
    });
    if !version.runtimes.is_empty() {
        shown["CompatibleRuntimes"] = json!(version.runtimes);
    }
    if !version.architectures.is_empty() {
        shown["CompatibleArchitectures"] = json!(version.architectures);
    }
    if let Some(licence) = &version.licence {
        shown["LicenseInfo"] = json!(licence);
    }
    shown
}

impl Call {
    fn layer(&self, version: &LayerVersion) -> Value {
        let mut shown = item(version);
        let code = version.package.facts();
        shown["LayerArn"] = json!(version.layer_arn);
        shown["Content"] = json!({
            "Location": self.location_of_layer(version.layer_name(), version.version),
            "CodeSha256": code.sha256,
            "CodeSize": code.size,
        });
        shown
    }

    fn version_number(&self) -> Result<u64, ApiError> {
        self.part("VersionNumber")
            .parse()
            .map_err(|_| ApiError::invalid_parameter("Layer Version Cannot be less than 1".to_owned()))
    }

    /// Whether a layer version is compatible with what a list is asked for.
    fn wants(&self, version: &LayerVersion) -> bool {
        let runtime = self.queried("CompatibleRuntime");
        let architecture = self.queried("CompatibleArchitecture");
        runtime.is_none_or(|runtime| version.runtimes.iter().any(|own| own == runtime))
            && architecture.is_none_or(|architecture| version.architectures.iter().any(|own| own == architecture))
    }
}
