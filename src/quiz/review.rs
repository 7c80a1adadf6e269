//! When a missed question comes back: Leitner's boxes.
//!
//! A question enters the review when it is missed. It comes back on the next day, and after each right answer later:
//! after 3, 7, 16 and 35 days. Missed again, it begins anew. After the last box it is known and leaves the review.
//! Questions that were never missed are never reviewed.

use jiff::ToSpan;
use jiff::civil::Date;

/// The days after which a question in each box comes back.
pub const DAYS: [i32; 5] = [1, 3, 7, 16, 35];

/// A question that was missed: its box and the day on which it comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Review {
    /// The box, from 0.
    pub stage: u8,
    /// It is asked on this day or later.
    pub due: Date,
}

impl Review {
    /// Where a question stands after an answer on a day; none: it needs no review.
    #[must_use]
    pub fn after(before: Option<Self>, right: bool, today: Date) -> Option<Self> {
        let stage = match before {
            _ if !right => 0,
            None => return None,
            // Asked before its day, it has not been remembered for long enough to move on.
            Some(review) if !review.is_due(today) => return Some(review),
            Some(review) => review.stage.saturating_add(1),
        };
        let days = DAYS.get(usize::from(stage))?;
        let due = today.checked_add(days.days()).unwrap_or(Date::MAX);
        Some(Self { stage, due })
    }

    /// Whether it is to be asked.
    #[must_use]
    pub fn is_due(&self, today: Date) -> bool {
        self.due <= today
    }
}

/// The questions that are due, the longest overdue first, in the order given where equal.
#[must_use]
pub fn due<'a>(questions: impl IntoIterator<Item = (&'a str, Review)>, today: Date) -> Vec<&'a str> {
    let mut due: Vec<(&str, Review)> = questions
        .into_iter()
        .filter(|(_, review)| review.is_due(today))
        .collect();
    due.sort_by_key(|(_, review)| review.due);
    due.into_iter().map(|(id, _)| id).collect()
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    use super::{DAYS, Review, due};

    #[test]
    fn right_answers_on_the_day_lead_out_of_the_review() {
        let mut today = date(2026, 1, 1);
        assert_eq!(
            Review::after(None, true, today),
            None,
            "what was never missed is not reviewed"
        );
        let mut review = Review::after(None, false, today);
        for days in DAYS {
            let due = review.unwrap().due;
            assert_eq!(due, today.checked_add(days.days()).unwrap());
            today = due;
            review = Review::after(review, true, today);
        }
        assert_eq!(review, None);
    }

    #[test]
    fn the_longest_overdue_comes_first() {
        let at = |day| Review {
            stage: 0,
            due: date(2026, 1, day),
        };
        let all = [("a", at(3)), ("b", at(1)), ("c", at(3)), ("d", at(9))];
        assert_eq!(due(all, date(2026, 1, 3)), ["b", "a", "c"]);
    }

    fn day() -> impl Strategy<Value = Date> {
        (-3000_i32..3000).prop_map(|days| date(2026, 1, 1).checked_add(days.days()).unwrap())
    }

    proptest! {
        #[test]
        fn a_missed_question_is_asked_tomorrow(before in prop::option::of((0_u8..9, day())), today in day()) {
            let before = before.map(|(stage, due)| Review { stage, due });
            let after = Review::after(before, false, today).unwrap();
            prop_assert_eq!(after.stage, 0);
            prop_assert_eq!(after.due, today.tomorrow().unwrap());
        }

        #[test]
        fn a_right_answer_never_brings_a_question_nearer(stage in 0_u8..9, due in day(), today in day()) {
            let before = Review { stage, due };
            match Review::after(Some(before), true, today) {
                Some(after) => prop_assert!(after.due >= before.due && after.stage >= before.stage),
                None => prop_assert!(before.is_due(today)),
            }
        }
    }
}
