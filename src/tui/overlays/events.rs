//! Events to run the function with: the exercise's, one the learner writes, and what each service sends. Nothing of it is graded.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::markdown::Role;
use crate::region::samples::Sample;
use crate::tui::editor::{Edit, Editor};
use crate::tui::keymap::Command;
use crate::tui::model::{Model, Screen};
use crate::tui::msg::Effect;
use crate::tui::overlays::Overlay;
use crate::tui::paint;
use crate::tui::report;
use crate::tui::screens::workspace::{self, Workspace};
use crate::tui::scroll::Scroll;

const OWN: &str = "your own";

/// The list of events.
#[derive(Debug, Clone)]
pub struct Events {
    events: Vec<Choice>,
    selected: usize,
}

/// An event to choose.
#[derive(Debug, Clone)]
struct Choice {
    name: String,
    /// `None` until it is made.
    text: Option<String>,
    sample: Option<Sample>,
}

impl Events {
    /// The events of an exercise, the learner's own, and a sample of each service.
    #[must_use]
    pub fn new(workspace: &Workspace) -> Self {
        let of_exercise = workspace.exercise.events.iter();
        let mut events: Vec<Choice> = of_exercise
            .map(|(name, text)| Choice::with(name, String::from_utf8_lossy(text).into_owned()))
            .collect();
        let own = workspace.own_event.clone().unwrap_or_else(|| "{}\n".to_owned());
        let selected = if workspace.own_event.is_some() { events.len() } else { 0 };
        events.push(Choice::with(OWN, own));
        events.extend(Sample::ALL.iter().map(|(sample, name, _)| Choice {
            name: (*name).to_owned(),
            text: None,
            sample: Some(*sample),
        }));
        Self { events, selected }
    }

    /// Takes a sample in that was made.
    pub fn sampled(&mut self, sample: Sample, text: String) {
        if let Some(choice) = self.events.iter_mut().find(|choice| choice.sample == Some(sample)) {
            choice.text = Some(text);
        }
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
                if let Some((name, text)) = self.chosen() {
                    workspace::run_event(model, name, text.to_owned());
                    return;
                }
            }
            Command::EditEvent => {
                if let Some((_, text)) = self.chosen() {
                    let editor = Editor::new(text, "json");
                    model.overlay = Some(Overlay::EventEditor(Box::new(EventEditor { editor })));
                    return;
                }
            }
            _ => return,
        }
        if let Some(Choice {
            text: None,
            sample: Some(sample),
            ..
        }) = self.events.get(self.selected)
        {
            model.effects.push(Effect::Sample(*sample));
        }
        model.overlay = Some(Overlay::Events(self));
    }

    /// Name and text of the selected event, as soon as it is made.
    fn chosen(&self) -> Option<(&str, &str)> {
        let choice = self.events.get(self.selected)?;
        Some((&choice.name, choice.text.as_deref()?))
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
        for (y, (index, Choice { name, .. })) in
            (list.y..list.bottom()).zip(self.events.iter().enumerate().skip(scroll.top))
        {
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
        if let Some((_, text)) = self.chosen() {
            let lines = report::text(text, Role::Text, usize::from(rest.width));
            paint::lines(buffer, rest, &lines, 0, model.theme);
        }
    }
}

impl Choice {
    fn with(name: &str, text: String) -> Self {
        Self {
            name: name.to_owned(),
            text: Some(text),
            sample: None,
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
