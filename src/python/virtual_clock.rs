//! The Region's time, as a worker knows it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::run_queue;
use crate::sandbox;

/// The Region's time, as this process knows it.
#[derive(Clone, Copy)]
struct VirtualClock {
    micros: u64,
    since: Instant,
    cpu_since: u64,
    queued_since: u64,
    scale: CpuScale,
    skipped_since: u64,
}

/// How much longer a CPU second lasts.
#[derive(Clone, Copy)]
pub(super) struct CpuScale {
    pub(super) now: f64,
    /// From the next invocation on.
    pub(super) invoked: f64,
}

impl CpuScale {
    const NONE: Self = Self { now: 1.0, invoked: 1.0 };
}

static CLOCK: Mutex<Option<VirtualClock>> = Mutex::new(None);

fn lock() -> MutexGuard<'static, Option<VirtualClock>> {
    CLOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

impl VirtualClock {
    fn starting(micros: u64, scale: CpuScale) -> Self {
        Self {
            micros,
            since: Instant::now(),
            cpu_since: cpu_micros(),
            queued_since: run_queue::micros(),
            scale,
            skipped_since: sandbox::memory::skipped_micros(),
        }
    }

    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
    fn now(&self) -> u64 {
        let real = self.since.elapsed().as_micros() as f64;
        let cpu = cpu_micros().saturating_sub(self.cpu_since) as f64;
        let queued = run_queue::micros().saturating_sub(self.queued_since) as f64;
        // Waiting counts as it is, computing by the function's share of a CPU, and waiting for a CPU that others have
        // not at all. Threads may use more CPU than time.
        let waited = (real - cpu - queued).max(0.0);
        let skipped = sandbox::memory::skipped_micros() - self.skipped_since;
        self.micros + skipped + (waited + cpu * self.scale.now) as u64
    }
}

/// The CPU time that this process has used, in microseconds.
#[allow(clippy::cast_sign_loss)]
pub(super) fn cpu_micros() -> u64 {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    used.tv_sec as u64 * 1_000_000 + used.tv_nsec as u64 / 1_000
}

/// Sets the time; `rescale` makes of the scale until now the one from now on.
pub(super) fn set(micros: u64, rescale: impl FnOnce(CpuScale) -> CpuScale) {
    let mut clock = lock();
    let scale = clock.map_or(CpuScale::NONE, |clock| clock.scale);
    *clock = Some(VirtualClock::starting(micros, rescale(scale)));
}

/// Microseconds since some moment before this environment began.
pub(super) fn monotonic() -> u64 {
    const SOME_MOMENT: u64 = 1_600_000_000_000_000;
    now().saturating_sub(SOME_MOMENT)
}

/// The virtual time, in microseconds since the epoch.
pub(super) fn now() -> u64 {
    lock().map_or(0, |clock| clock.now())
}
