//! Spans to lines of at most so many cells, broken between words where that is possible.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::line::{Face, Line, Span};

/// Stands for a character that is wider than the whole line.
const TOO_WIDE: &str = "…";

/// Breaks text into lines. A span `"\n"` breaks hard. Words longer than a line are cut.
pub(super) fn wrap(spans: &[Span], limit: usize) -> Vec<Line> {
    if limit == 0 {
        return Vec::new();
    }
    let mut wrapper = Wrapper {
        limit,
        ..Wrapper::default()
    };
    for span in spans {
        if span.text == "\n" {
            wrapper.end_word();
            wrapper.end_line();
            continue;
        }
        for text in span.text.graphemes(true) {
            let cell = Cell {
                text,
                width: text.width(),
                face: span.face,
                link: span.link.as_ref(),
            };
            if text == " " {
                wrapper.end_word();
                wrapper.space = Some(cell);
            } else {
                wrapper.word.push(cell);
            }
        }
    }
    wrapper.end_word();
    wrapper.end_line();
    wrapper.lines
}

/// A grapheme with its face.
struct Cell<'a> {
    text: &'a str,
    width: usize,
    face: Face,
    link: Option<&'a String>,
}

#[derive(Default)]
struct Wrapper<'a> {
    limit: usize,
    lines: Vec<Line>,
    line: Line,
    used: usize,
    /// What stands before the word.
    space: Option<Cell<'a>>,
    word: Vec<Cell<'a>>,
}

impl Wrapper<'_> {
    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let width: usize = self.word.iter().map(|cell| cell.width).sum();
        if let Some(space) = self.space.take()
            && self.used > 0
        {
            if self.used + 1 + width <= self.limit {
                self.line.push(" ", space.face, space.link);
                self.used += 1;
            } else {
                self.end_line();
            }
        }
        for cell in std::mem::take(&mut self.word) {
            let (text, width) = if cell.width > self.limit {
                (TOO_WIDE, 1)
            } else {
                (cell.text, cell.width)
            };
            if self.used + width > self.limit {
                self.end_line();
            }
            self.line.push(text, cell.face, cell.link);
            self.used += width;
        }
    }

    fn end_line(&mut self) {
        if !self.line.spans.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
        self.used = 0;
        self.space = None;
    }
}
