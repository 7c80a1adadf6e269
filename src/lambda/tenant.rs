//! Tenants: a function with tenant isolation has environments of their own for each of them
//! (developer guide, "Tenant isolation").

use std::fmt;

use super::error::ApiError;
use super::function::FunctionConfig;
use super::reference::FunctionRef;
use super::service::Lambda;

/// How many characters an id may have.
const MAX_LENGTH: usize = 256;

/// Who a function is invoked for: `TenantId` of the Invoke API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantId(String);

impl TenantId {
    /// One to 256 letters, digits, spaces and `._:/=+-@`.
    ///
    /// # Errors
    ///
    /// Lambda's validation error.
    pub fn new(id: &str) -> Result<Self, ApiError> {
        let broken = |constraint: &str| {
            Err(ApiError::validation(format!(
                "Value '{id}' at 'tenantId' failed to satisfy constraint: Member must {constraint}"
            )))
        };
        if id.is_empty() {
            return broken("have length greater than or equal to 1");
        }
        if id.chars().count() > MAX_LENGTH {
            return broken(&format!("have length less than or equal to {MAX_LENGTH}"));
        }
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/=+-@ ".contains(&byte);
        if !id.bytes().all(fits) {
            return broken("satisfy regular expression pattern: [a-zA-Z0-9\\._:\\/=+\\-@ ]+");
        }
        Ok(Self(id.to_owned()))
    }

    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Lambda {
    /// Whether a function takes an invocation for this tenant, or for none: with isolation it wants one, without it
    /// takes none.
    ///
    /// # Errors
    ///
    /// Lambda's own. The first text is recorded from AWS; of the second case the developer guide has the code alone
    /// ("Troubleshooting tenant isolation for Lambda functions").
    pub fn check_tenant(&self, reference: &FunctionRef, tenant: Option<&TenantId>) -> Result<(), ApiError> {
        match (self.isolates_tenants(reference), tenant.is_some()) {
            (true, false) => Err(ApiError::invalid_parameter(
                "The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and \
                 try again."
                    .to_owned(),
            )),
            (false, true) => Err(ApiError::invalid_parameter(
                "The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your \
                 request and try again."
                    .to_owned(),
            )),
            _ => Ok(()),
        }
    }

    /// Refuses what goes with no function that isolates its tenants.
    pub(super) fn refuse_isolated(&self, reference: &FunctionRef, what: &str) -> Result<(), ApiError> {
        if self.isolates_tenants(reference) {
            return Err(incompatible(what));
        }
        Ok(())
    }

    /// Isolation is chosen when a function is created, and stays: all its versions have it, or none.
    fn isolates_tenants(&self, reference: &FunctionRef) -> bool {
        let state = self.state();
        let function = state.functions.get(&reference.name);
        function.is_some_and(|function| function.latest.tenant_isolation)
    }
}

impl FunctionConfig {
    /// Whether its settings go together with tenant isolation.
    ///
    /// # Errors
    ///
    /// A refusal, whose text is not AWS's: the developer guide has none.
    pub fn check_tenancy(&self) -> Result<(), ApiError> {
        if self.tenant_isolation && self.snap_start {
            return Err(incompatible("SnapStart"));
        }
        Ok(())
    }
}

fn incompatible(what: &str) -> ApiError {
    ApiError::invalid_parameter(format!(
        "{what} cannot be used with functions that have tenant isolation enabled."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_a_form() {
        for id in ["blue", "a b", "org:1/x=y+z-@._", &"x".repeat(256)] {
            assert_eq!(TenantId::new(id).unwrap().as_str(), id);
        }
        for id in ["", "ü", "a\nb", "a;b", &"x".repeat(257)] {
            let message = TenantId::new(id).unwrap_err().message();
            assert!(message.contains("at 'tenantId' failed"), "{message}");
        }
    }
}
