//! The hints, one more each time. What was shown stays.

use crate::course::Exercise;
use crate::markdown::line::Face;
use crate::markdown::{Document, Line, Role};
use crate::tui::keymap::{Command, Context, key_for};
use crate::tui::model::{Model, Screen};
use crate::tui::overlays::Overlay;
use crate::tui::ports::Change;
use crate::tui::scroll::Scroll;

fn exercise(model: &Model) -> Option<&Exercise> {
    match &model.screen {
        Screen::Workspace(workspace) => Some(&workspace.exercise),
        _ => None,
    }
}

fn shown(model: &Model, exercise: &Exercise) -> usize {
    model.progress.exercise(&exercise.id).hints.min(exercise.hints.len())
}

/// Whether a hint has not been shown yet.
#[must_use]
pub fn has_more(model: &Model) -> bool {
    exercise(model).is_some_and(|exercise| shown(model, exercise) < exercise.hints.len())
}

/// Shows the next hint, if there is one, under those before it.
pub fn open(model: &mut Model) {
    let Some((id, before, all)) =
        exercise(model).map(|known| (known.id.clone(), shown(model, known), known.hints.len()))
    else {
        return;
    };
    let width = usize::from(model.body().width.saturating_sub(1));
    let newest = lines(model, width).len();
    if before < all {
        model.record(Change::Hints {
            exercise: id,
            shown: before + 1,
        });
    }
    let height = usize::from(model.body().height);
    let end = lines(model, width).len().saturating_sub(height);
    model.overlay = Some(Overlay::Hints(Scroll {
        top: if before == 0 {
            0
        } else {
            newest.saturating_sub(3).min(end)
        },
    }));
}

/// How many of how many.
#[must_use]
pub fn count(model: &Model) -> String {
    exercise(model)
        .map(|exercise| format!("{} of {}", shown(model, exercise), exercise.hints.len()))
        .unwrap_or_default()
}

/// The hints shown so far.
#[must_use]
pub fn lines(model: &Model, width: usize) -> Vec<Line> {
    let width = width.min(78);
    let Some(exercise) = exercise(model) else {
        return Vec::new();
    };
    let (all, count) = (exercise.hints.len(), shown(model, exercise));
    let mut lines = Vec::new();
    for (index, hint) in exercise.hints.iter().take(count).enumerate() {
        let face = Face {
            role: Role::Accent,
            strong: true,
            emphasis: false,
        };
        lines.push(Line::of(format!("Hint {} of {all}: {}", index + 1, hint.title), face));
        lines.push(Line::default());
        lines.extend(Document::parse(&hint.body).layout(width).lines);
        lines.push(Line::default());
    }
    let text = if count < all {
        format!(
            "*Enough? If not, **{}** shows the next one.*",
            key_for(Context::Hints, Command::Hint)
        )
    } else {
        format!(
            "*That was the last hint. After it there is the solution: **{}**.*",
            key_for(Context::Workspace, Command::Solution)
        )
    };
    lines.extend(Document::parse(&text).layout(width).lines);
    lines
}
