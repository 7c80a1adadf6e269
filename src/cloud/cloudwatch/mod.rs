//! Amazon CloudWatch metrics: what is put, and what functions print in the embedded metric format.
//!
//! Shapes and errors follow the CloudWatch API Reference and the "Embedded metric format specification".

mod api;
mod embedded;
mod lambda;
mod retention;
mod state;
mod statistic;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::core::Core;

/// The metrics of the account; clones share them.
#[derive(Debug, Clone)]
pub struct CloudWatch {
    core: Core,
    metrics: Arc<Mutex<BTreeMap<Metric, Vec<Datum>>>>,
    /// What Lambda sent and the history does not have any more.
    earlier: Arc<lambda::Earlier>,
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
        let earlier = Arc::<lambda::Earlier>::default();
        core.history.account(earlier.clone());
        Self {
            core: core.clone(),
            metrics: Arc::default(),
            earlier,
        }
    }

    /// All data of all metrics that were put, by whatever way. Lambda's own are not among them.
    #[must_use]
    pub fn all(&self) -> Vec<(Metric, Vec<Datum>)> {
        let now = self.core.now().as_secs();
        let metrics = self.lock();
        let all = metrics.iter();
        let all = all.map(|(metric, data)| (metric.clone(), retention::aged(data.clone(), now)));
        all.filter(|(_, data)| !data.is_empty()).collect()
    }

    /// Adds data that somebody put.
    fn add(&self, data: impl IntoIterator<Item = (Metric, Datum)>) {
        let now = self.core.now().as_secs();
        let mut metrics = self.lock();
        for (metric, datum) in data {
            retention::put(&mut metrics, metric, datum, now);
        }
    }

    /// The data of a metric; Lambda's own are read from the history.
    fn data(&self, metric: &Metric) -> Vec<Datum> {
        let data = if metric.namespace == lambda::NAMESPACE {
            self.of_lambda().remove(metric)
        } else {
            self.lock().get(metric).cloned()
        };
        retention::aged(data.unwrap_or_default(), self.core.now().as_secs())
    }

    fn of_lambda(&self) -> BTreeMap<Metric, Vec<Datum>> {
        lambda::metrics(&self.earlier, &self.core.history)
    }

    /// All metrics that have data, Lambda's own included.
    fn known(&self) -> Vec<Metric> {
        let mut all: Vec<Metric> = self.all().into_iter().map(|(metric, _)| metric).collect();
        all.extend(self.of_lambda().into_keys());
        all.sort();
        all
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
mod tests;
