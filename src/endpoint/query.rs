//! Reading the form of the query protocol into the JSON that operations take.
//!
//! `Attributes.entry.1.key=a&Attributes.entry.1.value=b` becomes `{"Attributes": {"a": "b"}}`, and
//! `Dimensions.member.1.Name=x` becomes `{"Dimensions": [{"Name": "x"}]}`. SQS writes its lists and maps flat:
//! `Attribute.1.Name=a&Attribute.1.Value=b`.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// Deepest nesting of a parameter's name.
const MAX_DEPTH: usize = 12;

/// What SQS calls in the query protocol what has another name in JSON.
const FLAT_NAMES: &[(&str, &str)] = &[
    ("Attribute", "Attributes"),
    ("AttributeName", "AttributeNames"),
    ("MessageAttribute", "MessageAttributes"),
    ("MessageAttributeName", "MessageAttributeNames"),
    ("MessageSystemAttribute", "MessageSystemAttributes"),
    ("MessageSystemAttributeName", "MessageSystemAttributeNames"),
    ("SendMessageBatchRequestEntry", "Entries"),
    ("DeleteMessageBatchRequestEntry", "Entries"),
    ("ChangeMessageVisibilityBatchRequestEntry", "Entries"),
    ("Tag", "Tags"),
    ("TagKey", "TagKeys"),
];

#[derive(Debug, Default)]
struct Node {
    text: Option<String>,
    children: BTreeMap<Step, Node>,
}

/// One step of a parameter's name; numbers are ordered as numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Number(u32),
    Name(String),
}

/// Reads a form; parameters with nonsensical names are ignored.
pub(super) fn parse(form: &str) -> Value {
    let mut root = Node::default();
    for pair in form.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name);
        let steps: Vec<_> = name.split('.').collect();
        if steps.len() > MAX_DEPTH {
            continue;
        }
        let mut node = &mut root;
        for step in steps {
            let step = match step.parse() {
                Ok(number) => Step::Number(number),
                Err(_) => Step::Name(step.to_owned()),
            };
            node = node.children.entry(step).or_default();
        }
        node.text = Some(decode(value));
    }
    root.into_value()
}

impl Node {
    fn into_value(mut self) -> Value {
        if self.children.is_empty() {
            return Value::String(self.text.unwrap_or_default());
        }
        // `Name.member.1` and `Name.entry.1` say no more than `Name.1`.
        if self.children.len() == 1 {
            for word in ["member", "entry"] {
                if let Some(inner) = self.children.remove(&Step::Name(word.to_owned())) {
                    return inner.into_value();
                }
            }
        }
        if self.children.keys().all(|step| matches!(step, Step::Number(_))) {
            let values = self.children.into_values().map(Self::into_value).collect();
            return as_map(values);
        }
        let mut entries = Map::new();
        for (step, node) in self.children {
            let name = match step {
                Step::Number(number) => number.to_string(),
                Step::Name(name) => name,
            };
            let flat = node.children.keys().any(|step| matches!(step, Step::Number(_)));
            let full = FLAT_NAMES.iter().find(|(short, _)| flat && *short == name);
            entries.insert(full.map_or(name, |(_, full)| (*full).to_owned()), node.into_value());
        }
        Value::Object(entries)
    }
}

/// A list of key-value pairs is a map.
fn as_map(values: Vec<Value>) -> Value {
    let pair = |value: &Value| {
        let entry = value.as_object()?;
        let key = ["key", "Key", "Name"]
            .iter()
            .find_map(|name| entry.get(*name)?.as_str())?;
        let value = ["value", "Value"].iter().find_map(|name| entry.get(*name));
        // A dimension or a tag of other services has two texts and stays a list.
        (entry.len() == 2).then(|| Some((key.to_owned(), value?.clone())))?
    };
    let structured = |value: &Value| value.get("Name").is_some() && value.get("Value").is_some_and(Value::is_string);
    if values.iter().any(structured) && values.iter().all(|value| value.get("key").is_none()) {
        // `Attribute.1.Name` of SQS is a map, `Dimensions.member.1.Name` of CloudWatch is not: the caller knows.
        return Value::Array(values);
    }
    match values.iter().map(pair).collect::<Option<Map<_, _>>>() {
        Some(map) => Value::Object(map),
        None => Value::Array(values),
    }
}

/// Turns the flat lists of pairs that SQS sends into maps.
pub(super) fn pairs_to_maps(input: &mut Value) {
    let entries = input.as_object_mut().into_iter().flatten();
    for (name, value) in entries {
        if name == "Entries" {
            value.as_array_mut().into_iter().flatten().for_each(pairs_to_maps);
        }
        if !matches!(name.as_str(), "Attributes" | "Tags") {
            continue;
        }
        if let Some(list) = value.as_array() {
            let pairs = list.iter().filter_map(|pair| {
                let key = pair.get("Name").or_else(|| pair.get("Key"))?.as_str()?;
                Some((key.to_owned(), pair.get("Value")?.clone()))
            });
            *value = Value::Object(pairs.collect());
        }
    }
}

fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_and_maps_are_read() {
        let form = "Action=X&Attributes.entry.1.key=a&Attributes.entry.1.value=1+2&D.member.2.Name=n&D.member.2.Value=v\
                    &D.member.1.Name=m&D.member.1.Value=w";
        let expected = json!({
            "Action": "X",
            "Attributes": { "a": "1 2" },
            "D": [{ "Name": "m", "Value": "w" }, { "Name": "n", "Value": "v" }],
        });
        assert_eq!(parse(form), expected);
    }

    #[test]
    fn message_attributes_are_maps() {
        let form = "MessageAttributes.entry.1.Name=a&MessageAttributes.entry.1.Value.DataType=String\
                    &MessageAttributes.entry.1.Value.StringValue=x";
        let expected = json!({ "MessageAttributes": { "a": { "DataType": "String", "StringValue": "x" } } });
        assert_eq!(parse(form), expected);
    }

    #[test]
    fn the_flat_names_of_sqs_get_their_full_form() {
        let mut input = parse("Attribute.1.Name=DelaySeconds&Attribute.1.Value=5&AttributeName.1=All");
        pairs_to_maps(&mut input);
        assert_eq!(
            input,
            json!({ "Attributes": { "DelaySeconds": "5" }, "AttributeNames": ["All"] })
        );
    }
}
