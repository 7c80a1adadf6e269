//! The solution beside the learner's code.

use similar::{ChangeTag, TextDiff};

use crate::markdown::highlight::highlight;
use crate::markdown::line::{Face, width, wrap};
use crate::markdown::{Document, Line, Role, Span};
use crate::tui::model::{Model, Screen};
use crate::tui::report;
use crate::tui::scroll::Scroll;

/// From this width on the two stand side by side.
const SIDE_BY_SIDE: usize = 100;

/// The solution.
#[derive(Debug, Clone, Copy, Default)]
pub struct SolutionView {
    /// Where it is scrolled to.
    pub scroll: Scroll,
    alone: bool,
}

impl SolutionView {
    /// Between comparing and reading.
    pub fn switch(&mut self) {
        self.alone = !self.alone;
        self.scroll = Scroll::default();
    }

    /// The text.
    #[must_use]
    pub fn lines(&self, model: &Model, limit: usize) -> Vec<Line> {
        let Screen::Workspace(workspace) = &model.screen else {
            return Vec::new();
        };
        let exercise = &workspace.exercise;
        let mine = workspace.submission();
        let mut lines = Vec::new();
        for (name, bytes) in &exercise.solution {
            let solution = String::from_utf8_lossy(bytes);
            let mine = mine
                .files
                .get(name)
                .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
                .unwrap_or_default();
            if self.alone {
                lines.push(strong(name.clone(), Role::Text));
                lines.extend(code(name, &solution, limit));
            } else if mine == solution {
                lines.push(strong(format!("{name}: yours is the same"), Role::Good));
                lines.extend(code(name, &solution, limit));
            } else if limit >= SIDE_BY_SIDE {
                lines.extend(beside(name, &mine, &solution, limit));
            } else {
                lines.extend(below(name, &mine, &solution, limit));
            }
            lines.push(Line::default());
        }
        if !exercise.solution_notes.trim().is_empty() {
            lines.push(strong("Why it is written so", Role::Text));
            lines.push(Line::default());
            lines.extend(Document::parse(&exercise.solution_notes).layout(limit.min(78)).lines);
        }
        lines
    }
}

fn strong(text: impl Into<String>, role: Role) -> Line {
    Line::of(
        text,
        Face {
            role,
            strong: true,
            emphasis: false,
        },
    )
}

fn code(name: &str, text: &str, limit: usize) -> Vec<Line> {
    let language = match name.rsplit('.').next() {
        Some("py") => "python",
        other => other.unwrap_or_default(),
    };
    let pieces = highlight(language, text);
    let rows = text.lines().zip(pieces).map(|(row, pieces)| {
        let spans = pieces
            .into_iter()
            .filter_map(|(range, role)| Some(Span::new(row.get(range)?, role)));
        fit(Line { spans: spans.collect() }, limit)
    });
    rows.collect()
}

/// One under the other, as in any diff.
fn below(name: &str, mine: &str, solution: &str, limit: usize) -> Vec<Line> {
    let mut lines = vec![strong(name, Role::Text)];
    let legend = [
        Span::new("- yours", Role::Bad),
        Span::new(" ", Role::Text),
        Span::new("+ solution", Role::Good),
    ];
    lines.extend(wrap(&legend, limit));
    for change in TextDiff::from_lines(mine, solution).iter_all_changes() {
        let (sign, role) = match change.tag() {
            ChangeTag::Equal => ("  ", Role::Text),
            ChangeTag::Delete => ("- ", Role::Bad),
            ChangeTag::Insert => ("+ ", Role::Good),
        };
        let text = report::text(
            change.value().trim_end_matches('\n'),
            role,
            limit.saturating_sub(2).max(1),
        );
        let rows = if text.is_empty() { vec![Line::default()] } else { text };
        lines.extend(rows.into_iter().map(|line| line.prefixed(Span::new(sign, role))));
    }
    lines
}

/// Side by side: what differs is marked on both sides.
fn beside(name: &str, mine: &str, solution: &str, limit: usize) -> Vec<Line> {
    let column = (limit - 3) / 2;
    let pair = |left: Line, right: Line| {
        let left = fit(left, column);
        let padding = " ".repeat(column.saturating_sub(left.width()));
        let mut spans = left.spans;
        spans.extend([Span::new(padding, Role::Text), Span::new(" │ ", Role::Frame)]);
        spans.extend(fit(right, column).spans);
        Line { spans }
    };
    let mut lines = vec![
        strong(name, Role::Text),
        pair(strong("- yours", Role::Bad), strong("+ solution", Role::Good)),
    ];
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let flush = |left: &mut Vec<Line>, right: &mut Vec<Line>, lines: &mut Vec<Line>| {
        for index in 0..left.len().max(right.len()) {
            let at = |side: &[Line]| side.get(index).cloned().unwrap_or_default();
            lines.push(pair(at(left), at(right)));
        }
        left.clear();
        right.clear();
    };
    for change in TextDiff::from_lines(mine, solution).iter_all_changes() {
        let text = crate::markdown::line::printable(change.value().trim_end_matches('\n'));
        match change.tag() {
            ChangeTag::Equal => {
                flush(&mut left, &mut right, &mut lines);
                left.push(Line::of(format!("  {text}"), Role::Text));
                right.push(Line::of(format!("  {text}"), Role::Text));
            }
            ChangeTag::Delete => left.push(Line::of(format!("- {text}"), Role::Bad)),
            ChangeTag::Insert => right.push(Line::of(format!("+ {text}"), Role::Good)),
        }
        if change.tag() == ChangeTag::Equal {
            flush(&mut left, &mut right, &mut lines);
        }
    }
    flush(&mut left, &mut right, &mut lines);
    lines
}

/// A line cut to a width, with a mark where it goes on.
fn fit(line: Line, limit: usize) -> Line {
    if line.width() <= limit {
        return line;
    }
    let mut spans = Vec::new();
    let mut room = limit.saturating_sub(1);
    for span in line.spans {
        let mut text = String::new();
        for char in span.text.chars() {
            let wide = width(char.encode_utf8(&mut [0; 4]));
            if wide > room {
                room = 0;
                break;
            }
            room -= wide;
            text.push(char);
        }
        spans.push(Span { text, ..span });
        if room == 0 {
            break;
        }
    }
    spans.push(Span::new("…", Role::Frame));
    Line { spans }
}
