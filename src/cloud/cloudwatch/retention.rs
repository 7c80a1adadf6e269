//! How long data is kept, and how finely: "data points with a period of 60 seconds are available for 15 days, of 300
//! seconds for 63 days, of 3600 seconds for 455 days. Data points that are initially published with a shorter period are
//! aggregated together for long-term storage" (CloudWatch API Reference, `GetMetricStatistics`).
//!
//! What is newer than three hours, the time for which CloudWatch keeps anything finer than a minute, is kept as it came.

use std::collections::BTreeMap;

use super::{Datum, Metric};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// From what age on data is kept for each period only, both in seconds.
const STEPS: [(u64, u64); 3] = [(3 * HOUR, 60), (15 * DAY, 300), (63 * DAY, HOUR)];
/// What is older is not kept, in seconds.
const LONGEST: u64 = 455 * DAY;
/// So many different values of a period are kept apart.
const DISTINCT: usize = 32;
/// So much is kept before anybody looks whether less would do.
const MANY: usize = 1_024;

/// Adds a datum. Each time there is twice as much as at the last look, what is old is summed up.
pub(super) fn put(metrics: &mut BTreeMap<Metric, Vec<Datum>>, metric: Metric, datum: Datum, now: u64) {
    let known = metrics.len();
    let data = metrics.entry(metric).or_default();
    data.push(datum);
    if is_time_to_look(data.len()) {
        *data = aged(std::mem::take(data), now);
    }
    if metrics.len() > known && is_time_to_look(metrics.len()) {
        metrics.retain(|_, data| {
            *data = aged(std::mem::take(data), now);
            !data.is_empty()
        });
    }
}

fn is_time_to_look(count: usize) -> bool {
    count >= MANY && count.is_power_of_two()
}

/// The data as it is kept at a time, the oldest first where it is summed up.
pub(super) fn aged(data: Vec<Datum>, now: u64) -> Vec<Datum> {
    let mut sums: BTreeMap<(u64, String), Datum> = BTreeMap::new();
    let mut recent = Vec::new();
    for datum in data {
        let age = now.saturating_sub(datum.at);
        let step = STEPS.iter().rev().find(|(from, _)| age >= *from);
        match step {
            _ if age >= LONGEST => {}
            None => recent.push(datum),
            Some((_, period)) => {
                let at = datum.at - datum.at % period;
                let sum = sums.entry((at, datum.unit.clone())).or_insert_with(|| Datum {
                    at,
                    values: Vec::new(),
                    unit: datum.unit.clone(),
                });
                datum.values.into_iter().for_each(|value| join(&mut sum.values, value));
            }
        }
    }
    sums.into_values().chain(recent).collect()
}

/// Adds a value, with how often it occurred, to some that are in order. Sum, count, minimum and maximum stay exact; of
/// many different values, those that are closest become their mean.
pub(super) fn join(values: &mut Vec<(f64, f64)>, (value, times): (f64, f64)) {
    match values.binary_search_by(|(other, _)| other.total_cmp(&value)) {
        Ok(place) => values[place].1 += times,
        Err(place) => values.insert(place, (value, times)),
    }
    if values.len() <= DISTINCT {
        return;
    }
    // The first and the last stay: they are the minimum and the maximum.
    let gap = |at: usize| values[at + 1].0 - values[at].0;
    let closest = (1..values.len() - 2).min_by(|one, other| gap(*one).total_cmp(&gap(*other)));
    if let Some(at) = closest {
        let (second, more) = values.remove(at + 1);
        let (first, times) = values[at];
        values[at] = ((first * times + second * more) / (times + more), times + more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_767_225_600;

    fn datum(age: u64, value: f64) -> Datum {
        Datum {
            at: NOW - age,
            values: vec![(value, 1.0)],
            unit: "Count".to_owned(),
        }
    }

    fn sum(data: &[Datum]) -> f64 {
        let values = data.iter().flat_map(|datum| &datum.values);
        values.map(|(value, times)| value * times).sum()
    }

    #[test]
    fn data_is_kept_ever_more_coarsely_and_then_not_at_all() {
        // Two a minute for ten minutes, at each of these ages.
        for (age, kept) in [
            (2 * HOUR, 20),
            (4 * HOUR, 10),
            (16 * DAY, 2),
            (64 * DAY, 1),
            (456 * DAY, 0),
        ] {
            let data: Vec<_> = (0..20).map(|place| datum(age - place * 30, 1.0)).collect();
            let aged = aged(data, NOW);
            assert_eq!(aged.len(), kept, "{age}");
            let expected = if kept == 0 { 0.0 } else { 20.0 };
            assert!((sum(&aged) - expected).abs() < f64::EPSILON, "{age}");
            assert!(aged.is_sorted_by_key(|datum| datum.at));
        }
    }

    #[test]
    fn a_season_of_minutes_takes_no_more_than_its_share() {
        let (mut metrics, metric) = (BTreeMap::new(), Metric::new("Shop", "Orders", Vec::new()));
        for minute in 0..80 * 1_440 {
            let at = NOW + minute * 60;
            let datum = Datum { at, ..datum(0, 1.0) };
            put(&mut metrics, metric.clone(), datum, at);
        }
        // 15 days of minutes, 48 of five minutes, 17 of hours; and at most as much again until somebody looks.
        let least = 15 * 1_440 + 48 * 288 + 17 * 24;
        assert!((least..2 * least).contains(&metrics[&metric].len()));
        assert!((sum(&metrics[&metric]) - 115_200.0).abs() < 1e-3, "nothing is lost");
    }

    #[test]
    fn metrics_that_nobody_has_put_for_long_are_forgotten() {
        let mut metrics = BTreeMap::new();
        for number in 0..10_000_u64 {
            let metric = Metric::new("Shop", &format!("Orders of {number}"), Vec::new());
            let at = NOW + number * DAY;
            put(&mut metrics, metric, Datum { at, ..datum(0, 1.0) }, at);
        }
        assert!(metrics.len() < 2_048, "{}", metrics.len());
    }
}
