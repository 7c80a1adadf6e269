//! Function URLs: an address of its own for a function or an alias (developer guide, "Creating and managing Lambda
//! function URLs").

use serde_json::Value;

use crate::clock::Timestamp;
use crate::lambda::error::ApiError;
use crate::lambda::reference::{FunctionRef, Qualifier};
use crate::lambda::service::Lambda;

/// `AuthType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthType {
    /// Anybody may call it.
    None,
    /// Requests must be signed.
    Iam,
}

/// `InvokeMode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InvokeMode {
    /// The response as a whole, the default.
    #[default]
    Buffered,
    /// The response as it comes.
    ResponseStream,
}

/// A function URL.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionUrl {
    /// The first label of its host name: 32 letters and digits.
    pub id: String,
    /// The function or alias that it invokes.
    pub function: FunctionRef,
    /// `AuthType`.
    pub auth_type: AuthType,
    /// `InvokeMode`.
    pub invoke_mode: InvokeMode,
    /// `Cors`, as it was given.
    pub cors: Option<Value>,
    /// `CreationTime`.
    pub created: Timestamp,
    /// `LastModifiedTime`.
    pub last_modified: Timestamp,
}

/// What a call sets; nothing where it leaves it.
#[derive(Debug, Clone, Default)]
pub struct UrlChange {
    /// `AuthType`.
    pub auth_type: Option<AuthType>,
    /// `InvokeMode`.
    pub invoke_mode: Option<InvokeMode>,
    /// `Cors`.
    pub cors: Option<Value>,
}

impl AuthType {
    /// As in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Iam => "AWS_IAM",
        }
    }
}

impl InvokeMode {
    /// As in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buffered => "BUFFERED",
            Self::ResponseStream => "RESPONSE_STREAM",
        }
    }
}

impl Lambda {
    /// `CreateFunctionUrlConfig`.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn create_url(
        &self,
        reference: &FunctionRef,
        auth_type: AuthType,
        change: UrlChange,
    ) -> Result<FunctionUrl, ApiError> {
        let qualifier = url_qualifier(reference)?;
        let id = self.platform().chance().alphanumeric(32).to_lowercase();
        let now = self.platform().clock().now();
        self.with_function(reference, |function| {
            if !function.has(&qualifier) {
                return Err(no_such_function());
            }
            if function.urls.contains_key(&qualifier) {
                return Err(ApiError::Conflict(format!(
                    "Failed to create function url config for [functionArn = {}]. Error message:  FunctionUrlConfig \
                     exists for this Lambda function",
                    reference.arn(self.platform().account())
                )));
            }
            let url = FunctionUrl {
                id,
                function: reference.clone(),
                auth_type,
                invoke_mode: change.invoke_mode.unwrap_or_default(),
                cors: change.cors,
                created: now,
                last_modified: now,
            };
            function.urls.insert(qualifier, url.clone());
            Ok(url)
        })
        .map_err(as_no_such_function)
    }

    /// `UpdateFunctionUrlConfig`.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn update_url(&self, reference: &FunctionRef, change: UrlChange) -> Result<FunctionUrl, ApiError> {
        let qualifier = url_qualifier(reference)?;
        let now = self.platform().clock().now();
        self.with_function(reference, |function| {
            let url = function
                .urls
                .get_mut(&qualifier)
                .ok_or_else(ApiError::no_such_resource)?;
            url.auth_type = change.auth_type.unwrap_or(url.auth_type);
            url.invoke_mode = change.invoke_mode.unwrap_or(url.invoke_mode);
            if change.cors.is_some() {
                url.cors = change.cors;
            }
            url.last_modified = now;
            Ok(url.clone())
        })
        .map_err(as_no_such_function)
    }

    /// `GetFunctionUrlConfig`.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn url(&self, reference: &FunctionRef) -> Result<FunctionUrl, ApiError> {
        let qualifier = url_qualifier(reference)?;
        let found = self.with_function(reference, |function| Ok(function.urls.get(&qualifier).cloned()));
        found.ok().flatten().ok_or_else(ApiError::no_such_resource)
    }

    /// `ListFunctionUrlConfigs`.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn urls(&self, reference: &FunctionRef) -> Result<Vec<FunctionUrl>, ApiError> {
        self.with_function(reference, |function| Ok(function.urls.values().cloned().collect()))
            .map_err(as_no_such_function)
    }

    /// `DeleteFunctionUrlConfig`.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn delete_url(&self, reference: &FunctionRef) -> Result<(), ApiError> {
        let qualifier = url_qualifier(reference)?;
        let removed = self.with_function(reference, |function| Ok(function.urls.remove(&qualifier)));
        removed.ok().flatten().map(drop).ok_or_else(ApiError::no_such_resource)
    }

    /// The function URL with an id, for whoever serves it.
    #[must_use]
    pub fn url_by_id(&self, id: &str) -> Option<FunctionUrl> {
        let state = self.state();
        let mut all = state.functions.values().flat_map(|function| function.urls.values());
        all.find(|url| url.id == id).cloned()
    }
}

/// URLs belong to `$LATEST`, unnamed, or to an alias.
fn url_qualifier(reference: &FunctionRef) -> Result<Qualifier, ApiError> {
    match &reference.qualifier {
        Some(Qualifier::Version(version)) => Err(ApiError::validation(format!(
            "Value '{version}' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression \
             pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)"
        ))),
        _ => Ok(reference.qualifier()),
    }
}

fn no_such_function() -> ApiError {
    ApiError::ResourceNotFound("Function does not exist".to_owned())
}

fn as_no_such_function(error: ApiError) -> ApiError {
    match error {
        ApiError::FunctionNotFound(_) => no_such_function(),
        other => other,
    }
}
