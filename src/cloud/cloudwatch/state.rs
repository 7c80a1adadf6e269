//! The metrics as they are kept from one run to the next.

use serde_json::Value;

use super::CloudWatch;
use crate::cloud::state::{StateError, read, write};

impl CloudWatch {
    pub(in crate::cloud) fn save(&self) -> Value {
        write(&self.all())
    }

    pub(in crate::cloud) fn restore(&self, saved: Value) -> Result<(), StateError> {
        let all: Vec<_> = read("cloudwatch", saved)?;
        *self.lock() = all.into_iter().collect();
        Ok(())
    }
}
