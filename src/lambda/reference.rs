//! How callers name a function: by name, partial ARN or ARN, with or without a version or an alias.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::ApiError;
use super::function::Version;
use crate::cloud::Account;

/// A version or an alias of a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Qualifier {
    /// `$LATEST`, or a published version's number.
    Version(Version),
    /// An alias, by its name.
    Alias(String),
}

/// A function as a caller names it. That it names one says nothing of whether there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionRef {
    /// The function's name.
    pub name: String,
    /// The version or alias, where one was given.
    pub qualifier: Option<Qualifier>,
}

/// The pattern as validation errors cite it.
const NAME_PATTERN: &str = "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?\
                            (function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";

impl Qualifier {
    /// `$LATEST`.
    pub const LATEST: Self = Self::Version(Version::Latest);

    /// Reads a qualifier.
    ///
    /// # Errors
    ///
    /// Lambda's validation error where it is neither a version nor the name of an alias.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        let invalid = |constraint: &str| {
            ApiError::validation(format!(
                "Value '{text}' at 'qualifier' failed to satisfy constraint: Member must {constraint}"
            ))
        };
        if text.len() > 128 {
            return Err(invalid("have length less than or equal to 128"));
        }
        if text == "$LATEST" {
            return Ok(Self::LATEST);
        }
        if text.is_empty() || !text.bytes().all(is_name_byte) {
            return Err(invalid("satisfy regular expression pattern: (|[a-zA-Z0-9$_-]+)"));
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number that is too large for any version names one that does not exist.
            return Ok(Self::Version(Version::Published(text.parse().unwrap_or(u64::MAX))));
        }
        Ok(Self::Alias(text.to_owned()))
    }
}

impl fmt::Display for Qualifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => version.fmt(f),
            Self::Alias(name) => f.write_str(name),
        }
    }
}

impl FunctionRef {
    /// Reads what a caller wrote, with its `Qualifier` parameter if it gave one.
    ///
    /// # Errors
    ///
    /// Lambda's own: it isn't a name, it names another Region or account, or two different qualifiers.
    pub fn parse(identifier: &str, qualifier: Option<&str>, account: &Account) -> Result<Self, ApiError> {
        let invalid = || {
            ApiError::validation(format!(
                "Value '{identifier}' at 'functionName' failed to satisfy constraint: Member must satisfy regular \
                 expression pattern: {NAME_PATTERN}"
            ))
        };
        let (rest, is_arn) = match identifier.strip_prefix("arn:aws:lambda:") {
            Some(rest) => (rest, true),
            None => (identifier, false),
        };
        let mut parts: Vec<&str> = rest.split(':').collect();
        if is_arn || parts.first().is_some_and(|part| is_region(part)) {
            let region = parts.remove(0);
            if region != account.region {
                return Err(ApiError::ResourceNotFound(format!(
                    "Functions from '{region}' are not reachable in this region ('{}')",
                    account.region
                )));
            }
        }
        if parts.len() > 1 && is_account(parts[0]) {
            if parts[0] != account.id {
                return Err(ApiError::access_denied());
            }
            parts.remove(0);
        }
        if parts.len() > 1 && parts[0] == "function" {
            parts.remove(0);
        }
        let (name, in_name) = match parts.as_slice() {
            [name] => (*name, None),
            [name, qualifier] => (*name, Some(*qualifier)),
            _ => return Err(invalid()),
        };
        if name.is_empty() || !name.bytes().all(is_name_byte) || identifier.len() > 170 {
            return Err(invalid());
        }
        let in_name = in_name.map(Qualifier::parse).transpose().map_err(|_| invalid())?;
        let qualifier = qualifier.map(Qualifier::parse).transpose()?;
        if in_name.is_some() && qualifier.is_some() && in_name != qualifier {
            return Err(ApiError::invalid_parameter(
                "The derived qualifier from the function name does not match the specified qualifier.".to_owned(),
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            qualifier: qualifier.or(in_name),
        })
    }

    /// The ARN: with the qualifier where one was given.
    #[must_use]
    pub fn arn(&self, account: &Account) -> String {
        let arn = account.arn("lambda", &format!("function:{}", self.name));
        match &self.qualifier {
            Some(qualifier) => format!("{arn}:{qualifier}"),
            None => arn,
        }
    }

    /// The ARN with its qualifier; `$LATEST` where none was given.
    #[must_use]
    pub fn qualified_arn(&self, account: &Account) -> String {
        let arn = account.arn("lambda", &format!("function:{}", self.name));
        format!("{arn}:{}", self.qualifier.as_ref().unwrap_or(&Qualifier::LATEST))
    }

    /// The qualifier; `$LATEST` where none was given.
    #[must_use]
    pub fn qualifier(&self) -> Qualifier {
        self.qualifier.clone().unwrap_or(Qualifier::LATEST)
    }
}

impl fmt::Display for FunctionRef {
    /// `NAME` or `NAME:QUALIFIER`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.qualifier {
            Some(qualifier) => write!(f, ":{qualifier}"),
            None => Ok(()),
        }
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn is_account(part: &str) -> bool {
    part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// As `us-east-1` or `us-gov-west-1`, and not as a function's name.
fn is_region(part: &str) -> bool {
    let mut words = part.split('-');
    let (Some(first), Some(last)) = (words.next(), words.next_back()) else {
        return false;
    };
    first.len() == 2
        && last.len() == 1
        && last.bytes().all(|byte| byte.is_ascii_digit())
        && words.clone().next().is_some()
        && words.all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(identifier: &str, qualifier: Option<&str>) -> Result<(String, Option<String>), String> {
        FunctionRef::parse(identifier, qualifier, &Account::default())
            .map(|found| (found.name, found.qualifier.map(|qualifier| qualifier.to_string())))
            .map_err(|error| error.message())
    }

    #[test]
    fn every_form_of_a_name_is_read() {
        let full = "arn:aws:lambda:us-east-1:123456789012:function:f";
        for identifier in ["f", "function:f", "123456789012:function:f", full] {
            assert_eq!(read(identifier, None), Ok(("f".to_owned(), None)), "{identifier}");
            for qualifier in ["live", "7", "$LATEST"] {
                let expected = Ok(("f".to_owned(), Some(qualifier.to_owned())));
                assert_eq!(
                    read(&format!("{identifier}:{qualifier}"), None),
                    expected,
                    "{identifier}"
                );
                assert_eq!(read(identifier, Some(qualifier)), expected, "{identifier}");
            }
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for identifier in ["", "a b", "f:", ":f", "f:a:b", "f.g", "arn:aws:s3:::bucket/key"] {
            assert!(
                read(identifier, None).is_err_and(|message| message.contains("at 'functionName'")),
                "{identifier}"
            );
        }
        assert!(read("f", Some("a b")).is_err_and(|message| message.contains("at 'qualifier'")));
    }

    #[test]
    fn another_region_account_or_qualifier_is_told() {
        let elsewhere = read("arn:aws:lambda:eu-west-1:123456789012:function:f", None);
        assert_eq!(
            elsewhere,
            Err("Functions from 'eu-west-1' are not reachable in this region ('us-east-1')".to_owned())
        );
        assert!(read("210987654321:function:f", None).is_err());
        assert_eq!(
            read("f:1", Some("2")),
            Err("The derived qualifier from the function name does not match the specified qualifier.".to_owned())
        );
        assert!(read("f:1", Some("1")).is_ok());
    }
}
