//! `rate(...)` and `cron(...)`, in UTC. Follows the EventBridge User Guide, "Schedule expressions".

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::clock::Timestamp;

/// How many days ahead a `cron` is looked for: every date comes within eight years.
const HORIZON_DAYS: usize = 366 * 8;

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Every so often.
    Rate(Duration),
    /// At certain minutes.
    Cron(Box<Cron>),
}

/// The fields of a `cron` expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: BTreeSet<u16>,
    hours: BTreeSet<u16>,
    months: BTreeSet<u16>,
    years: BTreeSet<u16>,
    days: Days,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Days {
    OfMonth(BTreeSet<u16>),
    LastOfMonth,
    /// The weekday next to a day of the month.
    WeekdayNear(u16),
    /// From 1, Sunday.
    OfWeek(BTreeSet<u16>),
    /// The last such weekday of the month.
    LastOfWeek(u16),
    /// Which one of these weekdays in the month.
    NthOfWeek(u16, u16),
}

impl Schedule {
    /// Reads an expression; `None` if it is none.
    #[must_use]
    pub fn parse(expression: &str) -> Option<Self> {
        let inner = |name: &str| expression.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(rate) = inner("rate") {
            let (value, unit) = rate.split_once(' ')?;
            let value: u64 = value.parse().ok().filter(|value| (1..=1_000_000).contains(value))?;
            let seconds = match (unit, value) {
                ("minute", 1) | ("minutes", 2..) => 60,
                ("hour", 1) | ("hours", 2..) => 3600,
                ("day", 1) | ("days", 2..) => 86_400,
                _ => return None,
            };
            return Some(Self::Rate(Duration::from_secs(value * seconds)));
        }
        Cron::parse(inner("cron")?).map(|cron| Self::Cron(Box::new(cron)))
    }

    /// When it comes next after a time.
    #[must_use]
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Rate(span) => Some(after + *span),
            Self::Cron(cron) => cron.next(after),
        }
    }
}

impl Cron {
    fn parse(fields: &str) -> Option<Self> {
        const MONTHS: [&str; 12] = [
            "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
        ];
        const WEEK: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
        let fields: Vec<_> = fields.split_whitespace().collect();
        let [minutes, hours, of_month, months, of_week, years] = fields[..] else {
            return None;
        };
        let weekday = |text: &str| set(text, 1, 7, &WEEK).filter(|days| days.len() == 1)?.pop_first();
        let days = match (of_month, of_week) {
            ("?", "?") => return None,
            ("L", "?") => Days::LastOfMonth,
            (day, "?") => match day.strip_suffix('W') {
                Some(day) => Days::WeekdayNear(day.parse().ok().filter(|day| (1..=31).contains(day))?),
                None => Days::OfMonth(set(day, 1, 31, &[])?),
            },
            ("?", "L") => Days::OfWeek(BTreeSet::from([7])),
            ("?", day) => {
                if let Some((day, nth)) = day.split_once('#') {
                    Days::NthOfWeek(weekday(day)?, nth.parse().ok().filter(|nth| (1..=5).contains(nth))?)
                } else if let Some(day) = day.strip_suffix('L').filter(|day| !day.is_empty()) {
                    Days::LastOfWeek(weekday(day)?)
                } else {
                    Days::OfWeek(set(day, 1, 7, &WEEK)?)
                }
            }
            _ => return None,
        };
        Some(Self {
            minutes: set(minutes, 0, 59, &[])?,
            hours: set(hours, 0, 23, &[])?,
            months: set(months, 1, 12, &MONTHS)?,
            years: set(years, 1970, 2199, &[])?,
            days,
        })
    }

    fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let micros = i64::try_from(after.as_micros()).ok()?;
        let now = jiff::Timestamp::from_microsecond(micros)
            .ok()?
            .to_zoned(TimeZone::UTC)
            .datetime();
        let mut date = now.date();
        for _ in 0..HORIZON_DAYS {
            if self.takes(date) {
                for &hour in &self.hours {
                    for &minute in &self.minutes {
                        let at = date.at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0);
                        if at > now {
                            let at = at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond();
                            return u64::try_from(at).ok().map(Timestamp::from_micros);
                        }
                    }
                }
            }
            date = date.checked_add(1.day()).ok()?;
        }
        None
    }

    fn takes(&self, date: Date) -> bool {
        let day = number(date.day());
        let last = number(date.days_in_month());
        let weekday = number(date.weekday().to_sunday_one_offset());
        let in_days = match &self.days {
            Days::OfMonth(days) => days.contains(&day),
            Days::LastOfMonth => day == last,
            Days::WeekdayNear(wanted) => is_weekday_near(date, (*wanted).min(last)),
            Days::OfWeek(days) => days.contains(&weekday),
            Days::LastOfWeek(wanted) => weekday == *wanted && day + 7 > last,
            Days::NthOfWeek(wanted, nth) => weekday == *wanted && day.div_ceil(7) == *nth,
        };
        in_days
            && self.months.contains(&number(date.month()))
            && u16::try_from(date.year()).is_ok_and(|year| self.years.contains(&year))
    }
}

/// Whether a date is the weekday closest to a day of its month, within the month.
fn is_weekday_near(date: Date, wanted: u16) -> bool {
    let Some(target) = i8::try_from(wanted)
        .ok()
        .and_then(|day| Date::new(date.year(), date.month(), day).ok())
    else {
        return false;
    };
    let last = number(target.days_in_month());
    let shift = match number(target.weekday().to_sunday_one_offset()) {
        7 if wanted == 1 => 2,
        7 => -1,
        1 if wanted == last => -2,
        1 => 1,
        _ => 0,
    };
    i64::from(number(date.day())) == i64::from(wanted) + shift
}

fn number(small: i8) -> u16 {
    u16::try_from(small).unwrap_or_default()
}

/// A field: `*`, numbers, names, ranges, steps, and lists of these.
fn set(field: &str, min: u16, max: u16, names: &[&str]) -> Option<BTreeSet<u16>> {
    let value = |text: &str| {
        let place = names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let number = match place {
            Some(place) => u16::try_from(place).ok()? + 1,
            None => text.parse().ok()?,
        };
        (min..=max).contains(&number).then_some(number)
    };
    let mut all = BTreeSet::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse().ok().filter(|step| *step > 0)?),
            None => (part, 1_u16),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (min, max),
            Some((first, last)) => (value(first)?, value(last)?),
            None if part.contains('/') => (value(range)?, max),
            None => (value(range)?, value(range)?),
        };
        if first <= last {
            all.extend((first..=last).step_by(usize::from(step)));
        } else {
            // As `FRI-MON`.
            all.extend((first..=max).chain(min..=last));
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Thursday, 2026-01-01T00:00:00Z.
    const START: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

    fn next(expression: &str, times: usize) -> String {
        let schedule = Schedule::parse(expression).unwrap();
        let at = (0..times).fold(START, |at, _| schedule.next(at).unwrap());
        at.iso_seconds()
    }

    #[test]
    fn schedules_come_when_they_should() {
        assert_eq!(next("rate(5 minutes)", 2), "2026-01-01T00:10:00Z");
        assert_eq!(next("rate(1 day)", 1), "2026-01-02T00:00:00Z");
        assert_eq!(next("cron(0 10 * * ? *)", 2), "2026-01-02T10:00:00Z");
        assert_eq!(next("cron(15 12 ? * MON-FRI *)", 3), "2026-01-05T12:15:00Z");
        assert_eq!(next("cron(0/10 * ? * MON-FRI *)", 1), "2026-01-01T00:10:00Z");
        assert_eq!(next("cron(0 8 L * ? *)", 2), "2026-02-28T08:00:00Z");
        assert_eq!(next("cron(0 8 1W * ? *)", 3), "2026-03-02T08:00:00Z");
        assert_eq!(next("cron(0 9 ? * 2#1 *)", 1), "2026-01-05T09:00:00Z");
        assert_eq!(next("cron(0 9 ? * 6L *)", 1), "2026-01-30T09:00:00Z");
        assert_eq!(next("cron(0 0 29 FEB ? *)", 1), "2028-02-29T00:00:00Z");
    }

    #[test]
    fn malformed_schedules_are_refused() {
        for expression in [
            "rate(1 minutes)",
            "rate(5 minute)",
            "rate(0 minutes)",
            "rate(5)",
            "cron(* * * * *)",
            "cron(0 10 * * * *)",
            "cron(60 10 * * ? *)",
            "every day",
            "",
        ] {
            assert_eq!(Schedule::parse(expression), None, "{expression}");
        }
    }
}
