//! The one key map: what every key does, and what the screens and the help say about it.

use std::sync::LazyLock;

use super::editor::{Edit, Move};
use super::key::Key;

/// Where keys have a meaning of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// Everywhere.
    Anywhere,
    /// The first screen of the first start.
    Welcome,
    /// The course map.
    Home,
    /// A line of text is typed to find something.
    Finding,
    /// A lesson.
    Reader,
    /// A lesson with matches of a search in it.
    Matches,
    /// The outline of a lesson.
    Outline,
    /// An exercise, while the keys do not go to the editor.
    Workspace,
    /// An editor.
    Editor,
    /// The editor of an exercise.
    CodeEditor,
    /// The editor of an event.
    EventEditor,
    /// The hints of an exercise.
    Hints,
    /// The solution of an exercise.
    Solution,
    /// The list of events to run.
    Events,
    /// A question with options.
    Choosing,
    /// A question whose answer is typed.
    Answering,
    /// A question that has been answered.
    Answered,
    /// The end of a quiz.
    QuizDone,
    /// The list of all keys.
    Help,
    /// A question that takes yes or no.
    Confirm,
    /// A file was changed here and elsewhere.
    Conflict,
    /// Code is running.
    Running,
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Leave the program, keeping everything.
    Quit,
    /// Show all keys.
    Help,
    /// Leave this screen.
    Back,
    /// Move or scroll up.
    Up,
    /// Move or scroll down.
    Down,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
    /// To the beginning.
    Top,
    /// To the end.
    Bottom,
    /// Open what is selected.
    Open,
    /// Start with the first lesson.
    Begin,
    /// Go to the course map.
    Map,
    /// Go on where the course goes on.
    Continue,
    /// Answer the questions that are due.
    Review,
    /// Take the quiz.
    Quiz,
    /// Open the exercise.
    Exercise,
    /// Find something.
    Find,
    /// Take what was typed.
    Accept,
    /// To the next match.
    NextMatch,
    /// To the previous match.
    PreviousMatch,
    /// To the next thing that can be opened or run.
    FocusNext,
    /// To the previous one.
    FocusPrevious,
    /// Run the block of code, follow the link.
    Activate,
    /// Run the next block of code.
    RunBlock,
    /// Show the outline.
    Outline,
    /// The next lesson or exercise.
    Next,
    /// The previous lesson or exercise.
    Previous,
    /// Show a tab, from 0.
    Tab(usize),
    /// Show the next tab.
    NextTab,
    /// Show the previous tab.
    PreviousTab,
    /// The next file in the editor.
    NextFile,
    /// Type into the editor.
    Type,
    /// Stop typing into the editor.
    StopTyping,
    /// Open the file in the learner's own editor.
    OwnEditor,
    /// Save and check.
    Check,
    /// Show a hint.
    Hint,
    /// Show the solution.
    Solution,
    /// Show every failing case.
    AllCases,
    /// Choose an event to run.
    Events,
    /// Run the event.
    RunEvent,
    /// Write an event.
    EditEvent,
    /// Put the starter back.
    Reset,
    /// Another way to look at it.
    Switch,
    /// Stop what is running.
    Stop,
    /// Mark an option.
    Mark,
    /// Choose an option by its number, from 0.
    Pick(usize),
    /// Answer.
    Answer,
    /// Ask the missed questions again.
    Again,
    /// Yes.
    Yes,
    /// No.
    No,
    /// Keep what is in the editor.
    KeepMine,
    /// Take what is on disk.
    TakeTheirs,
    /// Change the text in the editor.
    Edit(Edit),
}

/// A row of the key map.
#[derive(Debug, Clone)]
pub struct Binding {
    /// Where it holds.
    pub context: Context,
    /// The keys that do it; the first is shown on screens.
    pub keys: Vec<Key>,
    /// What it does.
    pub command: Command,
    /// What the screen says about it, in a word or two.
    pub label: &'static str,
    /// Whether the foot of the screen shows it.
    pub shown: bool,
}

type Row = (&'static str, Command, &'static str, bool);

const FOOT: bool = true;
const HELP: bool = false;

/// Scrolling, the same everywhere.
const SCROLLING: &[Row] = &[
    ("up k", Command::Up, "scroll", FOOT),
    ("down j", Command::Down, "scroll", FOOT),
    ("pageup b", Command::PageUp, "page", HELP),
    ("pagedown space", Command::PageDown, "page", HELP),
    ("home g", Command::Top, "first, last line", HELP),
    ("end G", Command::Bottom, "first, last line", HELP),
];

/// Every context with its rows, in the order in which the foot shows them.
const MAP: &[(Context, &[Row])] = &[
    (
        Context::Anywhere,
        &[
            ("f1", Command::Help, "help", HELP),
            ("ctrl-c ctrl-q", Command::Quit, "leave; all is kept", HELP),
        ],
    ),
    (Context::Running, &[("esc", Command::Stop, "stop", FOOT)]),
    (
        Context::Welcome,
        &[
            ("enter", Command::Begin, "begin", FOOT),
            ("m esc", Command::Map, "course map", FOOT),
            ("q", Command::Quit, "leave", FOOT),
            ("?", Command::Help, "help", FOOT),
        ],
    ),
    (
        Context::Home,
        &[
            ("enter", Command::Open, "open", FOOT),
            ("up k", Command::Up, "move", FOOT),
            ("down j", Command::Down, "move", FOOT),
            ("c", Command::Continue, "continue", FOOT),
            ("z", Command::Quiz, "quiz", FOOT),
            ("r", Command::Review, "review", FOOT),
            ("/", Command::Find, "find", FOOT),
            ("esc", Command::Back, "show all", FOOT),
            ("pageup b", Command::PageUp, "page", HELP),
            ("pagedown space", Command::PageDown, "page", HELP),
            ("home g", Command::Top, "first, last", HELP),
            ("end G", Command::Bottom, "first, last", HELP),
            ("q", Command::Quit, "leave", FOOT),
            ("?", Command::Help, "help", FOOT),
        ],
    ),
    (
        Context::Finding,
        &[
            ("enter", Command::Accept, "find", FOOT),
            ("esc", Command::Back, "cancel", FOOT),
        ],
    ),
    (
        Context::Matches,
        &[
            ("n", Command::NextMatch, "next match", FOOT),
            ("N p", Command::PreviousMatch, "previous match", FOOT),
            ("esc q", Command::Back, "end search", FOOT),
        ],
    ),
    (
        Context::Reader,
        &[
            ("enter", Command::Activate, "run or open", FOOT),
            ("space pagedown", Command::PageDown, "page", FOOT),
            ("tab", Command::FocusNext, "next link", FOOT),
            ("backtab", Command::FocusPrevious, "previous link", HELP),
            ("n", Command::Next, "next lesson", FOOT),
            ("q esc", Command::Back, "map", FOOT),
            ("e", Command::Exercise, "exercise", FOOT),
            ("z", Command::Quiz, "quiz", FOOT),
            ("r", Command::RunBlock, "run code", FOOT),
            ("/", Command::Find, "find", FOOT),
            ("o", Command::Outline, "outline", FOOT),
            ("p", Command::Previous, "previous lesson", HELP),
            ("pageup b", Command::PageUp, "page back", HELP),
            ("up k", Command::Up, "scroll", HELP),
            ("down j", Command::Down, "scroll", HELP),
            ("home g", Command::Top, "first, last line", HELP),
            ("end G", Command::Bottom, "first, last line", HELP),
            ("?", Command::Help, "help", FOOT),
        ],
    ),
    (
        Context::Outline,
        &[
            ("enter", Command::Open, "go there", FOOT),
            ("up k", Command::Up, "move", FOOT),
            ("down j", Command::Down, "move", FOOT),
            ("esc q o", Command::Back, "close", FOOT),
        ],
    ),
    (
        Context::Workspace,
        &[
            ("n", Command::Next, "next", FOOT),
            ("enter i", Command::Type, "edit", FOOT),
            ("ctrl-s t", Command::Check, "check", FOOT),
            ("h", Command::Hint, "hint", FOOT),
            ("tab", Command::NextTab, "tabs", FOOT),
            ("s", Command::Solution, "solution", FOOT),
            ("r", Command::Events, "run event", FOOT),
            ("q esc", Command::Back, "map", FOOT),
            ("a", Command::AllCases, "all cases", FOOT),
            ("e", Command::OwnEditor, "your editor", FOOT),
            ("f", Command::NextFile, "next file", FOOT),
            ("x", Command::Reset, "reset", FOOT),
            ("backtab", Command::PreviousTab, "previous tab", HELP),
            ("p", Command::Previous, "previous exercise", HELP),
            ("1", Command::Tab(0), "brief, code, results, log", HELP),
            ("2", Command::Tab(1), "brief, code, results, log", HELP),
            ("3", Command::Tab(2), "brief, code, results, log", HELP),
            ("4", Command::Tab(3), "brief, code, results, log", HELP),
            ("up k", Command::Up, "scroll", HELP),
            ("down j", Command::Down, "scroll", HELP),
            ("pageup b", Command::PageUp, "page", HELP),
            ("pagedown space", Command::PageDown, "page", HELP),
            ("home g", Command::Top, "first, last line", HELP),
            ("end G", Command::Bottom, "first, last line", HELP),
            ("?", Command::Help, "help", FOOT),
        ],
    ),
    (
        Context::CodeEditor,
        &[
            ("ctrl-s", Command::Check, "save & check", FOOT),
            ("esc", Command::StopTyping, "stop editing", FOOT),
            ("ctrl-f", Command::Find, "find", HELP),
            ("f3 ctrl-g", Command::NextMatch, "next match", HELP),
            ("shift-f3", Command::PreviousMatch, "previous match", HELP),
        ],
    ),
    (
        Context::EventEditor,
        &[
            ("ctrl-s f5", Command::RunEvent, "run", FOOT),
            ("esc", Command::Back, "back", FOOT),
        ],
    ),
    (
        Context::Editor,
        &[
            ("ctrl-z", Command::Edit(Edit::Undo), "undo", FOOT),
            ("ctrl-y ctrl-shift-z", Command::Edit(Edit::Redo), "redo", HELP),
            ("ctrl-x", Command::Edit(Edit::Cut), "cut", HELP),
            ("ctrl-c", Command::Edit(Edit::Copy), "copy", HELP),
            ("ctrl-v", Command::Edit(Edit::Paste), "paste", HELP),
            ("ctrl-a", Command::Edit(Edit::SelectAll), "select all", HELP),
            ("tab", Command::Edit(Edit::Indent), "indent", HELP),
            ("backtab", Command::Edit(Edit::Dedent), "dedent", HELP),
            ("ctrl-/ ctrl-_ ctrl-7", Command::Edit(Edit::Comment), "comment", HELP),
            ("enter", Command::Edit(Edit::NewLine), "new line", HELP),
            ("backspace", Command::Edit(Edit::Backspace), "delete", HELP),
            ("delete ctrl-d", Command::Edit(Edit::Delete), "delete", HELP),
            (
                "ctrl-backspace ctrl-w alt-backspace ctrl-h",
                Command::Edit(Edit::DeleteWord),
                "delete word",
                HELP,
            ),
            ("left", Command::Edit(Edit::Move(Move::Left)), "move", HELP),
            ("right", Command::Edit(Edit::Move(Move::Right)), "move", HELP),
            ("up", Command::Edit(Edit::Move(Move::Up)), "move", HELP),
            ("down", Command::Edit(Edit::Move(Move::Down)), "move", HELP),
            ("ctrl-left", Command::Edit(Edit::Move(Move::WordLeft)), "by words", HELP),
            (
                "ctrl-right",
                Command::Edit(Edit::Move(Move::WordRight)),
                "by words",
                HELP,
            ),
            ("home", Command::Edit(Edit::Move(Move::Home)), "in the line", HELP),
            ("end ctrl-e", Command::Edit(Edit::Move(Move::End)), "in the line", HELP),
            ("pageup", Command::Edit(Edit::Move(Move::PageUp)), "page", HELP),
            ("pagedown", Command::Edit(Edit::Move(Move::PageDown)), "page", HELP),
            (
                "ctrl-home",
                Command::Edit(Edit::Move(Move::Top)),
                "first, last line",
                HELP,
            ),
            (
                "ctrl-end",
                Command::Edit(Edit::Move(Move::Bottom)),
                "first, last line",
                HELP,
            ),
            ("shift-left", Command::Edit(Edit::Select(Move::Left)), "select", HELP),
            ("shift-right", Command::Edit(Edit::Select(Move::Right)), "select", HELP),
            ("shift-up", Command::Edit(Edit::Select(Move::Up)), "select", HELP),
            ("shift-down", Command::Edit(Edit::Select(Move::Down)), "select", HELP),
            (
                "ctrl-shift-left",
                Command::Edit(Edit::Select(Move::WordLeft)),
                "select words",
                HELP,
            ),
            (
                "ctrl-shift-right",
                Command::Edit(Edit::Select(Move::WordRight)),
                "select words",
                HELP,
            ),
            (
                "shift-home",
                Command::Edit(Edit::Select(Move::Home)),
                "select in the line",
                HELP,
            ),
            (
                "shift-end",
                Command::Edit(Edit::Select(Move::End)),
                "select in the line",
                HELP,
            ),
            (
                "shift-pageup",
                Command::Edit(Edit::Select(Move::PageUp)),
                "select a page",
                HELP,
            ),
            (
                "shift-pagedown",
                Command::Edit(Edit::Select(Move::PageDown)),
                "select a page",
                HELP,
            ),
            (
                "ctrl-shift-home",
                Command::Edit(Edit::Select(Move::Top)),
                "select to an end",
                HELP,
            ),
            (
                "ctrl-shift-end",
                Command::Edit(Edit::Select(Move::Bottom)),
                "select to an end",
                HELP,
            ),
        ],
    ),
    (
        Context::Hints,
        &[
            ("h enter", Command::Hint, "next hint", FOOT),
            ("esc q", Command::Back, "close", FOOT),
        ],
    ),
    (
        Context::Solution,
        &[
            ("d tab", Command::Switch, "compare or read", FOOT),
            ("esc q s", Command::Back, "close", FOOT),
        ],
    ),
    (
        Context::Events,
        &[
            ("enter r", Command::RunEvent, "run", FOOT),
            ("e", Command::EditEvent, "edit", FOOT),
            ("up k", Command::Up, "move", FOOT),
            ("down j", Command::Down, "move", FOOT),
            ("esc q", Command::Back, "close", FOOT),
        ],
    ),
    (
        Context::Choosing,
        &[
            ("enter", Command::Answer, "answer", FOOT),
            ("space", Command::Mark, "mark", FOOT),
            ("up k", Command::Up, "move", FOOT),
            ("down j", Command::Down, "move", FOOT),
            ("1", Command::Pick(0), "choose", HELP),
            ("2", Command::Pick(1), "choose", HELP),
            ("3", Command::Pick(2), "choose", HELP),
            ("4", Command::Pick(3), "choose", HELP),
            ("5", Command::Pick(4), "choose", HELP),
            ("6", Command::Pick(5), "choose", HELP),
            ("pageup", Command::PageUp, "page", HELP),
            ("pagedown", Command::PageDown, "page", HELP),
            ("esc q", Command::Back, "leave quiz", FOOT),
            ("?", Command::Help, "help", FOOT),
        ],
    ),
    (
        Context::Answering,
        &[
            ("enter", Command::Answer, "answer", FOOT),
            ("pageup up", Command::PageUp, "page", HELP),
            ("pagedown down", Command::PageDown, "page", HELP),
            ("esc", Command::Back, "leave quiz", FOOT),
        ],
    ),
    (
        Context::Answered,
        &[
            ("enter n", Command::Next, "next", FOOT),
            ("esc q", Command::Back, "leave quiz", FOOT),
            ("?", Command::Help, "help", FOOT),
        ],
    ),
    (
        Context::QuizDone,
        &[
            ("enter", Command::Continue, "go on", FOOT),
            ("r", Command::Again, "ask missed again", FOOT),
            ("esc q", Command::Back, "map", FOOT),
            ("?", Command::Help, "help", FOOT),
        ],
    ),
    (Context::Help, &[("esc q ? f1", Command::Back, "close", FOOT)]),
    (
        Context::Confirm,
        &[("y", Command::Yes, "yes", FOOT), ("n esc q", Command::No, "no", FOOT)],
    ),
    (
        Context::Conflict,
        &[
            ("k", Command::KeepMine, "keep mine", FOOT),
            ("t", Command::TakeTheirs, "take the other", FOOT),
        ],
    ),
];

/// Contexts in which the keys that scroll hold as well.
const SCROLLS: &[Context] = &[
    Context::Welcome,
    Context::Hints,
    Context::Solution,
    Context::Answered,
    Context::QuizDone,
    Context::Help,
];

static BINDINGS: LazyLock<Vec<Binding>> = LazyLock::new(|| {
    let row = |context, (keys, command, label, shown): &Row| Binding {
        context,
        keys: keys.split(' ').filter_map(Key::parse).collect(),
        command: *command,
        label,
        shown: *shown,
    };
    let own = MAP
        .iter()
        .flat_map(|(context, rows)| rows.iter().map(move |entry| row(*context, entry)));
    let scroll = SCROLLS
        .iter()
        .flat_map(|context| SCROLLING.iter().map(move |entry| row(*context, entry)));
    own.chain(scroll).collect()
});

/// All rows.
#[must_use]
pub fn bindings() -> &'static [Binding] {
    &BINDINGS
}

/// The rows of a context, in order.
pub fn of(context: Context) -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(move |binding| binding.context == context)
}

/// The key that is shown for a command in a context.
#[must_use]
pub fn key_for(context: Context, command: Command) -> String {
    let key = of(context)
        .find(|binding| binding.command == command)
        .and_then(|binding| binding.keys.first());
    key.map(Key::to_string).unwrap_or_default()
}

/// What the help calls a context.
#[must_use]
pub fn name(context: Context) -> &'static str {
    match context {
        Context::Anywhere => "Everywhere",
        Context::Welcome => "Welcome",
        Context::Home => "Course map",
        Context::Finding => "Finding",
        Context::Reader => "Lesson",
        Context::Matches => "Lesson, after a search",
        Context::Outline => "Outline",
        Context::Workspace => "Exercise",
        Context::Editor => "Editing text",
        Context::CodeEditor => "Editing code",
        Context::EventEditor => "Editing an event",
        Context::Hints => "Hints",
        Context::Solution => "Solution",
        Context::Events => "Events",
        Context::Choosing => "Quiz, choosing",
        Context::Answering => "Quiz, typing",
        Context::Answered => "Quiz, after an answer",
        Context::QuizDone => "Quiz, at its end",
        Context::Help => "Help",
        Context::Confirm => "Yes or no",
        Context::Conflict => "Two versions of a file",
        Context::Running => "While code runs",
    }
}

/// All contexts, as the help lists them.
pub fn contexts() -> impl Iterator<Item = Context> {
    MAP.iter().map(|(context, _)| *context)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_key_is_read() {
        for (_, rows) in MAP {
            for (keys, ..) in *rows {
                for key in keys.split(' ') {
                    assert!(Key::parse(key).is_some(), "{key}");
                }
            }
        }
    }

    #[test]
    fn no_key_means_two_things() {
        for context in contexts() {
            let mut seen = HashSet::new();
            for key in of(context).flat_map(|binding| &binding.keys) {
                assert!(seen.insert(*key), "{context:?} {key}");
            }
        }
    }
}
