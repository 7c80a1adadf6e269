//! The metrics that Lambda itself sends, read from the history (Lambda Developer Guide, "Types of metrics for Lambda
//! functions"): for each function, and for all together.

use std::collections::BTreeMap;

use super::{Datum, Metric};
use crate::clock::Timestamp;
use crate::history::{Event, History};

pub(super) const NAMESPACE: &str = "AWS/Lambda";

/// All of them.
pub(super) fn metrics(history: &History) -> BTreeMap<Metric, Vec<Datum>> {
    let mut metrics = Metrics::default();
    for entry in history.all() {
        metrics.add(entry.at, &entry.event);
    }
    metrics.data
}

#[derive(Default)]
struct Metrics {
    data: BTreeMap<Metric, Vec<Datum>>,
    /// Environments that run, by function.
    running: BTreeMap<String, u32>,
}

impl Metrics {
    fn add(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::InvocationStarted { function, .. } => {
                *self.running.entry(function.clone()).or_default() += 1;
                let (own, all) = (self.running[function], self.running.values().sum::<u32>());
                self.put(at, Some(function), "ConcurrentExecutions", f64::from(own), "Count");
                self.put(at, None, "ConcurrentExecutions", f64::from(all), "Count");
            }
            Event::InvocationEnded(record) => {
                if let Some(running) = self.running.get_mut(&record.function) {
                    *running = running.saturating_sub(1);
                }
                let failed = f64::from(u8::from(record.function_error));
                let millis = record.duration.as_secs_f64() * 1000.0;
                for function in [Some(record.function.as_str()), None] {
                    self.put(at, function, "Invocations", 1.0, "Count");
                    self.put(at, function, "Errors", failed, "Count");
                    self.put(at, function, "Duration", millis, "Milliseconds");
                }
            }
            Event::Throttled { function, .. } => {
                self.put(at, Some(function), "Throttles", 1.0, "Count");
                self.put(at, None, "Throttles", 1.0, "Count");
            }
            _ => {}
        }
    }

    fn put(&mut self, at: Timestamp, function: Option<&str>, name: &str, value: f64, unit: &str) {
        let dimensions = function.map(|function| ("FunctionName".to_owned(), function.to_owned()));
        let metric = Metric::new(NAMESPACE, name, dimensions.into_iter().collect());
        self.data.entry(metric).or_default().push(Datum {
            at: at.as_secs(),
            values: vec![(value, 1.0)],
            unit: unit.to_owned(),
        });
    }
}
