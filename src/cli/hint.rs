//! `hint`: one hint more with each call.

use anyhow::{Result, bail};
use clap::Args;

use super::{Context, Exit, context};

/// Show the next hint of an exercise, after those you have seen
#[derive(Debug, Args)]
pub(super) struct Hint {
    /// The exercise's id, number or name
    exercise: String,
    /// Show all hints
    #[arg(long)]
    all: bool,
}

impl Hint {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let course = context.course()?;
        let exercise = context::exercise(&course, &self.exercise)?;
        let (id, hints) = (&exercise.id, &exercise.hints);
        if hints.is_empty() {
            bail!("the exercise {id} has no hints");
        }
        let store = context.store()?;
        let shown = if self.all {
            store.set_hints_seen(id, hints.len())?;
            hints.len()
        } else {
            store.reveal_hint(id, hints.len())?
        };
        let style = context.style();
        for (index, hint) in hints.iter().take(shown).enumerate() {
            let heading = format!("Hint {} of {}: {}", index + 1, hints.len(), hint.title);
            writeln!(context.out, "{}\n\n{}\n", style.bold(&heading), hint.body)?;
        }
        if shown < hints.len() {
            writeln!(context.out, "Still stuck? Run it again for the next hint.")?;
        } else {
            writeln!(
                context.out,
                "That was the last hint. `lambda-course solution {id}` shows the solution."
            )?;
        }
        Ok(Exit::Passed)
    }
}
