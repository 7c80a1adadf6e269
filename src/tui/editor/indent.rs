//! Indents: of new lines, of selected lines, and Backspace between them.

use ratatui_textarea::CursorMove;

use super::{Editor, jump_to};

const STOP: usize = 4;

impl Editor {
    /// A new line is indented like the one it leaves, one deeper after a colon or an open bracket, one less after a
    /// statement that ends its block.
    pub(super) fn new_line(&mut self) {
        let selected = self.has_selection();
        if selected {
            self.area.insert_str("");
        }
        let (row, column) = self.cursor();
        let line = &self.area.lines()[row];
        let before: String = line.chars().take(column).collect();
        let indent = leading(&before);
        let code = before.split(" #").next().unwrap_or_default().trim();
        let opens = code.ends_with([':', '(', '[', '{']);
        let first = code.split([' ', '(']).next().unwrap_or_default();
        let ends = matches!(first, "return" | "raise" | "pass" | "break" | "continue") && !opens;
        let depth = match (opens, ends) {
            (true, _) => indent + STOP,
            (false, true) => indent.saturating_sub(STOP),
            (false, false) => indent,
        };
        self.area.insert_str(format!("\n{}", " ".repeat(depth)));
    }

    /// In the indent, Backspace goes back one stop.
    pub(super) fn backspace(&mut self) {
        let (row, column) = self.cursor();
        let before: String = self.area.lines()[row].chars().take(column).collect();
        let steps = if !self.has_selection() && column > 0 && before.chars().all(|char| char == ' ') {
            (column - 1) % STOP + 1
        } else {
            1
        };
        for _ in 0..steps {
            self.area.delete_char();
        }
    }

    /// Indents the selected lines, or goes to the next stop.
    pub(super) fn indent(&mut self) {
        if self.has_selection() {
            self.each_selected(|line| {
                if line.is_empty() {
                    line.to_owned()
                } else {
                    " ".repeat(STOP) + line
                }
            });
        } else {
            let (_, column) = self.cursor();
            self.area.insert_str(" ".repeat(STOP - column % STOP));
        }
    }

    /// Takes one stop from the lines.
    pub(super) fn dedent(&mut self) {
        self.each_selected(|line| line[leading(line).min(STOP)..].to_owned());
    }

    /// `# ` before the lines, or away from them where all have it.
    pub(super) fn comment(&mut self) {
        let (first, last) = self.selected_lines();
        let lines = &self.area.lines()[first..=last];
        let blank = |line: &str| line.trim().is_empty();
        let all = lines
            .iter()
            .all(|line| blank(line) || line.trim_start().starts_with('#'));
        let depth = lines
            .iter()
            .filter(|line| !blank(line))
            .map(|line| leading(line))
            .min()
            .unwrap_or_default();
        self.each_selected(|line| match (blank(line), all) {
            (true, _) => line.to_owned(),
            (false, true) => {
                let (indent, rest) = line.split_at(leading(line));
                let rest = rest.strip_prefix('#').unwrap_or(rest);
                format!("{indent}{}", rest.strip_prefix(' ').unwrap_or(rest))
            }
            (false, false) => format!("{}# {}", &line[..depth], &line[depth..]),
        });
    }

    /// The lines that the selection touches. One that ends at a margin does not touch that line.
    fn selected_lines(&self) -> (usize, usize) {
        match self.selection() {
            Some((start, end)) if end.1 == 0 && end.0 > start.0 => (start.0, end.0 - 1),
            Some((start, end)) => (start.0, end.0),
            None => (self.cursor().0, self.cursor().0),
        }
    }

    /// Rewrites the selected lines; selection and cursor stay on their text.
    fn each_selected(&mut self, rewrite: impl Fn(&str) -> String) {
        let (first, last) = self.selected_lines();
        let selection = self.selection();
        let cursor = self.cursor();
        let old = &self.area.lines()[first..=last];
        let new: Vec<String> = old.iter().map(|line| rewrite(line)).collect();
        let shift = |(row, column): (usize, usize)| {
            let Some(index) = row.checked_sub(first).filter(|index| *index < new.len()) else {
                return (row, column);
            };
            let (before, after) = (old[index].chars().count(), new[index].chars().count());
            (
                row,
                if column == 0 {
                    0
                } else {
                    (column + after).saturating_sub(before)
                },
            )
        };
        let (moved, kept) = (shift(cursor), selection.map(|(start, end)| (shift(start), shift(end))));
        self.area.cancel_selection();
        self.area.move_cursor(jump_to((first, 0)));
        self.area.start_selection();
        self.area.move_cursor(jump_to((last, usize::MAX)));
        self.area.insert_str(new.join("\n"));
        self.area.cancel_selection();
        match kept {
            Some((start, end)) => {
                let (anchor, head) = if moved == start { (end, start) } else { (start, end) };
                self.area.move_cursor(jump_to(anchor));
                self.area.start_selection();
                self.area.move_cursor(jump_to(head));
            }
            None => self.area.move_cursor(CursorMove::Jump(
                u16::try_from(moved.0).unwrap_or(u16::MAX),
                u16::try_from(moved.1).unwrap_or(u16::MAX),
            )),
        }
    }
}

fn leading(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
