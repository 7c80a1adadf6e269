//! What Lambda costs: rates, what is used, and the bill, in exact decimal arithmetic (AWS Lambda pricing).
//!
//! Quantities are counted in whole numbers and priced once, so that no sum drifts. Nothing here knows of functions or
//! of Regions: whoever runs something says what it used.

mod bill;
mod money;
mod quantity;
mod rates;
mod usage;
mod workload;

pub use bill::{Bill, Charge, Item};
pub use money::{Rate, Usd};
pub use quantity::{Architecture, GbSeconds, Gigabytes, PerArchitecture, Quantity, Size};
pub use rates::{FreeTier, Rates, Tier, US_EAST_1};
pub use usage::{Execution, Usage};
pub use workload::{Provisioned, Workload, snapshot_kept};
