//! The log groups as they are kept from one run to the next.

use serde_json::Value;

use super::Logs;
use crate::cloud::state::{StateError, read, write};

impl Logs {
    pub(in crate::cloud) fn save(&self) -> Value {
        write(&*self.lock())
    }

    pub(in crate::cloud) fn restore(&self, saved: Value) -> Result<(), StateError> {
        let mut groups = self.lock();
        *groups = read("logs", saved)?;
        let streams = groups.values().flat_map(|group| group.streams.values());
        if let Some(last) = streams
            .flat_map(|stream| &stream.events)
            .map(|event| event.number)
            .max()
        {
            self.core.continue_after(last);
        }
        Ok(())
    }
}
