//! Tables that fit: columns shrink and wrap; where even that is too wide, each row becomes a list of named values.

use super::line::{Face, Line, Role, Span, width};
use super::parse::Table;
use super::wrap::wrap;

const SEPARATOR: &str = " │ ";
const CROSSING: &str = "─┼─";
/// A column is not made narrower than its longest word or this, whichever is less.
const MIN_COLUMN: usize = 12;

/// Lays a table out.
pub(super) fn lay_out(table: &Table, limit: usize) -> Vec<Line> {
    match columns(table, limit) {
        Some(widths) => grid(table, &widths),
        None => records(table, limit),
    }
}

/// The width of each column, if the table can fit.
fn columns(table: &Table, limit: usize) -> Option<Vec<usize>> {
    let count = table.head.len();
    let available = limit.checked_sub(count.saturating_sub(1) * width(SEPARATOR))?;
    let mut natural = vec![1; count];
    let mut least = vec![1; count];
    for row in std::iter::once(&table.head).chain(&table.rows) {
        for (column, cell) in row.iter().enumerate().take(count) {
            let text: String = cell.iter().map(|span| span.text.as_str()).collect();
            let word = text.split(' ').map(width).max().unwrap_or(1);
            natural[column] = natural[column].max(width(&text));
            least[column] = least[column].max(word.min(MIN_COLUMN));
        }
    }
    let needed: usize = least.iter().sum();
    if count == 0 || needed > available {
        return None;
    }
    // What is left goes, cell by cell, to the column that is shortest of what it wants.
    let mut widths = least;
    for _ in needed..available {
        let want = |column: &usize| natural[*column].saturating_sub(widths[*column]);
        let Some(column) = (0..count).filter(|column| want(column) > 0).max_by_key(want) else {
            break;
        };
        widths[column] += 1;
    }
    Some(widths)
}

fn grid(table: &Table, widths: &[usize]) -> Vec<Line> {
    let head = strong(&table.head);
    let rows: Vec<Vec<Line>> = table.rows.iter().map(|row| row_lines(row, widths)).collect();
    let tall = rows.iter().any(|row| row.len() > 1);
    let mut lines = row_lines(&head, widths);
    lines.push(rule(widths));
    for (index, row) in rows.into_iter().enumerate() {
        if tall && index > 0 {
            lines.push(rule(widths));
        }
        lines.extend(row);
    }
    lines
}

fn rule(widths: &[usize]) -> Line {
    let parts: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    Span::new(parts.join(CROSSING), Role::Frame).into()
}

/// One row as lines: its cells wrap, side by side.
fn row_lines(row: &[Vec<Span>], widths: &[usize]) -> Vec<Line> {
    let cells: Vec<Vec<Line>> = widths
        .iter()
        .enumerate()
        .map(|(column, width)| row.get(column).map(|cell| wrap(cell, *width)).unwrap_or_default())
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or_default().max(1);
    (0..height)
        .map(|index| {
            let mut line = Line::default();
            for (column, cell) in cells.iter().enumerate() {
                if column > 0 {
                    line.push(SEPARATOR, Role::Frame.into(), None);
                }
                let part = cell.get(index).cloned().unwrap_or_default();
                let padding = widths[column].saturating_sub(part.width());
                line.spans.extend(part.spans);
                if column + 1 < cells.len() {
                    line.push(&" ".repeat(padding), Face::default(), None);
                }
            }
            line
        })
        .collect()
}

/// `Name: value`, one under the other, a blank line between rows.
fn records(table: &Table, limit: usize) -> Vec<Line> {
    let head = strong(&table.head);
    let mut lines = Vec::new();
    for (index, row) in table.rows.iter().enumerate() {
        if index > 0 {
            lines.push(Line::default());
        }
        for (column, cell) in row.iter().enumerate() {
            let mut text = head.get(column).cloned().unwrap_or_default();
            if !text.is_empty() {
                text.push(Span::new(": ", Role::Text));
            }
            text.extend(cell.iter().cloned());
            lines.extend(wrap(&text, limit));
        }
    }
    if table.rows.is_empty() {
        for cell in &head {
            lines.extend(wrap(cell, limit));
        }
    }
    lines
}

fn strong(row: &[Vec<Span>]) -> Vec<Vec<Span>> {
    let face = |span: &Span| Face {
        strong: true,
        ..span.face
    };
    row.iter()
        .map(|cell| {
            cell.iter()
                .map(|span| Span {
                    face: face(span),
                    ..span.clone()
                })
                .collect()
        })
        .collect()
}
