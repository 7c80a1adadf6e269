//! The metrics that Lambda itself sends, read from the history (Lambda Developer Guide, "Types of metrics for Lambda
//! functions"): for each function, and for all together.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::retention::join;
use super::{Datum, Metric, retention};
use crate::history::{Accountant, Entry, Event, History};

pub(super) const NAMESPACE: &str = "AWS/Lambda";

/// The finest period for which CloudWatch keeps what Lambda sends, in seconds.
const PERIOD: u64 = 60;

/// All of them.
pub(super) fn metrics(earlier: &Earlier, history: &History) -> BTreeMap<Metric, Vec<Datum>> {
    history.read(|entries| {
        let mut metrics = earlier.lock().clone();
        for entry in entries {
            metrics.add(entry, |data, metric, datum| data.entry(metric).or_default().push(datum));
        }
        metrics.data
    })
}

/// What entries told that the history dropped: a datum for each minute, as CloudWatch itself sums data up with time.
#[derive(Debug, Default)]
pub(super) struct Earlier(Mutex<Metrics>);

impl Earlier {
    fn lock(&self) -> MutexGuard<'_, Metrics> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Accountant for Earlier {
    fn count(&self, dropped: &Entry) {
        self.lock().add(dropped, sum_up);
    }
}

#[derive(Debug, Clone, Default)]
struct Metrics {
    data: BTreeMap<Metric, Vec<Datum>>,
    /// Environments that run, by function.
    running: BTreeMap<String, u32>,
}

/// A way to add a datum, which is new then, to those of its metric.
type Put = fn(&mut BTreeMap<Metric, Vec<Datum>>, Metric, Datum);

impl Metrics {
    fn add(&mut self, entry: &Entry, put: Put) {
        let at = entry.at;
        let mut put = |function: Option<&str>, name: &str, value: f64, unit: &str| {
            let dimensions = function.map(|function| ("FunctionName".to_owned(), function.to_owned()));
            let metric = Metric::new(NAMESPACE, name, dimensions.into_iter().collect());
            let datum = Datum {
                at: at.as_secs(),
                values: vec![(value, 1.0)],
                unit: unit.to_owned(),
            };
            put(&mut self.data, metric, datum);
        };
        match &entry.event {
            Event::InvocationStarted { function, .. } => {
                *self.running.entry(function.clone()).or_default() += 1;
                let (own, all) = (self.running[function], self.running.values().sum::<u32>());
                put(Some(function), "ConcurrentExecutions", f64::from(own), "Count");
                put(None, "ConcurrentExecutions", f64::from(all), "Count");
            }
            Event::InvocationEnded(record) => {
                if let Some(running) = self.running.get_mut(&record.function) {
                    *running = running.saturating_sub(1);
                }
                let failed = f64::from(u8::from(record.function_error));
                let millis = record.duration.as_secs_f64() * 1000.0;
                for function in [Some(record.function.as_str()), None] {
                    put(function, "Invocations", 1.0, "Count");
                    put(function, "Errors", failed, "Count");
                    put(function, "Duration", millis, "Milliseconds");
                }
            }
            Event::Throttled { function, .. } => {
                put(Some(function), "Throttles", 1.0, "Count");
                put(None, "Throttles", 1.0, "Count");
            }
            _ => {}
        }
    }
}

/// Adds a datum to that of its period.
fn sum_up(data: &mut BTreeMap<Metric, Vec<Datum>>, metric: Metric, datum: Datum) {
    let (now, period) = (datum.at, datum.at - datum.at % PERIOD);
    match data.get_mut(&metric).and_then(|data| data.last_mut()) {
        Some(sum) if sum.at == period => datum.values.into_iter().for_each(|value| join(&mut sum.values, value)),
        _ => retention::put(data, metric, Datum { at: period, ..datum }, now),
    }
}
