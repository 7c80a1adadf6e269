//! Answers to quiz questions, and when to ask again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use super::store::{Store, StoreError};
use crate::quiz::review::Review;
use crate::quiz::{Answer, Outcome};

/// What was answered to one question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuestionProgress {
    /// How often it was answered.
    pub answers: usize,
    /// How the last answer was.
    pub last: Option<Outcome>,
    /// When to ask again, if it was missed.
    pub review: Option<Review>,
}

impl Store {
    /// Saves an answer and, if it is the first to this question in its session, moves the question in the review boxes.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn record_answer(
        &self,
        question: &str,
        answer: &Answer,
        outcome: Outcome,
        first_in_session: bool,
        at: Timestamp,
        today: Date,
    ) -> Result<(), StoreError> {
        let given = serde_json::to_string(answer)?;
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO answer (uid, question, at, outcome, given) VALUES (?, ?, ?, ?, ?)",
            params![
                uuid::Uuid::new_v4().to_string(),
                question,
                at.as_millisecond(),
                outcome.name(),
                given
            ],
        )?;
        if first_in_session {
            let before = review(&transaction, question)?;
            match Review::after(before, outcome == Outcome::Right, today) {
                Some(after) => set_review(&transaction, question, after)?,
                None => {
                    transaction.execute("DELETE FROM review WHERE question = ?", params![question])?;
                }
            }
        }
        Ok(transaction.commit()?)
    }

    /// What was answered, by question.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn questions(&self) -> Result<BTreeMap<String, QuestionProgress>, StoreError> {
        let connection = self.connection();
        let mut all: BTreeMap<String, QuestionProgress> = BTreeMap::new();
        let mut statement = connection.prepare("SELECT question, outcome FROM answer ORDER BY at")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let progress = all.entry(row.get(0)?).or_default();
            progress.answers += 1;
            progress.last = Outcome::from_name(&row.get::<_, String>(1)?);
        }
        let mut statement = connection.prepare("SELECT question, box, due FROM review")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let review = parse_review(row.get(1)?, &row.get::<_, String>(2)?);
            all.entry(row.get(0)?).or_default().review = review;
        }
        Ok(all)
    }
}

pub(super) fn review(transaction: &Transaction<'_>, question: &str) -> rusqlite::Result<Option<Review>> {
    let row = transaction
        .query_row(
            "SELECT box, due FROM review WHERE question = ?",
            params![question],
            |row| Ok((row.get(0)?, row.get::<_, String>(1)?)),
        )
        .optional()?;
    Ok(row.and_then(|(stage, due)| parse_review(stage, &due)))
}

pub(super) fn set_review(transaction: &Transaction<'_>, question: &str, review: Review) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO review (question, box, due) VALUES (?, ?, ?)
         ON CONFLICT (question) DO UPDATE SET box = excluded.box, due = excluded.due",
        params![question, review.stage, review.due.to_string()],
    )?;
    Ok(())
}

pub(super) fn parse_review(stage: u8, due: &str) -> Option<Review> {
    Some(Review {
        stage,
        due: due.parse().ok()?,
    })
}
