//! The order in which questions are asked: as given, and missed ones once more at the end.

use std::collections::{BTreeMap, VecDeque};

/// A question is asked at most so often in one session.
const MOST: u32 = 3;

/// One sitting.
#[derive(Debug, Clone)]
pub struct Session {
    queue: VecDeque<String>,
    asked: BTreeMap<String, u32>,
    right_at_once: usize,
    questions: usize,
}

impl Session {
    /// A session of these questions, by id.
    pub fn new<I: IntoIterator<Item = S>, S: Into<String>>(questions: I) -> Self {
        let queue: VecDeque<String> = questions.into_iter().map(Into::into).collect();
        Self {
            questions: queue.len(),
            queue,
            asked: BTreeMap::new(),
            right_at_once: 0,
        }
    }

    /// The question to ask now; none at the end.
    #[must_use]
    pub fn current(&self) -> Option<&str> {
        self.queue.front().map(String::as_str)
    }

    /// Whether the question to ask now was missed before.
    #[must_use]
    pub fn is_again(&self) -> bool {
        self.current().is_some_and(|question| self.asked.contains_key(question))
    }

    /// Notes the answer to the current question and goes on; a missed question comes back at the end.
    ///
    /// Returns whether this was the first answer to the question in this session: only that counts for the review.
    pub fn answered(&mut self, right: bool) -> bool {
        let Some(question) = self.queue.pop_front() else {
            return false;
        };
        let times = self.asked.entry(question.clone()).or_default();
        *times += 1;
        let (first, last) = (*times == 1, *times >= MOST);
        if right {
            self.right_at_once += usize::from(first);
        } else if !last {
            self.queue.push_back(question);
        }
        first
    }

    /// Leaves the current question out.
    pub fn skip(&mut self) {
        self.queue.pop_front();
    }

    /// How many questions there are, each counted once.
    #[must_use]
    pub fn questions(&self) -> usize {
        self.questions
    }

    /// How many were answered, each counted once.
    #[must_use]
    pub fn seen(&self) -> usize {
        self.asked.len()
    }

    /// How many were right at the first answer.
    #[must_use]
    pub fn right_at_once(&self) -> usize {
        self.right_at_once
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MOST, Session};

    #[test]
    fn missed_questions_come_back_at_the_end() {
        let mut session = Session::new(["a", "b", "c"]);
        assert!(session.answered(false));
        assert!(session.answered(true));
        assert!(session.answered(true));
        assert_eq!(session.current(), Some("a"));
        assert!(session.is_again());
        assert!(!session.answered(true));
        assert_eq!(session.current(), None);
        assert_eq!(
            (session.right_at_once(), session.seen(), session.questions()),
            (2, 3, 3)
        );
    }

    proptest! {
        #[test]
        fn every_session_ends_and_asks_every_question(answers in prop::collection::vec(any::<bool>(), 0..60), count in 0_usize..12) {
            let ids: Vec<String> = (0..count).map(|number| number.to_string()).collect();
            let mut session = Session::new(ids);
            let mut asked = 0;
            let mut firsts = 0;
            while session.current().is_some() {
                firsts += usize::from(session.answered(answers.get(asked).copied().unwrap_or(false)));
                asked += 1;
                prop_assert!(asked <= count * MOST as usize);
            }
            prop_assert_eq!(firsts, count);
            prop_assert_eq!(session.seen(), count);
        }
    }
}
