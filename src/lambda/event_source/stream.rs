//! Polling a DynamoDB stream: in order, and a batch that fails blocks what comes after it
//! (developer guide, "Using Lambda with DynamoDB").
//!
//! A shard is read in as many lanes as the parallelization factor says. An item is always in the same lane, so its
//! changes keep their order; each lane has a place of its own in the shard, and a tumbling window of its own.

use std::pin::Pin;
use std::sync::PoisonError;

use tokio::sync::mpsc;

use super::stream_batch::{Progress, StreamBatch};
use super::window::{Invoked, OpenWindow};
use super::{Place, Polling, StreamSettings};
use crate::clock::{Busy, Timestamp};
use crate::cloud::dynamodb::{StreamPosition, StreamRecord};

/// How large the records of one event may be, in bytes: the most that a synchronous invocation takes, less the frame.
const EVENT_SIZE: usize = 6_291_456 - 16;

/// Reads every lane until the mapping is stopped.
pub(super) async fn poll(polling: Polling, settings: StreamSettings, mut woken: mpsc::UnboundedReceiver<Busy>) {
    let lanes: Vec<_> = (0..settings.parallelization_factor)
        .map(|index| {
            let (wake, woken) = mpsc::unbounded_channel();
            let place = polling.place(index);
            let lane = Lane {
                polling: polling.clone(),
                settings: settings.clone(),
                index,
                gathered: Vec::new(),
                bytes: 0,
                since: None,
                read_to: place.position(),
                window: place.into_window().filter(|_| settings.tumbling_window.is_some()),
            };
            polling.lambda.spawn(lane.read(woken));
            wake
        })
        .collect();
    loop {
        let busy = tokio::select! {
            biased;
            () = polling.stopped.cancelled() => return,
            busy = woken.recv() => busy,
        };
        let Some(busy) = busy else { return };
        for lane in &lanes {
            let _ = lane.send(busy.another());
        }
    }
}

/// Reads the records of some of the items of a shard.
struct Lane {
    polling: Polling,
    settings: StreamSettings,
    index: usize,
    /// Records for the next batch; more may come until the window is over.
    gathered: Vec<StreamRecord>,
    bytes: usize,
    /// When the first of them was read.
    since: Option<Timestamp>,
    /// Everything before it was gathered or belongs to others.
    read_to: StreamPosition,
    /// The tumbling window whose records were read last.
    window: Option<OpenWindow>,
}

type Alarm = Pin<Box<dyn Future<Output = Busy> + Send>>;

impl Lane {
    async fn read(mut self, mut woken: mpsc::UnboundedReceiver<Busy>) {
        let stopped = self.polling.stopped.clone();
        let mut alarm: Option<Alarm> = None;
        loop {
            let busy = tokio::select! {
                biased;
                () = stopped.cancelled() => return,
                busy = woken.recv() => busy,
                busy = async {
                    match &mut alarm {
                        Some(alarm) => alarm.await,
                        None => std::future::pending().await,
                    }
                } => Some(busy),
            };
            let Some(mut busy) = busy else { return };
            loop {
                let complete = self.gather();
                if self.gathered.is_empty() {
                    let over_at = self.window.as_ref().map(OpenWindow::over_at);
                    if over_at.is_some_and(|over_at| complete || over_at <= self.now()) {
                        let (progress, token) = self.close_window(busy).await;
                        busy = token;
                        if progress == Progress::Stopped {
                            return;
                        }
                        continue;
                    }
                    self.reached();
                    alarm = over_at.map(|over_at| self.alarm(over_at, &busy));
                    break;
                }
                let end = self
                    .since
                    .map_or_else(|| self.now(), |since| since + self.polling.mapping.window);
                if !complete && self.now() < end {
                    alarm = Some(self.alarm(end, &busy));
                    break;
                }
                let records = std::mem::take(&mut self.gathered);
                (self.since, self.bytes) = (None, 0);
                let (progress, token) = self.work_off(records, busy).await;
                busy = token;
                if progress == Progress::Stopped {
                    return;
                }
                self.reached();
            }
        }
    }

    fn alarm(&self, at: Timestamp, busy: &Busy) -> Alarm {
        let (clock, token) = (self.polling.cloud.clock().clone(), busy.another());
        Box::pin(async move { clock.sleep_until(token, at).await })
    }

    /// Reads on until a batch is complete or there is nothing more; whether it is complete. A batch never reaches
    /// into another tumbling window.
    fn gather(&mut self) -> bool {
        let mapping = self.polling.mapping.clone();
        loop {
            let page =
                self.polling
                    .cloud
                    .dynamodb
                    .records_since(&mapping.source, self.read_to, mapping.batch_size.min(1_000));
            let Ok(page) = page else { return false };
            if page.records.is_empty() {
                self.read_to = page.next;
                return false;
            }
            for record in page.records {
                if !self.owns(&record) || !mapping.filters.matches(&record.event) {
                    self.read_to = record.next;
                    continue;
                }
                if self.window_of_batch().is_some_and(|window| window.is_before(&record)) {
                    return true;
                }
                let size = record.event.to_string().len() + 1;
                if self.bytes + size > EVENT_SIZE && !self.gathered.is_empty() {
                    return true;
                }
                self.read_to = record.next;
                self.bytes += size;
                self.gathered.push(record);
                let now = self.now();
                self.since.get_or_insert(now);
                if self.gathered.len() == mapping.batch_size {
                    return true;
                }
            }
        }
    }

    /// The tumbling window of the records that were gathered, or else of those before them.
    fn window_of_batch(&self) -> Option<OpenWindow> {
        let opened = || Some(OpenWindow::of(self.gathered.first()?, self.settings.tumbling_window?));
        self.window.clone().or_else(opened)
    }

    fn owns(&self, record: &StreamRecord) -> bool {
        let lanes = self.settings.parallelization_factor as u64;
        // FNV-1a: the same lane for an item in every run.
        let key = record.event["dynamodb"]["Keys"].to_string();
        let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        lanes == 1 || hash % lanes == self.index as u64
    }

    /// Tries until the records are done with, given up or expired. A bisected batch is two, one after the other.
    async fn work_off(&mut self, records: Vec<StreamRecord>, mut busy: Busy) -> (Progress, Busy) {
        if self.window.is_none() {
            let length = self.settings.tumbling_window;
            self.window = records
                .first()
                .zip(length)
                .map(|(first, length)| OpenWindow::of(first, length));
        }
        let mut batches = vec![StreamBatch::new(records)];
        while let Some(mut batch) = batches.pop() {
            loop {
                let window = self.window.as_mut();
                let (progress, token) = batch.attempt(&self.polling, &self.settings, window, busy).await;
                busy = token;
                if let Some(window) = self.window.as_mut().filter(|window| window.is_too_large()) {
                    let (ended, token) = window
                        .conclude(Invoked::Early, &self.polling, &self.settings, busy)
                        .await;
                    busy = token;
                    if ended == Progress::Stopped {
                        return (ended, busy);
                    }
                }
                match progress {
                    Progress::Done => break,
                    Progress::Again => {}
                    Progress::Bisected(second) => batches.push(*second),
                    Progress::Stopped => return (Progress::Stopped, busy),
                }
            }
        }
        (Progress::Done, busy)
    }

    /// Invokes the function with what became of a window that is over.
    async fn close_window(&mut self, mut busy: Busy) -> (Progress, Busy) {
        if let Some(mut window) = self.window.take() {
            let (progress, token) = window
                .conclude(Invoked::Finally, &self.polling, &self.settings, busy)
                .await;
            busy = token;
            if progress == Progress::Stopped {
                return (progress, busy);
            }
        }
        self.reached();
        (Progress::Done, busy)
    }

    /// Everything up to here is done with: a mapping that is enabled again goes on here.
    fn reached(&self) {
        let mut places = self.polling.checkpoint.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = places.get_mut(self.index) {
            *own = Place::new(self.read_to, self.window.clone());
        }
    }

    fn now(&self) -> Timestamp {
        self.polling.cloud.clock().now()
    }
}
