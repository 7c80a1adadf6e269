//! The moment at which an invocation has used up its time, whatever it does meanwhile.

use std::time::{Duration, Instant};

use rustix::process::Pid;

use crate::clock::{Clock, Timestamp};

/// Watches a process for the end of its time.
///
/// Three things use time up: waiting in virtual time, waiting in real time, and computing, which counts by the
/// function's share of a CPU. A process that computes cannot be asked, so its CPU time is read from outside.
#[derive(Debug)]
pub struct Deadline {
    clock: Clock,
    at: Timestamp,
    pid: Pid,
    cpu_scale: f64,
}

impl Deadline {
    /// A deadline for a process.
    #[must_use]
    pub fn new(clock: Clock, at: Timestamp, pid: Pid, cpu_scale: f64) -> Self {
        Self {
            clock,
            at,
            pid,
            cpu_scale,
        }
    }

    /// Resolves when the time is used up.
    pub async fn passed(self) {
        let cpu_began = cpu_time(self.pid).unwrap_or_default();
        let (began, modelled) = (Instant::now(), self.clock.is_modelled());
        let background = self.clock.background(self.at);
        tokio::pin!(background);
        loop {
            let left = self.at - self.clock.now();
            let computed = cpu_time(self.pid).unwrap_or_default().saturating_sub(cpu_began);
            let extra = if modelled {
                // The clock counts nothing of it.
                began
                    .elapsed()
                    .as_secs_f64()
                    .max(computed.as_secs_f64() * self.cpu_scale)
            } else {
                // What computing adds to (or takes from) the real time that the clock counts already.
                computed.as_secs_f64() * (self.cpu_scale - 1.0)
            };
            let left = left.as_secs_f64() - extra.max(0.0);
            if left <= 0.0 {
                return;
            }
            let wait = Duration::from_secs_f64(left / self.cpu_scale.max(1.0)).max(Duration::from_millis(1));
            tokio::select! {
                biased;
                _ = &mut background => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
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
