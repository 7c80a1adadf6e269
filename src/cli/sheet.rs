//! A bill on paper: as a table, as sentences and as JSON.

use serde_json::{Value, json};

use crate::price::{Bill, Charge, Item, Quantity, Usd};

/// Columns of a terminal that the table keeps to.
const WIDTH: usize = 80;

/// How an amount is written.
type Written = fn(Usd) -> String;

/// The items and the totals below them.
pub(super) fn table(bill: &Bill, totals: &[(&str, Usd)], written: Written) -> Vec<String> {
    let any_free = bill.items.iter().any(|item| !item.free.is_zero());
    let mut rows = vec![["", "used", "free", "price of one", "cost"].map(str::to_owned)];
    rows.extend(bill.items.iter().map(|item| {
        [
            name(item.charge).to_owned(),
            item.used.to_string(),
            if item.free.is_zero() {
                String::new()
            } else {
                item.free.to_string()
            },
            price_of_one(item),
            written(item.cost),
        ]
    }));
    let totals: Vec<(&str, String)> = totals
        .iter()
        .map(|(label, amount)| (*label, written(*amount)))
        .collect();
    // The totals share the first and the last column.
    let width = |column: usize| {
        let own = rows.iter().map(|row| row[column].chars().count());
        let total = totals.iter().map(|(label, amount)| match column {
            0 => label.len(),
            4 => amount.len(),
            _ => 0,
        });
        own.chain(total).max().unwrap_or(0)
    };
    let columns: Vec<usize> = (0..5).filter(|column| any_free || *column != 2).collect();
    let widths: usize = columns.iter().map(|column| width(*column)).sum();
    let gaps = columns.len() - 1;
    let between = if widths + 2 * gaps <= WIDTH { 2 } else { 1 };
    let whole = widths + between * gaps;
    let mut lines = Vec::new();
    for row in &rows {
        let cells: Vec<String> = columns
            .iter()
            .map(|&column| match column {
                0 => format!("{:<1$}", row[column], width(column)),
                _ => format!("{:>1$}", row[column], width(column)),
            })
            .collect();
        lines.push(cells.join(&" ".repeat(between)));
    }
    lines.push("-".repeat(whole));
    for (label, amount) in &totals {
        lines.push(format!("{label}{amount:>0$}", whole.saturating_sub(label.len())));
    }
    lines
}

/// The items without columns.
pub(super) fn sentences(bill: &Bill, written: Written) -> Vec<String> {
    let sentence = |item: &Item| {
        let free = if item.free.is_zero() {
            String::new()
        } else {
            format!(", {} of them free", item.free)
        };
        format!(
            "{}: {}{free}, at {}: {}.",
            name(item.charge),
            item.used,
            price_in_words(item),
            written(item.cost)
        )
    };
    bill.items.iter().map(sentence).collect()
}

/// The items.
pub(super) fn as_json(bill: &Bill) -> Value {
    bill.items.iter().map(item_as_json).collect()
}

fn name(charge: Charge) -> &'static str {
    match charge {
        Charge::Requests => "Requests",
        Charge::ProvisionedRequests => "Requests, provisioned",
        Charge::Duration(_, 1) => "Duration",
        Charge::Duration(_, 2) => "Duration, second tier",
        Charge::Duration(..) => "Duration, third tier",
        Charge::ProvisionedDuration(_) => "Duration, provisioned",
        Charge::Provisioned(_) => "Provisioned concurrency",
        Charge::Storage => "Storage over 512 MB",
        Charge::Snapshots => "SnapStart cache",
        Charge::Restored => "SnapStart restores",
        Charge::Streaming => "Response streams",
    }
}

/// As on the pricing page: requests by the million.
fn price_of_one(item: &Item) -> String {
    match item.used {
        Quantity::Requests(_) => format!("{}/1M", item.rate.times(1_000_000).to_cents()),
        Quantity::GbSeconds(_) | Quantity::Gigabytes(_) => item.rate.to_string(),
    }
}

fn price_in_words(item: &Item) -> String {
    match item.used {
        Quantity::Requests(_) => format!("{} a million", item.rate.times(1_000_000).to_cents()),
        Quantity::GbSeconds(_) | Quantity::Gigabytes(_) => format!("{} a {}", item.rate, item.used.unit()),
    }
}

fn item_as_json(item: &Item) -> Value {
    json!({
        "item": name(item.charge),
        "used": item.used.as_f64(),
        "free": item.free.as_f64(),
        "unit": item.used.unit(),
        "unitPriceUsd": item.rate.times(1).as_f64(),
        "costUsd": item.cost.as_f64(),
    })
}
