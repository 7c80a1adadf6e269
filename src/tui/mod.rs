//! The terminal program: lessons to read, exercises to solve, quizzes.
//!
//! ```text
//! keys, runs, files ---> Msg ---> update(&mut Model) ---> Effect ---> effects, which answer with a Msg
//!                                       |
//!                                       +--> view(&Model) draws, and only then
//! ```
//!
//! The model knows everything and does nothing; [`effects`] does everything and knows nothing. The screens are pure
//! functions of the model, so that every test sees what a learner sees.

pub mod clerk;
pub mod course_map;
pub mod editor;
pub mod effects;
pub mod headless;
pub mod input;
pub mod key;
pub mod keymap;
pub mod model;
pub mod msg;
pub mod navigate;
pub mod overlays;
pub mod own_editor;
pub mod paint;
pub mod picture;
pub mod ports;
pub mod report;
pub mod screens;
pub mod scroll;
pub mod shots;
pub mod terminal;
#[cfg(test)]
mod tests;
pub mod theme;
pub mod update;
pub mod view;

use std::sync::Arc;

use anyhow::Context;
use ratatui::layout::Size;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use self::effects::Effects;
use self::input::Input;
use self::model::Model;
use self::msg::{Effect, Msg};
use self::ports::Store;
use self::terminal::Terminal;
use self::theme::Theme;
use crate::course::Course;
use crate::grade::Runner;

/// What the program needs.
pub struct Options {
    /// What is taught.
    pub course: Arc<Course>,
    /// Runs code.
    pub runner: Arc<dyn Runner>,
    /// Keeps progress and files.
    pub store: Arc<dyn Store>,
    /// How things look.
    pub theme: Theme,
    /// The command of the learner's own editor, from `VISUAL` or `EDITOR`.
    pub own_editor: Option<String>,
}

/// Runs the program in the terminal until the learner leaves it.
///
/// # Errors
/// When the terminal cannot be used or progress cannot be read.
pub fn run(options: Options) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(drive(options));
    // A runner that does not stop must not keep the terminal.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    result
}

/// The same, where there is a runtime already.
///
/// # Errors
/// As [`run`].
pub async fn drive(options: Options) -> anyhow::Result<()> {
    let progress = options.store.progress().context("your progress could not be read")?;
    let (sender, mut messages) = mpsc::unbounded_channel();
    // Before the terminal is taken: a signal in between must not leave it taken.
    let signals = input::signals(sender.clone());
    let mut terminal = Terminal::enter()?;
    let size = terminal.size()?;
    let mut model = first_model(&options, progress, size);
    let mut effects = Effects::new(&options, sender.clone());
    for effect in model.effects.drain(..) {
        effects.execute(effect);
    }
    let mut input = Input::start(sender.clone());
    let runner = options.runner.clone();
    tokio::spawn(async move { runner.warm_up().await });
    let result = loop {
        if let Err(error) = terminal.draw(|frame| view::view(&model, frame)) {
            break Err(error);
        }
        let Some(first) = messages.recv().await else {
            break Ok(());
        };
        let mut left = false;
        let mut next = Some(first);
        // Everything that is there already is taken in before the next picture.
        while let Some(msg) = next {
            for effect in update::update(&mut model, msg) {
                match effect {
                    Effect::Quit => left = true,
                    Effect::OwnEditor { exercise, file, line } => {
                        input.stop().await;
                        effects.flush();
                        let path = options.store.path(&exercise, &file);
                        let command = options.own_editor.as_deref().unwrap_or_default();
                        let outcome = terminal.lend(|| own_editor::open(command, &path, line));
                        forget_keys(&mut messages, &sender);
                        effects.look(&exercise, &file);
                        if let Err(problem) = outcome {
                            let _ = sender.send(Msg::NoEditor(format!("{problem:#}")));
                        }
                        let size = terminal.size().unwrap_or(model.size);
                        let _ = sender.send(Msg::Resize(size.width, size.height));
                        input = Input::start(sender.clone());
                    }
                    effect => effects.execute(effect),
                }
            }
            next = if left { None } else { messages.try_recv().ok() };
        }
        if left {
            break Ok(());
        }
    };
    signals.abort();
    input.stop().await;
    drop(terminal);
    effects.finish();
    result
}

/// Keys that came while another program had the terminal were not for us; everything else is.
fn forget_keys(messages: &mut UnboundedReceiver<Msg>, sender: &UnboundedSender<Msg>) {
    let waiting: Vec<Msg> = std::iter::from_fn(|| messages.try_recv().ok()).collect();
    for msg in waiting {
        if !matches!(msg, Msg::Key(_) | Msg::Paste(_)) {
            let _ = sender.send(msg);
        }
    }
}

/// The model a program starts with: where the learner was when it was left.
fn first_model(options: &Options, progress: ports::Progress, size: Size) -> Model {
    let mut model = Model::new(options.course.clone(), progress, options.theme, size);
    model.own_editor = options.own_editor.is_some();
    navigate::resume(&mut model);
    model
}
