//! Items as plain JSON, for people and for tests: `{"id": "7", "count": 3}` for `{"id": {"S": "7"}, "count": {"N": "3"}}`.

use serde_json::{Map, Number, Value, json};

/// An attribute value as plain JSON. Sets become lists, binary values stay base64 texts.
#[must_use]
pub fn to_plain(value: &Value) -> Value {
    let Some((kind, inner)) = value.as_object().and_then(|value| value.iter().next()) else {
        return Value::Null;
    };
    let all = |convert: fn(&Value) -> Value| {
        let values = inner.as_array().into_iter().flatten();
        Value::Array(values.map(convert).collect())
    };
    match kind.as_str() {
        "N" => number(inner),
        "M" => item_to_plain(inner),
        "L" => all(to_plain),
        "NS" => all(number),
        "SS" | "BS" => all(Value::clone),
        "NULL" => Value::Null,
        _ => inner.clone(),
    }
}

/// Plain JSON as an attribute value. Lists become lists, never sets.
#[must_use]
pub fn from_plain(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(flag) => json!({ "BOOL": flag }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::String(text) => json!({ "S": text }),
        Value::Array(values) => json!({ "L": values.iter().map(from_plain).collect::<Vec<_>>() }),
        Value::Object(_) => json!({ "M": item_from_plain(value) }),
    }
}

/// A map of attribute values as a plain object.
pub(super) fn item_to_plain(item: &Value) -> Value {
    each(item, to_plain)
}

/// A plain object as a map of attribute values.
pub(super) fn item_from_plain(item: &Value) -> Value {
    each(item, from_plain)
}

fn each(item: &Value, convert: fn(&Value) -> Value) -> Value {
    let entries = item.as_object().into_iter().flatten();
    let mut entries: Vec<_> = entries.map(|(name, value)| (name.clone(), convert(value))).collect();
    // The engine keeps items in no particular order.
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    Value::Object(entries.into_iter().collect::<Map<_, _>>())
}

fn number(value: &Value) -> Value {
    let text = value.as_str().unwrap_or_default();
    if let Ok(whole) = text.parse::<i64>() {
        return json!(whole);
    }
    let number = text.parse().ok().and_then(Number::from_f64);
    number.map_or_else(|| json!(text), Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_items_go_there_and_back() {
        let item = json!({ "a": [1, 2.5, "x", null, true], "b": { "c": -3 } });
        assert_eq!(item_to_plain(&item_from_plain(&item)), item);
        assert_eq!(to_plain(&json!({ "NS": ["1", "2"] })), json!([1, 2]));
    }
}
