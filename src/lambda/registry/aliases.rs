//! Aliases: names that point to versions, and may send a share of the invocations to a second one
//! (developer guide, "Create an alias for a Lambda function" and "Implement canary deployments").

use serde::{Deserialize, Serialize};

use super::Function;
use crate::lambda::error::ApiError;
use crate::lambda::function::Version;
use crate::lambda::reference::{FunctionRef, Qualifier};
use crate::lambda::service::Lambda;

/// An alias of a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alias {
    /// Its name.
    pub name: String,
    /// `FunctionVersion`.
    pub version: Version,
    /// `Description`.
    pub description: String,
    /// `AdditionalVersionWeights`: a second version, and the share of invocations that it gets, from 0 to 1.
    pub additional: Option<(Version, f64)>,
    /// `RevisionId`.
    pub revision: String,
}

/// What `CreateAlias` and `UpdateAlias` set; nothing where they leave it.
#[derive(Debug, Clone, Default)]
pub struct AliasChange {
    /// `FunctionVersion`.
    pub version: Option<String>,
    /// `Description`.
    pub description: Option<String>,
    /// `RoutingConfig.AdditionalVersionWeights`; empty takes it away.
    pub weights: Option<Vec<(String, f64)>>,
    /// `RevisionId` that the caller expects.
    pub revision: Option<String>,
}

impl Alias {
    /// Whether any invocation of it goes to a version.
    #[must_use]
    pub fn points_to(&self, version: Version) -> bool {
        self.version == version || self.additional.is_some_and(|(additional, _)| additional == version)
    }
}

impl Lambda {
    /// `CreateAlias`.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn create_alias(&self, reference: &FunctionRef, name: &str, change: AliasChange) -> Result<Alias, ApiError> {
        check_name(name)?;
        let revision = self.new_revision();
        self.with_function(reference, |function| {
            let version = self.target(function, reference, change.version.as_deref().unwrap_or_default())?;
            if function.aliases.contains_key(name) {
                let arn = self.alias_arn(reference, name);
                return Err(ApiError::Conflict(format!("Alias already exists: {arn}")));
            }
            let weights = change.weights.unwrap_or_default();
            let alias = Alias {
                name: name.to_owned(),
                version,
                description: change.description.unwrap_or_default(),
                additional: self.additional(function, reference, version, &weights)?,
                revision: revision.clone(),
            };
            function.aliases.insert(name.to_owned(), alias.clone());
            function.revisions.insert(Qualifier::Alias(name.to_owned()), revision);
            Ok(alias)
        })
    }

    /// `UpdateAlias`.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn update_alias(&self, reference: &FunctionRef, name: &str, change: AliasChange) -> Result<Alias, ApiError> {
        let (revision, qualifier) = (self.new_revision(), Qualifier::Alias(name.to_owned()));
        let alias = self.with_function(reference, |function| {
            let mut alias = function
                .aliases
                .get(name)
                .cloned()
                .ok_or_else(|| self.no_such_alias(reference, name))?;
            function.check_revision(&qualifier, change.revision.as_deref())?;
            if let Some(version) = &change.version {
                alias.version = self.target(function, reference, version)?;
            }
            if let Some(description) = change.description {
                alias.description = description;
            }
            if let Some(weights) = &change.weights {
                alias.additional = self.additional(function, reference, alias.version, weights)?;
            }
            alias.revision.clone_from(&revision);
            function.aliases.insert(name.to_owned(), alias.clone());
            function.revisions.insert(qualifier, revision);
            Ok(alias)
        })?;
        // Provisioned environments follow the alias to its new version.
        self.provision(&reference.name);
        Ok(alias)
    }

    /// `GetAlias`.
    ///
    /// # Errors
    ///
    /// If there is no such function or alias.
    pub fn alias(&self, reference: &FunctionRef, name: &str) -> Result<Alias, ApiError> {
        self.with_function(reference, |function| {
            let alias = function.aliases.get(name).cloned();
            alias.ok_or_else(|| self.no_such_alias(reference, name))
        })
    }

    /// `ListAliases`, by name; of one version where one is given.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn aliases(&self, reference: &FunctionRef, version: Option<&str>) -> Result<Vec<Alias>, ApiError> {
        self.with_function(reference, |function| {
            let all = function.aliases.values();
            let wanted = all.filter(|alias| version.is_none_or(|version| alias.version.to_string() == version));
            Ok(wanted.cloned().collect())
        })
    }

    /// `DeleteAlias`: also where there is none.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn delete_alias(&self, reference: &FunctionRef, name: &str) -> Result<(), ApiError> {
        let qualifier = Qualifier::Alias(name.to_owned());
        self.with_function(reference, |function| {
            function.aliases.remove(name);
            function.revisions.remove(&qualifier);
            function.event_invoke.remove(&qualifier);
            function.policies.remove(&qualifier);
            function.provisioned.remove(&qualifier);
            Ok(())
        })?;
        self.provision(&reference.name);
        Ok(())
    }

    /// An alias's ARN.
    #[must_use]
    pub fn alias_arn(&self, reference: &FunctionRef, name: &str) -> String {
        format!("{}:{name}", self.platform().function_arn(&reference.name))
    }

    pub(super) fn no_such_alias(&self, reference: &FunctionRef, name: &str) -> ApiError {
        ApiError::ResourceNotFound(format!("Cannot find alias arn: {}", self.alias_arn(reference, name)))
    }

    /// A version that an alias can point to.
    fn target(&self, function: &Function, reference: &FunctionRef, version: &str) -> Result<Version, ApiError> {
        match Qualifier::parse(version) {
            Ok(Qualifier::Version(version)) if function.version(version).is_some() => Ok(version),
            Ok(Qualifier::Version(version)) => Err(self.no_such(&FunctionRef {
                name: reference.name.clone(),
                qualifier: Some(Qualifier::Version(version)),
            })),
            _ => Err(ApiError::validation(format!(
                "Value '{version}' at 'functionVersion' failed to satisfy constraint: Member must satisfy regular \
                 expression pattern: (\\$LATEST|[0-9]+)"
            ))),
        }
    }

    /// The second version of an alias's routing.
    fn additional(
        &self,
        function: &Function,
        reference: &FunctionRef,
        main: Version,
        weights: &[(String, f64)],
    ) -> Result<Option<(Version, f64)>, ApiError> {
        let (key, weight) = match weights {
            [] => return Ok(None),
            [(key, weight)] => (key, *weight),
            _ => {
                return Err(ApiError::invalid_parameter(
                    "Number of items in AdditionalVersionWeights cannot be greater than 1".to_owned(),
                ));
            }
        };
        let broken = |constraint: &str| {
            ApiError::validation(format!(
                "Value '{{{key}={weight}}}' at 'routingConfig.additionalVersionWeights' failed to satisfy \
                 constraint: {constraint}"
            ))
        };
        if !(0.0..=1.0).contains(&weight) {
            return Err(broken(
                "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must \
                 have value greater than or equal to 0.0, Member must not be null]",
            ));
        }
        if *key == main.to_string() {
            return Err(ApiError::invalid_parameter(format!(
                "Invalid function version {main}. Function version {main} is already included in routing configuration."
            )));
        }
        if main == Version::Latest {
            return Err(ApiError::invalid_parameter(
                "$LATEST is not supported for an alias pointing to more than 1 version".to_owned(),
            ));
        }
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(broken(
                "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must \
                 have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+, \
                 Member must not be null]",
            ));
        }
        Ok(Some((self.target(function, reference, key)?, weight)))
    }
}

fn check_name(name: &str) -> Result<(), ApiError> {
    match Qualifier::parse(name) {
        Ok(Qualifier::Alias(alias)) if !alias.contains('$') => Ok(()),
        _ => Err(ApiError::validation(format!(
            "Value '{name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: \
             (?!^[0-9]+$)([a-zA-Z0-9-_]+)"
        ))),
    }
}
