//! The frame around every screen: title, rule, foot; and what is shown where the terminal is too small.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::keymap::{self, Binding, Context};
use super::model::{Model, Screen};
use super::overlays;
use super::paint;
use super::screens::{home, quiz, reader, welcome, workspace};
use super::update::available;
use crate::markdown::ascii::stand_in;
use crate::markdown::line::width;

/// Draws everything.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < super::model::MIN_SIZE.width || area.height < super::model::MIN_SIZE.height {
        too_small(frame, area);
    } else {
        title(model, frame, Rect { height: 1, ..area });
        let body = model.body().intersection(area);
        match &model.overlay {
            Some(overlay) if overlay.covers() => overlays::view(model, overlay, frame, body),
            overlay => {
                screen(model, frame, body);
                if let Some(overlay) = overlay {
                    overlays::view(model, overlay, frame, body);
                }
            }
        }
        rule(
            model,
            frame,
            Rect {
                y: area.bottom() - 2,
                height: 1,
                ..area
            },
        );
        foot(
            model,
            frame,
            Rect {
                y: area.bottom() - 1,
                height: 1,
                ..area
            },
        );
    }
    if model.theme.ascii {
        to_ascii(frame);
    }
}

fn screen(model: &Model, frame: &mut Frame<'_>, body: Rect) {
    match &model.screen {
        Screen::Welcome(scroll) => welcome::view(model, *scroll, frame, body),
        Screen::Home => home::view(model, frame, body),
        Screen::Reader(state) => reader::view(model, state, frame, body),
        Screen::Workspace(state) => workspace::view::view(model, state, frame, body),
        Screen::Quiz(state) => quiz::view::view(model, state, frame, body),
    }
}

fn too_small(frame: &mut Frame<'_>, area: Rect) {
    let min = super::model::MIN_SIZE;
    let text = format!(
        "terminal is {}x{}, needs {}x{}",
        area.width, area.height, min.width, min.height
    );
    let spans = [crate::markdown::Span::new(text, crate::markdown::Role::Text)];
    let lines = crate::markdown::line::wrap(&spans, usize::from(area.width));
    paint::lines(frame.buffer_mut(), area, &lines, 0, super::theme::Theme::default());
}

fn title(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let (left, right) = match (&model.overlay, &model.screen) {
        (Some(overlay), _) if overlay.covers() => overlays::title(model, overlay),
        (_, Screen::Welcome(_)) => ("Welcome".to_owned(), String::new()),
        (_, Screen::Home) => ("Course map".to_owned(), String::new()),
        (_, Screen::Reader(state)) => reader::title(model, state),
        (_, Screen::Workspace(state)) => workspace::view::title(model, state),
        (_, Screen::Quiz(state)) => quiz::view::title(model, state),
    };
    let inner = Rect {
        x: 1,
        width: area.width - 2,
        ..area
    };
    let buffer = frame.buffer_mut();
    paint::text_right(buffer, inner, &right, model.theme.quiet());
    let room = inner
        .width
        .saturating_sub(u16::try_from(width(&right)).unwrap_or(u16::MAX) + 2);
    let x = paint::text(
        buffer,
        Rect { width: room, ..inner },
        &model.course.title,
        model.theme.quiet(),
    );
    let room = room.saturating_sub(x - inner.x);
    let x = paint::text(
        buffer,
        Rect {
            x,
            width: room,
            ..inner
        },
        " › ",
        model.theme.quiet(),
    );
    let room = (inner.x + inner.width).saturating_sub(x + u16::try_from(width(&right)).unwrap_or(u16::MAX) + 2);
    paint::text(
        buffer,
        Rect {
            x,
            width: room,
            ..inner
        },
        &left,
        model.theme.title(),
    );
}

/// The rule above the foot carries news, and where one is in what is shown.
fn rule(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let buffer = frame.buffer_mut();
    let theme = model.theme;
    let line = "─".repeat(usize::from(area.width));
    paint::text(buffer, area, &line, theme.quiet());
    let position = match (&model.overlay, &model.screen) {
        (Some(overlay), _) => overlays::position(model, overlay),
        (None, Screen::Reader(state)) => state.position(model),
        (None, Screen::Workspace(state)) => workspace::view::position(model, state),
        _ => String::new(),
    };
    if !position.is_empty() {
        let inner = Rect {
            width: area.width - 1,
            ..area
        };
        paint::text_right(buffer, inner, &format!(" {position} "), theme.quiet());
    }
    let room = area
        .width
        .saturating_sub(u16::try_from(width(&position)).unwrap_or(u16::MAX) + 6);
    let inner = Rect {
        x: 1,
        width: room,
        ..area
    };
    if let Some(run) = model.run {
        let seconds = run
            .elapsed
            .map(|elapsed| format!(" {:.1} s", elapsed.as_secs_f64()))
            .unwrap_or_default();
        let text = format!(" Running…{seconds} (Esc stops it) ");
        paint::text(buffer, inner, &text, theme.accent().add_modifier(Modifier::BOLD));
    } else if let Some(notice) = &model.notice {
        let (mark, style) = if notice.bad {
            ("✗", theme.role(crate::markdown::Role::Bad))
        } else {
            ("•", theme.accent())
        };
        paint::text(
            buffer,
            inner,
            &format!(" {mark} {} ", notice.text),
            style.add_modifier(Modifier::BOLD),
        );
    }
}

/// The keys that work now, as many as there is room for; `?` lists the others.
fn foot(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let entries = foot_entries(model);
    let buffer = frame.buffer_mut();
    let theme = model.theme;
    let size = |keys: &str, label: &str| width(keys) + 1 + width(label);
    let help = entries.last().filter(|(keys, _)| keys == "?" || keys == "F1");
    let reserved = help.map_or(0, |(keys, label)| size(keys, label) + 2);
    let mut x = area.x + 1;
    let mut put = |x: u16, keys: &str, label: &str| {
        let room = Rect {
            x,
            width: area.right().saturating_sub(x),
            ..area
        };
        let x = paint::text(buffer, room, keys, theme.accent().add_modifier(Modifier::BOLD));
        let room = Rect {
            x: x + 1,
            width: area.right().saturating_sub(x + 1),
            ..area
        };
        paint::text(buffer, room, label, theme.quiet()) + 2
    };
    let others = entries.len() - usize::from(help.is_some());
    for (keys, label) in &entries[..others] {
        if usize::from(x) + size(keys, label) + reserved >= usize::from(area.right()) {
            break;
        }
        x = put(x, keys, label);
    }
    if let Some((keys, label)) = help {
        put(x, keys, label);
    }
}

/// The keys that the foot shows, with what they do.
#[must_use]
pub fn foot_entries(model: &Model) -> Vec<(String, &'static str)> {
    let mut entries: Vec<(String, &'static str)> = Vec::new();
    let mut taken = Vec::new();
    let contexts = model.contexts();
    for binding in contexts.iter().flat_map(|context| keymap::of(*context)) {
        let Some(key) = binding.keys.iter().find(|key| !taken.contains(*key)) else {
            continue;
        };
        if !binding.shown || !works(model, binding) {
            continue;
        }
        taken.extend(binding.keys.iter().copied());
        match entries.last_mut() {
            Some((keys, label)) if *label == binding.label => keys.push_str(&key.to_string()),
            _ => entries.push((key.to_string(), binding.label)),
        }
    }
    if let Some(at) = entries.iter().position(|(keys, _)| keys == "?") {
        let help = entries.remove(at);
        entries.push(help);
    } else if !contexts.contains(&Context::Help) {
        entries.push(("F1".to_owned(), "help"));
    }
    entries
}

/// Whether pressing the key does something now.
fn works(model: &Model, binding: &Binding) -> bool {
    available(model, binding.command) && (model.run.is_none() || binding.context == Context::Running)
}

fn to_ascii(frame: &mut Frame<'_>) {
    for cell in &mut frame.buffer_mut().content {
        let mut chars = cell.symbol().chars();
        if let (Some(char), None) = (chars.next(), chars.next())
            && !char.is_ascii()
        {
            cell.set_char(stand_in(char));
        }
    }
}
