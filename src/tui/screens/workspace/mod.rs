//! The exercise workspace: brief, editor, results, log.

pub mod card;
pub mod files;
pub mod results;
pub mod view;

use std::sync::Arc;

use ratatui::layout::Rect;

use self::files::OpenFile;
use self::results::Results;
use crate::course::Exercise;
use crate::grade::{ExerciseStatus, RunReport, Submission};
use crate::markdown::{Document, Line};
use crate::tui::course_map::Stop;
use crate::tui::editor::Edit;
use crate::tui::keymap::Command;
use crate::tui::model::{Model, RunWhat, Screen};
use crate::tui::msg::Effect;
use crate::tui::navigate;
use crate::tui::overlays::ask::Ask;
use crate::tui::overlays::events::Events;
use crate::tui::overlays::finding::{Finding, Target};
use crate::tui::overlays::solution::SolutionView;
use crate::tui::overlays::{Overlay, hints};
use crate::tui::ports::Place;
use crate::tui::scroll::Scroll;

/// A part of the workspace: a tab, or a pane where there is room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The contract.
    Brief,
    /// The editor.
    Code,
    /// What grading said.
    Results,
    /// What was logged.
    Log,
}

impl Tab {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Brief, Self::Code, Self::Results, Self::Log];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Brief => "Brief",
            Self::Code => "Code",
            Self::Results => "Results",
            Self::Log => "Log",
        }
    }

    fn step(self, by: usize) -> Self {
        Self::ALL[(self as usize + by) % Self::ALL.len()]
    }
}

/// An exercise that is open.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Its place in the course.
    pub index: usize,
    /// The exercise.
    pub exercise: Arc<Exercise>,
    /// The learner's files; empty until they are read.
    pub files: Vec<OpenFile>,
    /// Which of them is in the editor.
    pub file: usize,
    /// What is in front.
    pub tab: Tab,
    /// Whether keys go to the editor.
    pub editing: bool,
    /// Where each tab is scrolled to; the editor has its own.
    pub scrolls: [Scroll; 4],
    /// What grading said last.
    pub results: Option<Results>,
    /// Whether every failing case is shown open.
    pub all_cases: bool,
    /// What an event showed last, with its name.
    pub event: Option<(String, RunReport)>,
    /// An event the learner wrote.
    pub own_event: Option<String>,
    /// Where to go once the files are there.
    pub resume: Option<Place>,
    brief: Document,
}

impl Workspace {
    /// An exercise whose files are still to be read.
    #[must_use]
    pub fn new(model: &Model, index: usize) -> Self {
        let exercise = Arc::new(model.course.exercises[index].clone());
        let manifest = &exercise.manifest;
        let title = if exercise.brief.trim_start().starts_with("# ") {
            String::new()
        } else {
            format!("# {}\n\n", manifest.title)
        };
        let brief = Document::parse(&format!("{title}{}", exercise.brief));
        Self {
            index,
            files: Vec::new(),
            file: 0,
            tab: Tab::Brief,
            editing: false,
            scrolls: [Scroll::default(); 4],
            results: None,
            all_cases: false,
            event: None,
            own_event: None,
            resume: None,
            brief,
            exercise,
        }
    }

    /// Where the learner is, exactly.
    #[must_use]
    pub fn place(&self) -> Place {
        if let Some(place) = &self.resume {
            return place.clone();
        }
        let open = self.files.get(self.file);
        let (row, column) = open.map(|open| open.editor.cursor()).unwrap_or_default();
        Place::Exercise {
            id: self.exercise.id.clone(),
            tab: self.tab as usize,
            editing: self.editing,
            file: open.map(|open| open.name.clone()).unwrap_or_default(),
            row,
            column,
        }
    }

    /// All that is graded: what the editor holds.
    #[must_use]
    pub fn submission(&self) -> Submission {
        Submission::new(
            self.files
                .iter()
                .map(|open| (open.name.clone(), open.bytes()))
                .collect(),
        )
    }

    /// The file in the editor.
    pub fn open_file(&mut self) -> Option<&mut OpenFile> {
        self.files.get_mut(self.file)
    }

    /// Whether every case passed at the last check.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.results
            .as_ref()
            .is_some_and(|results| results.status == Some(ExerciseStatus::Pass))
    }

    /// The lines of a tab at a width.
    #[must_use]
    pub fn lines(&self, model: &Model, tab: Tab, width: usize) -> Vec<Line> {
        match tab {
            Tab::Brief => self.brief.layout(width.min(78)).lines,
            Tab::Code => Vec::new(),
            Tab::Results => card::lines(model, self, width),
            Tab::Log => card::log_lines(self, width),
        }
    }
}

/// Whether a command does something now.
#[must_use]
pub fn available(model: &Model, workspace: &Workspace, command: Command) -> bool {
    let loaded = !workspace.files.is_empty();
    match command {
        Command::Type | Command::Check | Command::Reset => loaded,
        Command::OwnEditor => loaded && model.own_editor,
        Command::Edit(edit) => workspace
            .files
            .get(workspace.file)
            .is_some_and(|open| open.editor.can(edit)),
        Command::Events => loaded && !workspace.exercise.manifest.resources.functions.is_empty(),
        Command::Hint => !workspace.exercise.hints.is_empty(),
        Command::Solution => loaded && !workspace.exercise.solution.is_empty(),
        Command::AllCases => workspace
            .results
            .as_ref()
            .is_some_and(|results| results.failing().count() > 1),
        Command::NextFile => workspace.files.len() > 1,
        Command::Next => {
            let passed = model.progress.exercise(&workspace.exercise.id).passed;
            passed && model.map.after(Stop::Exercise(workspace.index)).is_some()
        }
        Command::Previous => workspace.index > 0,
        Command::NextMatch | Command::PreviousMatch => {
            workspace.files.get(workspace.file).is_some_and(|open| open.searched)
        }
        Command::Down | Command::PageDown | Command::Bottom => {
            let (lines, height, top) = extent(model, workspace);
            !Scroll { top }.at_end(lines, height)
        }
        Command::Up | Command::PageUp | Command::Top => workspace.scrolls[workspace.tab as usize].top > 0,
        _ => true,
    }
}

/// How long the open tab is, how much of it is in sight, and from where.
#[must_use]
pub fn extent(model: &Model, workspace: &Workspace) -> (usize, usize, usize) {
    let area = view::panes(model, workspace).text(workspace.tab);
    let lines = workspace.lines(model, workspace.tab, usize::from(area.width)).len();
    (
        lines,
        usize::from(area.height),
        workspace.scrolls[workspace.tab as usize].top,
    )
}

/// Carries a command out.
pub fn command(model: &mut Model, command: Command) {
    let editor_area = editor_area(model);
    let height = usize::from(editor_area.height);
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    match command {
        Command::Back => navigate::home(model),
        Command::Type => {
            workspace.tab = Tab::Code;
            workspace.editing = true;
        }
        Command::StopTyping => workspace.editing = false,
        Command::Edit(Edit::Copy) => files::copy(model, height),
        Command::Edit(edit) => {
            if let Some(open) = workspace.open_file() {
                open.editor.edit(edit, height);
                open.editor.follow(editor_area);
            }
            files::keep_draft(model);
        }
        Command::Find => model.overlay = Some(Overlay::Finding(Finding::new(Target::Code, ""))),
        Command::NextMatch | Command::PreviousMatch => find(model, command == Command::NextMatch),
        Command::Check => check(model),
        Command::Hint => hints::open(model),
        Command::Solution => solution(model),
        Command::Reset => model.overlay = Some(Overlay::Ask(Ask::Reset)),
        Command::Events => model.overlay = Some(Overlay::Events(Events::new(workspace))),
        Command::AllCases => workspace.all_cases = !workspace.all_cases,
        Command::OwnEditor => own_editor(model),
        Command::NextFile => workspace.file = (workspace.file + 1) % workspace.files.len().max(1),
        Command::Tab(index) => workspace.tab = Tab::ALL[index.min(3)],
        Command::NextTab => workspace.tab = workspace.tab.step(1),
        Command::PreviousTab => workspace.tab = workspace.tab.step(3),
        Command::Next => {
            if let Some(stop) = model.map.after(Stop::Exercise(workspace.index)) {
                navigate::open(model, stop);
            }
        }
        Command::Previous => {
            let stop = Stop::Exercise(workspace.index.saturating_sub(1));
            navigate::open(model, stop);
        }
        _ => scroll(model, command),
    }
}

/// Puts typed text into the editor.
pub fn typed(model: &mut Model, text: &str) {
    let area = editor_area(model);
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    let Some(open) = workspace.open_file() else { return };
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(char), None) => open.editor.edit(Edit::Insert(char), usize::from(area.height)),
        _ => open.editor.insert(text),
    }
    open.editor.follow(area);
    files::keep_draft(model);
}

/// Begins a search in the editor, or goes on with it.
pub fn find_text(model: &mut Model, needle: &str) {
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    if let Some(open) = workspace.open_file() {
        open.editor.set_needle(needle);
        open.searched = !needle.is_empty();
    }
    if !needle.is_empty() {
        find(model, true);
    }
}

/// Where the editor's text is.
#[must_use]
pub fn editor_area(model: &Model) -> Rect {
    match &model.screen {
        Screen::Workspace(workspace) => view::panes(model, workspace).text(Tab::Code),
        _ => Rect::default(),
    }
}

/// The cursor is in sight again: the size has changed, or another file is open.
pub fn follow_cursor(model: &mut Model) {
    let area = editor_area(model);
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    if let Some(open) = workspace.open_file() {
        open.editor.follow(area);
    }
}

fn find(model: &mut Model, forward: bool) {
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    let found = workspace.open_file().is_some_and(|open| open.editor.find(forward));
    if found {
        follow_cursor(model);
    } else {
        model.say("Not found");
    }
}

fn scroll(model: &mut Model, command: Command) {
    let Screen::Workspace(workspace) = &model.screen else {
        return;
    };
    let (lines, height, _) = extent(model, workspace);
    let editor = editor_area(model);
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    let Some(motion) = command.motion() else { return };
    if workspace.tab == Tab::Code {
        let motion = command.editor_move();
        if let (Some(motion), Some(open)) = (motion, workspace.open_file()) {
            open.editor.edit(Edit::Move(motion), usize::from(editor.height));
            open.editor.follow(editor);
        }
        return;
    }
    workspace.scrolls[workspace.tab as usize].go(motion, lines, height);
}

/// Saves what is not saved and grades it.
pub fn check(model: &mut Model) {
    files::save(model);
    let id = model.start_run(RunWhat::Cases);
    let wide = view::is_wide(model);
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    workspace.results = Some(Results::waiting(&workspace.exercise));
    workspace.all_cases = false;
    workspace.event = None;
    workspace.scrolls[Tab::Results as usize] = Scroll::default();
    workspace.scrolls[Tab::Log as usize] = Scroll::default();
    if !wide || !workspace.editing {
        workspace.tab = Tab::Results;
        workspace.editing = false;
    }
    let (exercise, submission) = (workspace.exercise.clone(), workspace.submission());
    model.effect(Effect::Grade(id, exercise, submission));
}

/// Runs the function with an event, ungraded.
pub fn run_event(model: &mut Model, name: &str, event: String) {
    files::save(model);
    let id = model.start_run(RunWhat::Event);
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    workspace.event = Some((name.to_owned(), RunReport::default()));
    workspace.tab = Tab::Log;
    workspace.editing = false;
    workspace.scrolls[Tab::Log as usize] = Scroll::default();
    let (exercise, submission) = (workspace.exercise.clone(), workspace.submission());
    model.effect(Effect::RunEvent(id, exercise, submission, event));
}

/// The solution is open to who has passed; others are asked whether they mean it.
fn solution(model: &mut Model) {
    let Screen::Workspace(workspace) = &model.screen else {
        return;
    };
    let state = model.progress.exercise(&workspace.exercise.id);
    model.overlay = Some(if state.passed || state.solution_seen {
        Overlay::Solution(SolutionView::default())
    } else {
        Overlay::Ask(Ask::Solution)
    });
}

fn own_editor(model: &mut Model) {
    files::save(model);
    let Screen::Workspace(workspace) = &model.screen else {
        return;
    };
    let Some(open) = workspace.files.get(workspace.file) else {
        return;
    };
    let line = open.editor.cursor().0 + 1;
    let effect = Effect::OwnEditor {
        exercise: workspace.exercise.clone(),
        file: open.name.clone(),
        line,
    };
    model.effect(effect);
}
