//! The JSON Schema of `cases.json`, for editors.

use super::case::CaseFile;

/// The schema as it stands in `exercises/cases.schema.json`.
///
/// # Errors
/// Never in practice: a schema is plain JSON.
pub fn cases() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&schemars::schema_for!(CaseFile)).map(|text| text + "\n")
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::cases;
    use crate::course::Source;

    #[test]
    fn the_schema_beside_the_exercises_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/exercises/cases.schema.json");
        let file = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            file == cases().unwrap(),
            "run: lambda-course verify --schema > exercises/cases.schema.json"
        );
    }

    #[test]
    fn all_cases_have_the_shape_of_the_schema() {
        let schema: Value = serde_json::from_str(&cases().unwrap()).unwrap();
        let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/course");
        let sources = [Source::embedded(), Source::folder(fixture.as_ref()).unwrap()];
        for source in &sources {
            for path in source.paths().filter(|path| path.ends_with("/cases.json")) {
                let value: Value = serde_json::from_str(&source.text(path).unwrap()).unwrap();
                assert_eq!(fault(&schema, &schema, &value), None, "{path}");
            }
        }
    }

    #[test]
    fn misspelt_cases_do_not_have_the_shape() {
        let schema: Value = serde_json::from_str(&cases().unwrap()).unwrap();
        for (step, check) in [
            (r#"{"invokee": {}}"#, r#"{"log": {"function": "f"}}"#),
            (r#"{"invoke": {}, "wait": "5s"}"#, r#"{"log": {"function": "f"}}"#),
            (r#"{"invoke": {"evnt": 1}}"#, r#"{"log": {"function": "f"}}"#),
            (r#"{"invoke": {}}"#, r#"{"logs": {"function": "f"}}"#),
            (r#"{"invoke": {}}"#, r#"{"log": {"function": "f"}, "loook": "x"}"#),
            (
                r#"{"invoke": {}}"#,
                r#"{"invocations": {"function": "f", "count": "many"}}"#,
            ),
        ] {
            let text = format!(
                r#"{{"cases": [{{"id": "a", "name": "n", "look": "l", "steps": [{step}], "expect": [{check}]}}]}}"#
            );
            let value: Value = serde_json::from_str(&text).unwrap();
            assert!(fault(&schema, &schema, &value).is_some(), "{text}");
        }
    }

    /// What keeps a value from having the shape: the part of JSON Schema that our schema uses.
    fn fault(root: &Value, schema: &Value, value: &Value) -> Option<String> {
        let Value::Object(rules) = schema else {
            return (schema == &Value::Bool(false)).then(|| "nothing may stand here".to_owned());
        };
        if let Some(name) = rules.get("$ref").and_then(Value::as_str) {
            return fault(root, root.pointer(&name[1..]).unwrap(), value);
        }
        let all = |key: &str| rules.get(key).and_then(Value::as_array).cloned();
        let matching = |list: &[Value]| list.iter().filter(|rule| fault(root, rule, value).is_none()).count();
        if all("oneOf").is_some_and(|list| matching(&list) != 1)
            || all("anyOf").is_some_and(|list| matching(&list) == 0)
        {
            return Some(format!("no form fits {value}"));
        }
        if all("enum").is_some_and(|list| !list.contains(value)) || rules.get("const").is_some_and(|one| one != value) {
            return Some(format!("{value} is not among the values"));
        }
        if let Some(kind) = rules.get("type")
            && !kinds(kind).iter().any(|kind| is(kind, value))
        {
            return Some(format!("{value} is not of type {kind}"));
        }
        match value {
            Value::Object(object) => object_fault(root, rules, object),
            Value::Array(items) => items.iter().find_map(|item| fault(root, rules.get("items")?, item)),
            _ => None,
        }
    }

    fn object_fault(root: &Value, rules: &Map<String, Value>, object: &Map<String, Value>) -> Option<String> {
        let required = rules
            .get("required")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        if let Some(name) = required
            .iter()
            .filter_map(Value::as_str)
            .find(|name| !object.contains_key(*name))
        {
            return Some(format!("`{name}` is missing"));
        }
        let rest = rules
            .get("additionalProperties")
            .or_else(|| rules.get("unevaluatedProperties"));
        object.iter().find_map(|(key, value)| {
            let properties = |rules: &Map<String, Value>| rules.get("properties").and_then(|all| all.get(key)).cloned();
            let choices = rules
                .get("oneOf")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            let chosen = || choices.iter().filter_map(Value::as_object).find_map(properties);
            match properties(rules).or_else(chosen) {
                Some(rule) => fault(root, &rule, value),
                None => fault(root, rest?, value),
            }
            .map(|inner| format!("{key}: {inner}"))
        })
    }

    fn kinds(kind: &Value) -> Vec<&str> {
        kind.as_array().map_or_else(
            || vec![kind.as_str().unwrap()],
            |all| all.iter().filter_map(Value::as_str).collect(),
        )
    }

    fn is(kind: &str, value: &Value) -> bool {
        match kind {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_u64() || value.is_i64(),
            "number" => value.is_number(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => false,
        }
    }
}
