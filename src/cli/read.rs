//! `read`: a lesson, or what an exercise asks for.

use anyhow::Result;
use clap::Args;

use super::{Context, Exit, context};
use crate::course::{Course, Exercise, Lesson};
use crate::markdown::Document;

/// Print a lesson, or what an exercise asks for
#[derive(Debug, Args)]
pub(super) struct Read {
    /// The lesson's id, number or name; or an exercise's id or name
    lesson: String,
    /// Columns [default: those of the terminal, at most 100; else 80]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(20..=1000))]
    width: Option<u16>,
}

impl Read {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let course = context.course()?;
        let width = self
            .width
            .or(context.size.map(|(columns, _)| columns.min(100)))
            .unwrap_or(80);
        let plain = context.globals.plain;
        match find(&course, &self.lesson)? {
            Found::Lesson(lesson) => {
                write!(context.out, "{}", render(&lesson_text(lesson), width, plain))?;
                context
                    .store()?
                    .set_lesson_read(&lesson.id, (context.now)().timestamp())?;
            }
            Found::Exercise(exercise) => {
                write!(context.out, "{}", render(&exercise_text(exercise), width, plain))?;
            }
        }
        Ok(Exit::Passed)
    }
}

enum Found<'c> {
    Lesson(&'c Lesson),
    Exercise(&'c Exercise),
}

/// What is meant: an exercise by its whole id, else a lesson, else an exercise.
fn find<'c>(course: &'c Course, query: &str) -> Result<Found<'c>> {
    if let Some(exercise) = course.exercise(query) {
        return Ok(Found::Exercise(exercise));
    }
    match context::lesson(course, query) {
        Ok(lesson) => Ok(Found::Lesson(lesson)),
        Err(error) => context::exercise(course, query).map(Found::Exercise).map_err(|_| error),
    }
}

fn lesson_text(lesson: &Lesson) -> String {
    let front = &lesson.front;
    let objectives: Vec<String> = front
        .objectives
        .iter()
        .map(|objective| format!("- {objective}\n"))
        .collect();
    format!(
        "# {}\n\n{} minutes\n\n{}\n{}\n",
        front.title,
        front.minutes,
        objectives.concat(),
        lesson.body.trim()
    )
}

fn exercise_text(exercise: &Exercise) -> String {
    let Exercise {
        id, manifest, brief, ..
    } = exercise;
    let title = &manifest.title;
    let grade = format!("Grade yours: `lambda-course test {id}`");
    format!(
        "# {title}\n\n{} minutes\n\n{}\n\n{grade}\n",
        manifest.minutes,
        brief.trim()
    )
}

/// Markdown laid out for a width: as words alone, or as the screens show it.
fn render(markdown: &str, width: u16, plain: bool) -> String {
    let document = Document::parse(markdown);
    let width = usize::from(width);
    if plain {
        return document.plain(width);
    }
    let mut text = String::new();
    for line in &document.layout(width).lines {
        text.push_str(line.text().trim_end());
        text.push('\n');
    }
    text
}
