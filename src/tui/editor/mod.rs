//! The code editor: modeless, with the keys that people know.
//!
//! `ratatui-textarea` keeps the text, the cursor and the selection and knows how to move by words. Around it stand what
//! it lacks: undo by words and whole actions (it undoes a character at a time, and a replaced selection in two steps),
//! indenting, highlighting, and a gutter that marks a line. `edtui` was tried as well: it highlights, but in RGB themes
//! only, and its commands are those of vim or emacs.

mod history;
mod indent;
#[cfg(test)]
mod tests;
pub mod view;

use ratatui_textarea::{CursorMove, DataCursor, TextArea};

use self::history::{History, Snapshot};
use crate::markdown::highlight::Highlighter;
use crate::tui::scroll::Scroll;

/// A change of text, cursor or selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edit {
    /// Type a character.
    Insert(char),
    /// Begin a line, indented like the one before.
    NewLine,
    /// Delete the selection or the character before the cursor.
    Backspace,
    /// Delete the selection or the character at the cursor.
    Delete,
    /// Delete the word before the cursor.
    DeleteWord,
    /// Indent the selected lines, or type spaces to the next stop.
    Indent,
    /// Take one indent from the selected lines.
    Dedent,
    /// Make comments of the selected lines, or code again.
    Comment,
    /// Take the last action back.
    Undo,
    /// Do it again.
    Redo,
    /// Cut the selection, or the line.
    Cut,
    /// Copy the selection.
    Copy,
    /// Insert what was cut or copied.
    Paste,
    /// Select everything.
    SelectAll,
    /// Move the cursor.
    Move(Move),
    /// Move the cursor, selecting what lies between.
    Select(Move),
}

/// A movement of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Move {
    Left,
    Right,
    Up,
    Down,
    WordLeft,
    WordRight,
    Home,
    End,
    PageUp,
    PageDown,
    Top,
    Bottom,
}

/// A text being edited.
#[derive(Debug, Clone)]
pub struct Editor {
    area: TextArea<'static>,
    history: History,
    highlighter: Highlighter,
    /// Of the view: first line and first column shown.
    scroll: Scroll,
    left: usize,
    /// The column that up and down try to keep.
    column: Option<usize>,
    needle: String,
    /// A line to mark, from 1.
    mark: Option<usize>,
}

impl Editor {
    /// An editor with a text; `language` says how it is highlighted.
    #[must_use]
    pub fn new(text: &str, language: &str) -> Self {
        let mut editor = Self {
            area: area(text),
            history: History::default(),
            highlighter: Highlighter::new(language),
            scroll: Scroll::default(),
            left: 0,
            column: None,
            needle: String::new(),
            mark: None,
        };
        editor.highlighter.update(editor.area.lines());
        editor
    }

    /// The text, its last line ended.
    #[must_use]
    pub fn text(&self) -> String {
        let text = self.area.lines().join("\n");
        if text.is_empty() || text.ends_with('\n') {
            text
        } else {
            text + "\n"
        }
    }

    /// Replaces the text by another, as an action that can be undone.
    pub fn replace(&mut self, text: &str) {
        let cursor = self.cursor();
        self.history.before(self.snapshot(), history::Kind::Other);
        self.area = area(text);
        self.jump(cursor.0, cursor.1);
        self.changed();
    }

    /// How many lines it has.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.area.lines().len()
    }

    /// The cursor's line and column in characters, from 0.
    #[must_use]
    pub fn cursor(&self) -> (usize, usize) {
        let DataCursor(row, column) = self.area.cursor();
        (row, column)
    }

    /// Puts the cursor somewhere, or as near as there is text.
    pub fn jump(&mut self, row: usize, column: usize) {
        let clamp = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        self.area.cancel_selection();
        self.area.move_cursor(CursorMove::Jump(clamp(row), clamp(column)));
        self.column = None;
    }

    /// Marks a line, counted from 1, until the text changes.
    pub fn set_mark(&mut self, line: Option<usize>) {
        self.mark = line;
    }

    /// Whether text is selected.
    #[must_use]
    pub fn has_selection(&self) -> bool {
        self.selection().is_some()
    }

    /// Whether an edit does something now.
    #[must_use]
    pub fn can(&self, edit: Edit) -> bool {
        match edit {
            Edit::Undo => self.history.can_undo(),
            Edit::Redo => self.history.can_redo(),
            _ => true,
        }
    }

    /// Carries an edit out in a view of `height` lines.
    pub fn edit(&mut self, edit: Edit, height: usize) {
        let before = self.snapshot();
        match edit {
            Edit::Undo => self.restore(History::undo),
            Edit::Redo => self.restore(History::redo),
            Edit::Move(motion) => self.go(motion, false, height),
            Edit::Select(motion) => self.go(motion, true, height),
            Edit::SelectAll => self.area.select_all(),
            Edit::Copy => self.copy(),
            _ => self.change(edit),
        }
        if !matches!(edit, Edit::Move(_) | Edit::Select(_)) {
            self.column = None;
        }
        if !matches!(edit, Edit::Undo | Edit::Redo) && before.lines != self.area.lines() {
            self.history.before(before, history::Kind::of(edit));
            self.changed();
        } else if matches!(edit, Edit::Move(_) | Edit::Select(_)) {
            self.history.pause();
        }
    }

    /// Inserts a pasted text as one action.
    pub fn insert(&mut self, text: &str) {
        let before = self.snapshot();
        self.area.insert_str(clean(text));
        if before.lines != self.area.lines() {
            self.history.before(before, history::Kind::Other);
            self.changed();
        }
    }

    /// What a search looks for; empty: nothing.
    pub fn set_needle(&mut self, needle: &str) {
        needle.clone_into(&mut self.needle);
    }

    /// Selects the next match after the cursor, or the previous one, around the ends if need be. Says whether there is one.
    pub fn find(&mut self, forward: bool) -> bool {
        let needle = self.needle.to_lowercase();
        if needle.is_empty() {
            return false;
        }
        let from = self.selection().map_or(self.cursor(), |(start, _)| start);
        let matches: Vec<(usize, usize)> = self
            .area
            .lines()
            .iter()
            .enumerate()
            .flat_map(|(row, line)| {
                let lower = line.to_lowercase();
                let starts: Vec<usize> = lower
                    .match_indices(&needle)
                    .map(|(at, _)| lower[..at].chars().count())
                    .collect();
                starts.into_iter().map(move |column| (row, column))
            })
            .collect();
        let next = if forward {
            matches.iter().find(|at| **at > from).or(matches.first())
        } else {
            matches.iter().rev().find(|at| **at < from).or(matches.last())
        };
        let Some((row, column)) = next.copied() else {
            return false;
        };
        self.jump(row, column);
        self.area.start_selection();
        for _ in 0..needle.chars().count() {
            self.area.move_cursor(CursorMove::Forward);
        }
        true
    }

    /// The selection, if it is not empty.
    fn selection(&self) -> Option<((usize, usize), (usize, usize))> {
        self.area.selection_range().filter(|(start, end)| start != end)
    }

    fn change(&mut self, edit: Edit) {
        match edit {
            Edit::Insert(char) => self.area.insert_char(char),
            Edit::NewLine => self.new_line(),
            Edit::Backspace => self.backspace(),
            Edit::Delete => {
                self.area.delete_next_char();
            }
            Edit::DeleteWord => {
                self.area.delete_word();
            }
            Edit::Indent => self.indent(),
            Edit::Dedent => self.dedent(),
            Edit::Comment => self.comment(),
            Edit::Cut => self.cut(),
            Edit::Paste => {
                let text = self.area.yank_text();
                self.area.insert_str(text);
            }
            _ => {}
        }
    }

    fn copy(&mut self) {
        if let Some((start, end)) = self.selection() {
            self.area.copy();
            // Copying ends the selection there; here it stays, as people know it.
            self.area.move_cursor(jump_to(start));
            self.area.start_selection();
            self.area.move_cursor(jump_to(end));
        }
    }

    fn cut(&mut self) {
        if !self.has_selection() {
            self.area.cancel_selection();
            self.area.move_cursor(CursorMove::Head);
            self.area.start_selection();
            if self.cursor().0 + 1 < self.area.lines().len() {
                self.area.move_cursor(CursorMove::Down);
            } else {
                self.area.move_cursor(CursorMove::End);
            }
        }
        self.area.cut();
    }

    fn go(&mut self, motion: Move, select: bool, height: usize) {
        let selection = self.selection();
        match (select, selection) {
            (true, None) => {
                self.area.cancel_selection();
                self.area.start_selection();
            }
            (true, Some(_)) => {}
            (false, selection) => {
                self.area.cancel_selection();
                // Left and right leave a selection at its ends.
                match (motion, selection) {
                    (Move::Left, Some((start, _))) => return self.area.move_cursor(jump_to(start)),
                    (Move::Right, Some((_, end))) => return self.area.move_cursor(jump_to(end)),
                    _ => {}
                }
            }
        }
        let (row, column) = self.cursor();
        let last = self.area.lines().len().saturating_sub(1);
        let page = height.saturating_sub(1).max(1);
        let wanted = self.column.unwrap_or(column);
        let vertical = |row: usize| (jump_to((row, wanted)), Some(wanted));
        let (target, keep) = match motion {
            Move::Left => (CursorMove::Back, None),
            Move::Right => (CursorMove::Forward, None),
            Move::WordLeft => (CursorMove::WordBack, None),
            Move::WordRight => (CursorMove::WordForward, None),
            Move::Home => (jump_to((row, self.home())), None),
            Move::End => (CursorMove::End, None),
            Move::Top => (CursorMove::Jump(0, 0), None),
            Move::Bottom => (jump_to((last, usize::MAX)), None),
            Move::Up if row == 0 => (CursorMove::Head, None),
            Move::Down if row == last => (CursorMove::End, None),
            Move::Up => vertical(row - 1),
            Move::Down => vertical(row + 1),
            Move::PageUp => vertical(row.saturating_sub(page)),
            Move::PageDown => vertical((row + page).min(last)),
        };
        self.area.move_cursor(target);
        self.column = keep;
    }

    /// Home goes to the first word, and from there to the margin.
    fn home(&self) -> usize {
        let (row, column) = self.cursor();
        let indent = self.area.lines()[row].chars().take_while(|char| *char == ' ').count();
        if column == indent { 0 } else { indent }
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            lines: self.area.lines().to_vec(),
            cursor: self.cursor(),
        }
    }

    fn restore(&mut self, step: impl FnOnce(&mut History, Snapshot) -> Option<Snapshot>) {
        let now = self.snapshot();
        if let Some(snapshot) = step(&mut self.history, now) {
            let yank = self.area.yank_text();
            self.area = TextArea::new(snapshot.lines);
            self.area.set_yank_text(yank);
            self.jump(snapshot.cursor.0, snapshot.cursor.1);
            self.changed();
        }
    }

    fn changed(&mut self) {
        self.mark = None;
        self.highlighter.update(self.area.lines());
    }
}

fn jump_to((row, column): (usize, usize)) -> CursorMove {
    let clamp = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
    CursorMove::Jump(clamp(row), clamp(column))
}

fn area(text: &str) -> TextArea<'static> {
    let text = clean(text);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.set_max_histories(0);
    area
}

/// Line ends of one kind, no control characters, tabs as spaces.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    ");
    text.chars()
        .filter(|char| *char == '\n' || !char.is_control())
        .collect()
}
