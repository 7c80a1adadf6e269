//! `progress`: how far the learner is, in numbers.

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::list::{ExerciseState, LessonState, Overview, overview};
use super::{Context, Exit};

/// Show how far you are
#[derive(Debug, Args)]
pub(super) struct Progress {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    lessons: Share,
    exercises: Share,
    questions: Share,
    /// Missed questions that are to be asked again now.
    due: usize,
    /// Of lessons not read and exercises not passed.
    minutes_left: u32,
    /// What to do now: a command's arguments.
    next: Option<String>,
}

#[derive(Debug, Serialize)]
struct Share {
    done: usize,
    all: usize,
}

impl Progress {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let overview = overview(context)?;
        let summary = Summary::of(&overview);
        if self.json {
            writeln!(context.out, "{}", serde_json::to_string_pretty(&summary)?)?;
            return Ok(Exit::Passed);
        }
        let Summary {
            lessons,
            exercises,
            questions,
            due,
            minutes_left,
            next,
        } = summary;
        writeln!(context.out, "Lessons read        {} of {}", lessons.done, lessons.all)?;
        writeln!(
            context.out,
            "Exercises passed    {} of {}",
            exercises.done, exercises.all
        )?;
        writeln!(
            context.out,
            "Questions right     {} of {}",
            questions.done, questions.all
        )?;
        if due > 0 {
            writeln!(context.out, "Questions to review {due} (lambda-course quiz --review)")?;
        }
        if minutes_left > 0 {
            writeln!(context.out, "About {minutes_left} minutes are left.")?;
        }
        match next {
            Some(next) => writeln!(context.out, "Next: lambda-course {next}")?,
            None => writeln!(context.out, "You have done it all.")?,
        }
        Ok(Exit::Passed)
    }
}

impl Summary {
    fn of(overview: &Overview) -> Self {
        let unread = overview.lessons.iter().filter(|line| line.state != LessonState::Read);
        let unsolved = overview
            .exercises
            .iter()
            .filter(|line| line.state != ExerciseState::Passed);
        let minutes_left = unread
            .clone()
            .map(|line| line.minutes)
            .chain(unsolved.clone().map(|line| line.minutes))
            .sum();
        let due = overview.quizzes.iter().map(|line| line.due).sum();
        let unanswered = overview.quizzes.iter().find(|line| line.answered < line.questions);
        let next = (unread.clone().next().map(|line| format!("read {}", line.id)))
            .or_else(|| unsolved.clone().next().map(|line| format!("test {}", line.id)))
            .or_else(|| (due > 0).then(|| "quiz --review".to_owned()))
            .or_else(|| unanswered.map(|line| format!("quiz {}", line.id)));
        Self {
            lessons: Share {
                done: overview.lessons.len() - unread.count(),
                all: overview.lessons.len(),
            },
            exercises: Share {
                done: overview.exercises.len() - unsolved.count(),
                all: overview.exercises.len(),
            },
            questions: Share {
                done: overview.quizzes.iter().map(|line| line.right).sum(),
                all: overview.quizzes.iter().map(|line| line.questions).sum(),
            },
            due,
            minutes_left,
            next,
        }
    }
}
