//! The state of the whole program.

use std::sync::Arc;
use std::time::Duration;

use ratatui::layout::{Rect, Size};

use super::course_map::CourseMap;
use super::keymap::Context;
use super::msg::{Effect, RunId};
use super::overlays::Overlay;
use super::ports::{Change, Place, Progress};
use super::screens::home::Home;
use super::screens::quiz::{QuizState, Stage};
use super::screens::reader::Reader;
use super::screens::workspace::Workspace;
use super::scroll::Scroll;
use super::theme::Theme;
use crate::course::Course;

/// The smallest terminal that the screens fit in.
pub const MIN_SIZE: Size = Size::new(60, 15);

/// The state of the whole program.
#[derive(Debug, Clone)]
pub struct Model {
    /// What is taught.
    pub course: Arc<Course>,
    /// Lessons and exercises in the order of the course.
    pub map: Arc<CourseMap>,
    /// The learner's way so far, as the store has it or will have it.
    pub progress: Progress,
    /// How things look.
    pub theme: Theme,
    /// The terminal's size.
    pub size: Size,
    /// What is open.
    pub screen: Screen,
    /// The course map keeps its place while something else is open.
    pub home: Home,
    /// What lies over the screen.
    pub overlay: Option<Overlay>,
    /// What is running.
    pub run: Option<Run>,
    /// One line of news; the next key takes it away.
    pub notice: Option<Notice>,
    /// The key before this one was Ctrl-C, and it copied.
    pub copied: bool,
    /// Whether the learner has named an editor of their own.
    pub own_editor: bool,
    pub(super) next_run: RunId,
    pub(super) effects: Vec<Effect>,
}

/// What is open.
#[derive(Debug, Clone)]
pub enum Screen {
    /// The first screen of the first start.
    Welcome(Scroll),
    /// The course map.
    Home,
    /// A lesson.
    Reader(Box<Reader>),
    /// An exercise.
    Workspace(Box<Workspace>),
    /// A quiz.
    Quiz(Box<QuizState>),
}

/// Code that is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Which run it is.
    pub id: RunId,
    /// What is run.
    pub what: RunWhat,
    /// For how long, once that is worth saying.
    pub elapsed: Option<Duration>,
}

/// What is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunWhat {
    /// The cases of the exercise.
    Cases,
    /// A block of the lesson, by its place in it.
    Block(usize),
    /// An event.
    Event,
}

/// One line of news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it says.
    pub text: String,
    /// Whether something went wrong.
    pub bad: bool,
}

impl Model {
    /// A program that has just been started.
    #[must_use]
    pub fn new(course: Arc<Course>, progress: Progress, theme: Theme, size: Size) -> Self {
        let map = Arc::new(CourseMap::new(&course));
        let is_new = progress.place.is_none() && progress.lessons.is_empty() && progress.exercises.is_empty();
        let screen = if is_new {
            Screen::Welcome(Scroll::default())
        } else {
            Screen::Home
        };
        Self {
            course,
            map,
            progress,
            theme,
            size,
            screen,
            home: Home::default(),
            overlay: None,
            run: None,
            notice: None,
            copied: false,
            own_editor: false,
            next_run: 1,
            effects: Vec::new(),
        }
    }

    /// The contexts in which a key is looked up, the innermost first.
    #[must_use]
    pub fn contexts(&self) -> Vec<Context> {
        let mut contexts = Vec::new();
        if self.run.is_some() {
            contexts.push(Context::Running);
        }
        match &self.overlay {
            Some(overlay) => contexts.extend(overlay.contexts()),
            None => match &self.screen {
                Screen::Welcome(_) => contexts.push(Context::Welcome),
                Screen::Home => contexts.push(Context::Home),
                Screen::Reader(reader) => {
                    if reader.search.is_some() {
                        contexts.push(Context::Matches);
                    }
                    contexts.push(Context::Reader);
                }
                Screen::Workspace(workspace) if workspace.editing => {
                    contexts.extend([Context::CodeEditor, Context::Editor]);
                }
                Screen::Workspace(_) => contexts.push(Context::Workspace),
                Screen::Quiz(quiz) => contexts.push(match quiz.stage {
                    Stage::Asking if quiz.types() => Context::Answering,
                    Stage::Asking => Context::Choosing,
                    Stage::Answered(_) => Context::Answered,
                    Stage::Done => Context::QuizDone,
                }),
            },
        }
        contexts.push(Context::Anywhere);
        contexts
    }

    /// Where the screens draw: all but the title, the rule and the foot, with a margin.
    #[must_use]
    pub fn body(&self) -> Rect {
        let width = self.size.width.saturating_sub(2);
        Rect::new(1, 1, width, self.size.height.saturating_sub(3))
    }

    /// Has something done outside the model.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Takes a change in and has it kept.
    pub fn record(&mut self, change: Change) {
        self.progress.apply(&change);
        self.effect(Effect::Record(change));
    }

    /// Says something.
    pub fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            text: text.into(),
            bad: false,
        });
    }

    /// Says that something went wrong.
    pub fn complain(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            text: text.into(),
            bad: true,
        });
    }

    /// Begins a run.
    pub fn start_run(&mut self, what: RunWhat) -> RunId {
        let id = self.next_run;
        self.next_run += 1;
        self.run = Some(Run {
            id,
            what,
            elapsed: None,
        });
        id
    }

    /// Where the learner is, exactly; none on the welcome screen.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        match &self.screen {
            Screen::Welcome(_) => None,
            Screen::Home => Some(Place::Home {
                selected: self.home.selected_name(self),
            }),
            Screen::Reader(reader) => Some(reader.place(&self.course)),
            Screen::Workspace(workspace) => Some(workspace.place()),
            Screen::Quiz(quiz) => quiz.place(),
        }
    }
}
