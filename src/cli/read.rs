//! `read`: a lesson.

use anyhow::Result;
use clap::Args;

use super::{Context, Exit, context};
use crate::course::Lesson;

/// Print a lesson
#[derive(Debug, Args)]
pub(super) struct Read {
    /// The lesson's id, number or name
    lesson: String,
    /// Columns [default: those of the terminal, at most 100; else 80]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(20..=1000))]
    width: Option<u16>,
}

impl Read {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let course = context.course()?;
        let lesson = context::lesson(&course, &self.lesson)?;
        let width = self
            .width
            .or(context.size.map(|(columns, _)| columns.min(100)))
            .unwrap_or(80);
        let text = render(lesson, width, context.globals.plain);
        write!(context.out, "{text}")?;
        context
            .store()?
            .set_lesson_read(&lesson.id, (context.now)().timestamp())?;
        Ok(Exit::Passed)
    }
}

/// A lesson laid out for a width.
fn render(lesson: &Lesson, _width: u16, _plain: bool) -> String {
    // Seam: the `markdown` module lays the body out.
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
