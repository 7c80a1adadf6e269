//! Functions: created, changed, looked up, deleted.

use bytes::Bytes;
use serde_json::json;

use super::Call;
use super::answer::Answer;
use super::configuration::architecture;
use super::describe::Moment;
use super::input::{Input, missing};
use crate::lambda::registry::{Code, NewFunction};
use crate::lambda::{ApiError, FunctionConfig, FunctionName};

pub(super) fn create(call: &Call) -> Result<Answer, ApiError> {
    let input = call.input();
    let reference = call.lambda.reference(input.required("FunctionName")?, None)?;
    if reference.qualifier.is_some() {
        return Err(ApiError::validation(format!(
            "Value '{}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression \
             pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{{2}}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{{1}}:)?\
             (\\d{{12}}:)?(function:)?([a-zA-Z0-9-_]+)",
            input.required("FunctionName")?
        )));
    }
    input.required("Role")?;
    let given = input.structure("Code")?.ok_or_else(|| missing("Code"))?;
    if input.text("PackageType")?.is_some_and(|kind| kind != "Zip") || given.has("ImageUri") {
        return Err(ApiError::Unsupported(
            "This mock of Lambda has no container images: use PackageType Zip.".to_owned(),
        ));
    }
    for name in ["Runtime", "Handler"] {
        if !input.has(name) {
            return Err(ApiError::invalid_parameter(format!(
                "{name} is mandatory for functions created with deployment packages."
            )));
        }
    }
    let code = call.code(given)?.ok_or_else(no_code)?;
    let mut config = FunctionConfig::new(FunctionName::new(&reference.name)?, std::path::PathBuf::new());
    if let Some(tenancy) = input.structure("TenancyConfig")? {
        let modes = [("PER_TENANT", true)];
        let mode = tenancy.one_of("TenantIsolationMode", "tenancyConfig.tenantIsolationMode", &modes)?;
        config.tenant_isolation = mode.ok_or_else(|| missing("TenancyConfig.tenantIsolationMode"))?;
    }
    call.configure(&mut config)?;
    let publish = input.flag("Publish")?;
    let view = call.lambda.create(NewFunction {
        config,
        code,
        layers: input.texts("Layers")?.unwrap_or_default(),
        tags: input.map("Tags")?.unwrap_or_default(),
        publish,
    })?;
    Ok(Answer::json(201, &call.shown(&view, Moment::Created)?))
}

pub(super) fn update_code(call: &Call) -> Result<Answer, ApiError> {
    let (reference, input) = (call.function()?, call.input());
    if input.has("ImageUri") {
        return Err(ApiError::invalid_parameter(
            "Please don't provide ImageUri when updating a function with packageType Zip.".to_owned(),
        ));
    }
    // A function that is not there is told before its code is looked at.
    call.lambda.look_up(&call.latest()?)?;
    let code = call.code(input)?.ok_or_else(no_code)?;
    let architectures = input.texts("Architectures")?;
    let architecture = architectures.as_deref().map(architecture).transpose()?;
    let revision = input.text("RevisionId")?;
    let dry_run = input.flag("DryRun")?;
    let view = call
        .lambda
        .update_code(&reference, revision, code, architecture, dry_run)?;
    if input.flag("Publish")? && !dry_run {
        let view = call.lambda.publish_version(&reference, None, None, None)?;
        return Ok(Answer::json(200, &call.shown(&view, Moment::Created)?));
    }
    let moment = if dry_run { Moment::Settled } else { Moment::Updated };
    Ok(Answer::json(200, &call.shown(&view, moment)?))
}

pub(super) fn update_configuration(call: &Call) -> Result<Answer, ApiError> {
    let (reference, input) = (call.function()?, call.input());
    let layers = input.texts("Layers")?;
    let revision = input.text("RevisionId")?;
    let view = call
        .lambda
        .update_configuration(&reference, revision, layers.as_deref(), |config| call.configure(config))?;
    Ok(Answer::json(200, &call.shown(&view, Moment::Updated)?))
}

pub(super) fn get(call: &Call) -> Result<Answer, ApiError> {
    let reference = call.function()?;
    let view = call.lambda.look_up(&reference)?;
    let mut found = json!({
        "Configuration": call.shown(&view, Moment::Settled)?,
        "Code": { "RepositoryType": "S3", "Location": call.location_of_function(&reference) },
    });
    if !view.tags.is_empty() {
        found["Tags"] = json!(view.tags);
    }
    if let Some(reserved) = view.reserved {
        found["Concurrency"] = json!({ "ReservedConcurrentExecutions": reserved });
    }
    Ok(Answer::json(200, &found))
}

pub(super) fn get_configuration(call: &Call) -> Result<Answer, ApiError> {
    let view = call.lambda.look_up(&call.function()?)?;
    Ok(Answer::json(200, &call.shown(&view, Moment::Settled)?))
}

pub(super) fn list(call: &Call) -> Result<Answer, ApiError> {
    let all = match call.queried("FunctionVersion") {
        None => false,
        Some("ALL") => true,
        Some(other) => {
            return Err(ApiError::validation(format!(
                "Value '{other}' at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value \
                 set: [ALL]"
            )));
        }
    };
    let views = call.lambda.list(all)?;
    let shown = views
        .iter()
        .map(|view| Ok((view.arn.clone(), call.shown(view, Moment::Listed)?)));
    call.page("Functions", shown.collect::<Result<_, ApiError>>()?)
}

pub(super) fn delete(call: &Call) -> Result<Answer, ApiError> {
    call.lambda
        .delete_function(call.part("FunctionName"), call.queried("Qualifier"))?;
    Ok(Answer::empty(204))
}

impl Call {
    /// The function itself, without any qualifier.
    pub(super) fn latest(&self) -> Result<crate::lambda::FunctionRef, ApiError> {
        let mut reference = self.function()?;
        reference.qualifier = None;
        Ok(reference)
    }

    /// Code that came with the request or lies in a bucket.
    pub(super) fn code(&self, given: Input<'_>) -> Result<Option<Code>, ApiError> {
        if let Some(zip) = given.bytes("ZipFile")? {
            return Ok(Some(Code::Zip(zip)));
        }
        let Some(bucket) = given.text("S3Bucket")? else {
            return Ok(None);
        };
        let key = given.required("S3Key")?;
        let zip = self.fetch(bucket, key, given.text("S3ObjectVersion")?)?;
        Ok(Some(Code::Fetched(zip)))
    }

    fn fetch(&self, bucket: &str, key: &str, version: Option<&str>) -> Result<Bytes, ApiError> {
        let found = self.sources.cloud.s3.get_object(bucket, key, version);
        found.map(|object| object.body.clone()).map_err(|error| {
            ApiError::invalid_parameter(format!(
                "Error occurred while GetObject. S3 Error Code: {}. S3 Error Message: {}",
                error.code, error.message
            ))
        })
    }
}

fn no_code() -> ApiError {
    ApiError::invalid_parameter("Please provide a source for function code.".to_owned())
}
