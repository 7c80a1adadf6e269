//! Event patterns: the matching that EventBridge rules, SNS filter policies and event source filters share.
//!
//! Follows the EventBridge User Guide, "Comparison operators for use in event patterns". Every field of a pattern
//! must match; of the list under a field, one entry must.

mod matcher;

use serde_json::{Map, Value};

/// Whether an event matches a pattern that is [valid](validate).
#[must_use]
pub fn matches(pattern: &Value, event: &Value) -> bool {
    pattern
        .as_object()
        .is_some_and(|fields| object_matches(fields, Some(event)))
}

/// Whether a pattern is well formed.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn validate(pattern: &Value) -> Result<(), String> {
    let fields = pattern.as_object().ok_or("Filter is not an object")?;
    if fields.is_empty() {
        return Err("Empty Object in pattern".to_owned());
    }
    for (name, field) in fields {
        match field {
            Value::Array(choices) if name == "$or" => {
                if choices.len() < 2 {
                    return Err("\"$or\" must be an array of at least two patterns".to_owned());
                }
                choices.iter().try_for_each(validate)?;
            }
            Value::Array(entries) if entries.is_empty() => {
                return Err(format!("Empty arrays are not allowed: {name:?}"));
            }
            Value::Array(entries) => entries.iter().try_for_each(matcher::validate)?,
            Value::Object(_) => validate(field)?,
            _ => return Err(format!("{name:?} must be an object or an array")),
        }
    }
    Ok(())
}

fn object_matches(fields: &Map<String, Value>, event: Option<&Value>) -> bool {
    fields.iter().all(|(name, field)| {
        if name == "$or" {
            let choices = field.as_array().into_iter().flatten();
            return choices
                .filter_map(Value::as_object)
                .any(|choice| object_matches(choice, event));
        }
        let found = event.and_then(|event| event.get(name));
        match field {
            Value::Array(entries) => entries.iter().any(|entry| matcher::matches(entry, found)),
            Value::Object(inner) => match found {
                // Of a list of objects, one must match.
                Some(Value::Array(events)) => events.iter().any(|event| object_matches(inner, Some(event))),
                other => object_matches(inner, other),
            },
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests;
