//! `reset`: an exercise from its start, one's own files kept beside it.

use anyhow::{Result, bail};
use clap::Args;

use super::{Context, Exit, context};

/// Begin an exercise anew; your files are kept beside the new ones
#[derive(Debug, Args)]
pub(super) struct Reset {
    /// The exercise's id, number or name
    exercise: String,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl Reset {
    pub(super) fn run(self, context: &mut Context<'_>) -> Result<Exit> {
        let course = context.course()?;
        let exercise = context::exercise(&course, &self.exercise)?;
        let files = context.files()?;
        let folder = files.folder(exercise);
        if !self.yes {
            if !context.input_is_terminal {
                bail!(
                    "there is nobody to ask whether {} may begin anew: add --yes",
                    exercise.id
                );
            }
            write!(
                context.out,
                "Begin {} anew? Your files in {} are kept. [y/N] ",
                exercise.id,
                folder.display()
            )?;
            context.out.flush()?;
            let mut answer = String::new();
            context.input.read_line(&mut answer)?;
            if !matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
                writeln!(context.out, "Nothing is changed.")?;
                return Ok(Exit::Passed);
            }
        }
        let kept = files.reset(exercise, &(context.now)())?;
        writeln!(context.out, "{} begins anew in {}", exercise.id, folder.display())?;
        for copy in kept {
            writeln!(context.out, "your file is kept as {}", copy.display())?;
        }
        Ok(Exit::Passed)
    }
}
