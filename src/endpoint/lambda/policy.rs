//! Resource-based policies.

use serde_json::json;

use super::Call;
use super::answer::Answer;
use crate::lambda::ApiError;
use crate::lambda::registry::Statement;

pub(super) fn add(call: &Call) -> Result<Answer, ApiError> {
    let (reference, input) = (call.function()?, call.input());
    let text = |name: &str| Ok::<_, ApiError>(input.text(name)?.map(str::to_owned));
    let statement = Statement {
        id: input.required("StatementId")?.to_owned(),
        action: input.required("Action")?.to_owned(),
        principal: input.required("Principal")?.to_owned(),
        source_arn: text("SourceArn")?,
        source_account: text("SourceAccount")?,
        organisation: text("PrincipalOrgID")?,
        event_source_token: text("EventSourceToken")?,
        url_auth_type: text("FunctionUrlAuthType")?,
    };
    let added = call
        .lambda
        .add_permission(&reference, statement, input.text("RevisionId")?)?;
    Ok(Answer::json(201, &json!({ "Statement": added.to_string() })))
}

pub(super) fn get(call: &Call) -> Result<Answer, ApiError> {
    let (policy, revision) = call.lambda.policy(&call.function()?)?;
    let body = json!({"Policy": policy.to_string(), "RevisionId": revision});
    Ok(Answer::json(200, &body))
}

pub(super) fn remove(call: &Call) -> Result<Answer, ApiError> {
    let id = call.part("StatementId");
    call.lambda
        .remove_permission(&call.function()?, id, call.queried("RevisionId"))?;
    Ok(Answer::empty(204))
}
