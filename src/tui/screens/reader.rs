//! The lesson reader. Code runs where it stands.

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::reader_page::{Kind, Page};
use crate::course::Course;
use crate::grade::RunReport;
use crate::markdown::{Document, Match, layout};
use crate::tui::course_map::Stop;
use crate::tui::keymap::{Command, Context, key_for};
use crate::tui::model::{Model, RunWhat, Screen};
use crate::tui::msg::Effect;
use crate::tui::navigate;
use crate::tui::overlays::Overlay;
use crate::tui::overlays::finding::{Finding, Target};
use crate::tui::overlays::outline::Outline;
use crate::tui::paint;
use crate::tui::ports::{Change, Place};
use crate::tui::scroll::Scroll;

/// So many lines of code stay in sight above their output.
const KEPT_CODE: usize = 4;

/// A lesson that is open.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Its place in the course.
    pub lesson: usize,
    /// What runs showed, by block.
    pub outputs: BTreeMap<usize, RunReport>,
    /// A search in the lesson.
    pub search: Option<Search>,
    /// Where the reader is.
    pub scroll: Scroll,
    /// The lesson laid out for the width.
    pub page: Page,
    /// What was chosen with Tab, among the page's spots.
    focus: Option<usize>,
    /// What stays at the top when the width changes.
    anchor: (usize, usize),
    document: Document,
}

/// A search in a lesson.
#[derive(Debug, Clone)]
pub struct Search {
    /// What is looked for.
    pub needle: String,
    /// Where it is.
    pub found: Vec<Match>,
    /// Which of them is shown.
    pub at: usize,
}

impl Reader {
    /// A lesson at its beginning.
    #[must_use]
    pub fn new(model: &Model, lesson: usize) -> Self {
        let source = &model.course.lessons[lesson];
        let document = Document::parse(&source.body);
        let mut reader = Self {
            lesson,
            outputs: BTreeMap::new(),
            search: None,
            scroll: Scroll::default(),
            page: Page::default(),
            focus: None,
            anchor: (0, 0),
            document,
        };
        reader.page = Page::new(model, lesson, &reader.document, &reader.outputs);
        reader
    }

    /// Where the learner is, exactly.
    #[must_use]
    pub fn place(&self, course: &Course) -> Place {
        let id = course.lessons[self.lesson].id.clone();
        let (line, letters) = self.anchor;
        Place::Lesson { id, line, letters }
    }

    /// Which lines are in sight, in words.
    #[must_use]
    pub fn position(&self, model: &Model) -> String {
        let (lines, height) = (self.page.lines.len(), usize::from(model.body().height));
        let last = (self.scroll.top + height).min(lines);
        let percent = last * 100 / lines.max(1);
        let matches = self.search.as_ref().map(|search| match search.found.len() {
            0 => format!("\"{}\" is not here · ", search.needle),
            count => format!("match {} of {count} · ", search.at + 1),
        });
        format!("{}line {last} of {lines} · {percent}%", matches.unwrap_or_default())
    }

    /// The spot that Enter acts on: the one chosen while it is in sight, at the end the first thing that is next, or
    /// else the first code in sight.
    #[must_use]
    pub fn current(&self, height: usize) -> Option<usize> {
        let seen = self.scroll.top..self.scroll.top + height;
        let visible = |index: &usize| {
            let lines = &self.page.spots[*index].lines;
            lines.start < seen.end && lines.end > seen.start
        };
        let spots = 0..self.page.spots.len();
        self.focus.filter(visible).or_else(|| {
            let next = spots
                .clone()
                .find(|index| self.page.spots[*index].is_next && visible(index));
            let at_end = self.scroll.at_end(self.page.lines.len(), height);
            let code = spots
                .clone()
                .find(|index| matches!(self.page.spots[*index].kind, Kind::Code(_)) && visible(index));
            next.filter(|_| at_end && self.page.lines.len() > height)
                .or(code)
                .or(next)
        })
    }

    fn move_focus(&mut self, forward: bool, height: usize) {
        let count = self.page.spots.len();
        let seen = self.scroll.top..self.scroll.top + height;
        let in_sight = |index: &usize| seen.contains(&self.page.spots[*index].lines.start);
        let next = match (self.current(height).filter(in_sight), forward) {
            (Some(index), true) => (index + 1) % count,
            (Some(index), false) => (index + count - 1) % count,
            (None, true) => (0..count)
                .find(|index| self.page.spots[*index].lines.start >= seen.start)
                .unwrap_or(0),
            (None, false) => (0..count)
                .rev()
                .find(|index| self.page.spots[*index].lines.start < seen.end)
                .unwrap_or(0),
        };
        self.focus = Some(next);
        self.scroll
            .show(self.page.spots[next].lines.start, self.page.lines.len(), height);
    }

    fn next_block(&self, height: usize) -> Option<usize> {
        let is_code = |index: &usize| matches!(self.page.spots[*index].kind, Kind::Code(_));
        let current = self.current(height).filter(is_code);
        current.or_else(|| {
            (0..self.page.spots.len())
                .filter(is_code)
                .find(|index| self.page.spots[*index].lines.end > self.scroll.top)
        })
    }

    fn show_match(&mut self, step: isize, height: usize) {
        let Some(search) = &mut self.search else { return };
        let count = search.found.len();
        if count > 0 {
            search.at = (search.at + count).saturating_add_signed(step) % count;
            self.scroll
                .show(search.found[search.at].line, self.page.lines.len(), height);
        }
    }
}

/// Lays the lesson out anew: the width has changed, or there is output. What is at the top stays there.
pub fn lay_out(model: &mut Model) {
    let Screen::Reader(reader) = &model.screen else { return };
    let page = Page::new(model, reader.lesson, &reader.document, &reader.outputs);
    let height = usize::from(model.body().height);
    let Screen::Reader(reader) = &mut model.screen else {
        return;
    };
    let top = page.line_at(reader.anchor);
    reader.page = page;
    reader.scroll.top = top.min(reader.page.lines.len().saturating_sub(height));
    if let Some(search) = &mut reader.search {
        search.found = layout::find(&reader.page.lines, &search.needle);
        search.at = search.at.min(search.found.len().saturating_sub(1));
    }
    mark_read(model);
}

/// Goes where the reader was, at whatever width that was.
pub fn resume(model: &mut Model, anchor: (usize, usize)) {
    if let Screen::Reader(reader) = &mut model.screen {
        reader.anchor = anchor;
    }
    lay_out(model);
}

/// The reader has moved.
fn moved(model: &mut Model) {
    if let Screen::Reader(reader) = &mut model.screen {
        reader.anchor = reader.page.anchor(reader.scroll.top);
    }
    mark_read(model);
}

/// Begins a search.
pub fn find(model: &mut Model, needle: &str) {
    let height = usize::from(model.body().height);
    let Screen::Reader(reader) = &mut model.screen else {
        return;
    };
    if needle.is_empty() {
        reader.search = None;
        return;
    }
    let found = layout::find(&reader.page.lines, needle);
    let at = found
        .iter()
        .position(|spot| spot.line >= reader.scroll.top)
        .unwrap_or_default();
    reader.search = Some(Search {
        needle: needle.to_owned(),
        found,
        at,
    });
    reader.show_match(0, height);
    moved(model);
}

/// Goes to a line.
pub fn go_to(model: &mut Model, line: usize) {
    let height = usize::from(model.body().height);
    if let Screen::Reader(reader) = &mut model.screen {
        reader.scroll.top = line.min(reader.page.lines.len().saturating_sub(height));
    }
    moved(model);
}

/// Puts a run's report under its block.
pub fn show_output(model: &mut Model, block: usize, report: RunReport) {
    if let Screen::Reader(reader) = &mut model.screen {
        reader.outputs.insert(block, report);
    }
    lay_out(model);
    let height = usize::from(model.body().height);
    let Screen::Reader(reader) = &mut model.screen else {
        return;
    };
    let spot = reader.page.spots.iter().find(|spot| spot.kind == Kind::Code(block));
    let Some((output, end)) = spot.map(|spot| (spot.lines.end, spot.output_end)) else {
        return;
    };
    // As much of the output as fits under the last lines of the code.
    let wanted = end.saturating_sub(height).min(output.saturating_sub(KEPT_CODE));
    reader.scroll.top = reader.scroll.top.max(wanted);
    moved(model);
}

/// A lesson whose end has been in sight is read.
pub fn mark_read(model: &mut Model) {
    let Screen::Reader(reader) = &model.screen else { return };
    let id = &model.course.lessons[reader.lesson].id;
    let end = reader
        .scroll
        .at_end(reader.page.lines.len(), usize::from(model.body().height));
    if end && !model.progress.lessons.contains(id) {
        let id = id.clone();
        model.record(Change::LessonRead(id));
    }
}

/// Whether a command does something now.
#[must_use]
pub fn available(model: &Model, reader: &Reader, command: Command) -> bool {
    let height = usize::from(model.body().height);
    let lines = reader.page.lines.len();
    match command {
        Command::Activate => reader.current(height).is_some(),
        Command::RunBlock => reader.next_block(height).is_some(),
        Command::FocusNext | Command::FocusPrevious => !reader.page.spots.is_empty(),
        Command::Exercise => exercise_of(model, reader.lesson).is_some(),
        Command::Quiz => model.course.quiz(&model.course.lessons[reader.lesson].id).is_some(),
        Command::NextMatch | Command::PreviousMatch => {
            reader.search.as_ref().is_some_and(|search| !search.found.is_empty())
        }
        Command::Next => reader.lesson + 1 < model.course.lessons.len(),
        Command::Previous => reader.lesson > 0,
        Command::Outline => !reader.page.outline.is_empty(),
        Command::Down | Command::PageDown | Command::Bottom => !reader.scroll.at_end(lines, height),
        Command::Up | Command::PageUp | Command::Top => reader.scroll.top > 0,
        _ => true,
    }
}

/// The exercise to do after a lesson: the first on the road before the next lesson, or one that practises it.
#[must_use]
pub fn exercise_of(model: &Model, lesson: usize) -> Option<usize> {
    if let Some(Stop::Exercise(index)) = model.map.after(Stop::Lesson(lesson)) {
        return Some(index);
    }
    let id = model.course.lessons[lesson].front.exercises.first()?;
    model.course.exercises.iter().position(|exercise| exercise.id == *id)
}

/// Carries a command out.
pub fn command(model: &mut Model, command: Command) {
    let height = usize::from(model.body().height);
    let Screen::Reader(reader) = &mut model.screen else {
        return;
    };
    let lesson = reader.lesson;
    match command {
        Command::Back if reader.search.is_some() => reader.search = None,
        Command::Back => navigate::home(model),
        Command::NextMatch => {
            reader.show_match(1, height);
            moved(model);
        }
        Command::PreviousMatch => {
            reader.show_match(-1, height);
            moved(model);
        }
        Command::FocusNext => {
            reader.move_focus(true, height);
            moved(model);
        }
        Command::FocusPrevious => {
            reader.move_focus(false, height);
            moved(model);
        }
        Command::Activate => {
            let kind = reader
                .current(height)
                .map(|index| reader.page.spots[index].kind.clone());
            match kind {
                Some(Kind::Code(block)) => run(model, block),
                Some(Kind::Link(target)) if !navigate::follow(model, &target) => {
                    model.complain(format!("The course has no {target}"));
                }
                _ => {}
            }
        }
        Command::RunBlock => {
            if let Some(index) = reader.next_block(height)
                && let Kind::Code(block) = reader.page.spots[index].kind
            {
                reader.focus = Some(index);
                run(model, block);
            }
        }
        Command::Next => navigate::open(model, Stop::Lesson(lesson + 1)),
        Command::Previous => navigate::open(model, Stop::Lesson(lesson.saturating_sub(1))),
        Command::Exercise => {
            if let Some(index) = exercise_of(model, lesson) {
                navigate::open(model, Stop::Exercise(index));
            }
        }
        Command::Quiz => {
            let id = model.course.lessons[lesson].id.clone();
            navigate::quiz(model, Some(&id));
        }
        Command::Outline => {
            let outline = Outline::new(&reader.page.outline, reader.scroll.top);
            model.overlay = Some(Overlay::Outline(outline));
        }
        Command::Find => {
            let needle = reader
                .search
                .as_ref()
                .map(|search| search.needle.clone())
                .unwrap_or_default();
            model.overlay = Some(Overlay::Finding(Finding::new(Target::Lesson, &needle)));
        }
        _ => {
            if let Some(motion) = command.motion() {
                reader.scroll.go(motion, reader.page.lines.len(), height);
                moved(model);
            }
        }
    }
}

fn run(model: &mut Model, block: usize) {
    let Screen::Reader(reader) = &model.screen else { return };
    let Some(code) = reader.page.code.get(block) else {
        return;
    };
    let scenario = code
        .run
        .as_ref()
        .and_then(|name| model.course.lessons[reader.lesson].front.run.get(name));
    let (scenario, text) = (scenario.cloned().unwrap_or_default(), code.text.clone());
    let id = model.start_run(RunWhat::Block(block));
    model.effect(Effect::RunBlock(id, Box::new(scenario), text));
}

/// What the title line says.
#[must_use]
pub fn title(model: &Model, reader: &Reader) -> (String, String) {
    let lesson = &model.course.lessons[reader.lesson];
    let read = if model.progress.lessons.contains(&lesson.id) {
        "read · "
    } else {
        ""
    };
    (
        Stop::Lesson(reader.lesson).title(&model.course),
        format!("{read}{} min", lesson.front.minutes),
    )
}

/// Draws the screen.
pub fn view(model: &Model, reader: &Reader, frame: &mut Frame<'_>, area: Rect) {
    let theme = model.theme;
    let top = reader.scroll.top;
    let text = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(1),
        ..area
    };
    let buffer = frame.buffer_mut();
    paint::lines(buffer, text, &reader.page.lines, top, theme);
    if let Some(search) = &reader.search {
        paint::matches(
            buffer,
            text,
            &search.found,
            top,
            theme.accent().add_modifier(Modifier::REVERSED),
        );
        if let Some(spot) = search.found.get(search.at) {
            paint::matches(buffer, text, &[*spot], top, theme.found());
        }
    }
    let Some(spot) = reader
        .current(usize::from(area.height))
        .map(|index| &reader.page.spots[index])
    else {
        return;
    };
    for line in spot.lines.clone() {
        let Some(row) = line.checked_sub(top).filter(|row| *row < usize::from(area.height)) else {
            continue;
        };
        let y = area.y + u16::try_from(row).unwrap_or(u16::MAX);
        paint::text(buffer, Rect::new(area.x, y, 1, 1), "▌", theme.accent());
        if line == spot.lines.start && matches!(spot.kind, Kind::Code(_)) {
            let running = model.run.is_some_and(|run| spot.kind.is_run(run.what));
            let words = if running {
                "  running…".to_owned()
            } else {
                format!("  ▸ {} runs this", key_for(Context::Reader, Command::Activate))
            };
            paint::text(
                buffer,
                Rect { y, height: 1, ..text },
                &words,
                theme.accent().add_modifier(Modifier::BOLD),
            );
        }
    }
    if let Kind::Link(target) = &spot.kind {
        highlight_link(model, reader, spot.lines.start, target, frame, text);
    }
}

fn highlight_link(model: &Model, reader: &Reader, line: usize, target: &str, frame: &mut Frame<'_>, text: Rect) {
    let Some(content) = reader.page.lines.get(line) else {
        return;
    };
    let mut start = 0;
    for span in &content.spans {
        let end = start + span.width();
        if span.link.as_deref() == Some(target) {
            let spot = Match { line, start, end };
            paint::matches(
                frame.buffer_mut(),
                text,
                &[spot],
                reader.scroll.top,
                model.theme.selected(),
            );
        }
        start = end;
    }
}
