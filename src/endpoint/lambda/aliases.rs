//! Aliases.

use serde_json::{Map, Value, json};

use super::Call;
use super::answer::Answer;
use super::input::Input;
use crate::lambda::registry::{Alias, AliasChange};
use crate::lambda::{ApiError, FunctionRef};

pub(super) fn create(call: &Call) -> Result<Answer, ApiError> {
    let (reference, input) = (call.function()?, call.input());
    input.required("FunctionVersion")?;
    let alias = call
        .lambda
        .create_alias(&reference, input.required("Name")?, change(input)?)?;
    Ok(Answer::json(201, &call.alias(&reference, &alias)))
}

pub(super) fn update(call: &Call) -> Result<Answer, ApiError> {
    let reference = call.function()?;
    let alias = call
        .lambda
        .update_alias(&reference, call.part("Name"), change(call.input())?)?;
    Ok(Answer::json(200, &call.alias(&reference, &alias)))
}

pub(super) fn get(call: &Call) -> Result<Answer, ApiError> {
    let reference = call.function()?;
    let alias = call.lambda.alias(&reference, call.part("Name"))?;
    Ok(Answer::json(200, &call.alias(&reference, &alias)))
}

pub(super) fn list(call: &Call) -> Result<Answer, ApiError> {
    let reference = call.function()?;
    let aliases = call.lambda.aliases(&reference, call.queried("FunctionVersion"))?;
    let shown = aliases
        .iter()
        .map(|alias| (alias.name.clone(), call.alias(&reference, alias)));
    call.page("Aliases", shown.collect())
}

pub(super) fn delete(call: &Call) -> Result<Answer, ApiError> {
    call.lambda.delete_alias(&call.function()?, call.part("Name"))?;
    Ok(Answer::empty(204))
}

fn change(input: Input<'_>) -> Result<AliasChange, ApiError> {
    let weights = match input.structure("RoutingConfig")? {
        None => None,
        Some(routing) => {
            let weights = routing.get("AdditionalVersionWeights").and_then(Value::as_object);
            Some(weights.map(weights_of).transpose()?.unwrap_or_default())
        }
    };
    Ok(AliasChange {
        version: input.text("FunctionVersion")?.map(str::to_owned),
        description: input.text("Description")?.map(str::to_owned),
        weights,
        revision: input.text("RevisionId")?.map(str::to_owned),
    })
}

fn weights_of(weights: &Map<String, Value>) -> Result<Vec<(String, f64)>, ApiError> {
    let entries = weights.iter().map(|(version, weight)| match weight.as_f64() {
        Some(weight) => Ok((version.clone(), weight)),
        None => Err(ApiError::Serialization(
            "AdditionalVersionWeights cannot be converted to Double".to_owned(),
        )),
    });
    entries.collect()
}

impl Call {
    fn alias(&self, reference: &FunctionRef, alias: &Alias) -> Value {
        let mut shown = json!({
            "AliasArn": self.lambda.alias_arn(reference, &alias.name),
            "Name": alias.name,
            "FunctionVersion": alias.version.to_string(),
            "Description": alias.description,
            "RevisionId": alias.revision,
        });
        if let Some((version, weight)) = alias.additional {
            shown["RoutingConfig"] = json!({ "AdditionalVersionWeights": { version.to_string(): weight } });
        }
        shown
    }
}
