//! What lies over a screen until it is closed.

pub mod ask;
pub mod events;
pub mod finding;
pub mod help;
pub mod hints;
pub mod outline;
pub mod solution;

use ratatui::Frame;
use ratatui::layout::Rect;

use self::ask::Ask;
use self::events::{EventEditor, Events};
use self::finding::Finding;
use self::help::Help;
use self::outline::Outline;
use self::solution::SolutionView;
use super::keymap::{Command, Context};
use super::model::Model;
use super::scroll::Scroll;
use crate::markdown::Line;

/// What lies over a screen.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// A line to type what is looked for.
    Finding(Finding),
    /// A lesson's headings.
    Outline(Outline),
    /// All keys.
    Help(Help),
    /// The hints shown so far.
    Hints(Scroll),
    /// The solution beside the learner's code.
    Solution(SolutionView),
    /// Events to run.
    Events(Events),
    /// An event being written.
    EventEditor(Box<EventEditor>),
    /// A question.
    Ask(Ask),
}

impl Overlay {
    /// Where its keys are looked up, the innermost first.
    #[must_use]
    pub fn contexts(&self) -> Vec<Context> {
        match self {
            Self::Finding(_) => vec![Context::Finding],
            Self::Outline(_) => vec![Context::Outline],
            Self::Help(_) => vec![Context::Help],
            Self::Hints(_) => vec![Context::Hints],
            Self::Solution(_) => vec![Context::Solution],
            Self::Events(_) => vec![Context::Events],
            Self::EventEditor(_) => vec![Context::EventEditor, Context::Editor],
            Self::Ask(ask) => vec![ask.context()],
        }
    }

    /// Whether it takes the whole screen.
    #[must_use]
    pub fn covers(&self) -> bool {
        !matches!(self, Self::Finding(_) | Self::Ask(_))
    }
}

/// What the title line says.
#[must_use]
pub fn title(model: &Model, overlay: &Overlay) -> (String, String) {
    match overlay {
        Overlay::Outline(_) => ("Outline".to_owned(), String::new()),
        Overlay::Help(_) => ("Keys".to_owned(), String::new()),
        Overlay::Hints(_) => ("Hints".to_owned(), hints::count(model)),
        Overlay::Solution(_) => ("Solution".to_owned(), String::new()),
        Overlay::Events(_) => ("Run an event".to_owned(), "not graded".to_owned()),
        Overlay::EventEditor(_) => ("Write an event".to_owned(), "not graded".to_owned()),
        Overlay::Finding(_) | Overlay::Ask(_) => (String::new(), String::new()),
    }
}

/// The scrolled text of an overlay that has one, and where it is.
fn text(model: &Model, overlay: &Overlay) -> Option<(Vec<Line>, Scroll)> {
    let width = usize::from(model.body().width.saturating_sub(1));
    match overlay {
        Overlay::Help(help) => Some((help.lines(model, width), help.scroll)),
        Overlay::Hints(scroll) => Some((hints::lines(model, width), *scroll)),
        Overlay::Solution(solution) => Some((solution.lines(model, width), solution.scroll)),
        _ => None,
    }
}

/// Where one is in a scrolled text.
#[must_use]
pub fn position(model: &Model, overlay: &Overlay) -> String {
    let Some((lines, scroll)) = text(model, overlay) else {
        return String::new();
    };
    let height = usize::from(model.body().height);
    let last = (scroll.top + height).min(lines.len());
    if lines.len() > height {
        format!("line {last} of {}", lines.len())
    } else {
        String::new()
    }
}

/// Draws an overlay.
pub fn view(model: &Model, overlay: &Overlay, frame: &mut Frame<'_>, area: Rect) {
    match overlay {
        Overlay::Finding(finding) => finding.view(model, frame, area),
        Overlay::Outline(outline) => outline.view(model, frame, area),
        Overlay::Events(events) => events.view(model, frame, area),
        Overlay::EventEditor(event) => event.view(model, frame, area),
        Overlay::Ask(ask) => ask.view(model, frame, area),
        Overlay::Help(_) | Overlay::Hints(_) | Overlay::Solution(_) => {
            if let Some((lines, scroll)) = text(model, overlay) {
                let inner = Rect {
                    x: area.x + 1,
                    width: area.width.saturating_sub(1),
                    ..area
                };
                super::paint::lines(frame.buffer_mut(), inner, &lines, scroll.top, model.theme);
            }
        }
    }
}

/// Whether a command does something now.
#[must_use]
pub fn available(model: &Model, overlay: &Overlay, command: Command) -> bool {
    let scrolls = command.motion().is_some();
    match overlay {
        Overlay::Hints(_) if command == Command::Hint => hints::has_more(model),
        Overlay::Solution(_) if command == Command::Switch => true,
        Overlay::Outline(outline) => outline.available(command),
        Overlay::Events(events) => events.available(command),
        Overlay::EventEditor(event) => event.available(command),
        Overlay::Help(_) | Overlay::Hints(_) | Overlay::Solution(_) if scrolls => {
            let Some((lines, scroll)) = text(model, overlay) else {
                return false;
            };
            let back = matches!(command, Command::Up | Command::PageUp | Command::Top);
            if back {
                scroll.top > 0
            } else {
                !scroll.at_end(lines.len(), usize::from(model.body().height))
            }
        }
        _ => true,
    }
}

/// Carries a command out.
pub fn command(model: &mut Model, command: Command) {
    let Some(overlay) = model.overlay.take() else { return };
    match overlay {
        Overlay::Finding(finding) => finding.command(model, command),
        Overlay::Outline(outline) => outline.command(model, command),
        Overlay::Events(events) => events.command(model, command),
        Overlay::EventEditor(event) => event.command(model, command),
        Overlay::Ask(ask) => ask.command(model, command),
        overlay if command.motion().is_some() => scroll(model, overlay, command),
        Overlay::Help(help) => model.overlay = help.under.map(|under| *under),
        Overlay::Hints(_) if command == Command::Hint => hints::open(model),
        Overlay::Solution(mut solution) if command == Command::Switch => {
            solution.switch();
            model.overlay = Some(Overlay::Solution(solution));
        }
        Overlay::Hints(_) | Overlay::Solution(_) => {}
    }
}

fn scroll(model: &mut Model, mut overlay: Overlay, command: Command) {
    let height = usize::from(model.body().height);
    if let (Some((lines, _)), Some(motion)) = (text(model, &overlay), command.motion()) {
        match &mut overlay {
            Overlay::Help(help) => help.scroll.go(motion, lines.len(), height),
            Overlay::Hints(scroll) => scroll.go(motion, lines.len(), height),
            Overlay::Solution(solution) => solution.scroll.go(motion, lines.len(), height),
            _ => {}
        }
    }
    model.overlay = Some(overlay);
}

/// Puts typed text where an overlay takes it.
pub fn typed(model: &mut Model, text: &str) {
    let area = model.body();
    match &mut model.overlay {
        Some(Overlay::Finding(finding)) => {
            finding.typed(text);
            let finding = finding.clone();
            finding.preview(model);
        }
        Some(Overlay::EventEditor(event)) => event.typed(text, area),
        _ => {}
    }
}

/// Takes the last character away where an overlay takes text on one line.
pub fn backspace(model: &mut Model) {
    if let Some(Overlay::Finding(finding)) = &mut model.overlay {
        finding.text.pop();
        let finding = finding.clone();
        finding.preview(model);
    }
}
