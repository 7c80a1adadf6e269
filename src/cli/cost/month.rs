//! A month's bill, as a table, as sentences and as JSON.

use serde_json::{Value, json};

use crate::cli::sheet;
use crate::price::{Bill, Quantity, US_EAST_1, Usd, Workload};

/// A workload with its bills.
pub(super) struct Month {
    workload: Workload,
    bill: Bill,
    /// What the same costs where nothing is free.
    full: Usd,
    /// Both totals on the other architecture.
    other: (Usd, Usd),
    no_free_tier: bool,
}

impl Month {
    pub(super) fn of(workload: Workload, no_free_tier: bool) -> Self {
        let (bill, full) = bills(&workload, no_free_tier);
        let elsewhere = Workload {
            architecture: workload.architecture.other(),
            ..workload.clone()
        };
        let (other, other_full) = bills(&elsewhere, no_free_tier);
        Self {
            workload,
            bill,
            full,
            other: (other.total(), other_full),
            no_free_tier,
        }
    }

    /// The table, within 80 columns.
    pub(super) fn table(&self) -> Vec<String> {
        let mut totals = vec![("Total", self.bill.total())];
        if self.full != self.bill.total() {
            totals.push(("Without the free tier", self.full));
        }
        let mut lines = vec![self.heading(), String::new()];
        lines.extend(sheet::table(&self.bill, &totals, Usd::to_cents));
        lines.push(String::new());
        lines.push(self.comparison());
        lines
    }

    /// The same without columns.
    pub(super) fn sentences(&self) -> Vec<String> {
        let mut lines = vec![self.heading()];
        lines.extend(sheet::sentences(&self.bill, Usd::to_cents));
        lines.push(format!("Total: {}.", self.bill.total().to_cents()));
        if !self.no_free_tier {
            lines.push(format!("Without the free tier: {}.", self.full.to_cents()));
        }
        lines.push(self.comparison() + ".");
        lines
    }

    pub(super) fn as_json(&self) -> Value {
        let architecture = self.workload.architecture;
        json!({
            "region": US_EAST_1.region,
            "architecture": architecture.as_str(),
            "requests": self.workload.requests,
            "coldStarts": self.workload.cold_starts(),
            "items": sheet::as_json(&self.bill),
            "totalUsd": self.bill.total().as_f64(),
            "withoutFreeTierUsd": self.full.as_f64(),
            "otherArchitecture": {
                "architecture": architecture.other().as_str(),
                "totalUsd": self.other.0.as_f64(),
                "withoutFreeTierUsd": self.other.1.as_f64(),
            },
        })
    }

    fn heading(&self) -> String {
        let workload = &self.workload;
        let mut text = format!(
            "A month in {}: {} of {} with {} MB, {}",
            US_EAST_1.region,
            requests(workload.requests),
            milliseconds(workload.duration),
            workload.memory_mb,
            workload.architecture.as_str()
        );
        let cold = workload.cold_starts();
        if cold > 0 {
            let starts = if workload.snap_start.is_some() {
                "restored from a snapshot".to_owned()
            } else {
                format!("cold, {} longer", milliseconds(workload.init))
            };
            text.push_str(&format!(",\n{} of them {starts}", Quantity::Requests(cold)));
        }
        text
    }

    /// What the other architecture would cost for the same durations.
    fn comparison(&self) -> String {
        let other = self.workload.architecture.other();
        let (here, there) = (self.full, self.other.1);
        let mut text = format!("On {}: {}", other.as_str(), self.other.0.to_cents());
        if !self.no_free_tier && self.other.0 != there {
            text.push_str(&format!(", without the free tier {}", there.to_cents()));
        }
        let (less, more) = (here - there, there - here);
        let percent = |part: Usd| (part.as_f64() / here.as_f64().max(f64::MIN_POSITIVE) * 100.0).round();
        if percent(less) >= 1.0 {
            text.push_str(&format!(" ({} % less)", percent(less)));
        } else if percent(more) >= 1.0 {
            text.push_str(&format!(" ({} % more)", percent(more)));
        }
        text
    }
}

fn bills(workload: &Workload, no_free_tier: bool) -> (Bill, Usd) {
    let usage = workload.usage();
    let full = Bill::without_free_tier(&usage, &US_EAST_1);
    let total = full.total();
    if no_free_tier {
        (full, total)
    } else {
        (Bill::with_free_tier(&usage, &US_EAST_1), total)
    }
}

fn requests(number: u64) -> String {
    let noun = if number == 1 { "request" } else { "requests" };
    format!("{} {noun}", Quantity::Requests(number))
}

/// As `200 ms`, with the decimals of a REPORT line where there are any.
pub(super) fn milliseconds(span: std::time::Duration) -> String {
    let text = crate::lambda::report::millis(span);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} ms")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::price::{Architecture, Provisioned};

    fn workload(requests: u64) -> Workload {
        Workload {
            requests,
            architecture: Architecture::X86_64,
            memory_mb: 512,
            storage_mb: 512,
            duration: Duration::from_millis(200),
            cold_per_million: 0,
            init: Duration::ZERO,
            asynchronous: None,
            streamed: 0,
            provisioned: None,
            snap_start: None,
        }
    }

    fn table(workload: Workload, no_free_tier: bool) -> String {
        let lines = Month::of(workload, no_free_tier).table();
        for line in lines.iter().flat_map(|line| line.lines()) {
            assert!(line.chars().count() <= 80, "too wide: {line}");
        }
        lines.join("\n")
    }

    #[test]
    fn the_lessons_month() {
        insta::assert_snapshot!(table(workload(1_000_000), false));
        insta::assert_snapshot!(Month::of(workload(1_000_000), false).sentences().join("\n"));
    }

    #[test]
    fn cold_starts_storage_and_streams() {
        let month = Workload {
            architecture: Architecture::Arm64,
            storage_mb: 1_024,
            cold_per_million: 10_000,
            init: Duration::from_millis(300),
            streamed: 8 << 20,
            ..workload(10_000_000)
        };
        insta::assert_snapshot!(table(month, false));
    }

    #[test]
    fn provisioned_concurrency_and_snapshots() {
        let hours = |hours: u64| Duration::from_secs(hours * 3_600);
        let provisioned = Workload {
            provisioned: Some(Provisioned {
                environments: 10,
                time: hours(720),
            }),
            ..workload(10_000_000)
        };
        insta::assert_snapshot!(table(provisioned, false));
        let restored = Workload {
            cold_per_million: 10_000,
            snap_start: Some(hours(720)),
            ..workload(10_000_000)
        };
        insta::assert_snapshot!(table(restored, true));
    }

    #[test]
    fn huge_numbers_still_fit() {
        let month = Workload {
            memory_mb: 1_024,
            duration: Duration::from_secs(2),
            asynchronous: Some(300 << 10),
            ..workload(8_000_000_000)
        };
        insta::assert_snapshot!(table(month, false));
    }
}
