//! What keys ask for.

use crate::tui::editor::{Edit, Move};
use crate::tui::scroll::Motion;

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

impl Command {
    /// The way it scrolls, if it does.
    #[must_use]
    pub fn motion(self) -> Option<Motion> {
        Some(match self {
            Self::Up => Motion::Up,
            Self::Down => Motion::Down,
            Self::PageUp => Motion::PageUp,
            Self::PageDown => Motion::PageDown,
            Self::Top => Motion::Top,
            Self::Bottom => Motion::Bottom,
            _ => return None,
        })
    }

    /// The way it moves a cursor where there is one to move.
    #[must_use]
    pub fn editor_move(self) -> Option<Move> {
        Some(match self {
            Self::Up => Move::Up,
            Self::Down => Move::Down,
            Self::PageUp => Move::PageUp,
            Self::PageDown => Move::PageDown,
            Self::Top => Move::Top,
            Self::Bottom => Move::Bottom,
            _ => return None,
        })
    }

    /// Whether it may be carried out while code runs.
    #[must_use]
    pub fn is_harmless(self) -> bool {
        matches!(self, Self::Stop | Self::Quit | Self::Edit(_)) || self.motion().is_some()
    }
}
