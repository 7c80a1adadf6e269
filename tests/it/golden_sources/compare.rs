//! Comparing with a recording: the same keys, in the same order where the recording kept it; the same values, and for
//! what varies the same shape, the same value for the same placeholder.

use std::collections::BTreeMap;

use lambda_course::lambda::ApiError;
use regex::Regex;
use serde_json::Value;

/// Words that stand for what varies, beside those in angle brackets.
const WORDS: [&str; 6] = [
    "date",
    "datetime",
    "maximum-batching-window-in-seconds",
    "sender-id",
    "sent-timestamp",
    "timestamp",
];

/// What the placeholders of one recording stand for.
#[derive(Debug, Default)]
pub struct Golden {
    names: BTreeMap<String, String>,
}

impl Golden {
    pub fn same(&mut self, golden: &Value, ours: &Value) {
        self.at("", golden, ours);
    }

    fn at(&mut self, path: &str, golden: &Value, ours: &Value) {
        match (golden, ours) {
            // A text that was recorded parsed.
            (Value::Object(_) | Value::Array(_), Value::String(text)) => {
                let parsed = serde_json::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"));
                self.at(path, golden, &parsed);
            }
            (Value::Object(golden), Value::Object(ours)) => {
                let (mut wanted, mut found): (Vec<_>, Vec<_>) = (golden.keys().collect(), ours.keys().collect());
                // Attributes of messages and items have no order of their own, and some recordings were sorted.
                if wanted.is_sorted() || ["messageAttributes", "NewImage"].iter().any(|end| path.ends_with(end)) {
                    wanted.sort();
                    found.sort();
                }
                // Recorded at either place.
                if wanted.len() == found.len() && wanted.iter().any(|key| *key == "md5OfMessageAttributes") {
                    wanted.retain(|key| *key != "md5OfMessageAttributes");
                    found.retain(|key| *key != "md5OfMessageAttributes");
                }
                assert_eq!(found, wanted, "{path}");
                for (key, value) in golden {
                    self.at(&format!("{path}/{key}"), value, &ours[key]);
                }
            }
            (Value::Array(golden), Value::Array(ours)) => {
                assert_eq!(ours.len(), golden.len(), "{path}: {ours:#?}");
                for (index, (golden, ours)) in golden.iter().zip(ours).enumerate() {
                    self.at(&format!("{path}/{index}"), golden, ours);
                }
            }
            (Value::String(golden), _) if WORDS.contains(&golden.as_str()) => {
                assert!(ours.is_string() || ours.is_number(), "{path}: {ours}");
            }
            (Value::String(golden), Value::Number(number)) if golden.starts_with('<') => {
                self.placeholder(path, golden, &number.to_string());
            }
            (Value::String(golden), Value::String(ours)) => self.text(path, golden, ours),
            _ => assert_eq!(ours, golden, "{path}"),
        }
    }

    /// A text with placeholders in it.
    fn text(&mut self, path: &str, golden: &str, ours: &str) {
        let placeholder = Regex::new("<[^>]*>|111111111111").unwrap();
        let (mut pattern, mut end, mut names) = ("^".to_owned(), 0, Vec::new());
        for found in placeholder.find_iter(golden) {
            pattern += &regex::escape(&golden[end..found.start()]);
            pattern += "(.+?)";
            end = found.end();
            names.push(found.as_str());
        }
        pattern = format!("(?s){pattern}{}$", regex::escape(&golden[end..]));
        let captures = Regex::new(&pattern).unwrap().captures(ours);
        let captures = captures.unwrap_or_else(|| panic!("{path}: {ours:?} is not like {golden:?}"));
        for (index, name) in names.iter().enumerate() {
            self.placeholder(path, name, &captures[index + 1]);
        }
    }

    fn placeholder(&mut self, path: &str, name: &str, ours: &str) {
        if let Some(time) = name.strip_prefix("<timestamp:").and_then(|name| name.strip_suffix('>')) {
            assert_eq!(digits_away(ours), digits_away(time), "{path}");
            return;
        }
        if !name.contains(':') {
            // Without a number it stands for whatever is there each time.
            return;
        }
        let known = self.names.entry(name.to_owned()).or_insert_with(|| ours.to_owned());
        assert_eq!(ours, known, "{path}: {name} stands for two things");
    }
}

fn digits_away(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

/// A mapping's configuration but for what the store of mappings adds to it.
pub fn same_config(golden: &mut Golden, recorded: &Value, described: serde_json::Map<String, Value>) {
    let mut recorded = recorded.as_object().unwrap().clone();
    for added in [
        "EventSourceMappingArn",
        "LastModified",
        "LastProcessingResult",
        "ResponseMetadata",
        "State",
        "StateTransitionReason",
        "UUID",
    ] {
        recorded.shift_remove(added);
    }
    golden.same(&Value::Object(recorded), &Value::Object(described));
}

/// An error's code, status and message.
pub fn same_error(golden: &mut Golden, recorded: &Value, error: &ApiError) {
    assert_eq!(error.code(), recorded["Error"]["Code"], "{error}");
    assert_eq!(
        u64::from(error.status()),
        recorded["ResponseMetadata"]["HTTPStatusCode"]
    );
    golden.same(&recorded["message"], &Value::String(error.message()));
}
