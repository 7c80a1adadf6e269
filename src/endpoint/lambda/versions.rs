//! Versions: published and listed.

use super::Call;
use super::answer::Answer;
use super::describe::Moment;
use crate::lambda::ApiError;

pub(super) fn publish(call: &Call) -> Result<Answer, ApiError> {
    let (reference, input) = (call.function()?, call.input());
    let view = call.lambda.publish_version(
        &reference,
        input.text("Description")?.map(str::to_owned),
        input.text("CodeSha256")?.filter(|given| !given.is_empty()),
        input.text("RevisionId")?,
    )?;
    Ok(Answer::json(201, &call.shown(&view, Moment::Created)?))
}

pub(super) fn list(call: &Call) -> Result<Answer, ApiError> {
    let views = call.lambda.versions(&call.function()?)?;
    let shown = views
        .iter()
        .map(|view| Ok((view.arn.clone(), call.shown(view, Moment::Listed)?)));
    call.page("Versions", shown.collect::<Result<_, ApiError>>()?)
}
