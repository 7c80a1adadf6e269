//! Money: US dollars as whole numbers of a very small part.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

/// An amount of US dollars, exact to 10⁻²⁴.
///
/// Prices are given to 10⁻¹⁰ dollars for a GB-second, and a megabyte for a millisecond is 1/1,024,000 GB-seconds. In
/// these units each such product is a whole number, so sums are exact in any order. The largest amount is about
/// 3·10¹⁴ dollars; what would be more stays there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Usd(u128);

/// A price for one unit, in 10⁻¹⁰ US dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(u64);

const DECIMALS: u32 = 24;
/// Parts of a dollar.
const DOLLAR: u128 = 10_u128.pow(DECIMALS);
/// Parts in one unit of a [`Rate`].
const RATE_UNIT: u128 = 10_u128.pow(DECIMALS - 10);

impl Rate {
    /// So many 10⁻¹⁰ dollars: `166_667` is $0.0000166667.
    #[must_use]
    pub const fn ten_billionths(parts: u64) -> Self {
        Self(parts)
    }

    /// The price of `numerator / denominator` units, rounded to the nearest part where it is none.
    #[must_use]
    pub const fn of(self, numerator: u128, denominator: u128) -> Usd {
        // The unit is divided first where it can be, which keeps the product small and exact.
        if RATE_UNIT.is_multiple_of(denominator) {
            let part = RATE_UNIT / denominator * (self.0 as u128);
            return Usd(part.saturating_mul(numerator));
        }
        let product = (self.0 as u128 * RATE_UNIT).saturating_mul(numerator);
        Usd(product.saturating_add(denominator / 2) / denominator)
    }

    /// The price of a whole number of units.
    #[must_use]
    pub const fn times(self, units: u128) -> Usd {
        self.of(units, 1)
    }
}

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// As a floating-point number, for JSON and for charts; not to be summed.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / DOLLAR as f64
    }

    /// As `$43.67`, rounded half up.
    #[must_use]
    pub fn to_cents(self) -> String {
        self.rounded(2)
    }

    /// As `$0.00000228`: to cents, or where that says too little, with three digits that count.
    #[must_use]
    pub fn to_digits(self) -> String {
        if self.0 == 0 || self.0 >= DOLLAR {
            return self.rounded(2);
        }
        let leading = DECIMALS - self.0.ilog10();
        let text = self.rounded((leading + 2).clamp(2, DECIMALS));
        // Zeros at the end say nothing, but cents stay.
        let cents = "$0.00".len();
        let kept = text.trim_end_matches('0').len().max(cents);
        text[..kept].to_owned()
    }

    /// Of so many equal parts, one; rounded to the nearest.
    #[must_use]
    pub const fn divided_by(self, parts: u64) -> Self {
        if parts == 0 {
            return Self::ZERO;
        }
        let parts = parts as u128;
        Self((self.0 + parts / 2) / parts)
    }

    /// So many times as much.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count as u128))
    }

    /// With so many decimals, rounded half up, and commas between thousands.
    fn rounded(self, decimals: u32) -> String {
        let unit = 10_u128.pow(DECIMALS - decimals);
        let units = self.0.saturating_add(unit / 2) / unit;
        let base = 10_u128.pow(decimals);
        let width = usize::try_from(decimals).unwrap_or(0);
        format!("${}.{:0width$}", with_commas(units / base), units % base)
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_digits())
    }
}

impl fmt::Display for Rate {
    /// As `$0.0000166667`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Usd(u128::from(self.0) * RATE_UNIT).rounded(10);
        f.pad(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Usd {
    type Output = Self;

    /// The difference; nothing where it would be less than nothing.
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// A number with commas between thousands: `1,000,000`.
pub(super) fn with_commas(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB_SECOND: Rate = Rate::ten_billionths(166_667);

    #[test]
    fn one_millisecond_of_128_mb_is_exact() {
        // 128 / 1,024,000 GB-seconds at $0.0000166667.
        assert_eq!(GB_SECOND.of(128, 1_024_000), Usd(2_083_337_500_000_000));
    }

    #[test]
    fn a_million_small_sums_are_one_large_product() {
        let one = GB_SECOND.of(100 * 128, 1_024_000);
        let summed: Usd = std::iter::repeat_n(one, 1_000_000).sum();
        assert_eq!(summed, GB_SECOND.of(100 * 128 * 1_000_000, 1_024_000));
        assert_eq!(summed, one.times(1_000_000));
        assert_eq!(summed.divided_by(1_000_000), one);
    }

    #[test]
    fn amounts_are_written_as_on_a_bill() {
        let rate = Rate::ten_billionths(2_000);
        assert_eq!(rate.times(1).to_digits(), "$0.0000002");
        assert_eq!(rate.times(1_000_000).to_cents(), "$0.20");
        assert_eq!(rate.times(5_000_000_000_000).to_cents(), "$1,000,000.00");
        assert_eq!(Usd::ZERO.to_digits(), "$0.00");
        assert_eq!(GB_SECOND.of(128, 1_024_000).to_digits(), "$0.00000000208");
        assert_eq!(Usd(DOLLAR / 10 * 2).to_digits(), "$0.20");
        assert_eq!(Usd(DOLLAR - 1).to_digits(), "$1.00");
        assert_eq!(Usd(DOLLAR / 200).to_cents(), "$0.01");
        assert_eq!(Usd(DOLLAR / 200 - 1).to_cents(), "$0.00");
        assert_eq!(Usd(1).to_digits(), "$0.000000000000000000000001");
        assert_eq!(GB_SECOND.to_string(), "$0.0000166667");
        assert_eq!(Rate::ten_billionths(80_000_000).to_string(), "$0.008");
        assert!((rate.times(1).as_f64() - 0.000_000_2).abs() < 1e-18);
    }

    #[test]
    fn what_no_part_fits_is_rounded_and_what_is_too_much_stays_there() {
        let third = Rate::ten_billionths(1).of(1, 3);
        assert_eq!(third, Usd(33_333_333_333_333));
        assert_eq!(Rate::ten_billionths(u64::MAX).times(u128::MAX), Usd(u128::MAX));
        assert_eq!(Usd(1) - Usd(2), Usd::ZERO);
    }
}
