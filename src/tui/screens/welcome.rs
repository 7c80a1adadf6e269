//! The first screen of the first start: what this is, and which key begins.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::markdown::{Document, Layout};
use crate::tui::course_map::Stop;
use crate::tui::keymap::{Command, Context, key_for};
use crate::tui::model::{Model, Screen};
use crate::tui::navigate;
use crate::tui::paint;
use crate::tui::scroll::Scroll;

/// Whether a command does something now.
#[must_use]
pub fn available(model: &Model, scroll: Scroll, command: Command) -> bool {
    let end = || scroll.at_end(layout(model).lines.len(), usize::from(model.body().height));
    match command {
        Command::Begin => !model.course.lessons.is_empty(),
        Command::Up | Command::PageUp | Command::Top => scroll.top > 0,
        Command::Down | Command::PageDown | Command::Bottom => !end(),
        _ => true,
    }
}

/// Carries a command out.
pub fn command(model: &mut Model, command: Command) {
    let lines = layout(model).lines.len();
    let height = usize::from(model.body().height);
    match command {
        Command::Begin => navigate::open(model, Stop::Lesson(0)),
        Command::Map => navigate::home(model),
        _ => {
            if let (Some(motion), Screen::Welcome(scroll)) = (command.motion(), &mut model.screen) {
                scroll.go(motion, lines, height);
            }
        }
    }
}

/// Draws the screen.
pub fn view(model: &Model, scroll: Scroll, frame: &mut Frame<'_>, area: Rect) {
    let layout = layout(model);
    paint::lines(frame.buffer_mut(), area, &layout.lines, scroll.top, model.theme);
}

fn layout(model: &Model) -> Layout {
    let tally = model.map.tally(&model.course, &model.progress);
    let key = |command| key_for(Context::Welcome, command);
    let text = format!(
        "# {title}\n\n{summary}\n\n\
         - **Lessons** to read: {lessons}, a few minutes each. Their code runs where it stands.\n\
         - **Exercises** to solve: {exercises}. You write the handler here, press one key, and see at once what a \
         caller would see.\n\
         - **Quizzes** to check yourself. What you miss comes back later.\n\n\
         Everything runs on this computer: no account, no network, nothing to pay. All you do is kept; leave at any \
         moment and go on where you were.\n\n\
         Press **{begin}** to begin with the first lesson, or **{map}** for the map of the course. The keys that work \
         are always at the foot of the screen; **{help}** lists them all.\n",
        title = model.course.title,
        summary = model.course.summary,
        lessons = tally.lessons,
        exercises = tally.exercises,
        begin = key(Command::Begin),
        map = key(Command::Map),
        help = key(Command::Help),
    );
    Document::parse(&text).layout(usize::from(model.body().width).min(76))
}
