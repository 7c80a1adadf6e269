//! Pieces of text and what they are.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What a piece of text is. A theme decides how it looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Running text.
    #[default]
    Text,
    /// A heading of this level, 1 to 6.
    Heading(u8),
    /// Code in running text.
    Code,
    /// A link.
    Link,
    /// Marks around the text: bars, bullets, rules, wrap marks.
    Frame,
    /// In code: a keyword.
    Keyword,
    /// In code: a string.
    String,
    /// In code: a number or another constant.
    Constant,
    /// In code: a comment.
    Comment,
    /// In code: the name of what is defined or called.
    Name,
    /// Less important than what is around it.
    Quiet,
    /// Worth the eye: what can be chosen or pressed.
    Accent,
    /// Went well.
    Good,
    /// Went wrong.
    Bad,
}

/// A role and the emphasis on top of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Face {
    /// What it is.
    pub role: Role,
    /// Strong emphasis.
    pub strong: bool,
    /// Emphasis.
    pub emphasis: bool,
}

impl From<Role> for Face {
    fn from(role: Role) -> Self {
        Self {
            role,
            ..Self::default()
        }
    }
}

/// A piece of text with one face.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// Free of control characters.
    pub text: String,
    /// How it is meant.
    pub face: Face,
    /// Where it leads, for links.
    pub link: Option<String>,
}

impl Span {
    /// A piece of text that leads nowhere.
    pub fn new(text: impl Into<String>, face: impl Into<Face>) -> Self {
        Self {
            text: text.into(),
            face: face.into(),
            link: None,
        }
    }

    /// How many cells it takes.
    #[must_use]
    pub fn width(&self) -> usize {
        width(&self.text)
    }
}

/// Breaks text into lines of at most `limit` cells, between words where that is possible.
#[must_use]
pub fn wrap(spans: &[Span], limit: usize) -> Vec<Line> {
    super::wrap::wrap(spans, limit)
}

/// A laid-out line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// From left to right.
    pub spans: Vec<Span>,
}

impl Line {
    /// How many cells it takes.
    #[must_use]
    pub fn width(&self) -> usize {
        self.spans.iter().map(Span::width).sum()
    }

    /// A line of one piece.
    pub fn of(text: impl Into<String>, face: impl Into<Face>) -> Self {
        Self {
            spans: vec![Span::new(text, face)],
        }
    }

    /// The text without its faces.
    #[must_use]
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }

    /// The line with `prefix` before it.
    #[must_use]
    pub fn prefixed(mut self, prefix: Span) -> Self {
        if !prefix.text.is_empty() {
            self.spans.insert(0, prefix);
        }
        self
    }

    /// Appends text, joining it with what it looks like.
    pub(super) fn push(&mut self, text: &str, face: Face, link: Option<&String>) {
        if let Some(last) = self.spans.last_mut()
            && last.face == face
            && last.link.as_ref() == link
        {
            last.text.push_str(text);
            return;
        }
        self.spans.push(Span {
            text: text.to_owned(),
            face,
            link: link.cloned(),
        });
    }
}

impl From<Span> for Line {
    fn from(span: Span) -> Self {
        Self { spans: vec![span] }
    }
}

/// How many cells a text takes: the sum over its graphemes, which is how a terminal is filled.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// A text safe to show on one line: tabs become spaces, control and direction-changing characters go.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\t' => out.push_str(&" ".repeat(4 - width(&out) % 4)),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {}
            '\u{2028}' | '\u{2029}' => out.push(' '),
            _ if char.is_control() => {}
            _ => out.push(char),
        }
    }
    out
}
