//! What the course needs to know of Markdown: code blocks. Laying it out is another module's.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::position;

/// The parser's events with their place in the text, with the extensions that the course allows.
pub fn events(text: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter()
}

/// A fenced code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBlock {
    /// The first word after the fence, as `python`; empty if there is none.
    pub language: String,
    /// What `run=` says; empty for a bare `run`; none if the block is only shown.
    pub run: Option<String>,
    /// The code, with a line end after each line.
    pub text: String,
    /// The line of the opening fence, from 1.
    pub line: usize,
    /// The words after the fence that mean nothing.
    pub unknown: Vec<String>,
}

/// All code blocks of a text, in order.
#[must_use]
pub fn code_blocks(text: &str) -> Vec<CodeBlock> {
    let mut blocks = Vec::new();
    let mut open: Option<CodeBlock> = None;
    for (event, range) in events(text) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let info = if let CodeBlockKind::Fenced(info) = kind {
                    info.to_string()
                } else {
                    String::new()
                };
                open = Some(opened(&info, position::of_offset(text, range.start).line));
            }
            Event::Text(code) => {
                if let Some(block) = &mut open {
                    block.text.push_str(&code);
                }
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            _ => {}
        }
    }
    blocks
}

fn opened(info: &str, line: usize) -> CodeBlock {
    let mut words = info.split_whitespace();
    let language = words.next().unwrap_or_default().to_owned();
    let mut block = CodeBlock {
        language,
        run: None,
        text: String::new(),
        line,
        unknown: Vec::new(),
    };
    for word in words {
        match word.split_once('=') {
            None if word == "run" => block.run = Some(String::new()),
            Some(("run", name)) => block.run = Some(name.to_owned()),
            _ => block.unknown.push(word.to_owned()),
        }
    }
    block
}

#[cfg(test)]
mod tests {
    use super::code_blocks;

    #[test]
    fn blocks_say_language_scenario_and_line() {
        let text = "Hi\n\n```python run=counter\na = 1\n\nb = 2\n```\n\n```python run\nx\n```\n```text\ny\n```\n";
        let blocks = code_blocks(text);
        assert_eq!(blocks.len(), 3);
        assert_eq!(blocks[0].run.as_deref(), Some("counter"));
        assert_eq!(blocks[0].text, "a = 1\n\nb = 2\n");
        assert_eq!(blocks[0].line, 3);
        assert_eq!(blocks[1].run.as_deref(), Some(""));
        assert_eq!((blocks[2].language.as_str(), blocks[2].run.as_deref()), ("text", None));
    }
}
