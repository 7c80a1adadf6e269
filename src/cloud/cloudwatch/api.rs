//! The operations of the API: parameters in, answer out.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{CloudWatch, Datum, Metric};
use crate::cloud::input::{Input, missing};
use crate::cloud::{ApiError, Call};

impl CloudWatch {
    /// Answers one operation. Times are in seconds since the epoch.
    ///
    /// # Errors
    /// The operation's own errors.
    pub fn execute(&self, _call: &mut Call, operation: &str, input: &Value) -> Result<Value, ApiError> {
        let input = Input(input);
        match operation {
            "PutMetricData" => self.put(input),
            "ListMetrics" => Ok(self.list(input)),
            "GetMetricStatistics" => self.statistics(input),
            _ => Err(ApiError::unknown_operation("Amazon CloudWatch", operation).query_code("InvalidAction")),
        }
    }

    fn put(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let namespace = input.required("Namespace")?;
        let now = self.core.now().as_secs();
        let mut all = Vec::new();
        for given in input.list("MetricData") {
            let given = Input(given);
            let name = given.required("MetricName")?;
            let counts: Vec<_> = given.list("Counts").iter().filter_map(number).collect();
            let mut values: Vec<_> = given
                .list("Values")
                .iter()
                .filter_map(number)
                .collect::<Vec<_>>()
                .into_iter()
                .enumerate()
                .map(|(place, value)| (value, counts.get(place).copied().unwrap_or(1.0)))
                .collect();
            values.extend(given.number("Value").map(|value| (value, 1.0)));
            if let Some(set) = given.get("StatisticValues").map(Input) {
                let count = set.number("SampleCount").unwrap_or(1.0);
                values.push((set.number("Sum").unwrap_or_default() / count, count));
            }
            if values.is_empty() {
                let message = "At least one of the parameters must be specified: Value, Values, StatisticValues.";
                return Err(ApiError::new("MissingParameter", message));
            }
            let datum = Datum {
                at: time(given, "Timestamp").unwrap_or(now),
                values,
                unit: given.text("Unit").unwrap_or("None").to_owned(),
            };
            all.push((Metric::new(namespace, name, dimensions(given)), datum));
        }
        if all.is_empty() {
            return Err(missing("MetricData"));
        }
        let mut metrics = self.lock();
        for (metric, datum) in all {
            metrics.entry(metric).or_default().push(datum);
        }
        Ok(json!({}))
    }

    fn list(&self, input: Input<'_>) -> Value {
        let wanted = dimensions(input);
        let fits = |metric: &Metric| {
            input
                .text("Namespace")
                .is_none_or(|namespace| metric.namespace == namespace)
                && input.text("MetricName").is_none_or(|name| metric.name == name)
                && wanted.iter().all(|(name, value)| {
                    metric
                        .dimensions
                        .iter()
                        .any(|(other, found)| other == name && (value.is_empty() || found == value))
                })
        };
        let metrics = self.lock();
        let metrics = metrics.keys().filter(|metric| fits(metric)).map(|metric| {
            let dimensions = metric
                .dimensions
                .iter()
                .map(|(name, value)| json!({ "Name": name, "Value": value }));
            json!({
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": dimensions.collect::<Vec<_>>(),
            })
        });
        json!({ "Metrics": metrics.collect::<Vec<_>>() })
    }

    fn statistics(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let metric = Metric::new(
            input.required("Namespace")?,
            input.required("MetricName")?,
            dimensions(input),
        );
        let from = time(input, "StartTime").ok_or_else(|| missing("StartTime"))?;
        let until = time(input, "EndTime").ok_or_else(|| missing("EndTime"))?;
        let period = input
            .int("Period")?
            .and_then(|period| u64::try_from(period).ok())
            .filter(|period| *period > 0);
        let period = period.ok_or_else(|| missing("Period"))?;
        let statistics = input.texts("Statistics");
        let metrics = self.lock();
        let data = metrics.get(&metric).map(Vec::as_slice).unwrap_or_default();
        let mut periods: BTreeMap<u64, Vec<&Datum>> = BTreeMap::new();
        let wanted_unit = input.text("Unit");
        for datum in data.iter().filter(|datum| (from..until).contains(&datum.at)) {
            if wanted_unit.is_none_or(|unit| datum.unit == unit) {
                periods.entry(datum.at / period * period).or_default().push(datum);
            }
        }
        let points = periods.into_iter().map(|(at, data)| {
            let values = || data.iter().flat_map(|datum| &datum.values);
            let count: f64 = values().map(|(_, count)| count).sum();
            let sum: f64 = values().map(|(value, count)| value * count).sum();
            let mut point = json!({ "Timestamp": at, "Unit": data[0].unit });
            for statistic in &statistics {
                point[*statistic] = json!(match *statistic {
                    "SampleCount" => count,
                    "Sum" => sum,
                    "Average" => sum / count,
                    "Minimum" => values().map(|(value, _)| *value).fold(f64::INFINITY, f64::min),
                    _ => values().map(|(value, _)| *value).fold(f64::NEG_INFINITY, f64::max),
                });
            }
            point
        });
        Ok(json!({ "Label": metric.name, "Datapoints": points.collect::<Vec<_>>() }))
    }
}

fn dimensions(input: Input<'_>) -> Vec<(String, String)> {
    let pairs = input.list("Dimensions").iter().filter_map(|pair| {
        let pair = Input(pair);
        Some((
            pair.text("Name")?.to_owned(),
            pair.text("Value").unwrap_or_default().to_owned(),
        ))
    });
    pairs.collect()
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// A time in seconds since the epoch, sent as a number or as ISO 8601.
fn time(input: Input<'_>, name: &str) -> Option<u64> {
    if let Some(seconds) = input.number(name) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a time in seconds"
        )]
        return Some(seconds as u64);
    }
    let at: jiff::Timestamp = input.text(name)?.parse().ok()?;
    u64::try_from(at.as_second()).ok()
}
