//! What each message does to the model. Nothing here touches the terminal, the disk or the clock.

use super::editor::Edit;
use super::key::Key;
use super::keymap::{self, Command};
use super::model::{Model, RunWhat, Screen};
use super::msg::{Effect, Msg, RunId};
use super::overlays::help::Help;
use super::overlays::{self, Overlay};
use super::ports::Change;
use super::screens::workspace::{files, results};
use super::screens::{home, quiz, reader, welcome, workspace};

/// Takes a message in and says what is to be done about it.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => on_key(model, key),
        Msg::Paste(text) => {
            if model.overlay.is_none() || matches!(model.overlay, Some(Overlay::Finding(_) | Overlay::EventEditor(_))) {
                typed(model, &text);
            }
        }
        Msg::Resize(width, height) => {
            model.size = ratatui::layout::Size::new(width, height);
            reader::lay_out(model);
            workspace::follow_cursor(model);
        }
        Msg::Terminate => quit(model),
        Msg::Files(id, Ok(files)) => files::loaded(model, &id, &files),
        Msg::Files(_, Err(problem)) => model.complain(format!("Your files could not be read: {problem}")),
        Msg::Seen { exercise, file, text } => files::seen(model, &exercise, &file, &text),
        Msg::Saved {
            exercise,
            file,
            text,
            problem,
        } => files::saved(model, &exercise, &file, &text, problem),
        Msg::WasReset(id, Ok((backup, files))) => {
            files::was_reset(model, &id, &files);
            model.say(format!("The starter is back; yours is in {}", backup.display()));
        }
        Msg::WasReset(_, Err(problem)) => model.complain(format!("Nothing was reset: {problem}")),
        Msg::Sampled(sample, Ok(text)) => {
            if let Some(Overlay::Events(events)) = &mut model.overlay {
                events.sampled(sample, text);
            }
        }
        Msg::Sampled(_, Err(problem)) => model.complain(format!("The sample could not be made: {problem}")),
        Msg::NotKept(problem) => model.complain(format!("Your progress could not be kept: {problem}")),
        Msg::NoEditor(problem) => model.complain(problem),
        Msg::Grading(id, event) if is_running(model, id) => results::grading(model, event),
        Msg::Graded(id, verdict) if is_running(model, id) => {
            model.run = None;
            results::graded(model, *verdict);
        }
        Msg::Ran(id, report) if is_running(model, id) => match model.run.take().map(|run| run.what) {
            Some(RunWhat::Block(block)) => reader::show_output(model, block, *report),
            Some(RunWhat::Event) => {
                if let Screen::Workspace(workspace) = &mut model.screen
                    && let Some((_, shown)) = &mut workspace.event
                {
                    *shown = *report;
                }
            }
            _ => {}
        },
        Msg::Broke(id, problem) if is_running(model, id) => {
            stop(model);
            model.complain(format!("The run broke off: {problem}"));
        }
        Msg::StillRunning(id, elapsed) => {
            if let Some(run) = model.run.as_mut().filter(|run| run.id == id) {
                run.elapsed = Some(elapsed);
            }
        }
        // What a stopped run still has to say.
        Msg::Grading(..) | Msg::Graded(..) | Msg::Ran(..) | Msg::Broke(..) => {}
    }
    keep_place(model);
    std::mem::take(&mut model.effects)
}

fn is_running(model: &Model, id: RunId) -> bool {
    model.run.is_some_and(|run| run.id == id)
}

/// The place is kept as soon as it changes, so that not even a crash loses it.
fn keep_place(model: &mut Model) {
    let place = model.place();
    if let Some(place) = place.filter(|place| model.progress.place.as_ref() != Some(place)) {
        model.record(Change::Place(place));
    }
}

fn on_key(model: &mut Model, key: Key) {
    let was_copied = std::mem::take(&mut model.copied);
    let Some(command) = lookup(model, key) else {
        if let Some(char) = key.typed() {
            model.notice = None;
            typed(model, char.encode_utf8(&mut [0; 4]));
        } else if key == Key::plain(crossterm::event::KeyCode::Backspace) {
            backspace(model);
        }
        return;
    };
    // Keys typed ahead while code runs must not set anything off once it is over.
    if model.run.is_some() && !command.is_harmless() {
        return;
    }
    model.copied = was_copied && command == Command::Edit(Edit::Copy);
    model.notice = None;
    carry_out(model, command);
}

/// What a key means now: the innermost context in which it does something decides.
#[must_use]
pub fn lookup(model: &Model, key: Key) -> Option<Command> {
    let mut contexts = model.contexts().into_iter();
    contexts.find_map(|context| {
        let mut bindings = keymap::of(context);
        bindings
            .find(|binding| binding.keys.contains(&key) && available(model, binding.command))
            .map(|binding| binding.command)
    })
}

fn carry_out(model: &mut Model, command: Command) {
    match command {
        Command::Quit => return quit(model),
        Command::Help => {
            let under = model.overlay.clone();
            let help = Help::new(model, under);
            model.overlay = Some(Overlay::Help(help));
            return;
        }
        Command::Stop => return stop(model),
        _ => {}
    }
    if model.overlay.is_some() {
        return overlays::command(model, command);
    }
    match &model.screen {
        Screen::Welcome(_) => welcome::command(model, command),
        Screen::Home => home::command(model, command),
        Screen::Reader(_) => reader::command(model, command),
        Screen::Workspace(_) => workspace::command(model, command),
        Screen::Quiz(_) => quiz::command(model, command),
    }
}

/// Whether a command does something now. Screens show and keys do only what does.
#[must_use]
pub fn available(model: &Model, command: Command) -> bool {
    match (command, &model.overlay, &model.screen) {
        (Command::Quit, ..) => true,
        (Command::Stop, ..) => model.run.is_some(),
        (Command::Help, overlay, _) => !matches!(overlay, Some(Overlay::Help(_))),
        (_, Some(overlay), _) => overlays::available(model, overlay, command),
        (_, None, Screen::Welcome(scroll)) => welcome::available(model, *scroll, command),
        (_, None, Screen::Home) => home::available(model, command),
        (_, None, Screen::Reader(reader)) => reader::available(model, reader, command),
        (_, None, Screen::Workspace(workspace)) => workspace::available(model, workspace, command),
        (_, None, Screen::Quiz(quiz)) => quiz::available(model, quiz, command),
    }
}

fn typed(model: &mut Model, text: &str) {
    if model.overlay.is_some() {
        return overlays::typed(model, text);
    }
    match &model.screen {
        Screen::Workspace(workspace) if workspace.editing => workspace::typed(model, text),
        Screen::Quiz(_) => quiz::typed(model, text),
        _ => {}
    }
}

fn backspace(model: &mut Model) {
    if model.overlay.is_some() {
        return overlays::backspace(model);
    }
    if matches!(model.screen, Screen::Quiz(_)) {
        quiz::backspace(model);
    }
}

fn stop(model: &mut Model) {
    if let Some(run) = model.run.take() {
        model.effect(Effect::Stop(run.id));
        results::stopped(model);
        if let Screen::Workspace(workspace) = &mut model.screen
            && run.what == RunWhat::Event
        {
            workspace.event = None;
        }
        model.say("Stopped");
    }
}

/// Leaves the program. The place and all edits are kept already.
pub fn quit(model: &mut Model) {
    if let Some(run) = model.run.take() {
        model.effect(Effect::Stop(run.id));
    }
    keep_place(model);
    model.effect(Effect::Quit);
}
