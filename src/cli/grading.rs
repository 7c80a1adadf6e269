//! A runner and the threads it works on: hands its events on as they come, and cancels it on Ctrl-C.

use std::future::Future;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use super::Context;
use super::engine::Engine;
use crate::course::Exercise;
use crate::course::exercise::Files;
use crate::course::lesson::Scenario;
use crate::grade::{ExerciseVerdict, GradeEvent, RunReport, Runner, Submission};

/// One runner, and one runtime for all that it does in a command.
pub(super) struct Grading {
    // Before the runtime, so that it is dropped while its tasks can still end.
    runner: Arc<dyn Runner>,
    runtime: Runtime,
}

impl Grading {
    /// The runner of an engine.
    ///
    /// # Errors
    /// If the engine cannot be used here.
    pub(super) fn new(context: &Context<'_>, engine: Engine) -> Result<Self> {
        let runtime = Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("no threads can be started")?;
        let within = runtime.enter();
        let runner = (context.runners)(engine)?;
        drop(within);
        Ok(Self { runner, runtime })
    }

    /// Grades files and hands each event on.
    ///
    /// # Errors
    /// If an event cannot be handed on, or the learner presses Ctrl-C.
    pub(super) fn grade(
        &self,
        exercise: &Exercise,
        files: Files,
        mut on_event: impl FnMut(GradeEvent) -> Result<()>,
    ) -> Result<ExerciseVerdict> {
        let (sender, mut events) = unbounded_channel();
        let cancel = CancellationToken::new();
        let submission = Submission::new(files);
        let grading = self
            .runner
            .grade(Arc::new(exercise.clone()), submission, sender, cancel.clone());
        self.wait(&cancel, async {
            tokio::pin!(grading);
            let verdict = loop {
                tokio::select! {
                    Some(event) = events.recv() => on_event(event)?,
                    verdict = &mut grading => break verdict,
                }
            };
            while let Ok(event) = events.try_recv() {
                on_event(event)?;
            }
            Ok(verdict)
        })
    }

    /// Runs a code block by its scenario.
    ///
    /// # Errors
    /// If the learner presses Ctrl-C.
    pub(super) fn run_block(&self, scenario: Scenario, code: String) -> Result<RunReport> {
        let cancel = CancellationToken::new();
        let running = self.runner.run_block(scenario, code, cancel.clone());
        self.wait(&cancel, async { Ok(running.await) })
    }

    /// Waits for what the runner does; on Ctrl-C that is cancelled and dropped.
    fn wait<T>(&self, cancel: &CancellationToken, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.runtime.block_on(async {
            tokio::select! {
                done = work => done,
                pressed = tokio::signal::ctrl_c() => {
                    cancel.cancel();
                    pressed.context("Ctrl-C cannot be awaited")?;
                    bail!("cancelled")
                }
            }
        })
    }
}
