//! AWS Security Token Service: who calls.

use serde_json::{Value, json};

use super::{ApiError, Cloud, Identity};

impl Cloud {
    /// Answers an operation of STS for a caller.
    ///
    /// # Errors
    /// For operations other than `GetCallerIdentity`.
    pub fn sts(&self, operation: &str, identity: &Identity) -> Result<Value, ApiError> {
        if operation != "GetCallerIdentity" {
            return Err(ApiError::unknown_operation("AWS STS", operation).query_code("InvalidAction"));
        }
        let account = &self.core.account.id;
        let key = &identity.credentials.access_key_id;
        // The unique part of a key stands for the principal's own id, which is another on AWS.
        let unique = key.get(4..).unwrap_or_default();
        let (user_id, arn) = match &identity.credentials.session_token {
            Some(_) => {
                let name = &identity.name;
                (
                    format!("AROA{unique}:{name}"),
                    format!("arn:aws:sts::{account}:assumed-role/{name}-role/{name}"),
                )
            }
            None => (
                format!("AIDA{unique}"),
                format!("arn:aws:iam::{account}:user/{}", identity.name),
            ),
        };
        Ok(json!({ "Arn": arn, "UserId": user_id, "Account": account }))
    }
}
