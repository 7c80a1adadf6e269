//! One timer on the virtual clock that can be called off without a race.
//!
//! Dropping an [`Alarm`] before its time takes it off the clock before the clock can jump to it.

use std::future::Future;

use tokio::sync::oneshot;

use super::core::Core;
use crate::clock::{Busy, Timestamp};

/// A timer that has been set; dropping it calls it off.
#[derive(Debug)]
pub(crate) struct Alarm {
    core: Core,
    off: Option<oneshot::Sender<Busy>>,
}

impl Alarm {
    /// Runs `then` at a virtual time. The clock may jump there by itself only if `foreground` is true.
    pub(crate) fn set<F, R>(core: &Core, at: Timestamp, foreground: bool, then: F) -> Self
    where
        F: FnOnce(Busy) -> R + Send + 'static,
        R: Future<Output = ()> + Send,
    {
        let (off, called_off) = oneshot::channel();
        let clock = core.clock.clone();
        let busy = clock.busy();
        core.spawn(async move {
            let time = async {
                if foreground {
                    clock.sleep_until(busy, at).await
                } else {
                    let timer = clock.background(at);
                    drop(busy);
                    timer.await
                }
            };
            tokio::select! {
                biased;
                // The token that comes with it is dropped last, when the timer is off the clock.
                token = called_off => drop(token),
                busy = time => then(busy).await,
            }
        });
        Self {
            core: core.clone(),
            off: Some(off),
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if let Some(off) = self.off.take() {
            let _ = off.send(self.core.clock.busy());
        }
    }
}
