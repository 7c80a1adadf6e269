//! All keys, from the key map. What works here comes first.

use crate::markdown::line::{Face, width};
use crate::markdown::{Line, Role, Span};
use crate::tui::keymap::{self, Context};
use crate::tui::model::Model;
use crate::tui::scroll::Scroll;

/// The list of all keys.
#[derive(Debug, Clone)]
pub struct Help {
    /// Where it is scrolled to.
    pub scroll: Scroll,
    /// What it was opened over.
    pub under: Option<Box<super::Overlay>>,
    here: Vec<Context>,
}

impl Help {
    /// Help for where the learner is.
    #[must_use]
    pub fn new(model: &Model, under: Option<super::Overlay>) -> Self {
        Self {
            scroll: Scroll::default(),
            here: model.contexts(),
            under: under.map(Box::new),
        }
    }

    /// The text.
    #[must_use]
    pub fn lines(&self, _model: &Model, limit: usize) -> Vec<Line> {
        let elsewhere = keymap::contexts().filter(|context| !self.here.contains(context));
        let mut lines = Vec::new();
        for (index, context) in self.here.iter().copied().chain(elsewhere).enumerate() {
            if index > 0 {
                lines.push(Line::default());
            }
            let here = if self.here.contains(&context) { " (here)" } else { "" };
            let face = Face {
                role: Role::Text,
                strong: true,
                emphasis: false,
            };
            lines.push(Line::of(format!("{}{here}", keymap::name(context)), face));
            lines.extend(rows(context, limit));
        }
        lines
    }
}

/// One line a meaning, the keys that have it before it.
fn rows(context: Context, limit: usize) -> Vec<Line> {
    let mut rows: Vec<(Vec<String>, &str)> = Vec::new();
    for binding in keymap::of(context) {
        let keys = binding.keys.iter().map(ToString::to_string);
        match rows.last_mut() {
            Some((all, label)) if *label == binding.label => all.extend(keys),
            _ => rows.push((keys.collect(), binding.label)),
        }
    }
    let column = 26.min(limit / 2);
    let mut lines = Vec::new();
    for (keys, label) in rows {
        let keys = keys.join(" ");
        let padding = " ".repeat(column.saturating_sub(width(&keys)).max(2));
        let accent = Span::new(format!("  {keys}"), Role::Accent);
        let spans = vec![accent, Span::new(padding, Role::Text), Span::new(label, Role::Text)];
        lines.push(Line { spans });
    }
    lines
}
