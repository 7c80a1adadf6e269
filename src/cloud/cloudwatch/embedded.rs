//! The embedded metric format: metrics in a log line (CloudWatch User Guide, "Embedded metric format specification").

use serde_json::Value;

use super::{CloudWatch, Datum, Metric};

/// Most metrics of one directive.
const MAX_METRICS: usize = 100;
/// Most values of one metric.
const MAX_VALUES: usize = 100;
/// Most dimensions of one set.
const MAX_DIMENSIONS: usize = 30;

impl CloudWatch {
    /// Takes the metrics out of a log message, if it is in the embedded metric format. What breaks the format's rules
    /// yields no metric, and no error either, as on AWS.
    pub(in crate::cloud) fn extract(&self, message: &str) {
        if !message.contains("\"_aws\"") {
            return;
        }
        let Ok(root) = serde_json::from_str::<Value>(message.trim()) else {
            return;
        };
        let Some(millis) = root["_aws"]["Timestamp"].as_u64() else {
            return;
        };
        for directive in root["_aws"]["CloudWatchMetrics"].as_array().into_iter().flatten() {
            self.follow(&root, directive, millis / 1000);
        }
    }

    fn follow(&self, root: &Value, directive: &Value, at: u64) {
        let Some(namespace) = directive["Namespace"].as_str().filter(|name| !name.is_empty()) else {
            return;
        };
        let none = [Value::Array(Vec::new())];
        let sets = directive["Dimensions"].as_array().map_or(&none[..], Vec::as_slice);
        let sets: Vec<_> = sets.iter().filter_map(|set| dimensions(root, set)).collect();
        let metrics = directive["Metrics"].as_array().map(Vec::as_slice).unwrap_or_default();
        if metrics.len() > MAX_METRICS {
            return;
        }
        for metric in metrics {
            let Some(name) = metric["Name"].as_str() else {
                continue;
            };
            let Some(values) = values(&root[name]) else {
                continue;
            };
            for dimensions in &sets {
                let datum = Datum {
                    at,
                    values: values.clone(),
                    unit: metric["Unit"].as_str().unwrap_or("None").to_owned(),
                };
                let key = Metric::new(namespace, name, dimensions.clone());
                self.add([(key, datum)]);
            }
        }
    }
}

/// The names and values of a set; `None` if there are too many, or one of them is no text in the line.
fn dimensions(root: &Value, set: &Value) -> Option<Vec<(String, String)>> {
    let names = set.as_array().filter(|names| names.len() <= MAX_DIMENSIONS)?;
    names
        .iter()
        .map(|name| {
            let name = name.as_str()?;
            Some((name.to_owned(), root[name].as_str()?.to_owned()))
        })
        .collect()
}

/// A number or a list of numbers, each once.
fn values(value: &Value) -> Option<Vec<(f64, f64)>> {
    match value {
        Value::Array(values) if values.is_empty() || values.len() > MAX_VALUES => None,
        Value::Array(values) => values.iter().map(|value| Some((value.as_f64()?, 1.0))).collect(),
        value => Some(vec![(value.as_f64()?, 1.0)]),
    }
}
