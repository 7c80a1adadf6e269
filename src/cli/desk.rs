//! The learner's desk as the screens see it: the progress store and the learner's files together.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use jiff::Zoned;

use crate::course::Exercise;
use crate::course::exercise::Files;
use crate::learner::LearnerFiles;
use crate::progress::{self, Attempt, Store};
use crate::quiz::{self, Outcome};
use crate::tui::ports::{self, Answer, Change, Draft, ExerciseProgress, Place, Progress, QuestionProgress};

/// Progress and files of one learner.
#[derive(Debug)]
pub(super) struct Desk {
    store: Store,
    files: LearnerFiles,
}

impl Desk {
    pub(super) fn new(store: Store, files: LearnerFiles) -> Self {
        Self { store, files }
    }
}

impl ports::Store for Desk {
    fn progress(&self) -> Result<Progress> {
        let today = Zoned::now().date();
        let lessons = self.store.lessons()?;
        let exercises = self.store.exercises()?.into_iter().map(|(id, state)| {
            let state = ExerciseProgress {
                attempts: u32::try_from(state.attempts).unwrap_or(u32::MAX),
                hints: state.hints_seen,
                solution_seen: state.solution_seen.is_some(),
                passed: state.passed.is_some(),
            };
            (id, state)
        });
        let questions = self.store.questions()?.into_iter().map(|(id, state)| {
            let state = QuestionProgress {
                right: state.last == Some(Outcome::Right),
                due: state.review.is_some_and(|review| review.is_due(today)),
            };
            (id, state)
        });
        let drafts = self.store.drafts()?.into_iter();
        Ok(Progress {
            lessons: lessons
                .into_iter()
                .filter(|(_, state)| state.read.is_some())
                .map(|(id, _)| id)
                .collect(),
            exercises: exercises.collect(),
            questions: questions.collect(),
            drafts: drafts
                .map(|(place, draft)| {
                    (
                        place,
                        Draft {
                            base: draft.base,
                            text: draft.text,
                        },
                    )
                })
                .collect(),
            // A place of another version of the program is no place: it starts at home then.
            place: self.store.resume_point::<Place>().unwrap_or_default(),
        })
    }

    fn record(&self, change: &Change) -> Result<()> {
        let now = Zoned::now();
        let at = now.timestamp();
        match change {
            Change::LessonRead(id) => self.store.set_lesson_read(id, at)?,
            Change::Attempt {
                exercise,
                passed,
                cases_passed,
                cases,
            } => {
                let attempt = Attempt {
                    at,
                    cases_passed: *cases_passed,
                    cases: *cases,
                    passed: *passed,
                };
                self.store.record_attempt(exercise, attempt)?;
            }
            Change::Hints { exercise, shown } => self.store.set_hints_seen(exercise, *shown)?,
            Change::SolutionSeen(exercise) => self.store.set_solution_seen(exercise, at)?,
            Change::Answer {
                question,
                answer,
                right,
                partly,
                first,
            } => {
                let answer = match answer {
                    Answer::Chosen(chosen) => quiz::Answer::Chosen(chosen.clone()),
                    Answer::Typed(text) => quiz::Answer::Typed(text.clone()),
                };
                let outcome = match (right, partly) {
                    (true, _) => Outcome::Right,
                    (false, true) => Outcome::Partly,
                    (false, false) => Outcome::Wrong,
                };
                self.store
                    .record_answer(question, &answer, outcome, *first, at, now.date())?;
            }
            Change::Place(place) => self.store.set_resume_point(place)?,
            Change::Draft { exercise, file, draft } => {
                let draft = draft.as_ref().map(|draft| progress::Draft {
                    base: draft.base.clone(),
                    text: draft.text.clone(),
                });
                self.store.set_draft(exercise, file, draft.as_ref())?;
            }
        }
        Ok(())
    }

    fn files(&self, exercise: &Exercise) -> Result<Files> {
        self.files.begin(exercise)?;
        Ok(self.files.read(exercise)?)
    }

    fn save(&self, exercise: &Exercise, file: &str, text: &str) -> Result<()> {
        Ok(self.files.save(exercise, file, text)?)
    }

    fn reset(&self, exercise: &Exercise) -> Result<PathBuf> {
        let backups = self.files.reset(exercise, &Zoned::now())?;
        backups.into_iter().next().context("there was nothing to reset")
    }

    fn path(&self, exercise: &Exercise, file: &str) -> PathBuf {
        self.files
            .path(exercise, file)
            .unwrap_or_else(|_| self.files.folder(exercise))
    }
}
