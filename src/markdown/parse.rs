//! Markdown source to blocks.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::line::{Face, Role, Span, printable};

/// Containers nested deeper than this lay out like their parent.
const MAX_DEPTH: usize = 12;

/// A block of a document.
#[derive(Debug, Clone)]
pub(super) enum Block {
    Heading { level: u8, text: Vec<Span> },
    Paragraph(Vec<Span>),
    Code(Code),
    Quote(Vec<Block>),
    List { first: Option<u64>, items: Vec<Vec<Block>> },
    Table(Table),
    Rule,
}

/// A block of code.
#[derive(Debug, Clone, Default)]
pub(super) struct Code {
    pub language: String,
    /// The scenario of a block that runs; empty for one marked `run` alone.
    pub run: Option<String>,
    pub text: String,
}

/// A table: a head and rows of cells.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub head: Vec<Vec<Span>>,
    pub rows: Vec<Vec<Vec<Span>>>,
}

/// The blocks of a source text.
pub(super) fn parse(source: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut builder = Builder::default();
    for event in Parser::new_ext(source, options) {
        builder.event(event);
    }
    builder.finish()
}

/// A container whose blocks are being collected.
enum Open {
    Quote,
    List(Option<u64>, Vec<Vec<Block>>),
    Item,
}

#[derive(Default)]
struct Builder {
    /// The blocks of the document, then of each open container.
    levels: Vec<Vec<Block>>,
    open: Vec<Open>,
    /// Containers that are too deep to be opened.
    ignored: usize,
    spans: Vec<Span>,
    heading: Option<u8>,
    code: Option<Code>,
    table: Option<Table>,
    row: Vec<Vec<Span>>,
    in_cell: bool,
    strong: usize,
    emphasis: usize,
    links: Vec<String>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.text.push_str(&text),
                None => self.push(&text, Role::Text),
            },
            Event::Code(text) => self.push(&text, Role::Code),
            Event::SoftBreak => self.push(" ", Role::Text),
            Event::HardBreak => self.spans.push(Span::new("\n", Role::Text)),
            Event::Rule => {
                self.flush();
                self.block(Block::Rule);
            }
            Event::Html(text) | Event::InlineHtml(text) => self.push(&text, Role::Text),
            _ => {}
        }
    }

    fn push(&mut self, text: &str, role: Role) {
        let role = match (role, self.heading, self.links.is_empty()) {
            (Role::Text, Some(level), _) => Role::Heading(level),
            (Role::Text, None, false) => Role::Link,
            (role, ..) => role,
        };
        let face = Face {
            role,
            strong: self.strong > 0,
            emphasis: self.emphasis > 0,
        };
        let text = printable(&text.replace('\n', " "));
        self.spans.push(Span {
            text,
            face,
            link: self.links.last().cloned(),
        });
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.flush(),
            Tag::Heading { level, .. } => {
                self.flush();
                self.heading = Some(number(level));
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                self.code = Some(match kind {
                    CodeBlockKind::Fenced(info) => code(&info),
                    CodeBlockKind::Indented => Code::default(),
                });
            }
            Tag::BlockQuote(_) => self.enter(Open::Quote),
            Tag::List(first) => self.enter(Open::List(first, Vec::new())),
            Tag::Item => self.enter(Open::Item),
            Tag::Table(_) => {
                self.flush();
                self.table = Some(Table::default());
            }
            Tag::TableHead | Tag::TableRow => self.row.clear(),
            Tag::TableCell => {
                self.spans.clear();
                self.in_cell = true;
            }
            Tag::Emphasis => self.emphasis += 1,
            Tag::Strong => self.strong += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => self.links.push(printable(&dest_url)),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.flush(),
            TagEnd::Heading(level) => {
                let text = std::mem::take(&mut self.spans);
                self.heading = None;
                self.block(Block::Heading {
                    level: number(level),
                    text,
                });
            }
            TagEnd::CodeBlock => {
                if let Some(code) = self.code.take() {
                    self.block(Block::Code(code));
                }
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => self.leave(),
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.block(Block::Table(table));
                }
            }
            TagEnd::TableHead => {
                if let Some(table) = &mut self.table {
                    table.head = std::mem::take(&mut self.row);
                }
            }
            TagEnd::TableRow => {
                if let Some(table) = &mut self.table {
                    table.rows.push(std::mem::take(&mut self.row));
                }
            }
            TagEnd::TableCell => {
                self.in_cell = false;
                self.row.push(std::mem::take(&mut self.spans));
            }
            TagEnd::Emphasis => self.emphasis = self.emphasis.saturating_sub(1),
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            _ => {}
        }
    }

    /// A web address is shown after the words that carry it: there is nothing to click on.
    fn end_link(&mut self) {
        let Some(target) = self.links.pop() else { return };
        let shown = self.spans.last().is_some_and(|span| span.text == target);
        if target.starts_with("http") && !shown {
            self.spans.push(Span {
                link: Some(target.clone()),
                ..Span::new(format!(" ({target})"), Role::Link)
            });
        }
    }

    /// Loose text becomes a paragraph, as in the items of a tight list.
    fn flush(&mut self) {
        if self.in_cell {
            return;
        }
        let text = std::mem::take(&mut self.spans);
        if text.iter().any(|span| !span.text.trim().is_empty()) {
            self.block(Block::Paragraph(text));
        }
    }

    fn block(&mut self, block: Block) {
        if self.levels.is_empty() {
            self.levels.push(Vec::new());
        }
        if let Some(level) = self.levels.last_mut() {
            level.push(block);
        }
    }

    fn enter(&mut self, container: Open) {
        self.flush();
        if self.open.len() >= MAX_DEPTH {
            self.ignored += 1;
            return;
        }
        if self.levels.is_empty() {
            self.levels.push(Vec::new());
        }
        self.open.push(container);
        self.levels.push(Vec::new());
    }

    fn leave(&mut self) {
        self.flush();
        if self.ignored > 0 {
            self.ignored -= 1;
            return;
        }
        let (Some(container), Some(blocks)) = (self.open.pop(), self.levels.pop()) else {
            return;
        };
        match container {
            Open::Quote => self.block(Block::Quote(blocks)),
            Open::List(first, items) => self.block(Block::List { first, items }),
            Open::Item => match self.open.last_mut() {
                Some(Open::List(_, items)) => items.push(blocks),
                _ => blocks.into_iter().for_each(|block| self.block(block)),
            },
        }
    }

    fn finish(mut self) -> Vec<Block> {
        self.flush();
        while !self.open.is_empty() {
            self.ignored = 0;
            self.leave();
        }
        self.levels.pop().unwrap_or_default()
    }
}

/// `python run=counter` as language and scenario.
fn code(info: &str) -> Code {
    let mut words = info.split_whitespace();
    let language = printable(words.next().unwrap_or_default());
    let run = words.find_map(|word| match word.split_once('=') {
        Some(("run", name)) => Some(name.to_owned()),
        None if word == "run" => Some(String::new()),
        _ => None,
    });
    Code {
        language,
        run,
        text: String::new(),
    }
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
