//! Paired comparisons with what people use today: one round of ours, one of theirs, and so on.
//!
//! `cargo bench --locked --bench compare`. The other side needs a Python (`LAMBDA_COURSE_PYTHON`, else `python3`) with
//! `awslambdaric`, `boto3`, `moto[s3]` and `pytest`; a pair whose other side is missing is left out, and it says so.
//! Words after `--` choose: `cold`, `warm`, `cases`, `two`. Machines differ and are noisy: only the ratios mean something.

#![allow(clippy::expect_used)] // A bench that cannot begin has nothing to measure.

mod ours;
mod theirs;

use std::time::Duration;

use tokio::runtime::Runtime;

use self::ours::Ours;
use self::theirs::Theirs;

/// A pair of things that do the same job.
struct Pair {
    name: &'static str,
    /// The most that ours may take, as a share of theirs.
    goal: f64,
    /// For each round: what ours took, and what theirs did.
    rounds: Vec<(Duration, Duration)>,
}

fn main() {
    // `cargo test` runs benches too, to see that they begin; a comparison is no test.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part));
    let runtime = Runtime::new().expect("a runtime");
    let ours = Ours::new(&runtime);
    let theirs = Theirs::new();
    println!("theirs: {}\n", theirs.describe());

    let mut pairs = Vec::new();
    if wants("cold") {
        let mut pair = Pair::new("cold start | python3 -c \"import json, logging\"", 0.25);
        pair.measure(40, || ours.cold_start(), || theirs.import());
        pairs.push(pair);
    }
    if wants("warm") && theirs.has("awslambdaric") {
        let mut pair = Pair::new("warm invocation | bare awslambdaric", 1.0);
        let mut bare = theirs.runtime_client(&runtime);
        pair.measure(40, || ours.warm(100), || bare.warm(100));
        pairs.push(pair);
    }
    if wants("cases") && theirs.has("moto") && theirs.has("pytest") {
        let mut pair = Pair::new("ten S3 cases | pytest and moto", 1.0 / 15.0);
        pair.measure(5, || ours.ten_cases(), || theirs.ten_cases());
        pairs.push(pair);
    }
    if !pairs.is_empty() {
        print_heading();
    }
    for pair in &pairs {
        pair.print();
    }
    if wants("two") {
        let (count, took) = ours.two_environments(20_000);
        println!(
            "\nwarm invocations over two environments: {:.0} a second",
            f64::from(count) / took.as_secs_f64()
        );
    }
}

fn print_heading() {
    println!(
        "{:<50} {:>10} {:>10} {:>7}   {:>15} {:>6}",
        "pair", "ours", "theirs", "ratio", "min to max", "goal"
    );
}

impl Pair {
    fn new(name: &'static str, goal: f64) -> Self {
        Self {
            name,
            goal,
            rounds: Vec::new(),
        }
    }

    /// One round each to warm up, then so many that count; who begins changes from round to round.
    fn measure(&mut self, rounds: usize, mut ours: impl FnMut() -> Duration, mut theirs: impl FnMut() -> Duration) {
        ours();
        theirs();
        for round in 0..rounds {
            let pair = if round % 2 == 0 {
                let first = ours();
                (first, theirs())
            } else {
                let first = theirs();
                (ours(), first)
            };
            self.rounds.push(pair);
        }
    }

    fn print(&self) {
        let ours = median(self.rounds.iter().map(|round| round.0.as_secs_f64()));
        let theirs = median(self.rounds.iter().map(|round| round.1.as_secs_f64()));
        let ratios: Vec<f64> = self
            .rounds
            .iter()
            .map(|(ours, theirs)| ours.div_duration_f64(*theirs))
            .collect();
        let ratio = median(ratios.iter().copied());
        let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let most = ratios.iter().copied().fold(0.0, f64::max);
        println!(
            "{:<50} {:>7.2} ms {:>7.2} ms {ratio:>7.3}   {least:>6.3} to {most:>5.3} {:>6.3} {}",
            self.name,
            ours * 1_000.0,
            theirs * 1_000.0,
            self.goal,
            if ratio <= self.goal { "met" } else { "missed" }
        );
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
