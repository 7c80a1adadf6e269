//! `cloud`: a Region that stays, for `aws`, boto3 or any other SDK in a second terminal.

mod activity;
mod check;
mod commands;
mod deploy;
mod state;
mod variables;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use jiff::SignedDuration;
use tokio::time::MissedTickBehavior;

use self::activity::Activity;
use self::commands::Order;
use self::deploy::Deployment;
use self::state::StateFolder;
use self::variables::Variables;
use super::engine;
use super::handler::Setup;
use super::{Context, Exit};
use crate::clock::{Pace, Timestamp};
use crate::history::{Entry, Limit};
use crate::lambda;
use crate::region::{Region, RegionConfig, time_after};

/// How often a watched folder is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// How long after a change the state is saved: what comes in quick succession is saved once.
const SAVE_AFTER: Duration = Duration::from_millis(200);

/// Keep a Region running for aws, boto3 or any SDK, and show what happens in it
///
/// It prints the variables to set in another terminal, then one line for each thing that happens. Ctrl-C ends it.
/// `wait 5m` on standard input moves its time ahead; `help` lists what else it takes.
#[derive(Debug, Args)]
pub(super) struct Cloud {
    /// The port on 127.0.0.1 [default: any that is free]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Begin with the resources of this exercise and your handler, and deploy it again whenever you save
    #[arg(long, value_name = "ID", conflicts_with = "watch")]
    exercise: Option<String>,
    /// Begin with this handler as a function, and deploy it again whenever you save
    #[arg(long, value_name = "PATH[:FUNCTION]")]
    watch: Option<String>,
    /// Memory of the watched function in MB
    #[arg(long, value_name = "MB", default_value_t = 128, value_parser = clap::value_parser!(u32).range(128..=10_240))]
    memory: u32,
    #[command(flatten)]
    setup: Setup,
    /// Keep its state in this folder, and begin with what is kept there
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// How many environments of all functions may run at once
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    account_concurrency: u32,
    /// Do not wait in real time: jump ahead to the next retry, timeout or end of a sleep
    #[arg(long)]
    fast: bool,
    /// Write the variables to FILE while it runs, for `. FILE` in another terminal
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// Print JSON, one object a line: first the endpoint and its key, then what happens
    #[arg(long)]
    json: bool,
}

impl Cloud {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let deployment = Deployment::of(&self, context)?;
        let engine = engine::start(self.setup.engine)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let outcome = runtime.block_on(self.keep(&engine, deployment, context));
        runtime.shutdown_background();
        outcome.map(|()| Exit::Passed)
    }

    async fn keep(&self, engine: &lambda::Engine, mut deployment: Deployment, context: &mut Context<'_>) -> Result<()> {
        let mut ending = Ending::listen()?;
        let mut folder = match &self.state {
            Some(root) => Some(StateFolder::open(root, deployment.exercise())?),
            None => None,
        };
        let kept = folder.as_mut().map(StateFolder::load).transpose()?.flatten();
        let config = RegionConfig {
            // Nobody may guess the key.
            seed: uuid::Uuid::new_v4().as_u64_pair().0,
            pace: if self.fast { Pace::Fast } else { Pace::Live },
            port: self.port,
            start: kept
                .as_ref()
                .map_or_else(Timestamp::system, |(parts, _)| time_after(parts)),
        };
        let region = Region::start(engine, config).await?;
        region.lambda().set_account_concurrency(self.account_concurrency);
        region.history().keep(Limit::STAYING);
        let mut history = region.history().subscribe();
        let goes_on = kept.is_some();
        if let Some((parts, contents)) = kept {
            region.restore(parts, contents)?;
        }
        deployment.set_up(self, &region, goes_on)?;
        let variables = Variables::of(&region);
        let _file = self.env_file.as_deref().map(|file| variables.write(file)).transpose()?;
        self.greet(&region, &variables, &deployment, context)?;
        if let Some(problem) = deployment.problem(engine).await {
            self.tell(&Activity::problem(&region, &problem), context)?;
        }
        let (mut orders, mut listening) = (commands::listen(), true);
        let mut waits = FuturesUnordered::new();
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Set when something has changed that is not saved yet.
        let mut save_at = folder.is_some().then(Instant::now);
        loop {
            tokio::select! {
                () = ending.asked() => break,
                entries = history.next() => {
                    save_at = save_at.or_else(|| folder.is_some().then(|| Instant::now() + SAVE_AFTER));
                    self.show(&entries, context)?;
                }
                () = until(save_at) => {
                    save_at = None;
                    if let Some(folder) = &mut folder
                        && let Err(error) = tokio::task::block_in_place(|| folder.save(&region))
                    {
                        // Tried again at the next change: the disk may be full only for now.
                        self.tell(&Activity::problem(&region, &format!("{error:#}")), context)?;
                    }
                }
                order = orders.recv(), if listening => match order {
                    None => listening = false,
                    Some(Ok(Order::Quit)) => break,
                    Some(Ok(Order::Help)) => writeln!(context.err, "{}", commands::HELP)?,
                    Some(Ok(Order::Wait(span))) => {
                        let clock = region.clock();
                        waits.push(async move {
                            clock.advance(span).await;
                            span
                        });
                    }
                    Some(Err(message)) => writeln!(context.err, "{message}")?,
                },
                Some(span) = waits.next() => {
                    let span = SignedDuration::try_from(span).unwrap_or_default();
                    self.tell(&Activity::clock(&region, &format!("{span:#} passed")), context)?;
                }
                _ = looks.tick(), if deployment.is_watched() => {
                    for told in deployment.look(&region, engine).await {
                        self.tell(&told, context)?;
                    }
                }
            }
        }
        drop(waits);
        self.show(&history.now(), context)?;
        match &mut folder {
            Some(folder) => folder.save(&region),
            None => Ok(()),
        }
    }

    fn greet(
        &self,
        region: &Region,
        variables: &Variables,
        deployment: &Deployment,
        context: &mut Context<'_>,
    ) -> Result<()> {
        if self.json {
            writeln!(context.out, "{}", variables.json())?;
        } else {
            writeln!(context.out, "{}", variables.exports())?;
            for line in deployment.description() {
                writeln!(context.out, "# {line}")?;
            }
            for (name, url) in region.api_urls() {
                writeln!(context.out, "# API {name}: {url}")?;
            }
            writeln!(
                context.out,
                "# Set these in another terminal. Ctrl-C ends; `help` lists what can be typed here."
            )?;
        }
        context.out.flush()?;
        Ok(())
    }

    fn show(&self, entries: &[Entry], context: &mut Context<'_>) -> Result<()> {
        for activity in entries.iter().filter_map(Activity::of) {
            self.tell(&activity, context)?;
        }
        Ok(())
    }

    fn tell(&self, activity: &Activity, context: &mut Context<'_>) -> Result<()> {
        if self.json {
            writeln!(context.out, "{}", activity.json())?;
        } else {
            writeln!(context.out, "{}", activity.line(context.style()))?;
        }
        context.out.flush()?;
        Ok(())
    }
}

/// Resolves at a time; never without one.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// The signals that end it.
struct Ending {
    signals: Vec<tokio::signal::unix::Signal>,
}

impl Ending {
    fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let signals = kinds.into_iter().map(signal).collect::<Result<_, _>>();
        Ok(Self {
            signals: signals.context("the signals that end it cannot be listened to")?,
        })
    }

    /// Resolves when one of them comes.
    async fn asked(&mut self) {
        let signals = self.signals.iter_mut().map(|signal| Box::pin(signal.recv()));
        futures::future::select_all(signals).await;
    }
}
