//! `invoke`: any handler in a Region, ungraded.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use super::engine::Engine;
use super::{Context, Exit};

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
    pub(super) fn run(self, _context: &mut Context<'_>) -> Result<Exit> {
        // Seam: a Region with this one function goes here.
        bail!("handlers cannot be invoked yet: {self:?}")
    }
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=value".to_owned()),
    }
}
