//! Smaller settings of a function: tags and what happens to recursive loops.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::lambda::error::ApiError;
use crate::lambda::reference::FunctionRef;
use crate::lambda::service::Lambda;

/// Most tags of a function.
const MAX_TAGS: usize = 50;

/// `RecursiveLoop`: what Lambda does when a function sets itself off again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RecursiveLoop {
    /// It stops the loop, the default.
    #[default]
    Terminate,
    /// It lets the loop go on.
    Allow,
}

impl RecursiveLoop {
    /// As in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Terminate => "Terminate",
            Self::Allow => "Allow",
        }
    }
}

impl Lambda {
    /// `GetFunctionRecursionConfig`.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn recursive_loop(&self, reference: &FunctionRef) -> Result<RecursiveLoop, ApiError> {
        self.with_function(reference, |function| Ok(function.recursive_loop))
    }

    /// `PutFunctionRecursionConfig`.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn put_recursive_loop(&self, reference: &FunctionRef, setting: RecursiveLoop) -> Result<(), ApiError> {
        self.with_function(reference, |function| {
            function.recursive_loop = setting;
            Ok(())
        })
    }

    /// `ListTags`.
    ///
    /// # Errors
    ///
    /// If there is no such function.
    pub fn tags(&self, reference: &FunctionRef) -> Result<BTreeMap<String, String>, ApiError> {
        self.with_function(reference, |function| Ok(function.tags.clone()))
    }

    /// `TagResource` and `UntagResource`.
    ///
    /// # Errors
    ///
    /// Lambda's own: no such function, a version or an alias, or too many tags.
    pub fn change_tags(
        &self,
        reference: &FunctionRef,
        add: BTreeMap<String, String>,
        remove: &[String],
    ) -> Result<(), ApiError> {
        if reference.qualifier.is_some() {
            return Err(ApiError::invalid_parameter(
                "Tags on function aliases and versions are not supported. Please specify a function ARN.".to_owned(),
            ));
        }
        self.with_function(reference, |function| {
            let mut tags = function.tags.clone();
            tags.extend(add);
            tags.retain(|key, _| !remove.contains(key));
            if tags.len() > MAX_TAGS {
                return Err(ApiError::invalid_parameter(
                    "Number of tags exceeds resource tag limit.".to_owned(),
                ));
            }
            function.tags = tags;
            Ok(())
        })
    }
}
