//! The program's side of the zygote: one pre-warmed interpreter process that forks workers.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;
use tokio::process::{Child, ChildStdin, Command};

use super::forks::Forks;
use super::host;
use super::orders::Order;
use super::worker::Worker;

/// A handle on the zygote; clones share it. The process starts with the first order, or with [`Zygote::warm_up`],
/// and ends with the last handle.
#[derive(Debug, Clone)]
pub struct Zygote {
    program: Arc<PathBuf>,
    process: Arc<tokio::sync::Mutex<Option<Process>>>,
    next: Arc<AtomicU64>,
}

/// Why no worker could be had.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The program cannot be started again as the interpreter's host.
    #[error("the Python process cannot be started ({program}): {source}")]
    Spawn {
        /// The program that was started.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It ended although workers were wanted.
    #[error("the Python process ended unexpectedly: {0}")]
    Ended(String),
}

#[derive(Debug)]
struct Process {
    _child: Child,
    _rehearsal: TempDir,
    forks: Forks<ChildStdin>,
}

impl Zygote {
    /// A zygote that runs this program (itself, normally) with the hidden argument.
    #[must_use]
    pub fn new(program: &Path) -> Self {
        Self {
            program: Arc::new(program.to_owned()),
            process: Arc::default(),
            next: Arc::new(AtomicU64::new(1)),
        }
    }

    /// Starts the process, so that the first worker need not wait for it.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub async fn warm_up(&self) -> Result<(), WorkerError> {
        let mut process = self.process.lock().await;
        self.ensure(&mut process).map(drop)
    }

    /// An id for the next order, of this process or of a snapshot's.
    #[must_use]
    pub fn next_id(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Forks a worker. It then connects to the sockets that the order names.
    ///
    /// # Errors
    ///
    /// If the zygote cannot be started, or ended.
    pub async fn fork(&self, order: &Order) -> Result<Worker, WorkerError> {
        let ordered = {
            let mut process = self.process.lock().await;
            self.ensure(&mut process)?.forks.order(order).await?
        };
        ordered.worker().await
    }

    fn ensure<'a>(&self, process: &'a mut Option<Process>) -> Result<&'a mut Process, WorkerError> {
        if process.as_ref().is_some_and(|process| process.forks.is_over()) {
            *process = None;
        }
        match process {
            Some(process) => Ok(process),
            none => Ok(none.insert(self.start()?)),
        }
    }

    fn start(&self) -> Result<Process, WorkerError> {
        let failed = |source| WorkerError::Spawn {
            program: self.program.display().to_string(),
            source,
        };
        let rehearsal = rehearsal().map_err(failed)?;
        let mut child = Command::new(self.program.as_path())
            .arg(host::ARGUMENT)
            .current_dir(rehearsal.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let missing = || failed(std::io::ErrorKind::BrokenPipe.into());
        let orders = child.stdin.take().ok_or_else(missing)?;
        let replies = child.stdout.take().ok_or_else(missing)?;
        let errors = child.stderr.take().ok_or_else(missing)?;
        let forks = Forks::new(orders, replies);
        tokio::spawn(forks.account().clone().read_errors(errors));
        Ok(Process {
            _child: child,
            _rehearsal: rehearsal,
            forks,
        })
    }
}

/// A folder with the function that the process runs when it rehearses; see `bootstrap/rehearsal.py`.
fn rehearsal() -> std::io::Result<TempDir> {
    const FUNCTION: &str = "def lambda_handler(event, context):\n    return event\n";
    let folder = tempfile::Builder::new().prefix("lc").tempdir()?;
    std::fs::write(folder.path().join("rehearsed.py"), FUNCTION)?;
    Ok(folder)
}
