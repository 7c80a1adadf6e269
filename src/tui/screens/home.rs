//! The course map: what there is, what is done, where to go on.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::course::Course;
use crate::markdown::Role;
use crate::markdown::line::width;
use crate::tui::course_map::{CourseMap, Stop};
use crate::tui::keymap::Command;
use crate::tui::model::Model;
use crate::tui::navigate;
use crate::tui::overlays::Overlay;
use crate::tui::overlays::finding::{Finding, Target};
use crate::tui::paint;
use crate::tui::scroll::{Motion, Scroll};

/// Lines above the list.
const HEAD: u16 = 4;

/// The course map's own state.
#[derive(Debug, Clone, Default)]
pub struct Home {
    /// What is selected.
    pub selected: Option<Row>,
    /// Only what has this in its title is shown.
    pub filter: String,
}

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// Where the course goes on.
    Continue(Stop),
    /// Questions that are due.
    Review(usize),
    /// A lesson or an exercise.
    Stop(Stop),
}

impl Home {
    /// Selects a stop.
    pub fn select(&mut self, map: &CourseMap, stop: Stop) {
        if map.stops().contains(&stop) {
            self.selected = Some(Row::Stop(stop));
        }
    }

    /// Selects what was selected when the program was left.
    pub fn select_named(&mut self, course: &Course, map: &CourseMap, name: &str) {
        self.selected = map
            .stops()
            .iter()
            .find(|stop| stop.name(course) == name)
            .map(|stop| Row::Stop(*stop));
    }

    /// What is selected, by name; empty for the row that continues.
    #[must_use]
    pub fn selected_name(&self, model: &Model) -> String {
        match self.selected {
            Some(Row::Stop(stop)) => stop.name(&model.course),
            _ => String::new(),
        }
    }
}

/// How many questions are due.
#[must_use]
pub fn due(model: &Model) -> usize {
    let questions = model.course.quizzes.iter().flat_map(|quiz| &quiz.questions);
    questions
        .filter(|question| {
            model
                .progress
                .questions
                .get(&question.id)
                .is_some_and(|state| state.due)
        })
        .count()
}

fn rows(model: &Model) -> Vec<Row> {
    let filter = model.home.filter.to_lowercase();
    let mut rows = Vec::new();
    if filter.is_empty() {
        rows.extend(model.map.next_open(&model.course, &model.progress).map(Row::Continue));
        rows.extend(Some(due(model)).filter(|due| *due > 0).map(Row::Review));
    }
    let stops = model.map.stops().iter();
    rows.extend(
        stops
            .filter(|stop| stop.title(&model.course).to_lowercase().contains(&filter))
            .map(|stop| Row::Stop(*stop)),
    );
    rows
}

fn selected_index(model: &Model, rows: &[Row]) -> usize {
    model
        .home
        .selected
        .and_then(|selected| rows.iter().position(|row| *row == selected))
        .unwrap_or_default()
}

/// Whether a command does something now.
#[must_use]
pub fn available(model: &Model, command: Command) -> bool {
    let rows = rows(model);
    let selected = rows.get(selected_index(model, &rows)).copied();
    match command {
        Command::Open => selected.is_some(),
        Command::Continue => model.map.next_open(&model.course, &model.progress).is_some(),
        Command::Review => due(model) > 0,
        Command::Quiz => quiz_of(model, selected).is_some(),
        Command::Back => !model.home.filter.is_empty(),
        Command::Up | Command::Down | Command::PageUp | Command::PageDown | Command::Top | Command::Bottom => {
            rows.len() > 1
        }
        _ => true,
    }
}

fn quiz_of(model: &Model, row: Option<Row>) -> Option<String> {
    match row? {
        Row::Stop(Stop::Lesson(index)) | Row::Continue(Stop::Lesson(index)) => {
            let id = &model.course.lessons[index].id;
            model.course.quiz(id).map(|quiz| quiz.lesson.clone())
        }
        _ => None,
    }
}

/// Carries a command out.
pub fn command(model: &mut Model, command: Command) {
    let rows = rows(model);
    let index = selected_index(model, &rows);
    let selected = rows.get(index).copied();
    match command {
        Command::Open => match selected {
            Some(Row::Continue(stop) | Row::Stop(stop)) => navigate::open(model, stop),
            Some(Row::Review(_)) => navigate::quiz(model, None),
            None => {}
        },
        Command::Continue => {
            if let Some(stop) = model.map.next_open(&model.course, &model.progress) {
                navigate::open(model, stop);
            }
        }
        Command::Review => navigate::quiz(model, None),
        Command::Quiz => {
            if let Some(lesson) = quiz_of(model, selected) {
                navigate::quiz(model, Some(&lesson));
            }
        }
        Command::Find => model.overlay = Some(Overlay::Finding(Finding::new(Target::Course, &model.home.filter))),
        Command::Back => model.home.filter.clear(),
        _ => {
            if let Some(motion) = command.motion() {
                let page = usize::from(model.body().height.saturating_sub(HEAD)).max(2) - 1;
                let last = rows.len().saturating_sub(1);
                let to = match motion {
                    Motion::Up => index.saturating_sub(1),
                    Motion::Down => index + 1,
                    Motion::PageUp => index.saturating_sub(page),
                    Motion::PageDown => index + page,
                    Motion::Top => 0,
                    Motion::Bottom => last,
                };
                model.home.selected = rows.get(to.min(last)).copied();
            }
        }
    }
}

/// Draws the screen.
pub fn view(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let buffer = frame.buffer_mut();
    head(
        model,
        buffer,
        Rect {
            height: HEAD.min(area.height),
            ..area
        },
    );
    let list = Rect {
        y: area.y + HEAD,
        height: area.height.saturating_sub(HEAD),
        ..area
    };
    let rows = rows(model);
    let index = selected_index(model, &rows);
    if rows.is_empty() {
        let text = format!("Nothing has \"{}\" in its title.", model.home.filter);
        paint::text(buffer, list, &text, model.theme.quiet());
    }
    let height = usize::from(list.height);
    let mut scroll = Scroll {
        top: (index + 1).saturating_sub(height.saturating_sub(height / 3)),
    };
    scroll.show(index, rows.len(), height);
    for (y, (at, row)) in (list.y..list.bottom()).zip(rows.iter().enumerate().skip(scroll.top)) {
        draw_row(model, buffer, Rect { y, height: 1, ..list }, *row, at == index);
    }
}

fn head(model: &Model, buffer: &mut Buffer, area: Rect) {
    let theme = model.theme;
    let tally = model.map.tally(&model.course, &model.progress);
    let line = |row: u16| Rect {
        y: area.y + row,
        height: 1,
        ..area
    };
    paint::text(buffer, line(0), &model.course.summary, theme.quiet());
    let words = format!(
        "{} of {} lessons · {} of {} exercises · {} min left",
        tally.lessons_read, tally.lessons, tally.exercises_passed, tally.exercises, tally.minutes_left
    );
    let done = tally.lessons_read + tally.exercises_passed;
    let all = (tally.lessons + tally.exercises).max(1);
    // The words matter more than the bar.
    let room = usize::from(area.width).saturating_sub(width(&words) + 2);
    let cells = if room < 4 { 0 } else { room.min(24) };
    let full = done * cells / all;
    let x = paint::text(buffer, line(2), &"█".repeat(full), theme.role(Role::Good));
    let rest = Rect {
        x,
        width: area.right() - x,
        ..line(2)
    };
    let x = paint::text(buffer, rest, &"░".repeat(cells - full), theme.quiet());
    let rest = Rect {
        x: x + 2,
        width: area.right().saturating_sub(x + 2),
        ..line(2)
    };
    paint::text(buffer, rest, &words, theme.title());
    if !model.home.filter.is_empty() {
        paint::text(
            buffer,
            line(3),
            &format!("Only what has \"{}\" in its title", model.home.filter),
            theme.accent(),
        );
    }
}

fn draw_row(model: &Model, buffer: &mut Buffer, area: Rect, row: Row, selected: bool) {
    let theme = model.theme;
    let (mark, role, text, state) = match row {
        Row::Continue(stop) => {
            let verb = if model.progress.place.is_none() {
                "Begin"
            } else {
                "Continue"
            };
            (
                "▸",
                Role::Accent,
                format!("{verb}: {}", stop.title(&model.course)),
                String::new(),
            )
        }
        Row::Review(due) => {
            let questions = if due == 1 { "question" } else { "questions" };
            (
                "▸",
                Role::Accent,
                format!("Review: {due} {questions} due"),
                String::new(),
            )
        }
        Row::Stop(stop) => stop_row(model, stop),
    };
    let minutes = match row {
        Row::Continue(stop) | Row::Stop(stop) => format!("{} min", stop.minutes(&model.course)),
        Row::Review(_) => String::new(),
    };
    let pointer = if selected { "›" } else { " " };
    let x = paint::text(
        buffer,
        area,
        &format!("{pointer} "),
        theme.accent().add_modifier(Modifier::BOLD),
    );
    let x = paint::text(
        buffer,
        Rect {
            x,
            width: area.right() - x,
            ..area
        },
        &format!("{mark} "),
        theme.role(role),
    );
    let right = format!("{state}  {minutes:>6}");
    let room = (area.right() - x).saturating_sub(u16::try_from(width(&right)).unwrap_or(u16::MAX) + 2);
    let style = if matches!(row, Row::Stop(_)) {
        ratatui::style::Style::default()
    } else {
        theme.title()
    };
    paint::text(buffer, Rect { x, width: room, ..area }, &text, style);
    paint::text_right(buffer, area, &right, theme.quiet());
    if selected {
        buffer.set_style(area, theme.selected());
    }
}

/// Mark, its role, title and state of a stop. The state says in words what the mark says.
fn stop_row(model: &Model, stop: Stop) -> (&'static str, Role, String, String) {
    let done = stop.is_done(&model.course, &model.progress);
    match stop {
        Stop::Lesson(index) => {
            let lesson = &model.course.lessons[index];
            let read = if done { "read" } else { "" };
            let quiz = quiz_state(model, &lesson.id);
            let between = if done && !quiz.is_empty() { ", " } else { "" };
            let text = format!("{:>2} {}", index + 1, lesson.front.title);
            (
                if done { "✓" } else { "○" },
                if done { Role::Good } else { Role::Quiet },
                text,
                format!("{read}{between}{quiz}"),
            )
        }
        Stop::Exercise(index) => {
            let exercise = &model.course.exercises[index];
            let state = model.progress.exercise(&exercise.id);
            let (mark, role, words) = match (state.passed, state.attempts) {
                (true, _) => ("✓", Role::Good, "passed".to_owned()),
                (false, 0) => ("○", Role::Quiet, String::new()),
                (false, 1) => ("◐", Role::Accent, "tried once".to_owned()),
                (false, times) => ("◐", Role::Accent, format!("tried {times} times")),
            };
            (mark, role, format!("   Exercise: {}", exercise.manifest.title), words)
        }
    }
}

fn quiz_state(model: &Model, lesson: &str) -> String {
    let Some(quiz) = model.course.quiz(lesson) else {
        return String::new();
    };
    let states = quiz
        .questions
        .iter()
        .filter_map(|question| model.progress.questions.get(&question.id));
    let (answered, right) = states.fold((0, 0), |(all, right), state| {
        (all + 1, right + usize::from(state.right))
    });
    if answered == 0 {
        "quiz".to_owned()
    } else {
        format!("quiz {right} of {}", quiz.questions.len())
    }
}
