//! The moment at which an invocation has used up its time, whatever it does meanwhile.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::Pid;
use tokio::sync::Notify;

use crate::clock::{Clock, Timestamp};

/// At least so often a process is looked at: the clock may have jumped while a call of its waited in virtual time.
const LOOK: Duration = Duration::from_millis(100);

/// Watches a process for the end of its time.
///
/// Its time is what REPORT says: waiting counts as it is, in virtual time or in real time, computing by the function's
/// share of a CPU, and waiting for a CPU that others have not at all. So it may go slower than the Region's clock, or
/// faster. A process that computes cannot be asked, so what it used is read from outside.
#[derive(Debug)]
pub struct Deadline {
    clock: Clock,
    at: Timestamp,
    pid: Pid,
    cpu_scale: f64,
    since: Mutex<Since>,
    set: Notify,
}

/// When the process was last told its time, and what it had used by then.
#[derive(Debug, Clone, Copy)]
struct Since {
    /// How far its clock was behind the Region's.
    behind: Duration,
    real: Instant,
    used: Used,
}

impl Deadline {
    /// A deadline for a process whose clock shows the Region's time now.
    #[must_use]
    pub fn new(clock: Clock, at: Timestamp, pid: Pid, cpu_scale: f64) -> Self {
        let since = Since {
            behind: Duration::ZERO,
            real: Instant::now(),
            used: Used::by(pid),
        };
        Self {
            clock,
            at,
            pid,
            cpu_scale,
            since: Mutex::new(since),
            set: Notify::new(),
        }
    }

    /// Resolves when the time is used up.
    pub async fn passed(&self) {
        // Before that the process has time left, unless it computes more slowly than the Region's clock goes.
        let reached = self.clock.background(self.at);
        tokio::pin!(reached);
        let mut before = true;
        loop {
            let left = (self.at - self.clock.now()).as_secs_f64() - (self.clock.now() - self.at).as_secs_f64();
            let left = left + self.lag();
            if left <= 0.0 {
                return;
            }
            let wait = Duration::from_secs_f64(left / self.cpu_scale.max(1.0)).max(Duration::from_millis(1));
            tokio::select! {
                biased;
                busy = &mut reached, if before => {
                    before = false;
                    drop(busy);
                }
                () = self.set.notified() => {}
                () = tokio::time::sleep(wait.min(LOOK)) => {}
            }
        }
    }

    /// How far the process's clock is behind the Region's now; zero where it is ahead.
    #[must_use]
    pub fn behind(&self) -> Duration {
        Duration::from_secs_f64(self.lag().max(0.0))
    }

    /// The process was told a time, which is so far behind the Region's.
    pub fn told(&self, behind: Duration) {
        *self.lock() = Since {
            behind,
            real: Instant::now(),
            used: Used::by(self.pid),
        };
        self.set.notify_one();
    }

    /// Seconds by which the process's clock is behind the Region's; negative where it is ahead.
    fn lag(&self) -> f64 {
        let since = *self.lock();
        let used = Used::by(self.pid);
        let computed = used.cpu.saturating_sub(since.used.cpu).as_secs_f64();
        let queued = used.queued.saturating_sub(since.used.queued).as_secs_f64();
        let gained = if self.clock.is_modelled() {
            // The Region's clock counts nothing of it.
            since.real.elapsed().as_secs_f64().max(computed * self.cpu_scale)
        } else {
            computed * (self.cpu_scale - 1.0) - queued
        };
        since.behind.as_secs_f64() - gained
    }

    fn lock(&self) -> MutexGuard<'_, Since> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a process has used; nothing where the system does not tell.
#[derive(Debug, Clone, Copy)]
struct Used {
    cpu: Duration,
    /// How long it was ready to run and had no CPU.
    queued: Duration,
}

impl Used {
    fn by(pid: Pid) -> Self {
        Self {
            cpu: cpu_time(pid).unwrap_or_default(),
            queued: queued(pid).unwrap_or_default(),
        }
    }
}

/// How long a process's main thread was ready to run and had no CPU: the second number (kernel documentation,
/// "sched-stats").
fn queued(pid: Pid) -> Option<Duration> {
    let statistics = std::fs::read_to_string(format!("/proc/{}/schedstat", pid.as_raw_nonzero())).ok()?;
    let nanos = statistics.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

/// The CPU time that a process has used; `None` where the system does not tell.
#[cfg(target_os = "linux")]
fn cpu_time(pid: Pid) -> Option<Duration> {
    let mut clock: libc::clockid_t = 0;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let pid = pid.as_raw_nonzero().get();
    // SAFETY: both calls only write to the two variables that they are given.
    let known = unsafe {
        libc::clock_getcpuclockid(pid, &raw mut clock) == 0 && libc::clock_gettime(clock, &raw mut time) == 0
    };
    known.then(|| Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0)))
}

#[cfg(not(target_os = "linux"))]
fn cpu_time(_: Pid) -> Option<Duration> {
    None
}
