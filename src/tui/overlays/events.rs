//! Sample events to run the function with, and one the learner writes. Nothing of it is graded.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::markdown::Role;
use crate::tui::editor::{Edit, Editor};
use crate::tui::keymap::Command;
use crate::tui::model::{Model, Screen};
use crate::tui::overlays::Overlay;
use crate::tui::paint;
use crate::tui::report;
use crate::tui::screens::workspace::{self, Workspace};
use crate::tui::scroll::Scroll;

const OWN: &str = "your own";

/// The list of events.
#[derive(Debug, Clone)]
pub struct Events {
    /// Name and text.
    events: Vec<(String, String)>,
    selected: usize,
}

impl Events {
    /// The samples of an exercise and the learner's own.
    #[must_use]
    pub fn new(workspace: &Workspace) -> Self {
        let samples = workspace.exercise.events.iter();
        let mut events: Vec<(String, String)> = samples
            .map(|(name, text)| (name.clone(), String::from_utf8_lossy(text).into_owned()))
            .collect();
        let own = workspace.own_event.clone().unwrap_or_else(|| "{}\n".to_owned());
        events.push((OWN.to_owned(), own));
        let selected = if workspace.own_event.is_some() {
            events.len() - 1
        } else {
            0
        };
        Self { events, selected }
    }

    /// Whether a command does something now.
    #[must_use]
    pub fn available(&self, command: Command) -> bool {
        match command {
            Command::Up => self.selected > 0,
            Command::Down => self.selected + 1 < self.events.len(),
            _ => true,
        }
    }

    /// Carries a command out.
    pub fn command(mut self, model: &mut Model, command: Command) {
        match command {
            Command::Up => self.selected = self.selected.saturating_sub(1),
            Command::Down => self.selected = (self.selected + 1).min(self.events.len().saturating_sub(1)),
            Command::RunEvent => {
                if let Some((name, text)) = self.events.get(self.selected) {
                    workspace::run_event(model, name, text.clone());
                }
                return;
            }
            Command::EditEvent => {
                if let Some((_, text)) = self.events.get(self.selected) {
                    let editor = Editor::new(text, "json");
                    model.overlay = Some(Overlay::EventEditor(Box::new(EventEditor { editor })));
                }
                return;
            }
            _ => return,
        }
        model.overlay = Some(Overlay::Events(self));
    }

    /// Draws the list, and the selected event under it.
    pub fn view(&self, model: &Model, frame: &mut Frame<'_>, area: Rect) {
        let height = u16::try_from(self.events.len())
            .unwrap_or(u16::MAX)
            .min(area.height / 2)
            .max(1);
        let list = Rect { height, ..area };
        let mut scroll = Scroll::default();
        scroll.show(self.selected, self.events.len(), usize::from(height));
        let buffer = frame.buffer_mut();
        for (y, (index, (name, _))) in (list.y..list.bottom()).zip(self.events.iter().enumerate().skip(scroll.top)) {
            let line = Rect { y, height: 1, ..list };
            let pointer = if index == self.selected { "›" } else { " " };
            paint::text(
                buffer,
                line,
                &format!("{pointer} {name}"),
                ratatui::style::Style::default(),
            );
            if index == self.selected {
                buffer.set_style(line, model.theme.selected());
            }
        }
        let rest = Rect {
            x: area.x + 2,
            y: list.bottom() + 1,
            width: area.width.saturating_sub(2),
            height: area.height.saturating_sub(height + 1),
        };
        if let Some((_, text)) = self.events.get(self.selected) {
            let lines = report::text(text, Role::Text, usize::from(rest.width));
            paint::lines(buffer, rest, &lines, 0, model.theme);
        }
    }
}

/// An event being written.
#[derive(Debug, Clone)]
pub struct EventEditor {
    editor: Editor,
}

impl EventEditor {
    /// Whether a command does something now.
    #[must_use]
    pub fn available(&self, command: Command) -> bool {
        match command {
            Command::Edit(edit) => self.editor.can(edit),
            _ => true,
        }
    }

    /// Takes typed text in.
    pub fn typed(&mut self, text: &str, area: Rect) {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(char), None) => self.editor.edit(Edit::Insert(char), usize::from(area.height)),
            _ => self.editor.insert(text),
        }
        self.editor.follow(area);
    }

    /// Carries a command out. What was written stays with the exercise.
    pub fn command(mut self, model: &mut Model, command: Command) {
        let area = model.body();
        let text = self.editor.text();
        match command {
            Command::RunEvent => {
                self.keep(model);
                workspace::run_event(model, OWN, text);
            }
            Command::Back => {
                self.keep(model);
                if let Screen::Workspace(workspace) = &model.screen {
                    model.overlay = Some(Overlay::Events(Events::new(workspace)));
                }
            }
            Command::Edit(Edit::Copy) if !self.editor.has_selection() || std::mem::take(&mut model.copied) => {
                self.keep(model);
                crate::tui::update::quit(model);
            }
            Command::Edit(edit) => {
                if edit == Edit::Copy {
                    model.copied = true;
                    model.say("Copied; Ctrl-C again leaves the program");
                }
                self.editor.edit(edit, usize::from(area.height));
                self.editor.follow(area);
                model.overlay = Some(Overlay::EventEditor(Box::new(self)));
            }
            _ => model.overlay = Some(Overlay::EventEditor(Box::new(self))),
        }
    }

    fn keep(&self, model: &mut Model) {
        if let Screen::Workspace(workspace) = &mut model.screen {
            workspace.own_event = Some(self.editor.text());
        }
    }

    /// Draws the editor.
    pub fn view(&self, model: &Model, frame: &mut Frame<'_>, area: Rect) {
        self.editor.draw(frame, area, model.theme, true);
    }
}
