//! The memory sweep: one handler at several sizes, as AWS Lambda Power Tuning does it.

use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::Cost;
use super::measure::{self, Measured, rounded};
use crate::cli::handler::Target;
use crate::cli::{Context, Exit};
use crate::lambda::report::{billed_ms, millis};
use crate::price::{Execution, US_EAST_1, Usage, Usd};

/// The sizes unless others are given: Power Tuning's own, and the one with a whole CPU.
pub(super) const SIZES: &str = "128,256,512,1024,1769,3008";

/// Differences that are noise: of two sizes this near, neither is the faster nor the cheaper one.
const NOISE: f64 = 0.03;

/// A size with what it came to.
#[derive(Debug, Clone, PartialEq)]
struct Point {
    memory_mb: u32,
    duration: Duration,
    per_million: Usd,
    timed_out: bool,
}

/// The sizes to choose among.
#[derive(Debug, PartialEq)]
struct Best<'p> {
    cheapest: &'p Point,
    fastest: &'p Point,
    balanced: &'p Point,
}

pub(super) fn run(cost: &Cost, context: &mut Context<'_>, target: &Target, event: &str, sizes: &[u32]) -> Result<Exit> {
    let mut sizes = sizes.to_vec();
    sizes.sort_unstable();
    sizes.dedup();
    let measured = measure::at(cost, target, event, &sizes)?;
    let points: Vec<Point> = measured.iter().map(|measured| point(cost, measured)).collect();
    let Some(best) = best(&points) else {
        bail!(
            "the handler takes longer than its timeout of {} s at every size: give it a longer --timeout",
            cost.setup.timeout
        );
    };
    if cost.json {
        let object = as_json(cost, &points, &best);
        writeln!(context.out, "{}", serde_json::to_string_pretty(&object)?)?;
        return Ok(Exit::Passed);
    }
    let heading = format!(
        "{} on {}: {} warm invocations at each size, their median",
        target.handler(),
        cost.arch.as_str(),
        cost.runs
    );
    writeln!(context.out, "{heading}\n")?;
    let lines = if context.globals.plain {
        sentences(&points)
    } else {
        chart(&points, if context.globals.ascii { '#' } else { '█' })
    };
    for line in lines.into_iter().chain(verdict(&best)) {
        writeln!(context.out, "{line}")?;
    }
    Ok(Exit::Passed)
}

fn point(cost: &Cost, measured: &Measured) -> Point {
    let usage = Usage::of(&Execution {
        architecture: cost.arch,
        memory_mb: measured.memory_mb,
        storage_mb: cost.storage,
        billed_ms: billed_ms(measured.warm, None),
        ..Execution::default()
    });
    Point {
        memory_mb: measured.memory_mb,
        duration: measured.warm,
        per_million: usage.times(1_000_000).price(&US_EAST_1),
        timed_out: measured.timed_out,
    }
}

/// Of those that finish: the cheapest, and of nearly equal ones the fastest; the fastest, and of nearly equal ones the
/// cheapest; and that with the least sum of both, each as a share of the largest (Power Tuning with weight 0.5).
fn best(points: &[Point]) -> Option<Best<'_>> {
    let finished = || points.iter().filter(|point| !point.timed_out);
    let cost = |point: &Point| point.per_million.as_f64();
    let time = |point: &Point| point.duration.as_secs_f64();
    let (most, longest) = (largest(finished().map(cost)), largest(finished().map(time)));
    let balance = |point: &Point| cost(point) / most + time(point) / longest;
    Some(Best {
        cheapest: least(finished(), cost, time)?,
        fastest: least(finished(), time, cost)?,
        balanced: finished().min_by(|a, b| balance(a).total_cmp(&balance(b)))?,
    })
}

/// The one with the least `first`, and of those within the noise the one with the least `second`.
fn least<'p>(
    points: impl Iterator<Item = &'p Point> + Clone,
    first: impl Fn(&Point) -> f64,
    second: impl Fn(&Point) -> f64,
) -> Option<&'p Point> {
    let bound = points.clone().map(&first).min_by(f64::total_cmp)? * (1.0 + NOISE);
    points
        .filter(|point| first(point) <= bound)
        .min_by(|a, b| second(a).total_cmp(&second(b)))
}

/// The largest of some numbers, and never 0, so that it can divide.
fn largest(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.fold(f64::MIN_POSITIVE, f64::max)
}

/// A row with two bars for each size, within 80 columns.
fn chart(points: &[Point], block: char) -> Vec<String> {
    const BAR: usize = 20;
    let longest = largest(points.iter().map(|point| point.duration.as_secs_f64()));
    let most = largest(points.iter().map(|point| point.per_million.as_f64()));
    let header = format!("{:>8}  {:>12}  {:BAR$}  {:>10}", "memory", "duration", "", "a million");
    let rows = points.iter().map(|point| {
        let size = format!("{} MB", point.memory_mb);
        let duration = format!("{} ms", millis(point.duration));
        let slow = bar(point.duration.as_secs_f64() / longest, BAR, block);
        if point.timed_out {
            return format!("{size:>8}  {duration:>12}  {slow:BAR$}   timed out");
        }
        let dear = bar(point.per_million.as_f64() / most, BAR, block);
        format!(
            "{size:>8}  {duration:>12}  {slow:BAR$}  {:>10}  {dear}",
            point.per_million.to_cents()
        )
    });
    std::iter::once(header).chain(rows).collect()
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)] // A share is from 0 to 1, and a bar is short.
fn bar(share: f64, width: usize, block: char) -> String {
    let length = (share * width as f64).round().max(1.0) as usize;
    std::iter::repeat_n(block, length.min(width)).collect()
}

fn sentences(points: &[Point]) -> Vec<String> {
    let of = |point: &Point| {
        let (size, duration) = (point.memory_mb, millis(point.duration));
        if point.timed_out {
            format!("{size} MB: timed out after {duration} ms.")
        } else {
            let price = point.per_million.to_cents();
            format!("{size} MB: {duration} ms, {price} for a million requests.")
        }
    };
    points.iter().map(of).collect()
}

fn verdict(best: &Best<'_>) -> Vec<String> {
    let line = |label: &str, point: &Point| {
        format!(
            "{label:<10} {} MB, {} ms, {} for a million requests",
            point.memory_mb,
            millis(point.duration),
            point.per_million.to_cents()
        )
    };
    vec![
        String::new(),
        line("Cheapest:", best.cheapest),
        line("Fastest:", best.fastest),
        line("Balanced:", best.balanced),
    ]
}

fn as_json(cost: &Cost, points: &[Point], best: &Best<'_>) -> Value {
    let sizes: Vec<Value> = points
        .iter()
        .map(|point| {
            json!({
                "memorySizeMB": point.memory_mb,
                "durationMs": rounded(point.duration),
                "billedDurationMs": billed_ms(point.duration, None),
                "perMillionUsd": point.per_million.as_f64(),
                "timedOut": point.timed_out,
            })
        })
        .collect();
    json!({
        "architecture": cost.arch.as_str(),
        "runs": cost.runs,
        "sizes": sizes,
        "cheapest": best.cheapest.memory_mb,
        "fastest": best.fastest.memory_mb,
        "balanced": best.balanced.memory_mb,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(memory_mb: u32, milliseconds: u64) -> Point {
        let usage = Usage::of(&Execution {
            memory_mb,
            billed_ms: milliseconds,
            ..Execution::default()
        });
        Point {
            memory_mb,
            duration: Duration::from_millis(milliseconds),
            per_million: usage.times(1_000_000).price(&US_EAST_1),
            timed_out: false,
        }
    }

    fn sizes(points: &[Point]) -> [u32; 3] {
        let best = best(points).unwrap();
        [best.cheapest, best.fastest, best.balanced].map(|point| point.memory_mb)
    }

    /// The table of the lesson on performance.
    fn computing() -> Vec<Point> {
        vec![
            at(128, 2_400),
            at(512, 600),
            at(1_024, 300),
            at(1_769, 175),
            at(3_008, 172),
        ]
    }

    #[test]
    fn what_computes_is_best_at_one_cpu() {
        // All sizes up to one CPU cost about the same, and then the fastest of them is meant.
        assert_eq!(sizes(&computing()), [1_769, 1_769, 1_769]);
    }

    #[test]
    fn what_waits_is_best_at_the_smallest_size() {
        let waiting = [at(128, 202), at(512, 201), at(1_024, 200), at(3_008, 200)];
        assert_eq!(sizes(&waiting), [128, 128, 128]);
    }

    #[test]
    fn what_does_both_has_a_balance() {
        let both = [
            at(128, 1_000),
            at(256, 600),
            at(512, 350),
            at(1_024, 280),
            at(3_008, 250),
        ];
        assert_eq!(sizes(&both), [128, 3_008, 512]);
    }

    #[test]
    fn a_size_that_times_out_is_never_best() {
        let mut points = computing();
        points[3].timed_out = true;
        points[4].timed_out = true;
        assert_eq!(sizes(&points), [1_024, 1_024, 1_024]);
        for point in &mut points {
            point.timed_out = true;
        }
        assert_eq!(best(&points), None);
    }

    #[test]
    fn the_chart_fits_eighty_columns() {
        let mut points = computing();
        points.insert(0, at(128, 900_000));
        points[1].timed_out = true;
        let lines = chart(&points, '#');
        assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:#?}");
        assert!(lines[1].contains("900000.00 ms  ####################"));
        assert!(lines[2].ends_with("timed out"));
        assert_eq!(bar(0.0, 20, '#'), "#");
    }
}
