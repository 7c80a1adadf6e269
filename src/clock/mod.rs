//! The Region's clock: now, sleep, timers; advancing is instant.
//!
//! Time flows as real time does while somebody is [`Busy`]: what really computes takes real time. When nobody is,
//! a virtual clock jumps to the next timer. Everything that does something holds a [`Busy`] token; it gives the token
//! up only for as long as it sleeps. So a retry in two minutes comes at once, and yet nothing can overtake
//! anything.
//!
//! A *background* timer (a schedule, say) never makes the clock jump by itself: it fires when time passes it for
//! another reason, such as [`Clock::advance`].
//!
//! A Region that people watch has another [`Pace`]: its time flows whether anybody is busy or not.

mod pace;
mod timestamp;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, oneshot};

pub use pace::Pace;
pub use timestamp::Timestamp;

/// A handle on one clock; clones share it.
#[derive(Debug, Clone)]
pub struct Clock {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// The real time until the next timer is another than before.
    changed: Arc<Notify>,
}

/// Held by whoever does something: while any is held the clock does not jump.
#[derive(Debug)]
pub struct Busy {
    /// Nothing in a token that was taken back before anybody had it.
    clock: Option<Clock>,
}

#[derive(Debug)]
struct State {
    pace: Pace,
    start: Timestamp,
    /// Time since `start` up to `flowing_since`.
    passed: Duration,
    /// Set while time flows.
    flowing_since: Option<Instant>,
    busy: usize,
    timers: BinaryHeap<Reverse<Timer>>,
    foreground: usize,
    /// How far somebody lets time pass now.
    advancing_to: Option<Timestamp>,
    settled: Vec<oneshot::Sender<()>>,
    next: u64,
    /// Whether the task that watches real time runs.
    driven: bool,
    changed: Arc<Notify>,
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
    /// A virtual clock that stands at `start` until somebody is busy.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self::paced(Pace::Virtual, start)
    }

    /// A clock of a pace, with the time at which it begins.
    #[must_use]
    pub fn paced(pace: Pace, start: Timestamp) -> Self {
        let changed = Arc::new(Notify::new());
        let state = State {
            pace,
            start,
            passed: Duration::ZERO,
            flowing_since: pace.always_flows().then(Instant::now),
            busy: 0,
            timers: BinaryHeap::new(),
            foreground: 0,
            advancing_to: None,
            settled: Vec::new(),
            next: 0,
            driven: false,
            changed: changed.clone(),
        };
        Self {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                changed,
            }),
        }
    }

    /// The virtual time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.lock().now()
    }

    /// Whether computing takes no time by this clock, so that its time has to be modelled.
    #[must_use]
    pub fn is_modelled(&self) -> bool {
        !self.lock().pace.flows_when_busy()
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
        let passed = self.timer(at, true);
        {
            let mut state = self.lock();
            state.advancing_to = state.advancing_to.max(Some(at));
            Self::jump_if_idle(self, &mut state);
        }
        drop(passed.await);
        self.settled().await;
    }

    /// Resolves when nobody is busy and the clock has nothing to jump to: for a virtual clock, when no foreground
    /// timer is left.
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
            self.shared.changed.notify_one();
            Self::jump_if_idle(self, &mut state);
        }
        async move {
            let mut registered = registered;
            registered.clock.be_driven();
            let token = (&mut woken).await;
            registered.fired = true;
            // Only the clock holds the other end, and `registered` keeps the clock alive.
            token.unwrap_or_else(|_| registered.clock.busy())
        }
    }

    /// Starts the task that fires timers as real time reaches them.
    fn be_driven(&self) {
        if std::mem::replace(&mut self.lock().driven, true) {
            return;
        }
        tokio::spawn(drive(Arc::downgrade(&self.shared), self.shared.changed.clone()));
    }

    /// With nobody busy: jump to the next timer if it may, or tell those who wait that all is settled.
    fn jump_if_idle(clock: &Clock, state: &mut State) {
        while state.busy == 0 {
            state.drop_cancelled();
            let Some(at) = state.jump_target() else {
                for waiter in state.settled.drain(..) {
                    let _ = waiter.send(());
                }
                return;
            };
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
        state.advancing_to = state.advancing_to.filter(|until| *until > now);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Fires timers as real time reaches them, for as long as the clock lives.
async fn drive(clock: Weak<Shared>, changed: Arc<Notify>) {
    loop {
        let wait = {
            let Some(shared) = clock.upgrade() else { return };
            let clock = Clock { shared };
            let mut state = clock.lock();
            Clock::fire_due(&clock, &mut state);
            state.drop_cancelled();
            state.real_wait()
        };
        match wait {
            Some(wait) => {
                tokio::select! {
                    () = changed.notified() => {}
                    () = tokio::time::sleep(wait) => {}
                }
            }
            None => changed.notified().await,
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // So that the task that drives it notices.
        self.changed.notify_one();
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
        if self.flowing_since.is_none() && self.pace.flows_when_busy() {
            self.flowing_since = Some(Instant::now());
            if !self.timers.is_empty() {
                self.changed.notify_one();
            }
        }
    }

    fn leave(&mut self) {
        self.busy -= 1;
        if self.busy == 0
            && !self.pace.always_flows()
            && let Some(since) = self.flowing_since.take()
        {
            self.passed += since.elapsed();
        }
    }

    fn jump_to(&mut self, at: Timestamp) {
        let now = self.now();
        if at > now {
            self.passed += at - now;
            self.changed.notify_one();
        }
    }

    /// The time of the next timer, if the clock may jump there.
    fn jump_target(&self) -> Option<Timestamp> {
        let Reverse(next) = self.timers.peek()?;
        let may = self.advancing_to.is_some_and(|until| next.at <= until)
            || (self.pace.jumps_when_idle() && self.foreground > 0);
        may.then_some(next.at)
    }

    /// How long until the next timer if time keeps flowing; `None` while it stands, or without a timer.
    fn real_wait(&self) -> Option<Duration> {
        let Reverse(next) = self.timers.peek()?;
        self.flowing_since.map(|_| next.at - self.now())
    }

    fn drop_cancelled(&mut self) {
        while self.timers.peek().is_some_and(|Reverse(timer)| timer.wake.is_closed()) {
            self.timers.pop();
        }
    }
}

#[cfg(test)]
mod tests;
