//! A position in something longer than the screen.

/// The first line that is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scroll {
    /// From 0.
    pub top: usize,
}

/// A way to scroll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// A line up.
    Up,
    /// A line down.
    Down,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
    /// To the first line.
    Top,
    /// To the last line.
    Bottom,
}

impl Scroll {
    /// Moves in `lines` lines of which `height` are shown; a page keeps a line of what was seen.
    pub fn go(&mut self, motion: Motion, lines: usize, height: usize) {
        let page = height.saturating_sub(1).max(1);
        let last = lines.saturating_sub(height);
        let top = match motion {
            Motion::Up => self.top.saturating_sub(1),
            Motion::Down => self.top + 1,
            Motion::PageUp => self.top.saturating_sub(page),
            Motion::PageDown => self.top + page,
            Motion::Top => 0,
            Motion::Bottom => last,
        };
        self.top = top.min(last);
    }

    /// Scrolls as little as shows `line`, with a little around it where there is room.
    pub fn show(&mut self, line: usize, lines: usize, height: usize) {
        let around = if height > 6 { 2 } else { 0 };
        if line < self.top + around {
            self.top = line.saturating_sub(around);
        } else if line + around >= self.top + height {
            self.top = (line + around + 1).saturating_sub(height);
        }
        self.top = self.top.min(lines.saturating_sub(height));
    }

    /// Whether the last line is in sight.
    #[must_use]
    pub fn at_end(self, lines: usize, height: usize) -> bool {
        self.top + height >= lines
    }
}
