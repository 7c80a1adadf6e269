//! The line in which one types what is looked for.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use crate::markdown::line::{printable, width};
use crate::tui::keymap::Command;
use crate::tui::model::Model;
use crate::tui::paint;
use crate::tui::screens::{reader, workspace};

/// Where something is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The titles of the course map.
    Course,
    /// The open lesson.
    Lesson,
    /// The code in the editor.
    Code,
}

/// What is typed, and where it is looked for.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Where it is looked for.
    pub target: Target,
    /// What is looked for.
    pub text: String,
    before: String,
}

impl Finding {
    /// A line that begins with what was looked for last.
    #[must_use]
    pub fn new(target: Target, before: &str) -> Self {
        Self {
            target,
            text: String::new(),
            before: before.to_owned(),
        }
    }

    /// Takes typed text in.
    pub fn typed(&mut self, text: &str) {
        self.text.push_str(&printable(text));
    }

    /// The course map follows what is typed at once.
    pub fn preview(&self, model: &mut Model) {
        if self.target == Target::Course {
            model.home.filter.clone_from(&self.text);
            model.home.selected = None;
        }
    }

    /// Carries a command out.
    pub fn command(self, model: &mut Model, command: Command) {
        match (command, self.target) {
            (Command::Accept, Target::Course) => {}
            (Command::Accept, Target::Lesson) => reader::find(model, &self.text),
            (Command::Accept, Target::Code) => workspace::find_text(model, &self.text),
            (_, Target::Course) => model.home.filter = self.before,
            _ => {}
        }
    }

    /// Draws the line at the foot of the body.
    pub fn view(&self, model: &Model, frame: &mut Frame<'_>, area: Rect) {
        let line = Rect {
            y: area.bottom() - 1,
            height: 1,
            ..area
        };
        let buffer = frame.buffer_mut();
        paint::text(buffer, line, &" ".repeat(usize::from(line.width)), Style::reset());
        let x = paint::text(
            buffer,
            line,
            "Find: ",
            model.theme.accent().add_modifier(Modifier::BOLD),
        );
        let room = usize::from(line.right().saturating_sub(x + 1));
        let mut shown = self.text.clone();
        while width(&shown) > room {
            shown.remove(0);
        }
        let x = paint::text(
            buffer,
            Rect {
                x,
                width: line.right() - x,
                ..line
            },
            &shown,
            Style::reset(),
        );
        frame.set_cursor_position(Position::new(x.min(line.right() - 1), line.y));
    }
}
