//! Tags of rules and buses.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Events;
use crate::cloud::ApiError;
use crate::cloud::input::Input;

impl Events {
    pub(super) fn tags(&self, operation: &str, input: Input<'_>) -> Result<Value, ApiError> {
        let arn = input.required("ResourceARN")?;
        let mut state = self.shared.lock();
        let is_rule = state
            .rules
            .keys()
            .any(|(bus, name)| self.shared.rule_arn(bus, name) == arn);
        if !is_rule && !state.buses.iter().any(|bus| self.bus_arn(bus) == arn) {
            let resource = arn.rsplit(':').next().unwrap_or_default();
            let message = format!("Resource {resource} does not exist.");
            return Err(ApiError::new("ResourceNotFoundException", message));
        }
        let tags = state.tags.entry(arn.to_owned()).or_default();
        match operation {
            "TagResource" => tags.extend(tags_in(input)),
            "UntagResource" => {
                for key in input.texts("TagKeys") {
                    tags.remove(key);
                }
            }
            _ => {
                let tags = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value }));
                return Ok(json!({ "Tags": tags.collect::<Vec<_>>() }));
            }
        }
        Ok(json!({}))
    }

    /// Takes over the tags that a resource is made with.
    pub(super) fn tag(&self, arn: &str, input: Input<'_>) {
        let tags = tags_in(input);
        if !tags.is_empty() {
            self.shared.lock().tags.insert(arn.to_owned(), tags);
        }
    }
}

fn tags_in(input: Input<'_>) -> BTreeMap<String, String> {
    let tags = input.list("Tags").iter().map(Input).filter_map(|tag| {
        let key = tag.text("Key")?.to_owned();
        Some((key, tag.text("Value").unwrap_or_default().to_owned()))
    });
    tags.collect()
}
