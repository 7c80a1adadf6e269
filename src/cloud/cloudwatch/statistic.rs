//! Statistics over the data of a period.

use super::Datum;

/// What is asked of the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Statistic {
    SampleCount,
    Sum,
    Average,
    Minimum,
    Maximum,
    /// As `p99.9`: a value that so many percent do not exceed.
    Percentile(f64),
}

impl Statistic {
    /// By its name in the API.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "SampleCount" => Self::SampleCount,
            "Sum" => Self::Sum,
            "Average" => Self::Average,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            other => {
                let percent: f64 = other.strip_prefix('p')?.parse().ok()?;
                return (0.0..=100.0).contains(&percent).then_some(Self::Percentile(percent));
            }
        })
    }

    /// Over data of which there is some.
    pub(super) fn of(self, data: &[&Datum]) -> f64 {
        let values = || data.iter().flat_map(|datum| &datum.values);
        let count: f64 = values().map(|(_, count)| count).sum();
        let sum: f64 = values().map(|(value, count)| value * count).sum();
        match self {
            Self::SampleCount => count,
            Self::Sum => sum,
            Self::Average => sum / count,
            Self::Minimum => values().map(|(value, _)| *value).fold(f64::INFINITY, f64::min),
            Self::Maximum => values().map(|(value, _)| *value).fold(f64::NEG_INFINITY, f64::max),
            Self::Percentile(percent) => {
                let mut sorted: Vec<_> = values().copied().collect();
                sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
                let rank = count * percent / 100.0;
                let mut passed = 0.0;
                for (value, count) in &sorted {
                    passed += count;
                    if passed >= rank {
                        return *value;
                    }
                }
                sorted.last().map_or(0.0, |(value, _)| *value)
            }
        }
    }
}
