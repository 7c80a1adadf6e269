//! Names of a function and of its versions.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::lambda::error::ApiError;

/// `FunctionName`: 1 to 64 letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FunctionName(String);

/// `Version`: the one that changes, or one that was published and never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Version {
    /// `$LATEST`.
    #[default]
    Latest,
    /// Counted from 1.
    Published(u64),
}

impl FunctionName {
    /// A name.
    ///
    /// # Errors
    ///
    /// Lambda's validation error where it isn't one.
    pub fn new(name: &str) -> Result<Self, ApiError> {
        let fits = (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if fits {
            return Ok(Self(name.to_owned()));
        }
        Err(ApiError::validation(format!(
            "Value '{name}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression \
             pattern: [a-zA-Z0-9-_]{{1,64}}"
        )))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("$LATEST"),
            Self::Published(number) => write!(f, "{number}"),
        }
    }
}
