//! AWS's own examples (AWS Lambda pricing, US East, 2026-09), and those of the lessons.

use std::time::Duration;

use super::*;
use crate::price::{Execution, PerArchitecture, Provisioned, US_EAST_1, Workload};

fn workload(requests: u64, memory_mb: u32, milliseconds: u64) -> Workload {
    Workload {
        requests,
        architecture: Architecture::X86_64,
        memory_mb,
        storage_mb: 512,
        duration: Duration::from_millis(milliseconds),
        cold_per_million: 0,
        init: Duration::ZERO,
        asynchronous: None,
        streamed: 0,
        provisioned: None,
        snap_start: None,
    }
}

fn free(workload: &Workload) -> String {
    Bill::with_free_tier(&workload.usage(), &US_EAST_1).total().to_cents()
}

fn full(workload: &Workload) -> String {
    Bill::without_free_tier(&workload.usage(), &US_EAST_1)
        .total()
        .to_cents()
}

fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3_600)
}

#[test]
fn the_lessons_numbers_hold() {
    for (requests, memory, milliseconds, total, with_free_tier) in [
        (1_000_000, 512, 200, "$1.87", "$0.00"),
        (1_000_000, 128, 100, "$0.41", "$0.00"),
        (3_000_000, 1_024, 120, "$6.60", "$0.40"),
        (10_000_000, 1_024, 250, "$43.67", "$36.80"),
    ] {
        let month = workload(requests, memory, milliseconds);
        assert_eq!((full(&month).as_str(), free(&month).as_str()), (total, with_free_tier));
    }
    let arm = Workload {
        architecture: Architecture::Arm64,
        ..workload(1_000_000, 512, 200)
    };
    assert_eq!(full(&arm), "$1.53");
}

#[test]
fn ten_environments_kept_ready_for_a_month_cost_108_dollars() {
    let idle = Workload {
        provisioned: Some(Provisioned {
            environments: 10,
            time: hours(30 * 24),
        }),
        ..workload(0, 1_024, 0)
    };
    assert_eq!(idle.usage().provisioned.x86_64, GbSeconds::whole(25_920_000));
    assert_eq!(free(&idle), "$108.00");
}

/// "Example 1: Mobile application backend" of ephemeral storage.
#[test]
fn a_mobile_backend() {
    assert_eq!(free(&workload(3_000_000, 1_536, 120)), "$2.73");
}

/// Example 3 of ephemeral storage: the page adds rounded numbers, 105.33 + 1 + 0.08.
#[test]
fn ephemeral_storage_beyond_512_mb() {
    let month = Workload {
        storage_mb: 2_048,
        ..workload(6_000_000, 4_096, 280)
    };
    let bill = Bill::with_free_tier(&month.usage(), &US_EAST_1);
    let costs: Vec<String> = bill.items.iter().map(|item| item.cost.to_cents()).collect();
    assert_eq!(costs, ["$1.00", "$105.33", "$0.08"]);
    assert_eq!(bill.items[2].used, Quantity::GbSeconds(GbSeconds::whole(2_520_000)));
}

/// "Example 1: Mobile application launch" of provisioned concurrency: a part of the month with, the rest without.
#[test]
fn a_launch_day_with_provisioned_concurrency() {
    let mut usage = Workload {
        provisioned: Some(Provisioned {
            environments: 100,
            time: hours(8),
        }),
        ..workload(500_000, 1_536, 100)
    }
    .usage();
    usage += workload(2_500_000, 1_536, 120).usage();
    let bill = Bill::with_free_tier(&usage, &US_EAST_1);
    let cost = |charge| {
        let items = bill.items.iter().filter(|item| item.charge == charge);
        items.map(|item| item.cost).sum::<Usd>().to_cents()
    };
    let x86 = Architecture::X86_64;
    assert_eq!(cost(Charge::Provisioned(x86)), "$18.00");
    assert_eq!(cost(Charge::ProvisionedDuration(x86)), "$0.73");
    assert_eq!(cost(Charge::Duration(x86, 1)), "$0.83");
    // 1.5 million on demand beyond the free million, and half a million that is never free.
    assert_eq!(cost(Charge::Requests), "$0.30");
    assert_eq!(cost(Charge::ProvisionedRequests), "$0.10");
    assert_eq!(bill.total().to_cents(), "$19.96");
}

/// "Example 2" of provisioned concurrency: nothing is free.
#[test]
fn a_sale_with_provisioned_concurrency() {
    let sale = Workload {
        provisioned: Some(Provisioned {
            environments: 7,
            time: hours(24),
        }),
        ..workload(2_000_000, 4_096, 280)
    };
    assert_eq!(free(&sale), "$32.26");
}

/// The example of SnapStart; its free tier is used up elsewhere.
#[test]
fn telemetry_with_snap_start() {
    let month = Workload {
        cold_per_million: 10_000,
        snap_start: Some(hours(31 * 24)),
        ..workload(7_440_000, 1_024, 2_000)
    };
    assert_eq!(month.cold_starts(), 74_400);
    let bill = Bill::without_free_tier(&month.usage(), &US_EAST_1);
    let costs: Vec<String> = bill.items.iter().map(|item| item.cost.to_cents()).collect();
    assert_eq!(costs, ["$1.49", "$248.00", "$4.03", "$10.40"]);
    // The page adds rounded numbers and gets 263.92.
    assert_eq!(bill.total().to_cents(), "$263.92");
}

/// The example of response streaming: two million requests of 100 KB, one million of 7 MB.
#[test]
fn pages_that_are_streamed() {
    const MB: u64 = 1_024 * 1_024;
    let small = Workload {
        streamed: 100 * 1_024,
        ..workload(2_000_000, 1_536, 500)
    };
    let large = Workload {
        streamed: 7 * MB,
        ..workload(1_000_000, 1_536, 500)
    };
    let usage = [small.usage(), large.usage()].into_iter().sum();
    let bill = Bill::without_free_tier(&usage, &US_EAST_1);
    let streaming = bill.items.iter().find(|item| item.charge == Charge::Streaming).unwrap();
    assert_eq!(streaming.used.to_string(), "977 GB");
    assert_eq!(streaming.cost.to_cents(), "$7.81");
    // The free tier takes 100 GB of it.
    let bill = Bill::with_free_tier(&usage, &US_EAST_1);
    let streaming = bill.items.last().unwrap();
    assert_eq!(streaming.cost.to_cents(), "$7.01");
}

#[test]
fn the_rate_falls_with_the_months_total() {
    let usage = Usage {
        duration: PerArchitecture {
            x86_64: GbSeconds::whole(16_000_400_000),
            arm64: GbSeconds::whole(8_000_000_000),
        },
        ..Usage::default()
    };
    let bill = Bill::with_free_tier(&usage, &US_EAST_1);
    let lines: Vec<(Charge, String, String)> = bill
        .items
        .iter()
        .map(|item| (item.charge, item.used.to_string(), item.cost.to_cents()))
        .collect();
    let of = |charge, used: &str, cost: &str| (charge, used.to_owned(), cost.to_owned());
    let (x86, arm) = (Architecture::X86_64, Architecture::Arm64);
    assert_eq!(
        lines,
        [
            of(Charge::Duration(x86, 1), "6,000,400,000 GB-s", "$100,000.20"),
            of(Charge::Duration(x86, 2), "9,000,000,000 GB-s", "$135,000.00"),
            of(Charge::Duration(x86, 3), "1,000,000,000 GB-s", "$13,333.40"),
            of(Charge::Duration(arm, 1), "7,500,000,000 GB-s", "$100,000.50"),
            of(Charge::Duration(arm, 2), "500,000,000 GB-s", "$6,000.05"),
        ]
    );
}

#[test]
fn free_time_is_for_both_architectures_together() {
    let usage = Usage {
        duration: PerArchitecture {
            x86_64: GbSeconds::whole(300_000),
            arm64: GbSeconds::whole(300_000),
        },
        ..Usage::default()
    };
    let bill = Bill::with_free_tier(&usage, &US_EAST_1);
    assert_eq!(bill.items[0].cost, Usd::ZERO);
    assert_eq!(bill.items[1].free, Quantity::GbSeconds(GbSeconds::whole(100_000)));
}

#[test]
fn an_idle_account_has_an_empty_bill() {
    let bill = Bill::with_free_tier(&Usage::default(), &US_EAST_1);
    assert!(bill.items.is_empty());
    assert_eq!(bill.total(), Usd::ZERO);
}

#[test]
fn small_events_and_large_ones_are_requests() {
    let execution = Execution {
        memory_mb: 128,
        billed_ms: 1,
        asynchronous: Some(300 * 1_024),
        ..Execution::default()
    };
    assert_eq!(Usage::of(&execution).requests, 2);
}
