//! Resource-based policies: who may invoke a function (developer guide, "Working with resource-based IAM policies").

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Function;
use crate::lambda::error::ApiError;
use crate::lambda::reference::{FunctionRef, Qualifier};
use crate::lambda::service::Lambda;

/// One statement, as `AddPermission` gets it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Statement {
    /// `StatementId`.
    pub id: String,
    /// `Action`, as `lambda:InvokeFunction`.
    pub action: String,
    /// `Principal`: a service, an account, an ARN or `*`.
    pub principal: String,
    /// `SourceArn`.
    pub source_arn: Option<String>,
    /// `SourceAccount`.
    pub source_account: Option<String>,
    /// `PrincipalOrgID`.
    pub organisation: Option<String>,
    /// `EventSourceToken`.
    pub event_source_token: Option<String>,
    /// `FunctionUrlAuthType`.
    pub url_auth_type: Option<String>,
}

impl Statement {
    /// The statement as the policy shows it.
    fn shown(&self, resource: &str) -> Result<Value, ApiError> {
        let mut statement = json!({
            "Sid": self.id,
            "Effect": "Allow",
            "Principal": self.principal()?,
            "Action": self.action,
            "Resource": resource,
        });
        let mut equals = Map::new();
        for (key, value) in [
            ("lambda:FunctionUrlAuthType", &self.url_auth_type),
            ("aws:PrincipalOrgID", &self.organisation),
            ("AWS:SourceAccount", &self.source_account),
            ("lambda:EventSourceToken", &self.event_source_token),
        ] {
            if let Some(value) = value {
                equals.insert(key.to_owned(), json!(value));
            }
        }
        let mut condition = Map::new();
        if !equals.is_empty() {
            condition.insert("StringEquals".to_owned(), Value::Object(equals));
        }
        if let Some(arn) = &self.source_arn {
            condition.insert("ArnLike".to_owned(), json!({ "AWS:SourceArn": arn }));
        }
        if !condition.is_empty() {
            statement["Condition"] = Value::Object(condition);
        }
        Ok(statement)
    }

    fn principal(&self) -> Result<Value, ApiError> {
        let principal = self.principal.as_str();
        if principal == "*" {
            return Ok(json!("*"));
        }
        if principal.ends_with(".amazonaws.com") {
            return Ok(json!({ "Service": principal }));
        }
        if principal.len() == 12 && principal.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(json!({ "AWS": format!("arn:aws:iam::{principal}:root") }));
        }
        if principal.starts_with("arn:aws:iam:") {
            return Ok(json!({ "AWS": principal }));
        }
        Err(ApiError::invalid_parameter(
            "The provided principal was invalid. Please check the principal and try again.".to_owned(),
        ))
    }

    /// Whether it lets a service invoke the function on behalf of a resource.
    fn allows(&self, service: &str, source_arn: &str, account: &str) -> bool {
        let action = matches!(self.action.as_str(), "lambda:InvokeFunction" | "lambda:*" | "*");
        let principal = self.principal == service || self.principal == "*";
        let source = self
            .source_arn
            .as_deref()
            .is_none_or(|pattern| is_like(pattern, source_arn));
        let owner = self.source_account.as_deref().is_none_or(|owner| owner == account);
        action && principal && source && owner
    }
}

/// `ArnLike`: `*` stands for any text, `?` for any character.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut rest = text.as_bytes();
    let mut pieces = pattern.split('*');
    let matches_at = |piece: &[u8], text: &[u8]| {
        text.len() >= piece.len() && piece.iter().zip(text).all(|(p, t)| *p == b'?' || p == t)
    };
    let first = pieces.next().unwrap_or_default().as_bytes();
    if !matches_at(first, rest) {
        return false;
    }
    rest = &rest[first.len()..];
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        let piece = piece.as_bytes();
        if pieces.peek().is_none() {
            return rest.len() >= piece.len() && matches_at(piece, &rest[rest.len() - piece.len()..]);
        }
        match (0..=rest.len()).find(|at| matches_at(piece, &rest[*at..])) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}

impl Lambda {
    /// `AddPermission`. Gives the statement as JSON.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn add_permission(
        &self,
        reference: &FunctionRef,
        statement: Statement,
        revision: Option<&str>,
    ) -> Result<Value, ApiError> {
        if reference.qualifier == Some(Qualifier::LATEST) {
            return Err(ApiError::invalid_parameter(
                "We currently do not support adding policies for $LATEST.".to_owned(),
            ));
        }
        let id = &statement.id;
        if id.is_empty()
            || !id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        {
            return Err(ApiError::validation(format!(
                "Value '{id}' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression \
                 pattern: ([a-zA-Z0-9-_]+)"
            )));
        }
        if !statement.action.starts_with("lambda:") && statement.action != "*" {
            return Err(ApiError::validation(format!(
                "Value '{}' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: \
                 (lambda:[*]|lambda:[a-zA-Z]+|[*])",
                statement.action
            )));
        }
        let shown = statement.shown(&reference.arn(self.platform().account()))?;
        let next = self.new_revision();
        self.with_qualified(reference, |function, qualifier| {
            function.check_revision(qualifier, revision)?;
            let policy = function.policies.entry(qualifier.clone()).or_default();
            if policy.iter().any(|other| other.id == statement.id) {
                return Err(ApiError::Conflict(format!(
                    "The statement id ({}) provided already exists. Please provide a new statement id, or remove the \
                     existing statement.",
                    statement.id
                )));
            }
            policy.push(statement);
            function.revisions.insert(qualifier.clone(), next);
            Ok(shown)
        })
    }

    /// `RemovePermission`.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn remove_permission(&self, reference: &FunctionRef, id: &str, revision: Option<&str>) -> Result<(), ApiError> {
        let next = self.new_revision();
        let arn = self.platform().function_arn(&reference.name);
        if !self.state().functions.contains_key(&reference.name) {
            return Err(ApiError::ResourceNotFound(format!("No policy found for: {arn}")));
        }
        self.with_qualified(reference, |function, qualifier| {
            let Some(policy) = function.policies.get(qualifier) else {
                return Err(ApiError::ResourceNotFound(
                    "No policy is associated with the given resource.".to_owned(),
                ));
            };
            let Some(at) = policy.iter().position(|statement| statement.id == id) else {
                return Err(ApiError::ResourceNotFound(format!(
                    "Statement {id} is not found in resource policy."
                )));
            };
            function.check_revision(qualifier, revision)?;
            if let Some(policy) = function.policies.get_mut(qualifier) {
                policy.remove(at);
            }
            function.policies.retain(|_, policy| !policy.is_empty());
            function.revisions.insert(qualifier.clone(), next);
            Ok(())
        })
    }

    /// `GetPolicy`: the document and the `RevisionId`.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn policy(&self, reference: &FunctionRef) -> Result<(Value, String), ApiError> {
        let arn = reference.arn(self.platform().account());
        self.with_qualified(reference, |function, qualifier| {
            let policy = function
                .policies
                .get(qualifier)
                .ok_or_else(ApiError::no_such_resource)?;
            let statements = policy
                .iter()
                .map(|statement| statement.shown(&arn))
                .collect::<Result<Vec<_>, _>>()?;
            let document = json!({"Version": "2012-10-17", "Id": "default", "Statement": statements});
            Ok((document, function.revision(qualifier)))
        })
    }

    /// Whether a service may invoke a function on behalf of a resource, as S3 asks before it takes a notification.
    #[must_use]
    pub fn permits(&self, function_arn: &str, service: &str, source_arn: &str) -> bool {
        let account = self.platform().account();
        let permitted = |function: &Function, qualifier: &Qualifier| {
            let policy = function.policies.get(qualifier).into_iter().flatten();
            policy
                .into_iter()
                .any(|statement| statement.allows(service, source_arn, &account.id))
        };
        self.reference(function_arn, None).is_ok_and(|reference| {
            self.with_qualified(&reference, |function, qualifier| Ok(permitted(function, qualifier)))
                .unwrap_or(false)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_matched_with_their_wildcards() {
        for (pattern, matches) in [
            ("arn:aws:s3:::photos", true),
            ("arn:aws:s3:::*", true),
            ("arn:aws:s3:::ph*s", true),
            ("arn:*:photo?", true),
            ("arn:aws:s3:::photo", false),
            ("arn:aws:s3:::photos2", false),
            ("arn:aws:sns:*", false),
            ("*other", false),
        ] {
            assert_eq!(is_like(pattern, "arn:aws:s3:::photos"), matches, "{pattern}");
        }
    }

    #[test]
    fn a_statement_names_action_principal_and_source() {
        let statement = Statement {
            id: "s3".into(),
            action: "lambda:InvokeFunction".into(),
            principal: "s3.amazonaws.com".into(),
            source_arn: Some("arn:aws:s3:::photos".into()),
            source_account: Some("123456789012".into()),
            ..Statement::default()
        };
        assert!(statement.allows("s3.amazonaws.com", "arn:aws:s3:::photos", "123456789012"));
        assert!(!statement.allows("sns.amazonaws.com", "arn:aws:s3:::photos", "123456789012"));
        assert!(!statement.allows("s3.amazonaws.com", "arn:aws:s3:::others", "123456789012"));
        assert!(!statement.allows("s3.amazonaws.com", "arn:aws:s3:::photos", "210987654321"));
        let shown = statement.shown("arn").unwrap();
        assert_eq!(shown["Principal"], json!({"Service": "s3.amazonaws.com"}));
        assert_eq!(
            shown["Condition"],
            json!({
                "StringEquals": {"AWS:SourceAccount": "123456789012"},
                "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::photos"},
            })
        );
    }
}
