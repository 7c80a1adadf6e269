//! A question over the screen.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::Overlay;
use super::solution::SolutionView;
use crate::markdown::Document;
use crate::tui::keymap::{Command, Context, key_for};
use crate::tui::model::{Model, Screen};
use crate::tui::msg::Effect;
use crate::tui::paint;
use crate::tui::ports::Change;
use crate::tui::screens::workspace::files;

/// A question.
#[derive(Debug, Clone)]
pub enum Ask {
    /// Put the starter back?
    Reset,
    /// Show the solution before it is earned?
    Solution,
    /// A file was changed here and elsewhere.
    Conflict {
        /// The text on disk.
        theirs: String,
    },
}

impl Ask {
    /// Where its keys are looked up.
    #[must_use]
    pub fn context(&self) -> Context {
        match self {
            Self::Reset | Self::Solution => Context::Confirm,
            Self::Conflict { .. } => Context::Conflict,
        }
    }

    /// Carries the answer out.
    pub fn command(self, model: &mut Model, command: Command) {
        match (self, command) {
            (Self::Reset, Command::Yes) => {
                if let Screen::Workspace(workspace) = &model.screen {
                    let exercise = workspace.exercise.clone();
                    // What is not saved belongs into the backup as well.
                    files::save(model);
                    model.effect(Effect::Reset(exercise));
                }
            }
            (Self::Solution, Command::Yes) => {
                if let Screen::Workspace(workspace) = &model.screen {
                    let exercise = workspace.exercise.id.clone();
                    model.record(Change::SolutionSeen(exercise));
                    model.overlay = Some(Overlay::Solution(SolutionView::default()));
                }
            }
            (Self::Conflict { theirs }, Command::KeepMine) => files::resolve(model, &theirs, true),
            (Self::Conflict { theirs }, Command::TakeTheirs) => files::resolve(model, &theirs, false),
            (ask @ Self::Conflict { .. }, _) => model.overlay = Some(Overlay::Ask(ask)),
            _ => {}
        }
    }

    fn text(&self) -> String {
        let key = |command| key_for(self.context(), command);
        match self {
            Self::Reset => format!(
                "**Put the starter back?** Your files are kept in a backup.\n\n**{}** yes, **{}** no",
                key(Command::Yes),
                key(Command::No)
            ),
            Self::Solution => format!(
                "**Show the solution before you have passed?** A hint may be enough. It will be noted as seen.\n\n\
                 **{}** yes, **{}** no",
                key(Command::Yes),
                key(Command::No)
            ),
            Self::Conflict { .. } => format!(
                "**This file was changed outside, and here it has edits that are not saved.** Neither is lost: undo \
                 brings the other one back.\n\n**{}** keep mine, **{}** take the one from outside",
                key(Command::KeepMine),
                key(Command::TakeTheirs)
            ),
        }
    }

    /// Draws the question at the foot of the body.
    pub fn view(&self, model: &Model, frame: &mut Frame<'_>, area: Rect) {
        let lines = Document::parse(&self.text())
            .layout(usize::from(area.width.saturating_sub(2)))
            .lines;
        let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(area.height);
        let band = Rect {
            y: area.bottom() - height,
            height,
            ..area
        };
        let buffer = frame.buffer_mut();
        for y in band.y..band.bottom() {
            paint::text(
                buffer,
                Rect { y, height: 1, ..band },
                &" ".repeat(usize::from(band.width)),
                ratatui::style::Style::reset(),
            );
        }
        paint::text(
            buffer,
            Rect { height: 1, ..band },
            &"━".repeat(usize::from(band.width)),
            model.theme.accent(),
        );
        let text = Rect {
            x: band.x + 1,
            y: band.y + 1,
            width: band.width - 1,
            height: height.saturating_sub(1),
        };
        paint::lines(buffer, text, &lines, 0, model.theme);
    }
}
