//! The editor on the screen: line numbers, highlighting, selection, the marked line.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Editor;
use crate::markdown::Role;
use crate::markdown::line::width;
use crate::tui::theme::Theme;

/// Cells left of the text: number, mark, a space.
fn gutter(lines: usize) -> usize {
    lines.to_string().len().max(2) + 2
}

impl Editor {
    /// Scrolls so that the cursor is in a view of this size.
    pub fn follow(&mut self, area: Rect) {
        let (row, column) = self.cursor();
        let lines = self.area.lines();
        self.scroll.show(row, lines.len(), usize::from(area.height).max(1));
        let text = usize::from(area.width).saturating_sub(gutter(lines.len())).max(1);
        let before: String = lines[row].chars().take(column).collect();
        let at = width(&before);
        if at < self.left {
            self.left = at.saturating_sub(8);
        } else if at >= self.left + text {
            self.left = (at + 1).saturating_sub(text) + 8.min(text / 2);
        }
        if at + 1 < text {
            self.left = 0;
        }
    }

    /// Draws the editor; with the keys going to it, the cursor too.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect, theme: Theme, focused: bool) {
        let area = area.intersection(frame.area());
        let lines = self.area.lines();
        let gutter = gutter(lines.len());
        if usize::from(area.width) <= gutter || area.height == 0 {
            return;
        }
        let (row, column) = self.cursor();
        for (y, index) in (area.y..area.bottom()).zip(self.scroll.top..lines.len()) {
            let line = Rect { y, height: 1, ..area };
            self.draw_line(frame.buffer_mut(), line, index, theme);
        }
        if focused && row >= self.scroll.top {
            let before: String = lines[row].chars().take(column).collect();
            let x = (gutter + width(&before)).saturating_sub(self.left);
            let y = row - self.scroll.top;
            if x >= gutter && x < usize::from(area.width) && y < usize::from(area.height) {
                let cell = |offset: usize| u16::try_from(offset).unwrap_or(u16::MAX);
                frame.set_cursor_position(Position::new(area.x + cell(x), area.y + cell(y)));
            }
        }
    }

    fn draw_line(&self, buffer: &mut Buffer, area: Rect, index: usize, theme: Theme) {
        let lines = self.area.lines();
        let text = lines[index].as_str();
        let gutter = gutter(lines.len());
        let marked = self.mark == Some(index + 1);
        let number = format!("{:>1$}", index + 1, gutter - 2);
        let (sign, style) = if marked {
            ("▸", theme.role(Role::Bad).add_modifier(Modifier::BOLD))
        } else {
            (" ", theme.quiet())
        };
        buffer.set_stringn(area.x, area.y, format!("{number}{sign}"), gutter, style);

        let right = usize::from(area.width);
        let mut cell = 0;
        let mut char_index = 0;
        for (byte, grapheme) in text.grapheme_indices(true) {
            let wide = grapheme.width();
            let x = (gutter + cell).checked_sub(self.left).filter(|x| *x >= gutter);
            if let Some(x) = x {
                if x + wide > right {
                    break;
                }
                let style = self.style(index, byte, char_index, theme);
                let x = area.x + u16::try_from(x).unwrap_or(u16::MAX);
                buffer.set_stringn(x, area.y, grapheme, wide, style);
            }
            cell += wide;
            char_index += grapheme.chars().count();
        }
        self.draw_cuts(buffer, area, index, gutter, theme);
        let ends_selected = self.is_selected(index, char_index) && index + 1 < lines.len();
        let end = (gutter + cell).saturating_sub(self.left);
        if ends_selected && end >= gutter && end < right {
            let x = area.x + u16::try_from(end).unwrap_or(u16::MAX);
            buffer.set_stringn(x, area.y, " ", 1, theme.selected());
        }
    }

    /// Marks where a line goes on beyond the view.
    fn draw_cuts(&self, buffer: &mut Buffer, area: Rect, index: usize, gutter: usize, theme: Theme) {
        let text_width = usize::from(area.width) - gutter;
        if self.left > 0 && !self.area.lines()[index].is_empty() {
            let x = area.x + u16::try_from(gutter).unwrap_or(u16::MAX) - 1;
            buffer.set_stringn(x, area.y, "…", 1, theme.quiet());
        }
        if width(&self.area.lines()[index]) > self.left + text_width {
            buffer.set_stringn(area.right() - 1, area.y, "…", 1, theme.quiet());
        }
    }

    fn style(&self, line: usize, byte: usize, char_index: usize, theme: Theme) -> Style {
        if self.is_selected(line, char_index) {
            return theme.selected();
        }
        let piece = self
            .highlighter
            .line(line)
            .iter()
            .find(|(range, _)| range.contains(&byte));
        theme.role(piece.map(|(_, role)| *role).unwrap_or_default())
    }

    fn is_selected(&self, line: usize, column: usize) -> bool {
        self.selection()
            .is_some_and(|(start, end)| start <= (line, column) && (line, column) < end)
    }
}
