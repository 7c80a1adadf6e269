//! Without a command: the course on the whole screen.

use anyhow::{Result, bail};

use super::{Context, Exit};

const INSTEAD: &str = "\
The course needs a terminal, and this is none. Without one, run:

  lambda-course list              lessons, exercises and quizzes
  lambda-course read LESSON       a lesson
  lambda-course test EXERCISE     grade your handler
  lambda-course hint EXERCISE     the next hint
  lambda-course quiz LESSON       the questions of a lesson
  lambda-course --help            everything else";

pub(super) fn run(context: &mut Context<'_>) -> Result<Exit> {
    if !context.out_is_terminal || !context.input_is_terminal {
        writeln!(context.err, "{INSTEAD}")?;
        return Ok(Exit::CouldNotRun);
    }
    // Seam: `tui::run` goes here, with the course, the store and the learner's files of this context.
    bail!("the screens are not built in yet; `lambda-course --help` lists the commands")
}
