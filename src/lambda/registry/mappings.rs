//! The event source mappings of a Region: their UUIDs, states, and what was asked of them
//! (API reference, `EventSourceMappingConfiguration`).

use std::sync::Arc;

use crate::clock::Timestamp;
use crate::cloud::Cloud;
use crate::lambda::error::ApiError;
use crate::lambda::event_source::{EventSourceMapping, MappingRequest, Pollers, SourceKind};
use crate::lambda::service::Lambda;

/// A mapping as it is kept.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// `UUID`.
    pub uuid: String,
    /// What was asked for.
    pub config: EventSourceMapping,
    /// `FunctionArn`: qualified where the function was named so.
    pub function_arn: String,
    /// `LastModified`.
    pub last_modified: Timestamp,
}

/// What works on mappings beside the service itself.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The sources.
    pub cloud: Arc<Cloud>,
    /// What polls them.
    pub pollers: Arc<Pollers>,
}

impl Lambda {
    /// `CreateEventSourceMapping`: polls from now on, unless it is disabled.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn create_mapping(&self, request: MappingRequest, sources: &Sources) -> Result<Mapping, ApiError> {
        let config = EventSourceMapping::create(request, self, &sources.cloud)?;
        let function_arn = self.mapped_arn(&config)?;
        self.refuse_second(&config, &function_arn)?;
        let mapping = Mapping {
            uuid: self.platform().chance().uuid(),
            config,
            function_arn,
            last_modified: self.platform().clock().now(),
        };
        self.keep_mapping(&mapping, sources);
        Ok(mapping)
    }

    /// `UpdateEventSourceMapping`.
    ///
    /// # Errors
    ///
    /// Lambda's own.
    pub fn update_mapping(&self, uuid: &str, update: &MappingRequest, sources: &Sources) -> Result<Mapping, ApiError> {
        let mut mapping = self.mapping(uuid)?;
        mapping.config = mapping.config.updated(update, self, &sources.cloud)?;
        mapping.function_arn = self.mapped_arn(&mapping.config)?;
        mapping.last_modified = self.platform().clock().now();
        self.keep_mapping(&mapping, sources);
        Ok(mapping)
    }

    /// `DeleteEventSourceMapping`: batches under way come to their end.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn delete_mapping(&self, uuid: &str, sources: &Sources) -> Result<Mapping, ApiError> {
        let removed = self.state().mappings.remove(uuid);
        let removed = removed.ok_or_else(ApiError::no_such_resource)?;
        sources.pollers.remove(uuid);
        Ok(removed)
    }

    /// `GetEventSourceMapping`.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn mapping(&self, uuid: &str) -> Result<Mapping, ApiError> {
        let found = self.state().mappings.get(uuid).cloned();
        found.ok_or_else(ApiError::no_such_resource)
    }

    /// `ListEventSourceMappings`, by UUID; of one source or function where one is given.
    ///
    /// # Errors
    ///
    /// If the function is named in no way that there is.
    pub fn mappings(&self, source: Option<&str>, function: Option<&str>) -> Result<Vec<Mapping>, ApiError> {
        let function = function.map(|function| self.reference(function, None)).transpose()?;
        let arn = function.map(|function| function.arn(self.platform().account()));
        let state = self.state();
        let wanted = state.mappings.values().filter(|mapping| {
            source.is_none_or(|source| mapping.config.source == source)
                && arn.as_ref().is_none_or(|arn| mapping.function_arn == *arn)
        });
        Ok(wanted.cloned().collect())
    }

    fn keep_mapping(&self, mapping: &Mapping, sources: &Sources) {
        self.state().mappings.insert(mapping.uuid.clone(), mapping.clone());
        sources.pollers.set(&mapping.uuid, mapping.config.clone());
    }

    fn mapped_arn(&self, config: &EventSourceMapping) -> Result<String, ApiError> {
        let reference = self.reference(&config.function, None)?;
        let missing = |_| ApiError::invalid_parameter("Function does not exist".to_owned());
        self.invocable(&reference).map_err(missing)?;
        self.refuse_isolated(&reference, "An event source mapping")?;
        Ok(reference.arn(self.platform().account()))
    }

    /// A source is mapped to a function once.
    fn refuse_second(&self, config: &EventSourceMapping, function_arn: &str) -> Result<(), ApiError> {
        let state = self.state();
        let mut all = state.mappings.values();
        let same = all.find(|other| other.config.source == config.source && other.function_arn == function_arn);
        let Some(Mapping { uuid, .. }) = same else {
            return Ok(());
        };
        let (source, name) = (&config.source, Self::name_of(&config.function));
        let rest = format!("already exists. Please update or delete the existing mapping with UUID {uuid}");
        Err(ApiError::Conflict(match config.kind {
            SourceKind::Queue(_) => {
                format!("An event source mapping with SQS arn (\" {source} \") and function (\" {name} \") {rest}")
            }
            SourceKind::Stream(_) => {
                format!("The event source arn (\" {source} \") and function (\" {name} \") provided mapping {rest}")
            }
        }))
    }
}
