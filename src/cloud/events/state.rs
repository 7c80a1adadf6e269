//! The buses and rules as they are kept from one run to the next.

use serde_json::{Value, json};

use super::{Events, Rule, Schedule};
use crate::cloud::state::{StateError, read, write};

impl Events {
    pub(in crate::cloud) fn save(&self) -> Value {
        let state = self.shared.lock();
        let rules: Vec<_> = state.rules.iter().collect();
        json!({ "buses": state.buses, "rules": write(&rules), "tags": write(&state.tags) })
    }

    /// Schedules begin anew.
    pub(in crate::cloud) fn restore(&self, mut saved: Value) -> Result<(), StateError> {
        let rules: Vec<((String, String), Rule)> = read("events", saved["rules"].take())?;
        self.shared.lock().buses = read("events", saved["buses"].take())?;
        self.shared.lock().tags = read("events", saved["tags"].take())?;
        for ((bus, name), rule) in rules {
            let schedule = rule.given["ScheduleExpression"].as_str().and_then(Schedule::parse);
            let timer = schedule.map(|schedule| self.shared.start(&bus, &name, schedule));
            let rule = Rule { _timer: timer, ..rule };
            self.shared.lock().rules.insert((bus, name), rule);
        }
        Ok(())
    }
}
