//! The operations on function URLs (developer guide, "Creating and managing Lambda function URLs").

use crate::lambda::error::ApiError;
use crate::lambda::function_url::{AuthType, Cors, FunctionUrl, InvokeMode};
use crate::lambda::reference::{FunctionRef, Qualifier};
use crate::lambda::service::Lambda;

/// What a call sets; nothing where it leaves it.
#[derive(Debug, Clone, Default)]
pub struct UrlChange {
    /// `AuthType`.
    pub auth: Option<AuthType>,
    /// `InvokeMode`.
    pub invoke_mode: Option<InvokeMode>,
    /// `Cors`.
    pub cors: Option<Cors>,
}

impl UrlChange {
    fn apply(self, url: &mut FunctionUrl) {
        url.auth = self.auth.unwrap_or(url.auth);
        url.invoke_mode = self.invoke_mode.unwrap_or(url.invoke_mode);
        if self.cors.is_some() {
            url.cors = self.cors;
        }
    }
}

impl Lambda {
    /// `CreateFunctionUrlConfig`.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn create_url(&self, reference: &FunctionRef, change: UrlChange) -> Result<FunctionUrl, ApiError> {
        let alias = alias_of(reference)?;
        self.invocable(reference).map_err(|_| no_such_function())?;
        self.refuse_isolated(reference, "A function URL")?;
        let urls = self.function_urls();
        if urls.of(&reference.name, alias).is_some() {
            return Err(ApiError::Conflict(format!(
                "Failed to create function url config for [functionArn = {}]. Error message:  FunctionUrlConfig exists \
                 for this Lambda function",
                reference.arn(self.platform().account())
            )));
        }
        let id = self.platform().chance().alphanumeric(32).to_lowercase();
        let now = self.platform().clock().now();
        let mut url = FunctionUrl::new(id, &reference.name, alias, now);
        change.apply(&mut url);
        urls.put(url.clone());
        Ok(url)
    }

    /// `UpdateFunctionUrlConfig`.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn update_url(&self, reference: &FunctionRef, change: UrlChange) -> Result<FunctionUrl, ApiError> {
        alias_of(reference)?;
        self.invocable(reference).map_err(|_| no_such_function())?;
        let mut url = self.url(reference)?;
        change.apply(&mut url);
        url.modified = self.platform().clock().now().as_micros();
        self.function_urls().put(url.clone());
        Ok(url)
    }

    /// `GetFunctionUrlConfig`.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn url(&self, reference: &FunctionRef) -> Result<FunctionUrl, ApiError> {
        let found = self.function_urls().of(&reference.name, alias_of(reference)?);
        found.ok_or_else(ApiError::no_such_resource)
    }

    /// `ListFunctionUrlConfigs`.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn urls(&self, reference: &FunctionRef) -> Result<Vec<FunctionUrl>, ApiError> {
        self.with_function(reference, |_| Ok(()))
            .map_err(|_| no_such_function())?;
        let all = self.function_urls().all().into_iter();
        Ok(all.filter(|url| url.function == reference.name).collect())
    }

    /// `DeleteFunctionUrlConfig`.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn delete_url(&self, reference: &FunctionRef) -> Result<(), ApiError> {
        let url = self.url(reference)?;
        self.function_urls().remove(&url.id);
        Ok(())
    }
}

/// URLs belong to `$LATEST`, unnamed, or to an alias.
fn alias_of(reference: &FunctionRef) -> Result<Option<&str>, ApiError> {
    match &reference.qualifier {
        None => Ok(None),
        Some(Qualifier::Alias(name)) => Ok(Some(name)),
        Some(Qualifier::Version(version)) => Err(ApiError::validation(format!(
            "Value '{version}' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression \
             pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)"
        ))),
    }
}

fn no_such_function() -> ApiError {
    ApiError::ResourceNotFound("Function does not exist".to_owned())
}
