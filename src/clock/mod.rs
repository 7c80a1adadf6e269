//! The Region's virtual clock: now, sleep, timers; advancing is instant.
//!
//! Time flows as real time does while somebody is [`Busy`]: what really computes takes real time. When nobody is,
//! the clock jumps to the next timer. Everything that does something holds a [`Busy`] token; it gives the token up
//! only for as long as it sleeps. So a retry in two minutes comes at once, and yet nothing can overtake
//! anything.
//!
//! A *background* timer (a schedule, say) never makes the clock jump by itself: it fires when time passes it for
//! another reason, such as [`Clock::advance`].

mod timestamp;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

pub use timestamp::Timestamp;

/// A handle on one virtual clock; clones share it.
#[derive(Debug, Clone)]
pub struct Clock {
    state: Arc<Mutex<State>>,
}

/// Held by whoever does something: while any is held the clock does not jump.
#[derive(Debug)]
pub struct Busy {
    /// Nothing in a token that was taken back before anybody had it.
    clock: Option<Clock>,
}

#[derive(Debug)]
struct State {
    start: Timestamp,
    /// Virtual time since `start` up to `flowing_since`.
    passed: Duration,
    /// Set while somebody is busy.
    flowing_since: Option<Instant>,
    busy: usize,
    timers: BinaryHeap<Reverse<Timer>>,
    foreground: usize,
    settled: Vec<oneshot::Sender<()>>,
    next: u64,
}

#[derive(Debug)]
struct Timer {
    at: Timestamp,
    order: u64,
    wake: oneshot::Sender<Busy>,
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl Clock {
    /// A clock that stands at `start` until somebody is busy.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        let state = State {
            start,
            passed: Duration::ZERO,
            flowing_since: None,
            busy: 0,
            timers: BinaryHeap::new(),
            foreground: 0,
            settled: Vec::new(),
            next: 0,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// The virtual time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.lock().now()
    }

    /// Says that the caller is doing something, until the token is dropped or slept with.
    #[must_use]
    pub fn busy(&self) -> Busy {
        self.lock().enter();
        Busy {
            clock: Some(self.clone()),
        }
    }

    /// Sleeps until a virtual time, giving the token up meanwhile; at once if it has passed.
    pub async fn sleep_until(&self, busy: Busy, at: Timestamp) -> Busy {
        if at <= self.now() {
            return busy;
        }
        let timer = self.timer(at, true);
        drop(busy);
        timer.await
    }

    /// Sleeps for a span of virtual time, giving the token up meanwhile.
    pub async fn sleep(&self, busy: Busy, span: Duration) -> Busy {
        let at = self.now() + span;
        self.sleep_until(busy, at).await
    }

    /// Resolves at a virtual time, but never makes the clock jump there by itself.
    pub fn background(&self, at: Timestamp) -> impl Future<Output = Busy> + Send + use<> {
        self.timer(at, false)
    }

    /// Lets a span of virtual time pass, with all that happens in it, and waits until nothing is pending.
    /// The caller must not hold a [`Busy`] token.
    pub async fn advance(&self, span: Duration) {
        let at = self.now() + span;
        drop(self.timer(at, true).await);
        self.settled().await;
    }

    /// Resolves when nobody is busy and no foreground timer is left.
    /// The caller must not hold a [`Busy`] token.
    pub async fn settled(&self) {
        let (sender, receiver) = oneshot::channel();
        {
            let mut state = self.lock();
            state.settled.push(sender);
            Self::jump_if_idle(self, &mut state);
        }
        // The sender is dropped without a word only with the clock itself.
        let _ = receiver.await;
    }

    fn timer(&self, at: Timestamp, foreground: bool) -> impl Future<Output = Busy> + Send + use<> {
        let (wake, mut woken) = oneshot::channel();
        let registered = Registered {
            clock: self.clone(),
            foreground,
            fired: false,
        };
        {
            let mut state = self.lock();
            let order = state.next;
            state.next += 1;
            state.foreground += usize::from(foreground);
            state.timers.push(Reverse(Timer { at, order, wake }));
            Self::jump_if_idle(self, &mut state);
        }
        let clock = self.clone();
        async move {
            let mut registered = registered;
            loop {
                let wait = clock.lock().real_wait(at);
                let due = async {
                    match wait {
                        Some(wait) => tokio::time::sleep(wait).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    biased;
                    token = &mut woken => {
                        registered.fired = true;
                        // Only the clock holds the other end, and `registered` keeps the clock alive.
                        return token.unwrap_or_else(|_| clock.busy());
                    }
                    () = due => {
                        let mut state = clock.lock();
                        Self::fire_due(&clock, &mut state);
                    }
                    // Time may have stood still meanwhile, or begun to flow: look again.
                    () = tokio::time::sleep(Duration::from_millis(20)), if wait.is_none() => {}
                }
            }
        }
    }

    /// With nobody busy: jump to the next timer, or tell those who wait that all is settled.
    fn jump_if_idle(clock: &Clock, state: &mut State) {
        while state.busy == 0 {
            state.drop_cancelled();
            if state.foreground == 0 {
                for waiter in state.settled.drain(..) {
                    let _ = waiter.send(());
                }
                return;
            }
            let Some(Reverse(next)) = state.timers.peek() else {
                return;
            };
            let at = next.at;
            state.jump_to(at);
            Self::fire_due(clock, state);
        }
    }

    fn fire_due(clock: &Clock, state: &mut State) {
        let now = state.now();
        while state.timers.peek().is_some_and(|Reverse(timer)| timer.at <= now) {
            let Some(Reverse(timer)) = state.timers.pop() else {
                return;
            };
            if timer.wake.is_closed() {
                continue;
            }
            state.enter();
            let token = Busy {
                clock: Some(clock.clone()),
            };
            if let Err(mut token) = timer.wake.send(token) {
                // Cancelled this instant: taken back here, since its own Drop would lock the state again.
                token.clock = None;
                state.leave();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Busy {
    /// A second token.
    #[must_use]
    pub fn another(&self) -> Self {
        match &self.clock {
            Some(clock) => clock.busy(),
            None => Self { clock: None },
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let Some(clock) = &self.clock else { return };
        let mut state = clock.lock();
        state.leave();
        Clock::jump_if_idle(clock, &mut state);
    }
}

/// Takes a cancelled timer out of the account of foreground timers.
struct Registered {
    clock: Clock,
    foreground: bool,
    fired: bool,
}

impl Drop for Registered {
    fn drop(&mut self) {
        let mut state = self.clock.lock();
        state.foreground -= usize::from(self.foreground);
        if !self.fired {
            Clock::jump_if_idle(&self.clock, &mut state);
        }
    }
}

impl State {
    fn now(&self) -> Timestamp {
        let flowed = self.flowing_since.map_or(Duration::ZERO, |since| since.elapsed());
        self.start + self.passed + flowed
    }

    fn enter(&mut self) {
        self.busy += 1;
        if self.flowing_since.is_none() {
            self.flowing_since = Some(Instant::now());
        }
    }

    fn leave(&mut self) {
        self.busy -= 1;
        if self.busy == 0
            && let Some(since) = self.flowing_since.take()
        {
            self.passed += since.elapsed();
        }
    }

    fn jump_to(&mut self, at: Timestamp) {
        let now = self.now();
        if at > now {
            self.passed += at - now;
        }
    }

    /// How long until `at` if time keeps flowing; `None` while it stands.
    fn real_wait(&self, at: Timestamp) -> Option<Duration> {
        self.flowing_since.map(|_| at - self.now())
    }

    fn drop_cancelled(&mut self) {
        while self.timers.peek().is_some_and(|Reverse(timer)| timer.wake.is_closed()) {
            self.timers.pop();
        }
    }
}

#[cfg(test)]
mod tests;
