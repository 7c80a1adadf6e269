//! Matching patterns against what came back, and showing the two side by side.

use std::collections::HashMap;

use regex::Regex;
use serde_json::{Map, Value, json};

use crate::course::pattern::is_absent;

/// What a case has bound so far.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The request id of the invocation looked at.
    pub request_id: Option<String>,
    same: HashMap<String, Value>,
}

impl Scope {
    /// Whether a value matches a pattern. A successful match binds the names of its `$same` matchers.
    pub fn matches(&mut self, pattern: &Value, actual: &Value) -> bool {
        let before = self.same.clone();
        let fits = self.fits(pattern, actual);
        if !fits {
            self.same = before;
        }
        fits
    }

    fn fits(&mut self, pattern: &Value, actual: &Value) -> bool {
        match pattern {
            Value::Object(object) => match matcher(object) {
                Some((name, argument)) => self.matcher_fits(name, argument, object, actual),
                None => self.object_fits(object, actual, false),
            },
            Value::Array(patterns) => match actual {
                Value::Array(items) => {
                    patterns.len() == items.len()
                        && patterns
                            .iter()
                            .zip(items)
                            .all(|(pattern, item)| self.fits(pattern, item))
                }
                _ => false,
            },
            Value::Number(_) => number(pattern).is_some() && number(pattern) == number(actual),
            _ => pattern == actual,
        }
    }

    fn matcher_fits(&mut self, name: &str, argument: &Value, object: &Map<String, Value>, actual: &Value) -> bool {
        match name {
            "$any" => true,
            "$type" => argument.as_str().is_some_and(|kind| has_type(actual, kind)),
            "$regex" => text_pair(argument, actual)
                .is_some_and(|(regex, text)| Regex::new(regex).is_ok_and(|regex| regex.is_match(text))),
            "$contains" => match actual {
                Value::String(text) => argument.as_str().is_some_and(|part| text.contains(part)),
                Value::Array(items) => items.iter().any(|item| self.matches(argument, item)),
                _ => false,
            },
            "$json" => parsed(actual).is_some_and(|value| self.fits(argument, &value)),
            "$open" => argument
                .as_object()
                .is_some_and(|object| self.object_fits(object, actual, true)),
            "$unordered" => match (argument, actual) {
                (Value::Array(patterns), Value::Array(items)) => self.unordered_fits(patterns, items),
                _ => false,
            },
            "$near" => {
                let within = object.get("within").and_then(Value::as_f64).unwrap_or(1e-9);
                number(argument)
                    .zip(number(actual))
                    .is_some_and(|(want, have)| (want - have).abs() <= within)
            }
            "$oneOf" => argument
                .as_array()
                .is_some_and(|patterns| patterns.iter().any(|one| self.matches(one, actual))),
            "$not" => !self.matches(argument, actual),
            "$request_id" => self.request_id.is_some() && actual.as_str() == self.request_id.as_deref(),
            "$same" => {
                let Some(name) = argument.as_str() else { return false };
                let bound = self.same.entry(name.to_owned()).or_insert_with(|| actual.clone());
                bound == actual
            }
            _ => false,
        }
    }

    fn object_fits(&mut self, patterns: &Map<String, Value>, actual: &Value, open: bool) -> bool {
        let Value::Object(values) = actual else { return false };
        let all = patterns.iter().all(|(key, pattern)| match values.get(key) {
            Some(value) => !is_absent(pattern) && self.fits(pattern, value),
            None => is_absent(pattern),
        });
        all && (open || values.keys().all(|key| patterns.contains_key(key)))
    }

    /// Each pattern takes the first item that it matches and that is left; tried in both orders of strictness.
    fn unordered_fits(&mut self, patterns: &[Value], items: &[Value]) -> bool {
        fn assign(scope: &mut Scope, patterns: &[Value], items: &[Value], used: &mut Vec<bool>) -> bool {
            let Some((first, rest)) = patterns.split_first() else {
                return true;
            };
            for (index, item) in items.iter().enumerate() {
                let before = scope.clone();
                if !used[index] && scope.matches(first, item) {
                    used[index] = true;
                    if assign(scope, rest, items, used) {
                        return true;
                    }
                    used[index] = false;
                    *scope = before;
                }
            }
            false
        }
        patterns.len() == items.len() && assign(self, patterns, items, &mut vec![false; items.len()])
    }

    /// Expected and actual for people: what matches looks the same on both sides, what doesn't says what was wanted.
    #[must_use]
    pub fn side_by_side(&mut self, pattern: &Value, actual: &Value) -> (Value, Value) {
        if self.matches(pattern, actual) {
            return (actual.clone(), actual.clone());
        }
        match pattern {
            Value::Object(object) => match matcher(object) {
                Some(("$json", inner)) => match parsed(actual) {
                    Some(value) => {
                        let (expected, actual) = self.side_by_side(inner, &value);
                        (json!({ "JSON text of": expected }), json!({ "JSON text of": actual }))
                    }
                    None => (json!({ "JSON text of": self.described(inner) }), actual.clone()),
                },
                Some(("$open", Value::Object(inner))) => self.objects_side_by_side(inner, actual, true),
                Some(("$unordered", inner)) => self.side_by_side(inner, actual),
                Some(_) => (self.described(pattern), actual.clone()),
                None => self.objects_side_by_side(object, actual, false),
            },
            Value::Array(patterns) => match actual {
                Value::Array(items) => self.arrays_side_by_side(patterns, items),
                _ => (self.described(pattern), actual.clone()),
            },
            _ => (pattern.clone(), actual.clone()),
        }
    }

    fn objects_side_by_side(&mut self, patterns: &Map<String, Value>, actual: &Value, open: bool) -> (Value, Value) {
        let Value::Object(values) = actual else {
            let described = patterns.iter().filter(|(_, pattern)| !is_absent(pattern));
            let described = described
                .map(|(key, pattern)| (key.clone(), self.described(pattern)))
                .collect();
            return (Value::Object(described), actual.clone());
        };
        let (mut left, mut right) = (Map::new(), Map::new());
        for (key, pattern) in patterns.iter().filter(|(_, pattern)| !is_absent(pattern)) {
            if let Some(value) = values.get(key) {
                let (expected, actual) = self.side_by_side(pattern, value);
                left.insert(key.clone(), expected);
                right.insert(key.clone(), actual);
            } else {
                left.insert(key.clone(), self.described(pattern));
            }
        }
        for (key, value) in values {
            if !patterns.contains_key(key) || is_absent(&patterns[key]) {
                right.insert(key.clone(), value.clone());
                if open && !patterns.contains_key(key) {
                    left.insert(key.clone(), value.clone());
                }
            }
        }
        (Value::Object(left), Value::Object(right))
    }

    fn arrays_side_by_side(&mut self, patterns: &[Value], items: &[Value]) -> (Value, Value) {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for index in 0..patterns.len().max(items.len()) {
            match (patterns.get(index), items.get(index)) {
                (Some(pattern), Some(item)) => {
                    let (expected, actual) = self.side_by_side(pattern, item);
                    left.push(expected);
                    right.push(actual);
                }
                (Some(pattern), None) => left.push(self.described(pattern)),
                (None, Some(item)) => right.push(item.clone()),
                (None, None) => {}
            }
        }
        (Value::Array(left), Value::Array(right))
    }

    /// A pattern in words where it is no plain value.
    #[must_use]
    pub fn described(&self, pattern: &Value) -> Value {
        match pattern {
            Value::Object(object) => {
                if let Some((name, argument)) = matcher(object) {
                    self.matcher_described(name, argument)
                } else {
                    let kept = object.iter().filter(|(_, value)| !is_absent(value));
                    Value::Object(kept.map(|(key, value)| (key.clone(), self.described(value))).collect())
                }
            }
            Value::Array(patterns) => patterns.iter().map(|pattern| self.described(pattern)).collect(),
            plain => plain.clone(),
        }
    }

    fn matcher_described(&self, name: &str, argument: &Value) -> Value {
        let words = match name {
            "$any" => "anything".to_owned(),
            "$type" => match argument.as_str().unwrap_or_default() {
                "integer" => "a whole number".to_owned(),
                "array" => "a list".to_owned(),
                "object" => "an object".to_owned(),
                "null" => "null".to_owned(),
                kind => format!("a {kind}"),
            },
            "$regex" => format!("text like /{}/", argument.as_str().unwrap_or_default()),
            "$contains" => format!("something with {}", shown(&self.described(argument))),
            "$json" => return json!({ "JSON text of": self.described(argument) }),
            "$open" | "$unordered" => return self.described(argument),
            "$near" => format!("about {argument}"),
            "$oneOf" => {
                let one_of = argument.as_array().into_iter().flatten();
                one_of
                    .map(|one| shown(&self.described(one)))
                    .collect::<Vec<_>>()
                    .join(" or ")
            }
            "$not" => format!("anything but {}", shown(&self.described(argument))),
            "$request_id" => match &self.request_id {
                Some(id) => return Value::String(id.clone()),
                None => "the request id".to_owned(),
            },
            "$same" => match argument.as_str().and_then(|name| self.same.get(name)) {
                Some(bound) => return bound.clone(),
                None => "any value".to_owned(),
            },
            other => other.to_owned(),
        };
        Value::String(format!("‹{words}›"))
    }
}

fn matcher(object: &Map<String, Value>) -> Option<(&str, &Value)> {
    object
        .iter()
        .find(|(key, _)| key.starts_with('$'))
        .map(|(key, value)| (key.as_str(), value))
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64()
}

fn parsed(actual: &Value) -> Option<Value> {
    serde_json::from_str(actual.as_str()?).ok()
}

fn text_pair<'a>(pattern: &'a Value, actual: &'a Value) -> Option<(&'a str, &'a str)> {
    pattern.as_str().zip(actual.as_str())
}

fn has_type(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0) && value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        _ => false,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if text.starts_with('‹') => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &Value, actual: &Value) -> bool {
        Scope::default().matches(pattern, actual)
    }

    #[test]
    fn plain_values_are_compared_whole() {
        assert!(fits(
            &json!({"a": 1, "b": [true, null]}),
            &json!({"b": [true, null], "a": 1.0})
        ));
        assert!(!fits(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
        assert!(!fits(&json!({"a": 1}), &json!({"a": "1"})));
        assert!(!fits(&json!([1, 2]), &json!([2, 1])));
    }

    #[test]
    fn matchers_match_what_they_say() {
        assert!(fits(&json!({"$type": "integer"}), &json!(3.0)));
        assert!(!fits(&json!({"$type": "integer"}), &json!("3")));
        assert!(fits(&json!({"$regex": "^a+$"}), &json!("aaa")));
        assert!(fits(&json!({"$contains": {"id": 2}}), &json!([{"id": 1}, {"id": 2}])));
        assert!(fits(&json!({"$json": {"a": {"$any": true}}}), &json!("{\"a\": 5}")));
        assert!(!fits(&json!({"$json": {"a": 5}}), &json!({"a": 5})));
        assert!(fits(
            &json!({"$open": {"a": 1, "z": {"$absent": true}}}),
            &json!({"a": 1, "b": 2})
        ));
        assert!(!fits(&json!({"$open": {"b": {"$absent": true}}}), &json!({"b": null})));
        assert!(fits(&json!({"$unordered": [{"$any": true}, 1]}), &json!([1, 2])));
        assert!(fits(&json!({"$near": 0.5, "within": 0.01}), &json!(0.505)));
        assert!(fits(&json!({"$oneOf": [1, "x"]}), &json!("x")));
        assert!(fits(&json!({"$not": {"$contains": "é"}}), &json!("e")));
    }

    #[test]
    fn same_binds_across_matches() {
        let mut scope = Scope::default();
        assert!(scope.matches(&json!({"$same": "id"}), &json!("a")));
        assert!(scope.matches(&json!([{"$same": "id"}]), &json!(["a"])));
        assert!(!scope.matches(&json!({"$same": "id"}), &json!("b")));
    }

    #[test]
    fn what_matches_shows_no_difference() {
        let pattern = json!({"statusCode": 200, "body": {"$json": {"n": {"$type": "number"}, "m": "x"}}});
        let actual = json!({"statusCode": 200, "body": "{\"n\": 7, \"m\": \"y\"}"});
        let (left, right) = Scope::default().side_by_side(&pattern, &actual);
        assert_eq!(
            left,
            json!({"statusCode": 200, "body": {"JSON text of": {"n": 7, "m": "x"}}})
        );
        assert_eq!(
            right,
            json!({"statusCode": 200, "body": {"JSON text of": {"n": 7, "m": "y"}}})
        );
    }
}
