//! Who may invoke which function: asked of Lambda, which this module knows nothing of.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// Answers whether a service, as `s3.amazonaws.com`, may invoke a function (its ARN) on behalf of a resource (its ARN).
pub type Permission = Arc<dyn Fn(&str, &str, &str) -> bool + Send + Sync>;

/// The way to whoever knows the functions' policies.
#[derive(Default)]
pub struct Permissions {
    asked: OnceLock<Permission>,
}

impl Permissions {
    /// Says who is asked. Only the first one is.
    pub fn ask(&self, permission: Permission) {
        let _ = self.asked.set(permission);
    }

    /// Whether a service may invoke a function on behalf of a resource; it may where nobody can be asked.
    #[must_use]
    pub fn allow(&self, function_arn: &str, service: &str, source_arn: &str) -> bool {
        self.asked
            .get()
            .is_none_or(|asked| asked(function_arn, service, source_arn))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permissions").finish_non_exhaustive()
    }
}
