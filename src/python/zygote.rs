//! The program's side of the zygote: one pre-warmed interpreter process that forks workers.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::Pid;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::oneshot;

use super::host;
use super::orders::Order;
use super::worker::{Exit, Worker, kill};

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
    orders: ChildStdin,
    waiting: Arc<Mutex<Waiting>>,
}

/// Who waits for what from the zygote.
#[derive(Debug, Default)]
struct Waiting {
    forks: HashMap<u64, oneshot::Sender<(Pid, oneshot::Receiver<Exit>)>>,
    exits: HashMap<i32, oneshot::Sender<Exit>>,
    errors: VecDeque<String>,
    over: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Reply {
    Forked {
        forked: u64,
        pid: i32,
    },
    Ended {
        ended: i32,
        exit: Option<i32>,
        signal: Option<i32>,
    },
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

    /// An id for the next order.
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
        let mut line = serde_json::to_vec(order).map_err(|error| WorkerError::Ended(error.to_string()))?;
        line.push(b'\n');
        let (sender, receiver) = oneshot::channel();
        let waiting = {
            let mut process = self.process.lock().await;
            let process = self.ensure(&mut process)?;
            process
                .waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .forks
                .insert(order.id, sender);
            // A failed write means that the process ended; the reader then says so to whoever waits.
            let _ = process.orders.write_all(&line).await;
            process.waiting.clone()
        };
        match receiver.await {
            Ok((pid, exit)) => Ok(Worker::new(pid, exit)),
            Err(_) => Err(WorkerError::Ended(lock(&waiting).last_words())),
        }
    }

    fn ensure<'a>(&self, process: &'a mut Option<Process>) -> Result<&'a mut Process, WorkerError> {
        if process.as_ref().is_some_and(|process| lock(&process.waiting).over) {
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
        let mut child = Command::new(self.program.as_path())
            .arg(host::ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let waiting = Arc::new(Mutex::new(Waiting::default()));
        let missing = || failed(std::io::ErrorKind::BrokenPipe.into());
        let orders = child.stdin.take().ok_or_else(missing)?;
        let replies = child.stdout.take().ok_or_else(missing)?;
        let errors = child.stderr.take().ok_or_else(missing)?;
        tokio::spawn(read_replies(replies, waiting.clone()));
        tokio::spawn(read_errors(errors, waiting.clone()));
        Ok(Process {
            _child: child,
            orders,
            waiting,
        })
    }
}

/// Ends the account of a zygote when nobody reads its replies any more: it ended, or the Tokio runtime did that the
/// reader lived on. Whoever waits is told, and the next order starts a new one.
struct Reading(Arc<Mutex<Waiting>>);

impl Drop for Reading {
    fn drop(&mut self) {
        let mut waiting = lock(&self.0);
        waiting.over = true;
        waiting.forks.clear();
        for (_, exit) in waiting.exits.drain() {
            // Nobody may wait for this one.
            let _ = exit.send(Exit::Unknown);
        }
    }
}

async fn read_replies(replies: ChildStdout, waiting: Arc<Mutex<Waiting>>) {
    let reading = Reading(waiting);
    let mut lines = BufReader::new(replies).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(reply) = serde_json::from_str(&line) else {
            continue;
        };
        lock(&reading.0).take(&reply);
    }
}

async fn read_errors(errors: tokio::process::ChildStderr, waiting: Arc<Mutex<Waiting>>) {
    const KEPT: usize = 20;
    let mut lines = BufReader::new(errors).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let errors = &mut lock(&waiting).errors;
        errors.push_back(line);
        if errors.len() > KEPT {
            errors.pop_front();
        }
    }
}

impl Waiting {
    fn take(&mut self, reply: &Reply) {
        match *reply {
            Reply::Forked { forked, pid } => {
                let (sender, receiver) = oneshot::channel();
                self.exits.insert(pid, sender);
                let (Some(pid), Some(fork)) = (Pid::from_raw(pid), self.forks.remove(&forked)) else {
                    return;
                };
                if fork.send((pid, receiver)).is_err() {
                    // Nobody wants it any more.
                    kill(pid);
                }
            }
            Reply::Ended { ended, exit, signal } => {
                let exit = match (exit, signal) {
                    (Some(status), _) => Exit::Status(status),
                    (None, Some(signal)) => Exit::Signal(signal),
                    (None, None) => Exit::Unknown,
                };
                if let Some(sender) = self.exits.remove(&ended) {
                    let _ = sender.send(exit);
                }
            }
        }
    }

    fn last_words(&self) -> String {
        if self.errors.is_empty() {
            return "it said nothing".to_owned();
        }
        self.errors.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}
