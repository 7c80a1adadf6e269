//! Undo and redo: whole texts before each action. Exercises are short, so this is small and cannot go wrong.

use super::Edit;

/// More than this is forgotten, oldest first.
const MAX: usize = 500;

/// A text and where the cursor was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snapshot {
    pub lines: Vec<String>,
    pub cursor: (usize, usize),
}

/// Actions of the same kind in a row are undone together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters of a word.
    Word,
    /// Spaces between words.
    Space,
    /// Deleting backwards.
    Backspace,
    /// Anything else stands alone.
    Other,
}

impl Kind {
    pub fn of(edit: Edit) -> Self {
        match edit {
            Edit::Insert(' ') => Self::Space,
            Edit::Insert(_) => Self::Word,
            Edit::Backspace => Self::Backspace,
            _ => Self::Other,
        }
    }

    /// Whether this action goes on with the one before: a word and the space before it are one.
    fn continues(self, last: Option<Self>) -> bool {
        match (last, self) {
            (Some(Self::Space), Self::Word) => true,
            (Some(last), now) => last == now && now != Self::Other,
            (None, _) => false,
        }
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct History {
    past: Vec<Snapshot>,
    future: Vec<Snapshot>,
    last: Option<Kind>,
}

impl History {
    /// Remembers how the text was before an action.
    pub fn before(&mut self, snapshot: Snapshot, kind: Kind) {
        self.future.clear();
        if !kind.continues(self.last) {
            self.past.push(snapshot);
            if self.past.len() > MAX {
                self.past.remove(0);
            }
        }
        self.last = Some(kind);
    }

    /// The next action stands for itself.
    pub fn pause(&mut self) {
        self.last = None;
    }

    /// Whether there is something to take back.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is something to do again.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// The text before the last action.
    pub fn undo(&mut self, now: Snapshot) -> Option<Snapshot> {
        let before = self.past.pop()?;
        self.future.push(now);
        self.last = None;
        Some(before)
    }

    /// The text after the action that was undone last.
    pub fn redo(&mut self, now: Snapshot) -> Option<Snapshot> {
        let after = self.future.pop()?;
        self.past.push(now);
        self.last = None;
        Some(after)
    }
}
