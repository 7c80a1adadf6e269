//! The operations of the API: parameters in, answer out.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Value, json};

use super::statistic::Statistic;
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
            "GetMetricData" => self.metric_data(input),
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
        self.add(all);
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
        let metrics = self.known();
        let metrics = metrics.iter().filter(|metric| fits(metric)).map(|metric| {
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
        let (from, until) = span(input)?;
        let period = period(input)?;
        let (plain, extended) = (input.texts("Statistics"), input.texts("ExtendedStatistics"));
        let named = |name: &&str| {
            Statistic::named(name)
                .map(|statistic| (name.to_string(), statistic))
                .ok_or_else(|| unknown_statistic(name))
        };
        let plain: Vec<_> = plain.iter().map(named).collect::<Result<_, _>>()?;
        let extended: Vec<_> = extended.iter().map(named).collect::<Result<_, _>>()?;
        if plain.is_empty() && extended.is_empty() {
            return Err(ApiError::new(
                "MissingParameter",
                "Must specify either Statistics or ExtendedStatistics",
            ));
        }
        let data = self.data(&metric);
        let points = by_period(&data, from..until, period, input.text("Unit"))
            .into_iter()
            .map(|(at, data)| {
                let mut point = json!({ "Timestamp": at, "Unit": data[0].unit });
                for (name, statistic) in &plain {
                    point[name] = json!(statistic.of(&data));
                }
                for (name, statistic) in &extended {
                    point["ExtendedStatistics"][name] = json!(statistic.of(&data));
                }
                point
            });
        Ok(json!({ "Label": metric.name, "Datapoints": points.collect::<Vec<_>>() }))
    }

    fn metric_data(&self, input: Input<'_>) -> Result<Value, ApiError> {
        let (from, until) = span(input)?;
        let descending = input.text("ScanBy") != Some("TimestampAscending");
        let mut results = Vec::new();
        for query in input.list("MetricDataQueries") {
            let query = Input(query);
            let id = query.required("Id")?;
            let Some(asked) = query.get("MetricStat").map(Input) else {
                let message = format!("The mock of CloudWatch has no metric math: the query {id} needs a MetricStat.");
                return Err(ApiError::new("ValidationError", message));
            };
            let given = asked.get("Metric").map(Input).ok_or_else(|| missing("Metric"))?;
            let metric = Metric::new(
                given.required("Namespace")?,
                given.required("MetricName")?,
                dimensions(given),
            );
            let name = asked.required("Stat")?;
            let statistic = Statistic::named(name).ok_or_else(|| unknown_statistic(name))?;
            let data = self.data(&metric);
            let periods = by_period(&data, from..until, period(asked)?, asked.text("Unit"));
            let mut points: Vec<_> = periods.iter().map(|(at, data)| (*at, statistic.of(data))).collect();
            if descending {
                points.reverse();
            }
            if query.get("ReturnData") == Some(&json!(false)) {
                continue;
            }
            results.push(json!({
                "Id": id,
                "Label": query.text("Label").unwrap_or(&metric.name),
                "Timestamps": points.iter().map(|(at, _)| *at).collect::<Vec<_>>(),
                "Values": points.iter().map(|(_, value)| *value).collect::<Vec<_>>(),
                "StatusCode": "Complete",
            }));
        }
        Ok(json!({ "MetricDataResults": results, "Messages": [] }))
    }
}

/// Start and end, in seconds since the epoch.
fn span(input: Input<'_>) -> Result<(u64, u64), ApiError> {
    let from = time(input, "StartTime").ok_or_else(|| missing("StartTime"))?;
    let until = time(input, "EndTime").ok_or_else(|| missing("EndTime"))?;
    if from >= until {
        let message = "The parameter StartTime must be less than the parameter EndTime.";
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    Ok((from, until))
}

/// A period in seconds.
fn period(input: Input<'_>) -> Result<u64, ApiError> {
    let period = input.int("Period")?.and_then(|period| u64::try_from(period).ok());
    period.filter(|period| *period > 0).ok_or_else(|| missing("Period"))
}

/// The data of a span, by the beginnings of the periods that hold some.
fn by_period<'a>(
    data: &'a [Datum],
    span: Range<u64>,
    period: u64,
    unit: Option<&str>,
) -> BTreeMap<u64, Vec<&'a Datum>> {
    let mut periods: BTreeMap<u64, Vec<&Datum>> = BTreeMap::new();
    let wanted = data
        .iter()
        .filter(|datum| span.contains(&datum.at) && unit.is_none_or(|unit| datum.unit == unit));
    for datum in wanted {
        periods.entry(datum.at / period * period).or_default().push(datum);
    }
    periods
}

fn unknown_statistic(name: &str) -> ApiError {
    let message = format!("The value {name} for parameter Statistic is not supported.");
    ApiError::new("InvalidParameterValue", message)
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
