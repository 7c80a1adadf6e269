//! AWS Security Token Service: who calls, and temporary credentials. Shapes follow the AWS STS API Reference.
//!
//! There is no IAM here: every role can be assumed, and no permission is checked.

use std::time::Duration;

use serde_json::{Value, json};

use super::input::Input;
use super::{ApiError, Cloud, Credentials, Identity};
use crate::clock::Timestamp;

/// How long temporary credentials of a role last, in seconds, unless the caller says.
const ROLE_SECONDS: i64 = 3600;
/// The same for a user's own.
const USER_SECONDS: i64 = 43_200;

impl Cloud {
    /// Answers an operation of STS for a caller.
    ///
    /// # Errors
    /// The operation's own errors.
    pub fn sts(&self, operation: &str, input: &Value, identity: &Identity) -> Result<Value, ApiError> {
        let input = Input(input);
        match operation {
            "GetCallerIdentity" => Ok(self.identified(identity)),
            "AssumeRole" => self.assume_role(input, identity),
            "GetSessionToken" => {
                let (lasting, caller) = (lasting(input, USER_SECONDS)?, identity.caller.clone());
                let session = self.callers.assume(None, &identity.name, lasting, caller);
                Ok(json!({ "Credentials": described(&session) }))
            }
            "GetAccessKeyInfo" => {
                input.required("AccessKeyId")?;
                Ok(json!({ "Account": self.core.account.id }))
            }
            _ => Err(ApiError::unknown_operation("AWS STS", operation).query_code("InvalidAction")),
        }
    }

    fn assume_role(&self, input: Input<'_>, identity: &Identity) -> Result<Value, ApiError> {
        let (arn, session) = (input.required("RoleArn")?, input.required("RoleSessionName")?);
        let letters = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        if !(2..=64).contains(&session.len()) || !session.chars().all(letters) {
            let message = format!(
                "1 validation error detected: Value '{session}' at 'roleSessionName' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: [\\w+=,.@-]*"
            );
            return Err(ApiError::new("ValidationError", message));
        }
        let role = arn
            .split_once(":role/")
            .map(|(_, path)| path.rsplit('/').next().unwrap_or(path));
        let role = role.filter(|role| !role.is_empty() && arn.starts_with("arn:"));
        let role = role.ok_or_else(|| ApiError::new("ValidationError", format!("{arn} is invalid")))?;
        let (lasting, caller) = (lasting(input, ROLE_SECONDS)?, identity.caller.clone());
        let assumed = self.callers.assume(Some(role.to_owned()), session, lasting, caller);
        Ok(json!({
            "Credentials": described(&assumed),
            "AssumedRoleUser": {
                "AssumedRoleId": format!("AROA{}:{session}", unique(&assumed.credentials)),
                "Arn": format!("arn:aws:sts::{}:assumed-role/{role}/{session}", self.core.account.id),
            },
        }))
    }

    fn identified(&self, identity: &Identity) -> Value {
        let account = &self.core.account.id;
        let (unique, name) = (unique(&identity.credentials), &identity.name);
        let (user_id, arn) = match &identity.role {
            Some(role) => (
                format!("AROA{unique}:{name}"),
                format!("arn:aws:sts::{account}:assumed-role/{role}/{name}"),
            ),
            None => (format!("AIDA{unique}"), format!("arn:aws:iam::{account}:user/{name}")),
        };
        json!({ "Arn": arn, "UserId": user_id, "Account": account })
    }
}

/// How long credentials shall last: `DurationSeconds`.
fn lasting(input: Input<'_>, seconds: i64) -> Result<Duration, ApiError> {
    let seconds = input.int("DurationSeconds")?.unwrap_or(seconds);
    let span = u64::try_from(seconds)
        .ok()
        .filter(|span| (900..=129_600).contains(span));
    span.map(Duration::from_secs).ok_or_else(|| {
        let message = format!(
            "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member \
             must have value greater than or equal to 900"
        );
        ApiError::new("ValidationError", message)
    })
}

/// A session's credentials as the API has them.
fn described(session: &Identity) -> Value {
    json!({
        "AccessKeyId": session.credentials.access_key_id,
        "SecretAccessKey": session.credentials.secret_access_key,
        "SessionToken": session.credentials.session_token,
        "Expiration": session.expires.map(Timestamp::iso_seconds),
    })
}

/// The unique part of a key stands for the principal's own id, which is another on AWS.
fn unique(credentials: &Credentials) -> &str {
    credentials.access_key_id.get(4..).unwrap_or_default()
}
