//! Reading the parameters of an operation.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::lambda::ApiError;
use crate::lambda::event_source::MappingRequest;

/// The members of a structure: null is as good as absent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'a>(Option<&'a Map<String, Value>>);

/// Reads a body; an empty one is an empty object.
pub(super) fn parse(body: &[u8]) -> Result<Value, ApiError> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    let invalid = |reason: String| ApiError::InvalidRequestContent(reason);
    let parsed: Value = serde_json::from_slice(body).map_err(|error| invalid(error.to_string()))?;
    if parsed.is_object() {
        Ok(parsed)
    } else {
        Err(invalid("it is no object".to_owned()))
    }
}

impl<'a> Input<'a> {
    pub(super) fn of(value: &'a Value) -> Self {
        Self(value.as_object())
    }

    /// A member as it came.
    pub(super) fn get(self, name: &str) -> Option<&'a Value> {
        self.0?.get(name).filter(|value| !value.is_null())
    }

    /// Whether a member was given.
    pub(super) fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn typed<T>(
        self,
        name: &str,
        kind: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        read(value).map(Some).ok_or_else(|| {
            let found = match value {
                Value::Bool(_) => "TRUE_VALUE",
                Value::Number(_) => "NUMBER_VALUE",
                Value::String(_) => "STRING_VALUE",
                Value::Array(_) => "START_ARRAY",
                _ => "START_OBJECT",
            };
            ApiError::Serialization(format!("{found} cannot be converted to {kind}"))
        })
    }

    /// A text.
    pub(super) fn text(self, name: &str) -> Result<Option<&'a str>, ApiError> {
        self.typed(name, "String", Value::as_str)
    }

    /// A text that must be there.
    pub(super) fn required(self, name: &str) -> Result<&'a str, ApiError> {
        self.text(name)?.ok_or_else(|| missing(name))
    }

    /// A whole number; -1 and below too.
    pub(super) fn integer(self, name: &str) -> Result<Option<i64>, ApiError> {
        self.typed(name, "Integer", Value::as_i64)
    }

    /// A whole number from 0, as far as `u32` goes: what is beyond is out of every range anyway.
    pub(super) fn number(self, name: &str) -> Result<Option<u32>, ApiError> {
        match self.integer(name)? {
            Some(negative @ ..0) => Err(ApiError::validation(format!(
                "Value '{negative}' at '{}' failed to satisfy constraint: Member must have value greater than or \
                 equal to 0",
                field(name)
            ))),
            found => Ok(found.map(|found| u32::try_from(found).unwrap_or(u32::MAX))),
        }
    }

    /// A truth value; false where it was not given.
    pub(super) fn flag(self, name: &str) -> Result<bool, ApiError> {
        Ok(self.typed(name, "Boolean", Value::as_bool)?.unwrap_or(false))
    }

    /// Bytes in base64.
    pub(super) fn bytes(self, name: &str) -> Result<Option<Bytes>, ApiError> {
        self.typed(name, "Blob", |value| {
            STANDARD.decode(value.as_str()?).ok().map(Bytes::from)
        })
    }

    /// A structure.
    pub(super) fn structure(self, name: &str) -> Result<Option<Input<'a>>, ApiError> {
        self.typed(name, "Structure", |value| value.as_object().map(|map| Input(Some(map))))
    }

    /// A list of texts.
    pub(super) fn texts(self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        self.typed(name, "List", |value| {
            value
                .as_array()?
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect()
        })
    }

    /// A map of texts.
    pub(super) fn map(self, name: &str) -> Result<Option<BTreeMap<String, String>>, ApiError> {
        self.typed(name, "Map", |value| {
            let entries = value.as_object()?.iter();
            entries
                .map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect()
        })
    }

    /// One of a set of texts.
    pub(super) fn one_of<T: Copy>(self, name: &str, field: &str, set: &[(&str, T)]) -> Result<Option<T>, ApiError> {
        let Some(given) = self.text(name)? else {
            return Ok(None);
        };
        let found = set.iter().find(|(known, _)| *known == given);
        found.map(|(_, value)| Some(*value)).ok_or_else(|| {
            let known: Vec<&str> = set.iter().map(|(known, _)| *known).collect();
            ApiError::validation(format!(
                "Value '{given}' at '{field}' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
                known.join(", ")
            ))
        })
    }
}

/// Reads the parameters of an event source mapping.
pub(super) fn parse_mapping(body: &Value) -> Result<MappingRequest, ApiError> {
    serde_json::from_value(body.clone()).map_err(|error| ApiError::Serialization(error.to_string()))
}

/// A member that must be there.
pub(super) fn missing(name: &str) -> ApiError {
    ApiError::validation(format!(
        "Value null at '{}' failed to satisfy constraint: Member must not be null",
        field(name)
    ))
}

/// A member's name as validation errors write it.
fn field(name: &str) -> String {
    let mut field = name.to_owned();
    if let Some(first) = field.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    field
}
