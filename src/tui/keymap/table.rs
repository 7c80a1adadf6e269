//! The table itself: every context with its keys.

use super::{Command, Context};
use crate::tui::editor::{Edit, Move};

pub(super) type Row = (&'static str, Command, &'static str, bool);

const FOOT: bool = true;
const HELP: bool = false;

/// Scrolling, the same everywhere.
pub(super) const SCROLLING: &[Row] = &[
    ("up k", Command::Up, "scroll", FOOT),
    ("down j", Command::Down, "scroll", FOOT),
    ("pageup b", Command::PageUp, "page", HELP),
    ("pagedown space", Command::PageDown, "page", HELP),
    ("home g", Command::Top, "first, last line", HELP),
    ("end G", Command::Bottom, "first, last line", HELP),
];

/// Every context with its rows, in the order in which the foot shows them.
pub(super) const MAP: &[(Context, &[Row])] = &[
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
pub(super) const SCROLLS: &[Context] = &[
    Context::Welcome,
    Context::Hints,
    Context::Solution,
    Context::Answered,
    Context::QuizDone,
    Context::Help,
];
