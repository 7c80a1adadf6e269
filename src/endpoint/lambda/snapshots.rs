//! Packages as they were uploaded: where `Code.Location` and a layer's `Content.Location` lead, signed and for ten
//! minutes.

use super::Call;
use super::answer::Answer;
use crate::endpoint::signature::presigned;
use crate::lambda::package::zip_of;
use crate::lambda::{ApiError, FunctionRef};

/// The path of a function's package.
pub(super) const FUNCTION: &str = "/snapshots/functions/{FunctionName}";
/// The path of a layer version's package.
pub(super) const LAYER: &str = "/snapshots/layers/{LayerName}/{VersionNumber}";
/// How long an address holds, in seconds.
const EXPIRES: u64 = 600;

impl Call {
    /// The address of a version's package.
    pub(super) fn location_of_function(&self, reference: &FunctionRef) -> String {
        let path = format!("/snapshots/functions/{}:{}", reference.name, reference.qualifier());
        self.location(&path.replace('$', "%24"))
    }

    /// The address of a layer version's package.
    pub(super) fn location_of_layer(&self, name: &str, version: u64) -> String {
        self.location(&format!("/snapshots/layers/{name}/{version}"))
    }

    fn location(&self, path: &str) -> String {
        let platform = self.lambda.platform();
        presigned(
            "lambda",
            &platform.account().region,
            &self.host,
            path,
            &self.caller.credentials,
            platform.clock().now(),
            EXPIRES,
        )
    }
}

pub(super) fn function(call: &Call) -> Result<Answer, ApiError> {
    let view = call.lambda.look_up(&call.function()?)?;
    let zip = match &view.config.package {
        Some(package) => package.bytes()?,
        None => zip_of(&view.config.code)?,
    };
    Ok(Answer::zip(zip))
}

pub(super) fn layer(call: &Call) -> Result<Answer, ApiError> {
    let version = call.part("VersionNumber").parse().unwrap_or(0);
    let found = call.lambda.layer_version(call.part("LayerName"), version)?;
    Ok(Answer::zip(found.package.bytes()?))
}
