//! What becomes of asynchronous invocations.

use serde_json::{Map, Value, json};

use super::Call;
use super::answer::Answer;
use super::describe::seconds;
use super::input::Input;
use crate::lambda::ApiError;
use crate::lambda::registry::{EventInvokeChange, EventInvokeConfig};

pub(super) fn put(call: &Call) -> Result<Answer, ApiError> {
    change(call, false)
}

pub(super) fn update(call: &Call) -> Result<Answer, ApiError> {
    change(call, true)
}

fn change(call: &Call, keep: bool) -> Result<Answer, ApiError> {
    let (reference, input) = (call.function()?, call.input());
    let destinations = match input.structure("DestinationConfig")? {
        None => None,
        Some(given) => Some((destination(given, "OnSuccess")?, destination(given, "OnFailure")?)),
    };
    let change = EventInvokeChange {
        retries: input.number("MaximumRetryAttempts")?.map(u64::from),
        event_age: input.number("MaximumEventAgeInSeconds")?.map(u64::from),
        destinations,
    };
    let config = call.lambda.put_event_invoke(&reference, change, keep)?;
    let arn = reference.qualified_arn(call.lambda.platform().account());
    Ok(Answer::json(200, &shown(&arn, &config)))
}

fn destination(given: Input<'_>, name: &str) -> Result<Option<String>, ApiError> {
    let Some(target) = given.structure(name)? else {
        return Ok(None);
    };
    let target = target.text("Destination")?.filter(|target| !target.is_empty());
    Ok(target.map(str::to_owned))
}

pub(super) fn get(call: &Call) -> Result<Answer, ApiError> {
    let reference = call.function()?;
    let config = call.lambda.event_invoke(&reference)?;
    let arn = reference.qualified_arn(call.lambda.platform().account());
    Ok(Answer::json(200, &shown(&arn, &config)))
}

pub(super) fn list(call: &Call) -> Result<Answer, ApiError> {
    let all = call.lambda.all_event_invoke(&call.function()?)?;
    let shown = all.iter().map(|(arn, config)| (arn.clone(), shown(arn, config)));
    call.page("FunctionEventInvokeConfigs", shown.collect())
}

pub(super) fn delete(call: &Call) -> Result<Answer, ApiError> {
    call.lambda.delete_event_invoke(&call.function()?)?;
    Ok(Answer::empty(204))
}

fn shown(arn: &str, config: &EventInvokeConfig) -> Value {
    let target = |target: &Option<String>| match target {
        Some(target) => json!({ "Destination": target }),
        None => json!({}),
    };
    let mut shown = Map::new();
    shown.insert("LastModified".to_owned(), seconds(config.last_modified));
    shown.insert("FunctionArn".to_owned(), json!(arn));
    if let Some(retries) = config.retries {
        shown.insert("MaximumRetryAttempts".to_owned(), json!(retries));
    }
    if let Some(age) = config.event_age {
        shown.insert("MaximumEventAgeInSeconds".to_owned(), json!(age.as_secs()));
    }
    let destinations = json!({"OnSuccess": target(&config.on_success), "OnFailure": target(&config.on_failure)});
    shown.insert("DestinationConfig".to_owned(), destinations);
    Value::Object(shown)
}
