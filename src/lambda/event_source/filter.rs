//! Filter criteria: which records of a source a function gets
//! (developer guide, "Control which events Lambda sends to your function").

use serde_json::{Map, Value, json};

use super::request::FilterRequest;
use crate::cloud::pattern;
use crate::lambda::ApiError;

/// How many filters a mapping may have.
const MOST: usize = 5;

/// Patterns of which one must match; without any, everything does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FilterCriteria {
    /// As text, as it was given, and as JSON.
    filters: Vec<(String, Value)>,
}

impl FilterCriteria {
    /// Reads `FilterCriteria`.
    ///
    /// # Errors
    ///
    /// `Invalid filter pattern definition.` (recorded from AWS), or too many filters.
    pub fn new(request: &FilterRequest) -> Result<Self, ApiError> {
        let invalid = || ApiError::invalid_parameter("Invalid filter pattern definition.".to_owned());
        let filters = request.filters.as_deref().unwrap_or_default();
        if filters.len() > MOST {
            let message = format!(
                "An event source mapping has at most {MOST} filters, not {}.",
                filters.len()
            );
            return Err(ApiError::invalid_parameter(message));
        }
        let filters = filters.iter().map(|filter| {
            let text = filter.pattern.clone().ok_or_else(invalid)?;
            let pattern: Value = serde_json::from_str(&text).map_err(|_| invalid())?;
            pattern::validate(&pattern).map_err(|_| invalid())?;
            Ok((text, pattern))
        });
        Ok(Self {
            filters: filters.collect::<Result<_, ApiError>>()?,
        })
    }

    /// Whether everything matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }

    /// As the API answers it.
    #[must_use]
    pub fn describe(&self) -> Value {
        let filters = self.filters.iter().map(|(text, _)| json!({ "Pattern": text }));
        json!({ "Filters": filters.collect::<Vec<_>>() })
    }

    /// Whether a record whose data stands under no key of its own (a stream's) matches.
    #[must_use]
    pub fn matches(&self, record: &Value) -> bool {
        self.is_empty() || self.filters.iter().any(|(_, filter)| pattern::matches(filter, record))
    }

    /// Whether a message matches. Its `body` is compared as JSON by a pattern that looks into it, and as it is by
    /// one that does not; where only one of the two is JSON, the message is dropped.
    #[must_use]
    pub fn matches_message(&self, record: &Value) -> bool {
        if self.is_empty() {
            return true;
        }
        let text = record["body"].as_str().unwrap_or_default();
        let body: Option<Value> = serde_json::from_str(text).ok().filter(Value::is_object);
        let mut parsed: Map<String, Value> = record.as_object().cloned().unwrap_or_default();
        if let Some(body) = &body {
            parsed.insert("body".to_owned(), body.clone());
        }
        let parsed = Value::Object(parsed);
        self.filters
            .iter()
            .any(|(_, filter)| match (filter.get("body"), body.is_some()) {
                (Some(Value::Object(_)), false) | (Some(Value::Array(_)), true) => false,
                _ => pattern::matches(filter, &parsed),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::super::request::PatternRequest;
    use super::*;

    fn criteria(patterns: &[Value]) -> FilterCriteria {
        let filters = patterns.iter().map(|pattern| PatternRequest {
            pattern: Some(pattern.to_string()),
        });
        FilterCriteria::new(&FilterRequest {
            filters: Some(filters.collect()),
        })
        .unwrap()
    }

    /// The table "Properly filtering Amazon SQS messages" of the developer guide.
    #[test]
    fn the_forms_of_body_and_pattern_must_agree() {
        let json_body = json!({"messageId": "m", "body": r#"{"a": 1}"#});
        let text_body = json!({"messageId": "m", "body": "plain"});
        let json_filter = criteria(&[json!({"body": {"a": [1]}})]);
        let text_filter = criteria(&[json!({"body": ["plain"]})]);
        let other_filter = criteria(&[json!({"messageId": ["m"]})]);
        for (filter, body, matches) in [
            (&json_filter, &json_body, true),
            (&json_filter, &text_body, false),
            (&text_filter, &text_body, true),
            (&text_filter, &json_body, false),
            (&other_filter, &json_body, true),
            (&other_filter, &text_body, true),
        ] {
            assert_eq!(filter.matches_message(body), matches, "{filter:?} {body}");
        }
    }

    #[test]
    fn one_of_the_filters_must_match() {
        let filter = criteria(&[json!({"eventName": ["INSERT"]}), json!({"eventName": ["REMOVE"]})]);
        assert!(filter.matches(&json!({"eventName": "REMOVE"})));
        assert!(!filter.matches(&json!({"eventName": "MODIFY"})));
        assert!(FilterCriteria::default().matches(&json!({})));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in [None, Some("simple string"), Some(r#"{"a": "b"}"#), Some(r#"{"a": []}"#)] {
            let filter = PatternRequest {
                pattern: text.map(str::to_owned),
            };
            let error = FilterCriteria::new(&FilterRequest {
                filters: Some(vec![filter]),
            })
            .unwrap_err();
            assert_eq!(error.message(), "Invalid filter pattern definition.");
        }
    }
}
