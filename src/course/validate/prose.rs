//! Markdown: links that lead somewhere, code and tables that fit 80 columns, nothing that cannot be shown.

use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use unicode_width::UnicodeWidthStr;

use super::{CODE_WIDTH, Ids, TABLE_WIDTH};
use crate::course::markdown;
use crate::course::nearest::suggestion;
use crate::course::position;
use crate::course::problem::Position;

/// A fault of a Markdown text.
pub(super) struct Fault {
    /// Its place in the text.
    pub(super) position: Position,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// All faults of a text.
pub(super) fn faults(text: &str, ids: &Ids) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut code = false;
    let mut table: Option<Table> = None;
    for (event, range) in markdown::events(text) {
        let position = position::of_offset(text, range.start);
        let mut fault = |message: String, help: Option<String>| {
            faults.push(Fault {
                position,
                message,
                help,
            });
        };
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                if let Err((message, help)) = link(&dest_url, ids) {
                    fault(message, help);
                }
            }
            Event::Start(Tag::Image { .. }) => fault("a terminal shows no pictures".to_owned(), None),
            Event::Html(_) | Event::InlineHtml(_) => {
                fault(
                    "HTML is not shown".to_owned(),
                    Some("use Markdown, or put it between backticks".to_owned()),
                );
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                code = true;
                if matches!(kind, CodeBlockKind::Indented) {
                    fault(
                        "code is put between fences, not indented".to_owned(),
                        Some("use ``` lines".to_owned()),
                    );
                }
            }
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Text(block) if code => {
                for (index, row) in block.lines().enumerate() {
                    let width = row.width();
                    if width > CODE_WIDTH {
                        let message = format!("this line of code has {width} columns");
                        faults.push(Fault {
                            position: Position {
                                line: position.line + index,
                                column: 1,
                            },
                            message,
                            help: Some(format!("at most {CODE_WIDTH}")),
                        });
                    }
                }
            }
            Event::Start(Tag::Table(_)) => {
                table = Some(Table {
                    position,
                    columns: Vec::new(),
                    column: 0,
                    cell: 0,
                });
            }
            Event::End(TagEnd::Table) => {
                if let Some(Table { position, columns, .. }) = table.take() {
                    let width = columns.iter().sum::<usize>() + 3 * columns.len() + 1;
                    if width > TABLE_WIDTH {
                        let message = format!("this table is {width} columns wide");
                        faults.push(Fault {
                            position,
                            message,
                            help: Some(format!("at most {TABLE_WIDTH}, borders included")),
                        });
                    }
                }
            }
            event => {
                if let Some(table) = &mut table {
                    table.see(&event);
                }
            }
        }
    }
    faults
}

/// The widths of a table's columns, measured cell by cell.
struct Table {
    position: Position,
    columns: Vec<usize>,
    column: usize,
    cell: usize,
}

impl Table {
    fn see(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(Tag::TableHead | Tag::TableRow) => self.column = 0,
            Event::Start(Tag::TableCell) => self.cell = 0,
            Event::Text(text) | Event::Code(text) => self.cell += text.width(),
            Event::End(TagEnd::TableCell) => {
                if self.columns.len() <= self.column {
                    self.columns.push(0);
                }
                self.columns[self.column] = self.columns[self.column].max(self.cell);
                self.column += 1;
            }
            _ => {}
        }
    }
}

fn link(target: &str, ids: &Ids) -> Result<(), (String, Option<String>)> {
    let (kind, id) = target.split_once(':').unwrap_or(("", target));
    let known = match kind {
        "lesson" => &ids.lessons,
        "exercise" => &ids.exercises,
        "quiz" => &ids.quizzes,
        "https" => return Ok(()),
        _ => {
            let help = "links begin with lesson:, exercise:, quiz: or https://";
            return Err((format!("the link `{target}` leads nowhere"), Some(help.to_owned())));
        }
    };
    if known.contains(id) {
        return Ok(());
    }
    Err((
        format!("the link `{target}` is dead: there is no {kind} `{id}`"),
        suggestion(id, known.iter().map(String::as_str)),
    ))
}
