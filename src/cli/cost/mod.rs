//! `cost`: what a month of a workload costs, item by item.

mod human;
mod measure;
mod month;
mod tune;

use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;

use self::measure::Measured;
use self::month::Month;
use super::handler::{self, Setup, Target};
use super::{Context, Exit};
use crate::price::{Architecture, Provisioned, Workload};

/// What a month of a workload costs, item by item
///
/// Either say how long a request takes (--duration), or name a handler: it is then run in a Region and measured.
/// Prices are those of us-east-1.
#[derive(Debug, Args)]
pub(super) struct Cost {
    /// A handler to measure: a file or folder, and the function in it, as `app.py:lambda_handler`
    #[arg(value_name = "PATH[:FUNCTION]", conflicts_with_all = ["duration", "init"])]
    handler: Option<String>,
    /// Requests in the month, as 1M or 250k
    #[arg(long, value_name = "N", default_value = "1M", value_parser = human::count)]
    requests: u64,
    /// How long a request takes, as 200ms or 1.5s
    #[arg(long, value_name = "TIME", value_parser = human::handler_span)]
    duration: Option<Duration>,
    /// Memory in MB
    #[arg(long, value_name = "MB", default_value = "128", value_parser = human::memory)]
    memory: u32,
    /// `x86_64` or `arm64`
    #[arg(long, value_name = "ARCH", default_value = "x86_64", value_parser = architecture)]
    arch: Architecture,
    /// Ephemeral storage (/tmp) in MB
    #[arg(long, value_name = "MB", default_value = "512", value_parser = human::storage)]
    storage: u32,
    /// The share of requests that are cold starts, as 1% [default: 0, and 1% of a measured handler's]
    #[arg(long, value_name = "SHARE", value_parser = human::share)]
    cold: Option<u32>,
    /// How long initialisation takes at a cold start
    #[arg(long, value_name = "TIME", value_parser = human::span)]
    init: Option<Duration>,
    #[command(flatten)]
    ways: Ways,
    /// The free tier is used up elsewhere
    #[arg(long)]
    no_free_tier: bool,
    /// Measure the handler at several memory sizes, and say which is cheapest and which is fastest
    #[arg(
        long,
        value_name = "MB,...",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = tune::SIZES,
        value_delimiter = ',',
        value_parser = human::memory
    )]
    tune: Option<Vec<u32>>,
    /// The event for the handler: JSON, a file, or - for standard input
    #[arg(long, value_name = "FILE|JSON|-", default_value = "{}")]
    event: String,
    /// How many warm invocations to measure; their median counts
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    runs: u32,
    #[command(flatten)]
    setup: Setup,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// In which ways the function is invoked and kept ready.
#[derive(Debug, Args)]
struct Ways {
    /// The invocations are asynchronous: large events count as several requests
    #[arg(long = "async", requires = "payload")]
    asynchronous: bool,
    /// The size of an asynchronous event, as 300KB
    #[arg(long, value_name = "SIZE", requires = "asynchronous", value_parser = human::payload)]
    payload: Option<usize>,
    /// What each request writes to a response stream, as 8MB
    #[arg(long, value_name = "SIZE", value_parser = human::stream)]
    stream: Option<u64>,
    /// So many environments are kept ready, and serve all requests
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with_all = ["cold", "snap_start"])]
    provisioned: Option<u32>,
    /// The version is published with SnapStart: cold starts are restores
    #[arg(long, conflicts_with = "init")]
    snap_start: bool,
    /// How long provisioned concurrency or the snapshot is kept, in hours or as 30d
    #[arg(long, value_name = "H", default_value = "720", value_parser = human::hours)]
    hours: Duration,
}

impl Cost {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let Some(handler) = &self.handler else {
            if self.tune.is_some() {
                bail!("--tune runs a handler: name it, as `lambda-course cost app.py:lambda_handler --tune`");
            }
            let Some(duration) = self.duration else {
                bail!(
                    "how long does a request take? Say it with --duration 200ms, or name a handler to measure, as \
                     `lambda-course cost app.py:lambda_handler`"
                );
            };
            let (cold, init) = (self.cold.unwrap_or(0), self.init.unwrap_or_default());
            if cold > 0 && init.is_zero() && !self.ways.snap_start {
                bail!("cold starts cost by their initialisation: add --init 300ms");
            }
            if cold == 0 && !init.is_zero() {
                bail!("initialisation happens at cold starts: add their share, as --cold 1%");
            }
            let month = Month::of(self.workload(duration, cold, init), self.no_free_tier);
            return self.show(context, &month, None);
        };
        let target = Target::of(handler)?;
        let event = handler::event(context, &self.event)?;
        if let Some(sizes) = &self.tune {
            return tune::run(&self, context, &target, &event, sizes);
        }
        let measured = measure::at(&self, &target, &event, &[self.memory])?;
        let Some(measured) = measured.into_iter().next() else {
            bail!("nothing was measured");
        };
        if measured.timed_out {
            bail!(
                "with {} MB the handler takes longer than its timeout of {} s: give it a longer --timeout or more --memory",
                self.memory,
                self.setup.timeout
            );
        }
        let cold = self
            .cold
            .unwrap_or(if self.ways.provisioned.is_some() { 0 } else { 10_000 });
        let init = if self.ways.snap_start {
            Duration::ZERO
        } else {
            measured.extra_when_cold()
        };
        let month = Month::of(self.workload(measured.warm, cold, init), self.no_free_tier);
        self.show(context, &month, Some(&measured))
    }

    fn workload(&self, duration: Duration, cold_per_million: u32, init: Duration) -> Workload {
        Workload {
            requests: self.requests,
            architecture: self.arch,
            memory_mb: self.memory,
            storage_mb: self.storage,
            duration,
            cold_per_million,
            init,
            asynchronous: self.ways.payload,
            streamed: self.ways.stream.unwrap_or(0),
            provisioned: self.ways.provisioned.map(|environments| Provisioned {
                environments,
                time: self.ways.hours,
            }),
            snap_start: self.ways.snap_start.then_some(self.ways.hours),
        }
    }

    fn show(&self, context: &mut Context<'_>, month: &Month, measured: Option<&Measured>) -> Result<Exit> {
        if self.json {
            let mut object = month.as_json();
            if let Some(measured) = measured {
                object["measured"] = measured.as_json();
            }
            writeln!(context.out, "{}", serde_json::to_string_pretty(&object)?)?;
            return Ok(Exit::Passed);
        }
        if let Some(measured) = measured {
            for line in measured.lines() {
                writeln!(context.out, "{line}")?;
            }
            writeln!(context.out)?;
        }
        let lines = if context.globals.plain {
            month.sentences()
        } else {
            month.table()
        };
        for line in lines {
            writeln!(context.out, "{line}")?;
        }
        Ok(Exit::Passed)
    }
}

fn architecture(text: &str) -> Result<Architecture, String> {
    match text {
        "x86_64" | "x86" => Ok(Architecture::X86_64),
        "arm64" | "arm" => Ok(Architecture::Arm64),
        _ => Err(format!("{text:?} is no architecture of Lambda's: x86_64 or arm64")),
    }
}
