//! How a clock goes while nobody is busy.

/// How a clock goes while nobody is busy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pace {
    /// It stands, or jumps to the next foreground timer: waiting costs nothing and runs can be repeated.
    #[default]
    Virtual,
    /// It flows as real time does, and every timer fires when real time reaches it: for people who watch.
    Live,
    /// It flows as real time does, and jumps ahead to the next foreground timer: for people who do not like to wait.
    Fast,
}

impl Pace {
    pub(super) fn always_flows(self) -> bool {
        self != Self::Virtual
    }

    pub(super) fn jumps_when_idle(self) -> bool {
        self != Self::Live
    }
}
