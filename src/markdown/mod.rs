//! Markdown as lines for a width: wrapped, highlighted, with its outline, code blocks and links. Knows nothing of
//! colours or screens: every piece of text carries a [`Role`] that a theme turns into a style.
//!
//! ```text
//! source --parse--> blocks --layout--> lines for a width
//!                          --plain---> words alone, for screen readers and files
//! ```

pub mod ascii;
pub mod highlight;
pub mod layout;
pub mod line;
mod parse;
mod plain;
mod table;
#[cfg(test)]
mod tests;
mod wrap;

pub use layout::{CodeBlock, Heading, Layout, Link};
pub use line::{Face, Line, Role, Span};
use parse::Block;

/// A parsed text, ready to be laid out for any width.
#[derive(Debug, Clone, Default)]
pub struct Document {
    blocks: Vec<Block>,
}

impl Document {
    /// Parses `CommonMark` with tables. Any text is a document.
    #[must_use]
    pub fn parse(source: &str) -> Self {
        Self {
            blocks: parse::parse(source),
        }
    }

    /// Lays the document out: no line is wider than `width` cells.
    #[must_use]
    pub fn layout(&self, width: usize) -> Layout {
        layout::lay_out(&self.blocks, width)
    }

    /// The document as words: no box drawing, no bars. Lines of code keep their length.
    #[must_use]
    pub fn plain(&self, width: usize) -> String {
        plain::plain(&self.blocks, width)
    }
}

/// A place where a search found its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// The line, from 0.
    pub line: usize,
    /// The first cell.
    pub start: usize,
    /// The cell after the last.
    pub end: usize,
}
