//! The workspace on the screen: panes where there is room for them, tabs where there is not.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::{Tab, Workspace, extent};
use crate::tui::course_map::Stop;
use crate::tui::model::Model;
use crate::tui::paint;

/// From this width on there are panes.
const WIDE: u16 = 110;

/// Where the parts are.
#[derive(Debug, Clone, Copy)]
pub struct Panes {
    brief: Rect,
    code: Rect,
    output: Rect,
    wide: bool,
}

impl Panes {
    /// Where a part's text goes: its pane without the line on top.
    #[must_use]
    pub fn text(self, tab: Tab) -> Rect {
        let pane = match tab {
            Tab::Brief => self.brief,
            Tab::Code => self.code,
            Tab::Results | Tab::Log => self.output,
        };
        Rect {
            y: pane.y.saturating_add(1),
            height: pane.height.saturating_sub(1),
            ..pane
        }
    }
}

/// Whether there is room for panes.
#[must_use]
pub fn is_wide(model: &Model) -> bool {
    model.size.width >= WIDE
}

/// Where the parts are at the model's size.
#[must_use]
pub fn panes(model: &Model, workspace: &Workspace) -> Panes {
    let body = model.body();
    if !is_wide(model) {
        return Panes {
            brief: body,
            code: body,
            output: body,
            wide: false,
        };
    }
    let left = body.width * 2 / 5;
    let right = Rect {
        x: body.x + left + 2,
        width: body.width.saturating_sub(left + 2),
        ..body
    };
    // The code gets the lines it has, within bounds, and the results the rest.
    let lines = workspace
        .files
        .get(workspace.file)
        .map_or(0, |open| open.editor.lines());
    let least = body.height / 3;
    let most = if workspace.results.is_none() && workspace.event.is_none() {
        body.height.saturating_sub(4)
    } else {
        body.height / 2
    };
    let wanted = u16::try_from(lines + 3).unwrap_or(u16::MAX);
    let share = body.height - wanted.clamp(least, most.max(least));
    let code = Rect {
        height: right.height.saturating_sub(share),
        ..right
    };
    let output = Rect {
        y: right.y + code.height,
        height: share.min(right.height),
        ..right
    };
    Panes {
        brief: Rect {
            width: left.saturating_sub(1),
            ..body
        },
        code,
        output,
        wide: true,
    }
}

/// What the title line says.
#[must_use]
pub fn title(model: &Model, workspace: &Workspace) -> (String, String) {
    let state = model.progress.exercise(&workspace.exercise.id);
    let state = if state.passed { "passed · " } else { "" };
    let title = Stop::Exercise(workspace.index).title(&model.course);
    (title, format!("{state}{} min", workspace.exercise.manifest.minutes))
}

/// Where one is in the open tab, in words.
#[must_use]
pub fn position(model: &Model, workspace: &Workspace) -> String {
    if workspace.tab == Tab::Code {
        let Some(open) = workspace.files.get(workspace.file) else {
            return String::new();
        };
        let (row, column) = open.editor.cursor();
        return format!("line {}, column {}", row + 1, column + 1);
    }
    let (lines, height, top) = extent(model, workspace);
    let last = (top + height).min(lines);
    if lines > height {
        format!("line {last} of {lines} · more {}", if last < lines { "↓" } else { "↑" })
    } else {
        String::new()
    }
}

/// Draws the screen.
pub fn view(model: &Model, workspace: &Workspace, frame: &mut Frame<'_>, area: Rect) {
    let panes = panes(model, workspace);
    if panes.wide {
        let output = if workspace.tab == Tab::Log {
            Tab::Log
        } else {
            Tab::Results
        };
        let output = if workspace.event.is_some() && workspace.tab != Tab::Results {
            Tab::Log
        } else {
            output
        };
        for (tab, pane) in [
            (Tab::Brief, panes.brief),
            (Tab::Code, panes.code),
            (output, panes.output),
        ] {
            heading(model, workspace, tab, frame.buffer_mut(), pane);
            part(model, workspace, tab, frame, panes.text(tab));
        }
        for y in area.y..area.bottom() {
            let line = Rect {
                x: panes.brief.right() + 1,
                y,
                width: 1,
                height: 1,
            };
            paint::text(frame.buffer_mut(), line, "│", model.theme.quiet());
        }
    } else {
        tabs(model, workspace, frame.buffer_mut(), area);
        part(model, workspace, workspace.tab, frame, panes.text(workspace.tab));
    }
}

fn part(model: &Model, workspace: &Workspace, tab: Tab, frame: &mut Frame<'_>, area: Rect) {
    if tab == Tab::Code {
        match workspace.files.get(workspace.file) {
            Some(open) => {
                let focused = workspace.editing && model.overlay.is_none();
                open.editor.draw(frame, area, model.theme, focused);
            }
            None => {
                paint::text(frame.buffer_mut(), area, "Reading your files…", model.theme.quiet());
            }
        }
        return;
    }
    let lines = workspace.lines(model, tab, usize::from(area.width));
    let height = usize::from(area.height);
    let top = workspace.scrolls[tab as usize]
        .top
        .min(lines.len().saturating_sub(height));
    paint::lines(frame.buffer_mut(), area, &lines, top, model.theme);
}

/// The tabs with the open one reversed and the number that opens each.
fn tabs(model: &Model, workspace: &Workspace, buffer: &mut Buffer, area: Rect) {
    let mut x = area.x;
    for (index, tab) in Tab::ALL.into_iter().enumerate() {
        let text = format!(" {} {}{} ", index + 1, name(workspace, tab), mark(workspace, tab));
        let style = if tab == workspace.tab {
            model.theme.selected()
        } else {
            model.theme.quiet()
        };
        let room = Rect {
            x,
            width: area.right().saturating_sub(x),
            height: 1,
            ..area
        };
        x = paint::text(buffer, room, &text, style) + 1;
    }
    let state = state(workspace);
    let room = Rect {
        x,
        width: area.right().saturating_sub(x),
        height: 1,
        ..area
    };
    paint::text_right(buffer, room, &state, model.theme.accent());
}

fn heading(model: &Model, workspace: &Workspace, tab: Tab, buffer: &mut Buffer, pane: Rect) {
    let focused = tab == workspace.tab;
    let style = if focused {
        model.theme.selected()
    } else {
        model.theme.quiet().add_modifier(Modifier::UNDERLINED)
    };
    let text = format!(
        " {} {}{} ",
        tab as usize + 1,
        name(workspace, tab),
        mark(workspace, tab)
    );
    let line = Rect { height: 1, ..pane };
    if pane.height > 0 {
        paint::text(buffer, line, &text, style);
        let right = match tab {
            Tab::Code => state(workspace),
            _ if more_below(model, workspace, tab) => "more ↓".to_owned(),
            _ => String::new(),
        };
        paint::text_right(buffer, line, &right, model.theme.accent());
    }
}

/// Whether a pane goes on below what is in sight.
fn more_below(model: &Model, workspace: &Workspace, tab: Tab) -> bool {
    let area = panes(model, workspace).text(tab);
    let lines = workspace.lines(model, tab, usize::from(area.width)).len();
    let scroll = workspace.scrolls[tab as usize];
    !scroll.at_end(lines, usize::from(area.height))
}

fn name(workspace: &Workspace, tab: Tab) -> String {
    match (tab, workspace.files.get(workspace.file)) {
        (Tab::Code, Some(open)) => open.name.clone(),
        _ => tab.name().to_owned(),
    }
}

/// A tab says in its name how it stands.
fn mark(workspace: &Workspace, tab: Tab) -> &'static str {
    match tab {
        Tab::Code
            if workspace
                .files
                .get(workspace.file)
                .is_some_and(super::files::OpenFile::is_dirty) =>
        {
            " *"
        }
        Tab::Results if workspace.is_passed() => " ✓",
        Tab::Results
            if workspace
                .results
                .as_ref()
                .is_some_and(|results| results.failing().next().is_some()) =>
        {
            " ✗"
        }
        _ => "",
    }
}

fn state(workspace: &Workspace) -> String {
    let dirty = workspace.files.iter().any(super::files::OpenFile::is_dirty);
    match (workspace.editing, dirty) {
        (true, true) => "editing, not saved".to_owned(),
        (true, false) => "editing".to_owned(),
        (false, true) => "not saved".to_owned(),
        (false, false) => String::new(),
    }
}
