//! The queues as they are kept from one run to the next.

use std::collections::BTreeMap;

use serde_json::Value;

use super::queue::Queue;
use super::{Receiver, Sqs};
use crate::cloud::state::{StateError, read, write};

impl Sqs {
    pub(in crate::cloud) fn save(&self) -> Value {
        write(&*self.shared.lock())
    }

    /// Messages in flight stay hidden for as long as they would have.
    pub(in crate::cloud) fn restore(&self, saved: Value) -> Result<(), StateError> {
        let restored: BTreeMap<String, Queue> = read("sqs", saved)?;
        let now = self.shared.core.now();
        let mut queues = self.shared.lock();
        for (name, mut queue) in restored {
            for (place, until) in queue.hidden(now) {
                let alarm = self.shared.alarm(&name, place, until, Receiver::Outside);
                queue.keep(place, alarm);
            }
            queues.insert(name, queue);
        }
        Ok(())
    }
}

/// A number that JSON's are too small for, as text.
pub(super) mod text {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    pub(in crate::cloud::sqs) fn serialize<S: Serializer>(number: &u128, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&number.to_string())
    }

    pub(in crate::cloud::sqs) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u128, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}
