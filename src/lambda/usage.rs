//! What a process has used of the machine, read from outside, since a process that computes cannot be asked.

use std::fs::File;
use std::time::Duration;

use rustix::process::Pid;

/// Reads what one process has used. It is opened once: invocations are looked at often, and many are short.
#[derive(Debug)]
pub(super) struct Usage {
    clock: Option<libc::clockid_t>,
    statistics: Option<File>,
}

/// What a process has used; nothing where the system does not tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Used {
    /// CPU time.
    pub(super) cpu: Duration,
    /// How long it was ready to run and had no CPU.
    pub(super) queued: Duration,
}

impl Usage {
    pub(super) fn of(pid: Pid) -> Self {
        Self {
            clock: cpu_clock(pid),
            statistics: File::open(format!("/proc/{}/schedstat", pid.as_raw_nonzero())).ok(),
        }
    }

    pub(super) fn now(&self) -> Used {
        Used {
            cpu: self.clock.and_then(cpu_time).unwrap_or_default(),
            queued: self.queued().unwrap_or_default(),
        }
    }

    /// How long the main thread was ready to run and had no CPU: the second number (kernel documentation,
    /// "sched-stats").
    fn queued(&self) -> Option<Duration> {
        let mut text = [0_u8; 64];
        let read = rustix::io::pread(self.statistics.as_ref()?, &mut text, 0).ok()?;
        let text = std::str::from_utf8(&text[..read]).ok()?;
        let nanos = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
        Some(Duration::from_nanos(nanos))
    }
}

#[cfg(target_os = "linux")]
fn cpu_clock(pid: Pid) -> Option<libc::clockid_t> {
    let mut clock: libc::clockid_t = 0;
    // SAFETY: the call only writes to the variable that it is given.
    let known = unsafe { libc::clock_getcpuclockid(pid.as_raw_nonzero().get(), &raw mut clock) == 0 };
    known.then_some(clock)
}

#[cfg(not(target_os = "linux"))]
fn cpu_clock(_: Pid) -> Option<libc::clockid_t> {
    None
}

fn cpu_time(clock: libc::clockid_t) -> Option<Duration> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call only writes to the variable that it is given.
    let known = unsafe { libc::clock_gettime(clock, &raw mut time) == 0 };
    known.then(|| Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0)))
}
