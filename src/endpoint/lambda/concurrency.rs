//! Reserved and provisioned concurrency, and the account's settings.

use serde_json::{Value, json};

use super::Call;
use super::answer::Answer;
use super::describe::date;
use super::input::missing;
use crate::lambda::ApiError;
use crate::lambda::package::{MAX_UNZIPPED, MAX_ZIPPED};
use crate::lambda::registry::ProvisionedState;

/// What all packages of an account may take, in bytes.
const TOTAL_CODE_SIZE: u64 = 80_530_636_800;

pub(super) fn put(call: &Call) -> Result<Answer, ApiError> {
    let reserved = call
        .input()
        .number("ReservedConcurrentExecutions")?
        .ok_or_else(|| missing("ReservedConcurrentExecutions"))?;
    call.lambda.put_concurrency(&call.function()?, reserved)?;
    let body = json!({ "ReservedConcurrentExecutions": reserved });
    Ok(Answer::json(200, &body))
}

pub(super) fn get(call: &Call) -> Result<Answer, ApiError> {
    let body = match call.lambda.reserved_concurrency(&call.function()?)? {
        Some(reserved) => json!({ "ReservedConcurrentExecutions": reserved }),
        None => json!({}),
    };
    Ok(Answer::json(200, &body))
}

pub(super) fn delete(call: &Call) -> Result<Answer, ApiError> {
    call.lambda.delete_concurrency(&call.function()?)?;
    Ok(Answer::empty(204))
}

pub(super) fn account(call: &Call) -> Result<Answer, ApiError> {
    let settings = call.lambda.account_settings()?;
    let body = json!({
        "AccountLimit": {
            "TotalCodeSize": TOTAL_CODE_SIZE,
            "CodeSizeUnzipped": MAX_UNZIPPED,
            "CodeSizeZipped": MAX_ZIPPED,
            "ConcurrentExecutions": settings.concurrent,
            "UnreservedConcurrentExecutions": settings.unreserved,
        },
        "AccountUsage": { "TotalCodeSize": settings.code_size, "FunctionCount": settings.functions },
    });
    Ok(Answer::json(200, &body))
}

pub(super) fn put_provisioned(call: &Call) -> Result<Answer, ApiError> {
    call.queried("Qualifier").ok_or_else(|| missing("Qualifier"))?;
    let requested = call
        .input()
        .number("ProvisionedConcurrentExecutions")?
        .ok_or_else(|| missing("ProvisionedConcurrentExecutions"))?;
    let state = call.lambda.put_provisioned(&call.function()?, requested)?;
    Ok(Answer::json(202, &provisioned(&state)))
}

pub(super) fn get_provisioned(call: &Call) -> Result<Answer, ApiError> {
    let reference = call.function()?;
    if call.queried("List") == Some("ALL") {
        let all = call.lambda.all_provisioned(&reference)?;
        let shown = all.iter().map(|state| {
            let mut shown = provisioned(state);
            shown["FunctionArn"] = json!(state.arn);
            (state.arn.clone(), shown)
        });
        return call.page("ProvisionedConcurrencyConfigs", shown.collect());
    }
    call.queried("Qualifier").ok_or_else(|| missing("Qualifier"))?;
    Ok(Answer::json(200, &provisioned(&call.lambda.provisioned(&reference)?)))
}

pub(super) fn delete_provisioned(call: &Call) -> Result<Answer, ApiError> {
    call.queried("Qualifier").ok_or_else(|| missing("Qualifier"))?;
    call.lambda.delete_provisioned(&call.function()?)?;
    Ok(Answer::empty(204))
}

fn provisioned(state: &ProvisionedState) -> Value {
    let ready = state.allocated >= state.requested;
    json!({
        "RequestedProvisionedConcurrentExecutions": state.requested,
        "AvailableProvisionedConcurrentExecutions": state.available,
        "AllocatedProvisionedConcurrentExecutions": state.allocated,
        "Status": if ready { "READY" } else { "IN_PROGRESS" },
        "LastModified": date(state.last_modified),
    })
}
