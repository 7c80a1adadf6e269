//! `invoke`: any handler in a Region, ungraded.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::{Value, json};

use super::engine::{self, Engine};
use super::printable::printable;
use super::{Context, Exit};
use crate::course::exercise::Files;
use crate::history::{Event, InvocationRecord, InvocationStatus};
use crate::lambda::{self, FunctionConfig, FunctionName, Invocation, MemorySize, Timeout};
use crate::learner::read_folder;
use crate::region::{Region, RegionConfig};

/// Run any handler in a Region and print its response and log
#[derive(Debug, Args)]
pub(super) struct Invoke {
    /// A file or folder, and the handler in it, as `app.py:lambda_handler`
    #[arg(value_name = "PATH[:FUNCTION]")]
    pub(super) handler: String,
    /// The event: JSON, a file, or - for standard input
    #[arg(long, value_name = "FILE|JSON|-", default_value = "{}")]
    pub(super) event: String,
    /// Memory in MB
    #[arg(long, value_name = "MB", default_value_t = 128, value_parser = clap::value_parser!(u32).range(128..=10_240))]
    pub(super) memory: u32,
    /// Timeout in seconds
    #[arg(long, value_name = "S", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=900))]
    pub(super) timeout: u32,
    /// An environment variable; may be given again
    #[arg(long, value_name = "K=V", value_parser = variable)]
    pub(super) env: Vec<(String, String)>,
    /// A folder that is laid out as a layer; may be given again
    #[arg(long, value_name = "DIR")]
    pub(super) layer: Vec<PathBuf>,
    /// How many invocations in all
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) repeat: u32,
    /// How many at a time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) concurrency: u32,
    /// Invoke asynchronously, with retries
    #[arg(long = "async")]
    pub(super) asynchronous: bool,
    /// What runs the handler
    #[arg(long, value_enum, default_value_t)]
    pub(super) engine: Engine,
    /// Print one JSON object a line for each invocation
    #[arg(long)]
    pub(super) json: bool,
}

impl Invoke {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let (path, handler) = self.target()?;
        let event = self.event(context)?;
        let engine = engine::start(self.engine)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let session = runtime.block_on(self.session(&engine, &path, handler))?;
        let records = runtime.block_on(self.invoke(&session, event))?;
        let mut failed = false;
        for record in &records {
            failed |= record.function_error;
            if self.json {
                writeln!(context.out, "{}", as_json(&session, record))?;
            } else {
                print(context, &session, record)?;
            }
        }
        drop(session);
        runtime.shutdown_background();
        Ok(if failed { Exit::Failed } else { Exit::Passed })
    }

    /// The folder that becomes `/var/task`, and the handler's name in it.
    fn target(&self) -> Result<(PathBuf, String)> {
        let (path, function) = match self.handler.rsplit_once(':') {
            Some((path, function)) if !Path::new(&self.handler).exists() => (path, function),
            _ => (self.handler.as_str(), ""),
        };
        let path = Path::new(path);
        let function = if function.is_empty() {
            "lambda_handler"
        } else {
            function
        };
        if path.is_dir() {
            let dotted = function.contains('.');
            let handler = if dotted {
                function.to_owned()
            } else {
                format!("handler.{function}")
            };
            return Ok((path.to_owned(), handler));
        }
        if !path.exists() {
            bail!(
                "there is no file or folder {}; write PATH or PATH:FUNCTION, as app.py:lambda_handler",
                path.display()
            );
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let module = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .context("the file's name is not UTF-8")?;
        Ok((folder.to_owned(), format!("{module}.{function}")))
    }

    /// The event: JSON, the content of a file, or standard input.
    fn event(&self, context: &mut Context<'_>) -> Result<String> {
        let (text, place) = if self.event == "-" {
            let mut text = String::new();
            context
                .input
                .read_to_string(&mut text)
                .context("standard input cannot be read as UTF-8")?;
            (text, "standard input".to_owned())
        } else if looks_like_json(&self.event) {
            (self.event.clone(), "--event".to_owned())
        } else {
            let text = std::fs::read_to_string(&self.event)
                .with_context(|| format!("the event {} is neither JSON nor a file that can be read", self.event))?;
            (text, self.event.clone())
        };
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&text) {
            bail!(
                "the event is not JSON ({place}, line {}, column {}): {error}",
                error.line(),
                error.column()
            );
        }
        Ok(text)
    }

    async fn session(&self, engine: &lambda::Engine, path: &Path, handler: String) -> Result<Region> {
        let region = Region::start(engine, RegionConfig::default()).await?;
        let mut config = FunctionConfig::new(function_name(path, &handler)?, path.canonicalize()?);
        config.handler = handler;
        config.memory = MemorySize::new(self.memory)?;
        config.timeout = Timeout::new(self.timeout)?;
        config.environment = self.env.iter().cloned().collect();
        config.layers = self.layers(&region)?;
        region.lambda().create_function(config)?;
        Ok(region)
    }

    fn layers(&self, region: &Region) -> Result<Option<PathBuf>> {
        const MOST: usize = 5;
        if self.layer.len() > MOST {
            bail!("Cannot reference more than {MOST} layers.");
        }
        let mut merged = Files::new();
        for layer in &self.layer {
            merged.extend(read_folder(layer)?);
        }
        Ok(if merged.is_empty() {
            None
        } else {
            Some(region.unpack_layer(&merged)?)
        })
    }

    async fn invoke(&self, region: &Region, event: String) -> Result<Vec<InvocationRecord>> {
        let name = region
            .lambda()
            .functions()
            .first()
            .map(|config| config.name.to_string())
            .unwrap_or_default();
        let invocation = Invocation {
            payload: event.into(),
            client_context: None,
            depth: 0,
        };
        let mut left = self.repeat;
        while left > 0 {
            let count = left.min(self.concurrency);
            left -= count;
            let tokens: Vec<_> = (0..count).map(|_| region.clock().busy()).collect();
            if self.asynchronous {
                for busy in &tokens {
                    region.lambda().invoke_async(&name, invocation.clone(), busy)?;
                }
                drop(tokens);
            } else {
                let all = tokens
                    .into_iter()
                    .map(|busy| region.lambda().invoke(&name, &invocation, busy));
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

/// A function's name made of its file's.
fn function_name(path: &Path, handler: &str) -> Result<FunctionName> {
    let module = handler.split('.').next().unwrap_or("function");
    let name: String = module
        .chars()
        .chain(
            path.file_stem()
                .filter(|_| module.is_empty())
                .and_then(|stem| stem.to_str())
                .unwrap_or("")
                .chars(),
        )
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
                c
            } else {
                '-'
            }
        })
        .take(64)
        .collect();
    Ok(FunctionName::new(&name)?)
}

fn looks_like_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() || text.trim_start().starts_with(['{', '[', '"'])
}

fn print(context: &mut Context<'_>, region: &Region, record: &InvocationRecord) -> Result<()> {
    for line in region.history().log_of(record) {
        writeln!(context.out, "{}", printable(&line))?;
    }
    let payload = String::from_utf8_lossy(&record.payload);
    let label = if record.function_error { "error" } else { "response" };
    writeln!(context.out, "{label}: {}\n", printable(&payload))?;
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

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=value".to_owned()),
    }
}
