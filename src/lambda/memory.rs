//! What memory an environment uses: counted by its allocator, or where that is not ours, sampled from the system.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::python::Worker;
use crate::sandbox::MemoryAccount;

/// The memory of one process.
#[derive(Debug)]
pub enum Memory {
    /// Counted in the process itself, which also keeps the limit.
    Counted(Arc<MemoryAccount>),
    /// Sampled from outside; whoever samples keeps the limit.
    Sampled {
        /// In bytes.
        limit: u64,
        /// The most seen so far, in bytes.
        peak: AtomicU64,
        /// Whether more than the limit was seen.
        exhausted: AtomicBool,
    },
}

impl Memory {
    /// To be sampled against a limit in bytes.
    #[must_use]
    pub fn sampled(limit: u64) -> Self {
        Self::Sampled {
            limit,
            peak: AtomicU64::new(0),
            exhausted: AtomicBool::new(false),
        }
    }

    /// The most that was used, in bytes.
    #[must_use]
    pub fn peak(&self) -> u64 {
        match self {
            Self::Counted(account) => account.peak(),
            Self::Sampled { peak, .. } => peak.load(Ordering::Relaxed),
        }
    }

    /// Whether the process ended for lack of memory.
    #[must_use]
    pub fn exhausted(&self) -> bool {
        match self {
            Self::Counted(account) => account.exhausted(),
            Self::Sampled { exhausted, .. } => exhausted.load(Ordering::Relaxed),
        }
    }

    /// The account of a process that counts itself.
    #[must_use]
    pub fn account(&self) -> Option<Arc<MemoryAccount>> {
        match self {
            Self::Counted(account) => Some(account.clone()),
            Self::Sampled { .. } => None,
        }
    }

    /// Looks at the process, if it has to be looked at; kills it where it has too much.
    pub fn look(&self, worker: &Worker) {
        let Self::Sampled { limit, peak, exhausted } = self else {
            return;
        };
        let Some(bytes) = resident(worker) else { return };
        peak.fetch_max(bytes.min(*limit), Ordering::Relaxed);
        if bytes > *limit {
            exhausted.store(true, Ordering::Relaxed);
            worker.kill();
        }
    }
}

/// Resident memory in bytes, by the system's account.
#[cfg(target_os = "linux")]
fn resident(worker: &Worker) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", worker.pid().as_raw_nonzero())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// Elsewhere `ps` tells it.
#[cfg(not(target_os = "linux"))]
fn resident(worker: &Worker) -> Option<u64> {
    let pid = worker.pid().as_raw_nonzero().to_string();
    let output = std::process::Command::new("ps")
        .args(["-o", "rss=", "-p", &pid])
        .output()
        .ok()?;
    let kilobytes: u64 = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
