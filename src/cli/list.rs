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
    let style = context.style();
    let mark = |done: bool, begun: bool| match (style.words, done, begun) {
        (true, true, _) => "done ",
        (true, false, true) => "begun",
        (true, false, false) => "new  ",
        (false, true, _) => "✓",
        (false, false, true) => "…",
        (false, false, false) => " ",
    };
    let out = &mut context.out;
    writeln!(out, "{}\n\n{}", style.bold(&overview.title), style.bold("Lessons"))?;
    for line in &overview.lessons {
        let mark = mark(line.state == LessonState::Read, line.state == LessonState::Begun);
        writeln!(out, "  {mark} {:<24} {:>3} min  {}", line.id, line.minutes, line.title)?;
    }
    writeln!(out, "\n{}", style.bold("Exercises"))?;
    for line in &overview.exercises {
        let mark = mark(line.state == ExerciseState::Passed, line.state == ExerciseState::Begun);
        writeln!(out, "  {mark} {:<24} {:>3} min  {}", line.id, line.minutes, line.title)?;
    }
    writeln!(out, "\n{}", style.bold("Quizzes"))?;
    for line in &overview.quizzes {
        let mark = mark(line.right == line.questions, line.answered > 0);
        let due = if line.due > 0 {
            format!(", {} to review", line.due)
        } else {
            String::new()
        };
        writeln!(
            out,
            "  {mark} {:<24} {} of {} right{due}",
            line.id, line.right, line.questions
        )?;
    }
    Ok(())
}
