//! The matchers of patterns, and whether a pattern is well-formed. Matching is grading's.

use regex::Regex;
use serde_json::Value;

use super::nearest::suggestion;

/// Every matcher: the one `$` key of its object.
pub const MATCHERS: [&str; 13] = [
    "$any",
    "$type",
    "$regex",
    "$contains",
    "$json",
    "$open",
    "$absent",
    "$unordered",
    "$near",
    "$oneOf",
    "$not",
    "$request_id",
    "$same",
];

/// What `$type` may name.
pub const TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "object", "array", "null"];

/// A fault in a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in the pattern, as `$open/body/$regex`; empty for the whole.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// All faults of a pattern.
#[must_use]
pub fn faults(pattern: &Value) -> Vec<Fault> {
    let mut check = Check::default();
    check.pattern(pattern, "");
    check.faults
}

/// All faults of a pattern that is open by itself: its values may be `{"$absent": true}`.
#[must_use]
pub fn open_faults(pattern: &Value) -> Vec<Fault> {
    let mut check = Check::default();
    check.open(pattern, "");
    check.faults
}

#[derive(Default)]
struct Check {
    faults: Vec<Fault>,
}

impl Check {
    fn fault(&mut self, pointer: &str, message: impl Into<String>, help: Option<String>) {
        self.faults.push(Fault {
            pointer: pointer.to_owned(),
            message: message.into(),
            help,
        });
    }

    fn pattern(&mut self, pattern: &Value, pointer: &str) {
        match pattern {
            Value::Object(object) => {
                if let Some(name) = object.keys().find(|key| key.starts_with('$')) {
                    self.matcher(name, object, pointer);
                } else {
                    for (key, value) in object {
                        self.pattern(value, &join(pointer, key));
                    }
                }
            }
            Value::Array(items) => self.each(items, pointer),
            _ => {}
        }
    }

    fn each(&mut self, items: &[Value], pointer: &str) {
        for (index, item) in items.iter().enumerate() {
            self.pattern(item, &join(pointer, &index.to_string()));
        }
    }

    fn matcher(&mut self, name: &str, object: &serde_json::Map<String, Value>, pointer: &str) {
        let argument = &object[name];
        let inner = join(pointer, name);
        if !MATCHERS.contains(&name) {
            let help = suggestion(name, MATCHERS);
            self.fault(&inner, format!("there is no matcher `{name}`"), help);
            return;
        }
        for key in object.keys().filter(|key| *key != name) {
            if name != "$near" || key != "within" {
                self.fault(
                    &join(pointer, key),
                    format!("`{key}` stands beside `{name}`, which it may not"),
                    None,
                );
            }
        }
        match name {
            "$type" => {
                if !argument.as_str().is_some_and(|kind| TYPES.contains(&kind)) {
                    self.fault(
                        &inner,
                        format!("`$type` cannot be {argument}"),
                        Some(format!("one of {}", TYPES.join(", "))),
                    );
                }
            }
            "$regex" => match argument.as_str().map(Regex::new) {
                Some(Ok(_)) => {}
                Some(Err(error)) => self.fault(&inner, format!("this is not a regular expression: {error}"), None),
                None => self.fault(&inner, "`$regex` takes a text", None),
            },
            "$contains" | "$json" | "$not" => self.pattern(argument, &inner),
            "$open" => self.open(argument, &inner),
            "$unordered" | "$oneOf" => match argument {
                Value::Array(items) => self.each(items, &inner),
                _ => self.fault(&inner, format!("`{name}` takes an array"), None),
            },
            "$near" => {
                if !argument.is_number() || !object.get("within").is_some_and(Value::is_number) {
                    self.fault(
                        &inner,
                        "`$near` takes a number and, beside it, the number `within`",
                        None,
                    );
                }
            }
            "$same" => {
                if !argument.is_string() {
                    self.fault(&inner, "`$same` takes a name", None);
                }
            }
            "$absent" => self.fault(
                &inner,
                "`$absent` is meant for a key of `$open`",
                Some("write {\"$open\": {\"key\": {\"$absent\": true}}}".to_owned()),
            ),
            _ => {
                if argument != &Value::Bool(true) {
                    self.fault(&inner, format!("`{name}` takes true"), None);
                }
            }
        }
    }

    fn open(&mut self, argument: &Value, pointer: &str) {
        let Value::Object(object) = argument else {
            self.fault(pointer, "an open pattern is an object", None);
            return;
        };
        for (key, value) in object {
            if !is_absent(value) {
                self.pattern(value, &join(pointer, key));
            }
        }
    }
}

/// Whether a value of `$open` says that its key must not be there.
#[must_use]
pub fn is_absent(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|object| object.len() == 1 && object.get("$absent") == Some(&Value::Bool(true)))
}

fn join(pointer: &str, part: &str) -> String {
    if pointer.is_empty() {
        part.to_owned()
    } else {
        format!("{pointer}/{part}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{MATCHERS, faults, open_faults};

    #[test]
    fn well_formed_patterns_have_no_faults() {
        for pattern in [
            json!({"a": {"$any": true}, "b": [{"$type": "null"}, {"$near": 1, "within": 0.5}]}),
            json!({"$open": {"x": {"$absent": true}, "y": {"$json": {"$oneOf": [1, {"$same": "id"}]}}}}),
            json!({"$not": {"$contains": {"$regex": "^a"}}}),
            json!({"$unordered": [{"$request_id": true}]}),
            json!(null),
        ] {
            assert_eq!(faults(&pattern), [], "{pattern}");
        }
        assert_eq!(open_faults(&json!({"Key": {"$absent": true}})), []);
    }

    #[test]
    fn faults_say_where_and_what() {
        for (pattern, pointer, message) in [
            (
                json!({"a": [{"$regexp": "x"}]}),
                "a/0/$regexp",
                "there is no matcher `$regexp`",
            ),
            (json!({"$any": true, "b": 1}), "b", "`b` stands beside `$any`"),
            (
                json!({"$json": {"$regex": "("}}),
                "$json/$regex",
                "not a regular expression",
            ),
            (
                json!({"a": {"$absent": true}}),
                "a/$absent",
                "meant for a key of `$open`",
            ),
            (json!({"$near": 1}), "$near", "within"),
            (json!({"$any": false}), "$any", "takes true"),
            (json!({"$type": "str"}), "$type", "cannot be \"str\""),
        ] {
            let found = faults(&pattern);
            assert_eq!(found.len(), 1, "{pattern}");
            assert_eq!(found[0].pointer, pointer);
            assert!(found[0].message.contains(message), "{}", found[0].message);
        }
    }

    #[test]
    fn the_format_document_names_every_matcher() {
        let text = include_str!("../../docs/course-format.md");
        for matcher in MATCHERS {
            assert!(text.contains(&format!("\"{matcher}\"")), "{matcher}");
        }
    }
}
