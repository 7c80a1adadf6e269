//! `solution`: the model solution beside one's own, and why it is written so.

use std::fs;

use anyhow::Result;
use clap::Args;
use similar::{ChangeTag, TextDiff};

use super::printable::printable;
use super::style::Style;
use super::{Context, Exit, context};

/// Show the model solution, the way from yours to it, and why it is so
#[derive(Debug, Args)]
pub(super) struct Solution {
    /// The exercise's id, number or name
    exercise: String,
}

impl Solution {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let course = context.course()?;
        let exercise = context::exercise(&course, &self.exercise)?;
        let (files, style) = (context.files()?, context.style());
        context
            .store()?
            .set_solution_seen(&exercise.id, (context.now)().timestamp())?;
        for (name, bytes) in &exercise.solution {
            let solution = String::from_utf8_lossy(bytes);
            writeln!(context.out, "{}\n\n{}", style.bold(name), indent(&solution))?;
            let own = fs::read_to_string(files.path(exercise, name)?).unwrap_or_default();
            let untouched = exercise
                .starter
                .get(name)
                .is_some_and(|starter| own.as_bytes() == starter.as_slice());
            if own.is_empty() || untouched {
                continue;
            }
            if own == solution {
                writeln!(context.out, "Yours is the same.\n")?;
                continue;
            }
            let heading = format!("From your {name} (-) to the solution (+)");
            writeln!(
                context.out,
                "{}\n\n{}",
                style.bold(&heading),
                diff(&own, &solution, style)
            )?;
        }
        writeln!(
            context.out,
            "{}\n\n{}",
            style.bold("Why so"),
            exercise.solution_notes.trim()
        )?;
        Ok(Exit::Passed)
    }
}

fn indent(text: &str) -> String {
    text.lines()
        .map(|line| {
            if line.is_empty() {
                "\n".to_owned()
            } else {
                format!("    {line}\n")
            }
        })
        .collect()
}

fn diff(own: &str, solution: &str, style: Style) -> String {
    let mut lines = String::new();
    for change in TextDiff::from_lines(own, solution).iter_all_changes() {
        let text = printable(change.value().trim_end_matches(['\n', '\r'])).into_owned();
        let line = match change.tag() {
            ChangeTag::Equal => format!("    {text}"),
            ChangeTag::Delete => style.red(&format!("  - {text}")),
            ChangeTag::Insert => style.green(&format!("  + {text}")),
        };
        lines.push_str(&line);
        lines.push('\n');
    }
    lines
}
