//! Laid-out lines onto the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::theme::Theme;
use crate::markdown::{Line, Match};

/// Draws the lines from `top` on. Nothing is drawn outside `area`.
pub fn lines(buffer: &mut Buffer, area: Rect, lines: &[Line], top: usize, theme: Theme) {
    let area = area.intersection(buffer.area);
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(top)) {
        let mut x = area.x;
        for span in &line.spans {
            let left = usize::from(area.right().saturating_sub(x));
            (x, _) = buffer.set_stringn(x, y, &span.text, left, theme.face(span.face));
        }
    }
}

/// Marks the matches of a search that are in sight.
pub fn matches(buffer: &mut Buffer, area: Rect, found: &[Match], top: usize, style: Style) {
    let area = area.intersection(buffer.area);
    for spot in found {
        let Some(row) = spot.line.checked_sub(top).filter(|row| *row < usize::from(area.height)) else {
            continue;
        };
        let cell = |offset: usize| u16::try_from(offset).unwrap_or(u16::MAX);
        let (start, end) = (cell(spot.start), cell(spot.end).min(area.width));
        if start < end {
            buffer.set_style(Rect::new(area.x + start, area.y + cell(row), end - start, 1), style);
        }
    }
}

/// A text on one line, cut with a mark if it is too long. Returns the column after it.
pub fn text(buffer: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return area.x;
    }
    let width = usize::from(area.width);
    if crate::markdown::line::width(text) <= width {
        return buffer.set_stringn(area.x, area.y, text, width, style).0;
    }
    let (x, y) = buffer.set_stringn(area.x, area.y, text, width - 1, style);
    buffer.set_stringn(x, y, "…", 1, style).0
}

/// A text at the right end of the area.
pub fn text_right(buffer: &mut Buffer, area: Rect, content: &str, style: Style) {
    let width = u16::try_from(crate::markdown::line::width(content))
        .unwrap_or(u16::MAX)
        .min(area.width);
    text(
        buffer,
        Rect {
            x: area.right() - width,
            width,
            ..area
        },
        content,
        style,
    );
}
