//! Blocks to lines for a width.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::line::{Face, Line, Role, Span, printable, width};
use super::parse::{Block, Code};
use super::wrap::wrap;
use super::{Match, highlight, table};

/// Indents and bars are left out where they would leave less than this.
const MIN_TEXT: usize = 8;

/// A document laid out for a width.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// From top to bottom.
    pub lines: Vec<Line>,
    /// The headings, in order.
    pub outline: Vec<Heading>,
    /// The blocks of code, in order.
    pub code: Vec<CodeBlock>,
    /// The links, in order.
    pub links: Vec<Link>,
}

/// A heading in the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its words.
    pub text: String,
    /// The line on which it stands.
    pub line: usize,
}

/// A block of code and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBlock {
    /// The language, as written.
    pub language: String,
    /// Set where the block runs: the name of its scenario, which may be empty.
    pub run: Option<String>,
    /// The code as written.
    pub text: String,
    /// Its lines in the layout.
    pub lines: Range<usize>,
}

/// A link and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// As `lesson:05-lifecycle` or a web address.
    pub target: String,
    /// Its words.
    pub text: String,
    /// The line on which it begins.
    pub line: usize,
}

impl Layout {
    /// Where `needle` stands.
    #[must_use]
    pub fn find(&self, needle: &str) -> Vec<Match> {
        find(&self.lines, needle)
    }
}

/// Where `needle` stands in lines, upper and lower case alike. A match lies on one line.
#[must_use]
pub fn find(lines: &[Line], needle: &str) -> Vec<Match> {
    let needle = needle.to_lowercase();
    let mut found = Vec::new();
    if needle.is_empty() {
        return found;
    }
    for (line, content) in lines.iter().enumerate() {
        let text = content.text();
        let lower = text.to_lowercase();
        // Lowering may move bytes; then cells are counted in the lowered text.
        let base = if lower.len() == text.len() { &text } else { &lower };
        for (at, part) in lower.match_indices(&needle) {
            let start = base.get(..at).map_or(at, width);
            let end = start + base.get(at..at + part.len()).map_or(part.len(), width);
            found.push(Match { line, start, end });
        }
    }
    found
}

/// Lays blocks out.
pub(super) fn lay_out(blocks: &[Block], width: usize) -> Layout {
    let mut layout = if width == 0 {
        Layout::default()
    } else {
        stack(blocks, width, true)
    };
    layout.links = links(&layout.lines);
    layout
}

/// Blocks one under the other, with a blank line between them where `loose`.
fn stack(blocks: &[Block], width: usize, loose: bool) -> Layout {
    let mut all = Layout::default();
    for (index, block) in blocks.iter().enumerate() {
        if index > 0 && loose {
            all.lines.push(Line::default());
        }
        append(&mut all, lay_out_block(block, width));
    }
    all
}

/// Puts `part` under what is there.
fn append(all: &mut Layout, part: Layout) {
    let offset = all.lines.len();
    all.outline.extend(part.outline.into_iter().map(|heading| Heading {
        line: heading.line + offset,
        ..heading
    }));
    all.code.extend(part.code.into_iter().map(|code| {
        let lines = code.lines.start + offset..code.lines.end + offset;
        CodeBlock { lines, ..code }
    }));
    all.lines.extend(part.lines);
}

fn lay_out_block(block: &Block, width: usize) -> Layout {
    match block {
        Block::Heading { level, text } => heading(*level, text, width),
        Block::Paragraph(text) => Layout {
            lines: wrap(text, width),
            ..Layout::default()
        },
        Block::Code(block) => code(block, width),
        Block::Quote(blocks) => {
            let bar = || Span::new("│ ", Role::Frame);
            indented(width, |inner| stack(blocks, inner, true), bar(), bar)
        }
        Block::List { first, items } => list(*first, items, width),
        Block::Table(content) => Layout {
            lines: table::lay_out(content, width),
            ..Layout::default()
        },
        Block::Rule => Layout {
            lines: vec![Span::new("─".repeat(width), Role::Frame).into()],
            ..Layout::default()
        },
    }
}

fn heading(level: u8, text: &[Span], width: usize) -> Layout {
    let lines = wrap(text, width);
    let words = text.iter().map(|span| span.text.as_str()).collect();
    Layout {
        lines,
        outline: vec![Heading {
            level,
            text: words,
            line: 0,
        }],
        ..Layout::default()
    }
}

/// What `inside` lays out, with `first` before its first line and `rest` before the others.
fn indented(width: usize, inside: impl FnOnce(usize) -> Layout, first: Span, rest: impl Fn() -> Span) -> Layout {
    let prefix = first.width();
    if width < prefix + MIN_TEXT {
        return inside(width);
    }
    let mut layout = inside(width - prefix);
    let mut first = Some(first);
    layout.lines = layout
        .lines
        .into_iter()
        .map(|line| line.prefixed(first.take().unwrap_or_else(&rest)))
        .collect();
    layout
}

fn list(first: Option<u64>, items: &[Vec<Block>], width: usize) -> Layout {
    let last = first.map(|first| first.saturating_add(items.len() as u64).saturating_sub(1));
    let marker_width = last.map_or(2, |last| last.to_string().len() + 2);
    let loose = items
        .iter()
        .any(|item| item.iter().filter(|block| !matches!(block, Block::List { .. })).count() > 1);
    let mut all = Layout::default();
    for (index, item) in items.iter().enumerate() {
        if index > 0 && loose {
            all.lines.push(Line::default());
        }
        let marker = match first {
            Some(first) => format!("{}.", first.saturating_add(index as u64)),
            None => "•".to_owned(),
        };
        let marker = Span::new(format!("{marker:<marker_width$}"), Role::Frame);
        let blank = || Span::new(" ".repeat(marker_width), Role::Text);
        let mut part = indented(width, |inner| stack(item, inner, loose), marker.clone(), blank);
        if part.lines.is_empty() && width >= marker_width {
            part.lines.push(marker.into());
        }
        append(&mut all, part);
    }
    all
}

/// Code keeps its lines. One that is too long goes on under a mark, so that nothing hides and nothing misleads.
fn code(block: &Code, width: usize) -> Layout {
    let indent = if width < 2 + MIN_TEXT { 0 } else { 2 };
    let pieces = highlight::highlight(&block.language, &block.text);
    let mut lines = Vec::new();
    for (text, pieces) in block.text.lines().zip(pieces) {
        let spans: Vec<Span> = pieces
            .into_iter()
            .filter_map(|(range, role)| Some(Span::new(text.get(range)?, role)))
            .collect();
        for line in cut(&untabbed(spans), width - indent) {
            lines.push(line.prefixed(Span::new(" ".repeat(indent), Role::Text)));
        }
    }
    let range = 0..lines.len();
    let Code { language, run, text } = block.clone();
    Layout {
        lines,
        code: vec![CodeBlock {
            language,
            run,
            text,
            lines: range,
        }],
        ..Layout::default()
    }
}

/// Tabs to spaces by column, control characters away.
fn untabbed(spans: Vec<Span>) -> Vec<Span> {
    let mut column = 0;
    let mut out = Vec::new();
    for span in spans {
        let padded = " ".repeat(column % 4) + &span.text;
        let text: String = printable(&padded).chars().skip(column % 4).collect();
        column += width(&text);
        out.push(Span { text, ..span });
    }
    out
}

/// Cuts a line of code at `limit`; the parts after the first begin with a mark.
fn cut(spans: &[Span], limit: usize) -> Vec<Line> {
    let mark = if limit < MIN_TEXT { "" } else { "↪ " };
    let mut lines = Vec::new();
    let mut line = Line::default();
    let mut used = 0;
    for span in spans {
        for grapheme in span.text.graphemes(true) {
            let (grapheme, wide) = if grapheme.width() > limit {
                ("…", 1)
            } else {
                (grapheme, grapheme.width())
            };
            if used + wide > limit {
                lines.push(std::mem::take(&mut line));
                used = width(mark);
                if !mark.is_empty() {
                    line.push(mark, Role::Frame.into(), None);
                }
            }
            line.push(grapheme, span.face, None);
            used += wide;
        }
    }
    lines.push(line);
    lines
}

/// Links whose words go on in the next span or line are one link.
fn links(lines: &[Line]) -> Vec<Link> {
    let mut found: Vec<Link> = Vec::new();
    let mut open = false;
    for (number, line) in lines.iter().enumerate() {
        for span in &line.spans {
            match (&span.link, found.last_mut()) {
                (Some(target), Some(last)) if open && last.target == *target => {
                    if last.line != number && !last.text.ends_with(' ') {
                        last.text.push(' ');
                    }
                    last.text.push_str(&span.text);
                }
                (Some(target), _) => {
                    found.push(Link {
                        target: target.clone(),
                        text: span.text.clone(),
                        line: number,
                    });
                    open = true;
                }
                (None, _) => open &= is_margin(span),
            }
        }
    }
    found
}

/// Bars and indents stand between the parts of a wrapped link without ending it.
fn is_margin(span: &Span) -> bool {
    span.face == Face::from(Role::Frame) || span.text.trim().is_empty()
}
