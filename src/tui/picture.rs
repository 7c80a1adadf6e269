//! A screen as an SVG picture, made from what was really drawn.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

const CELL_WIDTH: f32 = 8.4;
const CELL_HEIGHT: f32 = 18.0;
const MARGIN: f32 = 12.0;
const BACKGROUND: &str = "#16181d";
const TEXT: &str = "#d7dae0";

/// The picture of a buffer.
#[must_use]
pub fn render_svg(buffer: &Buffer) -> String {
    let area = buffer.area;
    let width = f32::from(area.width) * CELL_WIDTH + 2.0 * MARGIN;
    let height = f32::from(area.height) * CELL_HEIGHT + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" \
         font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n"
    );
    for row in 0..area.height {
        let mut column = 0;
        while column < area.width {
            let cell = &buffer[(area.x + column, area.y + row)];
            let mut text = cell.symbol().to_owned();
            let mut end = column + cells(cell);
            // Cells that look alike are one piece of text.
            while end < area.width && same_look(cell, &buffer[(area.x + end, area.y + row)]) {
                let next = &buffer[(area.x + end, area.y + row)];
                text.push_str(next.symbol());
                end += cells(next);
            }
            piece(&mut svg, cell, &text, column, end.min(area.width), row);
            column = end;
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn cells(cell: &Cell) -> u16 {
    u16::try_from(cell.symbol().width()).unwrap_or(1).max(1)
}

fn same_look(one: &Cell, other: &Cell) -> bool {
    (one.fg, one.bg, one.modifier) == (other.fg, other.bg, other.modifier)
}

fn piece(svg: &mut String, cell: &Cell, text: &str, start: u16, end: u16, row: u16) {
    let (mut ink, mut paper) = (color(cell.fg, TEXT), color(cell.bg, BACKGROUND));
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut ink, &mut paper);
    }
    let x = MARGIN + f32::from(start) * CELL_WIDTH;
    let y = MARGIN + f32::from(row) * CELL_HEIGHT;
    let width = f32::from(end - start) * CELL_WIDTH;
    if paper != BACKGROUND {
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{CELL_HEIGHT}\" fill=\"{paper}\"/>"
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let mut style = String::new();
    for (modifier, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        (Modifier::DIM, " opacity=\"0.6\""),
    ] {
        if cell.modifier.contains(modifier) {
            style.push_str(attribute);
        }
    }
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let baseline = y + CELL_HEIGHT * 0.74;
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{baseline:.1}\" textLength=\"{width:.1}\" fill=\"{ink}\"{style} xml:space=\"preserve\">{escaped}</text>"
    );
}

fn color(color: Color, default: &'static str) -> &'static str {
    match color {
        Color::Red => "#e8737a",
        Color::Green => "#8fc27a",
        Color::Blue => "#6ca9ee",
        Color::Magenta => "#c58af0",
        Color::Cyan => "#5fc4cf",
        _ => default,
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn text_is_escaped_and_styled() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        buffer.set_string(
            0,
            0,
            "a<b",
            Style::default().fg(Color::Red).add_modifier(Modifier::BOLD),
        );
        let svg = render_svg(&buffer);
        assert!(svg.contains("a&lt;b"), "{svg}");
        assert!(svg.contains("fill=\"#e8737a\" font-weight=\"bold\""), "{svg}");
    }
}
