//! A bill: what was used, item by item, with what is free and what it costs.

use super::money::{Rate, Usd};
use super::quantity::{Architecture, GbSeconds, Gigabytes, Quantity};
use super::rates::{Rates, Tier};
use super::usage::Usage;

/// What an item is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charge {
    /// Requests on demand.
    Requests,
    /// Requests to provisioned environments.
    ProvisionedRequests,
    /// Duration on demand; the step of the rate, from 1.
    Duration(Architecture, usize),
    /// Duration in provisioned environments.
    ProvisionedDuration(Architecture),
    /// Provisioned concurrency.
    Provisioned(Architecture),
    /// Ephemeral storage above 512 MB.
    Storage,
    /// Snapshots kept for SnapStart.
    Snapshots,
    /// Memory restored by SnapStart.
    Restored,
    /// Response streams.
    Streaming,
}

/// One line of a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// What it is for.
    pub charge: Charge,
    /// How much was used.
    pub used: Quantity,
    /// How much of that is free.
    pub free: Quantity,
    /// The price of one unit.
    pub rate: Rate,
    /// What it costs.
    pub cost: Usd,
}

/// The items of a month, or of anything shorter.
#[derive(Debug, Clone)]
pub struct Bill {
    /// In the order in which AWS's own examples count.
    pub items: Vec<Item>,
}

impl Bill {
    /// A month's bill with the free tier, where the account uses nothing else.
    #[must_use]
    pub fn with_free_tier(usage: &Usage, rates: &'static Rates) -> Self {
        let free = &rates.free;
        let mut bill = Writer::new(rates);
        bill.requests(usage, usage.requests.min(free.requests));
        // The free time counts for both architectures together; the dearer is freed first.
        let freed = usage.duration.x86_64.min(free.duration);
        bill.duration(Architecture::X86_64, usage.duration.x86_64, freed);
        let freed = usage.duration.arm64.min(free.duration.without(freed));
        bill.duration(Architecture::Arm64, usage.duration.arm64, freed);
        bill.rest(usage, usage.streamed.min(free.streaming));
        bill.done()
    }

    /// A bill on which nothing is free.
    #[must_use]
    pub fn without_free_tier(usage: &Usage, rates: &'static Rates) -> Self {
        let mut bill = Writer::new(rates);
        bill.requests(usage, 0);
        for architecture in [Architecture::X86_64, Architecture::Arm64] {
            bill.duration(architecture, usage.duration.of(architecture), GbSeconds::default());
        }
        bill.rest(usage, Gigabytes::default());
        bill.done()
    }

    /// What all items cost together.
    #[must_use]
    pub fn total(&self) -> Usd {
        self.items.iter().map(|item| item.cost).sum()
    }
}

struct Writer {
    rates: &'static Rates,
    items: Vec<Item>,
}

impl Writer {
    fn new(rates: &'static Rates) -> Self {
        Self {
            rates,
            items: Vec::new(),
        }
    }

    fn requests(&mut self, usage: &Usage, free: u64) {
        let rate = self.rates.request;
        if usage.requests > 0 {
            self.items.push(Item {
                charge: Charge::Requests,
                used: Quantity::Requests(usage.requests),
                free: Quantity::Requests(free),
                rate,
                cost: Quantity::Requests(usage.requests - free).at(rate),
            });
        }
        self.full(
            Charge::ProvisionedRequests,
            Quantity::Requests(usage.provisioned_requests),
            rate,
        );
    }

    /// Duration on demand. What is free is taken before the steps are counted, as in AWS's examples.
    fn duration(&mut self, architecture: Architecture, used: GbSeconds, free: GbSeconds) {
        let mut free = free;
        let mut billed = used.without(free);
        let mut before = GbSeconds::default();
        if used == GbSeconds::default() {
            return;
        }
        for (step, Tier { up_to, rate }) in self.rates.duration.of(architecture).iter().enumerate() {
            let room = up_to.map(|end| end.without(before));
            let part = room.map_or(billed, |room| billed.min(room));
            // What is free stands in the first line.
            let whole = part + free;
            if whole > GbSeconds::default() {
                self.items.push(Item {
                    charge: Charge::Duration(architecture, step + 1),
                    used: Quantity::GbSeconds(whole),
                    free: Quantity::GbSeconds(free),
                    rate: *rate,
                    cost: part.at(*rate),
                });
            }
            billed = billed.without(part);
            before += part;
            free = GbSeconds::default();
        }
    }

    fn rest(&mut self, usage: &Usage, free_streaming: Gigabytes) {
        let rates = self.rates;
        for architecture in [Architecture::X86_64, Architecture::Arm64] {
            self.full(
                Charge::ProvisionedDuration(architecture),
                Quantity::GbSeconds(usage.provisioned_duration.of(architecture)),
                rates.provisioned_duration.of(architecture),
            );
            self.full(
                Charge::Provisioned(architecture),
                Quantity::GbSeconds(usage.provisioned.of(architecture)),
                rates.provisioned.of(architecture),
            );
        }
        self.full(Charge::Storage, Quantity::GbSeconds(usage.storage), rates.storage);
        self.full(Charge::Snapshots, Quantity::GbSeconds(usage.snapshots), rates.snapshot);
        self.full(Charge::Restored, Quantity::Gigabytes(usage.restored), rates.restore);
        if usage.streamed > Gigabytes::default() {
            self.items.push(Item {
                charge: Charge::Streaming,
                used: Quantity::Gigabytes(usage.streamed),
                free: Quantity::Gigabytes(free_streaming),
                rate: rates.streaming,
                cost: usage.streamed.without(free_streaming).at(rates.streaming),
            });
        }
    }

    /// An item of which nothing is free, if there is any of it.
    fn full(&mut self, charge: Charge, used: Quantity, rate: Rate) {
        if used.is_zero() {
            return;
        }
        let free = match used {
            Quantity::Requests(_) => Quantity::Requests(0),
            Quantity::GbSeconds(_) => Quantity::GbSeconds(GbSeconds::default()),
            Quantity::Gigabytes(_) => Quantity::Gigabytes(Gigabytes::default()),
        };
        self.items.push(Item {
            charge,
            used,
            free,
            rate,
            cost: used.at(rate),
        });
    }

    fn done(self) -> Bill {
        Bill { items: self.items }
    }
}

#[cfg(test)]
mod tests;
