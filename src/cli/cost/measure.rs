//! Measuring a handler in a Region: one cold start, then warm invocations, of which the median counts.

use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::Cost;
use super::month::milliseconds;
use crate::cli::engine;
use crate::cli::handler::Target;
use crate::cli::printable::printable;
use crate::history::{InvocationRecord, InvocationStatus};
use crate::lambda::{EphemeralStorage, FunctionName, Invocation, MemorySize};
use crate::region::{Region, RegionConfig};

/// What a handler took at one memory size.
#[derive(Debug)]
pub(super) struct Measured {
    /// The function's memory in MB.
    pub(super) memory_mb: u32,
    /// The first invocation, with its initialisation.
    pub(super) cold: InvocationRecord,
    /// `Duration` of the others: their median.
    pub(super) warm: Duration,
    /// How many others there were.
    pub(super) runs: u32,
    /// The most memory that any of them used, in MB.
    pub(super) max_memory_used: u32,
    /// Whether any of them timed out.
    pub(super) timed_out: bool,
}

impl Measured {
    /// What a cold start takes longer than a warm invocation: initialisation, and a slower first run.
    pub(super) fn extra_when_cold(&self) -> Duration {
        let cold = self.cold.duration + self.cold.init_waited_for().unwrap_or_default();
        cold.saturating_sub(self.warm)
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let init = self.cold.init.unwrap_or_default();
        vec![
            format!("Measured in a Region with {} MB:", self.memory_mb),
            format!(
                "  cold start  {} of init, then {}",
                milliseconds(init),
                milliseconds(self.cold.duration)
            ),
            format!("  warm        {}, the median of {}", milliseconds(self.warm), self.runs),
            format!("  memory      at most {} MB used", self.max_memory_used),
        ]
    }

    pub(super) fn as_json(&self) -> Value {
        json!({
            "memorySizeMB": self.memory_mb,
            "initDurationMs": self.cold.init.map(rounded),
            "coldDurationMs": rounded(self.cold.duration),
            "warmDurationMs": rounded(self.warm),
            "runs": self.runs,
            "maxMemoryUsedMB": self.max_memory_used,
        })
    }
}

/// Milliseconds, to hundredths.
pub(super) fn rounded(span: Duration) -> f64 {
    (span.as_secs_f64() * 100_000.0).round() / 100.0
}

/// Measures a handler at some memory sizes, one after the other.
pub(super) fn at(cost: &Cost, target: &Target, event: &str, sizes: &[u32]) -> Result<Vec<Measured>> {
    let engine = engine::start(cost.setup.engine)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let measured = runtime.block_on(async {
        let region = Region::start(&engine, RegionConfig::default()).await?;
        let mut measured = Vec::new();
        for &memory in sizes {
            measured.push(one(cost, &region, target, event, memory).await?);
        }
        Ok(measured)
    });
    runtime.shutdown_background();
    measured
}

async fn one(cost: &Cost, region: &Region, target: &Target, event: &str, memory: u32) -> Result<Measured> {
    let mut config = cost.setup.function(region, target)?;
    config.name = FunctionName::new(&format!("at-{memory}-mb"))?;
    config.memory = MemorySize::new(memory)?;
    config.architecture = cost.arch;
    config.ephemeral_storage = EphemeralStorage::new(cost.storage)?;
    let name = config.name.to_string();
    region.lambda().create_function(config)?;
    let invocation = Invocation {
        payload: event.to_owned().into(),
        ..Invocation::default()
    };
    let cold = invoke(region, &name, &invocation, memory).await?;
    let mut timed_out = cold.status == InvocationStatus::Timeout;
    let mut warm = Vec::new();
    // After a timeout the environment is reset: what comes next would not be warm.
    while !timed_out && warm.len() < usize::try_from(cost.runs)? {
        let record = invoke(region, &name, &invocation, memory).await?;
        timed_out = record.status == InvocationStatus::Timeout;
        warm.push(record);
    }
    region.lambda().recycle(&name)?;
    let max_memory_used = warm.iter().map(|record| record.max_memory_used).max().unwrap_or(0);
    let spans = warm.iter().map(|record| record.duration).collect();
    Ok(Measured {
        memory_mb: memory,
        warm: median(spans).unwrap_or(cold.duration),
        runs: u32::try_from(warm.len())?,
        max_memory_used: max_memory_used.max(cold.max_memory_used),
        timed_out,
        cold,
    })
}

async fn invoke(region: &Region, name: &str, invocation: &Invocation, memory: u32) -> Result<InvocationRecord> {
    let (result, busy) = region.lambda().invoke(name, invocation, region.clock().busy()).await;
    drop(busy);
    region.settle().await;
    let record = result?;
    if record.function_error && record.status != InvocationStatus::Timeout {
        let payload = String::from_utf8_lossy(&record.payload).into_owned();
        bail!(
            "with {memory} MB the handler fails, and what fails is not measured: {}",
            printable(&payload)
        );
    }
    Ok(record)
}

/// The middle one; the lower of the two in the middle.
fn median(mut spans: Vec<Duration>) -> Option<Duration> {
    spans.sort_unstable();
    let middle = spans.len().checked_sub(1)? / 2;
    spans.get(middle).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let of = |values: &[u64]| median(values.iter().copied().map(Duration::from_millis).collect());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[3]), Some(Duration::from_millis(3)));
        assert_eq!(of(&[9, 1, 5]), Some(Duration::from_millis(5)));
        assert_eq!(of(&[4, 1, 3, 2]), Some(Duration::from_millis(2)));
    }
}
