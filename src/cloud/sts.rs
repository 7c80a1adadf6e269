//! AWS Security Token Service: who calls, and temporary credentials. Shapes follow the AWS STS API Reference.
//!
//! There is no IAM here: every role can be assumed, and no permission is checked.

use std::time::Duration;

use serde_json::{Value, json};

use super::input::Input;
use super::{ApiError, Cloud, Credentials, Identity};

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
                let caller = identity.caller.clone();
                let credentials = self.callers.assume(None, &identity.name, caller);
                Ok(json!({ "Credentials": self.described(&credentials, input, USER_SECONDS)? }))
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
        let credentials = self
            .callers
            .assume(Some(role.to_owned()), session, identity.caller.clone());
        let unique = unique(&credentials);
        Ok(json!({
            "Credentials": self.described(&credentials, input, ROLE_SECONDS)?,
            "AssumedRoleUser": {
                "AssumedRoleId": format!("AROA{unique}:{session}"),
                "Arn": format!("arn:aws:sts::{}:assumed-role/{role}/{session}", self.core.account.id),
            },
        }))
    }

    /// Credentials as the API has them. That they expire is told, but not enforced.
    fn described(&self, credentials: &Credentials, input: Input<'_>, seconds: i64) -> Result<Value, ApiError> {
        let seconds = input.int("DurationSeconds")?.unwrap_or(seconds);
        let span = u64::try_from(seconds)
            .ok()
            .filter(|span| (900..=129_600).contains(span));
        let span = span.ok_or_else(|| {
            let message = format!(
                "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member \
                 must have value greater than or equal to 900"
            );
            ApiError::new("ValidationError", message)
        })?;
        Ok(json!({
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key,
            "SessionToken": credentials.session_token,
            "Expiration": (self.core.now() + Duration::from_secs(span)).iso_seconds(),
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

/// The unique part of a key stands for the principal's own id, which is another on AWS.
fn unique(credentials: &Credentials) -> &str {
    credentials.access_key_id.get(4..).unwrap_or_default()
}
