//! Event source mappings.

use serde_json::{Value, json};

use super::Call;
use super::answer::Answer;
use super::describe::seconds;
use super::input::parse_mapping;
use crate::lambda::ApiError;
use crate::lambda::event_source::SourceKind;
use crate::lambda::registry::Mapping;

pub(super) fn create(call: &Call) -> Result<Answer, ApiError> {
    let mapping = call.lambda.create_mapping(parse_mapping(&call.body)?, &call.sources)?;
    Ok(Answer::json(202, &call.mapping(&mapping, Some("Creating"))))
}

pub(super) fn update(call: &Call) -> Result<Answer, ApiError> {
    let before = call.lambda.mapping(call.part("UUID"))?;
    let update = parse_mapping(&call.body)?;
    let mapping = call.lambda.update_mapping(&before.uuid, &update, &call.sources)?;
    let state = match (before.config.enabled, mapping.config.enabled) {
        (true, false) => "Disabling",
        (false, true) => "Enabling",
        _ => "Updating",
    };
    Ok(Answer::json(202, &call.mapping(&mapping, Some(state))))
}

pub(super) fn get(call: &Call) -> Result<Answer, ApiError> {
    let mapping = call.lambda.mapping(call.part("UUID"))?;
    Ok(Answer::json(200, &call.mapping(&mapping, None)))
}

pub(super) fn list(call: &Call) -> Result<Answer, ApiError> {
    let (source, function) = (call.queried("EventSourceArn"), call.queried("FunctionName"));
    let mappings = call.lambda.mappings(source, function)?;
    let shown = mappings
        .iter()
        .map(|mapping| (mapping.uuid.clone(), call.mapping(mapping, None)));
    call.page("EventSourceMappings", shown.collect())
}

pub(super) fn delete(call: &Call) -> Result<Answer, ApiError> {
    let mapping = call.lambda.delete_mapping(call.part("UUID"), &call.sources)?;
    Ok(Answer::json(202, &call.mapping(&mapping, Some("Deleting"))))
}

impl Call {
    /// A mapping; in the state that this call puts it into, else in the one that it is in.
    fn mapping(&self, mapping: &Mapping, state: Option<&str>) -> Value {
        let settled = if mapping.config.enabled { "Enabled" } else { "Disabled" };
        let arn = self
            .lambda
            .platform()
            .account()
            .arn("lambda", &format!("event-source-mapping:{}", mapping.uuid));
        let mut shown = mapping.config.describe();
        let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
        put("UUID", json!(mapping.uuid));
        put("FunctionArn", json!(mapping.function_arn));
        put("EventSourceMappingArn", json!(arn));
        put("LastModified", seconds(mapping.last_modified));
        put("State", json!(state.unwrap_or(settled)));
        match mapping.config.kind {
            SourceKind::Queue(_) => {
                put("StateTransitionReason", json!("USER_INITIATED"));
            }
            SourceKind::Stream(_) => {
                put("StateTransitionReason", json!("User action"));
                put("LastProcessingResult", json!("No records processed"));
            }
        }
        Value::Object(shown)
    }
}
