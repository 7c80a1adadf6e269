//! `list`: lessons, exercises and quizzes with their state.

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::{Context, Exit};
use crate::course::Course;
use crate::learner::LearnerFiles;
use crate::progress::Store;
use crate::quiz::Outcome;

/// List lessons, exercises and quizzes
#[derive(Debug, Args)]
pub(super) struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What there is, and how far the learner is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Overview {
    pub(super) title: String,
    pub(super) lessons: Vec<LessonLine>,
    pub(super) exercises: Vec<ExerciseLine>,
    pub(super) quizzes: Vec<QuizLine>,
}

#[derive(Debug, Serialize)]
pub(super) struct LessonLine {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) minutes: u32,
    pub(super) state: LessonState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum LessonState {
    New,
    Begun,
    Read,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExerciseLine {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) minutes: u32,
    pub(super) state: ExerciseState,
    pub(super) attempts: usize,
    pub(super) hints_seen: usize,
    pub(super) solution_seen: bool,
    /// When it passed for the first time.
    pub(super) passed: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ExerciseState {
    New,
    Begun,
    Passed,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QuizLine {
    /// The lesson's id, which is the quiz's.
    pub(super) id: String,
    pub(super) questions: usize,
    pub(super) answered: usize,
    /// Questions whose last answer was right.
    pub(super) right: usize,
    /// Missed questions that are to be asked again now.
    pub(super) due: usize,
}

impl List {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let overview = overview(context)?;
        if self.json {
            writeln!(context.out, "{}", serde_json::to_string_pretty(&overview)?)?;
        } else {
            print(context, &overview)?;
        }
        Ok(Exit::Passed)
    }
}

/// The overview of the context's course.
pub(super) fn overview(context: &mut Context<'_>) -> Result<Overview> {
    let course = context.course()?;
    let store = context.store()?;
    let files = context.files()?;
    of(&course, &store, &files, (context.now)().date())
}

fn of(course: &Course, store: &Store, files: &LearnerFiles, today: jiff::civil::Date) -> Result<Overview> {
    let (lessons, exercises, questions) = (store.lessons()?, store.exercises()?, store.questions()?);
    let lessons = course.lessons.iter().map(|lesson| LessonLine {
        id: lesson.id.clone(),
        title: lesson.front.title.clone(),
        minutes: lesson.front.minutes,
        state: match lessons.get(&lesson.id) {
            Some(progress) if progress.read.is_some() => LessonState::Read,
            Some(_) => LessonState::Begun,
            None => LessonState::New,
        },
    });
    let exercises = course.exercises.iter().map(|exercise| {
        let progress = exercises.get(&exercise.id).cloned().unwrap_or_default();
        let begun = progress.attempts > 0 || files.is_begun(exercise);
        ExerciseLine {
            id: exercise.id.clone(),
            title: exercise.manifest.title.clone(),
            minutes: exercise.manifest.minutes,
            state: match progress.passed {
                Some(_) => ExerciseState::Passed,
                None if begun => ExerciseState::Begun,
                None => ExerciseState::New,
            },
            attempts: progress.attempts,
            hints_seen: progress.hints_seen,
            solution_seen: progress.solution_seen.is_some(),
            passed: progress.passed.map(|time| time.to_string()),
        }
    });
    let quizzes = course.quizzes.iter().map(|quiz| {
        let answers: Vec<_> = quiz
            .questions
            .iter()
            .filter_map(|question| questions.get(&question.id))
            .collect();
        let due = |review: &crate::quiz::review::Review| review.is_due(today);
        QuizLine {
            id: quiz.lesson.clone(),
            questions: quiz.questions.len(),
            answered: answers.iter().filter(|progress| progress.answers > 0).count(),
            right: answers
                .iter()
                .filter(|progress| progress.last == Some(Outcome::Right))
                .count(),
            due: answers
                .iter()
                .filter(|progress| progress.review.as_ref().is_some_and(due))
                .count(),
        }
    });
    Ok(Overview {
        title: course.title.clone(),
        lessons: lessons.collect(),
        exercises: exercises.collect(),
        quizzes: quizzes.collect(),
    })
}

fn print(context: &mut Context<'_>, overview: &Overview) -> Result<()> {
    writeln!(context.out, "{}", context.style().bold(&overview.title))?;
    heading(context, "Lessons")?;
    for item in &overview.lessons {
        let state = (item.state == LessonState::Read, item.state == LessonState::Begun);
        line(context, state, &item.id, &format!("{} min", item.minutes), &item.title)?;
    }
    heading(context, "Exercises")?;
    for item in &overview.exercises {
        let state = (item.state == ExerciseState::Passed, item.state == ExerciseState::Begun);
        line(context, state, &item.id, &format!("{} min", item.minutes), &item.title)?;
    }
    heading(context, "Quizzes")?;
    for item in &overview.quizzes {
        let state = (item.right == item.questions, item.answered > 0);
        let due = if item.due > 0 {
            format!("{} to review", item.due)
        } else {
            String::new()
        };
        line(
            context,
            state,
            &item.id,
            &format!("{} of {} right", item.right, item.questions),
            &due,
        )?;
    }
    Ok(())
}

fn heading(context: &mut Context<'_>, text: &str) -> Result<()> {
    Ok(writeln!(context.out, "\n{}", context.style().bold(text))?)
}

/// One line: whether it is done or begun, its id, a fact and its title; in columns, unless lines are to be plain.
fn line(context: &mut Context<'_>, (done, begun): (bool, bool), id: &str, fact: &str, title: &str) -> Result<()> {
    let mark = match (context.style().words, done, begun) {
        (true, true, _) => "done",
        (true, false, true) => "begun",
        (true, false, false) => "new",
        (false, true, _) => "✓",
        (false, false, true) => "…",
        (false, false, false) => " ",
    };
    let text = if context.globals.plain {
        let parts = [id, title, fact, mark];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<&str>>()
            .join(", ")
    } else {
        let width = if context.style().words { 5 } else { 1 };
        format!("  {mark:<width$} {id:<24} {fact:>6}  {title}")
    };
    Ok(writeln!(context.out, "{}", text.trim_end())?)
}
