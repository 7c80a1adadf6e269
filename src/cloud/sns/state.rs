//! The topics as they are kept from one run to the next.

use serde_json::Value;

use super::Sns;
use crate::cloud::state::{StateError, read, write};

impl Sns {
    pub(in crate::cloud) fn save(&self) -> Value {
        write(&*self.lock())
    }

    pub(in crate::cloud) fn restore(&self, saved: Value) -> Result<(), StateError> {
        *self.lock() = read("sns", saved)?;
        Ok(())
    }
}
