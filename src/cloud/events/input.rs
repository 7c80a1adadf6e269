//! What a target gets: the event, a part of it, a fixed text, or a template filled from it.

use serde_json::Value;

use crate::clock::Timestamp;

/// The body for a target of a rule.
pub(super) fn for_target(target: &Value, event: &Value, rule_arn: &str, rule: &str, at: Timestamp) -> String {
    if let Some(fixed) = target["Input"].as_str() {
        return fixed.to_owned();
    }
    if let Some(path) = target["InputPath"].as_str() {
        return at_path(event, path).cloned().unwrap_or_default().to_string();
    }
    match target["InputTransformer"]["InputTemplate"].as_str() {
        Some(template) => {
            let value = |name: &str| match name {
                "aws.events.rule-arn" => Some(Value::from(rule_arn)),
                "aws.events.rule-name" => Some(Value::from(rule)),
                "aws.events.event.ingestion-time" => Some(Value::from(at.iso_millis())),
                "aws.events.event" | "aws.events.event.json" => Some(event.clone()),
                other => {
                    let path = target["InputTransformer"]["InputPathsMap"][other].as_str()?;
                    Some(at_path(event, path).cloned().unwrap_or_default())
                }
            };
            fill(template, value)
        }
        None => event.to_string(),
    }
}

/// What stands at a path such as `$.detail.items[0].id`.
fn at_path<'a>(event: &'a Value, path: &str) -> Option<&'a Value> {
    let mut value = event;
    let path = path.strip_prefix('$')?.replace('[', ".").replace(']', "");
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let part = part.trim_matches(['\'', '"']);
        value = match part.parse::<usize>() {
            Ok(place) if value.is_array() => value.get(place)?,
            _ => value.get(part)?,
        };
    }
    Some(value)
}

/// Puts values in place of `<name>`: inside quotation marks as bare text, elsewhere as JSON.
fn fill(template: &str, value: impl Fn(&str) -> Option<Value>) -> String {
    // A template that is one JSON text without marks of its own goes out as it is.
    let mut out = String::with_capacity(template.len());
    let (mut rest, mut quoted) = (template, false);
    while let Some(at) = rest.find(['<', '"', '\\']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let (first, after) = from.split_at(1);
        rest = after;
        match first {
            "\"" => {
                quoted = !quoted;
                out.push('"');
            }
            "\\" => {
                out.push('\\');
                let next = rest.chars().next().map_or(0, char::len_utf8);
                out.push_str(&rest[..next]);
                rest = &rest[next..];
            }
            _ => {
                let name = rest.split_once('>').map(|(name, _)| name);
                match name.and_then(|name| Some((name, value(name)?))) {
                    Some((name, value)) => {
                        out.push_str(&written(&value, quoted));
                        rest = &rest[name.len() + 1..];
                    }
                    None => out.push('<'),
                }
            }
        }
    }
    out.push_str(rest);
    out
}

fn written(value: &Value, quoted: bool) -> String {
    let json = match value {
        Value::Null if quoted => return String::new(),
        Value::String(text) if quoted => Value::from(text.as_str()).to_string(),
        other if quoted => Value::from(other.to_string()).to_string(),
        other => return other.to_string(),
    };
    // Without the quotation marks, which the template has.
    json[1..json.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_target_gets_what_it_asks_for() {
        let event = json!({ "detail": { "id": "a\"b", "n": [1, 2] } });
        let at = Timestamp::from_micros(0);
        let get = |target: Value| for_target(&target, &event, "arn", "rule", at);
        assert_eq!(get(json!({})), event.to_string());
        assert_eq!(get(json!({ "Input": "{\"x\":1}" })), "{\"x\":1}");
        assert_eq!(get(json!({ "InputPath": "$.detail.n[1]" })), "2");
        let transformer = json!({ "InputTransformer": {
            "InputPathsMap": { "id": "$.detail.id", "n": "$.detail.n" },
            "InputTemplate": "{\"text\": \"id <id> of <aws.events.rule-name>\", \"n\": <n>, \"id\": <id>}",
        } });
        let filled: Value = serde_json::from_str(&get(transformer)).unwrap();
        assert_eq!(filled, json!({ "text": "id a\"b of rule", "n": [1, 2], "id": "a\"b" }));
    }
}
