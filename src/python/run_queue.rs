//! How long this process could have run and had no CPU: neither computing nor waiting for anything.
//!
//! On a busy machine that is a large part of the real time. No function is billed for what others of the machine's do.

use std::fs::File;
use std::sync::{Mutex, PoisonError};

/// Opened in each process after the fork: a file that was opened before tells of the other process.
static STATISTICS: Mutex<Option<File>> = Mutex::new(None);

/// Opens the system's statistics of this process's main thread; without them nothing counts as time without a CPU.
pub(super) fn open() {
    // Only Linux has this file, and the second number in it (kernel documentation, "sched-stats").
    *STATISTICS.lock().unwrap_or_else(PoisonError::into_inner) = File::open("/proc/self/schedstat").ok();
}

/// Microseconds that the main thread has spent ready to run without a CPU.
pub(super) fn micros() -> u64 {
    let statistics = STATISTICS.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(file) = statistics.as_ref() else { return 0 };
    let mut text = [0_u8; 64];
    let Ok(read) = rustix::io::pread(file, &mut text, 0) else {
        return 0;
    };
    std::str::from_utf8(&text[..read])
        .ok()
        .and_then(|text| text.split_ascii_whitespace().nth(1)?.parse::<u64>().ok())
        .map_or(0, |nanos| nanos / 1_000)
}
