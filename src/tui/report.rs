//! What running a block or an event showed, as lines.

use crate::grade::{RunReport, StepReport};
use crate::markdown::line::{printable, wrap};
use crate::markdown::{Line, Role, Span};

/// More lines of one step's log than this are not shown, which is then said.
const MAX_LOG: usize = 60;
/// More characters of one text than this are not shown either.
const MAX_TEXT: usize = 4_000;

/// The report in lines of at most `width` cells.
#[must_use]
pub fn lines(report: &RunReport, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for step in &report.steps {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(step_lines(step, width));
    }
    if let Some(problem) = &report.problem {
        lines.extend(text(&format!("✗ {problem}"), Role::Bad, width));
    }
    if lines.is_empty() {
        lines.push(Line::of("Nothing came back.", Role::Quiet));
    }
    lines
}

fn step_lines(step: &StepReport, width: usize) -> Vec<Line> {
    let mut lines = text(&format!("▸ {}", step.sent), Role::Accent, width);
    let (mark, role) = match (&step.function_error, step.http_status) {
        (Some(_), _) => ("✗ function error: ", Role::Bad),
        (None, Some(400..)) => ("✗ ", Role::Bad),
        _ => ("✓ ", Role::Good),
    };
    let status = step
        .http_status
        .map(|status| format!("HTTP {status} "))
        .unwrap_or_default();
    if step.function_error.is_some() || step.http_status.is_some() || !step.payload.is_empty() {
        lines.extend(text(&format!("{mark}{status}{}", step.payload), role, width));
    }
    lines.extend(log(&step.log, width, MAX_LOG));
    lines
}

/// Log lines: what the platform wrote is quieter than what the handler printed.
#[must_use]
pub fn log(log: &[String], width: usize, max: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for entry in log.iter().take(max) {
        lines.extend(text(
            entry,
            if is_platform(entry) { Role::Quiet } else { Role::Text },
            width,
        ));
    }
    if log.len() > max {
        lines.push(Line::of(
            format!("… {} more lines are not shown", log.len() - max),
            Role::Accent,
        ));
    }
    lines
}

/// Whether Lambda wrote this line rather than the handler.
#[must_use]
pub fn is_platform(line: &str) -> bool {
    [
        "START RequestId:",
        "END RequestId:",
        "REPORT RequestId:",
        "INIT_START",
        "INIT_REPORT",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

/// Any text a program wrote, made safe and wrapped; leading spaces stay. Very long ones end with a word about it.
#[must_use]
pub fn text(content: &str, role: Role, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let cut = content.char_indices().nth(MAX_TEXT).map(|(at, _)| at);
    for row in content[..cut.unwrap_or(content.len())].lines() {
        let row = printable(row);
        let indent: String = row.chars().take_while(|char| *char == ' ').take(width / 2).collect();
        let inner = wrap(&[Span::new(row.trim_start(), role)], width.saturating_sub(indent.len()));
        if inner.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(
            inner
                .into_iter()
                .map(|line| line.prefixed(Span::new(indent.clone(), Role::Text))),
        );
    }
    if cut.is_some() {
        let more = content.chars().count() - MAX_TEXT;
        lines.push(Line::of(
            format!("… {more} more characters are not shown"),
            Role::Accent,
        ));
    }
    lines
}
