//! The APIs as they are kept from one run to the next.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::manage::Managed;
use super::{Api, Apis};
use crate::cloud::state::{StateError, read, write};

#[derive(Serialize)]
struct Kept<'a> {
    deployed: Vec<Arc<Api>>,
    managed: &'a Managed,
}

#[derive(Deserialize)]
struct Found {
    deployed: Vec<Api>,
    managed: Managed,
}

impl Apis {
    pub(in crate::cloud) fn save(&self) -> Value {
        let managed = self.managed();
        write(&Kept {
            deployed: self.all(),
            managed: &managed,
        })
    }

    pub(in crate::cloud) fn restore(&self, saved: Value) -> Result<(), StateError> {
        let found: Found = read("apis", saved)?;
        *self.managed() = found.managed;
        found.deployed.into_iter().for_each(|api| self.deploy(api));
        Ok(())
    }
}
