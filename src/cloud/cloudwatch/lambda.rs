//! The metrics that Lambda itself sends, read from the history (Lambda Developer Guide, "Types of metrics for Lambda
//! functions"): for each function, and for all together.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Datum, Metric};
use crate::history::{Accountant, Entry, Event, History};

pub(super) const NAMESPACE: &str = "AWS/Lambda";

/// The finest period for which CloudWatch keeps what Lambda sends, in seconds.
const PERIOD: u64 = 60;
/// So many different values of a period are kept apart.
const DISTINCT: usize = 32;

/// All of them.
pub(super) fn metrics(earlier: &Earlier, history: &History) -> BTreeMap<Metric, Vec<Datum>> {
    history.read(|entries| {
        let mut metrics = earlier.lock().clone();
        for entry in entries {
            metrics.add(entry, Vec::push);
        }
        metrics.data
    })
}

/// What entries told that the history dropped: a datum for each minute, as CloudWatch itself sums data up with time.
/// Sums, counts, minimum and maximum are exact; of many different values, those that are closest become their mean.
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

/// A way to add a datum to those of its metric.
type Put = fn(&mut Vec<Datum>, Datum);

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
            put(self.data.entry(metric).or_default(), datum);
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
fn sum_up(data: &mut Vec<Datum>, datum: Datum) {
    let period = datum.at - datum.at % PERIOD;
    match data.last_mut() {
        Some(sum) if sum.at == period => datum.values.into_iter().for_each(|value| join(&mut sum.values, value)),
        _ => data.push(Datum { at: period, ..datum }),
    }
}

/// Adds a value, with how often it occurred, to some that are in order.
fn join(values: &mut Vec<(f64, f64)>, (value, times): (f64, f64)) {
    match values.binary_search_by(|(other, _)| other.total_cmp(&value)) {
        Ok(place) => values[place].1 += times,
        Err(place) => values.insert(place, (value, times)),
    }
    if values.len() <= DISTINCT {
        return;
    }
    // The first and the last stay: they are the minimum and the maximum.
    let gap = |at: usize| values[at + 1].0 - values[at].0;
    let closest = (1..values.len() - 2).min_by(|one, other| gap(*one).total_cmp(&gap(*other)));
    if let Some(at) = closest {
        let (second, more) = values.remove(at + 1);
        let (first, times) = values[at];
        values[at] = ((first * times + second * more) / (times + more), times + more);
    }
}
