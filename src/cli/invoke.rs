//! `invoke`: any handler in a Region, ungraded.

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::engine;
use super::handler::{self, Setup, Target};
use super::invoke_start::Start;
use super::printable::printable;
use super::{Context, Exit, sample, sheet, story};
use crate::chance::Probability;
use crate::history::{Event, InvocationRecord, InvocationStatus};
use crate::lambda::{Invocation, MemorySize};
use crate::price::{Bill, US_EAST_1, Usd};
use crate::region::{Region, RegionConfig};

/// Run any handler in a Region and print its response and log
#[derive(Debug, Args)]
pub(super) struct Invoke {
    /// A file or folder, and the handler in it, as `app.py:lambda_handler`
    #[arg(value_name = "PATH[:FUNCTION]", required_unless_present = "sample")]
    pub(super) handler: Option<String>,
    /// The event: JSON, a file, or - for standard input
    #[arg(long, value_name = "FILE|JSON|-", default_value = "{}")]
    pub(super) event: String,
    /// An event as a service sends it: `list` shows which. Without PATH it is printed
    #[arg(long, value_name = "KIND|list", conflicts_with = "event")]
    pub(super) sample: Option<String>,
    /// Print the event instead of invoking
    #[arg(long)]
    pub(super) print_event: bool,
    /// Memory in MB
    #[arg(long, value_name = "MB", default_value_t = 128, value_parser = clap::value_parser!(u32).range(128..=10_240))]
    pub(super) memory: u32,
    #[command(flatten)]
    pub(super) setup: Setup,
    #[command(flatten)]
    pub(super) start: Start,
    /// How many invocations in all
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) repeat: u32,
    /// How many at a time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) concurrency: u32,
    /// Invoke asynchronously, with retries
    #[arg(long = "async")]
    pub(super) asynchronous: bool,
    /// Deliver asynchronous events twice, as at-least-once delivery may: all, or a share from 0 to 1
    #[arg(long, value_name = "SHARE", requires = "asynchronous", num_args = 0..=1, require_equals = true, default_missing_value = "1")]
    pub(super) duplicate: Option<Probability>,
    /// Make a run that can be repeated: the same seed gives the same ids, times and order
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    #[command(flatten)]
    afterwards: Afterwards,
    /// Print one JSON object a line for each invocation
    #[arg(long)]
    pub(super) json: bool,
}

/// What is read from the Region's record once all is over.
#[derive(Debug, Args)]
struct Afterwards {
    /// Afterwards, print what happened in virtual time: retries, calls, deliveries and what led to them
    #[arg(long)]
    timeline: bool,
    /// Afterwards, print what all of it costs, item by item
    #[arg(long)]
    bill: bool,
}

impl Invoke {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        if self.sample.as_deref() == Some("list") {
            sample::list(context)?;
            return Ok(Exit::Passed);
        }
        let event = match &self.sample {
            Some(kind) => sample::event(kind)?,
            None => handler::event(context, &self.event)?,
        };
        let Some(handler) = self.handler.as_deref().filter(|_| !self.print_event) else {
            writeln!(context.out, "{event}")?;
            return Ok(Exit::Passed);
        };
        let target = Target::of(handler)?;
        let engine = engine::start(self.setup.engine)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let session = runtime.block_on(Region::start(&engine, self.region()))?;
        let mut config = self.setup.function(&session, &target)?;
        config.memory = MemorySize::new(self.memory)?;
        config.asynchronous.duplicates = self.duplicate.unwrap_or_default();
        let name = runtime.block_on(self.start.create(&session, config))?;
        let records = runtime.block_on(self.invoke(&session, &name, event))?;
        for record in &records {
            if self.json {
                writeln!(context.out, "{}", as_json(&session, record))?;
            } else {
                print(context, &session, record)?;
            }
        }
        if self.afterwards.timeline {
            story::print(context, &session.history().all(), self.json)?;
        }
        if self.afterwards.bill {
            print_bill(context, &session, self.json)?;
        }
        let failed = records.iter().any(|record| record.function_error);
        drop(session);
        runtime.shutdown_background();
        Ok(if failed { Exit::Failed } else { Exit::Passed })
    }

    fn region(&self) -> RegionConfig {
        match self.seed {
            Some(seed) => RegionConfig::repeatable(seed),
            None => RegionConfig::default(),
        }
    }

    async fn invoke(&self, region: &Region, name: &str, event: String) -> Result<Vec<InvocationRecord>> {
        let invocation = Invocation {
            payload: event.into(),
            ..Invocation::default()
        };
        let mut left = self.repeat;
        while left > 0 {
            let count = left.min(self.concurrency);
            left -= count;
            let tokens: Vec<_> = (0..count).map(|_| region.clock().busy()).collect();
            if self.asynchronous {
                for busy in &tokens {
                    region.lambda().invoke_async(name, invocation.clone(), busy)?;
                }
                drop(tokens);
            } else {
                let all = tokens
                    .into_iter()
                    .map(|busy| region.lambda().invoke(name, &invocation, busy));
                for (result, _busy) in futures::future::join_all(all).await {
                    result?;
                }
            }
            region.settle().await;
        }
        Ok(region.history().choose(|entry| match &entry.event {
            Event::InvocationEnded(record) => Some(InvocationRecord::clone(record)),
            _ => None,
        }))
    }
}

/// What everything in a Region used, priced, without the free tier.
fn print_bill(context: &mut Context<'_>, region: &Region, as_json: bool) -> Result<()> {
    let used = region.history().usage(region.clock().now());
    let bill = Bill::without_free_tier(&used, &US_EAST_1);
    let total = bill.total();
    if as_json {
        let object = json!({"bill": sheet::as_json(&bill), "totalUsd": total.as_f64()});
        writeln!(context.out, "{object}")?;
        return Ok(());
    }
    let lines = if context.globals.plain {
        let mut lines = sheet::sentences(&bill, Usd::to_digits);
        lines.push(format!("Total: {total}."));
        lines
    } else {
        sheet::table(&bill, &[("Total", total)], Usd::to_digits)
    };
    for line in lines {
        writeln!(context.out, "{line}")?;
    }
    Ok(())
}

fn print(context: &mut Context<'_>, region: &Region, record: &InvocationRecord) -> Result<()> {
    for line in region.history().log_of(record) {
        writeln!(context.out, "{}", printable(&line))?;
    }
    let payload = String::from_utf8_lossy(&record.payload);
    let label = if record.function_error { "error" } else { "response" };
    writeln!(context.out, "{label}: {}", printable(&payload))?;
    writeln!(
        context.out,
        "cost: {}, {} ms billed\n",
        record.price(),
        record.billed_ms
    )?;
    Ok(())
}

fn as_json(region: &Region, record: &InvocationRecord) -> Value {
    let payload: Option<Value> = serde_json::from_slice(&record.payload).ok();
    let mut object = json!({
        "statusCode": 200,
        "functionError": record.function_error.then_some("Unhandled"),
        "payload": payload,
        "requestId": record.request_id,
        "log": region.history().log_of(record),
        "report": {
            "durationMs": rounded(record.duration),
            "billedDurationMs": record.billed_ms,
            "memorySizeMB": record.memory_size,
            "maxMemoryUsedMB": record.max_memory_used,
        },
        "environment": record.environment,
        "coldStart": record.cold_start,
        "costUsd": record.price().as_f64(),
    });
    if payload.is_none() {
        object["payloadText"] = json!(String::from_utf8_lossy(&record.payload));
    }
    let report = &mut object["report"];
    if let Some(init) = record.init {
        report["initDurationMs"] = json!(rounded(init));
    }
    if let Some(restore) = record.restore {
        report["restoreDurationMs"] = json!(rounded(restore.duration));
        report["billedRestoreDurationMs"] = json!(restore.billed_ms);
    }
    let (status, platform_error) = match record.status {
        InvocationStatus::Success => ("success", false),
        InvocationStatus::Error => ("error", true),
        InvocationStatus::Timeout => ("timeout", true),
    };
    report["status"] = json!(status);
    report["errorType"] = json!(record.error_type.as_ref().filter(|_| platform_error));
    object
}

fn rounded(span: Duration) -> f64 {
    (span.as_secs_f64() * 100_000.0).round() / 100.0
}
