//! Recordings of AWS (`tests/golden/aws`), and whether something is like one.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// All recordings of a file: by the name of the test that recorded them.
pub fn recordings(file: &str) -> Map<String, Value> {
    let path = format!("{}/tests/golden/aws/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// What the test whose name ends so recorded.
pub fn recording(file: &str, test: &str) -> Value {
    let all = recordings(file);
    let found = all.iter().find(|(name, _)| name.ends_with(&format!("::{test}")));
    found.unwrap_or_else(|| panic!("{file} has no {test}")).1["recorded-content"].clone()
}

/// Compares values with recordings. The same placeholder must stand for the same text wherever it is.
#[derive(Default)]
pub struct Likeness {
    seen: HashMap<String, String>,
    /// Keys of the recording that ours need not have, by how they begin.
    without: &'static [&'static str],
    /// Whether keys must come in the recorded order.
    ordered: bool,
}

impl Likeness {
    /// Keys must come in the recorded order.
    pub fn ordered() -> Self {
        Self {
            ordered: true,
            ..Self::default()
        }
    }

    /// Keys of the recording that begin so need not be there.
    pub fn without(keys: &'static [&'static str]) -> Self {
        Self {
            without: keys,
            ..Self::default()
        }
    }

    /// Panics with the place where `found` is not like what was recorded.
    #[track_caller]
    pub fn check(&mut self, recorded: &Value, found: &Value, place: &str) {
        match (recorded, found) {
            (Value::Object(expected), Value::Object(found)) => {
                let left_out = |name: &&String| self.without.iter().any(|start| name.starts_with(start));
                let mut names: Vec<&String> = expected.keys().filter(|name| !left_out(name)).collect();
                let mut ours: Vec<&String> = found.keys().collect();
                if !self.ordered {
                    names.sort();
                    ours.sort();
                }
                assert_eq!(ours, names, "the keys at {place}");
                for name in names {
                    self.check(&expected[name], &found[name], &format!("{place}.{name}"));
                }
            }
            (Value::Array(expected), Value::Array(found)) => {
                assert_eq!(found.len(), expected.len(), "how many at {place}");
                for (number, (expected, found)) in expected.iter().zip(found).enumerate() {
                    self.check(expected, found, &format!("{place}[{number}]"));
                }
            }
            (Value::String(expected), Value::Array(found)) if expected.starts_with('<') => {
                assert_eq!(found.len(), 1, "{place}");
            }
            // The recorder reads JSON within texts.
            (Value::Object(_) | Value::Array(_), Value::String(text)) => {
                let inner: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON at {place}: {text}"));
                self.check(recorded, &inner, place);
            }
            (Value::String(expected), found) => self.check_text(expected, found, place),
            _ => assert_eq!(found, recorded, "{place}"),
        }
    }

    #[track_caller]
    fn check_text(&mut self, expected: &str, found: &Value, place: &str) {
        // Times and other texts that the recorder replaced by a word.
        let words = [
            "date",
            "amz-id",
            "amz-request-id",
            "sequencer",
            "object-sequencer",
            "request-id",
            "version-id",
        ];
        let name = place.rsplit('.').next().unwrap_or_default();
        let text = match found {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if words.contains(&expected) || (name.eq_ignore_ascii_case("etag") && text.len() == expected.len()) {
            assert!(!text.is_empty() && text != "null", "nothing at {place}");
        } else if expected.starts_with('<') && expected.ends_with('>') && expected.matches('<').count() == 1 {
            assert!(!text.is_empty() && text != "null", "nothing at {place} for {expected}");
            let before = self.seen.entry(expected.to_owned()).or_insert_with(|| text.clone());
            assert_eq!(*before, text, "{expected} at {place} stands for another text elsewhere");
        } else if expected.contains('<') {
            assert!(fits(expected, &text), "{place}: {text:?} is not like {expected:?}");
        } else if expected == "111111111111" {
            assert_eq!(text, "123456789012", "{place}");
        } else {
            assert_eq!(text, expected, "{place}");
        }
    }
}

/// Whether a text has the fixed parts of a pattern with placeholders such as `arn:<partition>:s3:::<bucket>`.
fn fits(pattern: &str, text: &str) -> bool {
    let mut regex = String::from("^");
    let mut rest = pattern;
    while let Some((fixed, after)) = rest.split_once('<') {
        regex.push_str(&regex::escape(fixed));
        regex.push_str(".+");
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    regex.push_str(&regex::escape(rest));
    regex.push('$');
    let regex = regex.replace("111111111111", "123456789012");
    regex::Regex::new(&regex).unwrap().is_match(text)
}

/// Attribute values of DynamoDB as plain JSON.
pub fn plain(typed: &Value) -> Value {
    let (kind, value) = typed.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "M" => {
            let entries = value.as_object().unwrap().iter();
            Value::Object(entries.map(|(name, value)| (name.clone(), plain(value))).collect())
        }
        "N" => serde_json::from_str(value.as_str().unwrap()).unwrap(),
        _ => value.clone(),
    }
}
