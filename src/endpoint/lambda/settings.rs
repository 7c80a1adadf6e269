//! Smaller settings: tags, recursive loops, the runtime's updates.

use serde_json::json;

use super::Call;
use super::answer::Answer;
use super::input::missing;
use crate::lambda::registry::RecursiveLoop;
use crate::lambda::{ApiError, FunctionRef};

pub(super) fn list_tags(call: &Call) -> Result<Answer, ApiError> {
    let tags = call.lambda.tags(&call.tagged()?)?;
    Ok(Answer::json(200, &json!({ "Tags": tags })))
}

pub(super) fn tag(call: &Call) -> Result<Answer, ApiError> {
    let tags = call.input().map("Tags")?.ok_or_else(|| missing("Tags"))?;
    call.lambda.change_tags(&call.tagged()?, tags, &[])?;
    Ok(Answer::empty(204))
}

pub(super) fn untag(call: &Call) -> Result<Answer, ApiError> {
    let keys = call.query.iter().filter(|(key, _)| key == "tagKeys");
    let keys: Vec<String> = keys.map(|(_, value)| value.clone()).collect();
    if keys.is_empty() {
        return Err(missing("TagKeys"));
    }
    call.lambda
        .change_tags(&call.tagged()?, std::collections::BTreeMap::new(), &keys)?;
    Ok(Answer::empty(204))
}

pub(super) fn runtime_management(call: &Call) -> Result<Answer, ApiError> {
    let view = call.lambda.look_up(&call.function()?)?;
    let body = json!({"UpdateRuntimeOn": "Auto", "FunctionArn": view.arn});
    Ok(Answer::json(200, &body))
}

pub(super) fn get_recursion(call: &Call) -> Result<Answer, ApiError> {
    let setting = call.lambda.recursive_loop(&call.function()?)?;
    Ok(Answer::json(200, &json!({ "RecursiveLoop": setting.as_str() })))
}

pub(super) fn put_recursion(call: &Call) -> Result<Answer, ApiError> {
    let settings = [("Allow", RecursiveLoop::Allow), ("Terminate", RecursiveLoop::Terminate)];
    let setting = call.input().one_of("RecursiveLoop", "recursiveLoop", &settings)?;
    let setting = setting.ok_or_else(|| missing("RecursiveLoop"))?;
    call.lambda.put_recursive_loop(&call.function()?, setting)?;
    Ok(Answer::json(200, &json!({ "RecursiveLoop": setting.as_str() })))
}

impl Call {
    /// The function whose tags are meant: only whole ARNs name it.
    fn tagged(&self) -> Result<FunctionRef, ApiError> {
        let resource = self.part("Resource");
        if !resource.starts_with("arn:aws:lambda:") {
            return Err(ApiError::validation(format!(
                "Value '{resource}' at 'resource' failed to satisfy constraint: Member must satisfy regular \
                 expression pattern: arn:(aws[a-zA-Z-]*):lambda:[a-z]{{2}}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{{1}}:\
                 \\d{{12}}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|\
                 code-signing-config:csc-[a-z0-9]{{17}}|event-source-mapping:[0-9a-fA-F]{{8}}-[0-9a-fA-F]{{4}}-\
                 [0-9a-fA-F]{{4}}-[0-9a-fA-F]{{4}}-[0-9a-fA-F]{{12}})"
            )));
        }
        if !resource.contains(":function:") {
            return Err(ApiError::Unsupported(
                "This mock of Lambda has tags on functions only.".to_owned(),
            ));
        }
        self.lambda.reference(resource, None)
    }
}
