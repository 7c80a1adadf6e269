//! The bill of a Region: what everything in its record used.

use std::collections::HashMap;
use std::time::Duration;

use super::{Entry, Event};
use crate::clock::Timestamp;
use crate::price::{PerArchitecture, Provisioned, Size, Usage, snapshot_kept};

/// What entries used: each invocation, each initialisation ahead of any, and each provisioned environment and each snapshot for as long as it was kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    usage: Usage,
    /// What is kept since when, by environment.
    kept: HashMap<String, (Timestamp, Kept)>,
}

impl Tally {
    /// Counts an entry, the next one in order.
    pub(super) fn add(&mut self, entry: &Entry) {
        match &entry.event {
            Event::InvocationEnded(record) => self.usage += record.usage,
            Event::Initialised { usage, .. } => self.usage += *usage,
            Event::EnvironmentCreated {
                environment,
                provisioned: Some(size),
                ..
            } => {
                self.kept
                    .insert(environment.clone(), (entry.at, Kept::Environment(*size)));
            }
            Event::SnapshotTaken { environment, size, .. } => {
                self.kept.insert(environment.clone(), (entry.at, Kept::Snapshot(*size)));
            }
            Event::EnvironmentEnded { environment, .. } => {
                if let Some((since, what)) = self.kept.remove(environment) {
                    self.usage += what.over(entry.at - since);
                }
            }
            _ => {}
        }
    }

    /// The sum up to a time.
    pub(super) fn until(self, until: Timestamp) -> Usage {
        let mut usage = self.usage;
        for (since, what) in self.kept.into_values() {
            usage += what.over(until - since);
        }
        usage
    }
}

/// What costs by the time for which it is kept.
#[derive(Debug, Clone, Copy)]
enum Kept {
    Environment(Size),
    Snapshot(Size),
}

impl Kept {
    fn over(self, time: Duration) -> Usage {
        match self {
            Self::Environment(size) => {
                let one = Provisioned { environments: 1, time };
                Usage {
                    provisioned: PerArchitecture::only(size.architecture, one.held(size.memory_mb)),
                    ..Usage::default()
                }
            }
            Self::Snapshot(size) => Usage {
                snapshots: snapshot_kept(size.memory_mb, time),
                ..Usage::default()
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::tests::{ended_using, initialised_using, kept_ready};
    use crate::history::{Event, History, Limit};
    use crate::price::{Architecture, Execution, GbSeconds, Quantity};

    const START: Timestamp = Timestamp::from_micros(1_000_000_000);

    #[test]
    fn invocations_and_what_is_kept_ready_are_on_the_bill() {
        let history = History::default();
        let after = |seconds| START + Duration::from_secs(seconds);
        let size = Size {
            architecture: Architecture::Arm64,
            memory_mb: 1_024,
        };
        history.record(START, None, kept_ready("e1", size));
        history.record(START, None, kept_ready("e2", size));
        let taken = Event::SnapshotTaken {
            function: "f".to_owned(),
            version: "1".to_owned(),
            environment: "e4".to_owned(),
            size,
        };
        history.record(START, None, taken);
        let one = Usage::of(&Execution {
            memory_mb: 128,
            billed_ms: 100,
            ..Execution::default()
        });
        let ahead = Usage::of_initialisation(&Execution {
            provisioned: true,
            memory_mb: 1_024,
            billed_ms: 500,
            ..Execution::default()
        });
        history.record(START, None, initialised_using("e1", ahead));
        history.record(after(1), None, ended_using("e3", "r1", one));
        history.record(after(2), None, ended_using("e3", "r2", one));
        let ended = Event::EnvironmentEnded {
            environment: "e1".to_owned(),
            reason: "shut down".to_owned(),
        };
        history.record(after(301), None, ended);
        let usage = history.usage(after(900));
        assert_eq!((usage.requests, usage.provisioned_requests), (2, 0));
        assert_eq!(
            Quantity::GbSeconds(usage.provisioned_duration.x86_64).to_string(),
            "0.5 GB-s"
        );
        assert_eq!(Quantity::GbSeconds(usage.duration.x86_64).to_string(), "0.025 GB-s");
        // 301 seconds count as ten minutes; the other environment is still there after 15.
        assert_eq!(usage.provisioned.arm64, GbSeconds::whole(600 + 900));
        // A snapshot costs three hours at least.
        assert_eq!(usage.snapshots, GbSeconds::whole(3 * 3_600));
        // Dropping the entries takes nothing off the bill.
        history.keep(Limit {
            entries: 1,
            ..Limit::STAYING
        });
        assert_eq!(history.all().len(), 1);
        assert_eq!(history.usage(after(900)), usage);
    }
}
