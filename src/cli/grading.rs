//! Waits for a runner, hands its events on as they come, and cancels it on Ctrl-C.

use std::future::Future;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use crate::course::Exercise;
use crate::grade::{ExerciseVerdict, GradeEvent, Runner, Submission};

/// Grades a submission and hands each event on.
///
/// # Errors
/// If an event cannot be handed on, or the learner presses Ctrl-C.
pub(super) fn grade(
    runner: &Arc<dyn Runner>,
    exercise: &Exercise,
    submission: Submission,
    mut on_event: impl FnMut(GradeEvent) -> Result<()>,
) -> Result<ExerciseVerdict> {
    let (sender, mut events) = unbounded_channel();
    let cancel = CancellationToken::new();
    let grading = runner.grade(Arc::new(exercise.clone()), submission, sender, cancel.clone());
    wait(&cancel, async {
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

/// Waits for what a runner does.
///
/// # Errors
/// If it fails, or the learner presses Ctrl-C: then `cancel` is cancelled and what it does is dropped.
pub(super) fn wait<T>(cancel: &CancellationToken, work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no threads can be started")?;
    runtime.block_on(async {
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
