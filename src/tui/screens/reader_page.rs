//! A lesson as the reader shows it: head, text, output under the code that was run, and what comes next.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use super::reader::exercise_of;
use crate::grade::RunReport;
use crate::markdown::{CodeBlock, Document, Heading, Layout, Line, Role, Span};
use crate::tui::course_map::Stop;
use crate::tui::keymap::{Command, Context, key_for};
use crate::tui::model::{Model, RunWhat};
use crate::tui::report;

/// No line of prose is longer: long lines read badly. Code of 76 columns with its indent fits.
const MAX_WIDTH: usize = 78;

/// A laid-out lesson.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// All that is shown.
    pub lines: Vec<Line>,
    /// The headings.
    pub outline: Vec<Heading>,
    /// The blocks of code.
    pub code: Vec<CodeBlock>,
    /// What can be run or opened, from top to bottom.
    pub spots: Vec<Spot>,
    /// For each line: how many letters of the lesson's own stand before it, which is the same at every width.
    letters: Vec<usize>,
    counted: usize,
}

/// Something that can be run or opened.
#[derive(Debug, Clone)]
pub struct Spot {
    /// What it is.
    pub kind: Kind,
    /// Its lines.
    pub lines: Range<usize>,
    /// For code: the line after its output.
    pub output_end: usize,
    /// Whether it is what comes after the lesson.
    pub is_next: bool,
}

/// What can be run or opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A block of code, by its place in the lesson.
    Code(usize),
    /// An inner link.
    Link(String),
}

impl Kind {
    /// Whether this is what runs.
    #[must_use]
    pub fn is_run(&self, what: RunWhat) -> bool {
        matches!((self, what), (Self::Code(block), RunWhat::Block(running)) if *block == running)
    }
}

impl Page {
    /// Lays a lesson out for the model's width.
    #[must_use]
    pub fn new(model: &Model, lesson: usize, document: &Document, outputs: &BTreeMap<usize, RunReport>) -> Self {
        let width = usize::from(model.body().width.saturating_sub(1)).min(MAX_WIDTH);
        let mut page = Self::default();
        page.add(head(model, lesson).layout(width), &BTreeMap::new(), width, false);
        page.code.clear();
        page.blank();
        page.add(document.layout(width), outputs, width, false);
        page.blank();
        page.add(tail(model, lesson).layout(width), &BTreeMap::new(), width, true);
        page.outline.retain(|heading| !heading.text.is_empty());
        page.spots.sort_by_key(|spot| spot.lines.start);
        page
    }

    /// What stays in place when the width changes: a line, and the letters before it.
    #[must_use]
    pub fn anchor(&self, line: usize) -> (usize, usize) {
        (line, self.letters.get(line).copied().unwrap_or_default())
    }

    /// The line at an anchor: the same one if the letters before it are the same, or else the one that has them.
    #[must_use]
    pub fn line_at(&self, (line, letters): (usize, usize)) -> usize {
        if self.letters.get(line) == Some(&letters) {
            return line;
        }
        self.letters
            .partition_point(|before| *before <= letters)
            .saturating_sub(1)
    }

    fn blank(&mut self) {
        self.push(Line::default(), true);
    }

    fn push(&mut self, line: Line, own: bool) {
        self.letters.push(self.counted);
        if own {
            self.counted += line.text().chars().filter(|char| char.is_alphanumeric()).count();
        }
        self.lines.push(line);
    }

    fn add(&mut self, layout: Layout, outputs: &BTreeMap<usize, RunReport>, width: usize, is_next: bool) {
        let mut moved = Vec::with_capacity(layout.lines.len());
        let runnable = |line: usize| {
            layout
                .code
                .iter()
                .position(|code| code.run.is_some() && code.lines.start == line)
        };
        let ends = |line: usize| {
            layout
                .code
                .iter()
                .position(|code| code.run.is_some() && code.lines.end == line + 1)
        };
        for (number, line) in layout.lines.iter().enumerate() {
            if runnable(number).is_some() {
                self.push(Line::of("  ▸ runs", Role::Quiet), true);
            }
            moved.push(self.lines.len());
            self.push(line.clone(), true);
            if let Some(block) = ends(number) {
                let start = moved[layout.code[block].lines.start] - 1;
                let end = self.lines.len();
                if let Some(report) = outputs.get(&block) {
                    self.output(report, width);
                }
                let output_end = self.lines.len();
                self.spots.push(Spot {
                    kind: Kind::Code(block),
                    lines: start..end,
                    output_end,
                    is_next,
                });
            }
        }
        let at = |line: usize| moved.get(line).copied().unwrap_or_default();
        self.outline.extend(layout.outline.iter().map(|heading| Heading {
            line: at(heading.line),
            ..heading.clone()
        }));
        for link in layout.links.iter().filter(|link| !link.target.starts_with("http")) {
            let line = at(link.line);
            let kind = Kind::Link(link.target.clone());
            self.spots.push(Spot {
                kind,
                lines: line..line + 1,
                output_end: line + 1,
                is_next,
            });
        }
        self.code.extend(layout.code);
    }

    fn output(&mut self, report: &RunReport, width: usize) {
        self.push(Line::default(), false);
        self.push(Line::of("  │ Output", Role::Quiet), false);
        for line in report::lines(report, width.saturating_sub(4)) {
            self.push(line.prefixed(Span::new("  │ ", Role::Quiet)), false);
        }
    }
}

fn head(model: &Model, lesson: usize) -> Document {
    let front = &model.course.lessons[lesson].front;
    let mut text = format!("# {}\n\n", front.title);
    if !front.objectives.is_empty() {
        text.push_str("After this lesson you can:\n\n");
        for objective in &front.objectives {
            let _ = writeln!(text, "- {objective}");
        }
        text.push_str("\n---\n");
    }
    Document::parse(&text)
}

/// What comes after the lesson, each with its key.
fn tail(model: &Model, lesson: usize) -> Document {
    let course = &model.course;
    let key = |command| key_for(Context::Reader, command);
    let mut text = "---\n\n**That is the end of this lesson.** Next:\n\n".to_owned();
    if let Some(index) = exercise_of(model, lesson) {
        let exercise = &course.exercises[index];
        let title = Stop::Exercise(index).title(course);
        let (id, minutes) = (&exercise.id, exercise.manifest.minutes);
        let _ = writeln!(
            text,
            "- `{}` [{title}](exercise:{id}), {minutes} min",
            key(Command::Exercise)
        );
    }
    let id = &course.lessons[lesson].id;
    if let Some(quiz) = course.quiz(id) {
        let count = quiz.questions.len();
        let _ = writeln!(text, "- `{}` [Quiz: {count} questions](quiz:{id})", key(Command::Quiz));
    }
    if let Some(next) = course.lessons.get(lesson + 1) {
        let title = Stop::Lesson(lesson + 1).title(course);
        let (id, minutes) = (&next.id, next.front.minutes);
        let _ = writeln!(text, "- `{}` [{title}](lesson:{id}), {minutes} min", key(Command::Next));
    } else {
        let _ = writeln!(text, "- `{}` the course map", key(Command::Back));
    }
    Document::parse(&text)
}
