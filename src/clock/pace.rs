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
    /// It stands even while somebody is busy, and jumps like a virtual one: what computing takes is for whoever computes
    /// to say. Nothing of the real time shows, so a run is the same again.
    Modelled,
}

impl Pace {
    pub(super) fn always_flows(self) -> bool {
        matches!(self, Self::Live | Self::Fast)
    }

    pub(super) fn flows_when_busy(self) -> bool {
        self != Self::Modelled
    }

    pub(super) fn jumps_when_idle(self) -> bool {
        self != Self::Live
    }
}
