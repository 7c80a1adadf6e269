//! How many batches of a queue run at once (developer guide, "Configuring scaling behavior for SQS event source
//! mappings"): five at first, up to 300 more each minute while there is a backlog, fewer after throttles. A FIFO queue
//! is limited by its groups instead. With provisioned pollers there are ten for each of them, from the least to the most,
//! and up to 1,000 more each minute (AWS News Blog, "AWS Lambda enhances event processing with provisioned mode for SQS
//! event-source mapping").

use std::time::Duration;

use super::QueueSettings;
use crate::clock::Timestamp;

/// Batches of a standard queue that run at once at first.
const FIRST: usize = 5;
/// How many more may each minute.
const MORE: usize = 300;
const STEP: Duration = Duration::from_mins(1);
/// How many may in the end.
const MOST: usize = 1_000;
/// How many a provisioned poller runs at once.
const OF_A_POLLER: usize = 10;
/// How many more may each minute with provisioned pollers.
const MORE_PROVISIONED: usize = 1_000;

#[derive(Debug)]
pub(super) struct Scaling {
    first: usize,
    more: usize,
    most: usize,
    running: usize,
    /// Since when there are messages for which no batch was allowed, and when more were allowed last.
    behind: Option<Timestamp>,
    /// How many more than at first.
    grown: usize,
    /// Taken away after throttles, and given back one by one.
    reduced: usize,
}

impl Scaling {
    pub(super) fn new(settings: QueueSettings) -> Self {
        let (first, more, most) = match settings.provisioned {
            Some(pollers) => (
                pollers.minimum * OF_A_POLLER,
                MORE_PROVISIONED,
                pollers.maximum * OF_A_POLLER,
            ),
            None => (FIRST, MORE, settings.maximum_concurrency.unwrap_or(MOST).min(MOST)),
        };
        Self {
            first: if settings.fifo { most } else { first.min(most) },
            more,
            most,
            running: 0,
            behind: None,
            grown: 0,
            reduced: 0,
        }
    }

    /// Whether another batch may start.
    pub(super) fn allows_more(&mut self, now: Timestamp) -> bool {
        while let Some(since) = self.behind.filter(|since| *since + STEP <= now) {
            self.behind = Some(since + STEP);
            self.grown = (self.grown + self.more).min(self.most);
        }
        self.running < self.limit()
    }

    fn limit(&self) -> usize {
        let limit = (self.first + self.grown).min(self.most);
        limit.saturating_sub(self.reduced).max(1)
    }

    pub(super) fn started(&mut self) {
        self.running += 1;
    }

    pub(super) fn ended(&mut self, throttled: bool) {
        self.running -= 1;
        if throttled {
            self.reduced = (self.reduced + 1).min(self.first + self.grown);
        } else {
            self.reduced = self.reduced.saturating_sub(1);
        }
    }

    /// There are messages, and no more batches are allowed.
    pub(super) fn fell_behind(&mut self, now: Timestamp) {
        self.behind.get_or_insert(now);
    }

    /// There is nothing more in the queue.
    pub(super) fn caught_up(&mut self) {
        self.behind = None;
        if self.running == 0 {
            self.grown = 0;
        }
    }

    /// When more batches will be allowed, if it makes a difference.
    pub(super) fn grows_at(&self) -> Option<Timestamp> {
        let can_grow = self.first + self.grown < self.most;
        self.behind.filter(|_| can_grow).map(|since| since + STEP)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ProvisionedPollers;
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn fill(scaling: &mut Scaling, now: Timestamp) -> usize {
        let mut started = 0;
        while scaling.allows_more(now) {
            scaling.started();
            started += 1;
        }
        started
    }

    #[test]
    fn a_standard_queue_begins_with_five_and_grows_each_minute_of_backlog() {
        let settings = QueueSettings {
            fifo: false,
            maximum_concurrency: None,
            provisioned: None,
        };
        let mut scaling = Scaling::new(settings);
        assert_eq!(fill(&mut scaling, at(0)), 5);
        scaling.fell_behind(at(10));
        assert_eq!(fill(&mut scaling, at(69)), 0);
        assert_eq!(scaling.grows_at(), Some(at(70)));
        assert_eq!(fill(&mut scaling, at(70)), 300);
        assert_eq!(fill(&mut scaling, at(130)), 300);
        assert_eq!(fill(&mut scaling, at(10_000)), 395, "a thousand in all");
    }

    #[test]
    fn without_a_backlog_nothing_grows() {
        let settings = QueueSettings {
            fifo: false,
            maximum_concurrency: None,
            provisioned: None,
        };
        let mut scaling = Scaling::new(settings);
        fill(&mut scaling, at(0));
        scaling.fell_behind(at(0));
        scaling.caught_up();
        assert_eq!(fill(&mut scaling, at(600)), 0);
        assert_eq!(scaling.grows_at(), None);
    }

    #[test]
    fn the_maximum_concurrency_holds() {
        let settings = QueueSettings {
            fifo: false,
            maximum_concurrency: Some(2),
            provisioned: None,
        };
        let mut scaling = Scaling::new(settings);
        assert_eq!(fill(&mut scaling, at(0)), 2);
        scaling.fell_behind(at(0));
        assert_eq!(fill(&mut scaling, at(600)), 0);
    }

    #[test]
    fn throttles_reduce_it_and_successes_give_it_back() {
        let settings = QueueSettings {
            fifo: false,
            maximum_concurrency: None,
            provisioned: None,
        };
        let mut scaling = Scaling::new(settings);
        fill(&mut scaling, at(0));
        scaling.ended(true);
        assert!(!scaling.allows_more(at(0)), "four run, and four are allowed");
        scaling.ended(false);
        assert_eq!(fill(&mut scaling, at(0)), 2);
    }

    #[test]
    fn provisioned_pollers_run_ten_batches_each() {
        let settings = QueueSettings {
            fifo: false,
            maximum_concurrency: None,
            provisioned: Some(ProvisionedPollers {
                minimum: 4,
                maximum: 110,
            }),
        };
        let mut scaling = Scaling::new(settings);
        assert_eq!(fill(&mut scaling, at(0)), 40);
        scaling.fell_behind(at(0));
        assert_eq!(fill(&mut scaling, at(60)), 1_000);
        assert_eq!(fill(&mut scaling, at(120)), 60);
        assert_eq!(scaling.grows_at(), None);
    }

    #[test]
    fn a_fifo_queue_is_not_limited_to_five() {
        let settings = QueueSettings {
            fifo: true,
            maximum_concurrency: None,
            provisioned: None,
        };
        assert_eq!(fill(&mut Scaling::new(settings), at(0)), 1_000);
    }
}
