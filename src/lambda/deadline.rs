//! The moment at which an invocation has used up its time, whatever it does meanwhile.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::usage::{Usage, Used};
use crate::clock::{Clock, Timestamp};

/// At least so often a process is looked at: the clock may have jumped while a call of its waited in virtual time.
const LOOK: Duration = Duration::from_millis(100);

/// Watches a process for the end of its time.
///
/// Its time is what REPORT says: waiting counts as it is, in virtual time or in real time, computing by the function's
/// share of a CPU, and waiting for a CPU that others have not at all. So it may go slower than the Region's clock, or
/// faster. A process that computes cannot be asked, so what it used is read from outside.
#[derive(Debug)]
pub(super) struct Deadline {
    clock: Clock,
    at: Timestamp,
    usage: Arc<Usage>,
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
    pub(super) fn new(clock: Clock, at: Timestamp, usage: Arc<Usage>, cpu_scale: f64) -> Self {
        let since = Since {
            behind: Duration::ZERO,
            real: Instant::now(),
            used: usage.now(),
        };
        Self {
            clock,
            at,
            usage,
            cpu_scale,
            since: Mutex::new(since),
            set: Notify::new(),
        }
    }

    /// Resolves when the time is used up.
    pub(super) async fn passed(&self) {
        // Before that the process has time left, unless it computes more slowly than the Region's clock goes.
        let reached = self.clock.background(self.at);
        tokio::pin!(reached);
        let mut before = true;
        // It was looked at just now.
        let mut lag = self.lock().behind.as_secs_f64();
        loop {
            let left = (self.at - self.clock.now()).as_secs_f64() - (self.clock.now() - self.at).as_secs_f64();
            let left = left + lag;
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
            lag = self.lag();
        }
    }

    /// How far the process's clock is behind the Region's now; zero where it is ahead.
    #[must_use]
    pub(super) fn behind(&self) -> Duration {
        Duration::from_secs_f64(self.lag().max(0.0))
    }

    /// The process was told a time, which is so far behind the Region's.
    pub(super) fn told(&self, behind: Duration) {
        *self.lock() = Since {
            behind,
            real: Instant::now(),
            used: self.usage.now(),
        };
        self.set.notify_one();
    }

    /// Seconds by which the process's clock is behind the Region's; negative where it is ahead.
    fn lag(&self) -> f64 {
        let since = *self.lock();
        let used = self.usage.now();
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
