//! A document as words alone: what a screen reader reads well and a file keeps well.

use super::line::{Line, Role, Span};
use super::parse::{Block, Code, Table};
use super::wrap::wrap;

/// The blocks as text with lines of at most `width` cells, code excepted: it keeps its lines.
pub(super) fn plain(blocks: &[Block], width: usize) -> String {
    let mut out = Plain {
        width: width.max(1),
        lines: Vec::new(),
    };
    out.blocks(blocks, "");
    let mut text = out.lines.join("\n");
    text.push('\n');
    text
}

struct Plain {
    width: usize,
    lines: Vec<String>,
}

impl Plain {
    fn blocks(&mut self, blocks: &[Block], indent: &str) {
        for block in blocks {
            if self.lines.last().is_some_and(|line| !line.is_empty()) {
                self.lines.push(String::new());
            }
            self.block(block, indent);
        }
    }

    fn block(&mut self, block: &Block, indent: &str) {
        match block {
            Block::Heading { level: 1, text } => self.words("Title: ", text, indent),
            Block::Heading { level: 2, text } => self.words("Section: ", text, indent),
            Block::Heading { text, .. } => self.words("Part: ", text, indent),
            Block::Paragraph(text) => self.words("", text, indent),
            Block::Code(code) => self.code(code),
            Block::Quote(blocks) => {
                self.lines.push(format!("{indent}Note:"));
                self.blocks(blocks, indent);
            }
            Block::List { first, items } => self.list(*first, items, indent),
            Block::Table(table) => self.table(table, indent),
            Block::Rule => {}
        }
    }

    fn words(&mut self, before: &str, text: &[Span], indent: &str) {
        let mut spans = vec![Span::new(before, Role::Text)];
        for (index, span) in text.iter().enumerate() {
            spans.push(span.clone());
            let ends = text.get(index + 1).is_none_or(|next| next.link != span.link);
            if let Some((kind, id)) = span.link.as_deref().and_then(|link| link.split_once(':'))
                && ends
                && ["lesson", "exercise", "quiz"].contains(&kind)
            {
                spans.push(Span::new(format!(" ({kind} {id})"), Role::Text));
            }
        }
        let limit = self.width.saturating_sub(indent.len()).max(1);
        self.lines.extend(
            wrap(&spans, limit)
                .iter()
                .map(Line::text)
                .map(|line| format!("{indent}{line}")),
        );
    }

    fn code(&mut self, code: &Code) {
        let language = if code.language.is_empty() {
            "text"
        } else {
            &code.language
        };
        self.lines.push(format!("Code, {language}:"));
        self.lines.extend(code.text.lines().map(super::line::printable));
        self.lines.push("End of code.".to_owned());
    }

    fn list(&mut self, first: Option<u64>, items: &[Vec<Block>], indent: &str) {
        for (index, item) in items.iter().enumerate() {
            let marker = match first {
                Some(first) => format!("{}. ", first.saturating_add(index as u64)),
                None => "- ".to_owned(),
            };
            let inner = format!("{indent}{}", " ".repeat(marker.len()));
            let begin = self.lines.len();
            for (index, block) in item.iter().enumerate() {
                if index > 0 && !matches!(block, Block::List { .. }) {
                    self.lines.push(String::new());
                }
                self.block(block, &inner);
            }
            if let Some(line) = self.lines.get_mut(begin)
                && line.starts_with(&inner)
            {
                line.replace_range(..inner.len(), &format!("{indent}{marker}"));
            }
        }
    }

    fn table(&mut self, table: &Table, indent: &str) {
        for (number, row) in table.rows.iter().enumerate() {
            if number > 0 {
                self.lines.push(String::new());
            }
            for (column, cell) in row.iter().enumerate() {
                let mut text = table.head.get(column).cloned().unwrap_or_default();
                if !text.is_empty() {
                    text.push(Span::new(": ", Role::Text));
                }
                text.extend(cell.iter().cloned());
                self.words("", &text, indent);
            }
        }
    }
}
