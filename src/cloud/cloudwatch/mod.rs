//! Amazon CloudWatch metrics: what is put, and what functions print in the embedded metric format.
//!
//! Shapes and errors follow the CloudWatch API Reference and the "Embedded metric format specification".

mod api;
mod state;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::core::Core;
use crate::clock::Timestamp;

/// Most metrics of one line in the embedded metric format.
const MAX_EMBEDDED: usize = 100;

/// The metrics of the account; clones share them.
#[derive(Debug, Clone)]
pub struct CloudWatch {
    core: Core,
    metrics: Arc<Mutex<BTreeMap<Metric, Vec<Datum>>>>,
}

/// What a metric is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Metric {
    /// As `Shop`.
    pub namespace: String,
    /// As `Orders`.
    pub name: String,
    /// Names and values, by name.
    pub dimensions: Vec<(String, String)>,
}

/// Values that were put together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Datum {
    /// When, in seconds since the epoch.
    pub at: u64,
    /// The values, each with how often it occurred.
    pub values: Vec<(f64, f64)>,
    /// As `Milliseconds`; `None` if none was given.
    pub unit: String,
}

impl CloudWatch {
    pub(super) fn new(core: &Core) -> Self {
        Self {
            core: core.clone(),
            metrics: Arc::default(),
        }
    }

    /// All data of all metrics.
    #[must_use]
    pub fn all(&self) -> Vec<(Metric, Vec<Datum>)> {
        self.lock()
            .iter()
            .map(|(metric, data)| (metric.clone(), data.clone()))
            .collect()
    }

    /// Takes the metrics out of a log message, if it is in the embedded metric format.
    pub(super) fn extract(&self, message: &str, now: Timestamp) {
        if !message.contains("\"_aws\"") {
            return;
        }
        let Ok(root) = serde_json::from_str::<Value>(message.trim()) else {
            return;
        };
        let at = root["_aws"]["Timestamp"]
            .as_u64()
            .map_or(now.as_secs(), |millis| millis / 1000);
        for directive in root["_aws"]["CloudWatchMetrics"].as_array().into_iter().flatten() {
            self.follow(&root, directive, at);
        }
    }

    fn follow(&self, root: &Value, directive: &Value, at: u64) {
        let Some(namespace) = directive["Namespace"].as_str() else {
            return;
        };
        let none = [Value::Array(Vec::new())];
        let sets = directive["Dimensions"].as_array().map_or(&none[..], Vec::as_slice);
        for metric in directive["Metrics"].as_array().into_iter().flatten().take(MAX_EMBEDDED) {
            let Some(name) = metric["Name"].as_str() else {
                continue;
            };
            let values: Vec<_> = match &root[name] {
                Value::Array(values) => values
                    .iter()
                    .filter_map(Value::as_f64)
                    .map(|value| (value, 1.0))
                    .collect(),
                value => value.as_f64().map(|value| (value, 1.0)).into_iter().collect(),
            };
            if values.is_empty() {
                continue;
            }
            for set in sets {
                let names = set.as_array().into_iter().flatten().filter_map(Value::as_str);
                let dimensions = names.filter_map(|name| Some((name.to_owned(), root[name].as_str()?.to_owned())));
                let metric_key = Metric::new(namespace, name, dimensions.collect());
                let datum = Datum {
                    at,
                    values: values.clone(),
                    unit: metric["Unit"].as_str().unwrap_or("None").to_owned(),
                };
                self.lock().entry(metric_key).or_default().push(datum);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Metric, Vec<Datum>>> {
        self.metrics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Metric {
    fn new(namespace: &str, name: &str, mut dimensions: Vec<(String, String)>) -> Self {
        dimensions.sort();
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::chance::Chance;
    use crate::clock::{Clock, Timestamp};
    use crate::cloud::{Account, Call, Cloud};
    use crate::history::History;

    #[test]
    fn a_line_in_the_embedded_format_becomes_metrics() {
        let start = Timestamp::from_micros(1_767_225_600_000_000);
        let cloud = Cloud::new(
            Clock::new(start),
            &Chance::seeded(1),
            History::default(),
            Account::default(),
        );
        let line = json!({
            "_aws": { "Timestamp": start.as_millis(), "CloudWatchMetrics": [{
                "Namespace": "App",
                "Dimensions": [["Service"], []],
                "Metrics": [{ "Name": "ProcessingTime", "Unit": "Milliseconds" }, { "Name": "Absent" }],
            }] },
            "Service": "orders",
            "ProcessingTime": [42, 58],
        });
        cloud.logs.append("/aws/lambda/f", "s", start, &line.to_string());
        cloud
            .logs
            .append("/aws/lambda/f", "s", start, "METRIC|ProcessingTime|42|Milliseconds");
        assert_eq!(cloud.cloudwatch.all().len(), 2);
        let input = json!({
            "Namespace": "App",
            "MetricName": "ProcessingTime",
            "Dimensions": [{ "Name": "Service", "Value": "orders" }],
            "StartTime": "2026-01-01T00:00:00Z",
            "EndTime": "2026-01-01T01:00:00Z",
            "Period": 60,
            "Statistics": ["Average", "SampleCount"],
        });
        let answer = cloud
            .cloudwatch
            .execute(&mut Call::outside(), "GetMetricStatistics", &input)
            .unwrap();
        assert_eq!(answer["Datapoints"][0]["Average"], 50.0);
        assert_eq!(answer["Datapoints"][0]["Unit"], "Milliseconds");
    }
}
