//! A process that runs a handler, as its parent sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::Child;
use tokio::sync::oneshot;

/// How a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this status.
    Status(i32),
    /// By this signal.
    Signal(i32),
    /// With the whole zygote; nothing more is known.
    Unknown,
}

/// A worker process. Dropping it kills it and all of its group.
#[derive(Debug)]
pub struct Worker {
    pid: Pid,
    exit: oneshot::Receiver<Exit>,
    ended: Option<Exit>,
    /// Set when the process ended that forked it, and so took it along.
    parent_ended: Option<Arc<AtomicBool>>,
    frozen: AtomicBool,
}

impl Worker {
    /// A worker whose end somebody else will tell.
    pub(super) fn new(pid: Pid, exit: oneshot::Receiver<Exit>, parent_ended: Option<Arc<AtomicBool>>) -> Self {
        Self {
            pid,
            exit,
            ended: None,
            parent_ended,
            frozen: AtomicBool::new(false),
        }
    }

    /// A worker that is a child of this process; `None` if it has ended and been waited for already.
    #[must_use]
    pub fn of_child(mut child: Child) -> Option<Self> {
        let pid = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw)?;
        let (sender, exit) = oneshot::channel();
        tokio::spawn(async move {
            use std::os::unix::process::ExitStatusExt;
            let exit = match child.wait().await {
                Ok(status) => match (status.code(), status.signal()) {
                    (Some(status), _) => Exit::Status(status),
                    (None, Some(signal)) => Exit::Signal(signal),
                    (None, None) => Exit::Unknown,
                },
                Err(_) => Exit::Unknown,
            };
            // Nobody asks any more when the environment is gone.
            let _ = sender.send(exit);
        });
        Some(Self::new(pid, exit, None))
    }

    /// The process id, which is also its group's.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Resolves when the process has ended.
    pub async fn exited(&mut self) -> Exit {
        if let Some(exit) = self.ended {
            return exit;
        }
        let exit = (&mut self.exit).await.unwrap_or(Exit::Unknown);
        self.ended = Some(exit);
        exit
    }

    /// Whether the process is known to have ended.
    pub fn has_ended(&mut self) -> bool {
        if let Ok(exit) = self.exit.try_recv() {
            self.ended = Some(exit);
        }
        let parent_ended = self.parent_ended.as_ref();
        self.ended.is_some() || parent_ended.is_some_and(|ended| ended.load(Ordering::SeqCst))
    }

    /// Kills the process and all of its group.
    pub fn kill(&self) {
        if self.ended.is_some() {
            // Its number may belong to another process by now; its group's cannot while a member lives.
            let _ = kill_process_group(self.pid, Signal::KILL);
        } else {
            kill(self.pid);
        }
    }

    /// Stops the process where it is, as Lambda freezes an environment.
    pub fn freeze(&self) {
        self.frozen.store(true, Ordering::SeqCst);
        let _ = kill_process_group(self.pid, Signal::STOP);
    }

    /// Stops the process itself, and nothing that it started.
    pub fn freeze_alone(&self) {
        let _ = kill_process(self.pid, Signal::STOP);
    }

    /// Lets it run on, if it was frozen. A process that stopped itself stays so.
    pub fn thaw(&self) {
        if self.frozen.swap(false, Ordering::SeqCst) {
            let _ = kill_process_group(self.pid, Signal::CONT);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Kills a process that may not yet have made its own group.
pub(super) fn kill(pid: Pid) {
    let _ = kill_process_group(pid, Signal::KILL);
    let _ = kill_process(pid, Signal::KILL);
}
