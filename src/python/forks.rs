//! Forks of a process that waits for orders: what was ordered, what became of it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::Pid;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::oneshot;

use super::orders::Order;
use super::worker::{Exit, Worker, kill};
use super::zygote::WorkerError;

/// A process that forks one worker for each order that is written to it, and replies with what becomes of them.
#[derive(Debug)]
pub struct Forks<W> {
    orders: W,
    account: Account,
}

/// An order on its way.
#[derive(Debug)]
pub struct Ordered {
    receiver: oneshot::Receiver<(Pid, oneshot::Receiver<Exit>)>,
    account: Account,
}

/// Who waits for what; clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Account {
    waiting: Arc<Mutex<Waiting>>,
    /// Set when the process has ended, before anybody is told.
    over: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Waiting {
    forks: HashMap<u64, oneshot::Sender<(Pid, oneshot::Receiver<Exit>)>>,
    exits: HashMap<i32, oneshot::Sender<Exit>>,
    errors: VecDeque<String>,
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

impl<W: AsyncWrite + Unpin> Forks<W> {
    /// A process by the two ends that lead to it.
    pub fn new(orders: W, replies: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let account = Account::default();
        tokio::spawn(read_replies(BufReader::new(replies), account.clone()));
        Self { orders, account }
    }

    /// Whether it ended.
    pub fn is_over(&self) -> bool {
        self.account.is_over()
    }

    /// Orders a worker. It then connects to the sockets that the order names.
    ///
    /// # Errors
    ///
    /// If the order cannot be written as JSON.
    pub async fn order(&mut self, order: &Order) -> Result<Ordered, WorkerError> {
        let json = serde_json::to_string(order).map_err(|error| WorkerError::Ended(error.to_string()))?;
        // The number stands alone, for who hands the order on needs nothing else.
        let line = format!("{} {json}\n", order.id);
        let (sender, receiver) = oneshot::channel();
        {
            let mut waiting = self.account.lock();
            if !self.account.is_over() {
                waiting.forks.insert(order.id, sender);
            }
        }
        // A failed write means that the process ended; the reader then says so to whoever waits.
        let _ = self.orders.write_all(line.as_bytes()).await;
        Ok(Ordered {
            receiver,
            account: self.account.clone(),
        })
    }

    pub(super) fn account(&self) -> &Account {
        &self.account
    }
}

impl Ordered {
    /// The worker, once it was forked.
    ///
    /// # Errors
    ///
    /// If the process that forks has ended.
    pub async fn worker(self) -> Result<Worker, WorkerError> {
        match self.receiver.await {
            Ok((pid, exit)) => Ok(Worker::new(pid, exit, Some(self.account.over))),
            Err(_) => Err(WorkerError::Ended(self.account.lock().last_words())),
        }
    }
}

impl Account {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// Keeps the last lines of what the process writes beside its replies.
    pub(super) async fn read_errors(self, errors: impl AsyncRead + Unpin) {
        const KEPT: usize = 20;
        let mut lines = BufReader::new(errors).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let errors = &mut self.lock().errors;
            errors.push_back(line);
            if errors.len() > KEPT {
                errors.pop_front();
            }
        }
    }
}

/// Ends the account when nobody reads the replies any more: the process ended, or the Tokio runtime did that the reader
/// lived on. Whoever waits is told.
struct Reading(Account);

impl Drop for Reading {
    fn drop(&mut self) {
        let mut waiting = self.0.lock();
        self.0.over.store(true, Ordering::SeqCst);
        waiting.forks.clear();
        for (_, exit) in waiting.exits.drain() {
            // Nobody may wait for this one.
            let _ = exit.send(Exit::Unknown);
        }
    }
}

async fn read_replies(replies: BufReader<impl AsyncRead + Unpin>, account: Account) {
    let reading = Reading(account);
    let mut lines = replies.lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(reply) = serde_json::from_str(&line) else {
            continue;
        };
        reading.0.lock().take(&reply);
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
