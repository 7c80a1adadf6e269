//! How `invoke` sets a function up to start, to store and to log.

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::course::resources::LIVE;
use crate::lambda::{Architecture, EphemeralStorage, FunctionConfig, LogFormat};
use crate::region::Region;

/// Choices that change cold starts, cost and the log.
#[derive(Debug, Args)]
pub(super) struct Start {
    /// Size of /tmp in MB
    #[arg(long, value_name = "MB", default_value_t = 512, value_parser = clap::value_parser!(u32).range(512..=10_240))]
    storage: u32,
    /// Architecture, which the price depends on
    #[arg(long, value_enum, default_value_t)]
    arch: Arch,
    /// Format of the platform's log and of what goes through `logging`
    #[arg(long, value_enum, default_value_t)]
    log_format: Format,
    /// Initialise N environments before the first invocation (provisioned concurrency)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=900), conflicts_with = "snapshot")]
    provisioned: Option<u32>,
    /// Initialise once, and restore environments from that snapshot (SnapStart)
    #[arg(long = "snap-start")]
    snapshot: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Arch {
    #[default]
    #[value(name = "x86_64")]
    X86,
    Arm64,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

impl Start {
    /// Creates the function; gives the name to invoke. Snapshots and provisioned concurrency belong to a version, so
    /// one is published for them under an alias.
    pub(super) async fn create(&self, region: &Region, mut config: FunctionConfig) -> Result<String> {
        config.ephemeral_storage = EphemeralStorage::new(self.storage)?;
        config.architecture = match self.arch {
            Arch::X86 => Architecture::X86_64,
            Arch::Arm64 => Architecture::Arm64,
        };
        config.logging.format = match self.log_format {
            Format::Text => LogFormat::Text,
            Format::Json => LogFormat::Json,
        };
        config.snap_start = self.snapshot;
        let function = region.lambda().deploy(config, LIVE, self.provisioned)?;
        // What was asked for is there before the first invocation.
        region.settle().await;
        Ok(function.to_string())
    }
}
