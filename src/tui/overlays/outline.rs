//! A lesson's headings, to go to one.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::markdown::Heading;
use crate::tui::keymap::Command;
use crate::tui::model::Model;
use crate::tui::overlays::Overlay;
use crate::tui::paint;
use crate::tui::screens::reader;
use crate::tui::scroll::Scroll;

/// A lesson's headings.
#[derive(Debug, Clone)]
pub struct Outline {
    headings: Vec<Heading>,
    selected: usize,
}

impl Outline {
    /// The headings, the one at `line` selected.
    #[must_use]
    pub fn new(headings: &[Heading], line: usize) -> Self {
        let selected = headings
            .iter()
            .rposition(|heading| heading.line <= line)
            .unwrap_or_default();
        Self {
            headings: headings.to_vec(),
            selected,
        }
    }

    /// Whether a command does something now.
    #[must_use]
    pub fn available(&self, command: Command) -> bool {
        match command {
            Command::Up => self.selected > 0,
            Command::Down => self.selected + 1 < self.headings.len(),
            _ => true,
        }
    }

    /// Carries a command out.
    pub fn command(mut self, model: &mut Model, command: Command) {
        match command {
            Command::Open => {
                if let Some(heading) = self.headings.get(self.selected) {
                    reader::go_to(model, heading.line);
                }
                return;
            }
            Command::Up => self.selected = self.selected.saturating_sub(1),
            Command::Down => self.selected = (self.selected + 1).min(self.headings.len().saturating_sub(1)),
            _ => return,
        }
        model.overlay = Some(Overlay::Outline(self));
    }

    /// Draws the list.
    pub fn view(&self, model: &Model, frame: &mut Frame<'_>, area: Rect) {
        let mut scroll = Scroll::default();
        scroll.show(self.selected, self.headings.len(), usize::from(area.height));
        for (y, (index, heading)) in (area.y..area.bottom()).zip(self.headings.iter().enumerate().skip(scroll.top)) {
            let line = Rect { y, height: 1, ..area };
            let pointer = if index == self.selected { "›" } else { " " };
            let indent = "  ".repeat(usize::from(heading.level.saturating_sub(1)));
            let style = if heading.level <= 2 {
                model.theme.title()
            } else {
                ratatui::style::Style::default()
            };
            paint::text(
                frame.buffer_mut(),
                line,
                &format!("{pointer} {indent}{}", heading.text),
                style,
            );
            if index == self.selected {
                frame.buffer_mut().set_style(line, model.theme.selected());
            }
        }
    }
}
