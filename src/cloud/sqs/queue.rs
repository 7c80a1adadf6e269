//! One queue: its messages, who may see them when, and where they go after too many receives.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use tokio::sync::oneshot;

use serde::{Deserialize, Serialize};

use super::message::{Fifo, Message, MessageAttribute};
use super::settings::{Redrive, Settings};
use crate::clock::{Busy, Clock, Timestamp};
use crate::cloud::alarm::Alarm;
use crate::history::EntryId;

/// For how long a FIFO queue remembers a deduplication id.
const DEDUPLICATION: Duration = Duration::from_mins(5);

/// The sequence number of a FIFO queue's first message.
const FIRST_SEQUENCE: u128 = 18_849_496_460_467_696_128;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Queue {
    pub(super) arn: String,
    pub(super) settings: Settings,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) purged: Option<Timestamp>,
    messages: BTreeMap<u64, Stored>,
    next: u64,
    #[serde(with = "super::state::text")]
    sequence: u128,
    /// By deduplication id (with its group, if the scope is the group).
    seen: HashMap<String, (Timestamp, Sent)>,
    #[serde(skip)]
    waiting: Vec<oneshot::Sender<Busy>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    message: Message,
    visible_at: Timestamp,
    /// Set while a receiver has it.
    in_flight: bool,
    #[serde(skip)]
    alarm: Option<Alarm>,
}

/// What is put into a queue.
#[derive(Debug, Clone, Default)]
pub(super) struct Outgoing {
    pub(super) message_id: String,
    pub(super) body: String,
    pub(super) attributes: Vec<(String, MessageAttribute)>,
    pub(super) sender_id: String,
    pub(super) delay: Duration,
    pub(super) group_id: Option<String>,
    pub(super) deduplication_id: Option<String>,
    pub(super) trace_header: Option<String>,
}

/// What a sender gets to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Sent {
    pub(super) message_id: String,
    pub(super) sequence_number: Option<String>,
}

/// The outcome of a receive.
#[derive(Debug, Default)]
pub(super) struct Received {
    pub(super) messages: Vec<(u64, Message)>,
    /// Messages that were received too often; they have left the queue.
    pub(super) dead: Vec<Message>,
}

/// How many messages are in which state.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) visible: usize,
    pub(super) in_flight: usize,
    pub(super) delayed: usize,
}

impl Queue {
    pub(super) fn new(arn: String, settings: Settings, tags: BTreeMap<String, String>, now: Timestamp) -> Self {
        Self {
            arn,
            settings,
            created: now,
            modified: now,
            tags,
            purged: None,
            messages: BTreeMap::new(),
            next: 0,
            sequence: FIRST_SEQUENCE,
            seen: HashMap::new(),
            waiting: Vec::new(),
        }
    }

    /// Adds a message, unless its deduplication id was seen; answers its place too if it is new.
    pub(super) fn send(&mut self, now: Timestamp, outgoing: Outgoing) -> (Sent, Option<u64>) {
        let mut sent = Sent {
            message_id: outgoing.message_id.clone(),
            sequence_number: None,
        };
        let mut fifo = None;
        if let (true, Some(group_id), Some(deduplication_id)) =
            (self.settings.fifo, outgoing.group_id.clone(), outgoing.deduplication_id)
        {
            self.seen.retain(|_, (at, _)| now - *at < DEDUPLICATION);
            let scope = if self.settings.deduplicates_by_group() {
                format!("{group_id}\0{deduplication_id}")
            } else {
                deduplication_id.clone()
            };
            if let Some((_, before)) = self.seen.get(&scope) {
                return (before.clone(), None);
            }
            self.sequence += 256;
            let sequence_number = self.sequence.to_string();
            sent.sequence_number = Some(sequence_number.clone());
            self.seen.insert(scope, (now, sent.clone()));
            fifo = Some(Fifo {
                group_id,
                deduplication_id,
                sequence_number,
            });
        }
        let group_id = outgoing.group_id.filter(|_| fifo.is_none());
        let message = Message {
            message_id: outgoing.message_id,
            receipt_handle: String::new(),
            body: outgoing.body,
            attributes: outgoing.attributes,
            sent: now,
            sender_id: outgoing.sender_id,
            receive_count: 0,
            first_received: None,
            fifo,
            group_id,
            trace_header: outgoing.trace_header,
            dead_letter_source: None,
            cause: None,
        };
        (sent, Some(self.store(message, now + outgoing.delay)))
    }

    /// Takes in a message of another queue: as a dead letter, if its source is given.
    pub(super) fn take_in(&mut self, now: Timestamp, mut message: Message, source: Option<&str>) {
        message.receive_count = 0;
        message.first_received = None;
        message.receipt_handle.clear();
        message.dead_letter_source = source.map(str::to_owned);
        self.store(message, now);
    }

    /// Takes out all messages that are visible now.
    pub(super) fn drain(&mut self, now: Timestamp) -> Vec<Message> {
        let visible = self.messages.extract_if(.., |_, stored| stored.visible_at <= now);
        visible.map(|(_, stored)| stored.message).collect()
    }

    fn store(&mut self, message: Message, visible_at: Timestamp) -> u64 {
        let place = self.next;
        self.next += 1;
        let stored = Stored {
            message,
            visible_at,
            in_flight: false,
            alarm: None,
        };
        self.messages.insert(place, stored);
        place
    }

    /// Hands out up to `max` visible messages and hides them for a while.
    pub(super) fn receive(
        &mut self,
        now: Timestamp,
        max: usize,
        visibility: Duration,
        redrive: Option<&Redrive>,
        handle: impl Fn(&Message) -> String,
    ) -> Received {
        self.forget_expired(now);
        let mut received = Received::default();
        let mut closed_groups = HashSet::new();
        let mut dead = Vec::new();
        for (&place, stored) in &mut self.messages {
            if received.messages.len() == max {
                break;
            }
            let group = stored.message.fifo.as_ref().map(|fifo| fifo.group_id.clone());
            let closed = group.as_ref().is_some_and(|group| closed_groups.contains(group));
            if closed || stored.visible_at > now {
                closed_groups.extend(group);
                continue;
            }
            let count = stored.message.receive_count;
            if redrive.is_some_and(|redrive| count >= redrive.max_receive_count) {
                dead.push(place);
                continue;
            }
            let message = &mut stored.message;
            message.receive_count += 1;
            message.first_received.get_or_insert(now);
            message.receipt_handle = handle(message);
            stored.visible_at = now + visibility;
            stored.in_flight = !visibility.is_zero();
            stored.alarm = None;
            received.messages.push((place, message.clone()));
        }
        let dead = dead.into_iter().filter_map(|place| self.messages.remove(&place));
        received.dead = dead.map(|stored| stored.message).collect();
        received
    }

    /// Deletes a message by its id, if the handle is that of its last receive; whether others were waiting for it.
    pub(super) fn delete(&mut self, message_id: &str, handle: &str) -> bool {
        let found = self.find(message_id).filter(|place| {
            let stored = self.messages.get(place);
            stored.is_some_and(|stored| stored.message.receipt_handle == handle)
        });
        let gone = found.and_then(|place| self.messages.remove(&place));
        gone.is_some() && self.settings.fifo
    }

    /// The place of the message with this handle; `None` if it is not in flight.
    pub(super) fn in_flight(&self, now: Timestamp, message_id: &str, handle: &str) -> Option<u64> {
        let place = self.find(message_id)?;
        let stored = self.messages.get(&place)?;
        let held = stored.in_flight && stored.visible_at > now && stored.message.receipt_handle == handle;
        held.then_some(place)
    }

    /// Hides a message until a time.
    pub(super) fn hide(&mut self, place: u64, until: Timestamp, alarm: Option<Alarm>) {
        if let Some(stored) = self.messages.get_mut(&place) {
            stored.visible_at = until;
            stored.alarm = alarm;
        }
    }

    /// Keeps the timer that will make a message visible.
    pub(super) fn keep(&mut self, place: u64, alarm: Alarm) {
        if let Some(stored) = self.messages.get_mut(&place) {
            stored.alarm = Some(alarm);
        }
    }

    /// Makes a message visible; whether it is still there.
    pub(super) fn show(&mut self, place: u64, now: Timestamp) -> bool {
        let Some(stored) = self.messages.get_mut(&place) else {
            return false;
        };
        stored.visible_at = stored.visible_at.min(now);
        stored.in_flight = false;
        stored.alarm = None;
        true
    }

    /// Makes a message visible if its time has come; false if it is gone or was hidden anew meanwhile.
    pub(super) fn due(&mut self, place: u64, now: Timestamp) -> bool {
        let due = self.messages.get(&place).is_some_and(|stored| stored.visible_at <= now);
        due && self.show(place, now)
    }

    /// Says what put the messages here of which nobody has said it yet.
    pub(super) fn caused_by(&mut self, cause: EntryId) {
        // They are the last ones.
        for stored in self.messages.values_mut().rev() {
            if stored.message.cause.is_some() {
                break;
            }
            stored.message.cause = Some(cause);
        }
    }

    /// Deletes all messages.
    pub(super) fn purge(&mut self) {
        self.messages.clear();
    }

    /// The places of the messages that are hidden, and until when.
    pub(super) fn hidden(&self, now: Timestamp) -> Vec<(u64, Timestamp)> {
        let all = self.messages.iter();
        all.filter(|(_, stored)| stored.visible_at > now)
            .map(|(place, stored)| (*place, stored.visible_at))
            .collect()
    }

    /// All messages, visible or not, in order.
    pub(super) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.values().map(|stored| &stored.message)
    }

    pub(super) fn counts(&self, now: Timestamp) -> Counts {
        let mut counts = Counts::default();
        for stored in self.messages.values() {
            if stored.visible_at <= now {
                counts.visible += 1;
            } else if stored.in_flight {
                counts.in_flight += 1;
            } else {
                counts.delayed += 1;
            }
        }
        counts
    }

    /// Resolves, with a token, when a message becomes visible.
    pub(super) fn wait(&mut self) -> oneshot::Receiver<Busy> {
        self.waiting.retain(|waiting| !waiting.is_closed());
        let (wake, woken) = oneshot::channel();
        self.waiting.push(wake);
        woken
    }

    /// Wakes all who wait.
    pub(super) fn wake(&mut self, clock: &Clock) {
        for waiting in self.waiting.drain(..) {
            let _ = waiting.send(clock.busy());
        }
    }

    fn find(&self, message_id: &str) -> Option<u64> {
        let mut all = self.messages.iter();
        all.find(|(_, stored)| stored.message.message_id == message_id)
            .map(|(place, _)| *place)
    }

    fn forget_expired(&mut self, now: Timestamp) {
        let retention = Duration::from_secs(u64::from(self.settings.retention));
        self.messages.retain(|_, stored| now - stored.message.sent < retention);
    }
}
