//! Without a command: the course on the whole screen.

use std::sync::Arc;

use anyhow::Result;

use super::desk::Desk;
use super::engine::Engine;
use super::{Context, Exit};
use crate::tui;
use crate::tui::theme::{Appearance, Theme};

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
    let theme = theme(context);
    let set = |name: &str| {
        (context.variable)(name)
            .and_then(|value| value.into_string().ok())
            .filter(|v| !v.is_empty())
    };
    let own_editor = set("VISUAL").or_else(|| set("EDITOR"));
    let course = Arc::new(context.course()?);
    let runner = (context.runners)(Engine::Builtin)?;
    let desk = Desk::new(context.store()?, context.files()?);
    tui::run(tui::Options {
        course,
        runner,
        store: Arc::new(desk),
        theme,
        own_editor,
    })?;
    Ok(Exit::Passed)
}

/// The looks that the environment asks for.
fn theme(context: &Context<'_>) -> Theme {
    let variable = |name: &str| {
        (context.variable)(name)
            .and_then(|value| value.into_string().ok())
            .unwrap_or_default()
    };
    // Some terminals tell their colours as `15;0`: the background is the last number, and light from 7 on, without 8.
    let background = variable("COLORFGBG")
        .rsplit(';')
        .next()
        .and_then(|last| last.parse::<u8>().ok());
    let light = background.is_some_and(|colour| colour == 7 || colour > 8);
    Theme {
        appearance: if light { Appearance::Light } else { Appearance::Dark },
        color: variable("NO_COLOR").is_empty() && !context.globals.plain,
        ascii: context.globals.ascii || context.globals.plain,
    }
}
