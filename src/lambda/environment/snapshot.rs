//! `SnapStart`: a version is initialised once, when it is published, and its environments are restored from there.
//!
//! The snapshot is a process that was initialised and stands still; an environment is a fork of it, with all that the
//! function made of its memory.
//! Developer guide, "Improving startup performance with Lambda `SnapStart`".

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::watch::{Ended, Waiting};
use super::{Arc, Environment};
use crate::clock::Busy;
use crate::history::{Event, Phase, Restore};
use crate::lambda::engine::{EngineError, ProcessConfig, SnapshotProcess};
use crate::lambda::function::{FunctionConfig, InitializationType};
use crate::lambda::platform::Platform;
use crate::lambda::runtime_api::RuntimeApi;
use crate::lambda::system_log::{Outcome, SystemEvent};
use crate::price::{Size, Usage};

/// How long the hooks after a restoration may take.
const RESTORE_LIMIT: Duration = Duration::from_secs(10);

/// A version's function, initialised.
#[derive(Debug)]
pub struct Snapshot {
    /// The environment that was initialised; it never runs an invocation.
    template: Environment,
    /// What forks it.
    process: SnapshotProcess,
    restored: AtomicU64,
}

impl Snapshot {
    /// Initialises a version of a function and keeps it. Gives the caller's token back; nothing is kept of an
    /// initialisation that failed, which the log tells.
    ///
    /// # Errors
    ///
    /// If no process can be had at all.
    pub async fn take(
        platform: &Arc<Platform>,
        function: &Arc<FunctionConfig>,
        busy: Busy,
    ) -> (Result<Option<Self>, EngineError>, Busy) {
        let mut template = match Environment::of_kind(platform, function, InitializationType::SnapStart) {
            Ok(template) => template,
            Err(error) => return (Err(error), busy),
        };
        template.hold.put(busy);
        let initialised = template.first_init(None, Waiting::Snapshot).await;
        let busy = template.hold.take();
        let taken = initialised.map(|took| took.and_then(|_| Self::of(template)));
        (taken, busy)
    }

    /// `None` of a program that only its own runtime could restore: on Lambda such have no snapshots either.
    fn of(mut template: Environment) -> Option<Self> {
        let runtime = template.runtime.as_mut()?;
        let process = SnapshotProcess::new(runtime.control.take()?);
        // What forks is a child of it, and goes on.
        runtime.worker.freeze_alone();
        let function = &template.function;
        template.platform.record(Event::SnapshotTaken {
            function: function.name.to_string(),
            version: function.version.to_string(),
            environment: template.id().to_owned(),
            size: Size {
                architecture: function.architecture,
                memory_mb: function.memory.mb(),
            },
        });
        Some(Self {
            template,
            process,
            restored: AtomicU64::new(0),
        })
    }

    /// A folder for a restored environment. What is forked may write only below the template's own.
    fn new_home(&self) -> io::Result<PathBuf> {
        let number = self.restored.fetch_add(1, Ordering::Relaxed);
        let home = self.template.home.join(format!("r{number}"));
        copy_folder(&self.template.home.join("tmp"), &home.join("tmp"))?;
        Ok(home)
    }
}

/// The content of `/tmp` belongs to the snapshot.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let (entry, target) = entry.map(|entry| (entry.path(), to.join(entry.file_name())))?;
        let kind = std::fs::symlink_metadata(&entry)?.file_type();
        if kind.is_dir() {
            copy_folder(&entry, &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(&entry)?, &target)?;
        } else if kind.is_file() {
            std::fs::copy(&entry, &target)?;
        }
    }
    Ok(())
}

impl Environment {
    /// Restores the environment for its first invocation; `Err` inside: how that failed.
    pub(super) async fn restore(
        &mut self,
        snapshot: &Snapshot,
        request_id: &str,
    ) -> Result<Result<Restore, Ended>, EngineError> {
        self.started_before = true;
        self.tell(None, &SystemEvent::RestoreStart);
        let began = self.now();
        let (loading, starting) = self.platform.restore_start(self.id());
        let ready = began + loading + starting;
        let deadline = ready + RESTORE_LIMIT;
        let place = |source| EngineError::Setup {
            place: snapshot.template.home.clone(),
            source,
        };
        let previous = std::mem::replace(&mut self.home, snapshot.new_home().map_err(place)?);
        // Empty, and left to the Region's own cleaning if it fails.
        let _ = std::fs::remove_dir_all(previous);
        let api = RuntimeApi::start().await.map_err(place)?;
        api.mark_restoring();
        let process = {
            let config = ProcessConfig {
                is_snapshot: false,
                ..self.process_config(&api, ready)
            };
            let engine = self.platform.engine();
            engine.fork_snapshot(&snapshot.process, &config).await?
        };
        self.adopt(api, process);
        let ended = self.watch(deadline, Waiting::Ready, Some(request_id)).await;
        let Ended::Ready(at) = ended else {
            return Ok(Err(self.end_restore(ended, began, 0)));
        };
        let hooks = at - ready;
        let billed_ms = u64::try_from((starting + hooks).as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
        let restore = Restore {
            duration: loading + starting + hooks,
            billed_ms,
        };
        self.settle_at(began + restore.duration).await;
        self.end_restore(Ended::Ready(began + restore.duration), began, billed_ms);
        Ok(Ok(restore))
    }

    /// Logs how a restoration ended.
    fn end_restore(&mut self, ended: Ended, began: crate::clock::Timestamp, billed_ms: u64) -> Ended {
        let (at, outcome) = ended.outcome(began + RESTORE_LIMIT);
        let (took, outcome) = (at - began, &outcome);
        self.tell(None, &SystemEvent::RestoreRuntimeDone { outcome });
        let event = SystemEvent::RestoreReport {
            took,
            billed_ms,
            outcome,
        };
        self.tell(None, &event);
        if *outcome != Outcome::Success {
            self.initialised(Phase::Init, took, outcome, Usage::default());
            self.reset();
        }
        ended
    }
}
