//! An environment's claim on the clock while it is invoked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::clock::{Busy, Clock, Timestamp};
use crate::sandbox::MemoryAccount;

/// Holds a [`Busy`] token for an environment, and lets go of it while the environment waits in virtual time: for
/// its own sleep, or for a service that it called.
#[derive(Debug)]
pub struct Hold {
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    busy: Option<Busy>,
    /// Whether the environment has an invocation, and so a claim at all.
    claimed: bool,
    /// Calls of the environment's that wait in virtual time now.
    suspended: usize,
    suspended_at: Option<(Timestamp, Instant)>,
    memory: Option<Arc<MemoryAccount>>,
}

/// While this lives, a call of the environment's waits in virtual time, and the clock may jump.
#[derive(Debug)]
pub struct Suspended {
    hold: Arc<Hold>,
}

impl Hold {
    /// A claim that holds nothing yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            state: Mutex::default(),
        }
    }

    /// Takes a token over.
    pub fn put(&self, busy: Busy) {
        let previous = {
            let mut state = self.lock();
            state.claimed = true;
            state.busy.replace(busy)
        };
        drop(previous);
    }

    /// Gives the token back; a new one where a call was waiting.
    #[must_use]
    pub fn take(&self) -> Busy {
        let busy = {
            let mut state = self.lock();
            state.claimed = false;
            state.busy.take()
        };
        busy.unwrap_or_else(|| self.clock.busy())
    }

    /// Tells which process has to be told of jumps.
    pub fn watch(&self, memory: Option<Arc<MemoryAccount>>) {
        self.lock().memory = memory;
    }

    /// Lets go of the token for as long as the answer lives.
    #[must_use]
    pub fn suspend(self: &Arc<Self>) -> Suspended {
        let given_up = {
            let mut state = self.lock();
            state.suspended += 1;
            if state.suspended == 1 {
                state.suspended_at = Some((self.clock.now(), Instant::now()));
            }
            state.busy.take()
        };
        drop(given_up);
        Suspended { hold: self.clone() }
    }

    fn resume(&self) {
        let busy = self.clock.busy();
        let mut state = self.lock();
        state.suspended -= 1;
        if state.suspended > 0 {
            return;
        }
        // A call that comes back after the invocation that made it has no claim any more.
        if state.claimed {
            state.busy = Some(busy);
        }
        let since = state.suspended_at.take();
        if let (Some((since, real)), Some(memory)) = (since, &state.memory) {
            // The process's own clock went on in real time: it lacks only the jumps.
            let passed = (self.clock.now() - since).saturating_sub(real.elapsed());
            memory.skip(u64::try_from(passed.as_micros()).unwrap_or(0));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Suspended {
    fn drop(&mut self) {
        self.hold.resume();
    }
}
